//! `type = domain_alias`: another name of a domain.

use std::sync::Arc;

use obelus_core::conf::{ConfiguredSection, OptionHelp, Reader};

use super::objects::{ObjectType, Source, Unserved, served};
use super::values::{self, text};

/// Requests for the domain that the section is named after count as requests for another.
#[derive(Clone, Debug)]
pub struct DomainAlias {
    /// The other name, as it stands in requests.
    pub name: Arc<str>,
    /// Where it was written.
    pub source: Source,
    /// The domain as endpoints and addresses of record have it.
    pub domain: Arc<str>,
}

impl ObjectType for DomainAlias {
    const TYPE: &'static str = "domain_alias";
    const UNSERVED: &'static [Unserved] = &[];

    fn name(&self) -> &Arc<str> {
        &self.name
    }

    fn source(&self) -> &Source {
        &self.source
    }
}

impl ConfiguredSection for DomainAlias {
    const OPTIONS: &'static [OptionHelp] =
        &[served("domain", "", "The domain that the section's name stands for; required.")];

    fn read(reader: &mut Reader<'_>) -> Option<DomainAlias> {
        values::unserved(reader, DomainAlias::UNSERVED);
        let domain = text(reader, "domain");
        if domain.is_empty() {
            reader.missing("domain");
        }
        Some(DomainAlias {
            name: reader.section().name.clone(),
            source: Source::of(reader.section()),
            domain,
        })
    }
}
