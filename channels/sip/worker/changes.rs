//! Changes of an answered call: re-INVITE and UPDATE, theirs and ours.

use std::time::Instant;

use obelus_core::channel_tech::LegEvent;
use obelus_sip::message::{Headers, Request, Response};
use obelus_sip::session::SessionId;
use obelus_sip::transaction::ServerId;
use obelus_sip::ua::{Refused, Reply, RequestId};
use obelus_sip::{Method, StatusCode};

use super::CallKey;
use super::call::Stage;
use super::run::Worker;
use crate::body;
use crate::media::{Change, description_of};

impl Worker {
    /// Their re-INVITE: hold, another address, another codec, or only a sign of life.
    pub(super) fn handle_reinvite(
        &mut self,
        now: Instant,
        session: SessionId,
        id: ServerId,
        request: &Request,
    ) {
        if let Some(refusal) = body::refusal(request) {
            return self.respond(now, id, &refusal);
        }
        self.note_change(now, session, request);
        let Some(call) = self.calls.of(session) else {
            return self.answer_while_leaving(now, session, id, request);
        };
        let Some(offer) = description_of(request) else {
            return self.offer_in_answer(now, session, id);
        };
        match offer.and_then(|offer| call.media.answer(&offer)) {
            Ok((body, change)) => {
                let mut reply = Reply::new(StatusCode::OK).body(body);
                reply.headers.extend(&call.identity_headers());
                self.respond(now, id, &reply);
                self.changed(now, session, &change);
            }
            Err(error) => self.refuse_change(now, id, &error),
        }
    }

    /// Their re-INVITE has crossed our BYE: it gets a description in which nothing flows.
    fn answer_while_leaving(&mut self, now: Instant, session: SessionId, id: ServerId, request: &Request) {
        let Some(media) = self.calls.leaving(session) else {
            return self.respond(now, id, &Reply::new(StatusCode::CALL_DOES_NOT_EXIST));
        };
        match description_of(request).transpose().and_then(|offer| media.last_description(offer.as_ref())) {
            Ok(body) => self.respond(now, id, &Reply::new(StatusCode::OK).body(body)),
            Err(error) => self.refuse_change(now, id, &error),
        }
    }

    /// Without an offer of theirs the 200 has ours, and the ACK their answer.
    fn offer_in_answer(&mut self, now: Instant, session: SessionId, id: ServerId) {
        let all_codecs = self.driver.config().global.all_codecs_on_empty_reinvite;
        let Some(call) = self.calls.of(session) else { return };
        let offer = if all_codecs { call.media.offer_all_again() } else { call.media.offer_again() };
        match offer {
            Ok(body) => {
                call.stage = Stage::Up { offered: true };
                let mut reply = Reply::new(StatusCode::OK).body(body);
                reply.headers.extend(&call.identity_headers());
                self.respond(now, id, &reply);
            }
            Err(error) => self.refuse_change(now, id, &error),
        }
    }

    fn refuse_change(&mut self, now: Instant, id: ServerId, error: &obelus_sdp::SdpError) {
        self.driver.counters.not_acceptable.count();
        tracing::info!(%error, "a change of a call is refused, it goes on as before");
        self.respond(now, id, &body::unacceptable(error));
    }

    /// Their UPDATE, or a PRACK with an offer.
    pub(super) fn handle_update(
        &mut self,
        now: Instant,
        session: SessionId,
        id: ServerId,
        request: &Request,
    ) {
        if let Some(refusal) = body::refusal(request) {
            return self.respond(now, id, &refusal);
        }
        self.note_change(now, session, request);
        let Some(call) = self.calls.of(session) else {
            return self.respond(now, id, &Reply::new(StatusCode::CALL_DOES_NOT_EXIST));
        };
        let Some(offer) = description_of(request) else {
            return self.respond(now, id, &Reply::new(StatusCode::OK));
        };
        match offer.and_then(|offer| call.media.answer(&offer)) {
            Ok((body, change)) => {
                // What was to be answered before the call began is answered with this.
                if let Stage::Ringing(ringing) = &mut call.stage {
                    ringing.answered = true;
                    ringing.replace(&body);
                }
                self.respond(now, id, &Reply::new(StatusCode::OK).body(body));
                self.changed(now, session, &change);
            }
            Err(error) => self.refuse_change(now, id, &error),
        }
    }

    /// What a request of theirs says beside its description.
    fn note_change(&mut self, now: Instant, session: SessionId, headers: &Headers) {
        let target = self.agent.session_target(session).map(|(target, _)| Box::from(target));
        let Some(call) = self.calls.of(session) else { return };
        if headers.has(obelus_sip::header::Name::Allow) {
            call.peer_updates = headers.allows(&Method::Update);
        }
        if let Some(target) = target {
            call.shared.facts().dialog.target = target;
        }
        let news = call.news(headers).map(LegEvent::Connected);
        self.tell_all(now, session, news.into_iter().collect());
    }

    /// Lets the leg know what an agreement has changed.
    pub(super) fn changed(&mut self, now: Instant, session: SessionId, change: &Change) {
        let Some(call) = self.calls.of(session) else { return };
        call.show_media();
        let mut events = Vec::new();
        events.extend(change.moved.then_some(LegEvent::MediaChanged));
        events.extend(change.held.map(LegEvent::Hold));
        if change.host.is_some() {
            self.look_up_media_host(session);
        }
        self.tell_all(now, session, events);
    }

    /// Our re-INVITE was accepted.
    pub(super) fn handle_reinvited(
        &mut self,
        now: Instant,
        session: SessionId,
        response: &Response,
        needs_answer: bool,
    ) {
        self.note_change(now, session, response);
        let Some(call) = self.calls.of(session) else { return };
        let agreed = match description_of(response) {
            Some(Ok(description)) if needs_answer => {
                call.media.answer(&description).map(|(body, change)| (Some(body), change))
            }
            Some(Ok(description)) => call.media.accept(&description).map(|change| (None, change)),
            Some(Err(error)) => Err(error),
            None => Ok((None, Change::default())),
        };
        let (body, change) = agreed.unwrap_or_else(|error| {
            tracing::info!(%error, "the answer to our re-INVITE is not usable, the call goes on as before");
            (None, Change::default())
        });
        if needs_answer && let Err(error) = self.agent.acknowledge(now, session, body.as_ref()) {
            tracing::debug!(%error, "an answer was not waited for any more");
        }
        self.changed(now, session, &change);
        self.catch_up(now, session);
    }

    pub(super) fn handle_reinvite_refused(&mut self, now: Instant, session: SessionId, response: &Response) {
        tracing::info!(
            status = response.status().code(),
            "our re-INVITE was refused, the call goes on as before"
        );
        if let Some(call) = self.calls.of(session) {
            call.media.withdraw();
        }
        self.catch_up(now, session);
    }

    /// The response to a request of ours in a call; only that to an UPDATE with an offer matters here.
    pub(super) fn handle_response(
        &mut self,
        now: Instant,
        session: SessionId,
        id: RequestId,
        response: &Response,
    ) {
        let status = response.status();
        if !status.is_final() || self.take_refer_response(now, session, id, response) {
            return;
        }
        let Some(call) = self.calls.of(session) else { return };
        if call.our_update != Some(id) {
            if status.is_failure() {
                tracing::debug!(status = status.code(), "a request in a call was refused");
            }
            return;
        }
        call.our_update = None;
        match description_of(response) {
            Some(Ok(answer)) if status.is_success() => match call.media.accept(&answer) {
                Ok(change) => self.changed(now, session, &change),
                Err(error) => tracing::info!(%error, "the answer to our UPDATE is not usable"),
            },
            _ => call.media.withdraw(),
        }
        self.catch_up(now, session);
    }

    pub(super) fn update_failed(&mut self, session: SessionId, id: RequestId) {
        if let Some(call) = self.calls.of(session).filter(|call| call.our_update == Some(id)) {
            call.our_update = None;
            call.media.withdraw();
        }
    }

    /// The session timer wants a re-INVITE, because they know no UPDATE.
    pub(super) fn refresh_session(&mut self, now: Instant, session: SessionId) {
        if let Some(key) = self.calls.of(session).map(|call| call.key) {
            self.send_refresh(now, key, &Method::Invite);
        }
    }

    /// A leg wants its session refreshed.
    pub(super) fn refresh(&mut self, now: Instant, key: CallKey, method: &Method) {
        if let Some(call) = self.calls.find(key) {
            call.shared.obeyed();
            self.send_refresh(now, key, method);
        }
    }

    fn send_refresh(&mut self, now: Instant, key: CallKey, method: &Method) {
        let Some(call) = self.calls.find(key) else { return };
        let session = call.session;
        let headers = call.identity_headers();
        let sent = match call.media.offer_again() {
            Err(_) => Err(Refused::WrongState),
            Ok(body) if *method == Method::Update => {
                let sent = self.agent.session_request(now, session, Method::Update, headers, Some(body));
                sent.map(|id| call.our_update = Some(id))
            }
            Ok(body) => self.agent.reinvite(now, session, headers, Some(body)),
        };
        if let Err(error) = sent {
            tracing::info!(%error, "a session cannot be refreshed now");
        }
    }
}
