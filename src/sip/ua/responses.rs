//! Responses that come in: they find their client transaction, and through it who waits for them.

use super::outgoing::{Context, MAX_ATTEMPTS};
use super::{ClientOwner, Event, Failure, Purpose, RequestId, UserAgent};
use crate::dialog::{Dialog, DialogRequest, Origin};
use crate::header::Name;
use crate::message::{Headers, Response};
use crate::method::Method;
use crate::session::{Session, SessionEvent, SessionId};
use crate::status::StatusCode;
use crate::transaction::{ClientId, own_request};
use std::time::Instant;

impl UserAgent {
    pub(super) fn handle_response(&mut self, now: Instant, response: Response) {
        let essentials = match Headers::essentials(&response) {
            Ok(essentials) => essentials,
            Err(error) => return self.layers.counters.malformed(&error),
        };
        let branch = essentials.via.branch().unwrap_or("");
        let key = self.layers.keys.client(branch, &essentials.cseq.method);
        // RFC 3261 8.1.3.3: more than one Via means that the response went astray.
        let is_ours = response.elements(Name::Via).nth(1).is_none();
        let Some(id) = self.layers.clients.find(key).filter(|_| is_ours) else {
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
                session.handle_invite_terminated(id);
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
            // A request outlives its session, and nothing follows the session's last event.
            (Context::Session(session), Purpose::User) if self.sessions.get(*session).is_some() => {
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
