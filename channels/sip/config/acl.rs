//! `type = acl`: which addresses may speak to us at all.

use std::sync::Arc;

use obelus_core::conf::{ConfiguredSection, OptionHelp, Reader};

use super::fence::{self, Fence};
use super::objects::{ObjectType, Source, Unserved, served};
use super::values;

/// A list that every request must pass, whoever sends it; one that does not is answered with 403.
#[derive(Clone, Debug)]
pub struct Acl {
    /// Its name.
    pub name: Arc<str>,
    /// Where it was written.
    pub source: Source,
    /// Addresses that requests come from.
    pub access: Fence,
    /// Addresses in Contact.
    pub contact_access: Fence,
}

impl ObjectType for Acl {
    const TYPE: &'static str = "acl";
    const UNSERVED: &'static [Unserved] = &[];

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn source(&self) -> &Source {
        &self.source
    }
}

impl ConfiguredSection for Acl {
    const OPTIONS: &'static [OptionHelp] = &[
        served("acl", "", "Lists of acl.conf, all of which must let the sender in."),
        served("contact_acl", "", "Lists of acl.conf, all of which must let addresses in Contact in."),
        served(
            "permit",
            "",
            "Networks that may send requests; the last `permit` or `deny` that fits decides.",
        ),
        served("deny", "", "Networks that may not."),
        served("contact_permit", "", "Networks that addresses in Contact may be of."),
        served("contact_deny", "", "Networks that they may not be of."),
    ];

    fn read(reader: &mut Reader<'_>) -> Option<Acl> {
        values::unserved(reader, Acl::UNSERVED);
        Some(Acl {
            name: reader.section().name.clone(),
            source: Source::of(reader.section()),
            access: Fence::read(reader, fence::SOURCE),
            contact_access: Fence::read(reader, fence::CONTACT),
        })
    }
}
