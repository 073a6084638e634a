//! RTP packets: a checked view of a datagram, and headers written into a buffer or over an old one.

use std::ops::Range;

use crate::{PayloadType, Sequence, Ssrc, Timestamp};

/// The fixed part of an RTP header, in bytes (RFC 3550 5.1).
pub const HEADER_LEN: usize = 12;

const VERSION: u8 = 2 << 6;
const PADDING: u8 = 0x20;
const EXTENSION: u8 = 0x10;
const MARKER: u8 = 0x80;

/// Why a datagram is no RTP packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// The datagram ends inside its header.
    #[error("RTP packet of {0} bytes ends inside its header")]
    TooShort(usize),
    /// The version is not 2.
    #[error("RTP version {0}, expected 2")]
    Version(u8),
    /// The padding count is zero or more than there is.
    #[error("RTP padding of {0} bytes does not fit the packet")]
    Padding(u8),
    /// The caller's buffer cannot hold the packet.
    #[error("an RTP packet of {needed} bytes does not fit a buffer of {available}")]
    BufferTooSmall {
        /// The bytes that the packet has.
        needed: usize,
        /// The bytes that the buffer has.
        available: usize,
    },
}

/// The fields of an RTP header that change from packet to packet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Marks the start of a talk spurt or of an event, for audio (RFC 3551 4.1).
    pub marker: bool,
    /// What the payload is.
    pub payload_type: PayloadType,
    /// Counts packets.
    pub sequence: Sequence,
    /// When the first sample was taken, in ticks of the payload's clock.
    pub timestamp: Timestamp,
    /// Who sends.
    pub ssrc: Ssrc,
}

impl Header {
    /// Writes a header without CSRC, extension or padding; returns its length, 12.
    ///
    /// # Errors
    /// [`PacketError::BufferTooSmall`] below 12 bytes.
    pub fn write(&self, buffer: &mut [u8]) -> Result<usize, PacketError> {
        let fixed = fixed_part(buffer)?;
        fixed[0] = VERSION;
        self.put(fixed);
        Ok(HEADER_LEN)
    }

    /// Writes a header and `payload` behind it; returns the length of the packet.
    ///
    /// # Errors
    /// [`PacketError::BufferTooSmall`] when it does not fit.
    pub fn write_packet(&self, payload: &[u8], buffer: &mut [u8]) -> Result<usize, PacketError> {
        let (needed, available) = (HEADER_LEN + payload.len(), buffer.len());
        let too_small = PacketError::BufferTooSmall { needed, available };
        buffer.get_mut(HEADER_LEN..needed).ok_or(too_small)?.copy_from_slice(payload);
        self.write(buffer)?;
        Ok(needed)
    }

    /// Puts these fields into the packet that is in `packet`; CSRC, extension and padding stay.
    ///
    /// # Errors
    /// [`PacketError::BufferTooSmall`] below 12 bytes.
    pub fn rewrite(&self, packet: &mut [u8]) -> Result<(), PacketError> {
        self.put(fixed_part(packet)?);
        Ok(())
    }

    fn put(&self, fixed: &mut [u8; HEADER_LEN]) {
        let [_, second, sequence @ .., t0, t1, t2, t3, s0, s1, s2, s3] = fixed;
        *second = self.payload_type.number() | if self.marker { MARKER } else { 0 };
        *sequence = self.sequence.0.to_be_bytes();
        [*t0, *t1, *t2, *t3] = self.timestamp.0.to_be_bytes();
        [*s0, *s1, *s2, *s3] = self.ssrc.0.to_be_bytes();
    }

    fn read(fixed: &[u8; HEADER_LEN]) -> Self {
        let [_, second, q0, q1, t0, t1, t2, t3, s0, s1, s2, s3] = *fixed;
        Self {
            marker: second & MARKER != 0,
            payload_type: PayloadType::from_wire(second),
            sequence: Sequence(u16::from_be_bytes([q0, q1])),
            timestamp: Timestamp(u32::from_be_bytes([t0, t1, t2, t3])),
            ssrc: Ssrc(u32::from_be_bytes([s0, s1, s2, s3])),
        }
    }
}

fn fixed_part(buffer: &mut [u8]) -> Result<&mut [u8; HEADER_LEN], PacketError> {
    let available = buffer.len();
    buffer.first_chunk_mut().ok_or(PacketError::BufferTooSmall { needed: HEADER_LEN, available })
}

/// A header extension (RFC 3550 5.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extension<'a> {
    /// What the extension is: 0xBEDE for RFC 8285's one-byte elements.
    pub profile: u16,
    /// Its content, a multiple of four bytes.
    pub data: &'a [u8],
}

/// An RTP packet whose CSRC list, extension and padding were checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    bytes: &'a [u8],
    header: Header,
    csrc_end: usize,
    payload_start: usize,
    payload_end: usize,
}

impl<'a> Packet<'a> {
    /// Reads `bytes`, a whole datagram, as an RTP packet.
    ///
    /// # Errors
    /// Says what makes it none: see [`PacketError`].
    pub fn parse(bytes: &'a [u8]) -> Result<Self, PacketError> {
        let too_short = PacketError::TooShort(bytes.len());
        let fixed: &[u8; HEADER_LEN] = bytes.first_chunk().ok_or(too_short)?;
        let first = fixed[0];
        if first >> 6 != 2 {
            return Err(PacketError::Version(first >> 6));
        }
        let csrc_end = HEADER_LEN + usize::from(first & 0x0f) * 4;
        let payload_start = match first & EXTENSION {
            0 => csrc_end,
            _ => csrc_end + extension_len(bytes, csrc_end).ok_or(too_short)?,
        };
        let content = bytes.get(payload_start..).ok_or(too_short)?;
        let padding = if first & PADDING == 0 { 0 } else { padding_len(content)? };
        let payload_end = bytes.len() - padding;
        Ok(Self { bytes, header: Header::read(fixed), csrc_end, payload_start, payload_end })
    }

    /// The fields that change from packet to packet.
    #[must_use]
    pub fn header(&self) -> Header {
        self.header
    }

    /// The media, without padding; it may be empty.
    #[must_use]
    pub fn payload(&self) -> &'a [u8] {
        self.bytes.get(self.payload_range()).unwrap_or_default()
    }

    /// Where the media is in the datagram.
    #[must_use]
    pub fn payload_range(&self) -> Range<usize> {
        self.payload_start..self.payload_end
    }

    /// The contributing sources that a mixer listed.
    pub fn csrcs(&self) -> impl Iterator<Item = Ssrc> + use<'a> {
        let list = self.bytes.get(HEADER_LEN..self.csrc_end).unwrap_or_default();
        list.as_chunks().0.iter().map(|four| Ssrc(u32::from_be_bytes(*four)))
    }

    /// The header extension, if there is one.
    #[must_use]
    pub fn extension(&self) -> Option<Extension<'a>> {
        let (head, data) = self.bytes.get(self.csrc_end..self.payload_start)?.split_first_chunk::<4>()?;
        Some(Extension { profile: u16::from_be_bytes([head[0], head[1]]), data })
    }
}

/// The bytes of the extension that starts at `at`, its own four-byte head included.
fn extension_len(bytes: &[u8], at: usize) -> Option<usize> {
    let [_, _, high, low] = *bytes.get(at..)?.first_chunk()?;
    Some(4 + usize::from(u16::from_be_bytes([high, low])) * 4)
}

/// The last byte of a padded packet counts the padding, itself included (RFC 3550 5.1).
fn padding_len(content: &[u8]) -> Result<usize, PacketError> {
    match content.last() {
        Some(&count) if count > 0 && usize::from(count) <= content.len() => Ok(usize::from(count)),
        Some(&count) => Err(PacketError::Padding(count)),
        None => Err(PacketError::Padding(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FIXED: [u8; 12] = [0x80, 0x80 | 96, 0x12, 0x34, 0, 0, 1, 0x40, 0xde, 0xad, 0xbe, 0xef];

    fn header() -> Header {
        Header {
            marker: true,
            payload_type: PayloadType::from_wire(96),
            sequence: Sequence(0x1234),
            timestamp: Timestamp(320),
            ssrc: Ssrc(0xdead_beef),
        }
    }

    fn packet(first: u8, rest: &[u8]) -> Vec<u8> {
        let mut bytes = FIXED.to_vec();
        bytes[0] = first;
        bytes.extend_from_slice(rest);
        bytes
    }

    fn check(first: u8, rest: &[u8], expected: Result<&[u8], PacketError>) {
        assert_eq!(Packet::parse(&packet(first, rest)).map(|packet| packet.payload()), expected);
    }

    #[test]
    fn a_plain_packet_is_header_and_payload() {
        check(0x80, b"voice", Ok(b"voice"));
        check(0x80, b"", Ok(b""));
        assert_eq!(Packet::parse(&packet(0x80, b"")).unwrap().header(), header());
    }

    #[test]
    fn contributing_sources_and_extensions_come_before_the_payload() {
        check(0x82, b"\0\0\0\x01\0\0\0\x02voice", Ok(b"voice"));
        check(0x90, b"\xbe\xde\0\x01abcdvoice", Ok(b"voice"));
        let bytes = packet(0x91, b"\0\0\0\x07\xbe\xde\0\x01abcdv");
        let both = Packet::parse(&bytes).unwrap();
        assert_eq!(both.csrcs().collect::<Vec<_>>(), [Ssrc(7)]);
        assert_eq!(both.extension(), Some(Extension { profile: 0xbede, data: b"abcd" }));
    }

    #[test]
    fn padding_is_cut_off_and_must_fit() {
        check(0xa0, b"voice\0\0\x03", Ok(b"voice"));
        check(0xa0, b"\0\0\x03", Ok(b""));
        check(0xa0, b"voice\x09", Err(PacketError::Padding(9)));
        check(0xa0, b"voice\x00", Err(PacketError::Padding(0)));
        check(0xa0, b"", Err(PacketError::Padding(0)));
    }

    #[test]
    fn truncated_and_foreign_datagrams_are_refused() {
        check(0x81, b"abc", Err(PacketError::TooShort(15)));
        check(0x90, b"\xbe\xde\0\x02abcd", Err(PacketError::TooShort(20)));
        check(0x90, b"\xbe\xde", Err(PacketError::TooShort(14)));
        check(0x40, b"voice", Err(PacketError::Version(1)));
        assert_eq!(Packet::parse(&FIXED[..11]), Err(PacketError::TooShort(11)));
    }

    #[test]
    fn a_header_goes_out_as_it_came_in() {
        let mut buffer = [0; 32];
        assert_eq!(header().write_packet(b"abc", &mut buffer), Ok(15));
        assert_eq!(buffer[..12], FIXED);
        assert_eq!(&buffer[12..15], b"abc");
        let too_small = PacketError::BufferTooSmall { needed: 15, available: 14 };
        assert_eq!(header().write_packet(b"abc", &mut buffer[..14]), Err(too_small));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            if let Ok(packet) = Packet::parse(&bytes) {
                let _ = (packet.csrcs().count(), packet.extension(), packet.payload());
            }
        }

        #[test]
        fn a_rewrite_changes_the_named_fields_only(
            csrcs in 0u8..4, marker: bool, number: u8, sequence: u16, timestamp: u32, ssrc: u32,
        ) {
            let mut bytes = packet(0xa0 | csrcs, b"................voice\0\x02");
            let before = bytes.clone();
            let new = Header {
                marker,
                payload_type: PayloadType::from_wire(number),
                sequence: Sequence(sequence),
                timestamp: Timestamp(timestamp),
                ssrc: Ssrc(ssrc),
            };
            new.rewrite(&mut bytes).unwrap();
            prop_assert_eq!(Packet::parse(&bytes).unwrap().header(), new);
            prop_assert_eq!(&bytes[12..], &before[12..]);
            prop_assert_eq!(bytes[0], before[0]);
        }
    }
}
