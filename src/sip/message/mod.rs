//! Messages: one buffer, and slots that say where each header is.

mod body;
mod builder;
mod call_id;
mod header_list;
mod headers;
mod limits;
mod multipart;
mod parse;
mod reply;
mod views;

pub use body::Body;
pub use builder::MessageBuilder;
pub use call_id::call_id_of;
pub use header_list::{HeaderError, HeaderList};
pub use headers::{HeaderIter, Headers};
pub use limits::Limits;
pub use multipart::{Part, Parts, find_part};
pub use parse::{Malformed, parse};
pub use reply::ReplyTemplate;
pub use views::Essentials;

pub(crate) use header_list::write_value;
pub(crate) use parse::{LineEnd, next_line};

use crate::method::Method;
use crate::status::StatusCode;
use crate::uri::{Uri, UriError};
use std::ops::Deref;

/// A request or a response.
#[derive(Debug, Clone)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

impl Message {
    /// The headers and body.
    #[must_use]
    pub fn headers(&self) -> &Headers {
        match self {
            Self::Request(request) => &request.headers,
            Self::Response(response) => &response.headers,
        }
    }
}

/// A place in the message's buffer.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

/// A request; its headers are reached through `Deref`.
#[derive(Debug, Clone)]
pub struct Request {
    method: Method,
    uri: Span,
    headers: Headers,
}

impl Request {
    /// The method.
    #[must_use]
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The Request-URI as it came.
    #[must_use]
    pub fn uri_text(&self) -> &str {
        std::str::from_utf8(self.headers.span(self.uri)).unwrap_or_default()
    }

    /// The Request-URI.
    ///
    /// # Errors
    /// What is wrong with it; a parsed message's was already checked.
    pub fn uri(&self) -> Result<Uri<'_>, UriError> {
        Uri::parse(self.uri_text())
    }
}

impl Deref for Request {
    type Target = Headers;

    fn deref(&self) -> &Headers {
        &self.headers
    }
}

/// A response; its headers are reached through `Deref`.
#[derive(Debug, Clone)]
pub struct Response {
    status: StatusCode,
    reason: Span,
    headers: Headers,
}

impl Response {
    /// The status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The reason phrase as it came; it may be empty or in any charset.
    #[must_use]
    pub fn reason(&self) -> &[u8] {
        self.headers.span(self.reason)
    }
}

impl Deref for Response {
    type Target = Headers;

    fn deref(&self) -> &Headers {
        &self.headers
    }
}
