//! Our registrations with others: a second PBX is the registrar.

use obelus_core::module::Module;

use super::phone::usual_sdp;
use super::{House, Phone};
use crate::outbound_registration::Status;

/// A PBX that registers with another as 1001.
async fn client(server: &House, password: &str, more: &str) -> House {
    let config = format!(
        "[udp]\ntype=transport\nprotocol=udp\nbind=127.0.0.1:0\n\
         [out]\ntype=registration\nserver_uri=sip:{}\nclient_uri=sip:1001@{}\noutbound_auth=mine\nmax_random_initial_delay=0\n{more}\
         [mine]\ntype=auth\nusername=1001\npassword={password}\n\
         [office]\ntype=endpoint\ncontext=office\nallow=alaw\naors=office\n[office]\ntype=aor\n",
        server.udp(),
        server.udp()
    );
    House::new(&config, "[office]\nexten => desk,1,Answer()\n same => n,Listen()\n").await
}

fn status(house: &House) -> Option<Status> {
    house.driver.registrations.shown("out").map(|shown| shown.status)
}

#[tokio::test]
async fn a_registration_comes_goes_and_comes_again() {
    let server = House::common("").await;
    let house = client(&server, "secret", "contact_user=desk\n").await;
    house.until("it is registered", |house| status(house) == Some(Status::Registered)).await;
    let contacts = server.driver.locations.contacts.of("1001");
    let uris: Vec<&str> = contacts.iter().map(|contact| contact.uri.as_str()).collect();
    assert_eq!(uris, [format!("sip:desk@{}", house.udp())]);
    house.driver.registrations.ask("out", false).unwrap();
    house.until("it is taken back", |house| status(house) == Some(Status::Unregistered)).await;
    assert!(server.driver.locations.contacts.of("1001").is_empty());
    house.driver.registrations.ask("out", true).unwrap();
    house.until("it is there again", |house| status(house) == Some(Status::Registered)).await;
    house.module.stop().await;
    assert!(server.driver.locations.contacts.of("1001").is_empty());
}

#[tokio::test]
async fn a_wrong_password_is_given_up() {
    let server = House::common("").await;
    let house = client(&server, "wrong", "").await;
    house.until("it is rejected", |house| status(house) == Some(Status::Rejected)).await;
    assert_eq!(house.driver.registrations.shown("out").and_then(|shown| shown.next), None);
}

#[tokio::test]
async fn a_call_by_the_marked_contact_belongs_to_its_endpoint() {
    let server = House::common("").await;
    let house = client(&server, "secret", "contact_user=desk\nline=yes\nendpoint=office\n").await;
    house.until("it is registered", |house| status(house) == Some(Status::Registered)).await;
    let contacts = server.driver.locations.contacts.of("1001");
    let uri = contacts.first().unwrap().uri.as_str().to_owned();
    assert!(uri.contains(";line="), "{uri}");
    let mut stranger = Phone::at(house.udp(), "stranger").await;
    let invite = stranger.request("INVITE", &uri, "", &usual_sdp());
    stranger.send(&invite).await;
    stranger.hears(200).await;
    stranger.acknowledges("").await;
    stranger.hangs_up().await;
}

#[tokio::test]
async fn a_registration_that_has_changed_begins_anew() {
    let server = House::common("").await;
    let house = client(&server, "secret", "contact_user=desk\n").await;
    house.until("it is registered", |house| status(house) == Some(Status::Registered)).await;
    let config = house.config().replace("contact_user=desk", "contact_user=lobby");
    house.write(&config);
    house.module.reload().await.unwrap();
    let uri = format!("sip:lobby@{}", house.udp());
    let is_there = |_: &House| {
        let contacts = server.driver.locations.contacts.of("1001");
        contacts.iter().map(|contact| contact.uri.as_str()).eq([uri.as_str()])
    };
    house.until("only the new contact is there", is_there).await;
}
