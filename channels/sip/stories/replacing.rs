//! INVITE with Replaces (RFC 3891).

use obelus_sip::header::Name;
use obelus_sip::message::Request;

use super::house::COMMON;
use super::phone::{sdp, usual_sdp};
use super::{House, Phone};

const CALL: &str = "[internal]\nexten => 2,1,Call(PJSIP/callee)\n";

/// A house with a caller that has called, a callee that rings, the third telephone, and the callee's INVITE.
async fn ringing() -> (House, Phone, Phone, Phone, Request) {
    let config = format!("{COMMON}[callee](phone)\naors=callee\n[callee]\ntype=aor\nmax_contacts=1\n");
    let house = House::new(&config, CALL).await;
    let mut caller = Phone::new(&house, "open").await;
    let mut callee = Phone::new(&house, "callee").await;
    let third = Phone::new(&house, "open").await;
    let register = callee.request("REGISTER", "sip:pbx", "Expires: 300\r\n", "");
    callee.send(&register.replace("To: <sip:pbx>", "To: <sip:callee@pbx>")).await;
    callee.hears(200).await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies(&invite, 180, "", "").await;
    caller.hears(180).await;
    (house, caller, callee, third, invite)
}

/// The same, when the callee has answered.
async fn talking() -> (House, Phone, Phone, Phone, Request) {
    let (house, mut caller, mut callee, third, invite) = ringing().await;
    callee.replies(&invite, 200, "", &sdp(50_000, "8 101", "")).await;
    callee.is_asked("ACK").await;
    caller.hears(200).await;
    caller.acknowledges("").await;
    house.until("they are joined", are_joined).await;
    (house, caller, callee, third, invite)
}

fn are_joined(house: &House) -> bool {
    let channels = house.pbx.core.channels.all();
    channels.iter().filter(|channel| channel.facts().bridge.is_some()).count() == 2
}

/// The header that names the call to the callee.
fn replaces(invite: &Request, more: &str) -> String {
    let from = invite.from().unwrap();
    let own = from.tag().unwrap();
    format!("Replaces: {};to-tag={own};from-tag=callee{more}\r\n", invite.call_id().unwrap())
}

#[tokio::test]
async fn a_telephone_takes_the_place_of_another_that_talks() {
    let (house, mut caller, mut callee, mut third, invite) = talking().await;
    third.calls("2", &replaces(&invite, ""), &usual_sdp()).await;
    third.hears(200).await;
    third.acknowledges("").await;
    let bye = callee.is_asked("BYE").await;
    callee.replies(&bye, 200, "", "").await;
    house.until("two are left", |house| house.pbx.core.channels.all().len() == 2).await;
    assert!(are_joined(&house));
    let update = caller.is_asked("UPDATE").await;
    assert!(update.text(Name::PAssertedIdentity).unwrap().contains("sip:open@"));
    caller.replies(&update, 200, "", "").await;
    caller.hangs_up().await;
    let bye = third.is_asked("BYE").await;
    third.replies(&bye, 200, "", "").await;
    house.quiet().await;
}

#[tokio::test]
async fn a_telephone_picks_up_what_rings_at_another() {
    let (house, mut caller, mut callee, mut third, invite) = ringing().await;
    third.calls("2", &replaces(&invite, ";early-only"), &usual_sdp()).await;
    third.hears(200).await;
    third.acknowledges("").await;
    let cancel = callee.is_asked("CANCEL").await;
    assert!(cancel.text(Name::Reason).unwrap().contains("completed elsewhere"));
    callee.replies(&cancel, 200, "", "").await;
    callee.replies(&invite, 487, "", "").await;
    callee.is_asked("ACK").await;
    caller.hears(200).await;
    caller.acknowledges("").await;
    house.until("they are joined", are_joined).await;
    third.hangs_up().await;
    let bye = caller.is_asked("BYE").await;
    caller.replies(&bye, 200, "", "").await;
    house.quiet().await;
}

#[tokio::test]
async fn what_cannot_be_replaced_refuses_the_new_call() {
    let (house, mut caller, mut callee, mut third, invite) = talking().await;
    let own = replaces(&invite, "");
    for (exten, header, status) in [
        ("2", replaces(&invite, ";early-only"), 486),
        ("2", own.replace("from-tag=callee", "from-tag=other"), 481),
        ("2", "Replaces: 1@nowhere\r\n".to_owned(), 400),
        // The number is looked up all the same.
        ("nowhere", own.clone(), 404),
    ] {
        third.calls(exten, &header, &usual_sdp()).await;
        third.hears(status).await;
        third.acknowledges_failure(&format!("sip:{exten}@pbx")).await;
    }
    caller.hangs_up().await;
    let bye = callee.is_asked("BYE").await;
    callee.replies(&bye, 200, "", "").await;
    house.quiet().await;
}
