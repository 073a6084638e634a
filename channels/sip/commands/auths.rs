//! `pjsip show auths`.

use super::layout::{dots, line, to_end};
use super::listing::{Depth, Listing, View, settings_of};
use crate::config::Auth;

pub(super) struct Auths;

pub(super) fn header(out: &mut String, level: usize) {
    line(out, level, "I/OAuth", &format!("<AuthId/UserName{}>", dots(to_end(level, 20))));
}

pub(super) fn row(out: &mut String, auth: &Auth, title: &str, level: usize) {
    line(out, level, title, &format!("{}/{}", auth.name, auth.username));
}

impl Listing for Auths {
    const LIST: (&'static str, &'static str) = ("pjsip list auths [like <pattern>]", "List PJSIP Auths");
    const SHOW_ALL: (&'static str, &'static str) = ("pjsip show auths [like <pattern>]", "Show PJSIP Auths");
    const SHOW: (&'static str, &'static str) = ("pjsip show auth <id>", "Show PJSIP Auth");

    fn names(view: &View<'_>) -> Vec<String> {
        view.config.auths.sorted().iter().map(|auth| auth.name.to_string()).collect()
    }

    fn header(out: &mut String, depth: Depth) {
        header(out, depth.level);
    }

    fn row(view: &View<'_>, out: &mut String, name: &str, depth: Depth) -> bool {
        let auth = view.config.auths.find(name);
        auth.inspect(|auth| row(out, auth, "Auth", depth.level)).is_some()
    }

    fn settings(view: &View<'_>, name: &str) -> Vec<(String, String)> {
        settings_of(view.config.auths.find(name))
    }
}
