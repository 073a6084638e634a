//! Whole negotiations, with bodies as they come from the field.

use obelus_media::Codec;
use obelus_rtp::PayloadType;

use crate::testing::{self, as_sent};
use crate::{
    Capabilities, CodecList, Description, Direction, DtmfMode, Format, Negotiated, Opus, Parameters,
    Preference, Profile, SdpError, Session,
};

/// Ours: these codecs at 192.0.2.1:4000.
fn capabilities(allow: &str) -> Capabilities {
    let mut codecs = CodecList::new();
    codecs.allow(allow).unwrap();
    Capabilities::new(codecs, "192.0.2.1".parse().unwrap(), 4000)
}

fn session() -> Session {
    Session::new(7000, "-", "Asterisk")
}

fn read(body: &str) -> Description {
    Description::parse(as_sent(body).as_bytes()).unwrap()
}

/// An offer or answer of one audio stream at 192.0.2.9:5000; `|` ends a line.
fn audio(formats: &str, lines: &str) -> String {
    let lines = lines.replace('|', "\n");
    format!(
        "v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\nm=audio 5000 RTP/AVP {formats}\n{lines}\n"
    )
}

/// The `m=` lines of a body, or why there is none.
fn media_lines(body: Result<String, SdpError>) -> String {
    match body {
        Ok(body) => body.lines().filter_map(|line| line.strip_prefix("m=")).collect::<Vec<_>>().join(" + "),
        Err(error) => format!("{} {error}", error.status()),
    }
}

fn answer(capabilities: &Capabilities, offer: &str) -> Result<String, SdpError> {
    session().answer(capabilities, &[], &read(offer)).map(|answer| answer.body)
}

fn negotiate(capabilities: &Capabilities, offer: &str) -> Negotiated {
    session().answer(capabilities, &[], &read(offer)).unwrap().outcome.audio.remove(0)
}

/// The `m=` lines of our answer.
fn check(capabilities: &Capabilities, offer: &str, expected: &str) {
    assert_eq!(media_lines(answer(capabilities, offer)), expected);
}

#[test]
fn every_body_of_the_field_is_answered() {
    let check = |body, expected| check(&capabilities("opus,g722,ulaw,alaw,gsm"), body, expected);
    check(testing::YEALINK, "audio 4000 RTP/AVP 9 0 8 101");
    check(testing::POLYCOM, "audio 4000 RTP/AVP 9 0 8 127");
    check(testing::CISCO, "audio 4000 RTP/AVP 0 8 101");
    check(testing::SNOM, "audio 4000 RTP/AVP 9 0 8 3 101");
    check(testing::GRANDSTREAM, "audio 4000 RTP/AVP 9 0 8 101 + video 0 RTP/AVP 99");
    check(testing::LINPHONE, "488 the endpoint does not use the transport `RTP/AVPF`");
    check(testing::ZOIPER, "audio 4000 RTP/AVP 107 0 8 98 101");
    check(testing::CHROME, "488 the endpoint does not use the transport `UDP/TLS/RTP/SAVPF`");
    check(testing::CARRIER, "audio 4000 RTP/AVP 0 8 100");
    check(testing::IMS, "audio 4000 RTP/AVP 8 100");
    check(testing::TEAMS, "488 the endpoint does not use the transport `RTP/SAVP`");
    check(testing::FREESWITCH, "audio 4000 RTP/AVP 102 9 0 8 103 101");
    check(testing::ASTERISK, "audio 4000 RTP/AVP 107 9 0 101 102");
    check(testing::FAX, "audio 4000 RTP/AVP 8 96 + image 0 udptl t38");
    check(testing::OLD_HOLD, "audio 4000 RTP/AVP 0 101");
    check(testing::IPV6, "audio 4000 RTP/AVP 0 8 101");
}

#[test]
fn an_answer_is_written_as_asterisk_writes_it() {
    let expected = "v=0\r\no=- 7000 7000 IN IP4 192.0.2.1\r\ns=Asterisk\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
        m=audio 4000 RTP/AVP 8 0 18 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\n\
        a=rtpmap:18 G729/8000\r\na=fmtp:18 annexb=no\r\na=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n\
        a=ptime:20\r\na=maxptime:140\r\na=sendrecv\r\n";
    assert_eq!(answer(&capabilities("alaw,ulaw,g729"), testing::YEALINK).unwrap(), expected);
}

#[test]
fn an_offer_names_digits_on_every_clock() {
    let check = |allow, expected| {
        assert_eq!(media_lines(session().offer(&capabilities(allow), &[])), expected, "{allow}");
    };
    check("ulaw,alaw", "audio 4000 RTP/AVP 0 8 101");
    check("opus,ulaw,alaw", "audio 4000 RTP/AVP 107 0 8 101 102");
    check("ulaw,alaw,opus", "audio 4000 RTP/AVP 0 8 107 101 102");
    check("opus", "audio 4000 RTP/AVP 107 101 102");
    check("g722", "audio 4000 RTP/AVP 9 101");
    check("siren7,siren14", "audio 4000 RTP/AVP 102 115 101 103 104");
    check("silk16", "488 no codec to offer");
}

#[test]
fn every_codec_can_be_offered_at_once() {
    let offer = session().offer(&capabilities("all"), &[]).unwrap();
    let description = Description::parse(offer.as_bytes()).unwrap();
    let known = description.streams[0].payloads.iter().filter(|payload| payload.format.is_some()).count();
    // All but Codec 2 and the four of SILK, and digits on five clocks.
    assert_eq!(known, Codec::ALL.len() - 5 + 5);
}

#[test]
fn our_order_decides_unless_told_otherwise() {
    let mut ours = capabilities("alaw,ulaw");
    check(&ours, &audio("0 8", ""), "audio 4000 RTP/AVP 8 0");
    ours.policies.incoming_offer = Preference::PENDING;
    check(&ours, &audio("0 8", ""), "audio 4000 RTP/AVP 0 8");
    ours.policies.preferred_codec_only = true;
    check(&ours, &audio("0 8", ""), "audio 4000 RTP/AVP 0");
}

#[test]
fn the_channels_wish_orders_offers_and_answers() {
    let ours = capabilities("opus,ulaw,alaw");
    assert_eq!(
        media_lines(session().offer(&ours, &[Codec::Gsm, Codec::Alaw])),
        "audio 4000 RTP/AVP 8 107 0 101 102"
    );
    let wish = |codec| session().answer(&ours, &[codec], &read(&audio("0 8", ""))).map(|answer| answer.body);
    assert_eq!(media_lines(wish(Codec::Alaw)), "audio 4000 RTP/AVP 8");
    // What cannot be had does not break the call: the core transcodes.
    assert_eq!(media_lines(wish(Codec::Gsm)), "audio 4000 RTP/AVP 0 8");
}

#[test]
fn what_cannot_be_agreed_on_is_refused_with_its_status() {
    let ours = capabilities("alaw");
    check(&ours, &audio("0 18", ""), "488 no common codec: offered are (ulaw|g729), allowed are (alaw)");
    check(
        &ours,
        &audio("97", "a=rtpmap:97 AMR/8000"),
        "488 no common codec: offered are (nothing), allowed are (alaw)",
    );
    check(&ours, &audio("8", "").replace("5000", "0"), "488 no active audio stream");
    check(&ours, "v=0\ns=-\nc=IN IP4 192.0.2.9\nm=image 5 udptl t38\n", "488 no active audio stream");
    check(&ours, "v=0\ns=-\n", "488 no active audio stream");
    check(&Capabilities { ports: vec![], ..ours }, &audio("8", ""), "488 no port for the audio stream");
    assert_eq!(SdpError::from(Description::parse(b"x").unwrap_err()).status(), 400);
}

#[test]
fn every_stream_is_answered_in_its_place() {
    let offer = "v=0\no=- 1 1 IN IP4 192.0.2.9\ns=-\nc=IN IP4 192.0.2.9\nt=0 0\nm=video 5002 RTP/AVP 34\n\
        m=audio 5000 RTP/SAVP 0\nm=audio 5000 RTP/AVP 0\nm=audio 5004 RTP/AVP 8\nm=x-chat 5060 sip null\n";
    let mut ours = capabilities("ulaw,alaw");
    let video = "video 0 RTP/AVP 34 + audio 0 RTP/SAVP 0 + ";
    check(&ours, offer, &format!("{video}audio 4000 RTP/AVP 0 + audio 0 RTP/AVP 8 + x-chat 0 sip null"));
    ours.ports.push(4002);
    check(&ours, offer, &format!("{video}audio 4000 RTP/AVP 0 + audio 4002 RTP/AVP 8 + x-chat 0 sip null"));
}

#[test]
fn digits_go_on_the_clock_of_the_audio_if_they_can() {
    let both = "a=rtpmap:96 opus/48000/2|a=rtpmap:97 telephone-event/8000|a=rtpmap:98 telephone-event/48000";
    let check = |allow, formats: &str, lines, expected: Option<(u8, u32)>| {
        let dtmf = negotiate(&capabilities(allow), &audio(formats, lines)).dtmf;
        assert_eq!(dtmf.map(|dtmf| (dtmf.send.number(), dtmf.rate.hertz())), expected);
    };
    check("opus,ulaw", "96 0 97 98", both, Some((98, 48000)));
    check("ulaw,opus", "96 0 97 98", both, Some((97, 8000)));
    check("opus", "96 97", "a=rtpmap:96 opus/48000/2|a=rtpmap:97 telephone-event/8000", Some((97, 8000)));
    check("opus", "96 97", "a=rtpmap:96 opus/48000/2|a=rtpmap:97 telephone-event/16000", Some((97, 16000)));
    check("ulaw", "0", "", None);
}

#[test]
fn digits_are_named_only_if_they_go_as_events() {
    let mut ours = capabilities("ulaw");
    for (mode, expected) in [
        (DtmfMode::Rfc4733, "audio 4000 RTP/AVP 0 101"),
        (DtmfMode::AutoInfo, "audio 4000 RTP/AVP 0 101"),
        (DtmfMode::Info, "audio 4000 RTP/AVP 0"),
        (DtmfMode::Inband, "audio 4000 RTP/AVP 0"),
        (DtmfMode::None, "audio 4000 RTP/AVP 0"),
    ] {
        ours.dtmf = mode;
        check(&ours, testing::YEALINK, expected);
        assert_eq!(negotiate(&ours, testing::YEALINK).dtmf.is_some(), mode.offers_events());
    }
}

#[test]
fn both_sides_may_use_numbers_of_their_own() {
    let (mut session, ours) = (session(), capabilities("opus,ulaw"));
    session.offer(&ours, &[]).unwrap();
    let lines = "a=rtpmap:96 opus/48000/2|a=fmtp:96 stereo=1;maxaveragebitrate=20000|a=rtpmap:110 telephone-event/48000";
    let outcome = session.accept_answer(&ours, &read(&audio("96 110", lines))).unwrap();
    let negotiated = outcome.first().unwrap();
    assert_eq!((negotiated.send.codec, negotiated.send.payload_type.number()), (Codec::Opus, 96));
    let opus = Opus { max_average_bitrate: Some(20000), ..Opus::default() };
    assert_eq!(negotiated.send.parameters, Parameters::Opus(opus));
    let dtmf = negotiated.dtmf.unwrap();
    assert_eq!((dtmf.send.number(), dtmf.receive.map(PayloadType::number)), (110, Some(101)));
    for (number, codec) in
        [(107, Some(Codec::Opus)), (96, Some(Codec::Opus)), (0, Some(Codec::Ulaw)), (8, None)]
    {
        let meaning = negotiated.meaning(PayloadType::from_wire(number));
        assert_eq!(meaning.and_then(Format::codec), codec, "{number}");
    }
}

#[test]
fn an_answer_with_several_codecs_leaves_a_choice() {
    let (mut session, ours) = (session(), capabilities("opus,ulaw,alaw"));
    session.offer(&ours, &[]).unwrap();
    let lines =
        "a=rtpmap:107 opus/48000/2|a=rtpmap:102 telephone-event/8000|a=rtpmap:101 telephone-event/48000";
    let answer = read(&audio("8 107 102 101", lines));
    let mut negotiated = session.accept_answer(&ours, &answer).unwrap().audio.remove(0);
    assert_eq!(negotiated.codecs().collect::<Vec<_>>(), [Codec::Alaw, Codec::Opus]);
    assert_eq!(negotiated.dtmf.unwrap().send.number(), 102);
    assert!(negotiated.choose(Codec::Opus));
    assert_eq!(negotiated.codecs().collect::<Vec<_>>(), [Codec::Opus, Codec::Alaw]);
    assert_eq!(negotiated.dtmf.unwrap().send.number(), 101);
    assert!(!negotiated.choose(Codec::Ulaw));
}

#[test]
fn answers_that_agree_on_nothing_are_refused() {
    let (mut session, ours) = (session(), capabilities("ulaw"));
    let answer = |session: &mut Session, body: &str| {
        session.accept_answer(&ours, &read(body)).map(|_| "m=agreed".to_owned())
    };
    assert_eq!(media_lines(answer(&mut session, &audio("0", ""))), "400 an answer without an offer");
    session.offer(&ours, &[]).unwrap();
    let nothing = "488 no common codec: offered are (alaw), allowed are (ulaw)";
    assert_eq!(media_lines(answer(&mut session, &audio("8", ""))), nothing);
    assert_eq!(
        media_lines(answer(&mut session, &audio("0", "").replace("5000", "0"))),
        "488 no active audio stream"
    );
    assert_eq!(media_lines(answer(&mut session, "v=0\ns=-\n")), "488 no active audio stream");
    // A provisional answer may be bad and the final one good.
    assert_eq!(media_lines(answer(&mut session, &audio("0", ""))), "agreed");
    session.withdraw_offer();
    assert_eq!(media_lines(answer(&mut session, &audio("0", ""))), "400 an answer without an offer");
}

#[test]
fn holds_are_seen_and_answered() {
    let ours = capabilities("ulaw");
    let check = |offer: &str, direction, held, can_send| {
        let negotiated = negotiate(&ours, offer);
        assert_eq!((negotiated.direction, negotiated.held_by_remote), (direction, held), "{offer}");
        assert_eq!(negotiated.remote.is_some(), can_send);
        let body = answer(&ours, offer).unwrap();
        assert!(body.contains(&format!("a={direction}\r\n")), "{body}");
    };
    check(&audio("0", ""), Direction::SendRecv, false, true);
    check(&audio("0", "a=sendonly"), Direction::RecvOnly, true, true);
    check(&audio("0", "a=recvonly"), Direction::SendOnly, false, true);
    check(&audio("0", "a=inactive"), Direction::Inactive, true, true);
    check(testing::OLD_HOLD, Direction::RecvOnly, true, false);
    let held = audio("0", "a=sendrecv").replace("c=IN IP4 192.0.2.9", "c=IN IP6 ::");
    check(&held, Direction::RecvOnly, true, false);
}

#[test]
fn we_hold_by_direction() {
    let (mut session, mut ours) = (session(), capabilities("ulaw"));
    ours.direction = Direction::SendOnly;
    assert!(session.offer(&ours, &[]).unwrap().contains("a=sendonly\r\n"));
    let outcome = session.accept_answer(&ours, &read(&audio("0", "a=recvonly"))).unwrap();
    let negotiated = outcome.first().unwrap();
    assert_eq!((negotiated.direction, negotiated.held_by_remote), (Direction::SendOnly, false));
    ours.direction = Direction::Inactive;
    let body = session.answer(&ours, &[], &read(&audio("0", "a=sendonly"))).unwrap().body;
    assert!(body.contains("a=inactive\r\n"), "{body}");
}

#[test]
fn the_version_rises_only_when_the_body_changes() {
    let (mut session, mut ours) = (session(), capabilities("ulaw"));
    let version = |body: &str| Description::parse(body.as_bytes()).unwrap().origin.map(|o| (o.id, o.version));
    let mut expect = |ours: &Capabilities, expected| {
        let body = session.offer(ours, &[]).unwrap();
        assert_eq!(version(&body), Some(("7000".to_owned(), expected)));
        session.accept_answer(ours, &read(&audio("0", ""))).unwrap();
    };
    expect(&ours, 7000);
    expect(&ours, 7000);
    ours.direction = Direction::SendOnly;
    expect(&ours, 7001);
    expect(&ours, 7001);
    ours.direction = Direction::SendRecv;
    expect(&ours, 7002);
    ours.ports = vec![4010];
    expect(&ours, 7003);
    let body = session.answer(&ours, &[], &read(&audio("0", ""))).unwrap().body;
    // No digits this time: another body.
    assert_eq!(version(&body), Some(("7000".to_owned(), 7004)));
}

#[test]
fn numbers_stay_what_they_were() {
    let (mut session, ours) = (session(), capabilities("opus,ulaw,siren7"));
    let lines = "a=rtpmap:96 opus/48000/2|a=rtpmap:102 telephone-event/8000";
    let answer = session.answer(&ours, &[], &read(&audio("96 0 102", lines))).unwrap();
    assert_eq!(media_lines(Ok(answer.body)), "audio 4000 RTP/AVP 96 0 102");
    // 102 is taken, so G.722.1 moves; digits on other clocks go to what is free.
    assert_eq!(media_lines(session.offer(&ours, &[])), "audio 4000 RTP/AVP 96 0 103 101 102 104");
}

#[test]
fn streams_come_and_go_in_their_places() {
    let (mut session, mut ours) = (session(), capabilities("ulaw"));
    session.answer(&ours, &[], &read(testing::GRANDSTREAM)).unwrap();
    ours.ports = vec![4000, 4002];
    let offer = session.offer(&ours, &[]);
    assert_eq!(media_lines(offer), "audio 4000 RTP/AVP 0 101 + video 0 RTP/AVP 99 + audio 4002 RTP/AVP 0");
    let more = audio("0", "m=video 0 RTP/AVP 99|m=audio 5002 RTP/AVP 0");
    assert_eq!(session.accept_answer(&ours, &read(&more)).unwrap().audio.len(), 2);
    ours.ports = vec![4000];
    let offer = session.offer(&ours, &[]);
    assert_eq!(media_lines(offer), "audio 4000 RTP/AVP 0 101 + video 0 RTP/AVP 99 + audio 0 RTP/AVP 0");
    let refused = audio("0", "m=video 0 RTP/AVP 99|m=audio 0 RTP/AVP 0");
    let outcome = session.accept_answer(&ours, &read(&refused)).unwrap();
    assert_eq!((outcome.audio.len(), outcome.audio[0].index), (1, 0));
}

#[test]
fn a_refused_reinvite_changes_nothing() {
    let (mut session, mut ours) = (session(), capabilities("ulaw"));
    session.answer(&ours, &[], &read(testing::YEALINK)).unwrap();
    let gsm = read(&audio("3", ""));
    assert!(session.answer(&ours, &[], &gsm).is_err());
    ours.ports.push(4002);
    session.offer(&ours, &[]).unwrap();
    session.withdraw_offer();
    ours.ports.pop();
    assert_eq!(media_lines(session.offer(&ours, &[])), "audio 4000 RTP/AVP 0 101");
}

#[test]
fn addresses_of_media_and_rtcp() {
    let mut ours = capabilities("ulaw");
    ours.rtcp_mux = true;
    let check = |offer: &str, media: &str, rtcp: &str| {
        let negotiated = negotiate(&ours, offer);
        let shown = [negotiated.remote, negotiated.remote_rtcp].map(|at| at.map(|at| at.to_string()));
        assert_eq!(shown, [Some(media.to_owned()), Some(rtcp.to_owned())]);
    };
    check(&audio("0", ""), "192.0.2.9:5000", "192.0.2.9:5001");
    check(&audio("0", "a=rtcp:6001"), "192.0.2.9:5000", "192.0.2.9:6001");
    check(&audio("0", "a=rtcp-mux|a=rtcp:6001"), "192.0.2.9:5000", "192.0.2.9:5000");
    check(testing::IPV6, "[2001:db8::20]:11000", "[2001:db8::21]:11055");
    assert!(answer(&ours, &audio("0", "a=rtcp-mux")).unwrap().contains("a=rtcp-mux\r\n"));
    assert!(!answer(&ours, &audio("0", "")).unwrap().contains("a=rtcp-mux"));
}

#[test]
fn a_host_that_is_named_is_looked_up_later() {
    let offer = audio("0", "").replace("c=IN IP4 192.0.2.9", "c=IN IP4 media.example.com");
    let mut negotiated = negotiate(&capabilities("ulaw"), &offer);
    assert_eq!((negotiated.remote, negotiated.remote_rtcp), (None, None));
    assert_eq!(negotiated.remote_name, Some(("media.example.com".to_owned(), 5000)));
    negotiated.resolve("192.0.2.77".parse().unwrap());
    assert_eq!(negotiated.remote, Some("192.0.2.77:5000".parse().unwrap()));
    assert_eq!(negotiated.remote_rtcp, Some("192.0.2.77:5001".parse().unwrap()));
}

#[test]
fn frame_lengths_follow_our_list_or_their_wish() {
    let check = |allow, use_ptime, lines, ptime, said: &str| {
        let ours = Capabilities { use_ptime, ..capabilities(allow) };
        let offer = audio("0 4", lines);
        assert_eq!(negotiate(&ours, &offer).ptime.as_millis(), ptime, "{allow} {lines}");
        let body = answer(&ours, &offer).unwrap();
        assert!(body.contains(&format!("a=ptime:{said}\r\n")), "{body}");
    };
    check("ulaw", false, "a=ptime:30", 20, "20");
    check("ulaw", true, "a=ptime:30", 30, "30");
    check("ulaw", true, "", 20, "20");
    check("ulaw:40", false, "", 40, "40");
    check("ulaw:40", false, "a=maxptime:20", 20, "40");
    check("ulaw", true, "a=ptime:25", 20, "25");
    check("ulaw", true, "a=ptime:9999", 140, "9999");
    check("g723", false, "", 30, "30");
    check("ulaw", false, "a=maxptime:1", 10, "20");
}

#[test]
fn avpf_is_spoken_where_it_is_configured() {
    let mut ours = capabilities("opus");
    ours.profile = Profile::Avpf;
    check(&ours, testing::LINPHONE, "audio 4000 RTP/AVPF 96 101 100");
    check(&ours, testing::ASTERISK, "488 the endpoint does not use the transport `RTP/AVP`");
    assert_eq!(media_lines(session().offer(&ours, &[])), "audio 4000 RTP/AVPF 107 101 102");
    ours.profile = Profile::Received;
    check(&ours, testing::LINPHONE, "audio 4000 RTP/AVPF 96 101 100");
    check(&ours, testing::ASTERISK, "audio 4000 RTP/AVP 107 101 102");
}

#[test]
fn compact_bodies_leave_out_what_everybody_knows() {
    let ours = Capabilities { compact: true, ..capabilities("ulaw,opus") };
    let body = session().offer(&ours, &[]).unwrap();
    assert!(!body.contains("rtpmap:0"), "{body}");
    assert!(body.contains("a=rtpmap:107 opus/48000/2\r\n"), "{body}");
}

#[test]
fn g726_can_be_what_others_take_it_for() {
    let body = audio("96", "a=rtpmap:96 G726-32/8000");
    let codec = |swap| {
        let description = Description::parse_with(body.as_bytes(), swap).unwrap();
        description.streams[0].payloads[0].format.and_then(Format::codec)
    };
    assert_eq!([codec(false), codec(true)], [Some(Codec::G726), Some(Codec::G726Aal2)]);
}

#[test]
fn an_owner_and_a_name_cannot_break_the_lines() {
    let ours = capabilities("ulaw");
    let body = Session::new(1, "a b", "x\r\nm=audio 1 RTP/AVP 0").offer(&ours, &[]).unwrap();
    assert!(body.starts_with("v=0\r\no=a 1 1 IN IP4 192.0.2.1\r\ns=xm=audio 1 RTP/AVP 0\r\nc="), "{body}");
    let body = Session::new(1, "", "").offer(&ours, &[]).unwrap();
    assert!(body.starts_with("v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\n"), "{body}");
}

#[test]
fn comfort_noise_is_understood_if_it_is_offered() {
    let negotiated = negotiate(&capabilities("ulaw"), testing::FREESWITCH);
    assert!(matches!(negotiated.meaning(PayloadType::from_wire(13)), Some(Format::ComfortNoise(_))));
    assert_eq!(negotiate(&capabilities("ulaw"), testing::YEALINK).meaning(PayloadType::from_wire(13)), None);
}
