//! Requests that come in: they find their transaction, dialog or session, or begin a new one.

use super::layers::ServerOwner;
use super::{DialogOwner, Event, Reply, UserAgent};
use crate::dialog::DialogId;
use crate::error::ParseError;
use crate::header::{Contact, Name};
use crate::message::{Essentials, Malformed, Message, Request, parse};
use crate::method::Method;
use crate::session::{Arrived, Session, SessionId, Turn};
use crate::status::StatusCode;
use crate::transaction::ServerId;
use crate::transport::Flow;
use crate::uri::Uri;
use bytes::Bytes;
use std::time::Instant;

/// Who gets a request, once it is known.
enum Fate {
    /// It was answered or absorbed.
    Done,
    /// The stack's user, outside dialogs.
    User(ServerId),
    /// The stack's user, as a new session.
    Invite(SessionId),
    /// A session, as a request in its dialog.
    Session(SessionId, ServerId),
    /// A dialog without a session.
    Dialog(DialogId, ServerId),
    /// A session that may wait for this ACK.
    Ack(SessionId),
    /// The session of the INVITE that is canceled.
    Cancel(SessionId, ServerId),
}

impl UserAgent {
    /// A datagram or one framed message came.
    pub fn handle_message(&mut self, now: Instant, flow: Flow, bytes: Bytes) {
        match parse(bytes, &self.layers.config.limits) {
            Ok(message) => self.handle_parsed(now, flow, message),
            Err(malformed) => self.handle_malformed(flow, malformed),
        }
    }

    /// A message came that somebody parsed before.
    pub fn handle_parsed(&mut self, now: Instant, flow: Flow, message: Message) {
        self.layers.counters.received += 1;
        match message {
            Message::Request(request) => self.handle_request(now, flow, request),
            Message::Response(response) => self.handle_response(now, response),
        }
    }

    fn handle_malformed(&mut self, flow: Flow, malformed: Malformed) {
        self.layers.counters.malformed(&malformed.error);
        if let Some(request) = malformed.request {
            self.refuse(flow, &request, malformed.error);
        }
    }

    fn refuse(&mut self, flow: Flow, request: &Request, error: ParseError) {
        if request.can_be_answered() {
            let reply = match error {
                ParseError::Version | ParseError::Scheme => Reply::new(error.status()),
                _ => Reply::new(error.status()).reason(error.to_string()),
            };
            self.layers.reply_statelessly(flow, request, &reply);
        }
    }

    fn handle_request(&mut self, now: Instant, flow: Flow, request: Request) {
        let fate = match request.essentials() {
            Ok(essentials) => self.sort(now, flow, &request, &essentials),
            Err(error) => {
                self.layers.counters.malformed(&error);
                self.refuse(flow, &request, error);
                Fate::Done
            }
        };
        match fate {
            Fate::Done => {}
            Fate::User(id) => self.layers.events.push_back(Event::Request { id, flow, request }),
            Fate::Invite(session) => self.layers.events.push_back(Event::Invite { session, flow, request }),
            Fate::Session(session, id) => {
                self.with_session(now, session, |session, turn| {
                    session.handle_request(turn, id, flow, request);
                });
            }
            Fate::Dialog(dialog, id) => self.handle_usage_request(now, dialog, id, flow, request),
            Fate::Ack(session) => {
                let known =
                    self.with_session(now, session, |session, turn| session.handle_ack(turn, request));
                self.layers.counters.stray_acks += u64::from(known != Some(true));
            }
            Fate::Cancel(session, invite) => {
                self.with_session(now, session, |session, turn| session.handle_cancel(turn, invite, request));
            }
        }
    }

    fn sort(&mut self, now: Instant, flow: Flow, request: &Request, essentials: &Essentials<'_>) -> Fate {
        let key = self.layers.keys.server(request, essentials, request.method());
        if let Some(id) = self.layers.servers.find(key)
            && self.absorb(now, id, request)
        {
            return Fate::Done;
        }
        match request.method() {
            Method::Ack => self.sort_ack(essentials),
            Method::Cancel => self.sort_cancel(now, flow, request, essentials),
            // Registrars answer a REGISTER with a stray tag as well as one without.
            method if essentials.to.tag().is_some() && *method != Method::Register => {
                self.sort_in_dialog(now, flow, request, essentials)
            }
            _ => self.sort_new(now, flow, request, essentials),
        }
    }

    /// A request of a known transaction; `false` when an ACK is to be looked at by the dialog.
    fn absorb(&mut self, now: Instant, id: ServerId, request: &Request) -> bool {
        let Some(server) = self.layers.servers.get_mut(id) else { return false };
        if *request.method() == Method::Ack {
            server.handle_ack(now, &self.layers.config.timing);
            let (deliver, _) = self.layers.drive_server(id);
            return !deliver;
        }
        self.layers.counters.repeated += 1;
        server.handle_request();
        self.layers.drive_server(id);
        true
    }

    fn sort_ack(&mut self, essentials: &Essentials<'_>) -> Fate {
        match self.layers.find_dialog(essentials) {
            Some(DialogOwner::Session(session)) => Fate::Ack(session),
            Some(DialogOwner::Dialog(_)) | None => {
                self.layers.counters.stray_acks += 1;
                Fate::Done
            }
        }
    }

    /// RFC 3261 9.2: CANCEL is answered by itself; its INVITE only if it has no final response.
    fn sort_cancel(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Request,
        essentials: &Essentials<'_>,
    ) -> Fate {
        if !self.layers.has_room() {
            return self.refuse_overload(flow, request);
        }
        let invite = self.layers.keys.server(request, essentials, &Method::Invite);
        let invite = self.layers.servers.find(invite);
        let id = self.layers.start_server(now, flow, request, essentials, ServerOwner::Stack);
        let status = if invite.is_some() { StatusCode::OK } else { StatusCode::CALL_DOES_NOT_EXIST };
        // RFC 3261 9.2: both answers to the caller have the same tag.
        if let Some(tag) = invite.and_then(|invite| self.layers.servers.get(invite)).map(|server| server.tag)
            && let Some(server) = self.layers.servers.get_mut(id)
        {
            server.tag = tag;
        }
        self.layers.reply(now, id, &Reply::new(status), &[]);
        let Some(invite) = invite.filter(|&invite| self.layers.is_unanswered(invite)) else {
            return Fate::Done;
        };
        match self.layers.servers.get(invite).map(|server| server.owner) {
            Some(ServerOwner::Session(session)) => Fate::Cancel(session, invite),
            Some(ServerOwner::Stack | ServerOwner::User | ServerOwner::Dialog(_)) | None => Fate::Done,
        }
    }

    fn sort_in_dialog(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Request,
        essentials: &Essentials<'_>,
    ) -> Fate {
        if !self.layers.has_room() {
            return self.refuse_overload(flow, request);
        }
        let Some(owner) = self.layers.find_dialog(essentials) else {
            self.layers.counters.unknown_dialogs += 1;
            return self.answer_statelessly(flow, request, StatusCode::CALL_DOES_NOT_EXIST);
        };
        match owner {
            DialogOwner::Session(session) => {
                let owner = ServerOwner::Session(session);
                Fate::Session(session, self.layers.start_server(now, flow, request, essentials, owner))
            }
            DialogOwner::Dialog(dialog) => {
                let owner = ServerOwner::Dialog(dialog);
                Fate::Dialog(dialog, self.layers.start_server(now, flow, request, essentials, owner))
            }
        }
    }

    fn sort_new(&mut self, now: Instant, flow: Flow, request: &Request, essentials: &Essentials<'_>) -> Fate {
        if self.layers.servers.is_merged(self.layers.keys.merged(essentials)) {
            self.layers.counters.merged += 1;
            return self.answer_statelessly(flow, request, StatusCode::LOOP_DETECTED);
        }
        if matches!(request.uri(), Ok(Uri::Other(_)) | Err(_)) || is_unreachable(request) {
            self.layers.counters.malformed(&ParseError::Scheme);
            self.refuse(flow, request, ParseError::Scheme);
            return Fate::Done;
        }
        let is_invite = *request.method() == Method::Invite;
        if !self.layers.has_room_for_new()
            || is_invite && self.sessions.len() >= self.layers.config.max_sessions
        {
            return self.refuse_overload(flow, request);
        }
        if is_invite {
            return Fate::Invite(self.begin_session(now, flow, request, essentials));
        }
        Fate::User(self.layers.start_server(now, flow, request, essentials, ServerOwner::User))
    }

    fn begin_session(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Request,
        essentials: &Essentials<'_>,
    ) -> SessionId {
        let key = self.sessions.reserve();
        let id = SessionId(key);
        let owner = ServerOwner::Session(id);
        let transaction = self.layers.start_server(now, flow, request, essentials, owner);
        let arrived = Arrived { transaction, flow, request, essentials };
        let session = Session::incoming(&arrived, &mut Turn { layers: &mut self.layers, now, id });
        self.sessions.fill(key, session);
        id
    }

    fn answer_statelessly(&mut self, flow: Flow, request: &Request, status: StatusCode) -> Fate {
        self.layers.reply_statelessly(flow, request, &Reply::new(status));
        Fate::Done
    }

    fn refuse_overload(&mut self, flow: Flow, request: &Request) -> Fate {
        self.layers.counters.overloaded += 1;
        let seconds = self.layers.config.retry_after.as_secs();
        let reply = Reply::new(StatusCode::SERVICE_UNAVAILABLE).header(Name::RetryAfter, seconds.to_string());
        self.layers.reply_statelessly(flow, request, &reply);
        Fate::Done
    }
}

/// Does a Contact name an address that no request could be sent to, such as `tel:` (RFC 3261 8.1.1.8)?
/// What may be registered is the registrar's affair.
fn is_unreachable(request: &Request) -> bool {
    if *request.method() == Method::Register {
        return false;
    }
    let mut contacts = request.contacts().flatten();
    contacts.any(|contact| matches!(contact, Contact::Address(address) if address.uri.as_sip().is_none()))
}
