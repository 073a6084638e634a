//! SIP statuses as Q.850 causes and back, and the Reason header that carries both (RFC 3326).

use obelus_core::cause::Cause;
use obelus_sip::StatusCode;
use obelus_sip::header::Name;
use obelus_sip::message::{HeaderList, Headers};

/// The cause of a call that ended with this status.
pub fn from_status(status: StatusCode) -> Cause {
    match status.code() {
        302 => Cause::REDIRECTED_TO_NEW_DESTINATION,
        401 | 403 | 407 | 603 => Cause::CALL_REJECTED,
        404 | 485 | 604 => Cause::UNALLOCATED,
        408 => Cause::NO_USER_RESPONSE,
        409 => Cause::NORMAL_TEMPORARY_FAILURE,
        410 => Cause::NUMBER_CHANGED,
        420 => Cause::NO_ROUTE_DESTINATION,
        480 | 483 => Cause::NO_ANSWER,
        484 => Cause::INVALID_NUMBER_FORMAT,
        486 | 600 => Cause::USER_BUSY,
        488 | 606 => Cause::BEARERCAPABILITY_NOTAVAIL,
        500 => Cause::NETWORK_OUT_OF_ORDER,
        501 => Cause::FACILITY_REJECTED,
        502 => Cause::DESTINATION_OUT_OF_ORDER,
        504 => Cause::RECOVERY_ON_TIMER_EXPIRE,
        505 | 400..=499 | 600..=699 => Cause::INTERWORKING,
        503 | 506..=599 => Cause::NORMAL_CIRCUIT_CONGESTION,
        _ => Cause::NORMAL_CLEARING,
    }
}

/// The status that refuses a call for this cause; `None` where Asterisk has none, which then answers 603.
pub fn to_status(cause: Cause) -> Option<StatusCode> {
    Some(match cause {
        Cause::REDIRECTED_TO_NEW_DESTINATION => StatusCode::MOVED_TEMPORARILY,
        Cause::UNALLOCATED | Cause::NO_ROUTE_DESTINATION | Cause::NO_ROUTE_TRANSIT_NET => {
            StatusCode::NOT_FOUND
        }
        Cause::NORMAL_CIRCUIT_CONGESTION | Cause::SWITCH_CONGESTION | Cause::CHAN_NOT_IMPLEMENTED => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Cause::NO_USER_RESPONSE => StatusCode::REQUEST_TIMEOUT,
        Cause::NO_ANSWER | Cause::SUBSCRIBER_ABSENT | Cause::NORMAL_UNSPECIFIED => {
            StatusCode::TEMPORARILY_UNAVAILABLE
        }
        Cause::CALL_REJECTED => StatusCode::FORBIDDEN,
        Cause::NUMBER_CHANGED => StatusCode::GONE,
        Cause::INVALID_NUMBER_FORMAT => StatusCode::ADDRESS_INCOMPLETE,
        Cause::USER_BUSY => StatusCode::BUSY_HERE,
        Cause::NETWORK_OUT_OF_ORDER | Cause::INTERWORKING => StatusCode::SERVER_INTERNAL_ERROR,
        Cause::FACILITY_REJECTED => StatusCode::NOT_IMPLEMENTED,
        Cause::DESTINATION_OUT_OF_ORDER => StatusCode::BAD_GATEWAY,
        Cause::BEARERCAPABILITY_NOTAVAIL => StatusCode::NOT_ACCEPTABLE_HERE,
        _ => return None,
    })
}

/// The cause that the Reason headers of a BYE, CANCEL or failure give: Q.850's before SIP's.
pub fn from_reason(headers: &Headers) -> Option<Cause> {
    let of = |protocol: &str| {
        let mut reasons = headers.reasons().filter(|reason| reason.protocol.eq_ignore_ascii_case(protocol));
        reasons.find_map(|reason| reason.cause.filter(|cause| *cause != 0))
    };
    let q850 = of("Q.850").map(|cause| Cause::new((cause & 0x7f) as u8));
    q850.or_else(|| of("SIP").and_then(StatusCode::new).map(from_status))
}

/// The Reason headers of a BYE, CANCEL or failure; an endpoint may be spared the Q.850 one.
pub fn reason(cause: Cause, suppress_q850: bool) -> HeaderList {
    let mut headers = HeaderList::new();
    if cause == Cause::ANSWERED_ELSEWHERE {
        headers = headers.with(Name::Reason, "SIP;cause=200;text=\"Call completed elsewhere\"");
    }
    if !suppress_q850 {
        headers = headers.with(Name::Reason, format!("Q.850;cause={}", cause.number()));
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Wire;

    #[test]
    fn every_status_has_asterisks_cause() {
        let check = |status: u16, cause: u8| {
            assert_eq!(from_status(StatusCode::new(status).unwrap()).number(), cause, "{status}");
        };
        let pairs = [
            (302, 23),
            (401, 21),
            (403, 21),
            (404, 1),
            (405, 127),
            (407, 21),
            (408, 18),
            (409, 41),
            (410, 22),
            (411, 127),
            (413, 127),
            (414, 127),
            (415, 127),
            (420, 3),
            (480, 19),
            (481, 127),
            (482, 127),
            (483, 19),
            (484, 28),
            (485, 1),
            (486, 17),
            (487, 127),
            (488, 58),
            (491, 127),
            (493, 127),
            (500, 38),
            (501, 29),
            (502, 27),
            (503, 34),
            (504, 102),
            (505, 127),
            (600, 17),
            (603, 21),
            (604, 1),
            (606, 58),
            (499, 127),
            (513, 34),
            (699, 127),
            (200, 16),
            (300, 16),
        ];
        pairs.into_iter().for_each(|(status, cause)| check(status, cause));
    }

    #[test]
    fn every_cause_has_asterisks_status() {
        let check = |cause: u8, status: u16| {
            assert_eq!(to_status(Cause::new(cause)).map_or(0, StatusCode::code), status, "{cause}");
        };
        let pairs = [
            (23, 302),
            (1, 404),
            (2, 404),
            (3, 404),
            (34, 503),
            (42, 503),
            (18, 408),
            (19, 480),
            (20, 480),
            (21, 403),
            (22, 410),
            (31, 480),
            (28, 484),
            (17, 486),
            (38, 500),
            (29, 501),
            (66, 503),
            (27, 502),
            (58, 488),
            (127, 500),
            (0, 0),
            (16, 0),
            (44, 0),
        ];
        pairs.into_iter().for_each(|(cause, status)| check(cause, status));
    }

    #[test]
    fn a_reason_is_read_and_written() {
        let check = |line: &str, expected: Option<u8>| {
            let request = Wire::new("BYE", "sip:a@b").line(line).request();
            assert_eq!(from_reason(&request).map(Cause::number), expected, "{line}");
        };
        check("Reason: Q.850;cause=17;text=\"busy\"", Some(17));
        check("Reason: SIP;cause=486, Q.850;cause=145", Some(17));
        check("Reason: sip ;cause=404", Some(1));
        check("Reason: SIP;cause=0", None);
        check("Reason: X;cause=1", None);
        check("Subject: x", None);
        let written =
            |cause, suppress| String::from_utf8(reason(cause, suppress).as_bytes().to_vec()).unwrap();
        assert_eq!(written(Cause::USER_BUSY, false), "Reason: Q.850;cause=17\r\n");
        assert_eq!(written(Cause::USER_BUSY, true), "");
        assert_eq!(
            written(Cause::ANSWERED_ELSEWHERE, false),
            "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\r\nReason: Q.850;cause=26\r\n"
        );
    }
}
