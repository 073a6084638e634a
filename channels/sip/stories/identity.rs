//! What a caller hears of whom it has reached.

use obelus_sip::header::Name;
use obelus_sip::message::Response;

use super::house::COMMON;
use super::phone::usual_sdp;
use super::{House, Phone};

const WAY: &str = "[internal]\nexten => 1,1,Reach(Bob <7>)\n same => n,Ring()\n same => n,Reach(Carol <8>)\n \
    same => n,Answer()\n same => n,Reach(Dave <9>)\n same => n,Listen()\n";

/// A house whose caller has these options, and the caller.
async fn house(options: &str) -> (House, Phone) {
    let config = format!("{COMMON}[known](phone)\naors=known\nsend_rpid=yes\n{options}\n[known]\ntype=aor\n");
    let house = House::new(&config, WAY).await;
    let phone = Phone::new(&house, "known").await;
    (house, phone)
}

fn reached(response: &Response) -> String {
    let party = response.text(Name::RemotePartyId).unwrap_or_default();
    party.split(" <").next().unwrap_or_default().to_owned()
}

/// Calls, and checks who the 180, the 200 and what follows name.
async fn check(options: &str, expected: [&str; 2], later: Option<&str>) {
    let (house, mut phone) = house(options).await;
    phone.calls("1", "", &usual_sdp()).await;
    let ringing = phone.hears(180).await;
    let answer = phone.hears(200).await;
    assert_eq!([reached(&ringing), reached(&answer)], expected, "{options}");
    phone.acknowledges("").await;
    if let Some(later) = later {
        let update = phone.is_asked("UPDATE").await;
        assert!(update.text(Name::RemotePartyId).unwrap().starts_with(later), "{options}");
        phone.replies(&update, 200, "", "").await;
    }
    phone.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn each_response_names_who_is_reached_by_then() {
    check("", ["\"Bob\"", "\"Carol\""], Some("\"Dave\"")).await;
}

#[tokio::test]
async fn who_hears_of_no_change_is_told_the_same_until_the_answer() {
    check("send_connected_line=no", ["\"Bob\"", "\"Bob\""], None).await;
}

#[tokio::test]
async fn who_wants_it_at_once_hears_it_before_the_answer() {
    let (house, mut phone) = house("rpid_immediate=yes").await;
    phone.calls("1", "", &usual_sdp()).await;
    let mut names = Vec::new();
    for _ in 0..3 {
        names.push(reached(&phone.hears(180).await));
    }
    assert_eq!(names, ["\"Bob\"", "\"Bob\"", "\"Carol\""]);
    assert_eq!(reached(&phone.hears(200).await), "\"Carol\"");
    phone.acknowledges("").await;
    let update = phone.is_asked("UPDATE").await;
    phone.replies(&update, 200, "", "").await;
    phone.hangs_up().await;
    house.quiet().await;
}
