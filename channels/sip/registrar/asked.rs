//! What a REGISTER asks for.

use obelus_sip::header::{Contact as ContactHeader, Name, NameAddr, NameAddrs};
use obelus_sip::message::Request;
use obelus_sip::uri::{SipUri, UriBuf};

use super::{Refusal, Registration};
use crate::config::{Aor, Brief};
use crate::uri_edit::at_source;

/// Longer URIs are refused; PJSIP's limit, too.
const LONGEST_URI: usize = 512;

/// What a REGISTER asks for.
pub(super) struct Asked {
    pub(super) wish: Wish,
    pub(super) call_id: Box<str>,
    pub(super) cseq: u32,
    /// The Path, first hop first; empty where it is not supported.
    pub(super) path: Vec<Box<str>>,
    /// The seconds of the response's Expires header, if the request has one.
    pub(super) expires_header: Option<u32>,
    pub(super) user_agent: Box<str>,
    pub(super) via_host: Box<str>,
    pub(super) via_port: u16,
}

pub(super) enum Wish {
    /// No Contact: what is there?
    Query,
    /// `Contact: *`.
    RemoveAll,
    /// These.
    Contacts(Vec<Wanted>),
}

pub(super) struct Wanted {
    /// Where requests shall go.
    pub(super) uri: UriBuf,
    /// The Contact as it was sent, where that is another.
    pub(super) sent_as: Option<UriBuf>,
    /// How long; 0 removes it.
    pub(super) seconds: u32,
    /// It is the far end of the connection that the request came over.
    pub(super) lives_on_connection: bool,
}

impl Asked {
    pub(super) fn read(registration: &Registration<'_>) -> Result<Asked, Refusal> {
        let request = registration.request;
        let path = path(registration)?;
        let essentials = request.essentials().map_err(|_| Refusal::InvalidContacts)?;
        let expires = request.number(Name::Expires).ok().flatten();
        let last_via = request.vias().flatten().last();
        Ok(Asked {
            wish: wish(registration, expires, !path.is_empty())?,
            call_id: essentials.call_id.into(),
            cseq: essentials.cseq.number,
            path,
            expires_header: expires.map(|asked| bounded(registration.aor, asked)),
            user_agent: request.text(Name::UserAgent).unwrap_or_default().into(),
            via_host: last_via.map_or("", |via| via.sent_by.host.as_str()).into(),
            via_port: last_via.and_then(|via| via.sent_by.port).unwrap_or(0),
        })
    }
}

/// The Path; one that the phone does not know of was put there against the rules (RFC 3327 5.3).
fn path(registration: &Registration<'_>) -> Result<Vec<Box<str>>, Refusal> {
    if !registration.aor.support_path {
        return Ok(Vec::new());
    }
    let hops = registration.request.values(Name::Path).flat_map(NameAddrs::of);
    let read = |hop| NameAddr::parse(hop).and_then(|_| std::str::from_utf8(hop).ok()).map(Box::from);
    let path: Option<Vec<Box<str>>> = hops.map(read).collect();
    let path = path.ok_or(Refusal::InvalidPath)?;
    if !path.is_empty() && !registration.request.lists(Name::Supported, "path") {
        return Err(Refusal::InvalidPath);
    }
    Ok(path)
}

fn wish(registration: &Registration<'_>, expires: Option<u32>, has_path: bool) -> Result<Wish, Refusal> {
    let mut wanted = Vec::new();
    let mut is_first = true;
    for contact in registration.request.contacts() {
        match contact.ok_or(Refusal::InvalidContacts)? {
            ContactHeader::All => return remove_all(registration.request, expires),
            ContactHeader::Address(address) => {
                // Asterisk rewrites the first one only; over a Path the URI belongs to the proxy.
                let rewrites = registration.endpoint.session.rewrite_contact && is_first && !has_path;
                if let Some(sip) = address.uri.as_sip() {
                    wanted.push(one(registration, &address, sip, expires, rewrites)?);
                }
            }
        }
        is_first = false;
    }
    Ok(if is_first { Wish::Query } else { Wish::Contacts(wanted) })
}

/// `*` stands alone, with Expires: 0 (RFC 3261 10.3, step 6).
fn remove_all(request: &Request, expires: Option<u32>) -> Result<Wish, Refusal> {
    let is_alone = request.contacts().count() == 1;
    if is_alone && expires == Some(0) { Ok(Wish::RemoveAll) } else { Err(Refusal::InvalidContacts) }
}

fn one(
    registration: &Registration<'_>,
    address: &NameAddr<'_>,
    sip: &SipUri<'_>,
    expires: Option<u32>,
    rewrites: bool,
) -> Result<Wanted, Refusal> {
    if sip.as_str().len() > LONGEST_URI {
        return Err(Refusal::InvalidContacts);
    }
    let seconds = lifetime(registration.aor, address.params.number("expires").or(expires))?;
    let sent = UriBuf::from(address.uri);
    let (source, transport) = (registration.flow.remote, registration.transport);
    let uri = if rewrites { at_source(sip, source, transport) } else { sent.clone() };
    let sent_as = (uri != sent).then_some(sent);
    Ok(Wanted { uri, sent_as, seconds, lives_on_connection: rewrites && transport.is_reliable() })
}

/// How long a contact lives for which so many seconds were asked, or none.
fn lifetime(aor: &Aor, asked: Option<u32>) -> Result<u32, Refusal> {
    let minimum = aor.expiration.minimum;
    match asked {
        // Only what is less than an hour may be refused (RFC 3261 10.3, step 7).
        Some(asked) if aor.expiration.brief == Brief::Reject && (1..minimum.min(3600)).contains(&asked) => {
            Err(Refusal::TooBrief { minimum })
        }
        Some(asked) => Ok(bounded(aor, asked)),
        None => Ok(bounded(aor, aor.expiration.default)),
    }
}

fn bounded(aor: &Aor, seconds: u32) -> u32 {
    match seconds {
        0 => 0,
        seconds => seconds.clamp(aor.expiration.minimum, aor.expiration.maximum.max(aor.expiration.minimum)),
    }
}
