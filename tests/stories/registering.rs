//! Phones register: who may, where they are then reached, and for how long.

use std::time::{Duration, Instant};

use obelus_sip::TransportKind;
use obelus_sip::header::Name;

use crate::support::call::header;
use crate::support::{Etc, House, Phone, within};

const RING: &str = "exten => _1XXX,1,Dial(PJSIP/${EXTEN},5)\n same => n,Hangup()\n";

#[tokio::test]
async fn a_phone_registers_and_is_rung() {
    let house = House::new(RING).await;
    let mut callee = Phone::new(&house, "1001").await;
    let registered = callee.registers().await;
    assert_eq!(header(&registered, Name::Contact), format!("{};expires=3600", callee.contact()));
    let caller = Phone::new(&house, "1002").await;
    let mut call = caller.calls("1001").await;
    callee.is_called().await.refuses(486).await;
    call.is_refused(486).await;
    house.ends().await;
}

#[tokio::test]
async fn a_phone_registers_over_tcp_and_is_rung_on_its_connection() {
    let house = House::new(RING).await;
    let mut callee = Phone::tcp(&house, "1001").await;
    callee.registers().await;
    let caller = Phone::tcp(&house, "1002").await;
    let mut call = caller.calls("1001").await;
    let mut rung = callee.is_called().await;
    assert!(header(rung.invite(), Name::Via).contains("SIP/2.0/TCP"));
    rung.refuses(486).await;
    call.is_refused(486).await;
    house.ends().await;
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_the_same_answer() {
    let house = House::new("").await;
    let mut answers = Vec::new();
    for (user, password) in [("1001", "wrong"), ("9999", "pass9999")] {
        let mut phone = Phone::at(house.sip(), TransportKind::Udp, user, password).await;
        let response = phone.registers_for(3600).await;
        let names: Vec<_> =
            response.iter().map(|(name, _)| String::from_utf8_lossy(name).into_owned()).collect();
        answers.push((response.status().code(), response.reason().to_vec(), names));
    }
    assert_eq!(answers[0].0, 401);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(house.console("pjsip show contacts").await.trim(), "No objects found.");
    house.ends().await;
}

/// Whoever could tell by the time whether a user exists would know which passwords are worth guessing.
#[tokio::test]
async fn the_time_of_an_answer_does_not_tell_whether_a_user_exists() {
    let house = House::new("").await;
    let mut known = Phone::at(house.sip(), TransportKind::Udp, "1001", "wrong").await;
    let mut unknown = Phone::at(house.sip(), TransportKind::Udp, "9999", "wrong").await;
    let (mut of_known, mut of_unknown) = (Vec::new(), Vec::new());
    // In turns, so that whatever else the machine does meets both.
    for _ in 0..60 {
        for (phone, times) in [(&mut known, &mut of_known), (&mut unknown, &mut of_unknown)] {
            let start = Instant::now();
            assert_eq!(phone.registers_for(60).await.status().code(), 401);
            times.push(start.elapsed());
        }
    }
    // The quickest quarter is the least disturbed.
    let quick = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 4]
    };
    let (known, unknown) = (quick(&mut of_known), quick(&mut of_unknown));
    let difference = known.abs_diff(unknown);
    assert!(difference < known.max(unknown) / 2, "known {known:?}, unknown {unknown:?}");
    house.ends().await;
}

#[tokio::test]
async fn a_phone_that_unregisters_is_not_rung() {
    let house = House::new(RING).await;
    let mut callee = Phone::registered(&house, "1001").await;
    assert_eq!(callee.asks_for_contacts().await.len(), 1);
    callee.registers_for(0).await;
    assert_eq!(callee.asks_for_contacts().await.len(), 0);
    let caller = Phone::new(&house, "1002").await;
    caller.calls("1001").await.is_refused(404).await;
    assert!(callee.is_left_alone());
    house.ends().await;
}

#[tokio::test]
async fn all_contacts_can_be_taken_away_at_once() {
    let house = House::new("").await;
    let mut phone = Phone::registered(&house, "1001").await;
    let contact = phone.contact().replace("sip:1001@", "sip:other@");
    phone.registers_as(&contact, 3600).await;
    assert_eq!(phone.asks_for_contacts().await.len(), 2);
    let response = phone.registers_as("*", 0).await;
    assert_eq!(response.status().code(), 200);
    assert_eq!(phone.asks_for_contacts().await.len(), 0);
    house.ends().await;
}

#[tokio::test]
async fn a_registration_expires() {
    let etc = Etc::with_dialplan(RING);
    etc.append("pjsip.conf", "\n[1001]\ntype=aor\nmax_contacts=1\nminimum_expiration=1\n");
    etc.change("pjsip.conf", "[1001]\ntype=aor\nmax_contacts=2\n", "");
    let house = House::of(etc).await;
    let mut callee = Phone::new(&house, "1001").await;
    assert_eq!(callee.registers_for(1).await.status().code(), 200);
    within("the registration expires", async {
        while !callee.asks_for_contacts().await.is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
    Phone::new(&house, "1002").await.calls("1001").await.is_refused(404).await;
    house.ends().await;
}

#[tokio::test]
async fn a_registration_that_is_too_short_is_told_how_long() {
    let etc = Etc::usual();
    etc.change("pjsip.conf", "[1001]\ntype=aor\n", "[1001]\ntype=aor\nminimum_expiration=60\n");
    let house = House::of(etc).await;
    let mut phone = Phone::new(&house, "1001").await;
    // Asterisk gives the minimum instead of a refusal.
    let response = phone.registers_for(10).await;
    assert_eq!(response.status().code(), 200);
    assert!(
        header(&response, Name::Contact).ends_with(";expires=60"),
        "{}",
        header(&response, Name::Contact)
    );
    house.ends().await;
}

#[tokio::test]
async fn two_phones_of_one_account_ring_both() {
    let house = House::new("exten => 1001,1,Dial(${PJSIP_DIAL_CONTACTS(1001)},5)\n").await;
    let mut first = Phone::registered(&house, "1001").await;
    let mut second = Phone::registered(&house, "1001").await;
    let caller = Phone::new(&house, "1002").await;
    let mut call = caller.calls("1001").await;
    let (mut one, mut two) = (first.is_called().await, second.is_called().await);
    one.rings().await;
    two.rings().await;
    call.hears(180).await;
    two.answers().await;
    one.is_canceled().await;
    call.is_answered().await;
    call.hangs_up().await;
    two.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn more_contacts_than_allowed_are_refused() {
    let house = House::new("").await;
    for _ in 0..2 {
        Phone::registered(&house, "1001").await;
    }
    let mut third = Phone::new(&house, "1001").await;
    assert_eq!(third.registers_for(3600).await.status().code(), 403);
    house.ends().await;
}

#[tokio::test]
async fn the_oldest_contact_makes_room_where_it_may() {
    let etc = Etc::with_dialplan(RING);
    etc.change(
        "pjsip.conf",
        "[1001]\ntype=aor\nmax_contacts=2\n",
        "[1001]\ntype=aor\nmax_contacts=1\nremove_existing=yes\n",
    );
    let house = House::of(etc).await;
    let _old = Phone::registered(&house, "1001").await;
    let mut new = Phone::registered(&house, "1001").await;
    let contacts = new.asks_for_contacts().await;
    assert_eq!(contacts.len(), 1);
    assert!(contacts[0].starts_with(&new.contact()), "{contacts:?}");
    let caller = Phone::new(&house, "1002").await;
    let mut call = caller.calls("1001").await;
    new.is_called().await.refuses(486).await;
    call.is_refused(486).await;
    house.ends().await;
}

#[tokio::test]
async fn registrations_outlive_a_restart() {
    let house = House::new(RING).await;
    let mut callee = Phone::registered(&house, "1001").await;
    let etc = house.ends().await;
    let house = House::of(etc).await;
    let caller = Phone::new(&house, "1002").await;
    let mut call = caller.calls("1001").await;
    callee.is_called().await.refuses(486).await;
    call.is_refused(486).await;
    house.ends().await;
}

#[tokio::test]
async fn a_phone_without_registration_can_be_reached_at_its_static_contact() {
    let etc = Etc::with_dialplan("exten => 300,1,Dial(PJSIP/desk,5)\n");
    let mut desk = Phone::at(etc.sip, TransportKind::Udp, "desk", "").await;
    etc.append(
        "pjsip.conf",
        &format!("\n[desk](phone)\naors=desk\n[desk]\ntype=aor\ncontact=sip:desk@{}\n", desk.agent.address),
    );
    let house = House::of(etc).await;
    let caller = Phone::new(&house, "1002").await;
    let mut call = caller.calls("300").await;
    let mut rung = desk.is_called().await;
    rung.answers().await;
    call.is_answered().await;
    rung.hangs_up().await;
    call.ends().await;
    house.ends().await;
}
