//! Which endpoint a request belongs to.

use std::borrow::Cow;
use std::net::SocketAddr;
use std::sync::Arc;

use obelus_core::acl::AccessLists;
use obelus_sip::header::Name;
use obelus_sip::message::Request;
use obelus_sip::uri::percent_decode;

use crate::config::{Config, Endpoint, Fence, Global, Identifier, Identify, ResolvedHosts};

/// A request and how it came.
#[derive(Clone, Copy)]
pub struct Arrival<'a> {
    /// The request.
    pub request: &'a Request,
    /// Where it came from.
    pub source: SocketAddr,
    /// `domain` of the transport that it came over; empty for none.
    pub domain: &'a str,
    /// The lists of acl.conf.
    pub lists: &'a AccessLists,
}

/// To whom a request belongs.
#[derive(Clone, Debug)]
pub enum Identified {
    /// To this endpoint, if it can prove it.
    Endpoint(Arc<Endpoint>),
    /// To this endpoint, which may not send from this address or with these contacts; treated as nobody's.
    Barred(Arc<Endpoint>, Barrier),
    /// To nobody; it is challenged all the same, so that nobody learns which endpoints there are.
    Unknown,
}

/// What a request does not come through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barrier {
    /// `acl`, `permit` and `deny`: the address that it comes from.
    Source,
    /// `contact_acl`, `contact_permit` and `contact_deny`: an address in its Contact headers.
    Contact,
}

impl Barrier {
    /// The words of the log line.
    pub fn reason(self) -> &'static str {
        match self {
            Barrier::Source => "Not match Endpoint ACL",
            Barrier::Contact => "Not match Endpoint Contact ACL",
        }
    }
}

/// A user part as names of endpoints are written: unescaped, and without options if they are to be ignored.
pub(crate) fn plain_user<'a>(user: &'a str, global: &Global) -> Cow<'a, str> {
    let user = match user.split_once(';') {
        Some((before, _)) if global.ignore_uri_user_options => before,
        _ => user,
    };
    match percent_decode(user) {
        Cow::Borrowed(_) => Cow::Borrowed(user),
        Cow::Owned(bytes) => String::from_utf8(bytes).map_or(Cow::Borrowed(user), Cow::Owned),
    }
}

/// Finds the endpoint in the configured order, and checks that its addresses permit the request.
pub fn identify(config: &Config, hosts: &ResolvedHosts, arrival: &Arrival<'_>) -> Identified {
    let mut order = config.global.identifier_order.iter();
    match order.find_map(|identifier| find(config, hosts, arrival, *identifier)) {
        Some(endpoint) => checked(endpoint, arrival),
        None => Identified::Unknown,
    }
}

/// The endpoint to whose marked Contact a request came, if its addresses permit that.
pub(crate) fn by_line(config: &Config, name: &str, arrival: &Arrival<'_>) -> Option<Identified> {
    let endpoint = config.endpoints.find(name)?;
    Some(checked(endpoint, arrival))
}

fn find<'a>(
    config: &'a Config,
    hosts: &ResolvedHosts,
    arrival: &Arrival<'_>,
    identifier: Identifier,
) -> Option<&'a Arc<Endpoint>> {
    match identifier {
        Identifier::Ip => by_address(config, hosts, arrival.source),
        Identifier::Header => by_rule(config, |rule| has_header(rule, arrival.request)),
        Identifier::RequestUri => by_rule(config, |rule| has_request_uri(rule, arrival.request)),
        Identifier::Username => by_username(config, arrival),
        Identifier::AuthUsername => by_credentials(config, arrival),
        Identifier::Anonymous => by_anonymity(config, arrival),
    }
}

fn by_address<'a>(
    config: &'a Config,
    hosts: &ResolvedHosts,
    source: SocketAddr,
) -> Option<&'a Arc<Endpoint>> {
    let resolved = || config.identifies.find(hosts.find(source)?);
    let rule =
        config.sources.find_host(source).or_else(resolved).or_else(|| config.sources.find_network(source));
    endpoint_of(config, rule?)
}

/// The endpoint of a rule.
fn endpoint_of<'a>(config: &'a Config, rule: &Identify) -> Option<&'a Arc<Endpoint>> {
    config.endpoints.find(&rule.endpoint)
}

fn by_rule(config: &Config, fits: impl Fn(&Identify) -> bool) -> Option<&Arc<Endpoint>> {
    endpoint_of(config, config.identifies.iter().find(|rule| fits(rule))?)
}

fn has_header(rule: &Identify, request: &Request) -> bool {
    let Some(header) = &rule.header else { return false };
    let mut values = request.values_named(&header.name).map(String::from_utf8_lossy);
    values.any(|value| header.value.fits(&value))
}

fn has_request_uri(rule: &Identify, request: &Request) -> bool {
    rule.request_uri.as_ref().is_some_and(|expected| expected.fits(request.uri_text()))
}

/// `user@domain`, `user@` the domain that it is an alias of, `user@` the transport's domain, `user`.
fn by_name<'a>(config: &'a Config, user: &str, domain: &str, transport: &str) -> Option<&'a Arc<Endpoint>> {
    let at = |domain: &str| config.endpoints.find_at(user, domain);
    let with_domain = || {
        at(domain)
            .or_else(|| at(config.domain_alias(domain)?))
            .or_else(|| Some(transport).filter(|domain| !domain.is_empty()).and_then(at))
    };
    let multi_domain = config.global.multi_domain.then(with_domain).flatten();
    multi_domain.or_else(|| config.endpoints.find(user))
}

fn by_username<'a>(config: &'a Config, arrival: &Arrival<'_>) -> Option<&'a Arc<Endpoint>> {
    let from = arrival.request.from().ok()?;
    let uri = from.uri.as_sip()?;
    let user = plain_user(uri.user?, &config.global);
    let endpoint = by_name(config, &user, uri.host().as_str(), arrival.domain)?;
    Some(endpoint).filter(|endpoint| endpoint.identified_by(Identifier::Username))
}

fn by_credentials<'a>(config: &'a Config, arrival: &Arrival<'_>) -> Option<&'a Arc<Endpoint>> {
    let digests =
        arrival.request.auth(Name::Authorization).filter(|value| value.scheme.eq_ignore_ascii_case("Digest"));
    let mut found = digests
        .filter_map(|value| by_name(config, &value.find("username")?, &value.find("realm")?, arrival.domain));
    found.find(|endpoint| endpoint.identified_by(Identifier::AuthUsername))
}

fn by_anonymity<'a>(config: &'a Config, arrival: &Arrival<'_>) -> Option<&'a Arc<Endpoint>> {
    let from = arrival.request.from().ok()?;
    by_name(config, "anonymous", from.uri.as_sip()?.host().as_str(), arrival.domain)
}

/// Whether the endpoint may send from this address, with these contacts.
fn checked(endpoint: &Arc<Endpoint>, arrival: &Arrival<'_>) -> Identified {
    let barrier = if !endpoint.access.permits(arrival.lists, arrival.source.ip()) {
        Barrier::Source
    } else if !contacts_permitted(&endpoint.contact_access, arrival) {
        Barrier::Contact
    } else {
        return Identified::Endpoint(endpoint.clone());
    };
    Identified::Barred(endpoint.clone(), barrier)
}

/// Host names in Contact are not looked up: a request does not wait for DNS.
fn contacts_permitted(access: &Fence, arrival: &Arrival<'_>) -> bool {
    if access.is_open() {
        return true;
    }
    let addresses = arrival.request.contacts().flatten().filter_map(|contact| match contact {
        obelus_sip::header::Contact::All => None,
        obelus_sip::header::Contact::Address(address) => address.uri.as_sip().and_then(|uri| uri.host().ip()),
    });
    addresses.into_iter().all(|address| access.permits(arrival.lists, address))
}

/// Whether every `acl` section lets the request in; else it is answered with 403.
pub fn acls_permit(config: &Config, arrival: &Arrival<'_>) -> bool {
    !config.is_closed
        && config.acls.iter().all(|acl| {
            acl.access.permits(arrival.lists, arrival.source.ip())
                && contacts_permitted(&acl.contact_access, arrival)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Wire, config};
    use obelus_core::conf::{MemoryFiles, Problems};

    const CONFIG: &str = "[x]\ntype=aor\n\
        [e](!)\ntype=endpoint\nallow=ulaw\naors=x\n\
        [1001](e)\n[1002@two.example](e)\n[1003@port.example](e)\n[anonymous](e)\n[anonymous@three.example](e)\n\
        [trunk](e)\nidentify_by=ip\n[header](e)\n[uri](e)\n[auth](e)\nidentify_by=auth_username\n\
        [fenced](e)\npermit=192.0.2.0/24\ndeny=0.0.0.0/0\npermit=192.0.2.0/24\ncontact_deny=203.0.113.0/24\n\
        [alias.example]\ntype=domain_alias\ndomain=two.example\n\
        [a]\ntype=identify\nendpoint=trunk\nmatch=198.51.100.0/24,trunk.example\n\
        [b]\ntype=identify\nendpoint=header\nmatch_header=X-Trunk: /^gold/\n\
        [c]\ntype=identify\nendpoint=uri\nmatch_request_uri=sip:special@pbx\n";

    fn find(order: &str, wire: &Wire, source: &str) -> String {
        let config = config(&format!("{CONFIG}[global]\ntype=global\n{order}\n"));
        let mut hosts = ResolvedHosts::default();
        hosts.add(&"a".into(), "203.0.113.77".parse().unwrap(), None);
        let request = wire.request();
        let arrival = Arrival {
            request: &request,
            source: source.parse().unwrap(),
            domain: "port.example",
            lists: &lists(),
        };
        match identify(&config, &hosts, &arrival) {
            Identified::Endpoint(endpoint) => endpoint.name.to_string(),
            Identified::Barred(endpoint, barrier) => format!("{} barred by {barrier:?}", endpoint.name),
            Identified::Unknown => "unknown".to_owned(),
        }
    }

    fn invite(from: &str) -> Wire {
        Wire::new("INVITE", "sip:100@pbx").from(from)
    }

    const PHONE: &str = "192.0.2.1:5060";
    const STRANGER: &str = "203.0.113.5:5060";

    #[test]
    fn an_endpoint_is_found_by_name_and_domain() {
        let check =
            |from: &str, expected: &str| assert_eq!(find("", &invite(from), PHONE), expected, "{from}");
        check("<sip:1001@anywhere>", "1001");
        check("<sip:%31001@anywhere>", "1001");
        check("<sip:1002@two.example>", "1002@two.example");
        check("<sip:1002@alias.example>", "1002@two.example");
        check("<sip:1003@elsewhere>", "1003@port.example");
        check("<sip:1002@one.example>", "anonymous");
        check("<sip:9@three.example>", "anonymous@three.example");
        check("<sip:trunk@pbx>", "anonymous");
        check("<tel:1001>", "unknown");
    }

    #[test]
    fn addresses_come_before_names_unless_told_otherwise() {
        let check = |order: &str, expected: &str| {
            assert_eq!(find(order, &invite("<sip:1001@pbx>"), "198.51.100.7:5060"), expected, "{order}");
        };
        check("", "trunk");
        check("endpoint_identifier_order=username,ip", "1001");
        assert_eq!(find("", &invite("<sip:9@pbx>"), "203.0.113.77:5099"), "trunk");
    }

    #[test]
    fn headers_uris_and_credentials_identify() {
        let order = "endpoint_identifier_order=ip,header,request_uri,auth_username,username";
        let check = |wire: &Wire, expected: &str| assert_eq!(find(order, wire, STRANGER), expected);
        let stranger = invite("<sip:x@y>");
        check(&stranger.clone().line("X-Trunk: golden"), "header");
        check(&stranger.clone().line("X-Trunk: silver"), "anonymous");
        check(&Wire::new("INVITE", "sip:special@pbx").from("<sip:x@y>"), "uri");
        check(&stranger.line("Authorization: Digest username=\"auth\",realm=\"r\""), "auth");
        // The user name of From does not help where only credentials count.
        check(&invite("<sip:auth@pbx>"), "anonymous");
    }

    #[test]
    fn a_forbidden_address_bars_an_endpoint() {
        let fenced = invite("<sip:fenced@pbx>");
        let check = |wire: &Wire, source: &str, expected: &str| assert_eq!(find("", wire, source), expected);
        check(&fenced, PHONE, "fenced");
        check(&fenced, STRANGER, "fenced barred by Source");
        check(&fenced.clone().line("Contact: <sip:a@203.0.113.9>"), PHONE, "fenced barred by Contact");
        check(&fenced.line("Contact: <sip:a@192.0.2.9>, <sip:b@host.example>"), PHONE, "fenced");
    }

    #[test]
    fn user_options_may_be_ignored() {
        let wire = invite("<sip:1001;phone-context=x@pbx>");
        assert_eq!(find("", &wire, PHONE), "anonymous");
        assert_eq!(find("ignore_uri_user_options=yes", &wire, PHONE), "1001");
    }

    #[test]
    fn multi_domain_can_be_switched_off() {
        assert_eq!(find("disable_multi_domain=yes", &invite("<sip:9@three.example>"), PHONE), "anonymous");
    }

    /// acl.conf with the list `office`.
    fn lists() -> AccessLists {
        let files = MemoryFiles::new().file("acl.conf", "[office]\ndeny=0.0.0.0/0\npermit=192.0.2.0/24\n");
        let mut problems = Problems::new();
        let document = obelus_core::conf::load(&files, "acl.conf", &mut problems);
        AccessLists::load(&document, &mut problems)
    }

    #[test]
    fn lists_of_acl_conf_hold_too() {
        let check = |options: &str, source: &str, expected: bool| {
            let config = config(&format!("[a]\ntype=acl\n{options}\n"));
            let request = invite("<sip:1@pbx>").request();
            let arrival =
                Arrival { request: &request, source: source.parse().unwrap(), domain: "", lists: &lists() };
            assert_eq!(acls_permit(&config, &arrival), expected, "{options} {source}");
        };
        check("acl=office", "192.0.2.7:5060", true);
        check("acl=Office", "198.51.100.1:5060", false);
        check("acl=office,nobody", "192.0.2.7:5060", false);
        check("acl=office\ndeny=192.0.2.7", "192.0.2.7:5060", false);
    }

    #[test]
    fn an_acl_section_holds_for_everybody() {
        let config = config("[a]\ntype=acl\ndeny=203.0.113.0/24\ncontact_deny=10.0.0.0/8\n");
        let check = |wire: &Wire, source: &str, expected| {
            let request = wire.request();
            let arrival =
                Arrival { request: &request, source: source.parse().unwrap(), domain: "", lists: &lists() };
            assert_eq!(acls_permit(&config, &arrival), expected);
        };
        check(&invite("<sip:a@b>"), PHONE, true);
        check(&invite("<sip:a@b>"), STRANGER, false);
        check(&invite("<sip:a@b>").line("Contact: <sip:a@10.1.1.1>"), PHONE, false);
    }

    #[test]
    fn a_faulty_acl_section_lets_nobody_in() {
        let mut config = config("");
        config.is_closed = true;
        let request = invite("<sip:a@b>").request();
        let arrival =
            Arrival { request: &request, source: PHONE.parse().unwrap(), domain: "", lists: &lists() };
        assert!(!acls_permit(&config, &arrival));
    }
}
