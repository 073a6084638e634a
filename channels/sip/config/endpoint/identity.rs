//! Who an endpoint is, and what it may know of the other side.

use std::sync::Arc;

use obelus_core::caller_id::{Party, Presentation};
use obelus_core::conf::Reader;

use crate::config::values::{flag, text, word};

/// Who an endpoint is, and what it may know of the other side.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who calls from it, with its presentation and tag.
    pub caller: Party,
    /// Whether what its requests say of the caller is believed.
    pub trust_inbound: bool,
    /// Whether it may know what is to be kept private.
    pub trust_outbound: bool,
    /// Which headers tell it who is at the other side.
    pub headers: PrivacyHeaders,
    /// Whether it is told where a call was redirected from.
    pub send_diversion: bool,
    /// Whether History-Info tells it the same.
    pub send_history_info: bool,
    /// Whether changes of the other side are told.
    pub send_connected_line: bool,
    /// Whether they are told before the answer, by a provisional response of their own.
    pub tells_at_once: bool,
    /// Whether its own changes are believed.
    pub trust_connected_line: bool,
    /// The user of From towards it, in place of the caller's number.
    pub from_user: Option<Arc<str>>,
    /// The host of From towards it.
    pub from_domain: Option<Arc<str>>,
    /// The user of our Contact.
    pub contact_user: Option<Arc<str>>,
    /// Whether numbers in URIs get `user=phone`.
    pub user_eq_phone: bool,
}

/// The headers that carry an identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivacyHeaders {
    /// P-Asserted-Identity (RFC 3325).
    pub asserted_identity: bool,
    /// Remote-Party-ID.
    pub remote_party_id: bool,
}

impl Identity {
    pub(super) fn read(reader: &mut Reader<'_>) -> Identity {
        Identity {
            caller: caller(reader),
            trust_inbound: flag(reader, "trust_id_inbound", false),
            trust_outbound: flag(reader, "trust_id_outbound", false),
            headers: PrivacyHeaders {
                asserted_identity: flag(reader, "send_pai", false),
                remote_party_id: flag(reader, "send_rpid", false),
            },
            send_diversion: flag(reader, "send_diversion", true),
            send_history_info: flag(reader, "send_history_info", false),
            send_connected_line: flag(reader, "send_connected_line", true),
            tells_at_once: flag(reader, "rpid_immediate", false),
            trust_connected_line: flag(reader, "trust_connected_line", true),
            from_user: from_user(reader),
            from_domain: word(reader, "from_domain"),
            contact_user: word(reader, "contact_user"),
            user_eq_phone: flag(reader, "user_eq_phone", false),
        }
    }
}

fn caller(reader: &mut Reader<'_>) -> Party {
    let mut caller = Party::parse(reader.text("callerid").unwrap_or_default());
    let expected = "a presentation such as allowed, prohib_passed_screen or unavailable";
    let presentation = reader.parsed("callerid_privacy", expected, Presentation::parse).unwrap_or_default();
    caller.name.presentation = presentation;
    caller.number.presentation = presentation;
    caller.tag = Some(text(reader, "callerid_tag")).filter(|tag| !tag.is_empty());
    caller
}

/// Characters that a user part may have besides letters and digits, as Asterisk checks them.
const MARKS: &str = "-._~%!$&'()*+,;=:";

fn from_user(reader: &mut Reader<'_>) -> Option<Arc<str>> {
    let entry = reader.entry("from_user").filter(|entry| !entry.value.is_empty())?;
    let wrong =
        entry.value.chars().find(|letter| !letter.is_ascii_alphanumeric() && !MARKS.contains(*letter));
    if let Some(letter) = wrong {
        reader.reject(entry, &format!("`{letter}` may not stand in a user name"));
        return None;
    }
    Some(entry.value.clone())
}
