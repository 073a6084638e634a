//! Where a request outside calls goes: `alice`, `alice/sip:host`, `PJSIP/5551@trunk`, `sip:user@host`, `user@host`.

use std::sync::Arc;
use std::time::SystemTime;

use obelus_sip::header::{NameAddr, format_name_addr};
use obelus_sip::uri::{Uri, UriBuf};

use crate::config::{Aor, Config, Endpoint};
use crate::contact::Contact;
use crate::contacts::Contacts;
use crate::uri_edit::with_user;

/// Where a request outside calls goes.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    /// Whose settings the request has.
    pub(crate) endpoint: Arc<Endpoint>,
    /// The Request-URI.
    pub(crate) uri: UriBuf,
    /// The display name that stood with it.
    pub(crate) display: String,
    /// The contact that the URI is of.
    pub(crate) contact: Option<Arc<Contact>>,
}

impl Destination {
    /// `"name" <uri>`, or `<uri>` without a name.
    pub(crate) fn address(&self) -> String {
        format_name_addr(&self.display, self.uri.as_str())
    }
}

/// Why a destination is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoDestination {
    /// There is no such endpoint.
    #[error("'{text}': endpoint '{name}' was not found")]
    UnknownEndpoint {
        /// The destination.
        text: String,
        /// The name in it.
        name: String,
    },
    /// A bare URI, and no endpoint for those.
    #[error("'{0}' is no endpoint, and there is no default outbound endpoint")]
    NoDefault(String),
    /// Nobody is registered.
    #[error("'{text}': '{place}' has no contact")]
    NoContact {
        /// The destination.
        text: String,
        /// The endpoint or address of record.
        place: String,
    },
    /// It is no URI.
    #[error("'{0}' is not a SIP URI")]
    NoUri(String),
    /// Behind `PJSIP/` no `user@endpoint` stands.
    #[error("'{0}' must be PJSIP/user@endpoint")]
    NoUser(String),
}

/// Reads a destination as Asterisk's messages do.
pub(crate) fn resolve(
    config: &Config,
    contacts: &Contacts,
    text: &str,
    now: SystemTime,
) -> Result<Destination, NoDestination> {
    let finder = Finder { config, contacts, text, now };
    let scheme = text.find("sip:").or_else(|| text.find("sips:"));
    if let Some(rest) = text.strip_prefix("PJSIP/") {
        return finder.user_at_endpoint(rest);
    }
    // A slash in a URI separates no endpoint from it.
    let slash = text.find('/').filter(|slash| scheme.is_none_or(|scheme| *slash < scheme));
    if let Some((name, place)) = slash.and_then(|slash| text.split_at_checked(slash)) {
        return finder.place(name, place.get(1..).unwrap_or_default(), scheme.is_some());
    }
    if scheme.is_some() {
        return finder.by_default(text);
    }
    let name = text.split('@').next().unwrap_or_default();
    let name = name.split(';').next().filter(|_| config.global.ignore_uri_user_options).unwrap_or(name);
    match config.endpoints.find(name) {
        Some(endpoint) => finder.first_contact(endpoint),
        None => finder.by_default(&format!("sip:{text}")),
    }
}

struct Finder<'a> {
    config: &'a Config,
    contacts: &'a Contacts,
    text: &'a str,
    now: SystemTime,
}

impl Finder<'_> {
    fn endpoint(&self, name: &str) -> Result<&Arc<Endpoint>, NoDestination> {
        self.config.endpoints.find(name).ok_or_else(|| NoDestination::UnknownEndpoint {
            text: self.text.to_owned(),
            name: name.to_owned(),
        })
    }

    fn contact_of(&self, aors: &[Arc<Aor>], place: &str) -> Result<Arc<Contact>, NoDestination> {
        let first = |aor: &Arc<Aor>| {
            let list = self.contacts.of(&aor.name);
            list.iter().find(|contact| contact.is_alive(self.now)).cloned()
        };
        aors.iter()
            .find_map(first)
            .ok_or_else(|| NoDestination::NoContact { text: self.text.to_owned(), place: place.to_owned() })
    }

    fn first_contact(&self, endpoint: &Arc<Endpoint>) -> Result<Destination, NoDestination> {
        let contact = self.contact_of(&endpoint.aors, &endpoint.name)?;
        Ok(Destination {
            endpoint: endpoint.clone(),
            uri: contact.uri.clone(),
            display: String::new(),
            contact: Some(contact),
        })
    }

    /// `user@endpoint`: the endpoint's contact with another user.
    fn user_at_endpoint(&self, rest: &str) -> Result<Destination, NoDestination> {
        let parts = rest.split_once('@').filter(|_| !rest.contains('/'));
        let (user, name) = parts.ok_or_else(|| NoDestination::NoUser(self.text.to_owned()))?;
        let mut destination = self.first_contact(self.endpoint(name)?)?;
        if let Some(sip) = destination.uri.view().as_sip() {
            destination.uri = with_user(sip, user);
        }
        Ok(destination)
    }

    /// `endpoint/aor` or `endpoint/uri`.
    fn place(&self, name: &str, place: &str, is_uri: bool) -> Result<Destination, NoDestination> {
        let endpoint = self.endpoint(name)?;
        match self.config.aors.find(place).filter(|_| !is_uri) {
            Some(aor) => {
                let contact = self.contact_of(std::slice::from_ref(aor), &aor.name)?;
                let uri = contact.uri.clone();
                Ok(Destination {
                    endpoint: endpoint.clone(),
                    uri,
                    display: String::new(),
                    contact: Some(contact),
                })
            }
            None if is_uri => at(endpoint, place),
            None => at(endpoint, &format!("sip:{place}")),
        }
    }

    fn by_default(&self, uri: &str) -> Result<Destination, NoDestination> {
        let default = self.config.endpoints.find(&self.config.global.default_outbound_endpoint);
        at(default.ok_or_else(|| NoDestination::NoDefault(self.text.to_owned()))?, uri)
    }
}

/// A URI, perhaps with a name.
fn at(endpoint: &Arc<Endpoint>, text: &str) -> Result<Destination, NoDestination> {
    let (display, uri) = address_of(text).ok_or_else(|| NoDestination::NoUri(text.to_owned()))?;
    Ok(Destination { endpoint: endpoint.clone(), uri, display, contact: None })
}

/// Name and URI of `"name" <sip:…>`, `<sip:…>` or `sip:…`, whose parameters are the URI's.
pub(crate) fn address_of(text: &str) -> Option<(String, UriBuf)> {
    let text = text.trim();
    if let Ok(uri) = Uri::parse(text) {
        return uri.as_sip().is_some().then(|| (String::new(), UriBuf::from(uri)));
    }
    let address = NameAddr::parse(text.as_bytes())?;
    address.uri.as_sip()?;
    Some((address.display_name().into_owned(), UriBuf::from(address.uri)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::config;

    const CONFIG: &str = "[global]\ntype=global\ndefault_outbound_endpoint=default\n\
        [e](!)\ntype=endpoint\nallow=ulaw\n[default](e)\naors=none\n[sipp](e)\naors=sipp,sipp2\n[empty](e)\naors=none\n\
        [none]\ntype=aor\n[sipp]\ntype=aor\ncontact=sip:192.0.2.1\n[sipp2]\ntype=aor\ncontact=sip:harry@192.0.2.1:5061\n";

    fn check(text: &str, endpoint: &str, uri: &str) {
        let config = config(CONFIG);
        let contacts = Contacts::default();
        contacts.configure(&config.aors);
        let found = resolve(&config, &contacts, text, SystemTime::UNIX_EPOCH);
        let shown = match &found {
            Ok(found) => (found.endpoint.name.to_string(), format!("{}{}", found.display, found.uri)),
            Err(error) => (String::new(), error.to_string()),
        };
        assert_eq!((shown.0.as_str(), shown.1.as_str()), (endpoint, uri), "{text}");
    }

    #[test]
    fn an_endpoint_has_its_first_contact() {
        check("sipp", "sipp", "sip:192.0.2.1");
        check("sipp@example.com", "sipp", "sip:192.0.2.1");
        check("sipp/sipp2", "sipp", "sip:harry@192.0.2.1:5061");
        check("PJSIP/joe@sipp", "sipp", "sip:joe@192.0.2.1");
        check("empty", "", "'empty': 'empty' has no contact");
    }

    #[test]
    fn an_endpoint_may_be_sent_elsewhere() {
        check("sipp/192.0.2.9", "sipp", "sip:192.0.2.9");
        check("sipp/al@192.0.2.9:5062", "sipp", "sip:al@192.0.2.9:5062");
        check("sipp/\"Al\" <sip:al@192.0.2.9>", "sipp", "Alsip:al@192.0.2.9");
        check("sipp/sip:al@192.0.2.9;transport=tcp", "sipp", "sip:al@192.0.2.9;transport=tcp");
    }

    #[test]
    fn what_is_no_endpoint_is_a_uri() {
        check("192.0.2.9", "default", "sip:192.0.2.9");
        check("al@192.0.2.9", "default", "sip:al@192.0.2.9");
        check("sip:al@192.0.2.9", "default", "sip:al@192.0.2.9");
        check("<sip:al@192.0.2.9>", "default", "sip:al@192.0.2.9");
    }

    #[test]
    fn what_leads_nowhere_says_why() {
        check("nobody/x", "", "'nobody/x': endpoint 'nobody' was not found");
        check("PJSIP/joe@nobody", "", "'PJSIP/joe@nobody': endpoint 'nobody' was not found");
        check("PJSIP/sipp", "", "'PJSIP/sipp' must be PJSIP/user@endpoint");
        check("sipp/sip:", "", "'sip:' is not a SIP URI");
    }
}
