//! Calls that we make, until they are answered.

use std::sync::Arc;
use std::time::Instant;

use obelus_core::cause::Cause;
use obelus_core::channel::Redirecting;
use obelus_core::channel_tech::{Ended, LegEvent};
use obelus_sip::Method;
use obelus_sip::message::Response;
use obelus_sip::session::{Invite, SessionId};
use obelus_sip::ua::Profile;

use super::call::{Call, Calling, Stage};
use super::order::NewCall;
use super::profiles::Role;
use super::run::Worker;
use crate::identity::{self, Origin};
use crate::media::description_of;
use crate::transport::Path;
use crate::{cause, diversion};

impl Worker {
    pub(super) fn make_call(&mut self, now: Instant, mut new: NewCall) {
        let Some(path) = self.path(new.flow.transport) else {
            return fail(&new, Cause::NETWORK_OUT_OF_ORDER, "the transport is closed");
        };
        let body = match new.media.offer(&new.codecs) {
            Ok(body) => body,
            Err(error) => return fail(&new, Cause::BEARERCAPABILITY_NOTAVAIL, &error.to_string()),
        };
        let config = self.driver.config_arc();
        let mut profile = self.profiles.find(&config.global, &new.endpoint, &path, Role::Caller);
        if let Some(user) = &new.contact_user {
            profile = Arc::new(Profile { contact: path.contact(user).into(), ..(*profile).clone() });
        }
        let invite = Invite {
            uri: new.uri.clone(),
            from: new.from.clone(),
            to: new.to.clone(),
            call_id: Some(new.call_id.clone()),
            routes: std::mem::take(&mut new.routes),
            flow: new.flow,
            headers: std::mem::take(&mut new.headers),
            body: Some(body),
            profile,
        };
        match self.agent.invite(now, invite) {
            Ok(session) => self.begin(session, new, &path),
            Err(error) => fail(&new, Cause::NORMAL_TEMPORARY_FAILURE, &error.to_string()),
        }
    }

    fn begin(&mut self, session: SessionId, new: NewCall, path: &Path) {
        self.driver.counters.outgoing_calls.count();
        let (local_media, _) = new.media.addresses();
        {
            let mut facts = new.shared.facts();
            let dialog = &mut facts.dialog;
            dialog.call_id = new.call_id;
            dialog.local = new.from;
            dialog.remote = new.to;
            dialog.target = new.uri;
            dialog.local_address = Some(path.sent_by.clone());
            dialog.remote_address = Some(new.flow.remote);
            dialog.local_media = local_media;
        }
        let origin = Origin::of_host(path.host());
        let stage = Stage::Calling(Calling::default());
        let talk = (new.shared, new.events);
        let mut call = Call::new(new.key, session, new.flow, new.endpoint, new.media, stage, origin, talk);
        call.told = new.told;
        self.calls.add(call);
    }

    /// A provisional response: ringing, audio, or somebody who works on it.
    pub(super) fn handle_provisional(
        &mut self,
        now: Instant,
        session: SessionId,
        response: Response,
        needs_answer: bool,
    ) {
        self.note_dialog(session, &response);
        let Some(call) = self.calls.of(session) else { return };
        let status = response.status();
        let has_audio = if needs_answer {
            self.answer_early_offer(now, session, &response)
        } else {
            take_early_answer(call, &response)
        };
        let Some(call) = self.calls.of(session) else { return };
        let mut events = Vec::new();
        if let Some(party) = call.news(&response) {
            events.push(LegEvent::Connected(party));
        }
        let ignores = call.endpoint.session.ignore_183_without_sdp;
        match status.code() {
            180 => {
                events.push(LegEvent::Ringing);
                events.extend(has_audio.then_some(LegEvent::Progress));
            }
            181 => {
                let told = diversion::read_forwarded(&response);
                let redirecting = told.unwrap_or_else(|| forwarded_from(&response));
                events.push(LegEvent::Redirecting(Box::new(redirecting)));
            }
            183 if has_audio || !ignores => events.push(LegEvent::Progress),
            _ => events.push(LegEvent::Proceeding),
        }
        call.shared.facts().response = Some(Arc::new(response));
        self.tell_all(now, session, events);
    }

    /// A reliable provisional response offers: its PRACK must answer (RFC 3262 5).
    fn answer_early_offer(&mut self, now: Instant, session: SessionId, response: &Response) -> bool {
        let Some(call) = self.calls.of(session) else { return false };
        let answered = description_of(response).and_then(|offer| call.media.answer(&offer.ok()?).ok());
        call.show_media();
        let (body, has_audio) = match answered {
            Some((body, _)) => (Some(body), true),
            None => (None, false),
        };
        if let Err(error) = self.agent.prack(now, session, body) {
            tracing::debug!(%error, "a provisional response was not waited for any more");
        }
        has_audio
    }

    /// The call was accepted.
    pub(super) fn handle_answer(
        &mut self,
        now: Instant,
        session: SessionId,
        response: Response,
        needs_answer: bool,
    ) {
        self.note_dialog(session, &response);
        let Some(call) = self.calls.of(session) else { return };
        let was_calling = matches!(call.stage, Stage::Calling(_));
        if let Err(reason) = agree_finally(call, &response, needs_answer).map(|body| {
            if needs_answer && let Err(error) = self.agent.acknowledge(now, session, body.as_ref()) {
                tracing::debug!(%error, "an answer was not waited for any more");
            }
        }) {
            if was_calling {
                // A 2xx is an answer for Asterisk and for whoever bills it, however short the call is.
                self.tell_all(now, session, vec![LegEvent::Answered]);
            }
            return self.give_up(now, session, &reason);
        }
        let Some(call) = self.calls.of(session) else { return };
        call.stage = Stage::Up { offered: false };
        call.show_media();
        let mut events = Vec::new();
        if let Some(party) = call.news(&response) {
            events.push(LegEvent::Connected(party));
        }
        call.shared.facts().response = Some(Arc::new(response));
        if was_calling {
            events.push(LegEvent::Answered);
        }
        let is_held = call.media.is_held();
        events.extend(is_held.then_some(LegEvent::Hold(true)));
        self.look_up_media_host(session);
        self.tell_all(now, session, events);
    }

    /// An answered call that cannot be talked in.
    fn give_up(&mut self, now: Instant, session: SessionId, reason: &str) {
        tracing::warn!(reason, "an answered call has no usable session description");
        self.driver.counters.not_acceptable.count();
        let ended = Ended { cause: Cause::BEARERCAPABILITY_NOTAVAIL, technical: reason.to_owned() };
        self.hang_up(now, session, Cause::BEARERCAPABILITY_NOTAVAIL, Some(ended));
    }

    /// What is known of the dialog by now.
    fn note_dialog(&mut self, session: SessionId, response: &Response) {
        let identity = self.agent.session_identity(session);
        let tags = identity.map(|(_, local, remote)| (Box::from(local), Box::from(remote)));
        let target = self.agent.session_target(session).map(|(target, _)| Box::from(target));
        let Some(call) = self.calls.of(session) else { return };
        if response.has(obelus_sip::header::Name::Allow) {
            call.peer_updates = response.allows(&Method::Update);
        }
        let mut facts = call.shared.facts();
        if let Some((local, remote)) = tags {
            facts.dialog.local_tag = local;
            facts.dialog.remote_tag = remote;
        }
        if let Some(target) = target {
            facts.dialog.target = target;
        }
    }
}

/// A call that could not even be tried; its leg hears how it ended.
fn fail(new: &NewCall, cause: Cause, reason: &str) {
    tracing::warn!(endpoint = &*new.endpoint.name, uri = &*new.uri, reason, "a call cannot be made");
    new.shared.facts().ended = Some(Ended { cause, technical: reason.to_owned() });
}

/// Audio before the answer; gives whether this response brings any. Which of several forks, or of several
/// descriptions, is heard is for the endpoint to say.
fn take_early_answer(call: &mut Call, response: &Response) -> bool {
    let Stage::Calling(calling) = &mut call.stage else { return false };
    let Some(Ok(answer)) = description_of(response) else { return false };
    let tag = response.to().ok().and_then(|to| to.tag()).unwrap_or_default();
    let session = &call.endpoint.session;
    let is_wanted = match calling.fork.as_deref() {
        None => true,
        Some(known) if known == tag => session.accept_multiple_sdp_answers,
        Some(_) => session.follow_early_media_fork,
    };
    if !is_wanted {
        return true;
    }
    match call.media.accept(&answer) {
        Ok(_) => {
            calling.fork = Some(tag.into());
            call.show_media();
            true
        }
        Err(error) => {
            tracing::info!(%error, "audio before the answer is not usable");
            false
        }
    }
}

/// Agrees on what the 2xx says; gives the answer that goes into the ACK, if it needs one.
///
/// A description that only repeats an earlier one of the same fork is passed over (RFC 3261 13.2.1), unless the
/// endpoint takes several.
fn agree_finally(
    call: &mut Call,
    response: &Response,
    needs_answer: bool,
) -> Result<Option<obelus_sip::message::Body>, String> {
    let description = description_of(response).transpose().map_err(|error| error.to_string())?;
    if needs_answer {
        let offer = description.ok_or_else(|| "its offer is missing".to_owned())?;
        return call.media.answer(&offer).map(|(body, _)| Some(body)).map_err(|error| error.to_string());
    }
    let tag = response.to().ok().and_then(|to| to.tag()).unwrap_or_default();
    let known = match &call.stage {
        Stage::Calling(calling) => calling.fork.as_deref() == Some(tag),
        Stage::Ringing(_) | Stage::Up { .. } => true,
    };
    match description {
        Some(_) if known && !call.endpoint.session.accept_multiple_sdp_answers => Ok(None),
        Some(answer) => call.media.accept(&answer).map(|_| None).map_err(|error| error.to_string()),
        None if known => Ok(None),
        None => Err("it has none".to_owned()),
    }
}

/// A 181 that does not say where the call goes: only who was called is known.
fn forwarded_from(response: &Response) -> Redirecting {
    let from = response.to().map(|to| identity::party_of(&to)).unwrap_or_default();
    Redirecting { original: from.clone(), from, reason: "unknown".into(), count: 1, ..Redirecting::default() }
}

/// Who a 302 says that the call goes to.
pub(super) fn diverted(response: &Response) -> Option<Redirecting> {
    diversion::read(response)
}

/// How a refused call ended: Asterisk's cause and `SIP 486 Busy Here`.
pub(super) fn ended_by(response: &Response) -> Ended {
    let status = response.status();
    let reason = String::from_utf8_lossy(response.reason());
    Ended {
        cause: cause::from_reason(response).unwrap_or_else(|| cause::from_status(status)),
        technical: format!("SIP {} {reason}", status.code()),
    }
}

impl Call {
    /// Who the far end says that it is, if that is new and it may say so.
    pub(super) fn news(
        &mut self,
        headers: &obelus_sip::message::Headers,
    ) -> Option<obelus_core::caller_id::Party> {
        let party = identity::connected_of(headers, &self.endpoint)?;
        let is_news = self.heard.as_ref().is_none_or(|heard| identity::is_news(heard, &party));
        is_news.then(|| {
            self.heard = Some(party.clone());
            party
        })
    }
}
