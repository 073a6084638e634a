//! Who sends a request, and whether that is proved.

use std::sync::Arc;
use std::time::Instant;

use obelus_sip::message::Request;
use obelus_sip::ua::Reply;
use obelus_sip::{Flow, StatusCode};

use super::run::Worker;
use crate::authenticate::Admission;
use crate::config::{Config, Endpoint};
use crate::identify::{Arrival, Identified, acls_permit, by_line, identify};
use crate::security::{Report, UNKNOWN};

impl Worker {
    /// The endpoint of a request that proves who sends it; else what it is answered with.
    pub(super) fn admit(
        &mut self,
        now: Instant,
        config: &Config,
        flow: Flow,
        request: &Request,
    ) -> Result<Arc<Endpoint>, Reply> {
        let path = self.path(flow.transport);
        let owner = path.and_then(|path| path.owner());
        let domain = owner.as_ref().map_or("", |transport| &transport.config.domain);
        let lists = self.driver.core.access_lists.load();
        let arrival = Arrival { request, source: flow.remote, domain, lists: &lists };
        if !acls_permit(config, &arrival) {
            self.driver.counters.forbidden.count();
            tracing::warn!(
                source = %flow.remote,
                method = request.method().as_str(),
                "a request is forbidden by an acl"
            );
            return Err(Reply::new(StatusCode::FORBIDDEN));
        }
        let line = self.driver.registrations.lines.endpoint_of(request);
        let by_line = line.and_then(|endpoint| by_line(config, &endpoint, &arrival));
        let identified = by_line.unwrap_or_else(|| identify(config, &self.driver.hosts.load(), &arrival));
        if let Identified::Endpoint(endpoint) = &identified
            && let Some(reply) = self.driver.maintenance.refuse(&endpoint.name, request)
        {
            return Err(reply);
        }
        let time = self.time();
        match self.authenticator.admit(config, &identified, request, time) {
            Admission::Admitted { endpoint, is_proved } => {
                self.driver.unidentified().forgive(flow.remote.ip());
                if is_proved {
                    self.driver.report(&endpoint.name, request, flow, Report::Proved);
                }
                Ok(endpoint)
            }
            Admission::Challenged { challenges, has_failed } => {
                self.driver.counters.challenged.count();
                let outcome =
                    if has_failed { Report::ChallengeFailed } else { Report::Challenged(&challenges) };
                self.note_challenged(now, flow, request, &identified, outcome);
                let mut reply = Reply::new(StatusCode::UNAUTHORIZED);
                reply.headers.extend(&challenges);
                Err(reply)
            }
        }
    }

    /// Counts, logs and reports a request that is answered with a challenge.
    fn note_challenged(
        &self,
        now: Instant,
        flow: Flow,
        request: &Request,
        identified: &Identified,
        outcome: Report<'_>,
    ) {
        let driver = &self.driver;
        let has_failed = matches!(outcome, Report::ChallengeFailed);
        match identified {
            Identified::Endpoint(endpoint) => {
                if has_failed {
                    driver.counters.failed_authentication.count();
                }
                if !has_failed || driver.note_failed(request, flow.remote, now, "Failed to authenticate") {
                    driver.report(&endpoint.name, request, flow, outcome);
                }
            }
            Identified::Barred(endpoint, barrier) => {
                if driver.note_failed(request, flow.remote, now, barrier.reason()) {
                    driver.report(&endpoint.name, request, flow, Report::barred(*barrier));
                    driver.report(UNKNOWN, request, flow, outcome);
                }
            }
            Identified::Unknown => {
                if driver.note_unidentified(request, flow.remote, now) {
                    let from = request.from();
                    let name = from.as_ref().ok().and_then(|from| from.uri.user()).unwrap_or_default();
                    driver.report(name, request, flow, Report::UnknownEndpoint);
                    driver.report(UNKNOWN, request, flow, outcome);
                }
            }
        }
    }
}
