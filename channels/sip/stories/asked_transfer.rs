//! The far end is asked to call somebody else.

use obelus_sip::header::Name;

use super::house::House;
use super::phone::Phone;

/// A call whose far end answers our REFER so and then sends these NOTIFYs: the subscription's state and the fragment.
async fn check(status: u16, lines: &str, notifications: &[(&str, &str)], expected: &str) {
    let house = House::common("exten => 1,1,Answer()\n same => n,Transfer(2)\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    let refer = phone.is_asked("REFER").await;
    assert!(refer.text(Name::ReferTo).is_some_and(|to| to.starts_with("sip:2@")), "{refer:?}");
    phone.replies(&refer, status, lines, "").await;
    for (state, fragment) in notifications {
        assert!(house.heard.all().is_empty(), "{:?}", house.heard.all());
        let lines = format!(
            "Event: refer\r\nSubscription-State: {state}\r\nContent-Type: message/sipfrag;version=2.0\r\n"
        );
        phone.asks("NOTIFY", &lines, fragment, 200).await;
    }
    house.until("the outcome is known", |house| house.heard.has(expected)).await;
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn the_far_end_says_how_a_transfer_goes() {
    let trying = ("active;expires=60", "SIP/2.0 100 Trying\r\n");
    check(202, "", &[trying, ("terminated;reason=noresource", "SIP/2.0 200 OK\r\n")], "Accepted").await;
    check(202, "", &[trying, ("active", "SIP/2.0 200 OK")], "Accepted").await;
    check(202, "", &[("terminated", "SIP/2.0 486 Busy Here\r\n")], "Refused(486)").await;
    check(202, "", &[("terminated;reason=timeout", "")], "Refused(0)").await;
    check(202, "Refer-Sub: false\r\n", &[], "Accepted").await;
    check(603, "", &[], "Refused(603)").await;
}
