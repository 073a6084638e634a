//! `PJSIPHangup`: refuse a call that came with a SIP status of one's own choice.

mod action;
mod app;

use obelus_core::cause::Cause;
use obelus_core::channel::{Channel, ChannelState};
use obelus_sip::StatusCode;

pub(crate) use action::HangupAction;
pub(crate) use app::PjsipHangup;

use crate::cause;
use crate::leg::SipLeg;

/// Why a call is not refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
enum NotRefused {
    /// The text is neither a status nor the name of one.
    #[error("'{0}' is neither a SIP response code from 400 to 699 nor the name of one")]
    UnknownStatus(String),
    /// The channel is not of this driver.
    #[error("Not a PJSIP channel")]
    NotPjsip,
    /// The call goes out.
    #[error("Not an incoming channel")]
    NotIncoming,
    /// A final response is out already.
    #[error("The call has been answered")]
    Answered,
    /// The channel is gone.
    #[error("No such channel")]
    Gone,
}

/// PJSIP's names for the statuses that refuse (RFC 3261 21 and the IANA registry of response codes).
const NAMES: [(&str, u16); 62] = [
    ("BAD_REQUEST", 400),
    ("UNAUTHORIZED", 401),
    ("PAYMENT_REQUIRED", 402),
    ("FORBIDDEN", 403),
    ("NOT_FOUND", 404),
    ("METHOD_NOT_ALLOWED", 405),
    ("NOT_ACCEPTABLE", 406),
    ("PROXY_AUTHENTICATION_REQUIRED", 407),
    ("REQUEST_TIMEOUT", 408),
    ("CONFLICT", 409),
    ("GONE", 410),
    ("LENGTH_REQUIRED", 411),
    ("CONDITIONAL_REQUEST_FAILED", 412),
    ("REQUEST_ENTITY_TOO_LARGE", 413),
    ("REQUEST_URI_TOO_LONG", 414),
    ("UNSUPPORTED_MEDIA_TYPE", 415),
    ("UNSUPPORTED_URI_SCHEME", 416),
    ("UNKNOWN_RESOURCE_PRIORITY", 417),
    ("BAD_EXTENSION", 420),
    ("EXTENSION_REQUIRED", 421),
    ("SESSION_TIMER_TOO_SMALL", 422),
    ("INTERVAL_TOO_BRIEF", 423),
    ("BAD_LOCATION_INFORMATION", 424),
    ("USE_IDENTITY_HEADER", 428),
    ("PROVIDE_REFERRER_HEADER", 429),
    ("FLOW_FAILED", 430),
    ("ANONIMITY_DISALLOWED", 433),
    ("BAD_IDENTITY_INFO", 436),
    ("UNSUPPORTED_CERTIFICATE", 437),
    ("INVALID_IDENTITY_HEADER", 438),
    ("FIRST_HOP_LACKS_OUTBOUND_SUPPORT", 439),
    ("MAX_BREADTH_EXCEEDED", 440),
    ("BAD_INFO_PACKAGE", 469),
    ("CONSENT_NEEDED", 470),
    ("TEMPORARILY_UNAVAILABLE", 480),
    ("CALL_TSX_DOES_NOT_EXIST", 481),
    ("LOOP_DETECTED", 482),
    ("TOO_MANY_HOPS", 483),
    ("ADDRESS_INCOMPLETE", 484),
    ("BUSY_HERE", 486),
    ("REQUEST_TERMINATED", 487),
    ("NOT_ACCEPTABLE_HERE", 488),
    ("BAD_EVENT", 489),
    ("REQUEST_UPDATED", 490),
    ("REQUEST_PENDING", 491),
    ("UNDECIPHERABLE", 493),
    ("SECURITY_AGREEMENT_NEEDED", 494),
    ("INTERNAL_SERVER_ERROR", 500),
    ("NOT_IMPLEMENTED", 501),
    ("BAD_GATEWAY", 502),
    ("SERVICE_UNAVAILABLE", 503),
    ("SERVER_TIMEOUT", 504),
    ("VERSION_NOT_SUPPORTED", 505),
    ("MESSAGE_TOO_LARGE", 513),
    ("PUSH_NOTIFICATION_SERVICE_NOT_SUPPORTED", 555),
    ("PRECONDITION_FAILURE", 580),
    ("BUSY_EVERYWHERE", 600),
    ("DECLINE", 603),
    ("DOES_NOT_EXIST_ANYWHERE", 604),
    ("NOT_ACCEPTABLE_ANYWHERE", 606),
    ("UNWANTED", 607),
    ("REJECTED", 608),
];

/// A number from 400 to 699, or a name with or without `PJSIP_SC_`.
fn status_of(text: &str) -> Result<StatusCode, NotRefused> {
    let text = text.trim();
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("PJSIP_SC_").unwrap_or(&upper);
    let by_name = || NAMES.iter().find(|(known, _)| *known == name).map(|(_, code)| *code);
    let code = text.parse().ok().or_else(by_name).filter(|code| (400..700).contains(code));
    let unknown = || NotRefused::UnknownStatus(text.to_owned());
    code.and_then(StatusCode::new).ok_or_else(unknown)
}

/// As in Asterisk, where the text may be anything: 603 for what is not understood.
fn status_or_decline(channel: &str, text: &str) -> StatusCode {
    status_of(text).unwrap_or_else(|error| {
        tracing::warn!("{channel}: {error}; 603 is sent");
        StatusCode::DECLINE
    })
}

/// Sees to it that the call's end is this response; gives the cause that the channel ends with.
fn refuse(channel: &mut Channel, status: StatusCode) -> Result<Cause, NotRefused> {
    let is_up = channel.state() == ChannelState::Up;
    let leg = channel.leg_as::<SipLeg>().ok_or(NotRefused::NotPjsip)?;
    if leg.invite().is_none() {
        return Err(NotRefused::NotIncoming);
    }
    if is_up {
        return Err(NotRefused::Answered);
    }
    leg.refuse_with(status);
    Ok(cause::from_status(status))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Option<u16>) {
        assert_eq!(status_of(text).ok().map(StatusCode::code), expected, "{text}");
    }

    #[test]
    fn a_status_is_a_number_or_a_name() {
        check("486", Some(486));
        check(" 699 ", Some(699));
        check("BUSY_HERE", Some(486));
        check("pjsip_sc_busy_everywhere", Some(600));
        check("399", None);
        check("700", None);
        check("200", None);
        check("OK", None);
        check("", None);
    }
}
