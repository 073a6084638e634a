//! pjsip.conf as typed, linked objects.
//!
//! [`Config::load`] reads everything and reports all that is wrong; a faulty object is left out and the rest
//! works. The result never changes: a reload makes another one.

mod acl;
mod aor;
mod auth;
mod domain_alias;
mod endpoint;
mod fence;
mod global;
pub mod groups;
mod identify;
mod link;
#[cfg(test)]
mod manual;
mod objects;
mod registration;
mod service_class;
mod shown;
mod sources;
#[cfg(test)]
mod stories;
mod system;
mod transport;
mod values;

use std::collections::HashMap;
use std::sync::Arc;

use obelus_core::conf::{
    ConfiguredSection, Document, OptionHelp, Problem, Problems, Reader, Section, Severity, suggest,
};

pub use acl::Acl;
pub use aor::{Aor, Brief, Expiration, Qualify};
pub use auth::Auth;
pub use domain_alias::DomainAlias;
pub use endpoint::{
    Calls, DirectMedia, Endpoint, GlareMitigation, Identity, Media, Messages, PrivacyHeaders, Reliability,
    SessionSettings, TimerMode,
};
pub use fence::Fence;
pub use global::{Debug, Global, Identifier, UnidentifiedLimits};
pub use identify::{HeaderRule, Identify, SourceNetwork, TextRule};
pub use objects::{ObjectType, Objects, Source, Unserved};
pub use registration::{Pace, Registration};
pub use shown::Shown;
pub use sources::{ResolvedHosts, SourceIndex};
pub use system::System;
pub use transport::{External, TcpKeepalive, Transport};

use link::Linker;

/// All of pjsip.conf.
#[derive(Debug, Default)]
pub struct Config {
    /// Settings of the whole driver.
    pub global: Global,
    /// Timers and habits of the SIP stack.
    pub system: System,
    /// Sockets.
    pub transports: Objects<Transport>,
    /// Credentials.
    pub auths: Objects<Auth>,
    /// Addresses of record.
    pub aors: Objects<Aor>,
    /// Phones and trunks.
    pub endpoints: Objects<Endpoint>,
    /// Our registrations with others.
    pub registrations: Objects<Registration>,
    /// Rules that find endpoints.
    pub identifies: Objects<Identify>,
    /// Other names of domains.
    pub domain_aliases: Objects<DomainAlias>,
    /// Lists that every request must pass.
    pub acls: Objects<Acl>,
    /// An `acl` section has errors: who it was to keep out is not known, so that nobody is let in.
    pub is_closed: bool,
    /// The addresses of `identify` sections, by address.
    pub sources: SourceIndex,
    endpoints_by_aor: HashMap<Arc<str>, Vec<Arc<Endpoint>>>,
}

/// Types that Asterisk has and that are not served yet.
const OTHER_TYPES: [&str; 7] = [
    "outbound-publish",
    "inbound-publication",
    "asterisk-publication",
    "resource_list",
    "phoneprov",
    "contact",
    "subscription_persistence",
];

const TYPES: [&str; 10] = [
    Endpoint::TYPE,
    Auth::TYPE,
    Aor::TYPE,
    Transport::TYPE,
    Identify::TYPE,
    Registration::TYPE,
    Global::TYPE,
    System::TYPE,
    DomainAlias::TYPE,
    Acl::TYPE,
];

impl Config {
    /// Reads a whole pjsip.conf.
    pub fn load(document: &Document, problems: &mut Problems) -> Config {
        let mut loader = Loader { sections: classify(document, problems), problems };
        let global: Global = loader.single();
        let system: System = loader.single();
        let transports: Objects<Transport> =
            loader.objects(|_, transport: &mut Transport, earlier, problems| {
                let clash = earlier.iter().find(|other| transport.clashes_with(other));
                problems.extend(clash.map(|other| transport.clash(other)));
            });
        let auths: Objects<Auth> =
            loader.objects(|section, auth: &mut Auth, _, problems| auth.complete(&global, section, problems));
        let aors: Objects<Aor> = loader.objects(|_, _, _, _| {});
        let linker = Linker {
            sections: &loader.sections.clone(),
            transports: &transports,
            auths: &auths,
            aors: &aors,
        };
        let endpoints: Objects<Endpoint> = loader.objects(|section, endpoint: &mut Endpoint, _, problems| {
            linker.link_endpoint(section, endpoint, problems);
            endpoint.review(problems);
        });
        let identifies = loader.objects(|section, _: &mut Identify, _, problems| {
            linker.check_identify(section, &endpoints, problems);
        });
        let registrations = loader.objects(|section, registration: &mut Registration, _, problems| {
            linker.link_registration(section, registration, problems);
            registration.review(section, |name| endpoints.find(name).is_some(), problems);
        });
        let domain_aliases = loader.objects(|_, _: &mut DomainAlias, _, _| {});
        let acls: Objects<Acl> = loader.objects(|_, _: &mut Acl, _, _| {});
        let is_closed = loader.is_missing(&acls);
        let sources = SourceIndex::of(&identifies);
        let endpoints_by_aor = by_aor(&endpoints);
        Config {
            global,
            system,
            transports,
            auths,
            aors,
            endpoints,
            registrations,
            identifies,
            domain_aliases,
            acls,
            is_closed,
            sources,
            endpoints_by_aor,
        }
    }

    /// The endpoints that an address of record belongs to, in the order of the file.
    pub fn endpoints_of(&self, aor: &str) -> &[Arc<Endpoint>] {
        self.endpoints_by_aor.get(aor).map(Vec::as_slice).unwrap_or_default()
    }

    /// The domain that a domain stands for: its alias's, or itself.
    pub fn domain_alias(&self, domain: &str) -> Option<&str> {
        self.domain_aliases.find(domain).map(|alias| &*alias.domain)
    }
}

fn by_aor(endpoints: &Objects<Endpoint>) -> HashMap<Arc<str>, Vec<Arc<Endpoint>>> {
    let mut by_aor: HashMap<Arc<str>, Vec<Arc<Endpoint>>> = HashMap::new();
    for endpoint in endpoints.iter() {
        for aor in &endpoint.aors {
            by_aor.entry(aor.name.clone()).or_default().push(endpoint.clone());
        }
    }
    by_aor
}

/// The type of section that has an option of this name, where there is one only.
fn owner(option: &str) -> Option<&'static str> {
    let has = |options: &[OptionHelp], unserved: &[Unserved]| {
        options
            .iter()
            .map(|known| known.name)
            .chain(unserved.iter().map(|known| known.name))
            .any(|name| name == option)
    };
    let owners = [
        ("type=endpoint", has(Endpoint::OPTIONS, Endpoint::UNSERVED)),
        ("type=auth", has(Auth::OPTIONS, Auth::UNSERVED)),
        ("type=aor", has(Aor::OPTIONS, Aor::UNSERVED)),
        ("type=transport", has(Transport::OPTIONS, Transport::UNSERVED)),
        ("type=identify", has(Identify::OPTIONS, Identify::UNSERVED)),
        ("type=global", has(Global::OPTIONS, Global::UNSERVED)),
        ("type=system", has(System::OPTIONS, System::UNSERVED)),
    ];
    let mut owners = owners.into_iter().filter(|(_, has)| *has).map(|(name, _)| name);
    owners.next().filter(|_| owners.next().is_none())
}

/// A section and the word after its `type =`.
type Typed<'a> = (&'a Section, &'static str);

struct Loader<'a, 'p> {
    sections: Vec<Typed<'a>>,
    problems: &'p mut Problems,
}

impl<'a> Loader<'a, '_> {
    /// Reads all sections of a type; `finish` sees each with those before it and may find more problems.
    fn objects<T: ObjectType>(
        &mut self,
        mut finish: impl FnMut(&'a Section, &mut T, &Objects<T>, &mut Vec<Problem>),
    ) -> Objects<T> {
        let mut objects = Objects::<T>::default();
        let sections = self.sections.clone().into_iter().filter(|(_, kind)| *kind == T::TYPE);
        for (section, _) in sections {
            if let Some(first) = objects.find(&section.name) {
                let message = format!(
                    "[{}] is a second {} of that name; the first is at {}",
                    section.name,
                    T::TYPE,
                    first.source().location
                );
                self.problems.error(section.location.clone(), message);
                continue;
            }
            let Some(mut object) = self.read::<T>(section) else { continue };
            let mut found = Vec::new();
            finish(section, &mut object, &objects, &mut found);
            let is_faulty = found.iter().any(|problem| problem.severity == Severity::Error);
            found.into_iter().for_each(|problem| self.problems.push(problem));
            if !is_faulty {
                objects.add(object);
            }
        }
        objects
    }

    fn read<T: ObjectType>(&mut self, section: &Section) -> Option<T> {
        let mut reader = Reader::new(section, self.problems);
        let object = T::read(&mut reader);
        object.filter(|_| reader.finish_knowing(owner))
    }

    /// Whether a list was left out because of its errors, which is reported.
    fn is_missing(&mut self, acls: &Objects<Acl>) -> bool {
        let is_in_use = |section: &Section| {
            acls.find(&section.name).is_some_and(|acl| acl.source.location == section.location)
        };
        let missing = self.sections.iter().find(|(section, kind)| *kind == Acl::TYPE && !is_in_use(section));
        let Some((section, _)) = missing else { return false };
        let message =
            format!("the acl [{}] has errors, so that every request is refused with 403", section.name);
        self.problems.error(section.location.clone(), message);
        true
    }

    /// Reads the one section of a type that there may be.
    fn single<T: ObjectType + Default + Clone>(&mut self) -> T {
        let mut sections = self.sections.clone().into_iter().filter(|(_, kind)| *kind == T::TYPE);
        let first = sections.next().and_then(|(section, _)| self.read::<T>(section));
        for (section, kind) in sections {
            let message =
                format!("[{}] is a second section of `type = {kind}`, of which there is one", section.name);
            self.problems.error(section.location.clone(), message);
        }
        first.unwrap_or_default()
    }
}

/// Finds the type of each section; those without a known one are reported and left out.
fn classify<'a>(document: &'a Document, problems: &mut Problems) -> Vec<Typed<'a>> {
    let mut typed = Vec::new();
    for section in document.concrete() {
        let Some(entry) = section.entry("type") else {
            // Asterisk takes these two by their names.
            match [Global::TYPE, System::TYPE].iter().find(|kind| section.name.eq_ignore_ascii_case(kind)) {
                Some(kind) => typed.push((section, *kind)),
                None => problems.error(section.location.clone(), format!("[{}] has no `type`", section.name)),
            }
            continue;
        };
        let same = |kind: &&&'static str| entry.value.eq_ignore_ascii_case(kind);
        if let Some(kind) = TYPES.iter().find(same) {
            typed.push((section, *kind));
        } else if let Some(kind) = OTHER_TYPES.iter().find(same) {
            let message = format!("type `{kind}` of [{}] is not served yet", section.name);
            problems.error(entry.location.clone(), message);
        } else {
            let message = format!("unknown type `{}` of [{}]", entry.value, section.name);
            let nearest = suggest(&entry.value, TYPES.into_iter().chain(OTHER_TYPES));
            problems.push(Problem::error(entry.location.clone(), message).suggesting(nearest));
        }
    }
    typed
}
