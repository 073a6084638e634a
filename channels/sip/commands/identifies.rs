//! `pjsip show identifies`.

use super::layout::{dots, line, near_line, to_end, to_tab};
use super::listing::{Depth, Listing, View, settings_of};
use crate::config::{Identify, SourceNetwork};

pub(super) struct Identifies;

impl Listing for Identifies {
    const LIST: (&'static str, &'static str) =
        ("pjsip list identifies [like <pattern>]", "List PJSIP Identifies");
    const SHOW_ALL: (&'static str, &'static str) =
        ("pjsip show identifies [like <pattern>]", "Show PJSIP Identifies");
    const SHOW: (&'static str, &'static str) = ("pjsip show identify <id>", "Show PJSIP Identify");

    fn names(view: &View<'_>) -> Vec<String> {
        view.config.identifies.sorted().iter().map(|identify| identify.name.to_string()).collect()
    }

    fn header(out: &mut String, depth: Depth) {
        line(out, depth.level, "Identify", &format!("<Identify/Endpoint{}>", dots(to_end(depth.level, 22))));
        if depth.with_parts {
            let level = depth.level + 1;
            line(out, level, "Match", &format!("<criteria{}>", dots(to_tab(level, 24))));
        }
    }

    fn row(view: &View<'_>, out: &mut String, name: &str, depth: Depth) -> bool {
        let Some(identify) = view.config.identifies.find(name) else { return false };
        line(out, depth.level, "Identify", &format!("{}/{}", identify.name, identify.endpoint));
        if depth.with_parts {
            criteria(view, out, identify, depth.level + 1);
            if depth.level == 0 {
                out.push('\n');
            }
        }
        true
    }

    fn settings(view: &View<'_>, name: &str) -> Vec<(String, String)> {
        settings_of(view.config.identifies.find(name))
    }
}

fn criteria(view: &View<'_>, out: &mut String, identify: &Identify, level: usize) {
    let resolved = view.driver.hosts.load().of(&identify.name);
    for source in identify.networks.iter().chain(&resolved) {
        near_line(out, level, "Match", &source_text(source));
    }
    if let Some(written) = identify.source.values("match_header").last().filter(|_| identify.header.is_some())
    {
        near_line(out, level, "Header", written);
    }
    if let Some(written) =
        identify.source.values("match_request_uri").last().filter(|_| identify.request_uri.is_some())
    {
        near_line(out, level, "RequestURI", written);
    }
}

fn source_text(source: &SourceNetwork) -> String {
    let network = source.network;
    match source.port {
        None => network.to_string(),
        Some(port) => format!("{}/{}", std::net::SocketAddr::new(network.address, port), network.prefix),
    }
}
