//! What happens in sessions.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use obelus_core::cause::Cause;
use obelus_core::channel_tech::{Ended, LegEvent, Text};
use obelus_sip::header::{Name, NameAddr};
use obelus_sip::message::Request;
use obelus_sip::session::{SessionEvent, SessionId};
use obelus_sip::transaction::ServerId;
use obelus_sip::ua::Reply;
use obelus_sip::{Flow, Method, StatusCode};

use super::order::Order;
use super::profiles::Role;
use super::run::Worker;
use crate::info::{self, Info};
use crate::media::Change;
use crate::route::{self, Query};

/// Names in session descriptions and Contacts are looked up for so long at most.
const LOOKUP_DEADLINE: Duration = Duration::from_secs(5);

impl Worker {
    pub(super) fn handle_session(&mut self, now: Instant, session: SessionId, event: SessionEvent) {
        match event {
            SessionEvent::Provisional { response, needs_answer } => {
                self.handle_provisional(now, session, response, needs_answer);
            }
            SessionEvent::Answered { response, needs_answer } => {
                self.handle_answer(now, session, response, needs_answer);
            }
            SessionEvent::Acknowledged { request } => self.handle_acknowledged(now, session, &request),
            SessionEvent::Reinvite { id, request } => self.handle_reinvite(now, session, id, &request),
            SessionEvent::ReinviteCanceled { .. } => {}
            SessionEvent::Reinvited { response, needs_answer } => {
                self.handle_reinvited(now, session, &response, needs_answer);
            }
            SessionEvent::ReinviteRefused { response } => {
                self.handle_reinvite_refused(now, session, &response)
            }
            SessionEvent::Request { id, request } => self.handle_in_call(now, session, id, &request),
            SessionEvent::Response { id, response } => self.handle_response(now, session, id, &response),
            SessionEvent::Failed { id, .. } => {
                self.refer_failed(now, session, id);
                self.update_failed(session, id);
            }
            SessionEvent::RefreshDue => self.refresh_session(now, session),
            SessionEvent::NextHop { uri } => self.look_up_next_hop(session, &uri),
            // The channel need not wait until the far end, which is silent, has answered the BYE.
            SessionEvent::Leaving { cause } => self.handle_ended(now, session, cause),
            SessionEvent::Ended { cause, dialog } => {
                self.keep_for_referral(session, dialog);
                self.handle_ended(now, session, cause);
            }
        }
    }

    fn handle_in_call(&mut self, now: Instant, session: SessionId, id: ServerId, request: &Request) {
        let reply = match request.method() {
            Method::Info => self.take_info(now, session, request),
            Method::Message => self.take_text(now, session, request),
            Method::Update | Method::Prack => return self.handle_update(now, session, id, request),
            Method::Refer => return self.take_refer(now, session, id, request),
            Method::Notify => self.take_notify(now, session, request),
            Method::Options => self.show_capabilities(session),
            _ => Reply::new(StatusCode::METHOD_NOT_ALLOWED).header(Name::Allow, super::profiles::ALLOW),
        };
        self.respond(now, id, &reply);
    }

    pub(super) fn respond(&mut self, now: Instant, id: ServerId, reply: &Reply) {
        if let Err(error) = self.agent.respond(now, id, reply) {
            tracing::debug!(%error, "a response was not wanted any more");
        }
    }

    fn take_info(&mut self, now: Instant, session: SessionId, request: &Request) -> Reply {
        let (status, event) = match info::read(request) {
            Info::Digit { digit, duration } => (StatusCode::OK, Some(LegEvent::Digit { digit, duration })),
            Info::Flash => (StatusCode::OK, Some(LegEvent::Flash)),
            Info::Empty => (StatusCode::OK, None),
            Info::Malformed => {
                tracing::warn!("an INFO has no digit that can be read");
                (StatusCode::SERVER_INTERNAL_ERROR, None)
            }
            // An INFO without a body only asks whether the call lives (RFC 2976).
            Info::Other if request.body().is_empty() => (StatusCode::OK, None),
            Info::Other => (StatusCode::UNSUPPORTED_MEDIA_TYPE, None),
        };
        self.tell_all(now, session, event.into_iter().collect());
        Reply::new(status)
    }

    fn take_text(&mut self, now: Instant, session: SessionId, request: &Request) -> Reply {
        let Some(text) = text_of(request) else {
            return Reply::new(StatusCode::UNSUPPORTED_MEDIA_TYPE)
                .header(Name::Accept, "text/*, application/*");
        };
        self.tell_all(now, session, vec![LegEvent::Text(text)]);
        Reply::new(StatusCode::ACCEPTED)
    }

    fn show_capabilities(&mut self, session: SessionId) -> Reply {
        let known = self.calls.of(session).map(|call| (call.endpoint.clone(), call.flow));
        let Some((endpoint, flow)) = known else { return Reply::new(StatusCode::CALL_DOES_NOT_EXIST) };
        let Some(path) = self.path(flow.transport) else { return Reply::new(StatusCode::OK) };
        let config = self.driver.config_arc();
        let profile = self.profiles.find(&config.global, &endpoint, &path, Role::Callee);
        obelus_sip::ua::capabilities(&profile)
    }

    /// Looks the host of the far end's media up, if it is a name.
    pub(super) fn look_up_media_host(&mut self, session: SessionId) {
        let Some(call) = self.calls.of(session) else { return };
        let Some(host) = call.media.unknown_host() else { return };
        let (key, host, queue) = (call.key, host.to_owned(), self.queue.clone());
        tokio::spawn(async move {
            let looked_up = tokio::net::lookup_host((host.as_str(), 0));
            match tokio::time::timeout(LOOKUP_DEADLINE, looked_up).await {
                Ok(Ok(mut found)) => {
                    let address = found.next().as_ref().map(SocketAddr::ip);
                    address.into_iter().for_each(|address| queue.order(Order::MediaHost(key, address)));
                }
                Ok(Err(_)) | Err(_) => tracing::warn!(host, "the host of a call's audio cannot be found"),
            }
        });
    }

    pub(super) fn media_found(&mut self, key: super::CallKey, address: std::net::IpAddr) {
        if let Some(call) = self.calls.find(key) {
            call.media.resolve(address);
            call.show_media();
        }
    }

    fn look_up_next_hop(&mut self, session: SessionId, uri: &str) {
        let known = self.calls.of(session).map(|call| (call.endpoint.clone(), call.flow));
        let (endpoint, flow) = known.unzip();
        let (driver, queue, uri) = (self.driver.clone(), self.queue.clone(), uri.to_owned());
        tokio::spawn(async move {
            let came_by = flow.map(|flow| Flow { connection: None, ..flow });
            let transport = endpoint.as_ref().and_then(|endpoint| endpoint.transport.as_deref());
            let query = Query { uri: &uri, routes: &[], transport, came_by };
            match route::find(&driver, &query).await {
                Ok(route) => queue.order(Order::NextHop(session, route.flow)),
                Err(error) => tracing::warn!(uri, %error, "the next hop of a call cannot be found"),
            }
        });
    }

    /// Our offer was in a 200: the ACK has its answer.
    fn handle_acknowledged(&mut self, now: Instant, session: SessionId, request: &Request) {
        let Some(call) = self.calls.of(session) else { return };
        let super::call::Stage::Up { offered } = &mut call.stage else { return };
        if !std::mem::replace(offered, false) {
            return self.catch_up(now, session);
        }
        let answer = crate::media::description_of(request);
        let accepted = match answer {
            Some(Ok(answer)) => call.media.accept(&answer).map_err(|error| error.to_string()),
            Some(Err(error)) => Err(error.to_string()),
            // The call was agreed on before this exchange, and goes on as it was (RFC 3261 14.1).
            None if call.media.codec().is_some() => {
                call.media.withdraw();
                Ok(Change::default())
            }
            None => Err("the ACK has no answer to our offer".to_owned()),
        };
        match accepted {
            Ok(change) => self.changed(now, session, &change),
            Err(reason) => {
                tracing::warn!(reason, "a call has no usable session description, it is ended");
                let ended = Ended { cause: Cause::BEARERCAPABILITY_NOTAVAIL, technical: reason };
                self.hang_up(now, session, Cause::BEARERCAPABILITY_NOTAVAIL, Some(ended));
            }
        }
        self.catch_up(now, session);
    }

    /// Sends what has waited for the end of another exchange.
    pub(super) fn catch_up(&mut self, now: Instant, session: SessionId) {
        let Some(call) = self.calls.of(session) else { return };
        call.is_redirecting = false;
        if let Some((cause, ended)) = call.leaving.take() {
            return self.hang_up(now, session, cause, ended);
        }
        if self.calls.of(session).is_some_and(|call| call.must_tell) {
            self.send_connected(now, session);
        }
        if self.calls.of(session).is_some_and(|call| call.must_redirect) {
            self.send_direct(now, session);
        }
    }
}

/// A text in a call, whatever kind of text or application data it is.
fn text_of(request: &Request) -> Option<Text> {
    let kind = request.content_type().ok().flatten()?;
    let is_served = ["text", "application"].iter().any(|served| kind.kind.eq_ignore_ascii_case(served));
    if !is_served || request.body().is_empty() {
        return None;
    }
    let is_plain = kind.kind.eq_ignore_ascii_case("text") && kind.subtype.eq_ignore_ascii_case("plain");
    let name = |address: Option<NameAddr<'_>>| {
        let name = address.map(|address| address.display_name().into_owned()).unwrap_or_default();
        (!name.is_empty()).then(|| name.into())
    };
    Some(Text {
        body: String::from_utf8_lossy(request.body()).into_owned(),
        content_type: (!is_plain).then(|| format!("{}/{}", kind.kind, kind.subtype).into()),
        from: name(request.from().ok()),
        to: name(request.to().ok()),
    })
}
