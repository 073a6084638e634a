//! `Layers`: what sessions and dialogs stand on: the transaction tables, timers, randomness, and the queues out.

use super::outgoing::Outgoing;
use super::{Config, Counters, Event, Failure, Reply, RequestId};
use crate::arena::Arena;
use crate::dialog::{Dialog, DialogId, Stamp, branch};
use crate::entropy::Entropy;
use crate::hashing::{Fingerprint, Identity};
use crate::header::{Name, Rport, Via};
use crate::message::{Essentials, ReplyTemplate, Request, Response};
use crate::method::Method;
use crate::session::SessionId;
use crate::status::StatusCode;
use crate::timers::Timers;
use crate::transaction::{
    Client, ClientId, ClientTable, Keys, NewClient, NewServer, Output, Server, ServerId, ServerTable,
    ack_for_failure,
};
use crate::transport::{Flow, Transmit, Transport, TransportId, TransportKind};
use bytes::Bytes;
use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::time::Instant;

/// Whose a client transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ClientOwner {
    /// Nobody waits for the response.
    Nobody,
    /// The INVITE that a session began with.
    Invite(SessionId),
    /// A session's re-INVITE.
    Reinvite(SessionId),
    /// A request that may be retried.
    Request(RequestId),
}

/// Whose a server transaction is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ServerOwner {
    /// The stack answers by itself.
    Stack,
    /// The stack's user, outside dialogs.
    User,
    /// A session.
    Session(SessionId),
    /// A dialog without a session.
    Dialog(DialogId),
}

/// Whose a dialog is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DialogOwner {
    Session(SessionId),
    Dialog(DialogId),
}

/// Who is woken by a timer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Sleeper {
    Client(ClientId),
    Server(ServerId),
    Session(SessionId),
}

/// What a client transaction said besides sending.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct ClientNews {
    pub(crate) deliver: bool,
    pub(crate) failure: Option<Failure>,
    pub(crate) terminated: bool,
}

#[derive(Debug)]
pub(crate) struct Layers {
    pub(crate) config: Config,
    pub(crate) transports: Vec<Transport>,
    pub(crate) entropy: Entropy,
    pub(crate) keys: Keys,
    pub(crate) clients: ClientTable<ClientOwner>,
    pub(crate) servers: ServerTable<ServerOwner>,
    pub(crate) requests: Arena<Outgoing>,
    pub(crate) dialogs: HashMap<Fingerprint, DialogOwner, Identity>,
    pub(crate) timers: Timers<Sleeper>,
    pub(crate) transmits: VecDeque<Transmit>,
    pub(crate) events: VecDeque<Event>,
    pub(crate) counters: Counters,
}

impl Layers {
    pub(crate) fn new(config: Config, mut entropy: Entropy) -> Self {
        let keys = Keys::new(entropy.bytes());
        Self {
            config,
            transports: Vec::new(),
            entropy,
            keys,
            clients: ClientTable::new(),
            servers: ServerTable::new(),
            requests: Arena::new(),
            dialogs: HashMap::with_hasher(Identity),
            timers: Timers::new(),
            transmits: VecDeque::new(),
            events: VecDeque::new(),
            counters: Counters::default(),
        }
    }

    pub(crate) fn transport(&self, id: TransportId) -> Option<&Transport> {
        self.transports.iter().find(|transport| transport.id == id)
    }

    fn kind(&self, flow: &Flow) -> TransportKind {
        self.transport(flow.transport).map_or(TransportKind::Udp, |transport| transport.kind)
    }

    pub(crate) fn is_websocket(&self, flow: &Flow) -> bool {
        matches!(self.kind(flow), TransportKind::Ws | TransportKind::Wss)
    }

    pub(crate) fn send(&mut self, flow: Flow, bytes: Bytes) {
        self.counters.sent += 1;
        self.transmits.push_back(Transmit { flow, bytes });
    }

    pub(crate) fn new_branch(&mut self) -> String {
        branch(&self.entropy.token())
    }

    /// What a request over this flow is stamped with.
    pub(crate) fn stamp<'a>(&'a self, flow: &Flow, branch: &'a str) -> Stamp<'a> {
        let Config { agent, rport, max_forwards, .. } = &self.config;
        let transport = self.transport(flow.transport);
        Stamp { transport, branch, agent, rport: *rport, max_forwards: Some(*max_forwards) }
    }

    /// Is there room for what begins something new?
    pub(crate) fn has_room_for_new(&self) -> bool {
        let limit = self.config.max_transactions / 10 * 9;
        self.servers.len() < limit && self.clients.len() < limit
    }

    /// Is there room for what belongs to a live call?
    pub(crate) fn has_room(&self) -> bool {
        self.servers.len() < self.config.max_transactions
    }
}

/// Client transactions.
impl Layers {
    /// Sends a request and waits for its responses.
    pub(crate) fn start_client(
        &mut self,
        now: Instant,
        method: &Method,
        branch: &str,
        request: Bytes,
        flow: Flow,
        owner: ClientOwner,
    ) -> ClientId {
        let new = NewClient {
            key: self.keys.client(branch, method),
            is_invite: *method == Method::Invite,
            reliable: self.kind(&flow).is_reliable(),
            request,
            flow,
            owner,
        };
        let id = self.clients.insert(now, &self.config.timing, new);
        self.drive_client(id, None);
        id
    }

    /// Waits 64 T1 more for the final response of an INVITE, and no longer.
    pub(crate) fn give_up_soon(&mut self, now: Instant, id: ClientId) {
        let deadline = now + self.config.timing.patience();
        if let Some(client) = self.clients.get_mut(id) {
            client.give_up_at(deadline);
            self.timers.schedule(client.next_timeout(), &mut client.scheduled, Sleeper::Client(id));
        }
    }

    /// Does what a client transaction asks for.
    pub(crate) fn drive_client(&mut self, id: ClientId, response: Option<&Response>) -> ClientNews {
        let mut news = ClientNews::default();
        while let Some((output, flow, request)) = self.clients.get_mut(id).and_then(poll_client) {
            match output {
                Output::Send => self.send(flow, request),
                Output::Acknowledge => {
                    if let Some(ack) = response.and_then(|response| ack_for_failure(&request, response)) {
                        self.send(flow, ack);
                    }
                }
                Output::Deliver => news.deliver = true,
                Output::TimedOut => news.failure = Some(Failure::TimedOut),
                Output::TransportFailed => news.failure = Some(Failure::Transport),
                Output::Trying => {}
            }
        }
        if let Some(client) = self.clients.get_mut(id) {
            if client.is_terminated() {
                news.terminated = true;
            } else {
                self.timers.schedule(client.next_timeout(), &mut client.scheduled, Sleeper::Client(id));
            }
        }
        news
    }
}

fn poll_client(client: &mut Client<ClientOwner>) -> Option<(Output, Flow, Bytes)> {
    client.poll().map(|output| (output, client.flow, client.request.clone()))
}

/// Server transactions.
impl Layers {
    pub(crate) fn start_server(
        &mut self,
        now: Instant,
        flow: Flow,
        request: &Request,
        essentials: &Essentials<'_>,
        owner: ServerOwner,
    ) -> ServerId {
        let outside = essentials.to.tag().is_none();
        let new = NewServer {
            key: self.keys.server(request, essentials, request.method()),
            merged: outside.then(|| self.keys.merged(essentials)),
            method: request.method().clone(),
            reliable: self.kind(&flow).is_reliable(),
            reply_to: self.reply_to(&essentials.via, flow),
            template: ReplyTemplate::new(request, flow.remote, self.config.force_rport),
            tag: self.entropy.token(),
            owner,
        };
        let id = self.servers.insert(now, &self.config.timing, new);
        self.drive_server(id);
        id
    }

    /// Where responses go (RFC 3261 18.2.2, RFC 3581 4).
    fn reply_to(&self, via: &Via<'_>, flow: Flow) -> Flow {
        let kind = self.kind(&flow);
        if kind.is_reliable() {
            return flow;
        }
        let port = via.sent_by.port.unwrap_or(kind.default_port());
        let maddr = via.maddr().and_then(|maddr| maddr.parse().ok());
        let remote = match maddr {
            Some(address) => SocketAddr::new(address, port),
            None if self.config.force_rport || via.rport() != Rport::Absent => flow.remote,
            None => SocketAddr::new(flow.remote.ip(), port),
        };
        Flow { remote, ..flow }
    }

    /// Answers a request; `lines` are checked header lines that the stack adds. Gives the response as it was sent,
    /// or nothing when the request had its final response already or is gone.
    pub(crate) fn reply(&mut self, now: Instant, id: ServerId, reply: &Reply, lines: &[u8]) -> Option<Bytes> {
        let timing = self.config.timing;
        let server = self.servers.get_mut(id)?;
        if !server.handle_reply(now, reply.status, &timing) {
            return None;
        }
        let mut builder = server.template.begin(reply.status, reply.reason.as_deref(), server.tag.as_str());
        builder.lines(lines).headers(&reply.headers);
        builder.header(Name::Server, self.config.agent.as_bytes());
        let bytes = builder.finish(reply.body.as_ref());
        server.last = Some(bytes.clone());
        self.drive_server(id);
        Some(bytes)
    }

    /// Does what a server transaction asks for. Gives whether an ACK is to be delivered, or the transport failed.
    pub(crate) fn drive_server(&mut self, id: ServerId) -> (bool, Option<Failure>) {
        let (mut deliver, mut failure) = (false, None);
        while let Some((output, flow, last)) = self.servers.get_mut(id).and_then(poll_server) {
            match output {
                Output::Send | Output::Trying => {
                    if let Some(bytes) = last {
                        self.send(flow, bytes);
                    }
                }
                Output::Deliver => deliver = true,
                Output::TimedOut => failure = Some(Failure::TimedOut),
                Output::TransportFailed => failure = Some(Failure::Transport),
                Output::Acknowledge => {}
            }
        }
        if let Some(server) = self.servers.get_mut(id) {
            if server.is_terminated() {
                self.servers.remove(id);
            } else {
                self.timers.schedule(server.next_timeout(), &mut server.scheduled, Sleeper::Server(id));
            }
        }
        (deliver, failure)
    }

    /// Answers a request without remembering it: the same request gets the same answer again.
    pub(crate) fn reply_statelessly(&mut self, flow: Flow, request: &Request, reply: &Reply) {
        let Ok(via) = request.via() else { return };
        let template = ReplyTemplate::new(request, flow.remote, self.config.force_rport);
        // RFC 3261 8.2.7: the tag must be the same for each repetition.
        let tag =
            self.keys.steady_tag(request.value(Name::CallId).unwrap_or_default(), via.branch().unwrap_or(""));
        let mut builder = template.begin(reply.status, reply.reason.as_deref(), &tag);
        builder.headers(&reply.headers).header(Name::Server, self.config.agent.as_bytes());
        let bytes = builder.finish(reply.body.as_ref());
        let to = self.reply_to(&via, flow);
        self.send(to, bytes);
    }

    /// Is the INVITE or other request still to be answered?
    pub(crate) fn is_unanswered(&self, id: ServerId) -> bool {
        self.servers.get(id).is_some_and(Server::is_proceeding)
    }
}

fn poll_server(server: &mut Server<ServerOwner>) -> Option<(Output, Flow, Option<Bytes>)> {
    let output = server.poll()?;
    if output == Output::Trying {
        server.last = Some(server.template.begin(StatusCode::TRYING, None, "").finish(None));
    }
    Some((output, server.reply_to, server.last.clone()))
}

/// The index of dialogs.
impl Layers {
    pub(crate) fn index(&mut self, dialog: &Dialog, owner: DialogOwner) {
        let print = self.dialog_print(dialog);
        self.dialogs.insert(print, owner);
    }

    pub(crate) fn forget(&mut self, dialog: &Dialog, owner: DialogOwner) {
        let print = self.dialog_print(dialog);
        if self.dialogs.get(&print) == Some(&owner) {
            self.dialogs.remove(&print);
        }
    }

    fn dialog_print(&self, dialog: &Dialog) -> Fingerprint {
        self.keys.dialog(dialog.call_id(), dialog.local_tag(), dialog.remote_tag())
    }

    /// The dialog that a request from the other side belongs to.
    pub(crate) fn find_dialog(&self, essentials: &Essentials<'_>) -> Option<DialogOwner> {
        let local = essentials.to.tag()?;
        let print = self.keys.dialog(essentials.call_id, local, essentials.from.tag().unwrap_or(""));
        self.dialogs.get(&print).copied()
    }
}
