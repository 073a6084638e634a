//! `SessionExpires`: how long a session lives unless it is refreshed (RFC 4028 4).

use super::Value;
use crate::grammar::decimal;

/// The interval and who renews it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionExpires {
    /// The interval in seconds.
    pub seconds: u32,
    /// Who sends the refreshes, when it is said.
    pub refresher: Option<Refresher>,
}

/// The side of the current request that sends the refreshes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresher {
    /// Who sent the request.
    Uac,
    /// Who answered it.
    Uas,
}

impl Refresher {
    /// The parameter's value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Uac => "uac",
            Self::Uas => "uas",
        }
    }
}

impl SessionExpires {
    /// Reads a value; `None` when it begins with no number.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let Value { value, params } = Value::parse(value)?;
        let refresher = match params.value("refresher") {
            Some(side) if side.eq_ignore_ascii_case("uac") => Some(Refresher::Uac),
            Some(side) if side.eq_ignore_ascii_case("uas") => Some(Refresher::Uas),
            Some(_) | None => None,
        };
        Some(Self { seconds: decimal(value.as_bytes())?, refresher })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_refresher_is_optional() {
        let read = |value: &str| SessionExpires::parse(value.as_bytes());
        assert_eq!(
            read("1800;refresher=UAS"),
            Some(SessionExpires { seconds: 1800, refresher: Some(Refresher::Uas) })
        );
        assert_eq!(read("90"), Some(SessionExpires { seconds: 90, refresher: None }));
        assert_eq!(read("-5"), None);
    }
}
