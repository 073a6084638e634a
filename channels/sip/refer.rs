//! `Refer-To`: what a telephone that transfers wants (RFC 3515, RFC 3891).

use obelus_sip::header::{Name, NameAddr};
use obelus_sip::message::Request;
use obelus_sip::uri::{Uri, percent_decode};

/// What a REFER asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wish {
    /// The number to call.
    pub(crate) exten: String,
    /// The URI as it was written, without headers.
    pub(crate) uri: String,
    /// The call whose other party is meant.
    pub(crate) replaces: Option<Replaces>,
    /// `Referred-By`.
    pub(crate) referred_by: Option<String>,
    /// Nobody wants to hear of its progress: `Refer-Sub: false` (RFC 4488).
    pub(crate) is_quiet: bool,
}

/// A dialog, as `Replaces` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replaces {
    /// The whole value.
    pub(crate) text: String,
    /// The Call-ID.
    pub(crate) call_id: String,
    /// The tag at our side.
    pub(crate) local_tag: String,
    /// The tag of the far end.
    pub(crate) remote_tag: String,
}

impl Wish {
    /// Reads a request; `None` where it names nobody who can be called.
    pub(crate) fn read(request: &Request) -> Option<Wish> {
        let refer_to = request.text(Name::ReferTo)?;
        let address = NameAddr::parse(refer_to.as_bytes())?;
        let text = address.uri.as_str();
        let uri = Uri::parse(text).ok()?;
        let Uri::Sip(sip) = &uri else { return None };
        let exten = uri.user().map(|user| String::from_utf8_lossy(&percent_decode(user)).into_owned());
        let exten = exten.unwrap_or_default();
        // What stands behind a semicolon are options of the user, not digits.
        let exten = exten.split(';').next().unwrap_or_default();
        let is_quiet = request
            .text(Name::ReferSub)
            .is_some_and(|value| !value.trim().to_ascii_lowercase().starts_with("true"));
        Some(Wish {
            exten: if exten.is_empty() { "s".to_owned() } else { exten.to_owned() },
            uri: text.split('?').next().unwrap_or(text).to_owned(),
            replaces: sip.headers.and_then(replaces),
            referred_by: request.text(Name::ReferredBy).map(|text| text.trim().to_owned()),
            is_quiet,
        })
    }
}

/// `Replaces` of the headers behind a URI's question mark.
fn replaces(headers: &str) -> Option<Replaces> {
    let value = headers.split('&').find_map(|header| {
        let (name, value) = header.split_once('=')?;
        name.eq_ignore_ascii_case("Replaces").then_some(value)
    })?;
    let text = String::from_utf8_lossy(&percent_decode(value)).into_owned();
    let mut parts = text.split(';').map(str::trim);
    let call_id = parts.next().filter(|id| !id.is_empty())?.to_owned();
    let (mut local_tag, mut remote_tag) = (String::new(), String::new());
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "to-tag" => value.trim().clone_into(&mut local_tag),
            "from-tag" => value.trim().clone_into(&mut remote_tag),
            _ => {}
        }
    }
    Some(Replaces { call_id, local_tag, remote_tag, text })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_replaced_call_stands_behind_the_number() {
        let found = replaces("a=b&Replaces=12%40host%3Bto-tag%3Dx%3Bfrom-tag%3Dy%3Bearly-only").unwrap();
        assert_eq!((&*found.call_id, &*found.local_tag, &*found.remote_tag), ("12@host", "x", "y"));
        assert_eq!(replaces("a=b"), None);
        assert_eq!(replaces("Replaces="), None);
    }
}
