//! Too much, and nonsense.

use std::sync::Arc;

use obelus_core::settings::Settings;
use obelus_sip::header::Name;

use super::phone::usual_sdp;
use super::{House, Phone};

const LISTEN: &str = "exten => 1,1,Answer()\n same => n,Listen()\n";

#[tokio::test]
async fn who_comes_while_workers_are_busy_is_told_to_come_again() {
    let house = House::common(LISTEN).await;
    // Workers that have ended take nothing, as those that are too busy.
    house.driver.crew().unwrap().stop().await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &usual_sdp()).await;
    let refusal = phone.hears(503).await;
    assert_eq!(refusal.text(Name::RetryAfter).unwrap(), "5");
    let options = phone.request("OPTIONS", "sip:pbx", "", "");
    phone.send(&options).await;
    house.until("it is dropped", |house| house.driver.counters.dropped.get() == 1).await;
    assert_eq!(house.driver.counters.refused_early.get(), 1);
}

#[tokio::test]
async fn a_pbx_that_stops_takes_no_calls() {
    let house = House::common(LISTEN).await;
    house.pbx.core.set_stopping(true);
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &usual_sdp()).await;
    let refusal = phone.hears(503).await;
    assert_eq!(refusal.text(Name::RetryAfter).unwrap(), "10");
    assert_eq!(house.pbx.core.channels.processed(), 0);
}

#[tokio::test]
async fn a_full_pbx_takes_the_next_call_when_one_has_ended() {
    let house = House::common(LISTEN).await;
    let settings = house.pbx.core.settings.load_full();
    house.pbx.core.settings.store(Arc::new(Settings { max_calls: Some(1), ..(*settings).clone() }));
    let (mut one, mut two) = (Phone::new(&house, "open").await, Phone::new(&house, "open").await);
    one.talks_to("1").await;
    two.calls("1", "", &usual_sdp()).await;
    assert_eq!(two.hears(503).await.text(Name::RetryAfter).unwrap(), "10");
    two.acknowledges_failure("sip:1@pbx").await;
    one.hangs_up().await;
    house.quiet().await;
    two.talks_to("1").await;
    two.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn nonsense_harms_nobody() {
    let house = House::common(LISTEN).await;
    let mut phone = Phone::new(&house, "open").await;
    // Of an endpoint that nobody has, since a message that is cut between two headers is still one.
    let mut flood = Phone::new(&house, "flood").await;
    let invite = flood.request("INVITE", "sip:1@pbx", "", &usual_sdp());
    for number in 0..1000 {
        let cut = number % invite.len();
        flood.send(&invite[..cut]).await;
        flood.send(&invite.replace("call-", &"\u{1}".repeat(1 + number % 50))).await;
        flood.send(&format!("{}\r\n\r\n", "x".repeat(number))).await;
        if number % 100 == 0 {
            tokio::task::yield_now().await;
        }
    }
    phone.talks_to("1").await;
    phone.hangs_up().await;
    house.quiet().await;
    assert!(house.driver.counters.junk.get() > 0);
    assert_eq!(house.pbx.core.channels.processed(), 1);
}

#[tokio::test]
async fn a_request_with_a_fault_is_told_so() {
    let house = House::common(LISTEN).await;
    let mut phone = Phone::new(&house, "open").await;
    let options = phone.request("OPTIONS", "sip:pbx", "", "");
    phone.send(&options.replace("Max-Forwards: 70", "Max-Forwards: many")).await;
    phone.hears(400).await;
    phone.send(&options.replace("SIP/2.0\r\nVia", "SIP/3.0\r\nVia").replace("-OPTIONS", "-O2")).await;
    phone.hears(505).await;
}
