//! `permit`, `deny` and lists of acl.conf by name: which addresses may come.

use std::net::IpAddr;
use std::sync::Arc;

use obelus_core::acl::AccessLists;
use obelus_core::conf::{AccessList, Reader};

/// Networks of its own and lists by name; an address must be let in by all of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fence {
    own: AccessList,
    /// The names of lists of acl.conf; one that does not exist lets nobody in.
    lists: Vec<Arc<str>>,
}

/// The names of the options that make a fence.
#[derive(Clone, Copy, Debug)]
pub(super) struct Options {
    pub(super) lists: &'static str,
    pub(super) permit: &'static str,
    pub(super) deny: &'static str,
}

/// For where requests come from.
pub(super) const SOURCE: Options = Options { lists: "acl", permit: "permit", deny: "deny" };

/// For what stands in Contact.
pub(super) const CONTACT: Options =
    Options { lists: "contact_acl", permit: "contact_permit", deny: "contact_deny" };

impl Fence {
    pub(super) fn read(reader: &mut Reader<'_>, options: Options) -> Fence {
        let lines = reader.all(options.lists);
        let names = lines.iter().flat_map(|line| line.value.split(','));
        let lists = names.map(str::trim).filter(|name| !name.is_empty()).map(Arc::from).collect();
        Fence { own: AccessList::read(reader, options.permit, options.deny), lists }
    }

    /// Whether everybody is let in.
    pub fn is_open(&self) -> bool {
        self.own.is_empty() && self.lists.is_empty()
    }

    /// Whether an address is let in; `lists` are those of acl.conf.
    pub fn permits(&self, lists: &AccessLists, address: IpAddr) -> bool {
        self.own.permits(address) && lists.permit(&self.lists, address)
    }
}
