//! What holds for every negotiation, whatever is offered.

use std::collections::HashMap;

use obelus_media::Codec;
use obelus_rtp::PayloadType;
use proptest::prelude::*;

use crate::testing::BODIES;
use crate::{
    Answer, Capabilities, CodecList, Description, DtmfMode, Format, Outcome, Preference, Session, Stream,
};

const MEANINGS: &[&str] = &[
    "PCMU/8000",
    "PCMA/8000",
    "G722/8000",
    "opus/48000/2",
    "opus/48000",
    "speex/16000",
    "G729/8000",
    "iLBC/8000",
    "L16/16000",
    "AMR-WB/16000",
    "red/48000/2",
    "CN/8000",
    "telephone-event/8000",
    "telephone-event/16000",
    "telephone-event/48000",
    "telephone-event/90000",
    "nonsense",
];

/// An audio stream: payload types, each with one of the meanings or without any.
fn streams() -> impl Strategy<Value = String> {
    let number = prop_oneof![0u8..128, prop::sample::select(vec![0u8, 8, 9, 18])];
    let payload = (number, prop::option::of(0..MEANINGS.len()));
    let kind = prop::sample::select(vec!["audio", "audio", "audio", "video", "image"]);
    let transport =
        prop::sample::select(vec!["RTP/AVP", "RTP/AVP", "RTP/AVP", "RTP/AVP", "RTP/SAVP", "udptl"]);
    let port = prop::sample::select(vec![0u16, 9, 4998, 5000, 5002, 65535]);
    let lines = prop::sample::select(vec![
        "",
        "a=sendonly\n",
        "a=inactive\n",
        "a=ptime:40\n",
        "a=rtcp-mux\n",
        "c=IN IP4 0.0.0.0\n",
    ]);
    (kind, port, transport, prop::collection::vec(payload, 1..10), lines).prop_map(
        |(kind, port, transport, payloads, lines)| {
            let numbers: Vec<String> = payloads.iter().map(|(number, _)| number.to_string()).collect();
            let mut text = format!("m={kind} {port} {transport} {}\n{lines}", numbers.join(" "));
            for (number, meaning) in &payloads {
                // A dynamic one without a meaning would spoil the whole description.
                let meaning = meaning.or((*number >= 96).then_some(0)).and_then(|at| MEANINGS.get(at));
                text += &meaning.map(|meaning| format!("a=rtpmap:{number} {meaning}\n")).unwrap_or_default();
            }
            text
        },
    )
}

fn offers() -> impl Strategy<Value = String> {
    let generated = prop::collection::vec(streams(), 1..5).prop_map(|streams| {
        format!("v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\n{}", streams.concat())
    });
    let real = (0..BODIES.len()).prop_map(|at| BODIES[at].1.to_owned());
    prop_oneof![4 => generated, 1 => real]
}

fn capabilities() -> impl Strategy<Value = Capabilities> {
    use Codec::{Alaw, G722, G729, Gsm, Ilbc, Opus, Slin16, Speex16, Ulaw};
    let popular = vec![Alaw, G722, G729, Gsm, Ilbc, Opus, Slin16, Speex16, Ulaw];
    let codecs = prop::sample::subsequence(popular, 2..=9).prop_shuffle();
    let dtmf = prop::sample::select(vec![DtmfMode::Rfc4733, DtmfMode::Auto, DtmfMode::Info]);
    let preference =
        prop::sample::select(vec![Preference::LOCAL, Preference::PENDING, Preference::REMOTE_MERGE]);
    (codecs, dtmf, preference.clone(), preference, 1usize..3, any::<[bool; 2]>()).prop_map(
        |(codecs, dtmf, incoming, answered, ports, [use_ptime, rtcp_mux])| {
            let codecs: CodecList = codecs.into_iter().collect();
            let mut capabilities = Capabilities::new(codecs, "192.0.2.1".parse().unwrap(), 4000);
            capabilities.policies.incoming_offer = incoming;
            capabilities.policies.incoming_answer = answered;
            capabilities.ports = (0..ports as u16).map(|at| 4000 + at * 2).collect();
            Capabilities { dtmf, use_ptime, rtcp_mux, ..capabilities }
        },
    )
}

fn answer(capabilities: &Capabilities, offer: &str) -> Option<(Description, Answer, Description)> {
    let offer = Description::parse(offer.as_bytes()).ok()?;
    let answer = Session::new(1, "-", "-").answer(capabilities, &[], &offer).ok()?;
    let read = Description::parse(answer.body.as_bytes()).unwrap();
    Some((offer, answer, read))
}

fn events(stream: &Stream) -> Vec<(PayloadType, u32)> {
    let rate = |format: Format| format.event_rate().map(|rate| rate.hertz());
    stream.payloads.iter().filter_map(|known| Some((known.number, known.format.and_then(rate)?))).collect()
}

fn codecs(stream: &Stream) -> Vec<Codec> {
    stream.payloads.iter().filter_map(|known| known.format?.codec()).collect()
}

proptest! {
    #[test]
    fn an_answer_mirrors_its_offer(capabilities in capabilities(), offer in offers()) {
        let Some((offer, _, answer)) = answer(&capabilities, &offer) else { return Ok(()) };
        prop_assert_eq!(answer.streams.len(), offer.streams.len());
        for (answer, offer) in answer.streams.iter().zip(&offer.streams) {
            prop_assert_eq!(&answer.kind, &offer.kind);
            prop_assert_eq!(&answer.transport, &offer.transport);
            prop_assert!(answer.port == 0 || offer.port != 0);
            if answer.port == 0 {
                prop_assert_eq!(&answer.formats, &offer.formats);
                continue;
            }
            prop_assert!(!codecs(answer).is_empty());
            prop_assert!(!answer.rtcp_mux || offer.rtcp_mux);
            prop_assert!(!answer.direction.sends() || offer.direction.receives());
            prop_assert!(!answer.direction.receives() || offer.direction.sends());
            let offered: HashMap<_, _> = offer.payloads.iter().map(|known| (known.number, known.format)).collect();
            for known in &answer.payloads {
                prop_assert_eq!(offered.get(&known.number), Some(&known.format));
                let allowed = known.format.and_then(Format::codec).is_none_or(|codec| capabilities.codecs.contains(codec));
                prop_assert!(allowed, "{:?}", known.format);
            }
        }
    }

    #[test]
    fn digits_are_never_lost_on_the_way(capabilities in capabilities(), offer in offers()) {
        let Some((offer, given, answer)) = answer(&capabilities, &offer) else { return Ok(()) };
        let Some(negotiated) = given.outcome.first() else { return Ok(()) };
        let (offer, answer) = (&offer.streams[negotiated.index], &answer.streams[negotiated.index]);
        let (offered, answered) = (events(offer), events(answer));
        if !capabilities.dtmf.offers_events() {
            prop_assert!(answered.is_empty() && negotiated.dtmf.is_none());
            return Ok(());
        }
        prop_assert_eq!(answered.is_empty(), offered.is_empty());
        prop_assert_eq!(negotiated.dtmf.is_none(), offered.is_empty());
        for rate in codecs(answer).iter().map(|codec| codec.clock_rate()).chain([8000]) {
            let has = |list: &[(PayloadType, u32)]| list.iter().any(|(_, known)| *known == rate);
            prop_assert_eq!(has(&answered), has(&offered), "{}", rate);
        }
        if let Some(dtmf) = negotiated.dtmf {
            prop_assert!(offered.contains(&(dtmf.send, dtmf.rate.hertz())));
            let received = dtmf.receive.and_then(|number| negotiated.meaning(number));
            prop_assert_eq!(received, Some(Format::TelephoneEvent(dtmf.rate)));
            prop_assert_ne!(dtmf.send, negotiated.send.payload_type);
            let clock = negotiated.send.codec.clock_rate();
            let beside = answered.iter().any(|(_, rate)| *rate == clock);
            prop_assert!(!beside || dtmf.rate.hertz() == clock);
        }
    }

    #[test]
    fn a_received_number_has_one_meaning(capabilities in capabilities(), offer in offers()) {
        let Some((_, given, _)) = answer(&capabilities, &offer) else { return Ok(()) };
        for negotiated in &given.outcome.audio {
            let mut seen = std::collections::HashSet::new();
            prop_assert!(negotiated.receive.iter().all(|(number, _)| seen.insert(*number)));
            prop_assert!(negotiated.ptime >= negotiated.send.codec.shortest_frame());
            prop_assert!(negotiated.ptime <= negotiated.send.codec.longest_frame());
        }
    }

    /// Two of us: what one sends is what the other understands, both ways, also after roles change.
    #[test]
    fn two_sides_understand_each_other(
        alice in capabilities(), bob in capabilities(), turns in prop::collection::vec(any::<bool>(), 1..4),
    ) {
        let mut sessions = [Session::new(1, "alice", "a"), Session::new(2, "bob", "b")];
        for turn in turns {
            let [a, b] = &mut sessions;
            let (caller, callee, calling, called) = if turn { (a, b, &alice, &bob) } else { (b, a, &bob, &alice) };
            let Ok(offer) = caller.offer(calling, &[]) else { return Ok(()) };
            let offer = Description::parse(offer.as_bytes()).unwrap();
            let Ok(answer) = callee.answer(called, &[], &offer) else {
                caller.withdraw_offer();
                continue;
            };
            let read = Description::parse(answer.body.as_bytes()).unwrap();
            let outcome = caller.accept_answer(calling, &read).unwrap();
            understood(&outcome, &answer.outcome)?;
            understood(&answer.outcome, &outcome)?;
        }
    }

    #[test]
    fn an_independent_reader_understands_us(capabilities in capabilities(), offer in offers()) {
        let mut bodies = vec![Session::new(1, "-", "Asterisk").offer(&capabilities, &[]).ok()];
        bodies.push(answer(&capabilities, &offer).map(|(_, answer, _)| answer.body));
        for body in bodies.into_iter().flatten() {
            let read = sdp_rs::SessionDescription::try_from(body.as_str());
            prop_assert!(read.is_ok(), "{}\n{:?}", body, read);
            let streams = Description::parse(body.as_bytes()).unwrap().streams.len();
            prop_assert_eq!(read.unwrap().media_descriptions.len(), streams);
        }
    }
}

fn understood(sender: &Outcome, receiver: &Outcome) -> Result<(), TestCaseError> {
    prop_assert_eq!(sender.audio.len(), receiver.audio.len());
    for (sender, receiver) in sender.audio.iter().zip(&receiver.audio) {
        prop_assert_eq!(sender.direction, receiver.direction.reversed());
        prop_assert_eq!(sender.rtcp_mux, receiver.rtcp_mux);
        for known in std::iter::once(&sender.send).chain(&sender.alternatives) {
            prop_assert_eq!(receiver.meaning(known.payload_type), Some(Format::Codec(known.codec)));
        }
        if let Some(dtmf) = sender.dtmf {
            prop_assert_eq!(receiver.meaning(dtmf.send), Some(Format::TelephoneEvent(dtmf.rate)));
        }
        prop_assert_eq!(sender.dtmf.is_some(), receiver.dtmf.is_some());
    }
    Ok(())
}
