//! `ClientTable`: the client transactions, found by branch and method.

use super::{ClientId, InviteClient, NonInviteClient, Output, Timing};
use crate::arena::Arena;
use crate::hashing::{Fingerprint, Identity};
use crate::status::StatusCode;
use crate::transport::Flow;
use bytes::Bytes;
use std::collections::HashMap;
use std::time::Instant;

/// A client transaction: its machine, what it sends, and whose it is.
#[derive(Debug)]
pub(crate) struct Client<O> {
    machine: Machine,
    key: Fingerprint,
    /// The request as it is sent, each time.
    pub(crate) request: Bytes,
    pub(crate) flow: Flow,
    pub(crate) owner: O,
    pub(crate) scheduled: Option<Instant>,
}

#[derive(Debug)]
enum Machine {
    Invite(InviteClient),
    Other(NonInviteClient),
}

impl<O> Client<O> {
    pub(crate) fn handle_response(&mut self, now: Instant, status: StatusCode, timing: &Timing) {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle_response(now, status, timing),
            Machine::Other(machine) => machine.handle_response(now, status, timing),
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant, timing: &Timing) {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle_timeout(now),
            Machine::Other(machine) => machine.handle_timeout(now, timing),
        }
    }

    pub(crate) fn handle_transport_error(&mut self) {
        match &mut self.machine {
            Machine::Invite(machine) => machine.handle_transport_error(),
            Machine::Other(machine) => machine.handle_transport_error(),
        }
    }

    /// Sets an end to an INVITE's wait for a final response; other requests have theirs.
    pub(crate) fn give_up_at(&mut self, deadline: Instant) {
        if let Machine::Invite(machine) = &mut self.machine {
            machine.give_up_at(deadline);
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

    pub(crate) fn is_terminated(&self) -> bool {
        match &self.machine {
            Machine::Invite(machine) => machine.is_terminated(),
            Machine::Other(machine) => machine.is_terminated(),
        }
    }
}

/// What a new client transaction is made from.
pub(crate) struct NewClient<O> {
    pub(crate) key: Fingerprint,
    pub(crate) is_invite: bool,
    pub(crate) reliable: bool,
    pub(crate) request: Bytes,
    pub(crate) flow: Flow,
    pub(crate) owner: O,
}

/// All client transactions.
#[derive(Debug)]
pub(crate) struct ClientTable<O> {
    clients: Arena<Client<O>>,
    by_key: HashMap<Fingerprint, ClientId, Identity>,
}

impl<O> ClientTable<O> {
    pub(crate) fn new() -> Self {
        Self { clients: Arena::new(), by_key: HashMap::with_hasher(Identity) }
    }

    pub(crate) fn len(&self) -> usize {
        self.clients.len()
    }

    pub(crate) fn insert(&mut self, now: Instant, timing: &Timing, new: NewClient<O>) -> ClientId {
        let machine = if new.is_invite {
            Machine::Invite(InviteClient::new(now, timing, new.reliable))
        } else {
            Machine::Other(NonInviteClient::new(now, timing, new.reliable))
        };
        let client = Client {
            machine,
            key: new.key,
            request: new.request,
            flow: new.flow,
            owner: new.owner,
            scheduled: None,
        };
        let id = ClientId(self.clients.insert(client));
        self.by_key.insert(new.key, id);
        id
    }

    pub(crate) fn find(&self, key: Fingerprint) -> Option<ClientId> {
        self.by_key.get(&key).copied()
    }

    pub(crate) fn get(&self, id: ClientId) -> Option<&Client<O>> {
        self.clients.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: ClientId) -> Option<&mut Client<O>> {
        self.clients.get_mut(id)
    }

    pub(crate) fn remove(&mut self, id: ClientId) -> Option<Client<O>> {
        let client = self.clients.remove(id)?;
        if self.by_key.get(&client.key) == Some(&id) {
            self.by_key.remove(&client.key);
        }
        Some(client)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (ClientId, &Client<O>)> {
        self.clients.iter().map(|(key, client)| (ClientId(key), client))
    }
}
