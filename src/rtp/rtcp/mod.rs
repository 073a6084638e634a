//! RTCP: reports, descriptions and goodbyes, read from a datagram and written into a buffer.

mod read;
mod write;

pub use read::{Bye, Chunk, Compound, Item, ReportBlocks, RtcpPacket, SourceDescription};
pub use write::CompoundWriter;

use crate::{NtpTime, Ssrc, Timestamp};

pub(crate) const SENDER_REPORT: u8 = 200;
pub(crate) const RECEIVER_REPORT: u8 = 201;
pub(crate) const SOURCE_DESCRIPTION: u8 = 202;
pub(crate) const BYE: u8 = 203;
/// The SDES item that names a participant (RFC 3550 6.5.1).
pub const CNAME: u8 = 1;

/// Why a datagram is no RTCP compound, or why ours was not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RtcpError {
    /// The datagram is empty or ends inside a packet.
    #[error("RTCP packet at byte {at} is longer than the datagram")]
    Truncated {
        /// Where the packet starts.
        at: usize,
    },
    /// The version is not 2.
    #[error("RTCP version {version} at byte {at}, expected 2")]
    Version {
        /// Where the packet starts.
        at: usize,
        /// The version that it has.
        version: u8,
    },
    /// Padding that is in the wrong place or longer than its packet (RFC 3550 A.2).
    #[error("RTCP padding of the packet at byte {at} is wrong")]
    Padding {
        /// Where the packet starts.
        at: usize,
    },
    /// A packet shorter than its kind and its counts demand.
    #[error("RTCP packet of type {packet_type} at byte {at} is too short for what it announces")]
    Body {
        /// Where the packet starts.
        at: usize,
        /// Its packet type.
        packet_type: u8,
    },
    /// The caller's buffer is full.
    #[error("the RTCP compound does not fit its buffer")]
    BufferTooSmall,
    /// More blocks or sources than the five-bit count can say, or a text over 255 bytes.
    #[error("more than an RTCP packet can hold")]
    TooMany,
}

/// What a sender says of its own stream (RFC 3550 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderInfo {
    /// When the report was made.
    pub ntp: NtpTime,
    /// The same moment on the stream's clock.
    pub timestamp: Timestamp,
    /// Packets sent since the start, modulo 2^32.
    pub packets: u32,
    /// Payload bytes sent since the start, modulo 2^32.
    pub octets: u32,
}

/// How one source is received (RFC 3550 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReportBlock {
    /// The source that is reported on.
    pub source: Ssrc,
    /// Loss since the last report, in 1/256.
    pub fraction_lost: u8,
    /// Packets lost since the start; negative when duplicates outnumber losses. 24 bits on the wire.
    pub cumulative_lost: i32,
    /// Cycles in the upper, highest sequence number in the lower half.
    pub highest_sequence: u32,
    /// Interarrival jitter in ticks.
    pub jitter: u32,
    /// The middle of the NTP time of the last sender report, 0 when there was none.
    pub last_sender_report: u32,
    /// From that report's arrival to this report, in 1/65536 second.
    pub delay_since: u32,
}
