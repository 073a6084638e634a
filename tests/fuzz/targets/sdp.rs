//! Any description as an offer and as an answer, and ours against our own reader.

use obelus_media::Codec;
use obelus_sdp::{
    Capabilities, CodecList, Description, Direction, DtmfMode, MediaKind, Negotiated, Outcome, Policies,
    Profile, Session,
};
use std::net::{IpAddr, Ipv4Addr};

/// Each part of the input in turn, as the messages of one call.
pub fn sdp(data: &[u8]) {
    let endpoints = endpoints();
    let read: Vec<_> = crate::parts(data).filter_map(|part| Description::parse(part).ok()).collect();
    for part in crate::parts(data) {
        let swapped = Description::parse_with(part, true);
        assert_eq!(swapped.is_ok(), Description::parse(part).is_ok());
    }
    for endpoint in &endpoints {
        answers(endpoint, &read);
        offers(endpoint, &read);
    }
}

/// The usual endpoint, one with every wish, and one that is on hold and speaks one codec.
fn endpoints() -> [Capabilities; 3] {
    let address = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    let list = |names| {
        let mut list = CodecList::new();
        let _ = list.allow(names);
        list
    };
    let usual = Capabilities::new(list("ulaw,alaw"), address, 10_000);
    let all = Capabilities {
        ports: vec![10_000, 10_002, 10_004],
        dtmf: DtmfMode::Auto,
        rtcp_mux: true,
        use_ptime: true,
        profile: Profile::Received,
        policies: Policies { preferred_codec_only: true, ..Policies::default() },
        ..Capabilities::new(list("all"), address, 0)
    };
    let held = Capabilities {
        direction: Direction::SendOnly,
        dtmf: DtmfMode::AutoInfo,
        compact: true,
        ..Capabilities::new(list("g722"), address, 10_000)
    };
    [usual, all, held]
}

/// The other side offers, again and again; after each agreement we offer anew, and another Obelus answers.
fn answers(endpoint: &Capabilities, offers: &[Description]) {
    let mut session = Session::new(1, "-", "Obelus");
    let mut version = 0;
    for offer in offers {
        let Ok(answer) = session.answer(endpoint, &[], offer) else { continue };
        check_outcome(endpoint, &answer.outcome, offer);
        let read = check_written(&answer.body, &mut version);
        assert_eq!(read.streams.len(), offer.streams.len(), "{}", answer.body);
        for (ours, theirs) in read.streams.iter().zip(&offer.streams) {
            assert_eq!(ours.kind, theirs.kind, "{}", answer.body);
            assert!(
                theirs.port != 0 || ours.port == 0,
                "a stream that is off was switched on: {}",
                answer.body
            );
        }
        assert_eq!(active(&read), answer.outcome.audio.len(), "{}", answer.body);
        offer_to_ourselves(&mut session, endpoint, &mut version);
    }
}

/// We offer, and the other side's description is the answer.
fn offers(endpoint: &Capabilities, answers: &[Description]) {
    let mut session = Session::new(1, "obelus", "Obelus");
    let mut version = 0;
    for answer in answers {
        let offer = session.offer(endpoint, &[Codec::Alaw]).expect("the endpoint has codecs and ports");
        let offered = check_written(&offer, &mut version);
        match session.accept_answer(endpoint, answer) {
            Ok(outcome) => check_outcome(endpoint, &outcome, answer),
            Err(_) => session.withdraw_offer(),
        }
        assert!(active(&offered) > 0, "{offer}");
        offer_to_ourselves(&mut session, endpoint, &mut version);
    }
}

/// An endpoint agrees with itself, whatever was agreed on before.
fn offer_to_ourselves(session: &mut Session, endpoint: &Capabilities, version: &mut u64) {
    let both = Capabilities { direction: Direction::SendRecv, ..endpoint.clone() };
    let Ok(offer) = session.offer(&both, &[]) else { return };
    let offered = check_written(&offer, version);
    let mut other = Session::new(2, "-", "-");
    let answer = other.answer(&both, &[], &offered).unwrap_or_else(|error| panic!("{error}: {offer}"));
    check_outcome(&both, &answer.outcome, &offered);
    let read = check_written(&answer.body, &mut 0);
    let outcome =
        session.accept_answer(&both, &read).unwrap_or_else(|error| panic!("{error}: {}", answer.body));
    check_outcome(&both, &outcome, &read);
    for (ours, theirs) in outcome.audio.iter().zip(&answer.outcome.audio) {
        let (sent, received) = (ours.send.payload_type, theirs.meaning(ours.send.payload_type));
        assert_eq!(
            received.and_then(obelus_sdp::Format::codec),
            Some(ours.send.codec),
            "{sent:?} in {offer}"
        );
    }
}

/// What we write can be read, and its version never falls.
fn check_written(body: &str, version: &mut u64) -> Description {
    let read = Description::parse(body.as_bytes()).unwrap_or_else(|error| panic!("{error}: {body}"));
    let now = read.origin.as_ref().map(|origin| origin.version).expect("we write one");
    assert!(now >= *version, "{body}");
    *version = now;
    read
}

fn active(description: &Description) -> usize {
    description.streams.iter().filter(|stream| stream.kind == MediaKind::Audio && stream.port != 0).count()
}

/// Nothing is agreed on that the endpoint does not allow or the other side did not name.
fn check_outcome(endpoint: &Capabilities, outcome: &Outcome, theirs: &Description) {
    assert!(!outcome.audio.is_empty());
    for stream in &outcome.audio {
        let named = theirs.streams.get(stream.index).expect("its index is that of the description");
        assert!(
            named.payloads.iter().any(|payload| payload.number == stream.send.payload_type),
            "{stream:?}"
        );
        assert!(stream.codecs().all(|codec| endpoint.codecs.contains(codec)), "{stream:?}");
        assert!(!stream.ptime.is_zero(), "{stream:?}");
        check_choices(stream);
    }
}

fn check_choices(stream: &Negotiated) {
    let mut stream = stream.clone();
    let codecs: Vec<_> = stream.codecs().collect();
    for codec in codecs {
        assert!(stream.choose(codec));
        assert_eq!(stream.codecs().next(), Some(codec));
    }
    stream.resolve(IpAddr::V4(Ipv4Addr::LOCALHOST));
    assert!(stream.remote_name.is_none());
}
