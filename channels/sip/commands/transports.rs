//! `pjsip show transports`.

use super::layout::{dots, line, to_end};
use super::listing::{Depth, Listing, View, settings_of};

pub(super) struct Transports;

impl Listing for Transports {
    const LIST: (&'static str, &'static str) =
        ("pjsip list transports [like <pattern>]", "List PJSIP Transports");
    const SHOW_ALL: (&'static str, &'static str) =
        ("pjsip show transports [like <pattern>]", "Show PJSIP Transports");
    const SHOW: (&'static str, &'static str) = ("pjsip show transport <id>", "Show PJSIP Transport");

    fn names(view: &View<'_>) -> Vec<String> {
        view.config.transports.sorted().iter().map(|transport| transport.name.to_string()).collect()
    }

    fn header(out: &mut String, depth: Depth) {
        let filler = dots(to_end(depth.level, 61));
        let columns = format!("<TransportId........>  <Type>  <cos>  <tos>  <BindAddress{filler}>");
        line(out, depth.level, "Transport", &columns);
    }

    fn row(view: &View<'_>, out: &mut String, name: &str, depth: Depth) -> bool {
        let Some(transport) = view.config.transports.find(name) else { return false };
        let kind = transport.kind.as_str().to_ascii_lowercase();
        let (cos, tos, bind) = (transport.cos, transport.tos, transport.bind);
        let rest = format!("{:<21}  {kind:>6}  {cos:5}  {tos:5}  {bind}", transport.name);
        line(out, depth.level, "Transport", &rest);
        true
    }

    fn settings(view: &View<'_>, name: &str) -> Vec<(String, String)> {
        settings_of(view.config.transports.find(name))
    }
}
