//! `PJSIP_PARSE_URI(uri,part)` and `PJSIP_PARSE_URI_FROM(variable,part)`: what stands in a SIP URI.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};
use obelus_sip::header::NameAddr;
use obelus_sip::uri::{SipUri, percent_decode};

pub(super) struct PjsipParseUri;
pub(super) struct PjsipParseUriFrom;

const PARTS: [&str; 12] = [
    "display",
    "scheme",
    "user",
    "passwd",
    "host",
    "port",
    "user_param",
    "method_param",
    "transport_param",
    "ttl_param",
    "lr_param",
    "maddr_param",
];

const TYPE: Argument = Argument::required(
    "type",
    "display, scheme, user, passwd, host, port (0 if there is none), user_param, method_param, transport_param, \
     ttl_param (-1 if there is none), lr_param (0 or 1), or maddr_param.",
);

static HELP: Help = Help {
    synopsis: "Parse a URI and return a type part of the URI.",
    arguments: &[Argument::required("uri", "The URI, perhaps with a display name: \"Name\" <sip:…>."), TYPE],
    description: "A part that is not there is empty. The user is given without its escapes.",
    see_also: &["PJSIP_PARSE_URI_FROM"],
};

static HELP_FROM: Help = Help {
    synopsis: "Parse the contents of a variable as a URI and return a type part of the URI.",
    arguments: &[Argument::required("uri", "The name of the variable that holds the URI."), TYPE],
    description: "For URIs with commas or quotes, which would end an argument.",
    see_also: &["PJSIP_PARSE_URI"],
};

/// The part of a URI that a word names.
fn part(text: &str, part: &str) -> Result<String, FunctionError> {
    if !PARTS.contains(&part) {
        return Err(super::unknown_field(part, "URI", &PARTS));
    }
    let invalid = || FunctionError::failed(format!("'{text}' is no SIP URI"));
    let address = NameAddr::parse(text.trim().as_bytes()).ok_or_else(invalid)?;
    let uri = address.uri.as_sip().ok_or_else(invalid)?;
    // Without brackets what follows the host belongs to the address and not to the URI; here it is the URI's.
    let param =
        |name: &str| uri.params.value(name).or_else(|| address.params.value(name)).unwrap_or_default();
    let number = |name: &str, missing: &str| match param(name) {
        "" => missing.to_owned(),
        value => value.to_owned(),
    };
    Ok(match part {
        "display" => address.display_name().into_owned(),
        "scheme" => address.uri.scheme().to_owned(),
        "ttl_param" => number("ttl", "-1"),
        "lr_param" => String::from(if uri.is_loose_router() || address.params.has("lr") { "1" } else { "0" }),
        "user_param" => param("user").to_owned(),
        "method_param" => param("method").to_owned(),
        "transport_param" => param("transport").to_owned(),
        "maddr_param" => param("maddr").to_owned(),
        part => of_address(uri, part),
    })
}

fn of_address(uri: &SipUri<'_>, part: &str) -> String {
    let plain =
        |text: Option<&str>| String::from_utf8_lossy(&percent_decode(text.unwrap_or_default())).into_owned();
    match part {
        "user" => plain(uri.user),
        "passwd" => plain(uri.password),
        "port" => uri.port().unwrap_or(0).to_string(),
        // PJSIP takes the brackets off.
        _ => uri.host().as_str().trim_matches(['[', ']']).to_owned(),
    }
}

/// The part is the last argument, since a URI may have commas.
fn split(arguments: &str) -> Result<(&str, &str), FunctionError> {
    let (uri, part) = arguments.rsplit_once(',').unwrap_or((arguments, ""));
    match (uri.trim(), part.trim()) {
        ("", _) => Err(FunctionError::arguments("the URI is missing")),
        (_, "") => Err(FunctionError::arguments("the part of the URI is missing")),
        (uri, part) => Ok((uri, part)),
    }
}

#[async_trait]
impl DialplanFunction for PjsipParseUri {
    fn name(&self) -> &'static str {
        "PJSIP_PARSE_URI"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${PJSIP_PARSE_URI(sip:alice@pbx.example.com:5070,user)}", "alice"),
            ("${PJSIP_PARSE_URI(sip:alice@pbx.example.com:5070,port)}", "5070"),
            ("${PJSIP_PARSE_URI(<sip:pbx.example.com;transport=tcp;lr>,transport_param)}", "tcp"),
        ]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (uri, wanted) = split(arguments)?;
        part(uri, wanted)
    }
}

#[async_trait]
impl DialplanFunction for PjsipParseUriFrom {
    fn name(&self) -> &'static str {
        "PJSIP_PARSE_URI_FROM"
    }

    fn help(&self) -> &'static Help {
        &HELP_FROM
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${PJSIP_PARSE_URI_FROM(TRUNK_URI,host)}", "trunk.example.com")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (name, wanted) = split(arguments)?;
        let value = channel.variable(name).unwrap_or_default();
        if value.is_empty() {
            return Err(FunctionError::arguments(format!("the variable `{name}` holds no URI")));
        }
        part(&value, wanted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_found() {
        let check = |uri: &str, wanted: &str, expected: &str| {
            assert_eq!(part(uri, wanted).as_deref(), Ok(expected), "{uri} {wanted}");
        };
        let full = "\"Al, B\" <sips:a%20l:pw@[2001:db8::1]:5061;user=phone;method=INVITE;transport=tls;ttl=5;maddr=m;lr?x=y>";
        let parts =
            ["Al, B", "sips", "a l", "pw", "2001:db8::1", "5061", "phone", "INVITE", "tls", "5", "1", "m"];
        PARTS.iter().zip(parts).for_each(|(wanted, expected)| check(full, wanted, expected));
        let empty = ["", "sip", "", "", "h", "0", "", "", "", "-1", "0", ""];
        PARTS.iter().zip(empty).for_each(|(wanted, expected)| check("sip:h", wanted, expected));
        check("sip:a@h;transport=tcp;lr", "transport_param", "tcp");
        assert!(part("tel:123", "user").is_err());
        assert!(part("nonsense", "user").is_err());
        assert!(part("sip:h", "usr").unwrap_err().to_string().ends_with("did you mean `user`?"));
    }
}
