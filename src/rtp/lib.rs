//! RTP, RTCP, RFC 4733 digits and source learning as values.
//!
//! Nothing here opens a socket or reads a clock: packets, `now` and random numbers are arguments.
//! No function that runs once per packet allocates.

pub mod demux;
pub mod dtmf;
pub mod learn;
pub mod packet;
pub mod relay;
pub mod rtcp;
pub mod stats;

mod clock_rate;
mod ntp;
mod payload_type;
mod sequence;
#[cfg(test)]
mod testing;

pub use clock_rate::ClockRate;
pub use demux::{Kind, classify};
pub use ntp::{NtpTime, WallClock};
pub use packet::{Header, Packet, PacketError};
pub use payload_type::PayloadType;
pub use sequence::{Sequence, Ssrc, Timestamp};
