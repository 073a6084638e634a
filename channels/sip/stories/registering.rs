//! Registrations, reachability, and reloads.

use obelus_core::module::Module;
use obelus_sip::Method;
use obelus_sip::header::Name;

use super::house::COMMON;
use super::phone::usual_sdp;
use super::{House, Phone};
use crate::contact::Status;

#[tokio::test]
async fn a_phone_registers_with_its_password() {
    let house = House::common("").await;
    let mut phone = Phone::new(&house, "1001").await;
    let registered = phone.registers("secret", 200).await;
    assert_eq!(registered.text(Name::Contact).unwrap(), format!("{};expires=300", phone.contact()));
    let contacts = house.driver.locations.contacts.of("1001");
    assert_eq!(contacts.len(), 1);
    assert_eq!(house.driver.counters.registrations.get(), 1);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_user_get_nothing() {
    let house = House::common("").await;
    Phone::new(&house, "1001").await.registers("wrong", 401).await;
    Phone::new(&house, "9999").await.registers("secret", 401).await;
    assert!(house.driver.locations.contacts.of("1001").is_empty());
}

/// Each Call-ID may be another worker's, and all of them must know what one has accepted.
#[tokio::test]
async fn a_proof_counts_once_whatever_the_call_id() {
    let house = House::common("").await;
    let mut phone = Phone::new(&house, "1001").await;
    let request = phone.request("REGISTER", "sip:pbx", "", "").replace("To: <sip:pbx>", "To: <sip:1001@pbx>");
    phone.send(&request).await;
    let challenge = phone.hears(401).await;
    let proof = phone.answer_to(&challenge, &Method::Register, "sip:pbx", "secret");
    let mut accepted = 0;
    for number in 0..16 {
        let again = request
            .replace("Call-ID: ", &format!("Call-ID: {number}-"))
            .replace("branch=z9hG4bK", &format!("branch=z9hG4bK{number}-"))
            .replace("Content-Length", &format!("{proof}Content-Length"));
        phone.send(&again).await;
        let answer = phone.hears_any().await;
        accepted += u32::from(answer.status().code() == 200);
        let is_stale =
            answer.text(Name::WwwAuthenticate).is_some_and(|challenge| challenge.contains("stale=true"));
        assert!(answer.status().code() == 200 || is_stale);
    }
    assert_eq!(accepted, 1);
}

#[tokio::test]
async fn a_registered_phone_is_asked_whether_it_is_there() {
    let config = COMMON.replace("[1001]\ntype=aor\n", "[1001]\ntype=aor\nqualify_frequency=60\n");
    let house = House::new(&config, "[internal]\n").await;
    let mut phone = Phone::new(&house, "1001").await;
    phone.registers("secret", 200).await;
    let options = phone.is_asked("OPTIONS").await;
    assert_eq!(options.uri_text(), format!("sip:1001@{}", phone.address()));
    phone.replies(&options, 200, "", "").await;
    let status = |house: &House| {
        house.driver.locations.contacts.of("1001").first().map(|contact| contact.health.status())
    };
    house.until("it is reachable", |house| status(house) == Some(Status::Reachable)).await;
}

#[tokio::test]
async fn a_reload_keeps_sockets_and_calls() {
    let house = House::common("exten => 1,1,Answer()\n same => n,Listen()\n").await;
    let mut phone = Phone::new(&house, "open").await;
    phone.talks_to("1").await;
    let before = house.udp();
    house.write(&format!("{COMMON}[new](phone)\naors=new\n[new]\ntype=aor\nmax_contacts=1\n"));
    house.module.reload().await.unwrap();
    assert_eq!(house.udp(), before);
    phone.asks("INFO", "Content-Type: application/dtmf\r\n", "1", 200).await;
    phone.hangs_up().await;
    house.quiet().await;
    let mut new = Phone::new(&house, "new").await;
    new.calls("1", "", &usual_sdp()).await;
    new.hears(200).await;
    new.acknowledges("").await;
    new.hangs_up().await;
    house.quiet().await;
}

#[tokio::test]
async fn a_reload_with_new_faults_changes_nothing() {
    let house = House::common("").await;
    house.write(&COMMON.replace("max_contacts=2", "max_contcts=2"));
    let refused = house.module.reload().await.unwrap_err().to_string();
    assert!(refused.starts_with("pjsip.conf has "), "{refused}");
    Phone::new(&house, "1001").await.registers("secret", 200).await;
}

#[tokio::test]
async fn a_transport_that_cannot_be_opened_harms_no_other() {
    let taken = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let config = format!("{COMMON}[second]\ntype=transport\nprotocol=udp\nbind={address}\n");
    let house = House::new(&config, "[internal]\n").await;
    let failed = house.driver.transports.find("second").unwrap();
    assert_eq!(failed.state.to_string(), "FAILED: address in use");
    Phone::new(&house, "1001").await.registers("secret", 200).await;
    let resources: Vec<String> = house.module.resources().iter().map(ToString::to_string).collect();
    let tcp = house.address(obelus_sip::TransportKind::Tcp);
    let expected =
        [format!("UDP {}", house.udp()), format!("TCP {tcp}"), "UDP ports 5000 to 31000 for RTP".to_owned()];
    assert_eq!(resources, expected);
}

#[tokio::test]
async fn a_changed_transport_is_opened_anew_where_that_is_allowed() {
    let config = COMMON.replace("protocol=udp\n", "protocol=udp\nallow_reload=yes\n");
    let house = House::new(&config, "[internal]\n").await;
    let before = house.udp();
    house.write(&config.replace("protocol=udp\n", "protocol=udp\ntos=cs3\n"));
    house.module.reload().await.unwrap();
    assert_ne!(house.udp(), before);
    Phone::new(&house, "1001").await.registers("secret", 200).await;
}

#[tokio::test]
async fn a_stopped_driver_is_silent() {
    let house = House::common("").await;
    house.module.stop().await;
    assert!(house.driver.crew().is_none());
    assert!(house.driver.transports.list().is_empty());
}
