//! What becomes of contacts, seen from outside: events, the store, OPTIONS, and who can be reached.

use std::sync::Arc;
use std::time::Duration;

use obelus_core::Core;
use obelus_core::device_state::DeviceState;
use obelus_core::events::{Delivery, Event, EventKind, Listener};
use obelus_core::testing::TestPbx;
use obelus_sip::{ConnectionId, Flow, StatusCode, TransportKind};

use crate::driver::Driver;
use crate::location::{Presence, Reply};
use crate::qualify::Outcome;
use crate::registrar::Registration;
use crate::testing::{Wire, config, driver, flow};

/// A PBX with one phone's configuration.
struct Office {
    core: Arc<Core>,
    driver: Arc<Driver>,
    events: Listener,
    _pbx: TestPbx,
}

fn text(aor: &str) -> String {
    format!(
        "[1001]\ntype=aor\nmax_contacts=2\n{aor}\n[1001]\ntype=endpoint\nallow=ulaw\naors=1001\nrewrite_contact=yes\n"
    )
}

impl Office {
    fn new(aor: &str) -> Office {
        let pbx = TestPbx::new(|_, _| {});
        let mask = EventKind::ContactStatus.bit() | EventKind::PeerStatus.bit();
        let events = pbx.core.events.listen(mask, None);
        let driver = driver(&pbx.core, &text(aor));
        Office { core: pbx.core.clone(), driver, events, _pbx: pbx }
    }

    fn register(&self, wire: &Wire, flow: Flow, transport: TransportKind) -> Reply {
        let config = self.driver.config_arc();
        let registration = Registration {
            config: &config,
            endpoint: config.endpoints.find("1001").unwrap(),
            aor: config.aors.find("1001").unwrap(),
            request: &wire.request(),
            flow,
            transport,
            server: &"pbx".into(),
        };
        self.driver.locations.register(&registration)
    }

    fn phone(&self, cseq: u32, expires: u32) -> StatusCode {
        let wire = Wire::new("REGISTER", "sip:pbx").call("phone", cseq).line("Contact: <sip:a@10.0.0.1>");
        let wire = wire.line(&format!("Expires: {expires}"));
        self.register(&wire, flow("192.0.2.1:5060"), TransportKind::Udp).status
    }

    /// What has happened since, in words.
    fn news(&mut self) -> Vec<String> {
        let mut news = Vec::new();
        while let Some(Delivery::Event(record)) = self.events.try_next() {
            news.push(match &record.event {
                Event::ContactStatus { status, aor, endpoint, .. } => {
                    format!("{aor} of {endpoint}: {status}")
                }
                Event::PeerStatus { peer, status } => format!("{peer} {status}"),
                other => format!("{other:?}"),
            });
        }
        news
    }

    async fn stored(&self) -> usize {
        self.core.database.entries("registrar/contact").await.unwrap().len()
    }
}

#[tokio::test(start_paused = true)]
async fn a_registration_is_told_and_stored() {
    let mut office = Office::new("");
    assert_eq!(office.driver.locations.presence("1001"), Presence::Offline);
    assert_eq!(office.phone(1, 120), StatusCode::OK);
    assert_eq!(office.news(), ["1001 of 1001: NonQualified", "PJSIP/1001 Reachable"]);
    assert_eq!(office.driver.device_state(&office.driver.config_arc(), "1001"), DeviceState::NotInUse);
    assert_eq!(office.stored().await, 1);
    assert_eq!(office.phone(2, 120), StatusCode::OK);
    assert_eq!(office.news(), Vec::<String>::new());
    assert_eq!(office.phone(3, 0), StatusCode::OK);
    assert_eq!(office.news(), ["1001 of 1001: Removed", "PJSIP/1001 Unreachable"]);
    assert_eq!(office.driver.device_state(&office.driver.config_arc(), "1001"), DeviceState::Unavailable);
    assert_eq!(office.stored().await, 0);
}

#[tokio::test(start_paused = true)]
async fn what_expires_is_cleared_away() {
    let mut office = Office::new("");
    office.phone(1, 120);
    office.news();
    tokio::time::advance(Duration::from_secs(121)).await;
    office.driver.locations.expire(&office.driver.config_arc());
    assert_eq!(office.news(), ["1001 of 1001: Removed", "PJSIP/1001 Unreachable"]);
    assert_eq!(office.stored().await, 0);
}

#[tokio::test(start_paused = true)]
async fn contacts_come_back_after_a_restart() {
    let office = Office::new("");
    office.phone(1, 120);
    let next = driver(&office.core, &text(""));
    assert_eq!(next.locations.restore(&next.config_arc()).await, Ok(1));
    assert_eq!(next.locations.contacts.of("1001").len(), 1);
    assert_eq!(next.locations.presence("1001"), Presence::Online);
    // What has expired, or belongs to nobody, is thrown away.
    office.core.database.put("registrar/contact", "1002;@00", "{}").await.unwrap();
    tokio::time::advance(Duration::from_secs(121)).await;
    let late = driver(&office.core, &text(""));
    assert_eq!(late.locations.restore(&late.config_arc()).await, Ok(0));
    assert_eq!(office.stored().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_contact_ends_with_its_connection() {
    let mut office = Office::new("");
    let flow = Flow { connection: Some(ConnectionId(7)), ..flow("192.0.2.1:40000") };
    let wire = Wire::new("REGISTER", "sip:pbx").line("Contact: <sip:a@10.0.0.1;transport=tcp>");
    assert_eq!(office.register(&wire, flow, TransportKind::Tcp).status, StatusCode::OK);
    office.news();
    let config = office.driver.config_arc();
    office.driver.locations.connection_closed(&config, ConnectionId(8));
    assert_eq!(office.news(), Vec::<String>::new());
    office.driver.locations.connection_closed(&config, ConnectionId(7));
    assert_eq!(office.news(), ["1001 of 1001: Removed", "PJSIP/1001 Unreachable"]);
}

#[tokio::test(start_paused = true)]
async fn a_qualified_phone_is_there_when_it_answers() {
    let mut office = Office::new("qualify_frequency=60");
    office.phone(1, 3600);
    assert_eq!(office.news(), ["1001 of 1001: NonQualified"]);
    let config = office.driver.config_arc();
    let (probes, next) = office.driver.locations.due(&config);
    let probe = probes.first().unwrap().id;
    assert_eq!((probes.len(), next.is_some()), (1, true));
    office.driver.locations.probed(&config, probe, Outcome::Answered(StatusCode::OK));
    assert_eq!(office.news(), ["1001 of 1001: Reachable", "PJSIP/1001 Reachable"]);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert_eq!(office.driver.locations.due(&config).0.len(), 1);
    tokio::time::advance(Duration::from_secs(3)).await;
    assert!(office.driver.locations.due(&config).0.is_empty());
    assert_eq!(office.news(), ["1001 of 1001: Unreachable", "PJSIP/1001 Unreachable"]);
}

#[tokio::test(start_paused = true)]
async fn a_new_configuration_brings_and_takes_contacts() {
    let mut office = Office::new("contact=sip:a@192.0.2.5\nqualify_frequency=60");
    assert_eq!(office.news(), ["1001 of 1001: NonQualified"]);
    office.driver.configure(config(&text("contact=sip:b@192.0.2.5")));
    assert_eq!(
        office.news(),
        ["1001 of 1001: Removed", "1001 of 1001: NonQualified", "PJSIP/1001 Reachable"]
    );
    office.driver.configure(config(""));
    assert_eq!(office.news(), ["1001 of : Removed"]);
    assert_eq!(office.driver.device_state(&office.driver.config_arc(), "1001"), DeviceState::Invalid);
}

#[tokio::test(start_paused = true)]
async fn anybody_can_be_asked() {
    let office = Office::new("contact=sip:a@192.0.2.5");
    let config = office.driver.config_arc();
    assert_eq!(office.driver.locations.due(&config).0.len(), 0);
    assert_eq!(office.driver.locations.ask(config.aors.find("1001").unwrap()), 1);
    office.driver.locations.woken().await;
    let (probes, _) = office.driver.locations.due(&config);
    assert_eq!(probes.len(), 1);
}
