//! The typed readings of a message's headers.

use super::{Headers, Request, find_part};
use crate::error::ParseError;
use crate::grammar::{decimal, trim};
use crate::header::{
    AuthValue, CSeq, Contact, ContentType, Name, NameAddr, NameAddrs, RAck, Reason, Replaces, RetryAfter,
    SessionExpires, Value, Via,
};
use crate::method::Method;
use crate::uri::Uri;

/// The headers that every transaction needs, read together (RFC 3261 8.1.1).
#[derive(Debug, Clone)]
pub struct Essentials<'a> {
    /// The topmost hop.
    pub via: Via<'a>,
    /// Who sends.
    pub from: NameAddr<'a>,
    /// Whom it is for.
    pub to: NameAddr<'a>,
    /// The call.
    pub call_id: &'a str,
    /// The number and method.
    pub cseq: CSeq,
}

impl Headers {
    /// Reads what every message must have.
    ///
    /// # Errors
    /// The first header that is missing, invalid or repeated.
    pub fn essentials(&self) -> Result<Essentials<'_>, ParseError> {
        if let Some(name) = self.repeated {
            return Err(ParseError::Repeated(name));
        }
        Ok(Essentials {
            via: self.via()?,
            from: self.from()?,
            to: self.to()?,
            call_id: self.call_id()?,
            cseq: self.cseq()?,
        })
    }

    fn required<'a, T>(
        &'a self,
        name: Name,
        read: impl FnOnce(&'a [u8]) -> Option<T>,
    ) -> Result<T, ParseError> {
        let value = self.value(name).ok_or(ParseError::Missing(name))?;
        read(value).ok_or(ParseError::Invalid(name))
    }

    fn optional<'a, T>(
        &'a self,
        name: Name,
        read: impl FnOnce(&'a [u8]) -> Option<T>,
    ) -> Result<Option<T>, ParseError> {
        self.value(name).map(|value| read(value).ok_or(ParseError::Invalid(name))).transpose()
    }

    /// The topmost `Via`.
    ///
    /// # Errors
    /// It is missing or invalid.
    pub fn via(&self) -> Result<Via<'_>, ParseError> {
        let element = self.elements(Name::Via).next().ok_or(ParseError::Missing(Name::Via))?;
        Via::parse(element).ok_or(ParseError::Invalid(Name::Via))
    }

    /// Every `Via`, topmost first; an invalid one is `None`.
    pub fn vias(&self) -> impl Iterator<Item = Option<Via<'_>>> {
        self.elements(Name::Via).map(Via::parse)
    }

    /// From.
    ///
    /// # Errors
    /// It is missing or invalid.
    pub fn from(&self) -> Result<NameAddr<'_>, ParseError> {
        self.required(Name::From, NameAddr::parse)
    }

    /// To.
    ///
    /// # Errors
    /// It is missing or invalid.
    pub fn to(&self) -> Result<NameAddr<'_>, ParseError> {
        self.required(Name::To, NameAddr::parse)
    }

    /// Call-ID.
    ///
    /// # Errors
    /// It is missing, empty or no UTF-8, or has blanks or control characters in it (RFC 3261 25.1, `callid`).
    pub fn call_id(&self) -> Result<&str, ParseError> {
        let is_blank = |byte: u8| byte <= b' ' || byte == 0x7f;
        self.required(Name::CallId, |value| {
            std::str::from_utf8(value).ok().filter(|id| !id.is_empty() && !id.bytes().any(is_blank))
        })
    }

    /// CSeq.
    ///
    /// # Errors
    /// It is missing or invalid.
    pub fn cseq(&self) -> Result<CSeq, ParseError> {
        self.required(Name::CSeq, CSeq::parse)
    }

    /// The addresses of a header such as Route, Record-Route, Path, P-Asserted-Identity or Diversion, over
    /// all its lines; an invalid one is `None`.
    pub fn addresses(&self, name: Name) -> impl Iterator<Item = Option<NameAddr<'_>>> {
        self.values(name).flat_map(NameAddrs::of).map(NameAddr::parse)
    }

    /// The contacts over all lines; an invalid one is `None`.
    pub fn contacts(&self) -> impl Iterator<Item = Option<Contact<'_>>> {
        self.values(Name::Contact).flat_map(NameAddrs::of).map(Contact::parse)
    }

    /// The first contact, when it is a valid address.
    #[must_use]
    pub fn contact(&self) -> Option<NameAddr<'_>> {
        match self.contacts().next()?? {
            Contact::Address(address) => Some(address),
            Contact::All => None,
        }
    }

    /// A header that is one decimal, such as Max-Forwards, Expires, Min-Expires, Min-SE or RSeq; parameters
    /// after it are passed over.
    ///
    /// # Errors
    /// The value is no number of 32 bits.
    pub fn number(&self, name: Name) -> Result<Option<u32>, ParseError> {
        self.optional(name, |value| {
            let end = memchr::memchr(b';', value).unwrap_or(value.len());
            decimal(trim(value.get(..end)?))
        })
    }

    /// Content-Type.
    ///
    /// # Errors
    /// The value is no media type.
    pub fn content_type(&self) -> Result<Option<ContentType<'_>>, ParseError> {
        self.optional(Name::ContentType, ContentType::parse)
    }

    /// The first non-empty part of a media type such as `application/sdp`: the body, or a part of a multipart body.
    #[must_use]
    pub fn part(&self, media: &str) -> Option<&[u8]> {
        find_part(&self.content_type().ok()??, self.body(), media)
    }

    /// A header that is a word with parameters, such as Event, Subscription-State or Content-Disposition.
    ///
    /// # Errors
    /// The value is empty or no UTF-8.
    pub fn word(&self, name: Name) -> Result<Option<Value<'_>>, ParseError> {
        self.optional(name, Value::parse)
    }

    /// The challenges or credentials of a header such as WWW-Authenticate or Authorization, one per line.
    pub fn auth(&self, name: Name) -> impl Iterator<Item = AuthValue<'_>> {
        self.values(name).filter_map(AuthValue::parse)
    }

    /// The reasons (RFC 3326).
    pub fn reasons(&self) -> impl Iterator<Item = Reason<'_>> {
        self.elements(Name::Reason).filter_map(Reason::parse)
    }

    /// RAck (RFC 3262).
    ///
    /// # Errors
    /// The value is invalid.
    pub fn rack(&self) -> Result<Option<RAck>, ParseError> {
        self.optional(Name::RAck, RAck::parse)
    }

    /// Replaces (RFC 3891).
    ///
    /// # Errors
    /// The value is invalid.
    pub fn replaces(&self) -> Result<Option<Replaces<'_>>, ParseError> {
        self.optional(Name::Replaces, Replaces::parse)
    }

    /// Session-Expires (RFC 4028).
    ///
    /// # Errors
    /// The value is invalid.
    pub fn session_expires(&self) -> Result<Option<SessionExpires>, ParseError> {
        self.optional(Name::SessionExpires, SessionExpires::parse)
    }

    /// Retry-After.
    ///
    /// # Errors
    /// The value is invalid.
    pub fn retry_after(&self) -> Result<Option<RetryAfter>, ParseError> {
        self.optional(Name::RetryAfter, RetryAfter::parse)
    }

    /// Refer-To (RFC 3515).
    ///
    /// # Errors
    /// The value is invalid; a URI with headers but without angle brackets is accepted, as Cisco phones send it.
    pub fn refer_to(&self) -> Result<Option<NameAddr<'_>>, ParseError> {
        self.optional(Name::ReferTo, |value| {
            NameAddr::parse(value).or_else(|| {
                let uri = Uri::parse(std::str::from_utf8(value).ok()?).ok()?;
                Some(NameAddr { display: &[], uri, params: crate::header::Params::default() })
            })
        })
    }

    /// Does the Allow header name the method?
    #[must_use]
    pub fn allows(&self, method: &Method) -> bool {
        self.lists(Name::Allow, method.as_str())
    }
}

impl Request {
    /// Reads what every request must have, and checks it against the request line (RFC 3261 8.2).
    ///
    /// # Errors
    /// The first header that is missing, invalid or repeated, or [`ParseError::CSeqMethod`].
    pub fn essentials(&self) -> Result<Essentials<'_>, ParseError> {
        let essentials = Headers::essentials(self)?;
        if essentials.cseq.method != self.method {
            return Err(ParseError::CSeqMethod);
        }
        if self.elements(Name::Via).skip(1).any(|element| Via::parse(element).is_none()) {
            return Err(ParseError::Invalid(Name::Via));
        }
        if self.number(Name::MaxForwards)?.is_some_and(|hops| hops > 255) {
            return Err(ParseError::Invalid(Name::MaxForwards));
        }
        Ok(essentials)
    }
}
