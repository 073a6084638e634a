//! Names become references: an endpoint's `auth`, `aors` and `transport`, an identify's `endpoint`.

use std::sync::Arc;

use obelus_core::conf::{Entry, Location, Problem, Section, suggest};

use super::{Aor, Auth, Endpoint, ObjectType, Objects, Registration, Transport, Typed};

/// What names can refer to.
pub(super) struct Linker<'a> {
    /// All sections, faulty ones among them.
    pub(super) sections: &'a [Typed<'a>],
    pub(super) transports: &'a Objects<Transport>,
    pub(super) auths: &'a Objects<Auth>,
    pub(super) aors: &'a Objects<Aor>,
}

impl Linker<'_> {
    pub(super) fn link_endpoint(
        &self,
        section: &Section,
        endpoint: &mut Endpoint,
        problems: &mut Vec<Problem>,
    ) {
        endpoint.auth = self.all(section, "auth", self.auths, problems);
        endpoint.outbound_auth = self.all(section, "outbound_auth", self.auths, problems);
        endpoint.transport = self.all(section, "transport", self.transports, problems).pop();
        endpoint.aors = self.all(section, "aors", self.aors, problems);
    }

    pub(super) fn link_registration(
        &self,
        section: &Section,
        registration: &mut Registration,
        problems: &mut Vec<Problem>,
    ) {
        registration.outbound_auth = self.all(section, "outbound_auth", self.auths, problems);
        registration.transport = self.all(section, "transport", self.transports, problems).pop();
    }

    pub(super) fn check_identify(
        &self,
        section: &Section,
        endpoints: &Objects<Endpoint>,
        problems: &mut Vec<Problem>,
    ) {
        self.all(section, "endpoint", endpoints, problems);
    }

    fn all<T: ObjectType>(
        &self,
        section: &Section,
        option: &str,
        objects: &Objects<T>,
        problems: &mut Vec<Problem>,
    ) -> Vec<Arc<T>> {
        let Some(entry) = section.entry(option) else { return Vec::new() };
        let mut found: Vec<Arc<T>> = Vec::new();
        for name in entry.value.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            match objects.find(name) {
                Some(object) if found.iter().any(|known| Arc::ptr_eq(known, object)) => {}
                Some(object) => found.push(object.clone()),
                None => problems.push(self.missing::<T>(section, entry, name)),
            }
        }
        found
    }

    /// An address of record that is missing takes nothing from its endpoint but itself, as in Asterisk; without a
    /// missing `auth` or `transport` the endpoint would be open to everybody, or unreachable.
    fn missing<T: ObjectType>(&self, section: &Section, entry: &Entry, name: &str) -> Problem {
        let of_type =
            || self.sections.iter().filter(|(_, kind)| *kind == T::TYPE).map(|(section, _)| &*section.name);
        let place = entry.location.clone();
        let option = format!("`{}` of [{}]", entry.key, section.name);
        if !of_type().any(|declared| declared == name) {
            let message = format!("{option}: there is no {} `{name}`", T::TYPE);
            return problem::<T>(place, message).suggesting(suggest(name, of_type()));
        }
        let message = format!("{option}: the {} `{name}` has errors and is left out", T::TYPE);
        problem::<T>(place, message)
    }
}

fn problem<T: ObjectType>(place: Location, message: String) -> Problem {
    match T::TYPE {
        Aor::TYPE => Problem::warning(place, message),
        _ => Problem::error(place, message),
    }
}
