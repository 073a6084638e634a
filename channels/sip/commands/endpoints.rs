//! `pjsip show endpoints`.

use super::aors::Aors;
use super::auths;
use super::channels::Channels;
use super::identifies::Identifies;
use super::layout::{fit, line, to_tab};
use super::listing::{Depth, Listing, View, settings_of};
use super::transports::Transports;
use crate::config::Endpoint;

pub(super) struct Endpoints;

impl Listing for Endpoints {
    const LIST: (&'static str, &'static str) =
        ("pjsip list endpoints [like <pattern>]", "List PJSIP Endpoints");
    const SHOW_ALL: (&'static str, &'static str) =
        ("pjsip show endpoints [like <pattern>]", "Show PJSIP Endpoints");
    const SHOW: (&'static str, &'static str) = ("pjsip show endpoint <id>", "Show PJSIP Endpoint");

    fn names(view: &View<'_>) -> Vec<String> {
        view.config.endpoints.sorted().iter().map(|endpoint| endpoint.name.to_string()).collect()
    }

    fn header(out: &mut String, depth: Depth) {
        out.push_str(
            " Endpoint:  <Endpoint/CID.....................................>  <State.....>  <Channels.>\n",
        );
        if depth.with_parts {
            auths::header(out, depth.level + 1);
            Aors::header(out, depth.inner());
            Transports::header(out, depth.inner());
            Identifies::header(out, depth.inner());
            Channels::header(out, depth.inner());
        }
    }

    fn row(view: &View<'_>, out: &mut String, name: &str, depth: Depth) -> bool {
        let Some(endpoint) = view.config.endpoints.find(name) else { return false };
        summary(view, out, endpoint, depth);
        if depth.with_parts {
            parts(view, out, endpoint, depth.inner());
            if depth.level == 0 {
                out.push('\n');
            }
        }
        true
    }

    fn settings(view: &View<'_>, name: &str) -> Vec<(String, String)> {
        settings_of(view.config.endpoints.find(name))
    }
}

fn summary(view: &View<'_>, out: &mut String, endpoint: &Endpoint, depth: Depth) {
    let shown = match endpoint.identity.caller.number.text() {
        "" => endpoint.name.to_string(),
        number => format!("{}/{number}", endpoint.name),
    };
    let channels = view.driver.core.channels.of_device(&endpoint.device()).len();
    let most = endpoint.calls.busy_at.map_or("inf".to_owned(), |most| most.to_string());
    let state = view.driver.device_state(&view.config, &endpoint.name).text();
    let width = to_tab(depth.level, 2);
    let rest = format!("{}  {}  {channels} of {most}", fit(&shown, width), fit(state, 12));
    line(out, depth.level, "Endpoint", &rest);
}

fn parts(view: &View<'_>, out: &mut String, endpoint: &Endpoint, depth: Depth) {
    endpoint.outbound_auth.iter().for_each(|auth| auths::row(out, auth, "OutAuth", depth.level));
    endpoint.auth.iter().for_each(|auth| auths::row(out, auth, "InAuth", depth.level));
    for aor in &endpoint.aors {
        Aors::row(view, out, &aor.name, depth);
    }
    if let Some(transport) = &endpoint.transport {
        Transports::row(view, out, &transport.name, depth);
    }
    for identify in view.config.identifies.sorted() {
        if identify.endpoint == endpoint.name {
            Identifies::row(view, out, &identify.name, depth);
        }
    }
    for channel in view.driver.core.channels.of_device(&endpoint.device()) {
        Channels::row(view, out, channel.name(), depth);
    }
}
