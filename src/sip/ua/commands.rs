//! What the stack's user commands: requests of its own, and the life of its sessions.

use super::outgoing::Outside;
use super::{
    ClientOwner, Config, Context, NewRequest, Outgoing, OutgoingRequest, Profile, Purpose, Refused, Reply,
    RequestId, UserAgent,
};
use crate::dialog::{DialogId, DisplayNames, Head, Stamp, route_request, write_head};
use crate::digest::ClientAuth;
use crate::header::{Name, NameAddr};
use crate::message::{Body, HeaderList, Request, Response};
use crate::method::Method;
use crate::session::{Invite, OfferState, Session, SessionId, Turn};
use crate::transport::Flow;
use crate::uri::Uri;
use std::sync::Arc;
use std::time::Instant;

/// Requests outside sessions.
impl UserAgent {
    /// Sends a request outside dialogs. Its responses come as [`super::Event::Response`]; a challenge is answered
    /// with its credentials first.
    ///
    /// # Errors
    /// [`Refused::WrongState`] for INVITE, ACK and CANCEL; [`Refused::Malformed`]; [`Refused::NoTransport`];
    /// [`Refused::Overloaded`].
    pub fn request(&mut self, now: Instant, request: OutgoingRequest) -> Result<RequestId, Refused> {
        if matches!(request.method, Method::Invite | Method::Ack | Method::Cancel) {
            return Err(Refused::WrongState);
        }
        if !is_writable(&request.uri, &request.from, &request.to, request.call_id.as_deref(), &request.routes)
        {
            return Err(Refused::Malformed);
        }
        if !self.layers.has_room_for_new() {
            return Err(Refused::Overloaded);
        }
        if self.layers.transport(request.flow.transport).is_none() {
            return Err(Refused::NoTransport);
        }
        let from = format!("{};tag={}", request.from, self.layers.entropy.token()).into();
        let call_id = request.call_id.clone().unwrap_or_else(|| self.layers.entropy.token().as_str().into());
        let (cseq, method) = (request.cseq, request.method.clone());
        let outside = Outside { request, from, call_id, cseq, auth: ClientAuth::default() };
        let outgoing = Outgoing {
            context: Context::Outside(Box::new(outside)),
            purpose: Purpose::User,
            method,
            headers: HeaderList::new(),
            body: None,
            names: DisplayNames::default(),
            transaction: None,
            attempts: 0,
        };
        let id = RequestId(self.layers.requests.insert(outgoing));
        self.send_outside(now, id);
        Ok(id)
    }

    fn send_outside(&mut self, now: Instant, id: RequestId) {
        let branch = self.layers.new_branch();
        let layers = &mut self.layers;
        let Some(Outgoing { context: Context::Outside(outside), .. }) = layers.requests.get_mut(id) else {
            return;
        };
        let Outside { request, from, call_id, cseq, auth } = &mut **outside;
        let (uri, routes) = route_request(&request.uri, &request.routes);
        let content = request.body.as_ref().map_or(&[][..], |body| &body.content);
        let credentials =
            auth.header_lines(&request.method, uri, content, &request.credentials, &mut layers.entropy);
        let head = Head {
            method: &request.method,
            uri,
            routes: &routes,
            from: from.as_bytes(),
            to: request.to.as_bytes(),
            call_id,
            cseq: *cseq,
        };
        let (flow, method) = (request.flow, request.method.clone());
        let transport = layers.transports.iter().find(|transport| transport.id == flow.transport);
        let Config { agent, rport, max_forwards, .. } = &layers.config;
        let own = |name| request.headers.has(name);
        let max_forwards = (!own(Name::MaxForwards)).then_some(*max_forwards);
        let stamp = Stamp { transport, branch: &branch, agent, rport: *rport, max_forwards };
        let mut builder = write_head(&stamp, &head);
        builder.headers(&request.headers);
        if !own(Name::UserAgent) {
            builder.header(Name::UserAgent, agent.as_bytes());
        }
        builder.lines(&credentials);
        let bytes = builder.finish(request.body.as_ref());
        let transaction = layers.start_client(now, &method, &branch, bytes, flow, ClientOwner::Request(id));
        if let Some(outgoing) = layers.requests.get_mut(id) {
            outgoing.transaction = Some(transaction);
        }
    }

    pub(super) fn retry_outside(&mut self, now: Instant, id: RequestId, response: &Response) -> bool {
        let Some(Outgoing { context: Context::Outside(outside), .. }) = self.layers.requests.get_mut(id)
        else {
            return false;
        };
        if outside.auth.learn(response, &outside.request.credentials).is_err() {
            return false;
        }
        outside.cseq = outside.cseq.wrapping_add(1);
        self.send_outside(now, id);
        true
    }

    /// Sends a request in a dialog without a session, such as NOTIFY.
    ///
    /// # Errors
    /// [`Refused::Gone`]; [`Refused::WrongState`] for what belongs to sessions.
    pub fn dialog_request(
        &mut self,
        now: Instant,
        dialog: DialogId,
        method: Method,
        headers: HeaderList,
        body: Option<Body>,
    ) -> Result<RequestId, Refused> {
        let sessions_own =
            [Method::Invite, Method::Ack, Method::Cancel, Method::Bye, Method::Prack, Method::Update];
        if sessions_own.contains(&method) {
            return Err(Refused::WrongState);
        }
        self.send_in_usage(
            now,
            dialog,
            NewRequest { headers, body, ..NewRequest::new(Purpose::User, method) },
        )
    }
}

/// Can it all be written into a request?
fn is_writable(uri: &str, from: &str, to: &str, call_id: Option<&str>, routes: &[Box<str>]) -> bool {
    let no_line_ends = |text: &str| memchr::memchr3(b'\r', b'\n', 0, text.as_bytes()).is_none();
    let is_address = |text: &str| no_line_ends(text) && NameAddr::parse(text.as_bytes()).is_some();
    Uri::parse(uri).is_ok()
        && is_address(from)
        && is_address(to)
        && call_id.is_none_or(|id| !id.is_empty() && no_line_ends(id))
        && routes.iter().all(|route| is_address(route))
}

/// Sessions.
impl UserAgent {
    /// Calls somebody.
    ///
    /// # Errors
    /// [`Refused::Malformed`]; [`Refused::NoTransport`]; [`Refused::Overloaded`].
    pub fn invite(&mut self, now: Instant, invite: Invite) -> Result<SessionId, Refused> {
        let writable =
            is_writable(&invite.uri, &invite.from, &invite.to, invite.call_id.as_deref(), &invite.routes);
        if !writable || !invite.profile.is_writable() {
            return Err(Refused::Malformed);
        }
        if !self.layers.has_room_for_new() || self.sessions.len() >= self.layers.config.max_sessions {
            return Err(Refused::Overloaded);
        }
        if self.layers.transport(invite.flow.transport).is_none() {
            return Err(Refused::NoTransport);
        }
        let key = self.sessions.reserve();
        let id = SessionId(key);
        let session = Session::calling(invite, &mut Turn { layers: &mut self.layers, now, id });
        self.sessions.fill(key, session);
        self.settle(id);
        Ok(id)
    }

    fn command<T>(
        &mut self,
        now: Instant,
        session: SessionId,
        act: impl FnOnce(&mut Session, &mut Turn<'_>) -> Result<T, Refused>,
    ) -> Result<T, Refused> {
        self.with_session(now, session, act).unwrap_or(Err(Refused::Gone))
    }

    /// Gives an incoming session the profile of its endpoint, and checks its INVITE against it: what requires
    /// too much gets 420, 421 or 422, and the session ends.
    ///
    /// # Errors
    /// [`Refused::Rejected`] when it did not fit; [`Refused::Malformed`]; [`Refused::WrongState`];
    /// [`Refused::Gone`].
    pub fn adopt(
        &mut self,
        now: Instant,
        session: SessionId,
        profile: Arc<Profile>,
        request: &Request,
    ) -> Result<(), Refused> {
        if !profile.is_writable() {
            return Err(Refused::Malformed);
        }
        self.command(now, session, |session, turn| session.adopt(turn, profile, request))
    }

    /// Sends a provisional response to the INVITE, such as 180 or 183.
    ///
    /// # Errors
    /// [`Refused::Status`], [`Refused::WrongState`], [`Refused::Gone`].
    pub fn provisional(&mut self, now: Instant, session: SessionId, reply: Reply) -> Result<(), Refused> {
        self.command(now, session, |session, turn| session.provisional(turn, reply))
    }

    /// Accepts the INVITE with a 2xx, which is repeated until its ACK comes.
    ///
    /// # Errors
    /// [`Refused::Status`], [`Refused::WrongState`], [`Refused::Gone`].
    pub fn accept(&mut self, now: Instant, session: SessionId, reply: Reply) -> Result<(), Refused> {
        self.command(now, session, |session, turn| session.accept(turn, reply))
    }

    /// Refuses the INVITE with a 3xx to 6xx, which ends the session.
    ///
    /// # Errors
    /// [`Refused::Status`], [`Refused::WrongState`], [`Refused::Gone`].
    pub fn reject(&mut self, now: Instant, session: SessionId, reply: &Reply) -> Result<(), Refused> {
        self.command(now, session, |session, turn| session.reject(turn, reply))
    }

    /// Gives up a call of ours that is not answered; `headers` go into the CANCEL, such as Reason.
    ///
    /// # Errors
    /// [`Refused::WrongState`], [`Refused::Gone`].
    pub fn cancel(&mut self, now: Instant, session: SessionId, headers: HeaderList) -> Result<(), Refused> {
        self.command(now, session, |session, turn| session.cancel(turn, headers))
    }

    /// Ends an answered call; `headers` go into the BYE, such as Reason.
    ///
    /// # Errors
    /// [`Refused::WrongState`], [`Refused::Gone`].
    pub fn bye(&mut self, now: Instant, session: SessionId, headers: &HeaderList) -> Result<(), Refused> {
        self.command(now, session, |session, turn| session.bye(turn, headers))
    }

    /// Ends the call in whatever state it is: refuses it with the reply, or cancels it or hangs up with the
    /// reply's headers.
    ///
    /// # Errors
    /// [`Refused::Status`], [`Refused::WrongState`] when it ends already, [`Refused::Gone`].
    pub fn hang_up(&mut self, now: Instant, session: SessionId, reply: &Reply) -> Result<(), Refused> {
        self.command(now, session, |session, turn| session.hang_up(turn, reply))
    }

    /// Sends the ACK of a 2xx whose offer needed an answer.
    ///
    /// # Errors
    /// [`Refused::WrongState`] when no such ACK is due, [`Refused::Gone`].
    pub fn acknowledge(
        &mut self,
        now: Instant,
        session: SessionId,
        body: Option<&Body>,
    ) -> Result<(), Refused> {
        self.command(now, session, |session, turn| session.acknowledge(turn, body))
    }

    /// Sends the PRACK of a reliable provisional response whose offer needed an answer.
    ///
    /// # Errors
    /// [`Refused::WrongState`] when no such PRACK is due, [`Refused::Gone`].
    pub fn prack(&mut self, now: Instant, session: SessionId, body: Option<Body>) -> Result<(), Refused> {
        self.command(now, session, |session, turn| session.prack(turn, body))
    }

    /// Sends a re-INVITE. When both sides do so at once, it is sent again after a while.
    ///
    /// # Errors
    /// [`Refused::Pending`] when another INVITE or offer is outstanding, [`Refused::WrongState`],
    /// [`Refused::Gone`].
    pub fn reinvite(
        &mut self,
        now: Instant,
        session: SessionId,
        headers: HeaderList,
        body: Option<Body>,
    ) -> Result<(), Refused> {
        self.command(now, session, |session, turn| session.reinvite(turn, headers, body))
    }

    /// Sends UPDATE, INFO, MESSAGE, REFER, NOTIFY, OPTIONS or another request in the session.
    ///
    /// # Errors
    /// [`Refused::Pending`] for an UPDATE whose offer would cross another, [`Refused::WrongState`],
    /// [`Refused::Gone`].
    pub fn session_request(
        &mut self,
        now: Instant,
        session: SessionId,
        method: Method,
        headers: HeaderList,
        body: Option<Body>,
    ) -> Result<RequestId, Refused> {
        self.session_request_as(now, session, method, headers, body, DisplayNames::default())
    }

    /// The same with other display names in From and To.
    ///
    /// # Errors
    /// Those of [`Self::session_request`].
    pub fn session_request_as(
        &mut self,
        now: Instant,
        session: SessionId,
        method: Method,
        headers: HeaderList,
        body: Option<Body>,
        names: DisplayNames,
    ) -> Result<RequestId, Refused> {
        let new = NewRequest { headers, body, names, ..NewRequest::new(Purpose::User, method) };
        self.command(now, session, |session, turn| session.request(turn, new))
    }

    /// Lets the session's dialog live on after the session, for subscriptions in it such as a REFER's; the last
    /// event then has its number.
    ///
    /// # Errors
    /// [`Refused::Gone`].
    pub fn keep_dialog(&mut self, session: SessionId) -> Result<(), Refused> {
        self.sessions.get_mut(session).ok_or(Refused::Gone)?.shared.keep_dialog = true;
        Ok(())
    }

    /// Sends the session's requests there from now on.
    ///
    /// # Errors
    /// [`Refused::WrongState`] while there is no dialog, [`Refused::Gone`].
    pub fn set_flow(&mut self, session: SessionId, flow: Flow) -> Result<(), Refused> {
        self.sessions.get_mut(session).ok_or(Refused::Gone)?.set_flow(flow)
    }

    /// Who may offer now in the session.
    #[must_use]
    pub fn offer_state(&self, session: SessionId) -> Option<OfferState> {
        self.sessions.get(session).map(Session::offer_state)
    }

    /// The Call-ID, local tag and remote tag of a session, once it has a dialog.
    #[must_use]
    pub fn session_identity(&self, session: SessionId) -> Option<(&str, &str, &str)> {
        let dialog = self.sessions.get(session)?.dialog()?;
        Some((dialog.call_id(), dialog.local_tag(), dialog.remote_tag()))
    }

    /// The session of a dialog, such as the one that a Replaces header names (RFC 3891 3).
    #[must_use]
    pub fn find_session(&self, call_id: &str, local_tag: &str, remote_tag: &str) -> Option<SessionId> {
        match self.layers.dialogs.get(&self.layers.keys.dialog(call_id, local_tag, remote_tag)) {
            Some(super::DialogOwner::Session(session)) => Some(*session),
            Some(super::DialogOwner::Dialog(_)) | None => None,
        }
    }

    /// The URI and flow that the session's requests go to.
    #[must_use]
    pub fn session_target(&self, session: SessionId) -> Option<(&str, Flow)> {
        let dialog = self.sessions.get(session)?.dialog()?;
        Some((dialog.target(), dialog.flow()))
    }
}
