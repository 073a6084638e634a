//! Phones come, stay, move and go, in time that passes at once.

use std::time::UNIX_EPOCH;

use proptest::prelude::*;

use super::*;
use crate::contacts::{ContactList, Contacts};
use crate::testing::{Wire, config, flow};

/// One address of record, and the phones that register there.
struct Office {
    config: Config,
    contacts: Contacts,
    now: SystemTime,
    source: &'static str,
    transport: TransportKind,
}

const BASE: &str = "[1001@two.example]\ntype=aor\nmax_contacts=1\n\
    [1001]\ntype=endpoint\nallow=ulaw\naors=1001,1001@two.example\n";

impl Office {
    fn new(aor: &str) -> Office {
        Office::with("", aor)
    }

    /// With more options of the endpoint.
    fn with(endpoint: &str, aor: &str) -> Office {
        let config = config(&format!("{BASE}{endpoint}\n[1001]\ntype=aor\n{aor}\n"));
        let contacts = Contacts::default();
        contacts.configure(&config.aors);
        Office {
            config,
            contacts,
            now: UNIX_EPOCH + Duration::from_secs(1_700_000_000),
            source: "192.0.2.1:5060",
            transport: TransportKind::Udp,
        }
    }

    fn answer(&mut self, wire: &Wire) -> Answer {
        let request = wire.request();
        let endpoint = self.config.endpoints.find("1001").unwrap();
        let aor = match find_aor(&self.config, endpoint, &request) {
            Ok(aor) => aor,
            Err(refusal) => return Answer::refused(refusal),
        };
        let registration = Registration {
            config: &self.config,
            endpoint,
            aor,
            request: &request,
            flow: flow(self.source),
            transport: self.transport,
            server: &"pbx".into(),
        };
        self.contacts.change(&aor.name, |current| {
            let mut answer = registration.decide(current, self.now);
            (answer.list.take(), answer)
        })
    }

    /// The status and the Contact lines of the response.
    fn register(&mut self, wire: &Wire) -> (u16, Vec<String>) {
        let answer = self.answer(wire);
        (answer.status.code(), values(&answer.headers, "Contact"))
    }

    fn status(&mut self, wire: &Wire) -> u16 {
        self.register(wire).0
    }

    fn list(&self) -> ContactList {
        self.contacts.of("1001")
    }

    fn uris(&self) -> Vec<String> {
        self.list()
            .iter()
            .filter(|contact| contact.is_alive(self.now))
            .map(|contact| contact.uri.to_string())
            .collect()
    }

    fn wait(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }
}

fn values(headers: &HeaderList, name: &str) -> Vec<String> {
    let text = String::from_utf8(headers.as_bytes().to_vec()).unwrap();
    let prefix = format!("{name}: ");
    text.lines().filter_map(|line| line.strip_prefix(&prefix)).map(str::to_owned).collect()
}

/// A REGISTER of a phone with its own Call-ID.
fn register(phone: &str, cseq: u32, contact: &str) -> Wire {
    let wire = Wire::new("REGISTER", "sip:pbx").call(phone, cseq);
    if contact.is_empty() { wire } else { wire.line(&format!("Contact: {contact}")) }
}

const A: &str = "<sip:a@10.0.0.1:5060>";
const B: &str = "<sip:b@10.0.0.2:5060>";
const C: &str = "<sip:c@10.0.0.3:5060>";

#[test]
fn a_phone_registers_refreshes_and_goes() {
    let mut office = Office::new("max_contacts=1");
    let answer = office.answer(&register("a", 1, A).line("Expires: 120"));
    assert_eq!(answer.changes.first().map(|change| change.kind), Some(ChangeKind::Added(120)));
    assert_eq!(values(&answer.headers, "Date"), ["Tue, 14 Nov 2023 22:13:20 GMT"]);
    assert_eq!(values(&answer.headers, "Expires"), ["120"]);
    assert_eq!(values(&answer.headers, "Contact"), [format!("{A};expires=120")]);
    office.wait(100);
    let answer = office.answer(&register("a", 2, &format!("{A};expires=300")));
    assert_eq!(answer.changes.first().map(|change| change.kind), Some(ChangeKind::Refreshed(300)));
    office.wait(100);
    assert_eq!(office.register(&register("a", 3, "")), (200, vec![format!("{A};expires=200")]));
    let answer = office.answer(&register("a", 4, &format!("{A};expires=0")));
    assert_eq!(answer.changes.first().map(|change| change.kind), Some(ChangeKind::Removed(Why::Request)));
    assert!(office.list().is_empty());
}

#[test]
fn a_refresh_keeps_the_health_of_the_contact() {
    let mut office = Office::new("max_contacts=1");
    office.register(&register("a", 1, A));
    office.list().first().unwrap().health.set(Status::Reachable, Duration::from_millis(5));
    office.register(&register("a", 2, A));
    assert_eq!(office.list().first().map(|contact| contact.health.status()), Some(Status::Reachable));
}

#[test]
fn lifetimes_are_kept_within_their_bounds() {
    let check = |aor: &str, contact: &str, header: &str, expected: (u16, &str)| {
        let mut office = Office::new(&format!("max_contacts=9\n{aor}"));
        let wire = register("a", 1, contact);
        let wire = if header.is_empty() { wire } else { wire.line(header) };
        let answer = office.answer(&wire);
        let shown =
            values(&answer.headers, if answer.status.code() == 423 { "Min-Expires" } else { "Contact" });
        assert_eq!((answer.status.code(), shown.concat().as_str()), expected, "{aor} {contact} {header}");
    };
    check("", A, "", (200, "<sip:a@10.0.0.1:5060>;expires=3600"));
    check("default_expiration=90", A, "", (200, "<sip:a@10.0.0.1:5060>;expires=90"));
    check("", A, "Expires: 10", (200, "<sip:a@10.0.0.1:5060>;expires=60"));
    check("", A, "Expires: 100000", (200, "<sip:a@10.0.0.1:5060>;expires=7200"));
    check("", "<sip:a@h>;expires=99", "Expires: 5000", (200, "<sip:a@h>;expires=99"));
    check("", "<sip:a@h>;expires=soon", "", (200, "<sip:a@h>;expires=3600"));
    check("brief_registration=reject", A, "Expires: 59", (423, "60"));
    check("brief_registration=reject", A, "Expires: 60", (200, "<sip:a@10.0.0.1:5060>;expires=60"));
    check(
        "brief_registration=reject\nminimum_expiration=7200",
        A,
        "Expires: 3600",
        (200, "<sip:a@10.0.0.1:5060>;expires=7200"),
    );
}

#[test]
fn the_contact_too_many_is_refused() {
    let mut office = Office::new("max_contacts=2");
    assert_eq!(office.status(&register("a", 1, A)), 200);
    assert_eq!(office.status(&register("b", 1, B)), 200);
    assert_eq!(office.status(&register("c", 1, C)), 403);
    assert_eq!(office.status(&register("b", 2, B)), 200);
    assert_eq!(office.uris(), ["sip:b@10.0.0.2:5060", "sip:a@10.0.0.1:5060"]);
    office.wait(3601);
    assert_eq!(office.status(&register("c", 2, C)), 200);
    assert_eq!(office.uris(), ["sip:c@10.0.0.3:5060"]);
}

#[test]
fn remove_existing_drives_out_what_would_expire_first() {
    let mut office = Office::new("max_contacts=2\nremove_existing=yes");
    office.register(&register("a", 1, &format!("{A};expires=500")));
    office.register(&register("b", 1, &format!("{B};expires=300")));
    let answer = office.answer(&register("c", 1, C));
    assert!(answer.changes.iter().any(|change| change.kind == ChangeKind::Removed(Why::RemoveExisting)));
    assert_eq!(office.uris(), ["sip:c@10.0.0.3:5060", "sip:a@10.0.0.1:5060"]);
    assert_eq!(office.status(&register("d", 1, &format!("{A}, {B}, {C}"))), 403);
    assert_eq!(office.uris().len(), 2);
}

#[test]
fn remove_unavailable_lets_only_the_dead_go() {
    let mut office = Office::new("max_contacts=2\nremove_unavailable=yes");
    office.register(&register("a", 1, A));
    office.register(&register("b", 1, B));
    assert_eq!(office.status(&register("c", 1, C)), 403);
    office
        .list()
        .iter()
        .find(|contact| contact.uri.as_str().contains("sip:a"))
        .unwrap()
        .health
        .set(Status::Unreachable, Duration::ZERO);
    let answer = office.answer(&register("c", 2, C));
    assert!(answer.changes.iter().any(|change| change.kind == ChangeKind::Removed(Why::RemoveUnavailable)));
    assert_eq!(office.uris(), ["sip:c@10.0.0.3:5060", "sip:b@10.0.0.2:5060"]);
}

#[test]
fn with_both_the_dead_go_before_the_brief() {
    let mut office = Office::new("max_contacts=2\nremove_unavailable=yes\nremove_existing=yes");
    office.register(&register("a", 1, &format!("{A};expires=500")));
    office.register(&register("b", 1, &format!("{B};expires=300")));
    office
        .list()
        .iter()
        .find(|contact| contact.uri.as_str().contains("sip:a"))
        .unwrap()
        .health
        .set(Status::Unreachable, Duration::ZERO);
    office.register(&register("c", 1, C));
    assert_eq!(office.uris(), ["sip:c@10.0.0.3:5060", "sip:b@10.0.0.2:5060"]);
}

#[test]
fn a_star_removes_all_registered_contacts() {
    let mut office = Office::new("max_contacts=3\ncontact=sip:p@192.0.2.9");
    office.register(&register("a", 1, &format!("{A}, {B}")));
    assert_eq!(office.status(&register("a", 2, "*")), 400);
    assert_eq!(office.status(&register("a", 2, "*").line("Expires: 60")), 400);
    assert_eq!(office.status(&register("a", 2, &format!("*, {A}")).line("Expires: 0")), 400);
    assert_eq!(
        office.register(&register("a", 2, "*").line("Expires: 0")),
        (200, vec!["<sip:p@192.0.2.9>".to_owned()])
    );
    assert_eq!(office.uris(), ["sip:p@192.0.2.9"]);
}

#[test]
fn configured_contacts_are_listed_and_not_counted() {
    let mut office = Office::new("max_contacts=1\ncontact=sip:p@192.0.2.9,sip:q@192.0.2.9");
    let (status, contacts) = office.register(&register("a", 1, A));
    assert_eq!((status, contacts.len()), (200, 3));
    assert_eq!(office.uris(), ["sip:a@10.0.0.1:5060", "sip:p@192.0.2.9", "sip:q@192.0.2.9"]);
}

#[test]
fn one_contact_may_be_written_in_many_ways() {
    let mut office = Office::new("max_contacts=1");
    office.register(&register("a", 1, "<sip:a@host.EXAMPLE;line=7>"));
    assert_eq!(office.status(&register("a", 2, "\"Alice\" <sip:%61@host.example;line=7>")), 200);
    assert_eq!(office.list().len(), 1);
    assert_eq!(office.status(&register("a", 3, "<sip:a@host.example:5060;line=7>")), 403);
    assert_eq!(office.register(&register("a", 4, "<tel:123>")).0, 200);
    assert_eq!(office.list().len(), 1);
}

#[test]
fn an_overtaken_request_changes_nothing() {
    let mut office = Office::new("max_contacts=2");
    office.register(&register("a", 5, A));
    assert_eq!(office.status(&register("a", 4, &format!("{A};expires=0"))), 500);
    assert_eq!(office.status(&register("a", 4, &format!("{B}, {A}"))), 500);
    assert_eq!(office.uris().len(), 1);
    assert_eq!(office.status(&register("a", 4, "*").line("Expires: 0")), 500);
    assert_eq!(office.status(&register("other", 1, A)), 200);
    // A phone that starts anew with its old Call-ID counts from one again.
    office.wait(33);
    assert_eq!(office.status(&register("other", 1, A)), 200);
}

#[test]
fn a_request_that_is_made_again_is_a_refresh() {
    let mut office = Office::new("max_contacts=2");
    office.register(&register("a", 5, A).line("Expires: 100"));
    office.wait(10);
    assert_eq!(
        office.register(&register("a", 5, A).line("Expires: 100")),
        (200, vec![format!("{A};expires=100")])
    );
    assert_eq!(office.status(&register("a", 5, "*").line("Expires: 0")), 200);
    assert!(office.list().is_empty());
}

#[test]
fn a_phone_behind_nat_is_called_where_it_comes_from() {
    let mut office = Office::with("rewrite_contact=yes", "max_contacts=2");
    office.source = "203.0.113.7:41000";
    let (_, contacts) = office.register(&register("a", 1, "<sip:a@10.0.0.1:5060;transport=UDP;ob>"));
    assert_eq!(contacts, ["<sip:a@10.0.0.1:5060;transport=UDP;ob>;expires=3600"]);
    assert_eq!(office.uris(), ["sip:a@203.0.113.7:41000;ob"]);
    // Its inside address changes; it is the same phone all the same.
    office.register(&register("a", 2, "<sip:a@10.0.0.99:5060;ob>"));
    assert_eq!(office.uris(), ["sip:a@203.0.113.7:41000;ob"]);
    let binding = office.list().first().and_then(|contact| contact.binding().cloned()).unwrap();
    assert_eq!(binding.sent_as.as_ref().map(|uri| uri.as_str()), Some("sip:a@10.0.0.99:5060;ob"));
    assert!(!binding.prune_on_boot);
    office.transport = TransportKind::Tcp;
    office.register(&register("b", 1, B));
    let tcp = office.list().first().cloned().unwrap();
    assert_eq!(tcp.uri.as_str(), "sip:b@203.0.113.7:41000;transport=TCP");
    assert!(tcp.binding().unwrap().prune_on_boot);
    assert_eq!(office.status(&register("b", 2, &format!("{B};expires=0"))), 200);
    assert_eq!(office.uris(), ["sip:a@203.0.113.7:41000;ob"]);
}

#[test]
fn a_path_is_stored_and_returned() {
    let hops = "Path: <sip:edge.example;lr>, <sip:inner.example;lr;x=1>";
    let mut office = Office::with("rewrite_contact=yes", "max_contacts=1\nsupport_path=yes");
    assert_eq!(office.status(&register("a", 1, A).line(hops)), 420);
    let answer = office
        .answer(&register("a", 1, A).line(hops).line("Supported: path, outbound").line("Require: path"));
    assert_eq!(answer.status.code(), 200);
    assert_eq!(values(&answer.headers, "Path"), ["<sip:edge.example;lr>,<sip:inner.example;lr;x=1>"]);
    assert_eq!(values(&answer.headers, "Supported"), ["path"]);
    let contact = office.list().first().cloned().unwrap();
    assert_eq!(contact.binding().unwrap().path.len(), 2);
    // The proxy knows the phone by its own Contact.
    assert_eq!(contact.uri.as_str(), "sip:a@10.0.0.1:5060");
    let mut deaf = Office::new("max_contacts=1");
    assert_eq!(deaf.status(&register("a", 1, A).line(hops)), 200);
    assert!(deaf.list().first().unwrap().binding().unwrap().path.is_empty());
    let answer = deaf.answer(&register("a", 2, A).line("Require: path, gruu"));
    assert_eq!(
        (answer.status.code(), values(&answer.headers, "Unsupported")),
        (420, vec!["path, gruu".to_owned()])
    );
}

#[test]
fn the_to_header_says_where() {
    let mut office = Office::new("max_contacts=1");
    assert_eq!(office.status(&register("a", 1, A).to("<sip:1001@two.example>")), 200);
    assert_eq!(office.contacts.of("1001@two.example").len(), 1);
    assert!(office.list().is_empty());
    assert_eq!(office.status(&register("a", 1, A).to("<sip:1009@pbx>")), 404);
    assert_eq!(office.status(&register("a", 1, A).to("<tel:1001>")), 416);
    assert_eq!(Office::new("").status(&register("a", 1, A)), 403);
    assert_eq!(office.status(&register("a", 1, "<sip:broken")), 400);
    assert_eq!(office.status(&register("a", 1, &format!("<sip:{}@h>", "x".repeat(600)))), 400);
}

#[test]
fn contacts_expire_and_connections_take_theirs_along() {
    let mut office = Office::with("rewrite_contact=yes", "max_contacts=2");
    office.register(&register("a", 1, A).line("Expires: 60"));
    office.transport = TransportKind::Tcp;
    office.register(&register("b", 1, B));
    office.wait(60);
    assert_eq!(office.contacts.expire(office.now).len(), 1);
    assert_eq!(office.contacts.connection_closed(obelus_sip::ConnectionId(7)).len(), 0);
    assert_eq!(office.contacts.count(), 1);
}

#[test]
fn a_contact_survives_a_restart() {
    let mut office =
        Office::with("rewrite_contact=yes", "max_contacts=2\nsupport_path=yes\nqualify_frequency=60");
    office.register(&register("a", 7, "<sip:a@10.0.0.1:5060;ob>").line("User-Agent: Phone 1.0"));
    let contact = office.list().first().cloned().unwrap();
    let aor = office.config.aors.find("1001").unwrap();
    let json = to_json(&contact, aor).unwrap();
    let restored = from_json(&aor.name, &json, office.now).unwrap();
    assert_eq!((restored.id(), &restored.uri), (contact.id(), &contact.uri));
    let (before, after) = (contact.binding().unwrap(), restored.binding().unwrap());
    let expected = Binding { refreshed: None, flow: None, ..before.clone() };
    assert_eq!(*after, expected);
    assert_eq!(
        from_json(&aor.name, &json, office.now + Duration::from_secs(3600)).unwrap_err(),
        StoredError::Expired
    );
    assert_eq!(from_json(&aor.name, "[]", office.now).unwrap_err(), StoredError::Malformed);
}

#[test]
fn a_contact_that_asterisk_stored_is_read() {
    let json = r#"{"via_addr":"10.0.0.5","qualify_timeout":"3.000000","call_id":"x","reg_server":"","prune_on_boot":"no",
        "path":"","endpoint":"1001","via_port":"5060","authenticate_qualify":"no",
        "uri":"sip:1001@203.0.113.7:41000;x-ast-orig-host=10.0.0.5:5060","qualify_frequency":"0",
        "user_agent":"Phone","expiration_time":"1700000100","outbound_proxy":""}"#;
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let contact = from_json(&"1001".into(), json, now).unwrap();
    assert_eq!(contact.uri.as_str(), "sip:1001@203.0.113.7:41000");
    let binding = contact.binding().unwrap();
    assert_eq!(binding.sent_as.as_ref().map(|uri| uri.as_str()), Some("sip:1001@10.0.0.5:5060"));
    assert_eq!(contact.remaining(now), Some(Duration::from_secs(100)));
    let pruned = json.replace("\"prune_on_boot\":\"no\"", "\"prune_on_boot\":\"yes\"");
    assert_eq!(from_json(&"1001".into(), &pruned, now).unwrap_err(), StoredError::Connection);
}

#[test]
fn a_new_configuration_keeps_what_is_still_wanted() {
    let mut office = Office::new("max_contacts=1\ncontact=sip:p@192.0.2.9,sip:q@192.0.2.9");
    office.register(&register("a", 1, A));
    let next = config("[1001]\ntype=aor\nmax_contacts=1\ncontact=sip:r@192.0.2.9,sip:q@192.0.2.9\n");
    let (gone, new) = office.contacts.configure(&next.aors);
    assert_eq!(gone.iter().map(|contact| contact.uri.as_str()).collect::<Vec<_>>(), ["sip:p@192.0.2.9"]);
    assert_eq!(new.iter().map(|contact| contact.uri.as_str()).collect::<Vec<_>>(), ["sip:r@192.0.2.9"]);
    assert_eq!(office.uris(), ["sip:a@10.0.0.1:5060", "sip:r@192.0.2.9", "sip:q@192.0.2.9"]);
    let (gone, _) = office.contacts.configure(&config("").aors);
    assert_eq!((gone.len(), office.contacts.count()), (3, 0));
}

#[test]
fn contacts_are_found_by_their_ids() {
    let mut office = Office::new("max_contacts=1\ncontact=sip:p@192.0.2.9");
    office.register(&register("a", 1, A));
    for contact in office.contacts.all() {
        assert_eq!(
            office.contacts.find(&contact.id()).map(|found| found.uri.clone()),
            Some(contact.uri.clone())
        );
    }
    assert!(office.contacts.find("1001;@00").is_none());
    assert!(office.contacts.find("nothing").is_none());
}

/// What a phone may do next.
fn step() -> impl Strategy<Value = (u8, u8, u32, bool)> {
    (0..4_u8, 0..5_u8, prop_oneof![Just(0), Just(30), Just(200)], any::<bool>())
}

proptest! {
    /// Whatever phones do, no more are registered than may be, and each contact is there once.
    #[test]
    fn the_limit_holds(steps in prop::collection::vec(step(), 1..40), existing: bool, unavailable: bool) {
        let yes = |value| if value { "yes" } else { "no" };
        let mut office = Office::new(&format!(
            "max_contacts=2\nminimum_expiration=1\nremove_existing={}\nremove_unavailable={}",
            yes(existing), yes(unavailable),
        ));
        for (number, (phone, contact, expires, dead)) in steps.into_iter().enumerate() {
            let contact = if contact == 4 { "*".to_owned() } else { format!("<sip:{contact}@h>, <sip:{phone}@h>") };
            let wire = register(&phone.to_string(), number as u32 + 1, &contact).line(&format!("Expires: {expires}"));
            office.register(&wire);
            if dead {
                office.list().last().inspect(|contact| {
                    contact.health.set(Status::Unreachable, Duration::ZERO);
                });
            }
            office.wait(20);
            let mut uris = office.uris();
            prop_assert!(uris.len() <= 2, "{uris:?}");
            uris.sort();
            uris.dedup();
            prop_assert_eq!(uris.len(), office.uris().len());
        }
    }
}
