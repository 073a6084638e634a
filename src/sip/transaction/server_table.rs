//! `ServerTable`: the server transactions, found by branch, sent-by, CSeq and method.

use super::{InviteServer, NonInviteServer, Output, ServerId, Timing};
use crate::arena::Arena;
use crate::entropy::Token;
use crate::hashing::{Fingerprint, Identity};
use crate::message::ReplyTemplate;
use crate::method::Method;
use crate::status::StatusCode;
use crate::transport::Flow;
use bytes::Bytes;
use std::collections::HashMap;
use std::time::Instant;

/// A server transaction: its machine, what its responses copy, and whose it is.
#[derive(Debug)]
pub(crate) struct Server<O> {
    machine: Machine,
    key: Fingerprint,
    merged: Option<Fingerprint>,
    pub(crate) method: Method,
    /// Where responses go (RFC 3261 18.2.2, RFC 3581).
    pub(crate) reply_to: Flow,
    pub(crate) template: ReplyTemplate,
    /// The tag that this side puts into To.
    pub(crate) tag: Token,
    /// The last response, which repetitions of the request get.
    pub(crate) last: Option<Bytes>,
    pub(crate) owner: O,
    pub(crate) scheduled: Option<Instant>,
}

#[derive(Debug)]
enum Machine {
    Invite(InviteServer),
    Other(NonInviteServer),
}

impl<O> Server<O> {
    pub(crate) fn handle_request(&mut self) {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle_request(),
            Machine::Other(machine) => machine.handle_request(),
        }
    }

    pub(crate) fn handle_ack(&mut self, now: Instant, timing: &Timing) {
        if let Machine::Invite(machine) = &mut self.machine {
            machine.handle_ack(now, timing);
        }
    }

    pub(crate) fn handle_reply(&mut self, now: Instant, status: StatusCode, timing: &Timing) -> bool {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle_reply(now, status, timing),
            Machine::Other(machine) => machine.handle_reply(now, status, timing),
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, timing: &Timing) {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle_timeout(now, timing),
            Machine::Other(machine) => machine.handle_timeout(now),
        }
    }

    pub(crate) fn handle_transport_error(&mut self) {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle_transport_error(),
            Machine::Other(machine) => machine.handle_transport_error(),
        }
    }

    pub(crate) fn poll(&mut self) -> Option<Output> {
        match &mut self.machine {
            Machine::Invite(machine) => machine.poll(),
            Machine::Other(machine) => machine.poll(),
        }
    }

    pub(crate) fn next_timeout(&self) -> Option<Instant> {
        match &self.machine {
            Machine::Invite(machine) => machine.next_timeout(),
            Machine::Other(machine) => machine.next_timeout(),
        }
    }

    /// Is the final response still to be sent?
    pub(crate) fn is_proceeding(&self) -> bool {
        match &self.machine {
            Machine::Invite(machine) => machine.is_proceeding(),
            Machine::Other(machine) => machine.is_proceeding(),
        }
    }

    pub(crate) fn is_terminated(&self) -> bool {
        match &self.machine {
            Machine::Invite(machine) => machine.is_terminated(),
            Machine::Other(machine) => machine.is_terminated(),
        }
    }
}

/// What a new server transaction is made from.
pub(crate) struct NewServer<O> {
    pub(crate) key: Fingerprint,
    /// The request's identity without its branch, when it is outside dialogs.
    pub(crate) merged: Option<Fingerprint>,
    pub(crate) method: Method,
    pub(crate) reliable: bool,
    pub(crate) reply_to: Flow,
    pub(crate) template: ReplyTemplate,
    pub(crate) tag: Token,
    pub(crate) owner: O,
}

/// All server transactions.
#[derive(Debug)]
pub(crate) struct ServerTable<O> {
    servers: Arena<Server<O>>,
    by_key: HashMap<Fingerprint, ServerId, Identity>,
    by_merged: HashMap<Fingerprint, ServerId, Identity>,
}

impl<O> ServerTable<O> {
    pub(crate) fn new() -> Self {
        Self {
            servers: Arena::new(),
            by_key: HashMap::with_hasher(Identity),
            by_merged: HashMap::with_hasher(Identity),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.servers.len()
    }

    pub(crate) fn insert(&mut self, now: Instant, timing: &Timing, new: NewServer<O>) -> ServerId {
        let machine = if new.method == Method::Invite {
            Machine::Invite(InviteServer::new(now, timing, new.reliable))
        } else {
            Machine::Other(NonInviteServer::new(now, timing, new.reliable))
        };
        let server = Server {
            machine,
            key: new.key,
            merged: new.merged,
            method: new.method,
            reply_to: new.reply_to,
            template: new.template,
            tag: new.tag,
            last: None,
            owner: new.owner,
            scheduled: None,
        };
        let id = ServerId(self.servers.insert(server));
        self.by_key.insert(new.key, id);
        if let Some(merged) = new.merged {
            self.by_merged.insert(merged, id);
        }
        id
    }

    pub(crate) fn find(&self, key: Fingerprint) -> Option<ServerId> {
        self.by_key.get(&key).copied()
    }

    /// Did another copy of this request come by another way?
    ///
    /// A request that has been answered and is none of a call is not ongoing any more (RFC 3261 8.2.2.2): who sends
    /// it again in a new transaction, such as a REGISTER, is served.
    pub(crate) fn is_merged(&self, merged: Fingerprint) -> bool {
        let other = self.by_merged.get(&merged).and_then(|id| self.get(*id));
        other.is_some_and(|other| match &other.machine {
            Machine::Invite(_) => true,
            Machine::Other(machine) => !machine.is_answered(),
        })
    }

    pub(crate) fn get(&self, id: ServerId) -> Option<&Server<O>> {
        self.servers.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: ServerId) -> Option<&mut Server<O>> {
        self.servers.get_mut(id)
    }

    pub(crate) fn remove(&mut self, id: ServerId) -> Option<Server<O>> {
        let server = self.servers.remove(id)?;
        if self.by_key.get(&server.key) == Some(&id) {
            self.by_key.remove(&server.key);
        }
        if let Some(merged) = server.merged
            && self.by_merged.get(&merged) == Some(&id)
        {
            self.by_merged.remove(&merged);
        }
        Some(server)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ServerId, &Server<O>)> {
        self.servers.iter().map(|(key, server)| (ServerId(key), server))
    }
}
