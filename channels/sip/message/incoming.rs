//! A MESSAGE that came, as the dialplan sees it.

use obelus_core::message::Message;
use obelus_sip::header::{NameAddr, format_name_addr};
use obelus_sip::message::Request;
use obelus_sip::{Flow, StatusCode, TransportKind};

use crate::config::{Config, Endpoint};
use crate::identify::plain_user;

/// Why a MESSAGE is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It is no plain text.
    ContentType,
    /// Its Request-URI is neither SIP nor a number.
    Scheme,
    /// It cannot be read.
    Malformed,
}

impl Refusal {
    pub(crate) fn status(self) -> StatusCode {
        match self {
            Refusal::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::Scheme => StatusCode::UNSUPPORTED_URI_SCHEME,
            Refusal::Malformed => StatusCode::BAD_REQUEST,
        }
    }
}

/// Reads a MESSAGE.
pub(crate) fn message_of(
    config: &Config,
    endpoint: &Endpoint,
    request: &Request,
    flow: Flow,
    kind: TransportKind,
) -> Result<Message, Refusal> {
    let is_plain = request.content_type().ok().flatten().is_some_and(|kind| kind.is("text/plain"));
    if !is_plain {
        return Err(Refusal::ContentType);
    }
    let uri = request.uri().map_err(|_| Refusal::Scheme)?;
    if !["sip", "sips", "tel"].iter().any(|scheme| uri.scheme().eq_ignore_ascii_case(scheme)) {
        return Err(Refusal::Scheme);
    }
    let (from, to) = request.from().ok().zip(request.to().ok()).ok_or(Refusal::Malformed)?;
    let contexts = [&endpoint.messages.context, &endpoint.calls.context];
    let context = contexts.into_iter().find(|context| !context.is_empty());
    let mut message = Message {
        to: destination(&to),
        from: sender(&from),
        body: String::from_utf8_lossy(request.body()).trim_end_matches(['\r', '\n']).to_owned(),
        context: context.cloned().unwrap_or_default(),
        exten: plain_user(uri.user().unwrap_or_default(), &config.global).into(),
        ..Message::default()
    };
    message.keep("PJSIP_RECVADDR", &flow.remote.to_string());
    message.keep("PJSIP_TRANSPORT", &kind.as_str().to_ascii_lowercase());
    message.keep("PJSIP_ENDPOINT", endpoint.identity.caller.name.text());
    for (name, value) in request.iter() {
        message.keep(&String::from_utf8_lossy(name), &String::from_utf8_lossy(value));
    }
    Ok(message)
}

/// To as `MessageSend` takes it: `pjsip:user@host`.
fn destination(to: &NameAddr<'_>) -> String {
    let uri = to.uri.as_str();
    match to.display_name() {
        name if !name.is_empty() => format!("pjsip:{}", format_name_addr(&name, uri)),
        _ if to.uri.as_sip().is_some() => format!("pj{uri}"),
        _ => format!("pjsip:{uri}"),
    }
}

/// `"name" <sip:user@host>`, without the port.
fn sender(from: &NameAddr<'_>) -> String {
    let bare = match from.uri.as_sip() {
        Some(sip) => {
            let user = sip.user.map(|user| format!("{user}@")).unwrap_or_default();
            format!("{}:{user}{}", from.uri.scheme(), sip.host().as_str())
        }
        None => from.uri.as_str().to_owned(),
    };
    let name = from.display_name().replace(|letter: char| letter.is_control(), " ");
    format_name_addr(&name, &bare)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Wire, config, flow};

    fn read(wire: &Wire) -> Result<Message, Refusal> {
        let config = config(
            "[al]\ntype=endpoint\nallow=ulaw\ncontext=calls\nmessage_context=texts\ncallerid=Al <1>\naors=al\n[al]\ntype=aor\n",
        );
        let endpoint = config.endpoints.find("al").unwrap().clone();
        message_of(&config, &endpoint, &wire.request(), flow("10.0.0.9:5062"), TransportKind::Udp)
    }

    fn wire() -> Wire {
        Wire::new("MESSAGE", "sip:bob@pbx")
            .line("Content-Type: text/plain;charset=utf-8")
            .body("hello\r\n\r\n")
    }

    #[test]
    fn the_dialplan_sees_who_and_what() {
        let wire = wire().from("Al \u{7}x <sip:al@pbx:5099>").to("<sip:bob@pbx:5060>").line("X-Mood: good");
        let message = read(&wire).unwrap();
        assert_eq!(
            (message.to.as_str(), message.from.as_str(), message.body.as_str()),
            ("pjsip:bob@pbx:5060", "\"Al  x\" <sip:al@pbx>", "hello")
        );
        assert_eq!((&*message.context, &*message.exten), ("texts", "bob"));
        let data = ["x-mood", "PJSIP_TRANSPORT", "PJSIP_RECVADDR", "PJSIP_ENDPOINT", "Call-ID"];
        let data = data.map(|name| message.datum(name).unwrap_or_default());
        assert_eq!(data, ["good", "udp", "10.0.0.9:5062", "Al", "call"]);
        assert_eq!(message.outbound().count(), 0);
    }

    #[test]
    fn only_plain_text_is_taken() {
        let html = Wire::new("MESSAGE", "sip:bob@pbx").line("Content-Type: text/html").body("x");
        assert_eq!(read(&html), Err(Refusal::ContentType));
        assert_eq!(read(&Wire::new("MESSAGE", "sip:bob@pbx")), Err(Refusal::ContentType));
        let wire = Wire::new("MESSAGE", "mailto:bob@pbx").line("Content-Type: text/plain").body("x");
        assert_eq!(read(&wire), Err(Refusal::Scheme));
    }
}
