//! `Reply`: what the stack's user answers.

use crate::header::Name;
use crate::message::{Body, HeaderList};
use crate::status::StatusCode;

/// A response without the headers that the stack writes itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The reason phrase; `None` is the status's own.
    pub reason: Option<Box<str>>,
    /// More headers; in sessions Contact, Allow, Supported and the session timer's come from the profile.
    pub headers: HeaderList,
    /// The body.
    pub body: Option<Body>,
}

impl Reply {
    /// A reply with nothing but its status.
    #[must_use]
    pub fn new(status: StatusCode) -> Self {
        Self { status, reason: None, headers: HeaderList::new(), body: None }
    }

    /// With a reason phrase.
    #[must_use]
    pub fn reason(mut self, reason: impl Into<Box<str>>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// With a header; line ends in the value become blanks.
    #[must_use]
    pub fn header(mut self, name: Name, value: impl AsRef<[u8]>) -> Self {
        self.headers = self.headers.with(name, value);
        self
    }

    /// With a body.
    #[must_use]
    pub fn body(mut self, body: Body) -> Self {
        self.body = Some(body);
        self
    }

    pub(crate) fn has_sdp(&self) -> bool {
        self.body.as_ref().is_some_and(Body::is_sdp)
    }
}
