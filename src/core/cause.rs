//! Why a call ended: the hang-up causes of ITU-T Q.850, with Asterisk's numbers and texts.

use std::fmt;

macro_rules! causes {
    ($($name:ident = $number:literal, $constant:literal, $text:literal;)*) => {
        /// A hang-up cause of Q.850 (`AST_CAUSE_*`), as `HANGUPCAUSE` and `Hangup()` show it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub struct Cause(u8);

        #[allow(missing_docs, reason = "the name and the text beside it are the documentation")]
        impl Cause {
            $(pub const $name: Cause = Cause($number);)*
        }

        /// Number, `AST_CAUSE_` name without the prefix, and text of every named cause.
        const CAUSES: &[(u8, &str, &str)] = &[$(($number, $constant, $text),)*];
    };
}

causes! {
    NOT_DEFINED = 0, "NOTDEFINED", "Unknown";
    UNALLOCATED = 1, "UNALLOCATED", "Unallocated (unassigned) number";
    NO_ROUTE_TRANSIT_NET = 2, "NO_ROUTE_TRANSIT_NET", "No route to specified transmit network";
    NO_ROUTE_DESTINATION = 3, "NO_ROUTE_DESTINATION", "No route to destination";
    MISDIALLED_TRUNK_PREFIX = 5, "MISDIALLED_TRUNK_PREFIX", "Misdialed Trunk Prefix";
    CHANNEL_UNACCEPTABLE = 6, "CHANNEL_UNACCEPTABLE", "Channel unacceptable";
    CALL_AWARDED_DELIVERED = 7, "CALL_AWARDED_DELIVERED", "Call awarded and being delivered in an established channel";
    PRE_EMPTED = 8, "PRE_EMPTED", "Pre-empted";
    NUMBER_PORTED_NOT_HERE = 14, "NUMBER_PORTED_NOT_HERE", "Number ported elsewhere";
    NORMAL_CLEARING = 16, "NORMAL_CLEARING", "Normal Clearing";
    USER_BUSY = 17, "USER_BUSY", "User busy";
    NO_USER_RESPONSE = 18, "NO_USER_RESPONSE", "No user responding";
    NO_ANSWER = 19, "NO_ANSWER", "User alerting, no answer";
    SUBSCRIBER_ABSENT = 20, "SUBSCRIBER_ABSENT", "Subscriber absent";
    CALL_REJECTED = 21, "CALL_REJECTED", "Call Rejected";
    NUMBER_CHANGED = 22, "NUMBER_CHANGED", "Number changed";
    REDIRECTED_TO_NEW_DESTINATION = 23, "REDIRECTED_TO_NEW_DESTINATION", "Redirected to new destination";
    ANSWERED_ELSEWHERE = 26, "ANSWERED_ELSEWHERE", "Answered elsewhere";
    DESTINATION_OUT_OF_ORDER = 27, "DESTINATION_OUT_OF_ORDER", "Destination out of order";
    INVALID_NUMBER_FORMAT = 28, "INVALID_NUMBER_FORMAT", "Invalid number format";
    FACILITY_REJECTED = 29, "FACILITY_REJECTED", "Facility rejected";
    RESPONSE_TO_STATUS_ENQUIRY = 30, "RESPONSE_TO_STATUS_ENQUIRY", "Response to STATus ENQuiry";
    NORMAL_UNSPECIFIED = 31, "NORMAL_UNSPECIFIED", "Normal, unspecified";
    NORMAL_CIRCUIT_CONGESTION = 34, "NORMAL_CIRCUIT_CONGESTION", "Circuit/channel congestion";
    NETWORK_OUT_OF_ORDER = 38, "NETWORK_OUT_OF_ORDER", "Network out of order";
    NORMAL_TEMPORARY_FAILURE = 41, "NORMAL_TEMPORARY_FAILURE", "Temporary failure";
    SWITCH_CONGESTION = 42, "SWITCH_CONGESTION", "Switching equipment congestion";
    ACCESS_INFO_DISCARDED = 43, "ACCESS_INFO_DISCARDED", "Access information discarded";
    REQUESTED_CHAN_UNAVAIL = 44, "REQUESTED_CHAN_UNAVAIL", "Requested channel not available";
    FACILITY_NOT_SUBSCRIBED = 50, "FACILITY_NOT_SUBSCRIBED", "Facility not subscribed";
    OUTGOING_CALL_BARRED = 52, "OUTGOING_CALL_BARRED", "Outgoing call barred";
    INCOMING_CALL_BARRED = 54, "INCOMING_CALL_BARRED", "Incoming call barred";
    BEARERCAPABILITY_NOTAUTH = 57, "BEARERCAPABILITY_NOTAUTH", "Bearer capability not authorized";
    BEARERCAPABILITY_NOTAVAIL = 58, "BEARERCAPABILITY_NOTAVAIL", "Bearer capability not available";
    BEARERCAPABILITY_NOTIMPL = 65, "BEARERCAPABILITY_NOTIMPL", "Bearer capability not implemented";
    CHAN_NOT_IMPLEMENTED = 66, "CHAN_NOT_IMPLEMENTED", "Channel not implemented";
    FACILITY_NOT_IMPLEMENTED = 69, "FACILITY_NOT_IMPLEMENTED", "Facility not implemented";
    INVALID_CALL_REFERENCE = 81, "INVALID_CALL_REFERENCE", "Invalid call reference value";
    INCOMPATIBLE_DESTINATION = 88, "INCOMPATIBLE_DESTINATION", "Incompatible destination";
    INVALID_MSG_UNSPECIFIED = 95, "INVALID_MSG_UNSPECIFIED", "Invalid message unspecified";
    MANDATORY_IE_MISSING = 96, "MANDATORY_IE_MISSING", "Mandatory information element is missing";
    MESSAGE_TYPE_NONEXIST = 97, "MESSAGE_TYPE_NONEXIST", "Message type nonexist.";
    WRONG_MESSAGE = 98, "WRONG_MESSAGE", "Wrong message";
    IE_NONEXIST = 99, "IE_NONEXIST", "Info. element nonexist or not implemented";
    INVALID_IE_CONTENTS = 100, "INVALID_IE_CONTENTS", "Invalid information element contents";
    WRONG_CALL_STATE = 101, "WRONG_CALL_STATE", "Message not compatible with call state";
    RECOVERY_ON_TIMER_EXPIRE = 102, "RECOVERY_ON_TIMER_EXPIRE", "Recover on timer expiry";
    MANDATORY_IE_LENGTH_ERROR = 103, "MANDATORY_IE_LENGTH_ERROR", "Mandatory IE length error";
    PROTOCOL_ERROR = 111, "PROTOCOL_ERROR", "Protocol error, unspecified";
    INTERWORKING = 127, "INTERWORKING", "Interworking, unspecified";
}

impl Cause {
    /// The cause with this number; Q.850 numbers have seven bits.
    pub fn new(number: u8) -> Cause {
        Cause(number & 0x7f)
    }

    /// Reads `17`, `USER_BUSY` or `AST_CAUSE_USER_BUSY`, in any case, as `Hangup(…)` takes it.
    pub fn parse(text: &str) -> Option<Cause> {
        let text = text.trim();
        if let Ok(number) = text.parse::<u8>() {
            return (number <= 127).then_some(Cause(number));
        }
        let word = text.strip_prefix("AST_CAUSE_").unwrap_or(text);
        CAUSES.iter().find(|cause| cause.1.eq_ignore_ascii_case(word)).map(|cause| Cause(cause.0))
    }

    /// The number of Q.850, 0 to 127.
    pub fn number(self) -> u8 {
        self.0
    }

    /// The text that Asterisk shows, `Unknown` for a number without a name.
    pub fn text(self) -> &'static str {
        CAUSES.iter().find(|cause| cause.0 == self.0).map_or("Unknown", |cause| cause.2)
    }
}

impl Default for Cause {
    fn default() -> Cause {
        Cause::NORMAL_CLEARING
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0, self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_read_by_number_or_name() {
        assert_eq!(Cause::parse("17"), Some(Cause::USER_BUSY));
        assert_eq!(Cause::parse("user_busy"), Some(Cause::USER_BUSY));
        assert_eq!(Cause::parse("AST_CAUSE_CONGESTION"), None);
        assert_eq!(Cause::parse("300"), None);
        assert_eq!(Cause::USER_BUSY.to_string(), "17 (User busy)");
        assert_eq!(Cause::new(90).text(), "Unknown");
    }
}
