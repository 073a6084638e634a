//! What is reported to those who watch over security.

use obelus_core::events::{Delivery, Event, EventKind, Listener, SecurityEvent};

use super::house::{COMMON, Log};
use super::{House, Phone};

const FENCED: &str = "[none](phone)\n[fenced](phone)\nauth=1001\ndeny=0.0.0.0/0\n\
    [remote](phone)\nauth=remote\naors=closed\n[remote]\ntype=auth\nusername=remote\npassword=secret\n[closed]\ntype=aor\nmax_contacts=0\n";

async fn house() -> (House, Listener) {
    let house = House::new(&format!("{COMMON}{FENCED}"), "").await;
    let listener = house.pbx.core.events.listen(EventKind::Security.bit(), None);
    (house, listener)
}

fn events(listener: &mut Listener) -> Vec<std::sync::Arc<SecurityEvent>> {
    std::iter::from_fn(|| listener.try_next())
        .map(|delivery| match delivery {
            Delivery::Event(record) => match &record.event {
                Event::Security(event) => event.clone(),
                other => panic!("{other:?}"),
            },
            Delivery::Lost(count) => panic!("{count} are lost"),
        })
        .collect()
}

/// `name account field=value`.
fn shown(event: &SecurityEvent) -> String {
    let told = ["ACLName", "RequestType", "UsingPassword"];
    let fields = event.fields.iter().filter(|(name, _)| told.contains(name));
    let fields: String = fields.map(|(name, value)| format!(" {name}={value}")).collect();
    format!("{} {}{fields}", event.name, event.account.as_deref().unwrap_or_default())
}

fn all(listener: &mut Listener) -> Vec<String> {
    events(listener).iter().map(|event| shown(event)).collect()
}

/// Asks once, without proof.
async fn ask(phone: &mut Phone, method: &str, status: u16) {
    let request = phone.request(method, "sip:pbx", "", "");
    phone.send(&request).await;
    phone.hears(status).await;
}

#[tokio::test]
async fn a_good_registration_is_a_challenge_and_a_proof() {
    let (house, mut listener) = house().await;
    let mut phone = Phone::new(&house, "1001").await;
    phone.registers("secret", 200).await;
    let events = events(&mut listener);
    let names: Vec<_> = events.iter().map(|event| shown(event)).collect();
    assert_eq!(names, ["ChallengeSent 1001", "SuccessfulAuth 1001 UsingPassword=1"]);
    let sent = events.first().unwrap();
    assert_eq!(*sent.local, *format!("IPV4/UDP/127.0.0.1/{}", house.udp().port()));
    assert_eq!(*sent.remote, *format!("IPV4/UDP/127.0.0.1/{}", phone.address().port()));
    assert!(sent.fields.first().is_some_and(|(name, nonce)| *name == "Challenge" && nonce.len() > 20));
    assert!(!sent.is_error);
}

#[tokio::test]
async fn a_wrong_password_shows_what_was_answered() {
    let (house, mut listener) = house().await;
    Phone::new(&house, "1001").await.registers("wrong", 401).await;
    let events = events(&mut listener);
    let [sent, failed] = &events[..] else { panic!("{events:?}") };
    assert_eq!(shown(failed), "ChallengeResponseFailed 1001");
    let (challenge, answered) = (sent.fields.first().unwrap(), failed.fields.first().unwrap());
    assert_eq!(challenge, answered);
    assert!(failed.is_error);
    let response = failed.fields.get(1).unwrap();
    assert!(response.0 == "Response" && response.1.len() == 32, "{response:?}");
}

#[tokio::test]
async fn what_keeps_a_registration_out_is_named() {
    let (house, mut listener) = house().await;
    Phone::new(&house, "remote").await.registers_at("sip:closed@pbx", "secret", 403).await;
    Phone::new(&house, "remote").await.registers_at("sip:else@pbx", "secret", 404).await;
    Phone::new(&house, "remote").await.registers_at("tel:123", "secret", 416).await;
    let proof = ["ChallengeSent remote", "SuccessfulAuth remote UsingPassword=1"];
    let refused = [
        "RequestNotSupported remote RequestType=registrar_attempt_without_registration_permitted",
        "RequestNotSupported remote RequestType=registrar_requested_aor_not_found",
        "FailedACL remote ACLName=registrar_invalid_uri_in_to_received",
    ];
    let expected: Vec<&str> = refused.iter().flat_map(|last| proof.iter().chain([last])).copied().collect();
    assert_eq!(all(&mut listener), expected);
    ask(&mut Phone::new(&house, "none").await, "REGISTER", 403).await;
    assert_eq!(all(&mut listener), ["FailedACL none ACLName=registrar_attempt_without_configured_aors"]);
}

#[tokio::test]
async fn strangers_have_no_account() {
    let (house, mut listener) = house().await;
    Phone::new(&house, "9999").await.registers("secret", 401).await;
    let stranger = ["InvalidAccountID 9999", "ChallengeSent <unknown>"];
    let failed = ["InvalidAccountID 9999", "ChallengeResponseFailed <unknown>"];
    assert_eq!(all(&mut listener), [stranger, failed].concat());
    ask(&mut Phone::new(&house, "fenced").await, "OPTIONS", 401).await;
    let barred = ["FailedACL fenced ACLName=not_match_endpoint_acl", "ChallengeSent <unknown>"];
    assert_eq!(all(&mut listener), barred);
}

/// Five in five seconds, as for the lines of the log.
#[tokio::test]
async fn a_scan_is_a_few_events() {
    let (house, mut listener) = house().await;
    let log = Log::new();
    let mut phone = Phone::new(&house, "9999").await;
    for _ in 0..20 {
        ask(&mut phone, "OPTIONS", 401).await;
    }
    assert_eq!(all(&mut listener).len(), 10);
    assert_eq!(log.count("SecurityEvent=\"InvalidAccountID\""), 5);
    assert_eq!(log.count("No matching endpoint found after 5 tries"), 1);
}
