//! Reading a compound: every length is checked first, so that walking through it cannot fail.

use super::{
    BYE, CNAME, RECEIVER_REPORT, ReportBlock, RtcpError, SENDER_REPORT, SOURCE_DESCRIPTION, SenderInfo,
};
use crate::{NtpTime, Ssrc, Timestamp};

/// A datagram of one or more RTCP packets, whole or reduced in size (RFC 3550 6.1, RFC 5506).
#[derive(Clone, Copy, Debug)]
pub struct Compound<'a> {
    bytes: &'a [u8],
}

impl<'a> Compound<'a> {
    /// Reads `bytes`, a whole datagram.
    ///
    /// # Errors
    /// Any packet that is truncated, of another version, wrongly padded or too short for its counts
    /// refuses the whole datagram (RFC 3550 A.2).
    pub fn parse(bytes: &'a [u8]) -> Result<Self, RtcpError> {
        if bytes.is_empty() {
            return Err(RtcpError::Truncated { at: 0 });
        }
        let mut at = 0;
        while at < bytes.len() {
            at = read_packet(bytes, at)?.1;
        }
        Ok(Self { bytes })
    }

    /// The packets in their order.
    pub fn packets(&self) -> impl Iterator<Item = RtcpPacket<'a>> + use<'a> {
        let bytes = self.bytes;
        let mut at = 0;
        std::iter::from_fn(move || {
            let (packet, next) = read_packet(bytes, at).ok()?;
            at = next;
            Some(packet)
        })
    }
}

/// One packet of a compound.
#[derive(Clone, Copy, Debug)]
pub enum RtcpPacket<'a> {
    /// From one who sends and receives.
    SenderReport {
        /// Who reports.
        ssrc: Ssrc,
        /// What it sent.
        sender: SenderInfo,
        /// How it receives others.
        blocks: ReportBlocks<'a>,
    },
    /// From one who only receives.
    ReceiverReport {
        /// Who reports.
        ssrc: Ssrc,
        /// How it receives others.
        blocks: ReportBlocks<'a>,
    },
    /// Names of participants.
    SourceDescription(SourceDescription<'a>),
    /// Participants leave.
    Bye(Bye<'a>),
    /// APP, XR, feedback and whatever else there is: skipped, its content kept for who wants it.
    Other {
        /// The RTCP packet type.
        packet_type: u8,
        /// The five-bit count or format.
        count: u8,
        /// What follows the four-byte head, without padding.
        body: &'a [u8],
    },
}

/// Reads the packet at `at`; also says where the next one starts.
fn read_packet(bytes: &[u8], at: usize) -> Result<(RtcpPacket<'_>, usize), RtcpError> {
    let rest = bytes.get(at..).unwrap_or_default();
    let (&[first, packet_type, high, low], _) =
        rest.split_first_chunk().ok_or(RtcpError::Truncated { at })?;
    if first >> 6 != 2 {
        return Err(RtcpError::Version { at, version: first >> 6 });
    }
    let len = 4 + usize::from(u16::from_be_bytes([high, low])) * 4;
    let mut body = rest.get(4..len).ok_or(RtcpError::Truncated { at })?;
    if first & 0x20 != 0 {
        // Only the last packet of a compound may be padded.
        let last = len == rest.len();
        body = without_padding(body).filter(|_| last).ok_or(RtcpError::Padding { at })?;
    }
    let packet = read_body(packet_type, first & 0x1f, body).ok_or(RtcpError::Body { at, packet_type })?;
    Ok((packet, at + len))
}

fn without_padding(body: &[u8]) -> Option<&[u8]> {
    let count = usize::from(*body.last()?);
    if count == 0 { None } else { body.get(..body.len().checked_sub(count)?) }
}

fn read_body(packet_type: u8, count: u8, body: &[u8]) -> Option<RtcpPacket<'_>> {
    Some(match packet_type {
        SENDER_REPORT => {
            let (ssrc, rest) = split_u32(body)?;
            let (sender, rest) = split_sender(rest)?;
            RtcpPacket::SenderReport { ssrc: Ssrc(ssrc), sender, blocks: ReportBlocks::read(count, rest)? }
        }
        RECEIVER_REPORT => {
            let (ssrc, rest) = split_u32(body)?;
            RtcpPacket::ReceiverReport { ssrc: Ssrc(ssrc), blocks: ReportBlocks::read(count, rest)? }
        }
        SOURCE_DESCRIPTION => RtcpPacket::SourceDescription(SourceDescription::read(count, body)?),
        BYE => RtcpPacket::Bye(Bye::read(count, body)?),
        packet_type => RtcpPacket::Other { packet_type, count, body },
    })
}

fn split_u32(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (four, rest) = bytes.split_first_chunk()?;
    Some((u32::from_be_bytes(*four), rest))
}

fn split_sender(bytes: &[u8]) -> Option<(SenderInfo, &[u8])> {
    let (ntp, rest) = bytes.split_first_chunk()?;
    let (timestamp, rest) = split_u32(rest)?;
    let (packets, rest) = split_u32(rest)?;
    let (octets, rest) = split_u32(rest)?;
    let ntp = NtpTime(u64::from_be_bytes(*ntp));
    Some((SenderInfo { ntp, timestamp: Timestamp(timestamp), packets, octets }, rest))
}

/// The report blocks of a sender or receiver report.
#[derive(Clone, Copy, Debug)]
pub struct ReportBlocks<'a>(&'a [[u8; 24]]);

impl<'a> ReportBlocks<'a> {
    /// What follows the blocks is a profile's own extension and is left alone.
    fn read(count: u8, bytes: &'a [u8]) -> Option<Self> {
        bytes.as_chunks().0.get(..usize::from(count)).map(Self)
    }

    /// The blocks in their order.
    pub fn iter(&self) -> impl Iterator<Item = ReportBlock> + use<'a> {
        self.0.iter().map(ReportBlock::read)
    }

    /// What is said of `source`.
    #[must_use]
    pub fn about(&self, source: Ssrc) -> Option<ReportBlock> {
        self.iter().find(|block| block.source == source)
    }
}

impl ReportBlock {
    fn read(bytes: &[u8; 24]) -> Self {
        let word = |index: usize| bytes.as_chunks().0.get(index).map_or(0, |four| u32::from_be_bytes(*four));
        let loss = word(1);
        Self {
            source: Ssrc(word(0)),
            fraction_lost: (loss >> 24) as u8,
            // Shifted up and down again, so that bit 23 is the sign.
            cumulative_lost: (loss << 8).cast_signed() >> 8,
            highest_sequence: word(2),
            jitter: word(3),
            last_sender_report: word(4),
            delay_since: word(5),
        }
    }
}

/// An SDES packet: chunks of items, one chunk a source (RFC 3550 6.5).
#[derive(Clone, Copy, Debug)]
pub struct SourceDescription<'a> {
    count: u8,
    body: &'a [u8],
}

impl<'a> SourceDescription<'a> {
    fn read(count: u8, body: &'a [u8]) -> Option<Self> {
        let description = Self { count, body };
        (description.chunks().count() == usize::from(count)).then_some(description)
    }

    /// The chunks in their order.
    pub fn chunks(&self) -> impl Iterator<Item = Chunk<'a>> + use<'a> {
        let mut rest = self.body;
        (0..self.count).map_while(move |_| {
            let (chunk, after) = Chunk::read(rest)?;
            rest = after;
            Some(chunk)
        })
    }
}

/// What is said of one source.
#[derive(Clone, Copy, Debug)]
pub struct Chunk<'a> {
    /// The source.
    pub ssrc: Ssrc,
    items: &'a [u8],
}

impl<'a> Chunk<'a> {
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (ssrc, rest) = split_u32(bytes)?;
        let mut len = 0;
        while let Some((_, after)) = Item::read(rest.get(len..)?) {
            len = rest.len() - after.len();
        }
        // A null byte ends the list; the chunk is filled up with more to a multiple of four.
        if *rest.get(len)? != 0 {
            return None;
        }
        let after = rest.get((len + 1).next_multiple_of(4)..)?;
        Some((Self { ssrc: Ssrc(ssrc), items: rest.get(..len)? }, after))
    }

    /// The items in their order.
    pub fn items(&self) -> impl Iterator<Item = Item<'a>> + use<'a> {
        let mut rest = self.items;
        std::iter::from_fn(move || {
            let (item, after) = Item::read(rest)?;
            rest = after;
            Some(item)
        })
    }

    /// The canonical name, which stays the same when the source changes its SSRC.
    #[must_use]
    pub fn cname(&self) -> Option<&'a [u8]> {
        self.items().find(|item| item.kind == CNAME).map(|item| item.text)
    }
}

/// One thing said of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    /// The item type; [`CNAME`] is 1.
    pub kind: u8,
    /// Its text, UTF-8 by the standard, anything in practice.
    pub text: &'a [u8],
}

impl<'a> Item<'a> {
    fn read(bytes: &'a [u8]) -> Option<(Self, &'a [u8])> {
        let (&[kind, len], rest) = bytes.split_first_chunk()?;
        let (text, after) = rest.split_at_checked(usize::from(len))?;
        (kind != 0).then_some((Self { kind, text }, after))
    }
}

/// A BYE packet: sources that leave, and perhaps why (RFC 3550 6.6).
#[derive(Clone, Copy, Debug)]
pub struct Bye<'a> {
    sources: &'a [[u8; 4]],
    reason: &'a [u8],
}

impl<'a> Bye<'a> {
    fn read(count: u8, body: &'a [u8]) -> Option<Self> {
        let (sources, rest) = body.split_at_checked(usize::from(count) * 4)?;
        let reason = match rest.split_first() {
            Some((&len, text)) => text.get(..usize::from(len))?,
            None => &[],
        };
        Some(Self { sources: sources.as_chunks().0, reason })
    }

    /// Who leaves.
    pub fn sources(&self) -> impl Iterator<Item = Ssrc> + use<'a> {
        self.sources.iter().map(|four| Ssrc(u32::from_be_bytes(*four)))
    }

    /// Why, as the sender worded it; often empty.
    #[must_use]
    pub fn reason(&self) -> &'a [u8] {
        self.reason
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A receiver report with one block that lost three packets less than none, then SDES, then APP.
    const MIXED: &[u8] =
        b"\x81\xc9\0\x07\0\0\0\x01\0\0\0\x02\x40\xff\xff\xfd\0\x01\0\x05\0\0\0\x10\0\0\0\x03\0\0\0\x04\
        \x81\xca\0\x03\0\0\0\x01\x01\x03abc\0\0\0\
        \x80\xcc\0\x02\0\0\0\x01name";

    fn check(bytes: &[u8], expected: Result<&str, RtcpError>) {
        let kinds = Compound::parse(bytes).map(|compound| compound.packets().map(kind).collect::<String>());
        assert_eq!(kinds.as_deref().map_err(|error| *error), expected);
    }

    fn kind(packet: RtcpPacket<'_>) -> char {
        match packet {
            RtcpPacket::SenderReport { .. } => 'S',
            RtcpPacket::ReceiverReport { .. } => 'R',
            RtcpPacket::SourceDescription(_) => 'D',
            RtcpPacket::Bye(_) => 'B',
            RtcpPacket::Other { .. } => '?',
        }
    }

    #[test]
    fn a_compound_is_walked_through_and_unknown_packets_are_skipped() {
        check(MIXED, Ok("RD?"));
        check(b"\x80\xcf\0\0", Ok("?"));
    }

    #[test]
    fn negative_loss_and_cycles_survive() {
        let Some(RtcpPacket::ReceiverReport { blocks, .. }) =
            Compound::parse(MIXED).unwrap().packets().next()
        else {
            panic!("no receiver report");
        };
        let expected = ReportBlock {
            source: Ssrc(2),
            fraction_lost: 64,
            cumulative_lost: -3,
            highest_sequence: 0x1_0005,
            jitter: 16,
            last_sender_report: 3,
            delay_since: 4,
        };
        assert_eq!(blocks.about(Ssrc(2)), Some(expected));
        assert_eq!(blocks.about(Ssrc(3)), None);
    }

    #[test]
    fn names_are_found() {
        let compound = Compound::parse(MIXED).unwrap();
        let names: Vec<_> = compound
            .packets()
            .filter_map(|packet| match packet {
                RtcpPacket::SourceDescription(description) => description.chunks().next()?.cname(),
                _ => None,
            })
            .collect();
        assert_eq!(names, [b"abc"]);
    }

    #[test]
    fn broken_compounds_are_refused_whole() {
        check(b"", Err(RtcpError::Truncated { at: 0 }));
        check(b"\x80\xc9\0\x02\0\0\0\x01", Err(RtcpError::Truncated { at: 0 }));
        check(b"\x80\xc9\0\x01\0\0\0\x01\x80", Err(RtcpError::Truncated { at: 8 }));
        check(b"\x40\xc9\0\x01\0\0\0\x01", Err(RtcpError::Version { at: 0, version: 1 }));
        check(b"\x81\xc9\0\x01\0\0\0\x01", Err(RtcpError::Body { at: 0, packet_type: 201 }));
        check(b"\x80\xc8\0\x01\0\0\0\x01", Err(RtcpError::Body { at: 0, packet_type: 200 }));
        check(b"\x81\xcb\0\0", Err(RtcpError::Body { at: 0, packet_type: 203 }));
    }

    #[test]
    fn padding_belongs_to_the_last_packet_only() {
        check(b"\xa0\xc9\0\x02\0\0\0\x01\0\0\0\x04", Ok("R"));
        check(b"\xa0\xc9\0\x02\0\0\0\x01\0\0\0\x04\x80\xcf\0\0", Err(RtcpError::Padding { at: 0 }));
        check(b"\xa0\xc9\0\x01\0\0\0\x09", Err(RtcpError::Padding { at: 0 }));
    }

    #[test]
    fn a_goodbye_may_give_a_reason() {
        let compound = Compound::parse(b"\x81\xcb\0\x03\0\0\0\x07\x04done\0\0\0").unwrap();
        let Some(RtcpPacket::Bye(bye)) = compound.packets().next() else { panic!("no goodbye") };
        assert_eq!(bye.sources().collect::<Vec<_>>(), [Ssrc(7)]);
        assert_eq!(bye.reason(), b"done");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..160)) {
            exercise(&bytes);
        }

        #[test]
        fn any_flipped_byte_is_read_or_refused(at in 0..MIXED.len(), byte: u8) {
            let mut bytes = MIXED.to_vec();
            bytes[at] = byte;
            exercise(&bytes);
        }
    }

    fn exercise(bytes: &[u8]) {
        let Ok(compound) = Compound::parse(bytes) else { return };
        for packet in compound.packets() {
            match packet {
                RtcpPacket::SenderReport { blocks, .. } | RtcpPacket::ReceiverReport { blocks, .. } => {
                    blocks.iter().count();
                }
                RtcpPacket::SourceDescription(description) => {
                    description.chunks().flat_map(|chunk| chunk.items()).count();
                }
                RtcpPacket::Bye(bye) => {
                    bye.sources().count();
                }
                RtcpPacket::Other { .. } => {}
            }
        }
    }
}
