//! Requests outside dialogs: REGISTER, OPTIONS, and what is not served.

use std::sync::Arc;
use std::time::Instant;

use obelus_core::Core;
use obelus_core::channel::Position;
use obelus_sip::header::Name;
use obelus_sip::message::Request;
use obelus_sip::transaction::ServerId;
use obelus_sip::ua::{Reply, capabilities, refusal};
use obelus_sip::{Flow, Method, StatusCode, TransportKind};

use super::profiles::Role;
use super::run::Worker;
use crate::config::{Config, Endpoint};
use crate::identify::plain_user;
use crate::message;
use crate::registrar::{self, Refusal, Registration};
use crate::security::Report;

/// Whether a dialled number is in the dialplan.
pub(super) enum Found {
    /// It is.
    Extension,
    /// It could become one with more digits.
    Partial,
    /// It is not.
    Nothing,
}

impl Worker {
    pub(super) fn handle_request(&mut self, now: Instant, id: ServerId, flow: Flow, request: &Request) {
        let config = self.driver.config_arc();
        let reply = match self.admit(now, &config, flow, request) {
            Ok(endpoint) => self.answer(&config, &endpoint, flow, request),
            Err(reply) => reply,
        };
        if let Err(error) = self.agent.respond(now, id, &reply) {
            tracing::debug!(%error, "a response was not wanted any more");
        }
    }

    fn answer(&mut self, config: &Config, endpoint: &Arc<Endpoint>, flow: Flow, request: &Request) -> Reply {
        match request.method() {
            Method::Register => self.register(config, endpoint, flow, request),
            Method::Options => self.options(config, endpoint, flow, request),
            Method::Message => self.take_message(config, endpoint, flow, request),
            Method::Subscribe | Method::Publish | Method::Notify => {
                let event = request.text(Name::Event).unwrap_or_default().into_owned();
                tracing::info!(
                    endpoint = &*endpoint.name,
                    event,
                    "events are not served yet, answered with 489"
                );
                Reply::new(StatusCode::BAD_EVENT)
            }
            _ => self.refuse(config, endpoint, flow, request),
        }
    }

    /// The dialplan handles it later; what is accepted here need not be delivered.
    fn take_message(&self, config: &Config, endpoint: &Endpoint, flow: Flow, request: &Request) -> Reply {
        let path = self.driver.transports.paths.find(flow.transport);
        let kind = path.map_or(TransportKind::Udp, |path| path.kind);
        let message = match message::message_of(config, endpoint, request, flow, kind) {
            Ok(message) => message,
            Err(refusal) => return Reply::new(refusal.status()),
        };
        let core = &self.driver.core;
        if !core.wants_message(&message) {
            tracing::debug!(endpoint = &*endpoint.name, exten = &*message.exten, "nobody wants a MESSAGE");
            return Reply::new(StatusCode::NOT_FOUND);
        }
        match core.take_message(&endpoint.name, message) {
            Ok(()) => Reply::new(StatusCode::ACCEPTED),
            Err(error) => {
                tracing::warn!(endpoint = &*endpoint.name, %error, "a MESSAGE is refused with 503");
                Reply::new(StatusCode::SERVICE_UNAVAILABLE).header(Name::RetryAfter, "10")
            }
        }
    }

    /// What is served in dialogs only, or not at all.
    fn refuse(&mut self, config: &Config, endpoint: &Arc<Endpoint>, flow: Flow, request: &Request) -> Reply {
        let method = request.method().as_str();
        tracing::info!(endpoint = &*endpoint.name, method, "not served outside calls, refused");
        let not_allowed = || Reply::new(StatusCode::METHOD_NOT_ALLOWED);
        let Some(path) = self.path(flow.transport) else { return not_allowed() };
        let profile = self.profiles.find(&config.global, endpoint, &path, Role::Callee);
        let reply = refusal(request, &profile);
        reply.unwrap_or_else(|| {
            not_allowed().header(Name::Allow, "OPTIONS, REGISTER, INVITE, ACK, BYE, CANCEL")
        })
    }

    fn register(&self, config: &Config, endpoint: &Arc<Endpoint>, flow: Flow, request: &Request) -> Reply {
        let aor = match registrar::find_aor(config, endpoint, request) {
            Ok(aor) => aor,
            Err(refusal) => return self.not_registered(endpoint, flow, request, &refusal),
        };
        let path = self.driver.transports.paths.find(flow.transport);
        let registration = Registration {
            config,
            endpoint,
            aor,
            request,
            flow,
            transport: path.map_or(TransportKind::Udp, |path| path.kind),
            server: &self.driver.core.settings.load().system_name,
        };
        let answer = self.driver.locations.register(&registration);
        if let Some(refusal) = &answer.refusal {
            self.not_registered(endpoint, flow, request, refusal);
        } else {
            self.driver.counters.registrations.count();
        }
        let mut reply = Reply::new(answer.status);
        reply.headers.extend(&answer.headers);
        reply
    }

    fn not_registered(&self, endpoint: &Endpoint, flow: Flow, request: &Request, refusal: &Refusal) -> Reply {
        if let Some(report) = Report::refused(refusal) {
            self.driver.report(&endpoint.name, request, flow, report);
        }
        tracing::warn!(
            "Registration attempt from endpoint '{}' ({}) failed: {refusal}",
            endpoint.name,
            flow.remote
        );
        Reply::new(refusal.status())
    }

    fn options(&mut self, config: &Config, endpoint: &Arc<Endpoint>, flow: Flow, request: &Request) -> Reply {
        let exten = dialled(config, request);
        let core = &self.driver.core;
        let found = exten.is_empty() || matches!(look_up(core, endpoint, &exten, ""), Found::Extension);
        let Some(path) = self.path(flow.transport).filter(|_| found) else {
            return Reply::new(StatusCode::NOT_FOUND);
        };
        let profile = self.profiles.find(&config.global, endpoint, &path, Role::Callee);
        if let Some(refusal) = refusal(request, &profile) {
            return refusal;
        }
        capabilities(&profile).header(Name::AcceptEncoding, "identity").header(Name::AcceptLanguage, "en")
    }
}

/// The user of the Request-URI.
pub(super) fn dialled(config: &Config, request: &Request) -> String {
    let uri = request.uri();
    let user = uri.as_ref().ok().and_then(|uri| uri.user()).unwrap_or_default();
    plain_user(user, &config.global).into_owned()
}

/// Looks a dialled number up in the context of an endpoint.
pub(super) fn look_up(core: &Core, endpoint: &Endpoint, exten: &str, caller: &str) -> Found {
    let calls = &endpoint.calls;
    let context = if calls.overlap_context.is_empty() { &calls.context } else { &calls.overlap_context };
    let plan = core.dialplan.load();
    let is_pickup = !exten.is_empty() && *core.features.load().pickup_exten == *exten;
    if is_pickup || plan.exists(&core.clock, &Position::new(context.clone(), exten, 1), caller) {
        Found::Extension
    } else if calls.allow_overlap && plan.could_match(&core.clock, context, exten, caller) {
        Found::Partial
    } else {
        Found::Nothing
    }
}
