//! `acl.conf`: named lists of who may come, for every room that lets somebody in.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use obelus_conf::{AccessList, Document, Problems, Reader};

/// The file.
pub const FILE: &str = "acl.conf";

/// The lists, by name in small letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessLists(BTreeMap<String, Named>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Named {
    name: Arc<str>,
    access: AccessList,
}

impl AccessLists {
    /// Reads acl.conf; a list with a mistake is left out, so that it permits nobody.
    pub fn load(document: &Document, problems: &mut Problems) -> AccessLists {
        let mut lists = BTreeMap::new();
        for section in document.concrete() {
            let mut reader = Reader::new(section, problems);
            let access = AccessList::read(&mut reader, "permit", "deny");
            if reader.finish() {
                lists.insert(section.name.to_lowercase(), Named { name: section.name.clone(), access });
            }
        }
        AccessLists(lists)
    }

    /// A list by its name.
    pub fn get(&self, name: &str) -> Option<&AccessList> {
        self.0.get(&name.to_lowercase()).map(|list| &list.access)
    }

    /// The names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(|list| &*list.name)
    }

    /// Whether every one of these lists permits an address; one that does not exist permits nobody.
    pub fn permit(&self, names: &[Arc<str>], address: IpAddr) -> bool {
        names.iter().all(|name| self.get(name).is_some_and(|list| list.permits(address)))
    }
}

#[cfg(test)]
mod tests {
    use obelus_conf::{MemoryFiles, load};

    use super::*;

    #[test]
    fn all_lists_must_permit_and_a_missing_one_does_not() {
        let text = "[Office]\ndeny=0.0.0.0/0\npermit=192.0.2.0/24\n[wrong]\npermit=everybody\n[open]\n";
        let mut problems = Problems::new();
        let document = load(&MemoryFiles::new().file(FILE, text), FILE, &mut problems);
        let lists = AccessLists::load(&document, &mut problems);
        assert_eq!(problems.errors(), 1);
        assert_eq!(lists.names().collect::<Vec<_>>(), ["Office", "open"]);
        let check = |names: &[&str], address: &str, expected: bool| {
            let names: Vec<Arc<str>> = names.iter().map(|name| Arc::from(*name)).collect();
            assert_eq!(lists.permit(&names, address.parse().unwrap()), expected, "{names:?} {address}");
        };
        check(&[], "198.51.100.1", true);
        check(&["office"], "192.0.2.7", true);
        check(&["open", "office"], "198.51.100.1", false);
        check(&["open", "wrong"], "192.0.2.7", false);
    }
}
