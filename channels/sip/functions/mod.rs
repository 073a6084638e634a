//! Dialplan functions that need no call: what is configured, who is registered, what stands in a URI.

mod aor;
mod contact;
mod dial_contacts;
mod endpoint;
mod parse_uri;
#[cfg(test)]
mod stories;

use std::sync::Arc;

use obelus_core::function::FunctionError;
use obelus_core::registry::Registry;

use crate::driver::Driver;

/// Adds all of them.
pub fn register(driver: &Arc<Driver>, registry: &mut Registry) {
    registry.add_function(aor::PjsipAor(driver.clone()));
    registry.add_function(contact::PjsipContact(driver.clone()));
    registry.add_function(dial_contacts::PjsipDialContacts(driver.clone()));
    registry.add_function(endpoint::PjsipEndpoint(driver.clone()));
    registry.add_function(parse_uri::PjsipParseUri);
    registry.add_function(parse_uri::PjsipParseUriFrom);
}

/// Both arguments of `NAME(object,field)`.
fn name_and_field<'a>(arguments: &'a str, what: &str) -> Result<(&'a str, &'a str), FunctionError> {
    let (name, field) = arguments.split_once(',').unwrap_or((arguments, ""));
    match (name.trim(), field.trim()) {
        ("", _) => Err(FunctionError::arguments(format!("the name of the {what} is missing"))),
        (_, "") => Err(FunctionError::arguments("the name of the field is missing")),
        (name, field) => Ok((name, field)),
    }
}

fn unknown_field(field: &str, what: &str, known: &[&str]) -> FunctionError {
    let near = obelus_core::conf::suggest(field, known.iter().copied());
    let suggestion = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    FunctionError::arguments(format!("a PJSIP {what} has no field `{field}`{suggestion}"))
}
