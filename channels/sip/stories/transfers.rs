//! Transfers by telephones (RFC 3515, RFC 5589).

use obelus_core::cause::Cause;
use obelus_sip::header::Name;
use obelus_sip::message::Request;

use super::house::COMMON;
use super::phone::{sdp, usual_sdp};
use super::{House, Phone};

const CALLS: &str = "[internal]\nexten => 2,1,Call(PJSIP/callee)\nexten => 4,1,Call(PJSIP/other)\n";

/// A house with two telephones that can be called.
async fn house() -> (House, Phone, Phone) {
    let endpoint = |name: &str, number: &str| {
        format!(
            "[{name}](phone)\naors={name}\nsend_pai=yes\ncallerid={name} <{number}>\n\
             [{name}]\ntype=aor\nmax_contacts=1\n"
        )
    };
    let config = format!("{COMMON}{}{}", endpoint("callee", "21"), endpoint("other", "41"));
    let house = House::new(&config, CALLS).await;
    let callee = registered(&house, "callee").await;
    let other = registered(&house, "other").await;
    (house, callee, other)
}

async fn registered(house: &House, user: &str) -> Phone {
    let mut phone = Phone::new(house, user).await;
    let register = phone.request("REGISTER", "sip:pbx", "Expires: 300\r\n", "");
    phone.send(&register.replace("To: <sip:pbx>", &format!("To: <sip:{user}@pbx>"))).await;
    phone.hears(200).await;
    phone
}

async fn answers(phone: &mut Phone, invite: &Request, port: u16) {
    phone.replies(invite, 200, "", &sdp(port, "8 101", "")).await;
    phone.is_asked("ACK").await;
}

/// A telephone that talks to `callee` at this number, and the header value that names its call.
async fn talks_to(house: &House, exten: &str, callee: &mut Phone, port: u16) -> (Phone, String) {
    let mut phone = Phone::new(house, "open").await;
    phone.calls(exten, "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    answers(callee, &invite, port).await;
    let answer = phone.hears(200).await;
    let to = answer.to().unwrap();
    let replaces = format!("{}%3Bto-tag%3D{}%3Bfrom-tag%3Dfrom-open", phone.call_id, to.tag().unwrap());
    phone.acknowledges("").await;
    (phone, replaces)
}

async fn joined(house: &House, count: usize) {
    let is_joined = |house: &House| {
        let channels = house.pbx.core.channels.all();
        let bridged = channels.iter().filter(|channel| channel.facts().bridge.is_some());
        channels.len() == count && bridged.count() == count
    };
    house.until("they are joined", is_joined).await;
}

/// The status line of the next NOTIFY, which is answered.
async fn is_notified(phone: &mut Phone) -> String {
    let notify = phone.is_asked("NOTIFY").await;
    phone.replies(&notify, 200, "", "").await;
    String::from_utf8_lossy(notify.body()).trim().to_owned()
}

/// Whom the next UPDATE names, which is answered.
async fn is_told(phone: &mut Phone) -> String {
    let update = phone.is_asked("UPDATE").await;
    phone.replies(&update, 200, "", "").await;
    update.text(Name::PAssertedIdentity).unwrap().into_owned()
}

async fn is_hung_up(phone: &mut Phone) {
    let bye = phone.is_asked("BYE").await;
    phone.replies(&bye, 200, "", "").await;
}

#[tokio::test]
async fn a_blind_transfer_tells_how_it_goes_and_who_has_asked() {
    let (house, mut callee, mut other) = house().await;
    let (mut phone, _) = talks_to(&house, "2", &mut callee, 50_000).await;
    joined(&house, 2).await;
    let wish = "Refer-To: <sip:4@pbx>\r\nReferred-By: <sip:open@pbx>\r\n";
    phone.asks("REFER", wish, "", 202).await;
    let invite = other.is_asked("INVITE").await;
    assert_eq!(invite.text(Name::ReferredBy).unwrap(), "<sip:open@pbx>");
    assert!(!invite.has(Name::Replaces));
    answers(&mut other, &invite, 50_010).await;
    assert_eq!(is_notified(&mut phone).await, "SIP/2.0 100 Trying");
    assert_eq!(is_notified(&mut phone).await, "SIP/2.0 200 OK");
    phone.hangs_up().await;
    joined(&house, 2).await;
    house.pbx.core.channels.all().iter().for_each(|channel| channel.hangup(Cause::NORMAL_CLEARING));
    is_hung_up(&mut other).await;
    house.quiet().await;
}

#[tokio::test]
async fn a_call_elsewhere_is_replaced_by_whom_the_plan_calls() {
    let (house, mut callee, mut other) = house().await;
    house.pbx.dialplan(&format!("{CALLS}exten => external_replaces,1,Call(PJSIP/other)\n"));
    let (mut phone, _) = talks_to(&house, "2", &mut callee, 50_000).await;
    joined(&house, 2).await;
    let wish = "Refer-To: <sip:4@elsewhere?Replaces=abc%3Bto-tag%3Done%3Bfrom-tag%3Dtwo>\r\n";
    phone.asks("REFER", wish, "", 202).await;
    let invite = other.is_asked("INVITE").await;
    assert_eq!(invite.text(Name::Replaces).unwrap(), "abc;to-tag=one;from-tag=two");
    other.replies(&invite, 486, "", "").await;
    other.is_asked("ACK").await;
    assert_eq!(is_notified(&mut phone).await, "SIP/2.0 100 Trying");
    assert_eq!(is_notified(&mut phone).await, "SIP/2.0 503 Service Unavailable");
    is_hung_up(&mut callee).await;
    phone.hangs_up().await;
    house.quiet().await;
}

/// The second call of the telephone is still in the bridge when the transferred party comes into it.
#[tokio::test]
async fn an_attended_transfer_tells_both_who_the_other_is() {
    let (house, mut callee, mut other) = house().await;
    let (mut first, _) = talks_to(&house, "2", &mut callee, 50_000).await;
    let (mut second, replaces) = talks_to(&house, "4", &mut other, 50_010).await;
    joined(&house, 4).await;
    first.asks("REFER", &format!("Refer-To: <sip:4@pbx?Replaces={replaces}>\r\n"), "", 202).await;
    assert_eq!(is_notified(&mut first).await, "SIP/2.0 100 Trying");
    assert_eq!(is_notified(&mut first).await, "SIP/2.0 200 OK");
    is_hung_up(&mut second).await;
    first.hangs_up().await;
    let told = is_told(&mut callee).await;
    assert!(told.starts_with("\"other\" <sip:41@"), "{told}");
    let told = is_told(&mut other).await;
    assert!(told.starts_with("\"callee\" <sip:21@"), "{told}");
    joined(&house, 2).await;
    house.pbx.core.channels.all().iter().for_each(|channel| channel.hangup(Cause::NORMAL_CLEARING));
    is_hung_up(&mut callee).await;
    is_hung_up(&mut other).await;
    house.quiet().await;
}

#[tokio::test]
async fn a_caller_is_sent_elsewhere_after_the_answer() {
    let check = async |target: &str, expected: &str| {
        let plan = format!("exten => 1,1,Answer()\n same => n,Move({target})\n same => n,Listen()\n");
        let house = House::common(&plan).await;
        let mut phone = Phone::new(&house, "open").await;
        phone.talks_to("1").await;
        let refer = phone.is_asked("REFER").await;
        assert_eq!(refer.text(Name::ReferTo).unwrap(), expected);
        phone.replies(&refer, 603, "", "").await;
        phone.hangs_up().await;
        house.quiet().await;
    };
    check("sip:bob@192.0.2.1:5062", "sip:bob@192.0.2.1:5062").await;
    check("sip:bob@192.0.2.1\\;transport=tcp", "<sip:bob@192.0.2.1;transport=tcp>").await;
}
