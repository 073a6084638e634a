//! How messages find their transaction (RFC 3261 17.1.3, 17.2.3) and their dialog (RFC 3261 12).

use crate::hashing::{Fingerprint, Fingerprinter};
use crate::header::Name;
use crate::message::{Essentials, Request};
use crate::method::Method;
use smallvec::SmallVec;

/// Makes the keys of all tables.
#[derive(Debug, Clone)]
pub(crate) struct Keys {
    prints: Fingerprinter,
}

const CLIENT: u8 = 0;
const SERVER: u8 = 1;
const SERVER_2543: u8 = 2;
const MERGED: u8 = 3;
const DIALOG: u8 = 4;
const TAG: u8 = 5;

impl Keys {
    pub(crate) fn new(secret: [u8; 32]) -> Self {
        Self { prints: Fingerprinter::new(secret) }
    }

    /// A client transaction: our branch, and the method so that INVITE and its CANCEL differ.
    pub(crate) fn client(&self, branch: &str, method: &Method) -> Fingerprint {
        self.prints.of(CLIENT, &[branch.as_bytes(), method.as_str().as_bytes()])
    }

    /// A server transaction of this method with the request's identifiers.
    ///
    /// An ACK looks for its INVITE's, and so does a CANCEL when it is asked what it cancels. The CSeq is compared, too:
    /// peers that never change their branch would else have their re-INVITE taken for the INVITE once more, as long as
    /// its transaction lingers (RFC 6026 7.1).
    pub(crate) fn server(
        &self,
        request: &Request,
        essentials: &Essentials<'_>,
        method: &Method,
    ) -> Fingerprint {
        let via = &essentials.via;
        let method = if *method == Method::Ack { &Method::Invite } else { method };
        let Some(branch) = via.unique_branch() else { return self.server_2543(request, essentials, method) };
        let host: SmallVec<[u8; 64]> =
            via.sent_by.host.as_str().bytes().map(|byte| byte.to_ascii_lowercase()).collect();
        let port = via.sent_by.port.unwrap_or(0).to_be_bytes();
        let cseq = essentials.cseq.number.to_be_bytes();
        self.prints.of(SERVER, &[branch.as_bytes(), &host, &port, &cseq, method.as_str().as_bytes()])
    }

    /// Without a branch of RFC 3261 the whole identity of the request is compared. To's tag is left out, since
    /// an ACK has the one of our response and its INVITE had none.
    fn server_2543(&self, request: &Request, essentials: &Essentials<'_>, method: &Method) -> Fingerprint {
        self.prints.of(
            SERVER_2543,
            &[
                request.uri_text().as_bytes(),
                essentials.from.tag().unwrap_or("").as_bytes(),
                essentials.call_id.as_bytes(),
                &essentials.cseq.number.to_be_bytes(),
                request.elements(Name::Via).next().unwrap_or_default(),
                method.as_str().as_bytes(),
            ],
        )
    }

    /// What two copies of a request that took different ways have in common (RFC 3261 8.2.2.2).
    pub(crate) fn merged(&self, essentials: &Essentials<'_>) -> Fingerprint {
        self.prints.of(
            MERGED,
            &[
                essentials.call_id.as_bytes(),
                essentials.from.tag().unwrap_or("").as_bytes(),
                &essentials.cseq.number.to_be_bytes(),
                essentials.cseq.method.as_str().as_bytes(),
            ],
        )
    }

    /// A tag for an answer that is not remembered: equal for equal requests.
    pub(crate) fn steady_tag(&self, call_id: &[u8], branch: &str) -> String {
        self.prints.of(TAG, &[call_id, branch.as_bytes()]).to_tag()
    }

    /// A dialog, as this side sees it; a peer of RFC 2543 has an empty tag.
    pub(crate) fn dialog(&self, call_id: &str, local_tag: &str, remote_tag: &str) -> Fingerprint {
        self.prints.of(DIALOG, &[call_id.as_bytes(), local_tag.as_bytes(), remote_tag.as_bytes()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Limits, Message, parse};

    fn request(start: &str, via: &str, to: &str, cseq: &str) -> Request {
        let text = format!(
            "{start} SIP/2.0\r\nVia: {via}\r\nFrom: <sip:a>;tag=f\r\nTo: <sip:b>{to}\r\nCall-ID: c\r\nCSeq: {cseq}\r\n\r\n"
        );
        match parse(text.into(), &Limits::default()) {
            Ok(Message::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    fn key(request: &Request) -> Fingerprint {
        Keys::new([0; 32]).server(request, &request.essentials().unwrap(), request.method())
    }

    fn check(via: &str, other_via: &str, same: bool) {
        let invite = key(&request("INVITE sip:b", via, "", "1 INVITE"));
        let ack = key(&request("ACK sip:b", other_via, ";tag=t", "1 ACK"));
        let cancel = key(&request("CANCEL sip:b", other_via, "", "1 CANCEL"));
        assert_eq!((invite == ack, invite == cancel), (same, false), "{via} {other_via}");
    }

    #[test]
    fn an_ack_has_its_invites_key_and_a_cancel_its_own() {
        check("SIP/2.0/UDP H:5060;branch=z9hG4bK1", "SIP/2.0/UDP h:5060;branch=z9hG4bK1;rport", true);
        check("SIP/2.0/UDP h;branch=z9hG4bK1", "SIP/2.0/UDP h;branch=z9hG4bK2", false);
        check("SIP/2.0/UDP h;branch=z9hG4bK1", "SIP/2.0/UDP other;branch=z9hG4bK1", false);
        check("SIP/2.0/UDP h;branch=z9hG4bK1", "SIP/2.0/UDP h:5070;branch=z9hG4bK1", false);
    }

    #[test]
    fn a_request_with_another_cseq_is_no_repetition() {
        let invite = |cseq| key(&request("INVITE sip:b", "SIP/2.0/UDP h;branch=z9hG4bK1", ";tag=t", cseq));
        assert_eq!(invite("1 INVITE"), invite("1 INVITE"));
        assert_ne!(invite("1 INVITE"), invite("2 INVITE"));
    }

    #[test]
    fn a_peer_of_rfc_2543_is_known_by_its_whole_via() {
        check("SIP/2.0/UDP h", "SIP/2.0/UDP h", true);
        check("SIP/2.0/UDP h;branch=1", "SIP/2.0/UDP h;branch=1", true);
        check("SIP/2.0/UDP h", "SIP/2.0/UDP i", false);
    }

    #[test]
    fn copies_of_a_request_merge_though_their_branches_differ() {
        let keys = Keys::new([0; 32]);
        let merged = |via: &str, cseq: &str| {
            let request = request("INVITE sip:b", via, "", cseq);
            keys.merged(&request.essentials().unwrap())
        };
        let first = merged("SIP/2.0/UDP h;branch=z9hG4bK1", "1 INVITE");
        assert_eq!(first, merged("SIP/2.0/UDP i;branch=z9hG4bK2", "1 INVITE"));
        assert_ne!(first, merged("SIP/2.0/UDP h;branch=z9hG4bK3", "2 INVITE"));
    }
}
