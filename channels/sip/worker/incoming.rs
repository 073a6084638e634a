//! Calls that come: from the INVITE to the channel that takes it.

use std::sync::Arc;
use std::time::Instant;

use obelus_core::caller_id::Party;
use obelus_core::channel_tech::{ChannelSetup, NewLeg};
use obelus_core::engine::{EngineError, Port};
use obelus_sdp::{Answer, Description, SdpError};
use obelus_sip::header::{Name, format_name_addr};
use obelus_sip::message::Request;
use obelus_sip::session::SessionId;
use obelus_sip::ua::Reply;
use obelus_sip::{Flow, Method, StatusCode};
use tokio::sync::mpsc;

use super::CallKey;
use super::call::{Call, Ringing, Stage};
use super::profiles::Role;
use super::replacing::Replacing;
use super::requests::{Found, dialled, look_up};
use super::run::Worker;
use crate::config::{Config, Endpoint};
use crate::identity::{self, Origin};
use crate::leg::{EVENTS, Incoming, Link, Shared, SipLeg};
use crate::media::{Media, address_of, description_of};
use crate::transport::Path;
use crate::{body, diversion, tech};

/// A call that has passed all checks.
struct Accepted {
    endpoint: Arc<Endpoint>,
    exten: String,
    caller: Party,
    path: Arc<Path>,
    port: Port,
    media: Media,
    offer: Option<(Description, Answer)>,
    replacing: Option<Replacing>,
}

impl Worker {
    pub(super) fn handle_invite(&mut self, now: Instant, session: SessionId, flow: Flow, request: Request) {
        let config = self.driver.config_arc();
        match self.judge(now, &config, session, flow, &request) {
            Ok(Some(accepted)) => self.take_call(now, session, flow, request, accepted),
            // The stack has refused it already.
            Ok(None) => {}
            Err(reply) => {
                if let Err(error) = self.agent.reject(now, session, &reply) {
                    tracing::debug!(%error, "a refused call was over already");
                }
            }
        }
    }

    /// Whether a call is taken; else what it is refused with.
    fn judge(
        &mut self,
        now: Instant,
        config: &Config,
        session: SessionId,
        flow: Flow,
        request: &Request,
    ) -> Result<Option<Accepted>, Reply> {
        let endpoint = self.admit(now, config, flow, request)?;
        let path = self.path(flow.transport).ok_or_else(|| Reply::new(StatusCode::SERVICE_UNAVAILABLE))?;
        let profile = self.profiles.find(&config.global, &endpoint, &path, Role::Callee);
        if let Err(error) = self.agent.adopt(now, session, profile, request) {
            tracing::info!(endpoint = &*endpoint.name, source = %flow.remote, %error, "a call is refused");
            return Ok(None);
        }
        if let Some(refusal) = body::refusal(request) {
            return Err(refusal);
        }
        let caller = identity::caller_of(request, &endpoint);
        // As in Asterisk also for one with Replaces, whose destination is the dialog that it names.
        let exten = self.destination(config, &endpoint, flow, &path, request, &caller)?;
        let replacing = Replacing::read(request)?;
        self.check_room()?;
        let offer =
            description_of(request).transpose().map_err(|error| self.unacceptable(&endpoint, &error))?;
        let remote = offer.as_ref().and_then(address_of);
        let opened = Media::open(&self.driver, &endpoint, &path, remote, None);
        let (port, mut media) = opened.map_err(|error| self.no_port(&endpoint, &error))?;
        let offer = match offer {
            None => None,
            Some(offer) => {
                let answer = media.first_answer(&[], &offer);
                Some((offer, answer.map_err(|error| self.unacceptable(&endpoint, &error))?))
            }
        };
        Ok(Some(Accepted { endpoint, exten, caller, path, port, media, offer, replacing }))
    }

    fn destination(
        &self,
        config: &Config,
        endpoint: &Endpoint,
        flow: Flow,
        path: &Path,
        request: &Request,
        caller: &Party,
    ) -> Result<String, Reply> {
        let exten = match dialled(config, request) {
            exten if exten.is_empty() => "s".to_owned(),
            exten => exten,
        };
        match look_up(&self.driver.core, endpoint, &exten, caller.number.text()) {
            Found::Extension => Ok(exten),
            Found::Partial => Err(Reply::new(StatusCode::ADDRESS_INCOMPLETE)),
            Found::Nothing => {
                self.driver.counters.unknown_extensions.count();
                if let Some(left_out) = self.driver.unknown_extension.admit() {
                    tracing::info!(
                        left_out = (left_out > 0).then_some(left_out),
                        "Call from '{}' ({}:{}) to extension '{exten}' rejected because extension not found in context '{}'.",
                        endpoint.name,
                        path.kind.as_str(),
                        flow.remote,
                        endpoint.calls.context
                    );
                }
                Err(Reply::new(StatusCode::NOT_FOUND))
            }
        }
    }

    fn check_room(&self) -> Result<(), Reply> {
        self.driver.core.admits_calls().map_err(|reason| {
            self.driver.counters.calls_not_admitted.count();
            if let Some(left_out) = self.driver.not_admitted.admit() {
                tracing::warn!(reason, left_out, "a call is refused with 503");
            }
            Reply::new(StatusCode::SERVICE_UNAVAILABLE).header(Name::RetryAfter, "10")
        })
    }

    fn unacceptable(&self, endpoint: &Endpoint, error: &SdpError) -> Reply {
        self.driver.counters.not_acceptable.count();
        tracing::info!(endpoint = &*endpoint.name, %error, "a session description is refused");
        body::unacceptable(error)
    }

    fn no_port(&self, endpoint: &Endpoint, error: &EngineError) -> Reply {
        let reply = without_port(error);
        tracing::error!(endpoint = &*endpoint.name, %error, status = reply.status.code(), "a call is refused");
        reply
    }

    /// Makes a call and its channel.
    fn take_call(
        &mut self,
        now: Instant,
        session: SessionId,
        flow: Flow,
        request: Request,
        accepted: Accepted,
    ) {
        let Accepted { endpoint, exten, caller, path, port, media, offer, replacing } = accepted;
        // At once, so that the caller does not repeat itself while the dialplan thinks.
        let _ = self.agent.provisional(now, session, Reply::new(StatusCode::TRYING));
        let setup = ChannelSetup {
            exten: exten.into(),
            redirecting: diversion::read(&request),
            ani2: identity::line_kind_of(&request),
            ..tech::setup_of(&endpoint, caller)
        };
        let origin = request.to().map(|to| Origin::of_address(&to));
        let origin = origin.unwrap_or_else(|_| Origin::of_host(path.host()));
        let key = CallKey::new();
        let shared = Arc::new(Shared::default());
        let (sender, events) = mpsc::channel(EVENTS);
        let peer_updates = request.allows(&Method::Update);
        self.remember(&shared, session, flow, &path, &media, offer.as_ref(), request);
        let ringing = Stage::Ringing(Box::new(Ringing { offer, answered: false, tone: None }));
        let talk = (shared.clone(), sender);
        let mut call = Call::new(key, session, flow, endpoint.clone(), media, ringing, origin, talk);
        call.peer_updates = peer_updates;
        self.calls.add(call);
        self.driver.counters.incoming_calls.count();
        let link = Link { queue: self.queue.clone(), key };
        let name = tech::channel_name(&endpoint);
        let leg = SipLeg::incoming(Incoming { name, endpoint, port, shared, link, events });
        let new = NewLeg { leg: Box::new(leg), setup };
        match replacing {
            Some(replacing) => self.driver.core.incoming_for(
                tech::NAME,
                new,
                Box::new(move |channel| Box::pin(replacing.carry_out(channel))),
            ),
            None => self.driver.core.incoming(tech::NAME, new),
        };
    }

    /// What the leg may read of the call.
    #[allow(clippy::too_many_arguments, reason = "the facts of one call, gathered once")]
    fn remember(
        &self,
        shared: &Shared,
        session: SessionId,
        flow: Flow,
        path: &Path,
        media: &Media,
        offer: Option<&(Description, Answer)>,
        request: Request,
    ) {
        let mut facts = shared.facts();
        let agreed = offer.and_then(|(_, answer)| answer.outcome.first());
        facts.codecs = match agreed {
            Some(agreed) => agreed.codecs().collect(),
            None => media.codecs(),
        };
        facts.codec = facts.codecs.first().copied().filter(|_| offer.is_some());
        let (local_media, _) = media.addresses();
        let dialog = &mut facts.dialog;
        dialog.local_media = local_media;
        // The offer says it; the answer, which makes it final, may still be on its way through the worker.
        dialog.remote_media = agreed.and_then(|agreed| agreed.remote);
        dialog.local_address = Some(path.sent_by.clone());
        dialog.remote_address = Some(flow.remote);
        dialog.call_id = request.call_id().unwrap_or_default().into();
        let local_tag = self.agent.session_identity(session).map(|(_, local, _)| local);
        dialog.local_tag = local_tag.unwrap_or_default().into();
        if let Ok(from) = request.from() {
            dialog.remote_tag = from.tag().unwrap_or_default().into();
            dialog.remote = format_name_addr(&from.display_name(), from.uri.as_str()).into();
        }
        if let Ok(to) = request.to() {
            dialog.local = format_name_addr(&to.display_name(), to.uri.as_str()).into();
        }
        let target = self.agent.session_target(session).map(|(target, _)| target);
        dialog.target = target.unwrap_or_default().into();
        facts.invite = Some(Arc::new(request));
    }
}

/// As in Asterisk a call for whose audio no port is left is not acceptable; other faults may pass.
fn without_port(error: &EngineError) -> Reply {
    match error {
        EngineError::NoPort { .. } => Reply::new(StatusCode::NOT_ACCEPTABLE_HERE),
        _ => Reply::new(StatusCode::SERVICE_UNAVAILABLE).header(Name::RetryAfter, "10"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: &EngineError, status: u16, headers: &str) {
        let reply = without_port(error);
        assert_eq!(reply.status.code(), status, "{error}");
        assert_eq!(String::from_utf8_lossy(reply.headers.as_bytes()), headers, "{error}");
    }

    #[test]
    fn a_call_without_a_port_is_not_acceptable_and_other_faults_pass() {
        let address = std::net::Ipv4Addr::LOCALHOST.into();
        check(&EngineError::NoPort { start: 10_000, end: 10_001, address }, 488, "");
        check(&EngineError::Stopped, 503, "Retry-After: 10\r\n");
    }
}
