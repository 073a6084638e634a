//! Endpoints in maintenance: they may begin nothing, and nobody calls them; what is under way goes on.
//!
//! RFC 3261 21.5.4: who is refused with 503 learns when to come again.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError, RwLock};

use obelus_core::Core;
use obelus_core::events::{Event, EventKind};
use obelus_sip::header::Name;
use obelus_sip::message::Request;
use obelus_sip::ua::Reply;
use obelus_sip::{Method, StatusCode};

use crate::config::Config;

/// Seconds after which somebody who was refused may come again; Asterisk's number.
const RETRY_AFTER: &str = "300";

/// What stands for all endpoints.
pub(crate) const ALL: &str = "all";

/// The endpoints in maintenance. It survives a reload, not a restart.
#[derive(Debug, Default)]
pub struct Maintenance(RwLock<BTreeSet<Arc<str>>>);

/// Whether an endpoint is in maintenance, as it was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    On,
    Off,
}

impl State {
    pub(crate) fn parse(word: &str) -> Option<State> {
        match word.to_ascii_lowercase().as_str() {
            "on" => Some(State::On),
            "off" => Some(State::Off),
            _ => None,
        }
    }

    /// `enabled`, as it is told.
    pub(crate) fn word(self) -> &'static str {
        match self {
            State::On => "enabled",
            State::Off => "disabled",
        }
    }
}

impl Maintenance {
    /// Whether this endpoint is in maintenance.
    pub(crate) fn has(&self, endpoint: &str) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).contains(endpoint)
    }

    /// All of them, sorted.
    pub(crate) fn list(&self) -> Vec<Arc<str>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Puts endpoints into maintenance or takes them out, and tells; gives how many that changed.
    ///
    /// `name` is what is told: that of the one endpoint, or [`ALL`].
    pub(crate) fn set<'a>(
        &self,
        core: &Core,
        endpoints: impl Iterator<Item = &'a Arc<str>>,
        name: &str,
        state: State,
    ) -> usize {
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let change = |endpoint: &&Arc<str>| match state {
            State::On => set.insert(Arc::clone(endpoint)),
            State::Off => set.remove(*endpoint),
        };
        let count = endpoints.filter(change).count();
        drop(set);
        if count > 0 {
            tracing::info!(endpoint = name, count, "maintenance {}", state.word());
            let event = || Event::Maintenance { endpoint: name.into(), enabled: state == State::On };
            core.events.publish(EventKind::Maintenance, || core.clock.now(), event);
        }
        count
    }

    /// Forgets the endpoints that the configuration has no more.
    pub(crate) fn configure(&self, config: &Config) {
        let mut set = self.0.write().unwrap_or_else(PoisonError::into_inner);
        set.retain(|endpoint| config.endpoints.find(endpoint).is_some());
    }

    /// What a request of an endpoint is answered with that may not begin anything now; requests in dialogs pass, and
    /// so do those by which it takes its leave.
    pub(crate) fn refuse(&self, endpoint: &str, request: &Request) -> Option<Reply> {
        let is_new = request.to().is_ok_and(|to| to.tag().is_none());
        let is_leave = matches!(request.method(), Method::Register | Method::Subscribe)
            && matches!(request.number(Name::Expires), Ok(Some(0)));
        if !is_new || is_leave || !self.has(endpoint) {
            return None;
        }
        let method = request.method().as_str();
        tracing::info!(endpoint, method, "in maintenance, refused with 503");
        Some(Reply::new(StatusCode::SERVICE_UNAVAILABLE).header(Name::RetryAfter, RETRY_AFTER))
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::testing::TestPbx;

    use super::*;
    use crate::testing::{Wire, config};

    #[tokio::test(start_paused = true)]
    async fn who_is_in_maintenance_begins_nothing_but_may_end_everything() {
        let pbx = TestPbx::new(|_, _| {});
        let maintenance = Maintenance::default();
        let (al, bob): (Arc<str>, Arc<str>) = ("al".into(), "bob".into());
        let set =
            |endpoint: &Arc<str>, state| maintenance.set(&pbx.core, [endpoint].into_iter(), endpoint, state);
        assert_eq!([set(&al, State::On), set(&al, State::On), set(&bob, State::On)], [1, 0, 1]);
        let refuses = |wire: Wire| maintenance.refuse("al", &wire.request()).is_some();
        assert!(refuses(Wire::new("INVITE", "sip:x@pbx")));
        assert!(refuses(Wire::new("REGISTER", "sip:pbx").line("Expires: 60")));
        assert!(!refuses(Wire::new("REGISTER", "sip:pbx").line("Expires: 0")));
        assert!(!refuses(Wire::new("BYE", "sip:x@pbx").to("<sip:x@pbx>;tag=1")));
        assert_eq!(set(&al, State::Off), 1);
        assert!(!refuses(Wire::new("INVITE", "sip:x@pbx")));
        maintenance.configure(&config("[al]\ntype=endpoint\nallow=ulaw\naors=al\n[al]\ntype=aor\n"));
        assert_eq!(maintenance.list().len(), 0);
    }
}
