//! `pjsip show channels`.

use obelus_core::channel::ChannelHandle;

use super::layout::{dots, fit, line, near_line, to_tab};
use super::listing::{Depth, Listing, View};

pub(super) struct Channels;

const TECHNOLOGY: &str = "PJSIP/";

impl Listing for Channels {
    const LIST: (&'static str, &'static str) =
        ("pjsip list channels [like <pattern>]", "List PJSIP Channels");
    const SHOW_ALL: (&'static str, &'static str) =
        ("pjsip show channels [like <pattern>]", "Show PJSIP Channels");
    const SHOW: (&'static str, &'static str) = ("pjsip show channel <id>", "Show PJSIP Channel");

    fn names(view: &View<'_>) -> Vec<String> {
        let all = view.driver.core.channels.all();
        let mut names: Vec<String> = all.iter().map(|channel| channel.name().to_string()).collect();
        names.retain(|name| name.starts_with(TECHNOLOGY));
        names.sort();
        names
    }

    fn header(out: &mut String, depth: Depth) {
        let filler = dots(to_tab(depth.level, 13));
        line(out, depth.level, "Channel", &format!("<ChannelId{filler}>  <State.....>  <Time.....>"));
        if depth.with_parts {
            let level = depth.level + 1;
            let filler = dots(to_tab(level, 38));
            near_line(
                out,
                level,
                "Exten",
                &format!("<DialedExten{filler}>  CLCID: <ConnectedLineCID.......>"),
            );
        }
    }

    fn row(view: &View<'_>, out: &mut String, name: &str, depth: Depth) -> bool {
        let channel =
            view.driver.core.channels.find(name).filter(|channel| channel.name().starts_with(TECHNOLOGY));
        let Some(channel) = channel else { return false };
        print(view, out, &channel, depth);
        if depth.with_parts && depth.level == 0 {
            out.push('\n');
        }
        true
    }

    fn settings(_view: &View<'_>, _name: &str) -> Vec<(String, String)> {
        Vec::new()
    }
}

fn print(view: &View<'_>, out: &mut String, channel: &ChannelHandle, depth: Depth) {
    let snapshot = channel.snapshot();
    let facts = &snapshot.facts;
    let shown = format!("{}/{}", snapshot.name, facts.application);
    let width = to_tab(depth.level, 0);
    let time = clock(view.now.duration_since(snapshot.created.into()).unwrap_or_default().as_secs());
    let state = fit(facts.state.word(), 12);
    near_line(out, depth.level, "Channel", &format!("{} {state}  {}", fit(&shown, width), fit(&time, 11)));
    if depth.with_parts {
        let level = depth.level + 1;
        let exten = fit(&facts.position.exten, to_tab(level, 25));
        let connected = &facts.connected;
        let caller = format!("CLCID: \"{}\" <{}>", connected.name.text(), connected.number.text());
        near_line(out, level, "Exten", &format!("{exten}  {caller}"));
    }
}

/// `00:01:05`.
fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}
