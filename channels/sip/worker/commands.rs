//! What legs want of their calls.

use std::sync::Arc;
use std::time::{Duration, Instant};

use obelus_core::caller_id::Party;
use obelus_core::cause::Cause;
use obelus_core::channel::Redirecting;
use obelus_core::channel_tech::{Ended, LegCommand, LegEvent, Text};
use obelus_core::engine::{PlayOptions, Source};
use obelus_core::media::Codec;
use obelus_core::media::tone::Tone;
use obelus_sdp::DtmfMethod;
use obelus_sip::header::Name;
use obelus_sip::message::{Body, HeaderList};
use obelus_sip::session::SessionId;
use obelus_sip::ua::{Refused, Reply};
use obelus_sip::uri::{Uri, percent_encode_user};
use obelus_sip::{DisplayNames, Method, StatusCode};

use super::CallKey;
use super::call::{Call, Ringing, Stage};
use super::run::Worker;
use crate::{cause, diversion, identity, info};

/// How long the hook is flashed.
const FLASH: Duration = Duration::from_millis(300);

impl Worker {
    pub(super) fn with_call(&mut self, key: CallKey, act: impl FnOnce(&mut Call)) {
        if let Some(call) = self.calls.find(key) {
            call.shared.obeyed();
            act(call);
        }
    }

    pub(super) fn obey_leg(&mut self, now: Instant, key: CallKey, command: LegCommand) {
        let Some(call) = self.calls.find(key) else { return };
        let session = call.session;
        if !matches!(command, LegCommand::Hangup(_)) {
            call.shared.obeyed();
        }
        match command {
            LegCommand::Ringing => self.ring(now, session),
            LegCommand::Progress => self.progress(now, session),
            LegCommand::Answer { codec } => self.accept(now, session, codec),
            LegCommand::Hangup(cause) => self.hang_up(now, session, cause, None),
            LegCommand::Digit { digit, duration } => self.send_digit(now, session, digit, duration),
            LegCommand::Direct(target) => self.direct(now, session, target),
            LegCommand::Flash => self.send_info(now, session, '!', FLASH),
            LegCommand::Text(text) => self.send_text(now, session, text),
            LegCommand::Connected(party) => self.tell_connected(now, session, party),
            LegCommand::Redirecting(redirecting) => self.tell_redirected(now, session, &redirecting),
            LegCommand::Transfer(target) => self.transfer(now, session, &target),
            // 100 is out, and music for the held side comes from the core.
            LegCommand::Proceeding | LegCommand::Hold(_) => {}
        }
    }

    /// The leg is gone without a word: its channel has failed.
    pub(super) fn drop_call(&mut self, now: Instant, key: CallKey) {
        if let Some(session) = self.calls.find(key).map(|call| call.session) {
            self.hang_up(now, session, Cause::NORMAL_CLEARING, None);
        }
    }

    /// Ends a call in whatever way its state asks for; `ended` is what its leg hears, if it does not know.
    pub(super) fn hang_up(&mut self, now: Instant, session: SessionId, cause: Cause, ended: Option<Ended>) {
        // As Asterisk does it: a BYE within a re-INVITE confuses telephones.
        if let Some(call) = self.calls.of(session).filter(|call| call.is_redirecting) {
            call.leaving.get_or_insert((cause, ended));
            return;
        }
        if self.waits_for_bye(session) {
            return;
        }
        let Some(call) = self.calls.remove_of(session) else { return };
        let status = match &call.stage {
            Stage::Ringing(_) => {
                let refusal = call.shared.facts().refusal;
                refusal.or_else(|| cause::to_status(cause)).unwrap_or(StatusCode::DECLINE)
            }
            Stage::Calling(_) | Stage::Up { .. } => StatusCode::DECLINE,
        };
        let mut reply = Reply::new(status);
        reply.headers.extend(&cause::reason(cause, call.endpoint.session.suppress_q850_reason));
        if let Some(ended) = ended {
            call.end(ended);
        }
        match self.agent.hang_up(now, session, &reply) {
            Ok(()) if matches!(call.stage, Stage::Up { .. }) => self.calls.leave(call),
            Ok(()) => {}
            Err(error) => tracing::debug!(%error, "a call was over already"),
        }
    }

    /// Tells a leg; if it is stuck, its call is over.
    pub(super) fn tell_all(&mut self, now: Instant, session: SessionId, events: Vec<LegEvent>) {
        let Some(call) = self.calls.of(session) else { return };
        let told = events.into_iter().try_for_each(|event| call.tell(&self.driver, event));
        if told.is_err() {
            tracing::error!("a channel does not take the events of its SIP call, which is ended");
            let ended = Ended::with(Cause::SWITCH_CONGESTION);
            self.hang_up(now, session, Cause::SWITCH_CONGESTION, Some(ended));
        }
    }
}

/// Before the answer.
impl Worker {
    fn ring(&mut self, now: Instant, session: SessionId) {
        let Some(call) = self.calls.of(session) else { return };
        let inband = call.endpoint.session.inband_progress;
        let Stage::Ringing(ringing) = &call.stage else { return };
        let is_answered = ringing.answered;
        if inband && !is_answered {
            self.progress(now, session);
            return self.ring_inband(session);
        }
        self.show_ringing(now, session);
    }

    /// 180, or 183 where the caller has our description already and may not get both.
    fn show_ringing(&mut self, now: Instant, session: SessionId) {
        let allows_180 = self.driver.config().global.allow_180_after_183;
        let Some(Call { stage: Stage::Ringing(ringing), .. }) = self.calls.of(session) else { return };
        let is_answered = ringing.answered;
        let status = match is_answered && !allows_180 {
            true => StatusCode::SESSION_PROGRESS,
            false => StatusCode::RINGING,
        };
        self.send_provisional(now, session, status, is_answered);
    }

    /// The caller hears a ringing tone, since it is not told to make one itself.
    fn ring_inband(&mut self, session: SessionId) {
        let Some(call) = self.calls.of(session) else { return };
        let script = self.driver.core.tone(&call.endpoint.calls.tone_zone, "ring").unwrap_or_default();
        let tone = Tone::parse(&script).ok();
        let play = tone.and_then(|tone| {
            call.media.port().play(Source::Tone(Arc::new(tone)), PlayOptions::default()).ok()
        });
        if let Stage::Ringing(ringing) = &mut call.stage {
            ringing.tone = play;
        }
    }

    fn progress(&mut self, now: Instant, session: SessionId) {
        let Some(call) = self.calls.of(session) else { return };
        let Stage::Ringing(ringing) = &mut call.stage else { return };
        stop_tone(&call.media, ringing);
        let mut with_audio = false;
        if let Some((_, answer)) = &ringing.offer {
            with_audio = true;
            if !std::mem::replace(&mut ringing.answered, true) {
                call.media.agree(&answer.outcome);
            }
        }
        call.show_media();
        self.look_up_media_host(session);
        self.send_provisional(now, session, StatusCode::SESSION_PROGRESS, with_audio);
    }

    fn send_provisional(&mut self, now: Instant, session: SessionId, status: StatusCode, with_audio: bool) {
        self.send_provisional_with(now, session, status, with_audio, &HeaderList::new());
    }

    fn send_provisional_with(
        &mut self,
        now: Instant,
        session: SessionId,
        status: StatusCode,
        with_audio: bool,
        headers: &HeaderList,
    ) {
        let Some(call) = self.calls.of(session) else { return };
        if !matches!(call.stage, Stage::Ringing(_)) {
            return;
        }
        let mut reply = Reply::new(status);
        reply.headers.extend(&call.identity_headers());
        reply.headers.extend(headers);
        let Stage::Ringing(ringing) = &call.stage else { return };
        reply.body = match &ringing.offer {
            Some((_, answer)) if with_audio => Some(Body::sdp(answer.body.clone())),
            Some(_) | None => None,
        };
        if let Err(error) = self.agent.provisional(now, session, reply) {
            tracing::debug!(%error, "a provisional response was not wanted any more");
        }
    }

    /// 200, with what needs no transcoding to `codec`.
    fn accept(&mut self, now: Instant, session: SessionId, codec: Option<Codec>) {
        let Some(call) = self.calls.of(session) else { return };
        let Stage::Ringing(ringing) = &mut call.stage else { return };
        stop_tone(&call.media, ringing);
        let offered = ringing.offer.is_none();
        let body = match final_description(&mut call.media, ringing, codec) {
            Ok(body) => body,
            Err(reason) => {
                tracing::warn!(endpoint = &*call.endpoint.name, reason, "a call cannot be answered");
                let ended = Ended { cause: Cause::BEARERCAPABILITY_NOTAVAIL, technical: reason };
                return self.hang_up(now, session, Cause::BEARERCAPABILITY_NOTAVAIL, Some(ended));
            }
        };
        let mut reply = Reply::new(StatusCode::OK).body(body);
        reply.headers.extend(&call.identity_headers());
        call.stage = Stage::Up { offered };
        let shown = call.shared.facts().codec;
        call.show_media();
        // Until now the leg showed the first codec of the offer.
        let has_changed = shown != call.media.codec();
        let is_held = call.media.is_held();
        if let Err(error) = self.agent.accept(now, session, reply) {
            tracing::debug!(%error, "a call was over before its answer");
            return;
        }
        self.note_own_tag(session);
        self.look_up_media_host(session);
        let mut events = Vec::new();
        events.extend(has_changed.then_some(LegEvent::MediaChanged));
        events.extend(is_held.then_some(LegEvent::Hold(true)));
        self.tell_all(now, session, events);
    }

    fn note_own_tag(&mut self, session: SessionId) {
        let Some((_, local, _)) = self.agent.session_identity(session) else { return };
        let local = Box::from(local);
        if let Some(call) = self.calls.of(session) {
            call.shared.facts().dialog.local_tag = local;
        }
    }

    fn tell_redirected(&mut self, now: Instant, session: SessionId, redirecting: &Redirecting) {
        let Some(call) = self.calls.of(session) else { return };
        let to = call.shared.facts().dialog.local.clone();
        let way = diversion::of_forwarded(&call.endpoint, redirecting, call.origin.host(), &to);
        self.send_provisional_with(now, session, StatusCode::CALL_IS_BEING_FORWARDED, false, &way);
    }
}

fn stop_tone(media: &crate::media::Media, ringing: &mut Ringing) {
    if let Some(play) = ringing.tone.take() {
        // A tone that has ended by itself needs no stopping.
        let _ = media.port().stop_play(play);
    }
}

/// Our description in the 200: the answer, made again if another codec is better and nothing is out yet; or our offer.
fn final_description(
    media: &mut crate::media::Media,
    ringing: &mut Ringing,
    codec: Option<Codec>,
) -> Result<Body, String> {
    let wished: Vec<Codec> = codec.into_iter().collect();
    let Some((offer, answer)) = &mut ringing.offer else {
        return media.offer(&wished).map_err(|error| error.to_string());
    };
    if ringing.answered {
        if let Some(codec) = codec {
            media.choose(codec);
        }
        return Ok(Body::sdp(answer.body.clone()));
    }
    let agreed = answer.outcome.first();
    let is_better = codec.is_some_and(|codec| {
        agreed.is_some_and(|agreed| agreed.send.codec != codec && agreed.codecs().any(|known| known == codec))
    });
    if is_better {
        *answer = media.first_answer(&wished, offer).map_err(|error| error.to_string())?;
    }
    media.agree(&answer.outcome);
    Ok(Body::sdp(answer.body.clone()))
}

/// During the call.
impl Worker {
    fn send_digit(&mut self, now: Instant, session: SessionId, digit: char, duration: Duration) {
        let Some(call) = self.calls.of(session) else { return };
        if call.media.digit_method() == DtmfMethod::Info {
            self.send_info(now, session, digit, duration);
        }
    }

    fn send_info(&mut self, now: Instant, session: SessionId, digit: char, duration: Duration) {
        let body = info::body(digit, duration);
        self.request(now, session, Method::Info, HeaderList::new(), Some(body));
    }

    fn send_text(&mut self, now: Instant, session: SessionId, text: Text) {
        let Text { body, content_type, from, to } = text;
        let content_type = content_type.map_or_else(|| "text/plain".into(), |kind| kind.to_string().into());
        let body = Some(Body { content_type, content: body.into() });
        let names =
            DisplayNames { from: from.map(|name| (&*name).into()), to: to.map(|name| (&*name).into()) };
        let sent =
            self.agent.session_request_as(now, session, Method::Message, HeaderList::new(), body, names);
        if let Err(error) = sent {
            tracing::info!(%error, "a text cannot be sent in a call");
        }
    }

    pub(super) fn send_in_call(&mut self, now: Instant, key: CallKey, request: super::order::Request) {
        let Some(call) = self.calls.find(key) else { return };
        call.shared.obeyed();
        let session = call.session;
        self.request(now, session, request.method, request.headers, request.body);
    }

    fn request(
        &mut self,
        now: Instant,
        session: SessionId,
        method: Method,
        headers: HeaderList,
        body: Option<Body>,
    ) {
        let name = method.clone();
        if let Err(error) = self.agent.session_request(now, session, method, headers, body) {
            tracing::info!(method = name.as_str(), %error, "a request in a call cannot be sent");
        }
    }

    /// The party at our side is known, or has changed.
    fn tell_connected(&mut self, now: Instant, session: SessionId, party: Party) {
        let Some(call) = self.calls.of(session) else { return };
        let is_news = identity::is_news(&call.told, &party);
        call.told = party;
        let identity = &call.endpoint.identity;
        let tells_at_once = identity.tells_at_once;
        if !is_news || !identity.send_connected_line {
            return;
        }
        if !matches!(call.stage, Stage::Ringing(_)) {
            self.send_connected(now, session);
        } else if tells_at_once && !call.identity_headers().is_empty() {
            // Else the next response says it.
            self.show_ringing(now, session);
        }
    }

    /// UPDATE where the far end knows it, else a re-INVITE.
    pub(super) fn send_connected(&mut self, now: Instant, session: SessionId) {
        let Some(call) = self.calls.of(session) else { return };
        let headers = call.identity_headers();
        call.must_tell = false;
        if headers.is_empty() {
            return;
        }
        let sent = if call.peer_updates {
            self.agent.session_request(now, session, Method::Update, headers, None).map(drop)
        } else if matches!(call.stage, Stage::Up { .. }) {
            match call.media.offer_again() {
                Ok(body) => self.agent.reinvite(now, session, headers, Some(body)),
                Err(_) => Err(Refused::WrongState),
            }
        } else {
            Ok(())
        };
        if let (Err(Refused::Pending), Some(call)) = (sent, self.calls.of(session)) {
            call.must_tell = true;
        }
    }

    /// 302 before the answer, REFER after it.
    fn transfer(&mut self, now: Instant, session: SessionId, target: &str) {
        let target = target.strip_prefix("PJSIP/").unwrap_or(target);
        let at = self.contact_of(target);
        let Some(call) = self.calls.of(session) else { return };
        let uri = at.unwrap_or_else(|| transfer_uri(call, target));
        match &call.stage {
            Stage::Ringing(_) => {
                let reply =
                    Reply::new(StatusCode::MOVED_TEMPORARILY).header(Name::Contact, format!("<{uri}>"));
                if let Err(error) = self.agent.reject(now, session, &reply) {
                    tracing::debug!(%error, "a call to be redirected was over already");
                }
                if let Some(call) = self.calls.remove_of(session) {
                    call.end(Ended::with(Cause::NORMAL_CLEARING));
                }
            }
            Stage::Up { .. } | Stage::Calling(_) => self.ask_to_transfer(now, session, &uri),
        }
    }
}

impl Worker {
    /// Where an endpoint of this name is reached.
    fn contact_of(&self, endpoint: &str) -> Option<String> {
        let config = self.driver.config();
        let aors = &config.endpoints.find(endpoint)?.aors;
        let mut lists = aors.iter().map(|aor| self.driver.locations.contacts.of(&aor.name));
        lists.find_map(|list| list.first().map(|contact| contact.uri.as_str().to_owned()))
    }
}

/// `sip:…` as it is; a number at the host of the far end.
fn transfer_uri(call: &Call, target: &str) -> String {
    let bare = target.trim_start_matches('<').trim_end_matches('>');
    if Uri::parse(bare).is_ok_and(|uri| uri.as_sip().is_some()) {
        return bare.to_owned();
    }
    let facts = call.shared.facts();
    let remote = Uri::parse(&facts.dialog.target).ok();
    let host = remote.and_then(|uri| uri.as_sip().map(|sip| sip.host().as_str().to_owned()));
    format!("sip:{}@{}", percent_encode_user(bare), host.as_deref().unwrap_or("invalid"))
}

impl Call {
    /// Who is at our side, as far as the far end may know.
    ///
    /// An endpoint that hears of no change is told the same in all responses to its INVITE, and nothing later.
    pub(super) fn identity_headers(&mut self) -> HeaderList {
        let present = || identity::headers(&self.endpoint, &self.told, &self.origin, self.side);
        match &self.stage {
            _ if self.endpoint.identity.send_connected_line => present(),
            Stage::Ringing(_) => self.first_shown.get_or_insert_with(present).clone(),
            Stage::Calling(_) | Stage::Up { .. } => HeaderList::new(),
        }
    }
}
