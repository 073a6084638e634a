//! Dialplan functions of a live PJSIP channel: its headers, its digits, its codecs.

mod dtmf_mode;
mod header;
mod header_param;
mod headers;
mod media_offer;
mod response_header;
mod session_refresh;
#[cfg(test)]
mod stories;

use std::borrow::Cow;

use obelus_core::channel::Channel;
use obelus_core::function::FunctionError;
use obelus_core::registry::Registry;
use obelus_sip::message::Headers;

use super::SipLeg;
use super::headers::fits;

/// Adds all of them.
pub(crate) fn register(registry: &mut Registry) {
    registry.add_function(dtmf_mode::PjsipDtmfMode);
    registry.add_function(header::PjsipHeader);
    registry.add_function(header_param::PjsipHeaderParam);
    registry.add_function(headers::PjsipHeaders);
    registry.add_function(headers::PjsipResponseHeaders);
    registry.add_function(media_offer::PjsipMediaOffer);
    registry.add_function(response_header::PjsipResponseHeader);
    registry.add_function(session_refresh::PjsipSendSessionRefresh);
}

/// The channel's leg, if it is one of ours.
fn leg(channel: &mut Channel) -> Result<&mut SipLeg, FunctionError> {
    channel.leg_as::<SipLeg>().ok_or_else(|| FunctionError::failed("this function requires a PJSIP channel"))
}

/// `action,name[,number]`, as the header functions take it.
struct HeaderArguments<'a> {
    action: &'a str,
    name: &'a str,
    /// Counted from 1.
    number: usize,
}

impl<'a> HeaderArguments<'a> {
    fn parse(text: &'a str) -> Result<HeaderArguments<'a>, FunctionError> {
        let mut arguments = text.split(',').map(str::trim);
        let (action, name) = (arguments.next().unwrap_or_default(), arguments.next().unwrap_or_default());
        if action.is_empty() {
            return Err(FunctionError::arguments("this function requires an action"));
        }
        if name.is_empty() {
            return Err(FunctionError::arguments("this function requires a header name"));
        }
        let number = arguments.next().and_then(|number| number.parse().ok()).unwrap_or(1);
        Ok(HeaderArguments { action, name, number: number.max(1) })
    }
}

/// The value of a header in a message.
fn value_in(headers: &Headers, name: &str, number: usize) -> Option<String> {
    let mut values = headers.values_named(name).map(String::from_utf8_lossy);
    values.nth(number.saturating_sub(1)).map(Cow::into_owned)
}

/// The names of the headers in a message that begin with `prefix`, each once.
fn names_in(headers: &Headers, prefix: &str) -> Vec<String> {
    let pattern = format!("{}*", prefix.trim_end_matches('*'));
    let mut names: Vec<String> = Vec::new();
    for (name, _) in headers.iter() {
        let Ok(name) = std::str::from_utf8(name) else { continue };
        if fits(&pattern, name) && !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            names.push(name.to_owned());
        }
    }
    names
}
