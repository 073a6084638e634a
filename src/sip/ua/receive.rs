//! What comes in: messages find their transaction, dialog or session, or begin a new one.

use super::layers::ServerOwner;
use super::outgoing::{Context, MAX_ATTEMPTS};
use super::{ClientOwner, DialogOwner, Event, Failure, Reply, RequestId, UserAgent};
use crate::dialog::{Dialog, DialogRequest, Origin};
use crate::error::ParseError;
use crate::header::Name;
use crate::message::{Headers, Malformed, Message, Request, Response, parse};
use crate::method::Method;
use crate::session::{Arrived, Session, SessionEvent, SessionId, Turn};
use crate::status::StatusCode;
use crate::transaction::{ClientId, ServerId, own_request};
use crate::transport::Flow;
use crate::uri::Uri;
use bytes::Bytes;
use std::time::Instant;

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
}

/// Requests.
impl UserAgent {
    fn handle_request(&mut self, now: Instant, flow: Flow, request: Request) {
        let essentials = match request.essentials() {
            Ok(essentials) => essentials,
            Err(error) => {
                self.layers.counters.malformed(&error);
                return self.refuse(flow, &request, error);
            }
        };
        let key = self.layers.keys.server(&request, &essentials, request.method());
        if let Some(id) = self.layers.servers.find(key)
            && self.handle_repeated(now, id, &request)
        {
            return;
        }
        match request.method() {
            Method::Ack => self.handle_ack(now, request),
            Method::Cancel => self.handle_cancel(now, flow, request),
            // Registrars answer a REGISTER with a stray tag as well as one without.
            method if essentials.to.tag().is_some() && *method != Method::Register => {
                self.handle_in_dialog(now, flow, request);
            }
            _ => self.handle_new(now, flow, request),
        }
    }

    /// A request of a known transaction; `false` when an ACK is to be looked at by the dialog.
    fn handle_repeated(&mut self, now: Instant, id: ServerId, request: &Request) -> bool {
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

    fn handle_ack(&mut self, now: Instant, request: Request) {
        let owner = request.essentials().ok().and_then(|essentials| self.layers.find_dialog(&essentials));
        let known = match owner {
            Some(DialogOwner::Session(id)) => {
                self.with_session(now, id, |session, turn| session.handle_ack(turn, request))
            }
            Some(DialogOwner::Dialog(_)) | None => None,
        };
        if known != Some(true) {
            self.layers.counters.stray_acks += 1;
        }
    }

    /// RFC 3261 9.2: CANCEL is answered by itself; its INVITE only if it has no final response.
    fn handle_cancel(&mut self, now: Instant, flow: Flow, request: Request) {
        let Ok(essentials) = request.essentials() else { return };
        let invite = self.layers.keys.server(&request, &essentials, &Method::Invite);
        let invite = self.layers.servers.find(invite);
        if !self.layers.has_room() {
            return self.refuse_overload(flow, &request);
        }
        let id = self.layers.start_server(now, flow, &request, &essentials, ServerOwner::Stack);
        let status = if invite.is_some() { StatusCode::OK } else { StatusCode::CALL_DOES_NOT_EXIST };
        // RFC 3261 9.2: both answers to the caller have the same tag.
        if let Some(tag) = invite.and_then(|invite| self.layers.servers.get(invite)).map(|server| server.tag)
            && let Some(server) = self.layers.servers.get_mut(id)
        {
            server.tag = tag;
        }
        self.layers.reply(now, id, &Reply::new(status), &[]);
        let Some(invite) = invite.filter(|&invite| self.layers.is_unanswered(invite)) else { return };
        if let Some(ServerOwner::Session(session)) =
            self.layers.servers.get(invite).map(|server| server.owner)
        {
            self.with_session(now, session, |session, turn| session.handle_cancel(turn, invite, request));
        }
    }

    fn handle_in_dialog(&mut self, now: Instant, flow: Flow, request: Request) {
        let Ok(essentials) = request.essentials() else { return };
        if !self.layers.has_room() {
            return self.refuse_overload(flow, &request);
        }
        match self.layers.find_dialog(&essentials) {
            Some(DialogOwner::Session(session)) => {
                let owner = ServerOwner::Session(session);
                let id = self.layers.start_server(now, flow, &request, &essentials, owner);
                self.with_session(now, session, |session, turn| {
                    session.handle_request(turn, id, flow, request);
                });
            }
            Some(DialogOwner::Dialog(dialog)) => {
                let owner = ServerOwner::Dialog(dialog);
                let id = self.layers.start_server(now, flow, &request, &essentials, owner);
                self.handle_usage_request(now, dialog, id, flow, request);
            }
            None => {
                self.layers.counters.unknown_dialogs += 1;
                self.layers.reply_statelessly(flow, &request, &Reply::new(StatusCode::CALL_DOES_NOT_EXIST));
            }
        }
    }

    fn handle_new(&mut self, now: Instant, flow: Flow, request: Request) {
        let Ok(essentials) = request.essentials() else { return };
        if self.layers.servers.is_merged(self.layers.keys.merged(&essentials)) {
            self.layers.counters.merged += 1;
            return self.layers.reply_statelessly(flow, &request, &Reply::new(StatusCode::LOOP_DETECTED));
        }
        if matches!(request.uri(), Ok(Uri::Other(_)) | Err(_)) {
            self.layers.counters.malformed(&ParseError::Scheme);
            return self.refuse(flow, &request, ParseError::Scheme);
        }
        let is_invite = *request.method() == Method::Invite;
        if !self.layers.has_room_for_new()
            || is_invite && self.sessions.len() >= self.layers.config.max_sessions
        {
            return self.refuse_overload(flow, &request);
        }
        if is_invite {
            return self.begin_session(now, flow, request);
        }
        let id = self.layers.start_server(now, flow, &request, &essentials, ServerOwner::User);
        self.layers.events.push_back(Event::Request { id, flow, request });
    }

    fn begin_session(&mut self, now: Instant, flow: Flow, request: Request) {
        let Ok(essentials) = request.essentials() else { return };
        let transaction = self.layers.start_server(now, flow, &request, &essentials, ServerOwner::Stack);
        let arrived = Arrived { transaction, flow, request: &request, essentials: &essentials };
        let key = self.sessions.reserve();
        let id = SessionId(key);
        let session = Session::incoming(&arrived, &mut Turn { layers: &mut self.layers, now, id });
        self.sessions.fill(key, session);
        if let Some(server) = self.layers.servers.get_mut(transaction) {
            server.owner = ServerOwner::Session(id);
        }
        self.layers.events.push_back(Event::Invite { session: id, flow, request });
    }

    fn refuse_overload(&mut self, flow: Flow, request: &Request) {
        self.layers.counters.overloaded += 1;
        let seconds = self.layers.config.retry_after.as_secs();
        let reply = Reply::new(StatusCode::SERVICE_UNAVAILABLE).header(Name::RetryAfter, seconds.to_string());
        self.layers.reply_statelessly(flow, request, &reply);
    }
}

/// Responses.
impl UserAgent {
    fn handle_response(&mut self, now: Instant, response: Response) {
        let essentials = match Headers::essentials(&response) {
            Ok(essentials) => essentials,
            Err(error) => return self.layers.counters.malformed(&error),
        };
        let branch = essentials.via.branch().unwrap_or("");
        let key = self.layers.keys.client(branch, &essentials.cseq.method);
        let Some(id) = self.layers.clients.find(key) else {
            self.layers.counters.stray_responses += 1;
            return;
        };
        if let Some(client) = self.layers.clients.get_mut(id) {
            client.handle_response(now, response.status(), &self.layers.config.timing);
        }
        self.drive_client(now, id, Some(response));
    }

    /// Does what a client transaction asks for, and gives its news to its owner.
    pub(super) fn drive_client(&mut self, now: Instant, id: ClientId, response: Option<Response>) {
        let Some(owner) = self.layers.clients.get(id).map(|client| client.owner) else { return };
        let news = self.layers.drive_client(id, response.as_ref());
        match response {
            Some(response) if news.deliver => self.deliver_response(now, id, owner, response),
            Some(_) => self.layers.counters.repeated += 1,
            None => {}
        }
        if let Some(failure) = news.failure {
            self.deliver_failure(now, owner, failure);
        }
        if news.terminated {
            self.layers.clients.remove(id);
            if let ClientOwner::Invite(session) | ClientOwner::Reinvite(session) = owner
                && let Some(session) = self.sessions.get_mut(session)
            {
                session.handle_invite_terminated();
            }
        }
    }

    fn deliver_response(&mut self, now: Instant, id: ClientId, owner: ClientOwner, response: Response) {
        match owner {
            ClientOwner::Nobody => {}
            ClientOwner::Invite(session) => self.deliver_invite_response(now, id, session, response),
            ClientOwner::Reinvite(session) => {
                self.with_session(now, session, |session, turn| {
                    session.handle_reinvite_response(turn, response);
                });
            }
            ClientOwner::Request(request) => self.deliver_request_response(now, request, response),
        }
    }

    fn deliver_invite_response(
        &mut self,
        now: Instant,
        id: ClientId,
        session: SessionId,
        response: Response,
    ) {
        let copy = response.status().is_success().then(|| response.clone());
        let owned =
            self.with_session(now, session, |session, turn| session.handle_invite_response(turn, response));
        if let (Some(response), Some(false) | None) = (copy, owned) {
            self.end_fork(now, id, &response);
        }
    }

    /// A 2xx that no session wants: of another fork, or after the session's end. It is confirmed and ended
    /// (RFC 3261 13.2.2.4).
    fn end_fork(&mut self, now: Instant, id: ClientId, response: &Response) {
        let Some((bytes, flow)) =
            self.layers.clients.get(id).map(|client| (client.request.clone(), client.flow))
        else {
            return;
        };
        let Some(invite) = own_request(&bytes) else { return };
        let Ok(essentials) = invite.essentials() else { return };
        let origin = Origin {
            call_id: essentials.call_id,
            from: invite.value(Name::From).unwrap_or_default(),
            tag: essentials.from.tag().unwrap_or_default(),
            uri: invite.uri_text(),
            cseq: essentials.cseq.number,
        };
        let mut dialog = Dialog::as_caller(&origin, response, flow);
        dialog.find_next_hop(&self.layers.transports, false);
        for method in [Method::Ack, Method::Bye] {
            let cseq = if method == Method::Ack { essentials.cseq.number } else { dialog.next_cseq() };
            let branch = self.layers.new_branch();
            let flow = dialog.flow();
            let request = DialogRequest { method: &method, cseq, lines: &[], body: None };
            let bytes = dialog.write(&self.layers.stamp(&flow, &branch), &request);
            if method == Method::Ack {
                self.layers.send(flow, bytes);
            } else {
                self.layers.start_client(now, &method, &branch, bytes, flow, ClientOwner::Nobody);
            }
        }
    }

    fn deliver_request_response(&mut self, now: Instant, id: RequestId, response: Response) {
        if response.status().is_final() {
            if self.retry(now, id, &response) {
                return;
            }
            let Some(outgoing) = self.layers.requests.remove(id) else { return };
            match outgoing.context {
                Context::Session(session) => {
                    self.with_session(now, session, |session, turn| {
                        session.handle_response(turn, id, &outgoing, response);
                    });
                }
                Context::Dialog(dialog) => {
                    self.handle_usage_response(dialog, &outgoing, &response);
                    self.layers.events.push_back(Event::Response { id, response });
                }
                Context::Outside(_) => self.layers.events.push_back(Event::Response { id, response }),
            }
            return;
        }
        let Some(outgoing) = self.layers.requests.get(id) else { return };
        match (&outgoing.context, outgoing.purpose) {
            (Context::Session(session), super::Purpose::User) => {
                let event = SessionEvent::Response { id, response };
                self.layers.events.push_back(Event::Session { session: *session, event });
            }
            (Context::Session(_), _) => {}
            (Context::Dialog(_) | Context::Outside(_), _) => {
                self.layers.events.push_back(Event::Response { id, response });
            }
        }
    }

    /// Sends a challenged request again with credentials, where there are any.
    fn retry(&mut self, now: Instant, id: RequestId, response: &Response) -> bool {
        if !matches!(response.status(), StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED)
        {
            return false;
        }
        let Some(outgoing) = self.layers.requests.get_mut(id) else { return false };
        outgoing.attempts += 1;
        if outgoing.attempts > MAX_ATTEMPTS {
            return false;
        }
        match outgoing.context {
            Context::Session(session) => self
                .with_session(now, session, |session, turn| session.retry(turn, id, response))
                .unwrap_or(false),
            Context::Dialog(dialog) => self.retry_in_usage(now, dialog, id, response),
            Context::Outside(_) => self.retry_outside(now, id, response),
        }
    }

    fn deliver_failure(&mut self, now: Instant, owner: ClientOwner, failure: Failure) {
        match owner {
            ClientOwner::Nobody => {}
            ClientOwner::Invite(session) => {
                self.with_session(now, session, |session, turn| session.handle_invite_failure(turn, failure));
            }
            ClientOwner::Reinvite(session) => {
                self.with_session(now, session, Session::handle_reinvite_failure);
            }
            ClientOwner::Request(id) => {
                let Some(outgoing) = self.layers.requests.remove(id) else { return };
                match outgoing.context {
                    Context::Session(session) => {
                        self.with_session(now, session, |session, turn| {
                            session.handle_failure(turn, id, &outgoing, failure);
                        });
                    }
                    Context::Dialog(_) | Context::Outside(_) => {
                        self.layers.events.push_back(Event::Failed { id, failure });
                    }
                }
            }
        }
    }
}
