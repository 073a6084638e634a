//! `PJSIP/…` in a dial string: who is called, and where.

use std::sync::Arc;
use std::time::SystemTime;

use obelus_core::cause::Cause;
use obelus_core::conf::suggest;
use obelus_sip::uri::{SipUri, UriBuf};
use obelus_sip::{Flow, TransportKind};

use crate::config::{Aor, Config, Endpoint, Transport};
use crate::contact::Contact;
use crate::contacts::Contacts;
use crate::uri_edit::{with_user, with_user_phone};

/// Where a call goes.
#[derive(Clone, Debug)]
pub struct Target {
    /// Whose settings the call has.
    pub endpoint: Arc<Endpoint>,
    /// The address of record that the contact belongs to; `None` where a URI was dialled.
    pub aor: Option<Arc<Aor>>,
    /// The contact that is rung; `None` where a URI was dialled.
    pub contact: Option<Arc<Contact>>,
    /// The Request-URI, which is also that of To.
    pub uri: UriBuf,
    /// The Route headers, first hop first: the outbound proxy, then the contact's Path.
    pub routes: Vec<Box<str>>,
    /// The connection that the contact lives on.
    pub flow: Option<Flow>,
}

/// Why a dial string leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DialError {
    /// Nothing stands there.
    #[error("unable to create a PJSIP channel with an empty destination")]
    Empty,
    /// No endpoint stands there: `user@` or `/…`.
    #[error("unable to create a PJSIP channel with an empty endpoint name in '{0}'")]
    EmptyEndpoint(String),
    /// There is no such endpoint.
    #[error("unable to create a PJSIP channel: endpoint '{name}' was not found{suggestion}")]
    UnknownEndpoint {
        /// The name.
        name: String,
        /// `; did you mean '…'?` or nothing.
        suggestion: String,
    },
    /// Nobody is registered, or nobody of those can be reached.
    #[error("endpoint '{0}' has no contact to ring: nobody is registered, or nobody is reachable")]
    NoContact(Arc<str>),
    /// What stands behind the slash is neither an address of record nor a URI.
    #[error("endpoint '{endpoint}': '{location}' is neither an aor with a contact nor a SIP URI")]
    InvalidLocation {
        /// The endpoint.
        endpoint: Arc<str>,
        /// What stands there.
        location: String,
    },
}

impl DialError {
    /// The Q.850 cause; `Dial` makes `CHANUNAVAIL` of each.
    pub fn cause(&self) -> Cause {
        match self {
            DialError::Empty | DialError::EmptyEndpoint(_) => Cause::CHANNEL_UNACCEPTABLE,
            DialError::UnknownEndpoint { .. }
            | DialError::NoContact(_)
            | DialError::InvalidLocation { .. } => Cause::NO_ROUTE_DESTINATION,
        }
    }
}

/// Finds where `1001`, `1001/sip:1001@192.0.2.1`, `1001/aor` or `number@trunk` leads.
///
/// Of several contacts the first reachable one of the first address of record is rung, the newest first;
/// `PJSIP_DIAL_CONTACTS` rings all.
pub fn resolve(
    config: &Config,
    contacts: &Contacts,
    text: &str,
    now: SystemTime,
) -> Result<Target, DialError> {
    let (name, location) = match text.split_once('/') {
        Some((name, location)) => (name.trim(), location.trim()),
        None => (text.trim(), ""),
    };
    if text.trim().is_empty() {
        return Err(DialError::Empty);
    }
    let (user, endpoint) = find_endpoint(config, name, text)?;
    let found = find_contact(config, contacts, endpoint, location, now);
    let (aor, contact) = found.map_or((None, None), |(aor, contact)| (Some(aor), Some(contact)));
    let uri = match (&contact, location) {
        (Some(contact), _) => contact.uri.clone(),
        (None, "") => return Err(DialError::NoContact(endpoint.name.clone())),
        (None, location) => uri_of(endpoint, location)?,
    };
    let uri = final_uri(endpoint, uri, user);
    let routes = routes(endpoint, contact.as_deref());
    let flow =
        contact.as_ref().and_then(|contact| contact.binding().filter(|binding| binding.prune_on_boot)?.flow);
    Ok(Target { endpoint: endpoint.clone(), aor, contact, uri, routes, flow })
}

/// The endpoint of the whole name, which may contain `@`, else of what stands behind the first `@`.
fn find_endpoint<'c, 't>(
    config: &'c Config,
    name: &'t str,
    text: &str,
) -> Result<(Option<&'t str>, &'c Arc<Endpoint>), DialError> {
    let whole = config.endpoints.find(name).filter(|_| config.global.multi_domain || !name.contains('@'));
    if let Some(endpoint) = whole {
        return Ok((None, endpoint));
    }
    let (user, name) = match name.split_once('@') {
        Some((user, name)) => (Some(user).filter(|user| !user.is_empty()), name),
        None => (None, name),
    };
    if name.is_empty() {
        return Err(DialError::EmptyEndpoint(text.to_owned()));
    }
    let unknown = || {
        let nearest = suggest(name, config.endpoints.names());
        let suggestion = nearest.map(|near| format!("; did you mean '{near}'?")).unwrap_or_default();
        DialError::UnknownEndpoint { name: name.to_owned(), suggestion }
    };
    config.endpoints.find(name).map(|endpoint| (user, endpoint)).ok_or_else(unknown)
}

fn find_contact(
    config: &Config,
    contacts: &Contacts,
    endpoint: &Endpoint,
    location: &str,
    now: SystemTime,
) -> Option<(Arc<Aor>, Arc<Contact>)> {
    let first = |aor: &Arc<Aor>| {
        let list = contacts.of(&aor.name);
        let contact = list.iter().find(|contact| contact.is_dialable(now))?.clone();
        Some((aor.clone(), contact))
    };
    if location.is_empty() {
        return endpoint.aors.iter().find_map(first);
    }
    location.split(',').filter_map(|name| config.aors.find(name.trim())).find_map(first)
}

fn uri_of(endpoint: &Endpoint, location: &str) -> Result<UriBuf, DialError> {
    let bare = location.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(location);
    let uri: Option<UriBuf> = bare.parse().ok().filter(|uri: &UriBuf| uri.view().as_sip().is_some());
    uri.ok_or_else(|| DialError::InvalidLocation {
        endpoint: endpoint.name.clone(),
        location: location.to_owned(),
    })
}

/// With the user that is dialled, and `user=phone` if the endpoint wants it.
fn final_uri(endpoint: &Endpoint, uri: UriBuf, user: Option<&str>) -> UriBuf {
    let edited =
        |uri: &UriBuf, edit: &dyn Fn(&SipUri<'_>) -> Option<UriBuf>| uri.view().as_sip().and_then(edit);
    let uri = user.and_then(|user| edited(&uri, &|sip| Some(with_user(sip, user)))).unwrap_or(uri);
    let phone = endpoint.identity.user_eq_phone.then(|| edited(&uri, &with_user_phone)).flatten();
    phone.unwrap_or(uri)
}

fn routes(endpoint: &Endpoint, contact: Option<&Contact>) -> Vec<Box<str>> {
    let proxy = endpoint.session.outbound_proxy.iter().map(|uri| format!("<{uri}>").into_boxed_str());
    let path = contact.and_then(Contact::binding).map(|binding| binding.path.as_slice()).unwrap_or_default();
    proxy.chain(path.iter().cloned()).collect()
}

/// The transport of a request to an endpoint: its own, else the first of this kind and address family.
pub fn transport_for<'a>(
    config: &'a Config,
    endpoint: &'a Endpoint,
    kind: TransportKind,
    is_ipv6: bool,
) -> Option<&'a Arc<Transport>> {
    let fits = |transport: &&Arc<Transport>| transport.kind == kind && transport.bind.is_ipv6() == is_ipv6;
    endpoint.transport.as_ref().or_else(|| config.transports.iter().find(fits))
}

/// The dial strings of all contacts that can be reached, joined by `&`: `PJSIP/1001/sip:…&PJSIP/1001/sip:…`.
///
/// `aors` are names separated by commas, all those of the endpoint where empty; `user` replaces that of the URIs.
pub fn dial_contacts(
    config: &Config,
    contacts: &Contacts,
    endpoint: &Endpoint,
    aors: &str,
    user: &str,
    now: SystemTime,
) -> String {
    let named = aors.split(',').filter_map(|name| config.aors.find(name.trim()));
    let aors: Vec<&Arc<Aor>> = if aors.is_empty() { endpoint.aors.iter().collect() } else { named.collect() };
    let lists = aors.iter().map(|aor| contacts.of(&aor.name));
    let at = if user.is_empty() { "" } else { "@" };
    let mut strings = Vec::new();
    for list in lists {
        let dialable = list.iter().filter(|contact| contact.is_dialable(now));
        strings.extend(dialable.map(|contact| format!("PJSIP/{user}{at}{}/{}", endpoint.name, contact.uri)));
    }
    strings.join("&")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;
    use crate::contact::Status;
    use crate::testing::config;

    const CONFIG: &str = "[e](!)\ntype=endpoint\nallow=ulaw\n\
        [1001](e)\naors=empty,1001\n[trunk](e)\naors=trunk\noutbound_proxy=sip:proxy.example\\;lr\nuser_eq_phone=yes\n\
        [a@two.example](e)\naors=1001\n[two.example](e)\naors=trunk\n[nobody](e)\naors=empty\n\
        [1001]\ntype=aor\ncontact=sip:1001@192.0.2.1:5060\ncontact=sip:1001@192.0.2.2:5060\n\
        [trunk]\ntype=aor\ncontact=sip:192.0.2.9:5080\n[empty]\ntype=aor\n";

    fn fixture() -> (Config, Contacts, SystemTime) {
        let config = config(CONFIG);
        let contacts = Contacts::default();
        contacts.configure(&config.aors);
        (config, contacts, UNIX_EPOCH + Duration::from_secs(1_700_000_000))
    }

    fn check(text: &str, expected: Result<(&str, &str), Cause>) {
        let (config, contacts, now) = fixture();
        let target = resolve(&config, &contacts, text, now);
        let found = target.as_ref().map(|target| (&*target.endpoint.name, target.uri.as_str()));
        assert_eq!(found.map_err(DialError::cause), expected, "{text}");
    }

    #[test]
    fn a_dial_string_leads_to_a_contact_or_a_uri() {
        check("1001", Ok(("1001", "sip:1001@192.0.2.1:5060")));
        check("1001/trunk", Ok(("1001", "sip:192.0.2.9:5080")));
        check("1001/empty,trunk", Ok(("1001", "sip:192.0.2.9:5080")));
        check("1001/sip:x@198.51.100.1;transport=tcp", Ok(("1001", "sip:x@198.51.100.1;transport=tcp")));
        check("1001/<sip:x@h/y>", Err(Cause::NO_ROUTE_DESTINATION));
        check("1001/<sip:x@h>", Ok(("1001", "sip:x@h")));
        check("+4930123@trunk", Ok(("trunk", "sip:+4930123@192.0.2.9:5080;user=phone")));
        check("alice@trunk", Ok(("trunk", "sip:alice@192.0.2.9:5080")));
        check("555@trunk/sip:x@h", Ok(("trunk", "sip:555@h;user=phone")));
        check("a@two.example", Ok(("a@two.example", "sip:1001@192.0.2.1:5060")));
        check("b@two.example", Ok(("two.example", "sip:b@192.0.2.9:5080")));
    }

    #[test]
    fn a_wrong_dial_string_says_why() {
        check("", Err(Cause::CHANNEL_UNACCEPTABLE));
        check("/sip:a@b", Err(Cause::CHANNEL_UNACCEPTABLE));
        check("a@", Err(Cause::CHANNEL_UNACCEPTABLE));
        check("1002", Err(Cause::NO_ROUTE_DESTINATION));
        check("nobody", Err(Cause::NO_ROUTE_DESTINATION));
        check("1001/nonsense", Err(Cause::NO_ROUTE_DESTINATION));
        check("1001/tel:123", Err(Cause::NO_ROUTE_DESTINATION));
        let (config, contacts, now) = fixture();
        let error = resolve(&config, &contacts, "truk", now).unwrap_err().to_string();
        assert_eq!(
            error,
            "unable to create a PJSIP channel: endpoint 'truk' was not found; did you mean 'trunk'?"
        );
    }

    #[test]
    fn unreachable_contacts_are_passed_over() {
        let (config, contacts, now) = fixture();
        contacts.of("1001").first().unwrap().health.set(Status::Unreachable, Duration::ZERO);
        let target = resolve(&config, &contacts, "1001", now).unwrap();
        assert_eq!(target.uri.as_str(), "sip:1001@192.0.2.2:5060");
        let endpoint = config.endpoints.find("1001").unwrap();
        assert_eq!(
            dial_contacts(&config, &contacts, endpoint, "", "", now),
            "PJSIP/1001/sip:1001@192.0.2.2:5060"
        );
    }

    #[test]
    fn all_contacts_can_be_dialled_at_once() {
        let (config, contacts, now) = fixture();
        let endpoint = config.endpoints.find("1001").unwrap();
        let all = dial_contacts(&config, &contacts, endpoint, "trunk,1001", "7", now);
        let expected = "PJSIP/7@1001/sip:192.0.2.9:5080&PJSIP/7@1001/sip:1001@192.0.2.1:5060\
                        &PJSIP/7@1001/sip:1001@192.0.2.2:5060";
        assert_eq!(all, expected);
        for string in all.split('&').map(|string| string.strip_prefix("PJSIP/").unwrap()) {
            assert!(resolve(&config, &contacts, string, now).is_ok(), "{string}");
        }
    }

    #[test]
    fn routes_begin_with_the_proxy() {
        let (config, contacts, now) = fixture();
        let target = resolve(&config, &contacts, "trunk", now).unwrap();
        assert_eq!(target.routes, ["<sip:proxy.example;lr>".into()]);
    }

    #[test]
    fn the_first_fitting_transport_is_taken() {
        let config = config(
            "[u4]\ntype=transport\nbind=0.0.0.0\n[t4]\ntype=transport\nprotocol=tcp\nbind=0.0.0.0\n\
             [u6]\ntype=transport\nbind=[::]\n[x]\ntype=aor\n[a]\ntype=endpoint\nallow=ulaw\naors=x\n\
             [b]\ntype=endpoint\nallow=ulaw\naors=x\ntransport=u6\n",
        );
        let check = |endpoint: &str, kind, is_ipv6, expected: &str| {
            let endpoint = config.endpoints.find(endpoint).unwrap();
            let found =
                transport_for(&config, endpoint, kind, is_ipv6).map_or("", |transport| &transport.name);
            assert_eq!(found, expected);
        };
        check("a", TransportKind::Udp, false, "u4");
        check("a", TransportKind::Udp, true, "u6");
        check("a", TransportKind::Tcp, false, "t4");
        check("a", TransportKind::Tcp, true, "");
        check("b", TransportKind::Tcp, false, "u6");
    }
}
