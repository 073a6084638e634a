//! Messages: every view of them, what is written from them, and what a user agent does with them.

use bytes::Bytes;
use obelus_sip::digest::{Algorithm, Attempt, DigestServer, DigestSettings, Qop, Secret, StoredDigest};
use obelus_sip::header::{Contact, Name, NameAddr, format_name_addr, parse_date};
use obelus_sip::message::{
    Body, HeaderList, Headers, Limits, Message, MessageBuilder, Parts, ReplyTemplate, Request, Response,
    call_id_of, parse,
};
use obelus_sip::uri::{Uri, percent_decode, percent_encode_user};
use obelus_sip::{Method, StatusCode};
use std::hint::black_box;
use std::net::SocketAddr;
use std::time::{Duration, UNIX_EPOCH};

/// Each part of the input as a message of its own, then all parts as a user agent's story.
pub fn sip_message(data: &[u8]) {
    for part in crate::parts(data) {
        if let Ok(message) = parse(Bytes::copy_from_slice(part), &Limits::default()) {
            look_at(&message);
        }
    }
    crate::sip_story::tell(data);
}

fn look_at(message: &Message) {
    let headers = message.headers();
    look_at_headers(headers);
    match message {
        Message::Request(request) => {
            look_at_uri(request.uri_text());
            // A request with essentials has the Call-ID by which datagrams are given to workers.
            if let Ok(essentials) = request.essentials() {
                let scanned = call_id_of(headers.as_bytes());
                assert_eq!(scanned, Some(essentials.call_id.as_bytes()), "{message:?}");
            }
            prove(request);
            reply_to(request);
        }
        Message::Response(response) => {
            black_box((response.essentials().is_ok(), response.reason()));
            rewrite(response);
        }
    }
}

fn look_at_headers(headers: &Headers) {
    for (name, value) in headers.iter() {
        let known = Name::of(name);
        black_box((headers.lists(known, "timer"), headers.text(known), parse_date(value)));
        if let Ok(name) = std::str::from_utf8(name) {
            assert!(name.is_empty() || headers.values_named(name).any(|found| found == value));
        }
        for element in headers.elements(known) {
            black_box(Contact::parse(element));
            look_at_address(element);
        }
        black_box(headers.auth(known).filter_map(|auth| auth.find("nonce")).count());
    }
    for via in headers.vias().flatten() {
        black_box((via.branch(), via.unique_branch(), via.received(), via.rport(), via.maddr()));
    }
    black_box(headers.contacts().count());
    black_box(headers.reasons().filter(|reason| reason.text().is_some()).count());
    black_box((headers.rack().is_ok(), headers.replaces().is_ok(), headers.session_expires().is_ok()));
    black_box((headers.retry_after().is_ok(), headers.refer_to().is_ok(), headers.allows(&Method::Refer)));
    black_box((headers.word(Name::Event).is_ok(), headers.number(Name::Expires).is_ok()));
    black_box(headers.part("application/sdp"));
    if let Ok(Some(content_type)) = headers.content_type() {
        black_box(Parts::of(&content_type, headers.body()).count());
    }
}

fn look_at_address(element: &[u8]) {
    let Some(address) = NameAddr::parse(element) else { return };
    black_box((address.tag(), address.params.iter().count()));
    look_at_uri(address.uri.as_str());
    if address.display_name().contains(char::is_control) {
        return;
    }
    // What is shown as a name can be written again, and is read as the same name.
    let written = format_name_addr(&address.display_name(), address.uri.as_str());
    let Some(again) = NameAddr::parse(written.as_bytes()) else { panic!("{written:?} from {element:?}") };
    assert_eq!((again.uri, again.display_name()), (address.uri, address.display_name()), "{written:?}");
}

fn look_at_uri(text: &str) {
    let Ok(uri) = Uri::parse(text) else { return };
    assert!(uri.is_equivalent(&uri), "{text:?}");
    assert_eq!(uri.as_str(), text);
    for param in uri.params().iter() {
        black_box((param.unquoted(), uri.params().number(param.name)));
    }
    let Some(user) = uri.user() else { return };
    if let Ok(decoded) = std::str::from_utf8(&percent_decode(user)) {
        let again = percent_encode_user(decoded);
        assert_eq!(percent_decode(&again).as_ref(), decoded.as_bytes(), "{user:?}");
    }
    if let Some(sip) = uri.as_sip() {
        black_box((sip.transport(), sip.is_loose_router(), sip.host_port.address(5060)));
    }
}

/// The passwords that the seeds know.
fn prove(request: &Request) {
    let settings = DigestSettings {
        algorithms: vec![Algorithm::Md5, Algorithm::Sha256, Algorithm::Sha512_256],
        qop: vec![Qop::Auth, Qop::AuthInt],
        replay_capacity: 4,
        ..DigestSettings::default()
    };
    let mut server = DigestServer::new([7; 32], settings);
    let attempt = Attempt {
        method: request.method(),
        body: request.body(),
        realm: "asterisk",
        now: UNIX_EPOCH + Duration::from_secs(1_700_000_000),
    };
    let plain = Secret::Password("secret".into());
    let stored = Secret::Digests(vec![StoredDigest::of(Algorithm::Sha256, "bob", "asterisk", "secret")]);
    let secret_of = |user: &str| match user {
        "alice" => Some(&plain),
        "bob" => Some(&stored),
        _ => None,
    };
    black_box(server.verify(&attempt, request.auth(Name::Authorization), secret_of));
}

/// Every reply can be read, answers this request and has no header more than it should.
fn reply_to(request: &Request) {
    if request.essentials().is_err() {
        return;
    }
    let source = SocketAddr::from(([192, 0, 2, 1], 5060));
    let template = ReplyTemplate::new(request, source, true);
    for code in [100, 180, 200, 302, 486, 603] {
        let Some(status) = StatusCode::new(code) else { continue };
        let bytes = template.begin(status, None, "tag").finish(Some(&Body::sdp("v=0\r\n")));
        let limits = Limits { message: usize::MAX, headers: usize::MAX, line: usize::MAX };
        let Ok(Message::Response(reply)) = parse(bytes.clone(), &limits) else {
            panic!("unreadable reply {bytes:?} to {request:?}")
        };
        assert_eq!(reply.status(), status);
        assert_eq!(reply.body(), b"v=0\r\n");
        // Folds and stray line ends become blanks.
        if !request.call_id().is_ok_and(|id| id.contains(['\r', '\n'])) {
            assert_eq!(reply.call_id().ok(), request.call_id().ok());
        }
        assert_eq!(reply.cseq().ok(), request.cseq().ok());
        assert_eq!(reply.vias().count(), request.vias().count(), "{bytes:?}");
        assert_eq!(reply.values(Name::Via).count(), request.vias().count(), "{bytes:?}");
        let known = [Name::Via, Name::RecordRoute, Name::From, Name::To, Name::CallId, Name::CSeq];
        let others = [Name::Timestamp, Name::ContentType, Name::ContentLength];
        let names =
            |(name, _): (&[u8], _)| known.contains(&Name::of(name)) || others.contains(&Name::of(name));
        assert!(reply.iter().all(names), "{bytes:?}");
    }
}

/// The values of a response, written into a request of ours, stay in their lines.
fn rewrite(response: &Response) {
    let mut list = HeaderList::new();
    let mut lines = 0;
    for (name, value) in response.iter() {
        let (Ok(name), Ok(value)) = (std::str::from_utf8(name), std::str::from_utf8(value)) else { continue };
        lines += usize::from(list.push(name, value).is_ok());
    }
    let mut builder = MessageBuilder::request(&Method::Options, "sip:192.0.2.1");
    builder.headers(&list);
    let bytes = builder.finish(None);
    let limits = Limits { message: usize::MAX, headers: usize::MAX, line: usize::MAX };
    match parse(bytes.clone(), &limits) {
        // Content-Length is added.
        Ok(message) => assert_eq!(message.headers().iter().count(), lines + 1, "{bytes:?}"),
        Err(malformed) => panic!("{malformed:?} in {bytes:?}"),
    }
}
