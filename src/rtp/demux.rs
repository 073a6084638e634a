//! What arrived on a media port: RTP, RTCP, STUN, DTLS, told apart by the first bytes.

/// What a datagram on a media port is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Media.
    Rtp,
    /// Control, on the media port because of `rtcp-mux`, or on its own.
    Rtcp,
    /// Connectivity checks and address discovery (RFC 8489).
    Stun,
    /// A key exchange for SRTP (RFC 5764).
    Dtls,
    /// A TURN channel (RFC 8656).
    TurnChannel,
    /// ZRTP (RFC 6189), which is not spoken here.
    Zrtp,
    /// Anything else: keep-alives, scans, an empty datagram.
    Unknown,
}

/// Tells what `datagram` is from its first two bytes (RFC 7983, and RFC 5761 4 for RTCP).
#[must_use]
pub fn classify(datagram: &[u8]) -> Kind {
    match datagram.first() {
        Some(128..=191) => rtp_or_rtcp(datagram),
        Some(0..=3) => Kind::Stun,
        Some(20..=63) => Kind::Dtls,
        Some(64..=79) => Kind::TurnChannel,
        Some(16..=19) => Kind::Zrtp,
        _ => Kind::Unknown,
    }
}

/// RTCP packet types 192 to 223 take the place of payload types 64 to 95 with the marker set.
fn rtp_or_rtcp(datagram: &[u8]) -> Kind {
    match datagram.get(1) {
        Some(192..=223) => Kind::Rtcp,
        Some(_) => Kind::Rtp,
        None => Kind::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(datagram: &[u8], kind: Kind) {
        assert_eq!(classify(datagram), kind, "{datagram:02x?}");
    }

    #[test]
    fn first_bytes_tell_protocols_apart() {
        check(&[0x80, 0x00], Kind::Rtp);
        check(&[0x90, 0x80 | 101], Kind::Rtp);
        check(&[0x80, 200], Kind::Rtcp);
        check(&[0x81, 201], Kind::Rtcp);
        check(&[0x8f, 205], Kind::Rtcp);
        check(&[0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xa4, 0x42], Kind::Stun);
        check(&[22, 254, 253], Kind::Dtls);
        check(&[0x40, 0x00], Kind::TurnChannel);
        check(&[0x10, 0x00], Kind::Zrtp);
    }

    #[test]
    fn keep_alives_and_scans_are_unknown() {
        check(b"", Kind::Unknown);
        check(b"\r\n\r\n", Kind::Unknown);
        check(b"OPTIONS sip:100@1.1.1.1 SIP/2.0", Kind::TurnChannel);
        check(&[0x80], Kind::Unknown);
        check(&[0xff; 40], Kind::Unknown);
    }
}
