//! Calls that come.

use obelus_core::device_state::DeviceState;
use obelus_core::engine::testing::FakePort;
use obelus_core::engine::{DigitMode, Direction};
use obelus_core::media::Codec;
use obelus_sip::Method;
use obelus_sip::header::Name;

use super::phone::{sdp, usual_sdp};
use super::{House, Phone};

/// The engine's port of the one channel that there is.
pub(super) async fn port_of(house: &House) -> FakePort {
    house.until("there is a channel", |house| house.pbx.core.channels.count() == 1).await;
    let channel = house.pbx.core.channels.all().pop().unwrap();
    channel.run(|channel| Box::pin(async { FakePort::of(channel.media().unwrap()).unwrap() })).await.unwrap()
}

#[tokio::test]
async fn an_answered_call_lasts_until_the_caller_hangs_up() {
    let house = House::common("exten => 600,1,Answer()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("600", "", &usual_sdp()).await;
    phone.hears(100).await;
    let answer = phone.hears(200).await;
    let body = String::from_utf8(answer.body().to_vec()).unwrap();
    // The endpoint's order of codecs, and the offered numbers.
    assert!(body.contains("m=audio ") && body.contains(" RTP/AVP 8 0 101\r\n"), "{body}");
    assert_eq!(phone.target, format!("sip:{}", house.udp()));
    phone.acknowledges("").await;
    assert_eq!(port_of(&house).await.settings().unwrap().send.unwrap().codec, Codec::Alaw);
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn the_caller_must_prove_who_it_is() {
    let house = House::common("exten => 600,1,Answer()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "1001").await;
    let uri = "sip:600@pbx";
    for (password, status) in [("wrong", 401), ("secret", 200)] {
        phone.calls("600", "", &usual_sdp()).await;
        let challenge = phone.hears(401).await;
        phone.acknowledges_failure(uri).await;
        let proof = phone.answer_to(&challenge, &Method::Invite, uri, password);
        phone.calls("600", &proof, &usual_sdp()).await;
        phone.hears(status).await;
        if status == 401 {
            phone.acknowledges_failure(uri).await;
        }
    }
    phone.acknowledges("").await;
    phone.hangs_up().await;
    house.quiet().await;
    assert_eq!(house.driver.counters.failed_authentication.get(), 1);
}

#[tokio::test]
async fn unknown_callers_are_challenged_like_known_ones() {
    let house = House::common("exten => 600,1,Answer()\n").await;
    let mut answers = Vec::new();
    for user in ["1001", "nobody"] {
        let mut phone = Phone::new(&house, user).await;
        phone.calls("600", "", &usual_sdp()).await;
        let challenge = phone.hears(401).await;
        answers.push(challenge.text(Name::WwwAuthenticate).unwrap().len());
        phone.acknowledges_failure("sip:600@pbx").await;
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(house.pbx.core.channels.processed(), 0);
}

async fn is_refused(
    dialplan: &str,
    exten: &str,
    lines: &str,
    body: &str,
    status: u16,
) -> obelus_sip::message::Response {
    let house = House::common(dialplan).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls(exten, lines, body).await;
    let refusal = phone.hears(status).await;
    phone.acknowledges_failure(&format!("sip:{exten}@pbx")).await;
    house.quiet().await;
    refusal
}

#[tokio::test]
async fn a_number_that_is_not_there_is_not_found() {
    is_refused("exten => 600,1,Answer()\n", "999", "", &usual_sdp(), 404).await;
    is_refused("exten => 600,1,Answer()\n", "60", "", &usual_sdp(), 484).await;
}

#[tokio::test]
async fn the_log_says_which_number_is_not_there_and_whose_call_it_was() {
    let log = super::house::Log::new();
    let house = House::common("exten => 600,1,Answer()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    for exten in ["998", "999"] {
        phone.calls(exten, "", &usual_sdp()).await;
        phone.hears(404).await;
        phone.acknowledges_failure(&format!("sip:{exten}@pbx")).await;
        let line = format!(
            "Call from 'open' (UDP:{}) to extension '{exten}' rejected because extension not found in context \
             'internal'.",
            phone.address()
        );
        assert_eq!(log.count(&line), 1);
    }
    assert_eq!(log.count("left_out"), 0);
}

#[tokio::test]
async fn a_call_is_refused_with_the_status_of_its_cause() {
    let busy = is_refused("exten => 1,1,Refuse(USER_BUSY)\n", "1", "", &usual_sdp(), 486).await;
    assert_eq!(busy.text(Name::Reason).unwrap(), "Q.850;cause=17");
    is_refused("exten => 1,1,Refuse(NORMAL_CLEARING)\n", "1", "", &usual_sdp(), 603).await;
    is_refused("exten => 1,1,Refuse(NORMAL_CIRCUIT_CONGESTION)\n", "1", "", &usual_sdp(), 503).await;
}

#[tokio::test]
async fn without_a_common_codec_there_is_no_call() {
    is_refused("exten => 1,1,Answer()\n", "1", "", &sdp(40_000, "18", ""), 488).await;
    is_refused("exten => 1,1,Answer()\n", "1", "Content-Type: application/sdp\r\n", "nonsense", 400).await;
}

#[tokio::test]
async fn a_description_that_cannot_be_read_is_told_what_is_wrong() {
    let refusal =
        is_refused("exten => 1,1,Answer()\n", "1", "Content-Type: application/sdp\r\n", "v=1", 400).await;
    assert_eq!(refusal.reason(), b"Invalid Session Description");
    let refusal =
        is_refused("exten => 1,1,Answer()\n", "1", "Content-Type: text/plain\r\n", "hello", 415).await;
    assert_eq!(refusal.text(Name::Accept).unwrap(), "application/sdp");
}

#[tokio::test]
async fn a_call_that_comes_by_two_ways_is_taken_once() {
    let house = House::common("exten => 1,1,Ring()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    let invite = phone.request("INVITE", "sip:1@pbx", "", &usual_sdp());
    phone.send(&invite).await;
    phone.hears(180).await;
    phone.send(&invite.replace("-INVITE\r\n", "-OTHER\r\n")).await;
    phone.hears(482).await;
    phone.cancels("sip:1@pbx").await;
    phone.hears(200).await;
    phone.hears(487).await;
    phone.acknowledges_failure("sip:1@pbx").await;
    house.quiet().await;
    assert_eq!(house.pbx.core.channels.processed(), 1);
}

#[tokio::test]
async fn many_call_at_once() {
    let house = House::common("exten => 1,1,Answer()\n same => n,Listen()\n").await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let mut phone = Phone::new(&house, "open").await;
        calls.spawn(async move {
            phone.talks_to("1").await;
            phone.hangs_up().await;
        });
    }
    while let Some(ended) = calls.join_next().await {
        ended.unwrap();
    }
    house.quiet().await;
    assert_eq!(house.pbx.core.channels.processed(), 100);
}

#[tokio::test]
async fn unknown_extensions_of_sip_are_refused() {
    let refusal =
        is_refused("exten => 1,1,Answer()\n", "1", "Require: precondition\r\n", &usual_sdp(), 420).await;
    assert_eq!(refusal.text(Name::Unsupported).unwrap(), "precondition");
}

#[tokio::test]
async fn a_caller_gives_up_while_it_rings() {
    let house = House::common("exten => 1,1,Ring()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &usual_sdp()).await;
    phone.hears(180).await;
    phone.cancels("sip:1@pbx").await;
    // The CANCEL's own answer, then the call's.
    phone.hears(200).await;
    phone.hears(487).await;
    phone.acknowledges_failure("sip:1@pbx").await;
    house.quiet().await;
}

#[tokio::test]
async fn audio_before_the_answer_stays_as_it_is() {
    let house = House::common("exten => 1,1,Progress()\n same => n,Answer()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &usual_sdp()).await;
    let early = phone.hears(183).await;
    let answer = phone.hears(200).await;
    assert_eq!(early.body(), answer.body());
    assert!(!early.body().is_empty());
    phone.acknowledges("").await;
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_caller_without_a_description_answers_ours() {
    let house = House::common("exten => 1,1,Answer()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", "").await;
    let offer = phone.hears(200).await;
    assert!(String::from_utf8_lossy(offer.body()).contains(" RTP/AVP 8 0 101\r\n"));
    phone.acknowledges(&sdp(40_002, "0 101", "")).await;
    let port = port_of(&house).await;
    house
        .until("the answer counts", |_| port.settings().is_some_and(|settings| settings.send.is_some()))
        .await;
    let settings = port.settings().unwrap();
    assert_eq!(settings.send.unwrap().codec, Codec::Ulaw);
    assert_eq!(settings.remote.unwrap().port(), 40_002);
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_caller_whose_ack_has_no_answer_is_hung_up() {
    let house = House::common("exten => 1,1,Answer()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", "").await;
    phone.hears(200).await;
    phone.acknowledges("").await;
    let bye = phone.is_asked("BYE").await;
    phone.replies(&bye, 200, "", "").await;
    house.quiet().await;
}

#[tokio::test]
async fn digits_come_by_info() {
    let house = House::common("exten => 1,1,Answer()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    let relay = "Content-Type: application/dtmf-relay\r\n";
    phone.asks("INFO", relay, "Signal=5\r\nDuration=160\r\n", 200).await;
    phone.asks("INFO", "Content-Type: application/dtmf\r\n", "11", 200).await;
    phone.asks("INFO", relay, "Signal=x\r\n", 500).await;
    phone.asks("INFO", "Content-Type: text/xml\r\n", "<x/>", 415).await;
    house.until("both are heard", |house| house.heard.all().len() == 2).await;
    assert_eq!(house.heard.all(), ["digit 5 160", "digit # 100"]);
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn digits_are_agreed_on_as_events_in_rtp() {
    let house = House::common("exten => 1,1,Answer()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    let settings = port_of(&house).await.settings().unwrap();
    assert!(
        matches!(settings.digits, DigitMode::Events { payload_type, .. } if payload_type.number() == 101)
    );
    assert_eq!(settings.direction, Direction::BOTH);
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn digits_go_out_by_info_where_that_is_configured() {
    let config = super::house::COMMON.replace("[open](phone)\n", "[open](phone)\ndtmf_mode=info\n");
    let dialplan = "[internal]\nexten => 1,1,Answer()\n same => n,Press(7)\n same => n,Listen()\n";
    let house = House::new(&config, dialplan).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    let info = phone.is_asked("INFO").await;
    assert_eq!(info.body(), b"Signal=7\r\nDuration=120\r\n");
    phone.replies(&info, 200, "", "").await;
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn texts_come_in_calls() {
    let house = House::common("exten => 1,1,Answer()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    phone.asks("MESSAGE", "Content-Type: text/plain\r\n", "hello", 202).await;
    phone.asks("MESSAGE", "Content-Type: image/png\r\n", "x", 415).await;
    assert_eq!(house.heard.all(), ["text hello"]);
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_transfer_is_declined_where_the_endpoint_may_not() {
    let config = super::house::COMMON.replace("[open](phone)\n", "[open](phone)\nallow_transfer=no\n");
    let house = House::new(&config, "[internal]\nexten => 1,1,Answer()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    phone.asks("REFER", "Refer-To: <sip:2@pbx>\r\n", "", 603).await;
    phone.asks("OPTIONS", "", "", 200).await;
    phone.asks("SUBSCRIBE", "Event: presence\r\n", "", 405).await;
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_caller_is_sent_elsewhere_before_the_answer() {
    let house = House::common("exten => 1,1,Move(2)\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &usual_sdp()).await;
    let moved = phone.hears(302).await;
    assert_eq!(moved.contact().unwrap().uri.user(), Some("2"));
    phone.acknowledges_failure("sip:1@pbx").await;
    house.quiet().await;
}

#[tokio::test]
async fn a_channel_knows_its_call() {
    let dialplan = "exten => 1,1,Answer()\n same => n,Show(pjsip^call-id)\n same => n,Show(pjsip^request_uri)\n\
         same => n,Show(rtp^dest)\n same => n,Show(endpoint)\n same => n,Show(pjsip^remote_uri)\n same => n,Listen()\n";
    let house = House::common(dialplan).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    house.until("all is shown", |house| house.heard.all().len() == 5).await;
    let expected =
        [phone.call_id.as_str(), "sip:1@pbx", "127.0.0.1:40000", "open", "\"open\" <sip:open@pbx>"];
    assert_eq!(house.heard.all(), expected);
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn what_is_not_served_outside_calls_is_said() {
    let house = House::common("exten => 1,1,Answer()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    let mut check = async |method: &str, uri: &str, lines: &str, status: u16| {
        let request = phone.request(method, uri, lines, "");
        phone.send(&request).await;
        phone.hears(status).await
    };
    let options = check("OPTIONS", "sip:1@pbx", "", 200).await;
    assert!(options.text(Name::Allow).unwrap().contains("INVITE"));
    check("OPTIONS", "sip:pbx", "", 200).await;
    check("OPTIONS", "sip:9@pbx", "", 404).await;
    check("SUBSCRIBE", "sip:1@pbx", "Event: presence\r\n", 489).await;
    check("PUBLISH", "sip:1@pbx", "Event: presence\r\n", 489).await;
    check("MESSAGE", "sip:1@pbx", "", 415).await;
    check("BREW", "sip:1@pbx", "", 405).await;
    check("BYE", "sip:1@pbx", "", 405).await;
}

#[tokio::test]
async fn an_endpoint_is_busy_with_as_many_calls_as_it_takes() {
    let config = super::house::COMMON.replace("[open](phone)\n", "[open](phone)\ndevice_state_busy_at=2\n");
    let house = House::new(&config, "[internal]\nexten => 1,1,Answer()\n same => n,Listen()\n").await;
    let (mut one, mut two) = (Phone::new(&house, "open").await, Phone::new(&house, "open").await);
    let mut states = vec![house.pbx.core.device_state("PJSIP/open").await];
    one.talks_to("1").await;
    house.until("one is up", |house| house.pbx.core.channels.counts("PJSIP/open").in_use == 1).await;
    states.push(house.pbx.core.device_state("PJSIP/open").await);
    two.talks_to("1").await;
    house.until("two are up", |house| house.pbx.core.channels.counts("PJSIP/open").in_use == 2).await;
    states.push(house.pbx.core.device_state("PJSIP/open").await);
    assert_eq!(states, [DeviceState::Unavailable, DeviceState::InUse, DeviceState::Busy]);
    one.hangs_up().await;
    two.hangs_up().await;
    house.quiet().await;
}
