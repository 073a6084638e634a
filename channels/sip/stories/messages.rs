//! Text messages outside calls.

use obelus_core::message::Message as Text;
use obelus_sip::Method;
use obelus_sip::header::Name;

use super::house::COMMON;
use super::{House, Phone};

fn plain(lines: &str) -> String {
    format!("Content-Type: text/plain\r\n{lines}")
}

#[tokio::test]
async fn a_message_is_taken_where_the_dialplan_wants_it() {
    let house = House::common("exten => bob,1,Show(it)\nexten => h,1,Show(it)\n").await;
    let mut phone = Phone::new(&house, "open").await;
    let message = phone.request("MESSAGE", "sip:bob@pbx", &plain(""), "hello");
    phone.send(&message).await;
    phone.hears(202).await;
    house.until("the dialplan has it", |house| house.heard.all().len() == 1).await;
    let nobody = phone.request("MESSAGE", "sip:eve@pbx", &plain(""), "hello");
    phone.send(&nobody).await;
    phone.hears(404).await;
    let html = phone.request("MESSAGE", "sip:bob@pbx", "Content-Type: text/html\r\n", "<p>");
    phone.send(&html).await;
    phone.hears(415).await;
    assert_eq!(house.heard.all().len(), 1, "a message has no hang-up");
}

#[tokio::test]
async fn a_message_goes_out_with_proof() {
    let config = format!(
        "{COMMON}[proof]\ntype=auth\nusername=pbx\npassword=p\n[trunk](phone)\noutbound_auth=proof\naors=open\n"
    );
    let house = House::new(&config, "[internal]\n").await;
    let mut phone = Phone::new(&house, "trunk").await;
    let text = Text { to: "sip:bob@far".to_owned(), body: "hello".to_owned(), ..Text::default() };
    let destination = format!("pjsip:trunk/sip:bob@{}", phone.address());
    house.pbx.core.send_message(&text, &destination, "\"Al\" <sip:al@near>").await.unwrap();
    let message = phone.is_asked("MESSAGE").await;
    phone.replies(&message, 401, "WWW-Authenticate: Digest realm=\"far\",nonce=\"n\"\r\n", "").await;
    let message = phone.is_asked("MESSAGE").await;
    let text = |name: Name| message.text(name).unwrap_or_default().into_owned();
    assert!(text(Name::Authorization).contains("username=\"pbx\""));
    assert!(text(Name::From).starts_with("\"Al\" <sip:al@near>;tag="), "{}", text(Name::From));
    assert_eq!((text(Name::To).as_str(), text(Name::ContentType).as_str()), ("<sip:bob@far>", "text/plain"));
    assert_eq!((message.body(), message.has(Name::Contact)), (&b"hello"[..], false));
    phone.replies(&message, 200, "", "").await;
}

#[tokio::test]
async fn a_redirection_is_followed_where_that_is_wanted() {
    let config = format!("{COMMON}[trunk](phone)\nfollow_redirect_methods=message\naors=open\n");
    let house = House::new(&config, "[internal]\n").await;
    let (mut first, mut second) = (Phone::new(&house, "first").await, Phone::new(&house, "second").await);
    let text = Text { body: "hello".to_owned(), ..Text::default() };
    let destination = format!("pjsip:trunk/sip:{}", first.address());
    house.pbx.core.send_message(&text, &destination, "").await.unwrap();
    let message = first.is_asked("MESSAGE").await;
    let contact = format!("Contact: <sip:other@{}>\r\n", second.address());
    // The phone writes a Contact of its own before it, which is tried first.
    first.replies(&message, 302, &contact, "").await;
    let message = first.is_asked("MESSAGE").await;
    first.replies(&message, 404, "", "").await;
    let message = second.is_asked("MESSAGE").await;
    assert_eq!(message.uri_text(), format!("sip:other@{}", second.address()));
    second.replies(&message, 200, "", "").await;
}

#[tokio::test]
async fn who_is_in_maintenance_is_told_to_come_later() {
    let house = House::common("exten => bob,1,Listen()\n").await;
    let open = house.driver.config_arc().endpoints.find("open").unwrap().name.clone();
    let state = crate::maintenance::State::On;
    house.driver.maintenance.set(&house.pbx.core, std::iter::once(&open), "open", state);
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("bob", "", &super::phone::usual_sdp()).await;
    assert_eq!(phone.hears(503).await.text(Name::RetryAfter).as_deref(), Some("300"));
}

#[tokio::test]
async fn a_notify_goes_to_all_contacts() {
    let house = House::common("").await;
    let mut phone = Phone::new(&house, "1001").await;
    phone.registers("secret", 200).await;
    let lines = [("Event", "check-sync"), ("Content-Type", "text/plain"), ("Content", "a"), ("Content", "b")];
    let notice = crate::notify::Notice::of(lines.into_iter());
    let target = crate::notify::Target::Endpoint("1001");
    crate::notify::notify(&house.driver, target, &notice).await.unwrap();
    let notify = phone.is_asked("NOTIFY").await;
    assert_eq!(*notify.method(), Method::Notify);
    assert_eq!(notify.text(Name::SubscriptionState).as_deref(), Some("terminated"));
    assert_eq!((notify.text(Name::Event).as_deref(), notify.body()), (Some("check-sync"), &b"a\r\nb"[..]));
    phone.replies(&notify, 200, "", "").await;
}
