//! Readings that several types of section share.

use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{Entry, HostPort, Network, Problem, Reader, is_false, is_true, suggest};
use obelus_sip::digest::Algorithm;
use obelus_sip::uri::{Uri, UriBuf};

use super::objects::{Absence, Unserved};

/// Asks for the options that are not served, and for `type`.
pub(super) fn unserved(reader: &mut Reader<'_>, unserved: &[Unserved]) {
    reader.entry("type");
    for option in unserved {
        match option.absence {
            Absence::Refused => reader.unserved(option.name, option.accepted),
            Absence::Ignored => ignore(reader, option),
        }
    }
}

fn ignore(reader: &mut Reader<'_>, option: &Unserved) {
    for entry in reader.all(option.name) {
        if option.accepted.iter().any(|word| means_the_same(word, &entry.value)) {
            continue;
        }
        let setting = format!("`{} = {}` in [{}]", option.name, entry.value, entry.written_in);
        let message = format!("{setting} is not served yet: ignored");
        reader.report(Problem::warning(entry.location.clone(), message));
    }
}

fn means_the_same(word: &str, value: &str) -> bool {
    word.eq_ignore_ascii_case(value)
        || (is_true(word) && is_true(value))
        || (is_false(word) && is_false(value))
}

pub(super) fn flag(reader: &mut Reader<'_>, name: &'static str, default: bool) -> bool {
    reader.boolean(name).unwrap_or(default)
}

/// The text, unless it is empty.
pub(super) fn word(reader: &mut Reader<'_>, name: &'static str) -> Option<Arc<str>> {
    reader.text(name).filter(|text| !text.is_empty()).map(Arc::from)
}

/// The text, empty if it is not there.
pub(super) fn text(reader: &mut Reader<'_>, name: &'static str) -> Arc<str> {
    reader.text(name).unwrap_or_default().into()
}

pub(super) fn integer(reader: &mut Reader<'_>, name: &'static str, default: u32) -> u32 {
    reader.integer(name, 0..=u32::MAX).unwrap_or(default)
}

/// Seconds, where 0 or nothing switches something off.
pub(super) fn timeout(reader: &mut Reader<'_>, name: &'static str) -> Option<Duration> {
    reader.duration_seconds(name, 0..=u32::MAX).filter(|seconds| !seconds.is_zero())
}

/// A host name or address without a port.
pub(super) fn host(reader: &mut Reader<'_>, name: &'static str) -> Option<Box<str>> {
    let entry = reader.entry(name).filter(|entry| !entry.value.is_empty())?;
    match entry.value.parse::<HostPort>() {
        Ok(HostPort { host, port: None }) => Some(host.into()),
        Ok(_) | Err(_) => {
            reader.reject(entry, &format!("`{}` is not an address or host name", entry.value));
            None
        }
    }
}

/// A SIP URI, perhaps in angle brackets.
pub(super) fn sip_uri(text: &str) -> Option<UriBuf> {
    let text = text.trim();
    let bare = text.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).unwrap_or(text);
    let uri = Uri::parse(bare).ok()?;
    uri.as_sip().is_some().then(|| UriBuf::from(uri))
}

/// The URI of a proxy; a `\` before a `;`, which keeps it from being a comment, is gone already.
pub(super) fn proxy(reader: &mut Reader<'_>, name: &'static str) -> Option<UriBuf> {
    let entry = reader.entry(name).filter(|entry| !entry.value.is_empty())?;
    let uri = sip_uri(&entry.value);
    if uri.is_none() {
        reader.reject(entry, &format!("`{}` is not a SIP URI such as sip:192.0.2.1\\;lr", entry.value));
    }
    uri
}

/// The pieces between the commas of all lines of an option, each with its line.
pub(super) fn pieces<'a>(
    reader: &mut Reader<'a>,
    name: &'static str,
) -> impl Iterator<Item = (&'a Entry, &'a str)> + use<'a> {
    let pieces = |entry: &'a Entry| entry.value.split(',').map(move |piece| (entry, piece.trim()));
    reader.all(name).into_iter().flat_map(pieces).filter(|(_, piece)| !piece.is_empty())
}

pub(super) fn networks(reader: &mut Reader<'_>, name: &'static str) -> Vec<Network> {
    let mut networks = Vec::new();
    for (entry, piece) in pieces(reader, name) {
        match piece.parse::<Network>() {
            Ok(network) => networks.push(network),
            Err(reason) => reader.reject(entry, &reason),
        }
    }
    networks
}

/// Digest algorithms; nothing where the option is not there.
pub(super) fn algorithms(reader: &mut Reader<'_>, name: &'static str) -> Vec<Algorithm> {
    let mut algorithms = Vec::new();
    let Some(entry) = reader.entry(name) else { return algorithms };
    for piece in entry.value.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
        match Algorithm::parse(piece) {
            Some(algorithm) if algorithms.contains(&algorithm) => {}
            Some(algorithm) => algorithms.push(algorithm),
            None => {
                let message =
                    format!("`{}` in [{}]: unknown algorithm `{piece}`", entry.key, entry.written_in);
                let nearest = suggest(piece, ["MD5", "SHA-256", "SHA-512-256"]);
                reader.report(Problem::error(entry.location.clone(), message).suggesting(nearest));
            }
        }
    }
    algorithms
}
