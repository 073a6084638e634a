//! Objects of the configuration as headers.

use obelus_core::action::Block;

use crate::config::Shown;
use crate::contact::{Contact, Status};

/// Type, name and every option of an object.
pub(super) fn push_object<T: Shown>(block: &mut Block<'_>, object: &T) {
    block.put("ObjectType", T::TYPE).put("ObjectName", object.name());
    for (name, value) in object.settings() {
        block.put(&camel(name), value);
    }
}

/// `DirectMedia` of `direct_media`.
fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters
            .next()
            .map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
    };
    name.split('_').map(capital).collect()
}

/// Status and round trip of a contact.
pub(super) fn push_health(block: &mut Block<'_>, contact: &Contact) {
    block.put("Status", contact.health.status().word());
    let round_trip = contact.health.round_trip().filter(|_| contact.health.status() == Status::Reachable);
    match round_trip {
        Some(round_trip) => block.put("RoundtripUsec", round_trip.as_micros()),
        None => block.put("RoundtripUsec", "N/A"),
    };
}

/// Names between commas.
pub(super) fn names<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_become_headers() {
        assert_eq!((camel("direct_media").as_str(), camel("100rel").as_str()), ("DirectMedia", "100rel"));
    }
}
