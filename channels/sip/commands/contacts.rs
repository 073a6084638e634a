//! `pjsip show contacts`.

use super::layout::{dots, fit, line, to_tab};
use super::listing::{Depth, Listing, View};
use crate::contact::Contact;

pub(super) struct Contacts;

impl Contacts {
    /// One contact; what has expired and is not cleared away yet is not shown.
    pub(super) fn print(view: &View<'_>, out: &mut String, contact: &Contact, depth: Depth) {
        if !contact.is_alive(view.now) {
            return;
        }
        let taken = 8 + contact.aor.chars().count();
        let width = to_tab(depth.level, taken);
        let round_trip = contact.health.round_trip().map(|time| time.as_secs_f64() * 1000.0);
        let round_trip = round_trip.map_or("nan".to_owned(), |milliseconds| format!("{milliseconds:.3}"));
        let rest = format!(
            "{}/{} {} {} {round_trip:>11}",
            contact.aor,
            fit(contact.uri.as_str(), width),
            fit(contact.hash().as_str(), 10),
            fit(contact.health.status().short(), 7)
        );
        line(out, depth.level, "Contact", &rest);
    }
}

impl Listing for Contacts {
    const LIST: (&'static str, &'static str) =
        ("pjsip list contacts [like <pattern>]", "List PJSIP Contacts");
    const SHOW_ALL: (&'static str, &'static str) =
        ("pjsip show contacts [like <pattern>]", "Show PJSIP Contacts");
    const SHOW: (&'static str, &'static str) = ("pjsip show contact <id>", "Show PJSIP Contact");

    fn names(view: &View<'_>) -> Vec<String> {
        let contacts = view.driver.locations.contacts.all();
        contacts.iter().filter(|contact| contact.is_alive(view.now)).map(|contact| contact.id()).collect()
    }

    fn header(out: &mut String, depth: Depth) {
        let filler = dots(to_tab(depth.level, 23));
        line(
            out,
            depth.level,
            "Contact",
            &format!("<Aor/ContactUri{filler}> <Hash....> <Status> <RTT(ms)..>"),
        );
    }

    fn row(view: &View<'_>, out: &mut String, name: &str, depth: Depth) -> bool {
        let contact = view.driver.locations.contacts.find(name);
        contact.inspect(|contact| Contacts::print(view, out, contact, depth)).is_some()
    }

    fn settings(view: &View<'_>, name: &str) -> Vec<(String, String)> {
        let Some(contact) = view.driver.locations.contacts.find(name) else { return Vec::new() };
        let Some(aor) = view.config.aors.find(&contact.aor) else { return Vec::new() };
        contact.settings(aor).into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}
