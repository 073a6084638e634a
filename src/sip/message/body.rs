//! `Body`: content and its type, to be sent.

use bytes::Bytes;
use std::borrow::Cow;

/// A message body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// The Content-Type header's value.
    pub content_type: Cow<'static, str>,
    /// The bytes.
    pub content: Bytes,
}

impl Body {
    /// A session description.
    #[must_use]
    pub fn sdp(content: impl Into<Bytes>) -> Self {
        Self { content_type: Cow::Borrowed("application/sdp"), content: content.into() }
    }

    /// Content of any type.
    #[must_use]
    pub fn new(content_type: impl Into<Cow<'static, str>>, content: impl Into<Bytes>) -> Self {
        Self { content_type: content_type.into(), content: content.into() }
    }

    /// Is it a session description?
    #[must_use]
    pub fn is_sdp(&self) -> bool {
        crate::header::ContentType::parse(self.content_type.as_bytes())
            .is_some_and(|content_type| content_type.is("application/sdp"))
    }
}
