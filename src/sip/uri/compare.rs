//! When two URIs mean the same (RFC 3261 19.1.4, RFC 3966 4).

use super::escape::{Unit, Units};
use super::{SipUri, TelUri, Uri};
use crate::header::{Param, Params};

pub(super) fn equivalent(left: &Uri<'_>, right: &Uri<'_>) -> bool {
    // Also where a parameter stands twice, which RFC 3261 19.1.1 forbids.
    if left.as_str() == right.as_str() {
        return true;
    }
    match (left, right) {
        (Uri::Sip(left), Uri::Sip(right)) => sip(left, right),
        (Uri::Tel(left), Uri::Tel(right)) => tel(left, right),
        _ => false,
    }
}

fn sip(left: &SipUri<'_>, right: &SipUri<'_>) -> bool {
    left.secure == right.secure
        && optional(left.user, right.user, same_text)
        && optional(left.password, right.password, same_text)
        && left.host().is_same(&right.host())
        && left.port() == right.port()
        && sip_params(left.params, right.params)
        && headers(left.headers.unwrap_or(""), right.headers.unwrap_or(""))
}

fn optional(left: Option<&str>, right: Option<&str>, same: fn(&str, &str) -> bool) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => same(left, right),
        (None, None) => true,
        _ => false,
    }
}

/// Reserved characters differ from their escaped form; all others equal it.
fn normal(text: &str) -> impl Iterator<Item = Unit> + '_ {
    Units::of(text.as_bytes()).map(|unit| Unit {
        escaped: unit.escaped
            && matches!(unit.byte, b';' | b'/' | b'?' | b':' | b'@' | b'&' | b'=' | b'+' | b'$' | b','),
        ..unit
    })
}

fn same_text(left: &str, right: &str) -> bool {
    normal(left).eq(normal(right))
}

fn same_text_any_case(left: &str, right: &str) -> bool {
    let lower = |unit: Unit| Unit { byte: unit.byte.to_ascii_lowercase(), ..unit };
    normal(left).map(lower).eq(normal(right).map(lower))
}

/// A parameter on one side only is ignored, except these: they change where a request goes.
fn decides_alone(name: &str) -> bool {
    ["user", "ttl", "method", "maddr", "transport"].iter().any(|known| name.eq_ignore_ascii_case(known))
}

fn sip_params(left: Params<'_>, right: Params<'_>) -> bool {
    let covers = |left: Params<'_>, right: Params<'_>| {
        left.iter().all(|param| match find(right, param.name) {
            Some(other) => same_text_any_case(param.value.unwrap_or(""), other.value.unwrap_or("")),
            None => !decides_alone(param.name),
        })
    };
    covers(left, right) && covers(right, left)
}

fn find<'a>(params: Params<'a>, name: &str) -> Option<Param<'a>> {
    params.iter().find(|param| same_text_any_case(param.name, name))
}

fn headers(left: &str, right: &str) -> bool {
    let covers = |left: &str, right: &str| {
        left.split('&').filter(|header| !header.is_empty()).all(|header| {
            let (name, value) = header.split_once('=').unwrap_or((header, ""));
            right.split('&').any(|other| {
                let (other_name, other_value) = other.split_once('=').unwrap_or((other, ""));
                same_text_any_case(name, other_name) && same_text(value, other_value)
            })
        })
    };
    covers(left, right) && covers(right, left)
}

fn tel(left: &TelUri<'_>, right: &TelUri<'_>) -> bool {
    let covers = |left: Params<'_>, right: Params<'_>| {
        left.iter().all(|param| {
            find(right, param.name)
                .is_some_and(|other| same_text_any_case(param.value.unwrap_or(""), other.value.unwrap_or("")))
        })
    };
    let lower = |digit: char| digit.to_ascii_lowercase();
    left.digits().map(lower).eq(right.digits().map(lower))
        && covers(left.params, right.params)
        && covers(right.params, left.params)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(left: &str, right: &str, expected: bool) {
        let (left, right) = (Uri::parse(left).unwrap(), Uri::parse(right).unwrap());
        assert_eq!(equivalent(&left, &right), expected, "{left} {right}");
        assert_eq!(equivalent(&right, &left), expected, "{right} {left}");
    }

    #[test]
    fn the_equal_pairs_of_rfc_3261() {
        check("sip:%61lice@atlanta.com;transport=TCP", "sip:alice@AtLanTa.CoM;Transport=tcp", true);
        check("sip:carol@chicago.com", "sip:carol@chicago.com;newparam=5", true);
        check("sip:carol@chicago.com", "sip:carol@chicago.com;security=on", true);
        check(
            "sip:biloxi.com;transport=tcp;method=REGISTER?to=sip:bob%40biloxi.com",
            "sip:biloxi.com;method=REGISTER;transport=tcp?to=sip:bob%40biloxi.com",
            true,
        );
        check(
            "sip:alice@atlanta.com?subject=project%20x&priority=urgent",
            "sip:alice@atlanta.com?priority=urgent&subject=project%20x",
            true,
        );
    }

    #[test]
    fn a_uri_is_equivalent_to_itself_whatever_is_in_it() {
        check("sip:a@b;transport=tcp;transport=udp", "sip:a@b;transport=tcp;transport=udp", true);
        check("urn:x:y", "urn:x:y", true);
    }

    #[test]
    fn the_unequal_pairs_of_rfc_3261() {
        check("SIP:ALICE@AtLanTa.CoM;Transport=udp", "sip:alice@AtLanTa.CoM;Transport=UDP", false);
        check("sip:bob@biloxi.com", "sip:bob@biloxi.com:5060", false);
        check("sip:bob@biloxi.com", "sip:bob@biloxi.com;transport=udp", false);
        check("sip:bob@biloxi.com", "sip:bob@biloxi.com:6000;transport=tcp", false);
        check("sip:carol@chicago.com", "sip:carol@chicago.com?Subject=next%20meeting", false);
        check("sip:bob@phone21.boxesbybob.com", "sip:bob@192.0.2.4", false);
        check("sip:carol@chicago.com;security=on", "sip:carol@chicago.com;security=off", false);
    }

    #[test]
    fn reserved_characters_differ_from_their_escapes() {
        check("sip:a%3Bb@h", "sip:a;b@h", false);
        check("sip:a%3bb@h", "sip:a%3Bb@h", true);
        check("sip:a%7Eb@h", "sip:a~b@h", true);
        check("sips:a@h", "sip:a@h", false);
        check("sip:h", "sip:@h", false);
        check("sip:a@[2001:db8::1]", "sip:a@[2001:DB8:0::1]", true);
    }

    #[test]
    fn telephone_numbers_compare_without_separators() {
        check("tel:+1-201-555-0123", "tel:+1(201)555.0123", true);
        check("tel:+12015550123;ext=1", "tel:+12015550123", false);
        check("tel:7042;phone-context=Example.com", "tel:7042;phone-context=example.com", true);
        check("tel:7042", "sip:7042@h", false);
    }
}
