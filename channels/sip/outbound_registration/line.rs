//! Marks of our Contacts: a call that comes by one belongs to the endpoint of its registration.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;
use obelus_sip::message::Request;
use obelus_sip::uri::Uri;

/// The parameter of the Contact's URI.
pub(super) const PARAMETER: &str = "line";

/// Marks with what they belong to.
#[derive(Default)]
pub(crate) struct Lines(ArcSwap<HashMap<Box<str>, Line>>);

#[derive(Clone)]
struct Line {
    registration: Arc<str>,
    endpoint: Arc<str>,
}

impl Lines {
    pub(super) fn add(&self, registration: &Arc<str>, mark: &str, endpoint: &Arc<str>) {
        let line = Line { registration: registration.clone(), endpoint: endpoint.clone() };
        self.0.rcu(|lines| {
            let mut lines = HashMap::clone(lines);
            lines.insert(mark.into(), line.clone());
            lines
        });
    }

    pub(super) fn remove(&self, registration: &str) {
        self.0.rcu(|lines| {
            let mut lines = HashMap::clone(lines);
            lines.retain(|_, line| *line.registration != *registration);
            lines
        });
    }

    /// The endpoint whose mark stands in To or in the Request-URI.
    pub(crate) fn endpoint_of(&self, request: &Request) -> Option<Arc<str>> {
        let lines = self.0.load();
        if lines.is_empty() {
            return None;
        }
        let of = |uri: &Uri<'_>| Some(lines.get(uri.params().value(PARAMETER)?)?.endpoint.clone());
        let by_to = request.to().ok().and_then(|to| of(&to.uri));
        by_to.or_else(|| of(&request.uri().ok()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Wire;

    #[test]
    fn a_mark_leads_to_its_endpoint() {
        let lines = Lines::default();
        let check = |wire: &Wire, expected: Option<&str>| {
            assert_eq!(lines.endpoint_of(&wire.request()).as_deref(), expected);
        };
        let marked = Wire::new("INVITE", "sip:s@pbx;line=abc");
        check(&marked, None);
        lines.add(&"trunk".into(), "abc", &"office".into());
        lines.add(&"other".into(), "def", &"home".into());
        check(&marked, Some("office"));
        check(&Wire::new("INVITE", "sip:s@pbx").to("<sip:s@pbx;line=def>"), Some("home"));
        check(&Wire::new("INVITE", "sip:s@pbx;line=ghi"), None);
        lines.remove("trunk");
        check(&marked, None);
    }
}
