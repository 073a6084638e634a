//! Changes of answered calls.

use obelus_sip::header::Name;

use super::calls::port_of;
use super::house::COMMON;
use super::phone::{sdp, usual_sdp};
use super::{House, Phone};

const LISTEN: &str = "exten => 1,1,Answer()\n same => n,Listen()\n";

#[tokio::test]
async fn a_caller_holds_and_resumes() {
    let house = House::common(LISTEN).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    let held = phone.asks("INVITE", "", &sdp(40_000, "0 8 101", "a=sendonly\r\n"), 200).await;
    assert!(String::from_utf8_lossy(held.body()).contains("a=recvonly"));
    phone.acknowledges("").await;
    let resumed = phone.asks("INVITE", "", &usual_sdp(), 200).await;
    assert!(!String::from_utf8_lossy(resumed.body()).contains("a=recvonly"));
    phone.acknowledges("").await;
    house.until("both are heard", |house| house.heard.has("resume")).await;
    assert_eq!(house.heard.all(), ["hold", "resume"]);
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_change_keeps_the_codec_in_use_and_the_others_behind_it() {
    let house = House::common(LISTEN).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &sdp(40_000, "0 101", "")).await;
    phone.hears(200).await;
    phone.acknowledges("").await;
    let answer = phone.asks("INVITE", "", &usual_sdp(), 200).await;
    assert!(String::from_utf8_lossy(answer.body()).contains(" RTP/AVP 0 8 101\r\n"));
    phone.acknowledges("").await;
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_phone_moves_to_another_address() {
    let house = House::common(LISTEN).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    phone.asks("INVITE", "", &sdp(41_000, "0 8 101", ""), 200).await;
    phone.acknowledges("").await;
    house.until("it is told", |house| house.heard.has("media changed")).await;
    assert_eq!(port_of(&house).await.settings().unwrap().remote.unwrap().port(), 41_000);
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn an_impossible_change_leaves_the_call_as_it_was() {
    let house = House::common(LISTEN).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    phone.asks("INVITE", "", &sdp(41_000, "18", ""), 488).await;
    phone.acknowledges_failure("").await;
    assert_eq!(port_of(&house).await.settings().unwrap().remote.unwrap().port(), 40_000);
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_reinvite_without_a_description_is_offered_what_is_in_use() {
    let house = House::common(LISTEN).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    let offer = phone.asks("INVITE", "", "", 200).await;
    assert!(String::from_utf8_lossy(offer.body()).contains("m=audio"));
    phone.acknowledges(&sdp(42_000, "8 101", "")).await;
    let port = port_of(&house).await;
    house.until("the answer counts", |_| port.settings().unwrap().remote.unwrap().port() == 42_000).await;
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_reinvite_without_a_description_can_be_offered_all_codecs() {
    let all = COMMON.replace("default_realm=pbx\n", "default_realm=pbx\nall_codecs_on_empty_reinvite=yes\n");
    let house = House::new(&all, &format!("[internal]\n{LISTEN}")).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &sdp(40_000, "0 101", "")).await;
    phone.hears(200).await;
    phone.acknowledges("").await;
    let offer = phone.asks("INVITE", "", "", 200).await;
    assert!(String::from_utf8_lossy(offer.body()).contains(" RTP/AVP 8 0 101\r\n"));
    phone.acknowledges("").await;
    // Nothing was answered, so all is as it was.
    phone.asks("UPDATE", "", "", 200).await;
    assert_eq!(port_of(&house).await.settings().unwrap().remote.unwrap().port(), 40_000);
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_reinvite_that_crosses_our_bye_is_answered() {
    let house = House::common("exten => 1,1,Answer()\n same => n,Refuse(16)\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    let bye = phone.is_asked("BYE").await;
    let offer = phone.asks("INVITE", "", "", 200).await;
    assert!(String::from_utf8_lossy(offer.body()).contains("a=inactive"));
    phone.acknowledges(&usual_sdp()).await;
    let answer = phone.asks("INVITE", "", &usual_sdp(), 200).await;
    assert!(String::from_utf8_lossy(answer.body()).contains("a=inactive"));
    phone.acknowledges("").await;
    phone.replies(&bye, 200, "", "").await;
    house.quiet().await;
}

#[tokio::test]
async fn an_update_is_answered() {
    let house = House::common(LISTEN).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    phone.asks("UPDATE", "", "", 200).await;
    let answer = phone.asks("UPDATE", "", &sdp(43_000, "0 101", ""), 200).await;
    assert!(String::from_utf8_lossy(answer.body()).contains("RTP/AVP 0 101"));
    house.until("it is told", |house| house.heard.has("media changed")).await;
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_trusted_phone_becomes_somebody_else() {
    let house = House::common(LISTEN).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    phone.asks("UPDATE", "P-Asserted-Identity: \"Boss\" <sip:7@pbx>\r\n", "", 200).await;
    house.until("it is told", |house| house.heard.has("connected \"Boss\" <7>")).await;
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_session_timer_is_agreed_on() {
    let house = House::common(LISTEN).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "Supported: timer\r\nSession-Expires: 1800;refresher=uac\r\n", &usual_sdp()).await;
    let answer = phone.hears(200).await;
    assert_eq!(answer.text(Name::SessionExpires).unwrap(), "1800;refresher=uac");
    phone.acknowledges("").await;
    phone.hangs_up().await;
    house.quiet().await;
}
