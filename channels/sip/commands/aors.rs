//! `pjsip show aors`.

use super::contacts::Contacts;
use super::layout::{dots, fit, line, to_tab};
use super::listing::{Depth, Listing, View, settings_of};

pub(super) struct Aors;

impl Listing for Aors {
    const LIST: (&'static str, &'static str) = ("pjsip list aors [like <pattern>]", "List PJSIP Aors");
    const SHOW_ALL: (&'static str, &'static str) = ("pjsip show aors [like <pattern>]", "Show PJSIP Aors");
    const SHOW: (&'static str, &'static str) = ("pjsip show aor <id>", "Show PJSIP Aor");

    fn names(view: &View<'_>) -> Vec<String> {
        view.config.aors.sorted().iter().map(|aor| aor.name.to_string()).collect()
    }

    fn header(out: &mut String, depth: Depth) {
        line(out, depth.level, "Aor", &format!("<Aor{}>  <MaxContact>", dots(to_tab(depth.level, 7))));
        if depth.with_parts {
            Contacts::header(out, depth.inner());
        }
    }

    fn row(view: &View<'_>, out: &mut String, name: &str, depth: Depth) -> bool {
        let Some(aor) = view.config.aors.find(name) else { return false };
        let width = to_tab(depth.level, 12);
        line(out, depth.level, "Aor", &format!("{} {:12}", fit(&aor.name, width), aor.max_contacts));
        if depth.with_parts {
            for contact in view.driver.locations.contacts.of(&aor.name).iter() {
                Contacts::print(view, out, contact, depth.inner());
            }
            if depth.level == 0 {
                out.push('\n');
            }
        }
        true
    }

    fn settings(view: &View<'_>, name: &str) -> Vec<(String, String)> {
        settings_of(view.config.aors.find(name))
    }
}
