//! A contact as it survives a restart: JSON with Asterisk's names, where every value is a text.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use obelus_sip::uri::UriBuf;
use serde_json::{Map, Value};

use crate::config::Aor;
use crate::contact::{Binding, Contact};
use crate::uri_edit::{at_host, without_param};

/// Asterisk writes the phone's own host here, inside the URI.
const ORIGINAL_HOST: &str = "x-ast-orig-host";

/// Why a stored contact is of no use.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoredError {
    /// The value is not what was written once.
    #[error("it is no stored contact")]
    Malformed,
    /// Its time is over.
    #[error("it has expired")]
    Expired,
    /// Its connection is gone.
    #[error("it lived on a connection that is gone")]
    Connection,
}

/// Writes a registered contact; `None` for a configured one.
pub fn to_json(contact: &Contact, aor: &Aor) -> Option<String> {
    let binding = contact.binding()?;
    let mut fields = contact.settings(aor);
    fields.push(("cseq", binding.cseq.to_string()));
    fields.extend(binding.sent_as.as_ref().map(|sent_as| ("sent_as", sent_as.to_string())));
    let object: Map<String, Value> =
        fields.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    Some(Value::Object(object).to_string())
}

/// Reads what [`to_json`] wrote, or Asterisk, for an address of record.
pub fn from_json(aor: &Arc<str>, json: &str, now: SystemTime) -> Result<Contact, StoredError> {
    let object: Map<String, Value> = serde_json::from_str(json).map_err(|_| StoredError::Malformed)?;
    let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
    let seconds: u64 = text("expiration_time").parse().map_err(|_| StoredError::Malformed)?;
    let expires = UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).ok_or(StoredError::Malformed)?;
    if expires <= now {
        return Err(StoredError::Expired);
    }
    if text("prune_on_boot") == "yes" {
        return Err(StoredError::Connection);
    }
    let uri: UriBuf = text("uri").parse().map_err(|_| StoredError::Malformed)?;
    let (uri, original) = split_original(uri)?;
    let binding = Binding {
        expires,
        refreshed: None,
        call_id: text("call_id").into(),
        cseq: text("cseq").parse().unwrap_or(0),
        sent_as: text("sent_as").parse().ok().or(original),
        path: text("path").split(',').map(str::trim).filter(|hop| !hop.is_empty()).map(Box::from).collect(),
        user_agent: text("user_agent").into(),
        via_host: text("via_addr").into(),
        via_port: text("via_port").parse().unwrap_or(0),
        endpoint: text("endpoint").into(),
        server: text("reg_server").into(),
        flow: None,
        prune_on_boot: false,
    };
    Ok(Contact::registered(aor, uri, binding))
}

/// Takes Asterisk's parameter out of the URI; gives the contact as the phone sent it, too.
fn split_original(uri: UriBuf) -> Result<(UriBuf, Option<UriBuf>), StoredError> {
    let view = uri.view();
    let sip = view.as_sip().ok_or(StoredError::Malformed)?;
    let Some((plain, host)) = without_param(sip, ORIGINAL_HOST) else { return Ok((uri, None)) };
    let original = plain.view().as_sip().map(|sip| at_host(sip, host.strip_suffix(":0").unwrap_or(host)));
    Ok((plain, original))
}
