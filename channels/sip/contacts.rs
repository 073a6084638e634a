//! `Contacts`: who can be reached where, shared by all workers.
//!
//! Readers get a list that nobody changes any more; a writer decides under the lock of one address of record.
//! No guard leaves this file.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::SystemTime;

use dashmap::DashMap;
use obelus_sip::ConnectionId;

use crate::config::{Aor, Objects};
use crate::contact::{Contact, Kind};

/// The contacts of one address of record: registered ones, the newest first, then the configured ones.
pub type ContactList = Arc<[Arc<Contact>]>;

/// The contacts of all addresses of record.
#[derive(Debug, Default)]
pub struct Contacts {
    by_aor: DashMap<Arc<str>, ContactList>,
}

impl Contacts {
    /// The contacts of an address of record; some may have expired and not been cleared away yet.
    pub fn of(&self, aor: &str) -> ContactList {
        self.by_aor.get(aor).map(|list| list.clone()).unwrap_or_default()
    }

    /// The contact of this id, as [`Contact::id`] writes it.
    pub fn find(&self, id: &str) -> Option<Arc<Contact>> {
        let at = id.find(";@").or_else(|| id.find("@@"))?;
        let (aor, hash) = (id.get(..at)?, id.get(at + 2..)?);
        self.of(aor).iter().find(|contact| contact.hash().as_str() == hash && contact.id() == id).cloned()
    }

    /// All contacts, by address of record.
    pub fn all(&self) -> Vec<Arc<Contact>> {
        let mut lists: Vec<ContactList> = self.by_aor.iter().map(|entry| entry.value().clone()).collect();
        lists.sort_by(|a, b| {
            a.first().map(|contact| &contact.aor).cmp(&b.first().map(|contact| &contact.aor))
        });
        lists.iter().flat_map(|list| list.iter().cloned()).collect()
    }

    /// Lets `decide` see the contacts of an address of record and change them; nobody else does so meanwhile.
    ///
    /// It gives the new list, if there is one, and whatever the caller wants to know.
    pub fn change<R>(
        &self,
        aor: &Arc<str>,
        decide: impl FnOnce(&[Arc<Contact>]) -> (Option<Vec<Arc<Contact>>>, R),
    ) -> R {
        let mut entry = self.by_aor.entry(aor.clone()).or_default();
        let (list, result) = decide(&entry);
        if let Some(list) = list {
            *entry = list.into();
        }
        let is_empty = entry.is_empty();
        drop(entry);
        if is_empty {
            self.by_aor.remove_if(aor, |_, list| list.is_empty());
        }
        result
    }

    /// Takes out all contacts that `is_gone` names, and gives them.
    fn remove(&self, is_gone: impl Fn(&Contact) -> bool) -> Vec<Arc<Contact>> {
        let mut gone = Vec::new();
        for mut entry in self.by_aor.iter_mut() {
            if entry.iter().any(|contact| is_gone(contact)) {
                let (left, kept): (Vec<_>, Vec<_>) =
                    entry.iter().cloned().partition(|contact| is_gone(contact));
                gone.extend(left);
                *entry = kept.into();
            }
        }
        self.by_aor.retain(|_, list| !list.is_empty());
        gone
    }

    /// Takes out what has expired.
    pub fn expire(&self, now: SystemTime) -> Vec<Arc<Contact>> {
        self.remove(|contact| !contact.is_alive(now))
    }

    /// Takes out the contacts that live on a connection that is no more.
    pub fn connection_closed(&self, connection: ConnectionId) -> Vec<Arc<Contact>> {
        self.remove(|contact| {
            let binding = contact.binding().filter(|binding| binding.prune_on_boot);
            binding.and_then(|binding| binding.flow?.connection) == Some(connection)
        })
    }

    /// Brings the configured contacts of a new configuration in place of the old ones; gives those that are gone
    /// and those that are new. Registered contacts of addresses of record that are no more go as well.
    pub fn configure(&self, aors: &Objects<Aor>) -> (Vec<Arc<Contact>>, Vec<Arc<Contact>>) {
        let wanted: HashMap<&str, &Arc<Aor>> = aors.iter().map(|aor| (&*aor.name, aor)).collect();
        let gone = self.remove(|contact| match (wanted.get(&*contact.aor), &contact.kind) {
            (None, _) => true,
            (Some(aor), Kind::Permanent) => !aor.contacts.contains(&contact.uri),
            (Some(_), Kind::Registered(_)) => false,
        });
        let new = aors.iter().flat_map(|aor| self.add_permanent(aor)).collect();
        (gone, new)
    }

    /// Puts the configured contacts into their order behind the registered ones.
    fn add_permanent(&self, aor: &Aor) -> Vec<Arc<Contact>> {
        if aor.contacts.is_empty() {
            return Vec::new();
        }
        self.change(&aor.name, |current| {
            let mut list: Vec<Arc<Contact>> =
                current.iter().filter(|contact| contact.binding().is_some()).cloned().collect();
            let mut new = Vec::new();
            for uri in &aor.contacts {
                let known = current.iter().find(|contact| contact.binding().is_none() && contact.uri == *uri);
                list.push(known.cloned().unwrap_or_else(|| {
                    let contact = Arc::new(Contact::permanent(&aor.name, uri.clone()));
                    new.push(contact.clone());
                    contact
                }));
            }
            (Some(list), new)
        })
    }

    /// Brings a contact of a former life of the PBX, unless it is there already.
    pub fn restore(&self, contact: Contact) -> Option<Arc<Contact>> {
        let aor = contact.aor.clone();
        self.change(&aor, |current| {
            if current.iter().any(|known| known.hash() == contact.hash() && known.binding().is_some()) {
                return (None, None);
            }
            let contact = Arc::new(contact);
            let list = std::iter::once(contact.clone()).chain(current.iter().cloned()).collect();
            (Some(list), Some(contact))
        })
    }

    /// How many contacts there are.
    pub fn count(&self) -> usize {
        self.by_aor.iter().map(|list| list.len()).sum()
    }
}
