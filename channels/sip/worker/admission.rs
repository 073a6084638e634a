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
            Admission::Admitted(endpoint) => {
                self.driver.unidentified().forgive(flow.remote.ip());
                Ok(endpoint)
            }
            Admission::Challenged { challenges, has_failed } => {
                self.driver.counters.challenged.count();
                if matches!(identified, Identified::Unknown) {
                    self.driver.note_unidentified(request, flow.remote, now);
                } else if has_failed {
                    self.driver.counters.failed_authentication.count();
                    self.driver.note_failed(request, flow.remote, now);
                }
                let mut reply = Reply::new(StatusCode::UNAUTHORIZED);
                reply.headers.extend(&challenges);
                Err(reply)
            }
        }
    }
}
