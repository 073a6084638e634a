//! Messages that get lost, and come again.

use obelus_sip::header::Name;
use obelus_sip::message::Message;

use super::house::COMMON;
use super::phone::{sdp, usual_sdp};
use super::{House, Phone};

/// A house in which what is lost is sent again after a tenth of a second.
async fn house() -> House {
    let config = format!(
        "{COMMON}[system]\ntype=system\ntimer_t1=100\n[callee](phone)\naors=callee\n[callee]\ntype=aor\nmax_contacts=1\n"
    );
    let dialplan =
        "[internal]\nexten => 1,1,Answer()\n same => n,Listen()\nexten => 2,1,Call(PJSIP/callee)\n";
    House::new(&config, dialplan).await
}

#[tokio::test]
async fn an_answer_is_repeated_until_it_is_acknowledged() {
    let house = house().await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &usual_sdp()).await;
    let first = phone.hears(200).await;
    let second = phone.hears(200).await;
    assert_eq!(first.body(), second.body());
    phone.acknowledges("").await;
    let bye = phone.request_in_call("BYE", "", "");
    phone.send(&bye).await;
    let ended = phone.hears_of("BYE", 200).await;
    // The answer was lost: it comes again, and nothing else happens.
    phone.send(&bye).await;
    assert_eq!(phone.hears_of("BYE", 200).await.text(Name::To), ended.text(Name::To));
    house.quiet().await;
}

/// Its channel ends with the last repetition, and not when the BYE is given up, too.
#[tokio::test]
async fn a_caller_who_is_gone_is_given_up() {
    let house = house().await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &usual_sdp()).await;
    phone.is_asked("BYE").await;
    house.quiet().await;
}

#[tokio::test]
async fn a_repeated_call_is_the_same_call() {
    let house = house().await;
    let mut phone = Phone::new(&house, "open").await;
    let invite = phone.request("INVITE", "sip:1@pbx", "", &usual_sdp());
    for _ in 0..3 {
        phone.send(&invite).await;
    }
    phone.hears(200).await;
    phone.acknowledges("").await;
    let bye = phone.request_in_call("BYE", "", "");
    phone.send(&bye).await;
    phone.hears_of("BYE", 200).await;
    house.quiet().await;
    assert_eq!(house.pbx.core.channels.processed(), 1);
}

#[tokio::test]
async fn a_refusal_is_repeated_until_it_is_acknowledged() {
    let house = house().await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("999", "", &usual_sdp()).await;
    phone.hears(404).await;
    phone.hears(404).await;
    phone.acknowledges_failure("sip:999@pbx").await;
    house.quiet().await;
}

#[tokio::test]
async fn our_call_and_our_end_of_it_are_repeated() {
    let house = house().await;
    let mut caller = Phone::new(&house, "open").await;
    let mut callee = Phone::new(&house, "callee").await;
    let register = callee.request("REGISTER", "sip:pbx", "Expires: 300\r\n", "");
    callee.send(&register.replace("To: <sip:pbx>", "To: <sip:callee@pbx>")).await;
    callee.hears(200).await;
    caller.calls("2", "", &usual_sdp()).await;
    let lost = callee.is_asked("INVITE").await;
    let invite = callee.is_asked("INVITE").await;
    assert_eq!(lost.text(Name::Via), invite.text(Name::Via));
    callee.replies(&invite, 200, "", &sdp(50_000, "8 101", "")).await;
    // An ACK that got lost: the answer is repeated, and acknowledged again.
    callee.is_asked("ACK").await;
    callee.replies(&invite, 200, "", &sdp(50_000, "8 101", "")).await;
    callee.is_asked("ACK").await;
    caller.hears(200).await;
    caller.acknowledges("").await;
    let bye = caller.request_in_call("BYE", "", "");
    caller.send(&bye).await;
    caller.hears_of("BYE", 200).await;
    callee.is_asked("BYE").await;
    let bye = loop {
        match callee.receive().await {
            Message::Request(request) => break request,
            Message::Response(_) => {}
        }
    };
    callee.replies(&bye, 200, "", "").await;
    house.quiet().await;
}
