//! The other side's description, read: an offer or an answer.

use crate::error::DescriptionError;
use crate::stream::{Defaults, Stream, trimmed};
use crate::tidy::tidy;

/// Who made a description, and which one it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The session.
    pub id: String,
    /// The description within the session; it rises when the description changes.
    pub version: u64,
}

/// A description of the other side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Who made it; `None` if the line is missing or cannot be read.
    pub origin: Option<Origin>,
    /// The session's name.
    pub name: String,
    /// The attributes of the whole session as they were written.
    pub attributes: Vec<(String, Option<String>)>,
    /// The `m=` lines in their order.
    pub streams: Vec<Stream>,
}

impl Description {
    /// Reads the body of a message.
    ///
    /// # Errors
    /// What is not SDP, and what cannot be used as such: an active stream without an address, a payload type
    /// that does not exist, a dynamic one that is not explained (RFC 3264 5.1).
    pub fn parse(body: &[u8]) -> Result<Self, DescriptionError> {
        Self::parse_with(body, false)
    }

    /// Like [`parse`](Self::parse); `swap_g726` is `g726_non_standard`, for phones that mean the AAL2 packing
    /// when they write `G726-32`.
    ///
    /// # Errors
    /// As [`parse`](Self::parse).
    pub fn parse_with(body: &[u8], swap_g726: bool) -> Result<Self, DescriptionError> {
        let session = sdp_types::Session::parse(tidy(body).as_bytes())
            .map_err(|error| DescriptionError::Syntax(error.to_string()))?;
        let attributes = trimmed(&session.attributes);
        let defaults = Defaults::read(session.connection.as_ref(), &attributes)?;
        let streams = session.medias.iter().enumerate();
        Ok(Self {
            origin: origin(&session.origin),
            name: session.session_name,
            streams: streams
                .map(|(index, media)| Stream::read(media, index, &defaults, swap_g726))
                .collect::<Result<_, _>>()?,
            attributes,
        })
    }
}

/// The reader puts an origin of `0 0` with no user where there was none.
fn origin(origin: &sdp_types::Origin) -> Option<Origin> {
    let is_placeholder = origin.username.is_none() && origin.sess_id == "0" && origin.sess_version == 0;
    (!is_placeholder).then(|| Origin { id: origin.sess_id.clone(), version: origin.sess_version })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::BODIES;
    use proptest::prelude::*;

    /// A body of one audio stream with these lines, and what is read of it.
    fn check(lines: &str, expected: &str) {
        let body = format!("v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\n{}\r\n", lines.replace('|', "\r\n"));
        let shown = match Description::parse(body.as_bytes()) {
            Ok(description) => description.streams.iter().map(show).collect::<Vec<_>>().join(" + "),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected, "{lines}");
    }

    fn show(stream: &Stream) -> String {
        let payloads = stream.payloads.iter().map(|payload| {
            let meaning = match payload.format {
                Some(crate::Format::Codec(codec)) => codec.name().to_owned(),
                Some(crate::Format::TelephoneEvent(rate)) => format!("event{}", rate.hertz()),
                Some(crate::Format::ComfortNoise(_)) => "noise".to_owned(),
                None => "?".to_owned(),
            };
            let fmtp = payload.fmtp.as_ref().map(|text| format!("({text})")).unwrap_or_default();
            format!(" {}={meaning}{fmtp}", payload.number)
        });
        let host = match &stream.host {
            Some(crate::Host::Address(address)) => address.to_string(),
            Some(crate::Host::Name(name)) => name.clone(),
            None => "nowhere".to_owned(),
        };
        let ptime = stream.ptime.map(|time| format!(" ptime {}", time.as_millis())).unwrap_or_default();
        let rtcp = stream.rtcp.as_ref().map(|rtcp| format!(" rtcp {}", rtcp.port)).unwrap_or_default();
        let direction = stream.effective_direction();
        format!("{host}:{} {direction}{ptime}{rtcp}{}", stream.port, payloads.collect::<String>())
    }

    #[test]
    fn static_types_need_no_rtpmap() {
        check(
            "c=IN IP4 192.0.2.9|m=audio 4000 RTP/AVP 0 8 9 18 13",
            "192.0.2.9:4000 sendrecv 0=ulaw 8=alaw 9=g722 18=g729 13=noise",
        );
    }

    #[test]
    fn an_rtpmap_outweighs_a_static_type() {
        check(
            "c=IN IP4 192.0.2.9|m=audio 4000 RTP/AVP 12 13|a=rtpmap:12 G722/8000|a=rtpmap:13 PCMU/8000",
            "192.0.2.9:4000 sendrecv 12=g722 13=ulaw",
        );
    }

    #[test]
    fn spaces_case_and_repetition_do_not_matter() {
        check(
            "c=IN  IP4  192.0.2.9 |m=audio 4000  RTP/AVP  96 96 0|a=rtpmap: 96  OPUS / 48000 / 2|a=fmtp:96 a=1|a=fmtp:96 b=2|a= RecvOnly",
            "192.0.2.9:4000 recvonly 96=opus(a=1;b=2) 0=ulaw",
        );
    }

    #[test]
    fn what_is_not_known_stays_unknown() {
        check(
            "c=IN IP4 192.0.2.9|m=audio 4000 RTP/AVP 97 98 99 100|a=rtpmap:97 AMR-WB/16000|a=rtpmap:98 SILK/16000|a=rtpmap:99 G722/16000|a=rtpmap:100 telephone-event/44100",
            "192.0.2.9:4000 sendrecv 97=? 98=? 99=? 100=?",
        );
    }

    #[test]
    fn what_holds_for_the_session_holds_for_its_streams() {
        check(
            "c=IN IP4 192.0.2.9|a=sendonly|a=ptime:30|m=audio 4000 RTP/AVP 0|m=audio 4002 RTP/AVP 0|c=IN IP4 192.0.2.8|a=ptime:20|a=inactive",
            "192.0.2.9:4000 sendonly ptime 30 0=ulaw + 192.0.2.8:4002 inactive ptime 20 0=ulaw",
        );
    }

    #[test]
    fn hold_by_address_is_seen() {
        check("c=IN IP4 0.0.0.0|m=audio 4000 RTP/AVP 0", "0.0.0.0:4000 sendonly 0=ulaw");
        check("c=IN IP6 ::|m=audio 4000 RTP/AVP 0|a=recvonly", ":::4000 inactive 0=ulaw");
    }

    #[test]
    fn hosts_have_names_and_addresses() {
        check("c=IN IP4 media.example.com|m=audio 4000 RTP/AVP 0", "media.example.com:4000 sendrecv 0=ulaw");
        check("c=IN IP6 2001:db8::1|m=audio 4000 RTP/AVP 0", "2001:db8::1:4000 sendrecv 0=ulaw");
        check("c=IN IP4 224.2.1.1/127|m=audio 4000/2 RTP/AVP 0", "224.2.1.1:4000 sendrecv 0=ulaw");
    }

    #[test]
    fn rtcp_may_be_elsewhere() {
        check(
            "c=IN IP4 192.0.2.9|m=audio 4000 RTP/AVP 0|a=rtcp:5555 IN IP4 192.0.2.8",
            "192.0.2.9:4000 sendrecv rtcp 5555 0=ulaw",
        );
        check("c=IN IP4 192.0.2.9|m=audio 4000 RTP/AVP 0|a=rtcp:0", "192.0.2.9:4000 sendrecv 0=ulaw");
    }

    #[test]
    fn odd_frame_lengths_are_read_as_far_as_they_go() {
        check(
            "c=IN IP4 192.0.2.9|m=audio 4000 RTP/AVP 0|a=ptime: 20.5",
            "192.0.2.9:4000 sendrecv ptime 20 0=ulaw",
        );
        check("c=IN IP4 192.0.2.9|m=audio 4000 RTP/AVP 0|a=ptime:0", "192.0.2.9:4000 sendrecv 0=ulaw");
    }

    #[test]
    fn unusable_descriptions_are_refused() {
        check("m=audio 4000 RTP/AVP 0", "the SDP names no address for stream 0");
        check("c=IN IP4 192.0.2.9|m=audio 4000 RTP/AVP 0 128", "`128` is no RTP payload type");
        check("c=IN IP4 192.0.2.9|m=audio 4000 RTP/AVP zero", "`zero` is no RTP payload type");
        check("c=IN IP4 192.0.2.9|m=video 4000 RTP/AVP 100", "the SDP does not say what payload type 100 is");
        check("c=IN IP4 bad_host!|m=audio 4000 RTP/AVP 0", "the SDP names the unusable address `bad_host!`");
        check("c=IN IP4 300.1.1.1|m=audio 4000 RTP/AVP 0", "the SDP names the unusable address `300.1.1.1`");
        check("c=ATM NSAP 47.0|m=audio 4000 RTP/AVP 0", "the SDP names the unusable address `ATM NSAP 47.0`");
        check("m=audio banana RTP/AVP 0", "malformed SDP: Invalid field formatting in line 4 at Media port");
        assert!(matches!(Description::parse(b"hello"), Err(DescriptionError::Syntax(_))));
        assert!(matches!(Description::parse(b""), Err(DescriptionError::Syntax(_))));
    }

    #[test]
    fn streams_that_are_off_or_not_rtp_are_not_looked_into() {
        check(
            "c=IN IP4 192.0.2.9|m=video 0 RTP/AVP 100|m=audio 0 RTP/AVP",
            "192.0.2.9:0 sendrecv 100=? + 192.0.2.9:0 sendrecv 0=ulaw",
        );
        check("m=image 0 udptl t38", "nowhere:0 sendrecv");
        check("c=IN IP4 192.0.2.9|m=application 9 DTLS/SCTP 5000", "192.0.2.9:9 sendrecv");
    }

    #[test]
    fn the_origin_is_who_and_which() {
        let read = |body: &str| Description::parse(body.as_bytes()).unwrap().origin;
        let origin = Origin { id: "20518".to_owned(), version: 7 };
        assert_eq!(read("v=0\r\no=jdoe 20518 7 IN IP4 h\r\ns= \r\n"), Some(origin));
        assert_eq!(read("v=0\r\ns=no origin\r\n"), None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Description::parse(&body);
        }

        #[test]
        fn any_damage_to_a_real_body_is_read_or_refused(
            which in 0..BODIES.len(), at: usize, byte: u8, cut: usize,
        ) {
            let mut body = BODIES[which].1.as_bytes().to_vec();
            let len = body.len();
            body[at % len] = byte;
            let _ = Description::parse(&body);
            body.truncate(cut % len);
            let _ = Description::parse(&body);
        }
    }
}
