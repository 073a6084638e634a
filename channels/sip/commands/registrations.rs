//! `pjsip show registrations`: ours with others, of which there are none while `type = registration` is refused.

use super::listing::{Depth, Listing, View};

pub(super) struct Registrations;

impl Listing for Registrations {
    const LIST: (&'static str, &'static str) =
        ("pjsip list registrations [like <pattern>]", "List PJSIP Registrations");
    const SHOW_ALL: (&'static str, &'static str) =
        ("pjsip show registrations [like <pattern>]", "Show PJSIP Registrations");
    const SHOW: (&'static str, &'static str) = ("pjsip show registration <id>", "Show PJSIP Registration");

    fn names(_view: &View<'_>) -> Vec<String> {
        Vec::new()
    }

    fn header(out: &mut String, _depth: Depth) {
        let columns = "<Registration/ServerURI..............................>  <Auth....................>";
        out.push_str(&format!(" {columns}  <Status.......>\n"));
    }

    fn row(_view: &View<'_>, _out: &mut String, _name: &str, _depth: Depth) -> bool {
        false
    }

    fn settings(_view: &View<'_>, _name: &str) -> Vec<(String, String)> {
        Vec::new()
    }
}
