//! Writing a compound into the caller's buffer.

use super::{
    BYE, CNAME, RECEIVER_REPORT, ReportBlock, RtcpError, SENDER_REPORT, SOURCE_DESCRIPTION, SenderInfo,
};
use crate::Ssrc;

/// Puts RTCP packets one behind the other; what does not fit leaves the buffer as it was.
#[derive(Debug)]
pub struct CompoundWriter<'a> {
    buffer: &'a mut [u8],
    len: usize,
}

impl<'a> CompoundWriter<'a> {
    /// Starts an empty compound.
    #[must_use]
    pub fn new(buffer: &'a mut [u8]) -> Self {
        Self { buffer, len: 0 }
    }

    /// Adds a sender report, or without `sender` a receiver report.
    ///
    /// # Errors
    /// When the buffer is full or there are more than 31 blocks.
    pub fn report(
        &mut self,
        ssrc: Ssrc,
        sender: Option<&SenderInfo>,
        blocks: &[ReportBlock],
    ) -> Result<&mut Self, RtcpError> {
        let packet_type = if sender.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
        self.packet(packet_type, blocks.len(), |writer| {
            writer.put(&ssrc.0.to_be_bytes())?;
            if let Some(sender) = sender {
                writer.sender(sender)?;
            }
            blocks.iter().try_for_each(|block| writer.block(block))
        })
    }

    /// Adds a description with the canonical name of `ssrc`.
    ///
    /// # Errors
    /// When the buffer is full or the name has more than 255 bytes.
    pub fn cname(&mut self, ssrc: Ssrc, name: &str) -> Result<&mut Self, RtcpError> {
        let len = u8::try_from(name.len()).map_err(|_| RtcpError::TooMany)?;
        self.packet(SOURCE_DESCRIPTION, 1, |writer| {
            writer.put(&ssrc.0.to_be_bytes())?;
            writer.put(&[CNAME, len])?;
            writer.put(name.as_bytes())?;
            writer.put(&[0])?;
            writer.fill_up()
        })
    }

    /// Adds a goodbye of `sources`; an empty `reason` is left out.
    ///
    /// # Errors
    /// When the buffer is full, there are more than 31 sources or the reason has more than 255 bytes.
    pub fn bye(&mut self, sources: &[Ssrc], reason: &str) -> Result<&mut Self, RtcpError> {
        let len = u8::try_from(reason.len()).map_err(|_| RtcpError::TooMany)?;
        self.packet(BYE, sources.len(), |writer| {
            sources.iter().try_for_each(|source| writer.put(&source.0.to_be_bytes()))?;
            if len > 0 {
                writer.put(&[len])?;
                writer.put(reason.as_bytes())?;
            }
            writer.fill_up()
        })
    }

    /// The bytes written.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether nothing was written yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Writes a head, then `body`, then the length into the head.
    fn packet(
        &mut self,
        packet_type: u8,
        count: usize,
        body: impl FnOnce(&mut Self) -> Result<(), RtcpError>,
    ) -> Result<&mut Self, RtcpError> {
        let count = u8::try_from(count).ok().filter(|count| *count < 32).ok_or(RtcpError::TooMany)?;
        let start = self.len;
        let written = self.put(&[2 << 6 | count, packet_type, 0, 0]).and_then(|()| body(self));
        if let Err(error) = written {
            self.len = start;
            return Err(error);
        }
        // At most 31 blocks or sources and 255 bytes of text: the words fit 16 bits.
        let words = ((self.len - start) / 4 - 1) as u16;
        if let Some(place) = self.buffer.get_mut(start + 2..start + 4) {
            place.copy_from_slice(&words.to_be_bytes());
        }
        Ok(self)
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), RtcpError> {
        let end = self.len + bytes.len();
        self.buffer.get_mut(self.len..end).ok_or(RtcpError::BufferTooSmall)?.copy_from_slice(bytes);
        self.len = end;
        Ok(())
    }

    /// Null bytes up to the next word.
    fn fill_up(&mut self) -> Result<(), RtcpError> {
        let missing = self.len.next_multiple_of(4) - self.len;
        (0..missing).try_for_each(|_| self.put(&[0]))
    }

    fn sender(&mut self, sender: &SenderInfo) -> Result<(), RtcpError> {
        self.put(&sender.ntp.0.to_be_bytes())?;
        self.words([sender.timestamp.0, sender.packets, sender.octets])
    }

    fn block(&mut self, block: &ReportBlock) -> Result<(), RtcpError> {
        let lost = block.cumulative_lost.clamp(-0x80_0000, 0x7f_ffff).cast_unsigned() & 0xff_ffff;
        self.words([
            block.source.0,
            u32::from(block.fraction_lost) << 24 | lost,
            block.highest_sequence,
            block.jitter,
            block.last_sender_report,
            block.delay_since,
        ])
    }

    fn words<const N: usize>(&mut self, words: [u32; N]) -> Result<(), RtcpError> {
        words.iter().try_for_each(|word| self.put(&word.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Compound, RtcpPacket};
    use super::*;
    use crate::{NtpTime, Timestamp};
    use proptest::prelude::*;

    fn sender() -> SenderInfo {
        SenderInfo { ntp: NtpTime(0x0102_0304_0506_0708), timestamp: Timestamp(160), packets: 1, octets: 160 }
    }

    #[test]
    fn our_compound_is_report_name_and_goodbye() {
        let mut buffer = [0xff; 128];
        let mut writer = CompoundWriter::new(&mut buffer);
        writer.report(Ssrc(1), Some(&sender()), &[ReportBlock::default()]).unwrap();
        writer.cname(Ssrc(1), "obelus@host").unwrap();
        writer.bye(&[Ssrc(1)], "").unwrap();
        let len = writer.len();
        assert_eq!(len, 52 + 24 + 8);
        let compound = Compound::parse(&buffer[..len]).unwrap();
        assert_eq!(compound.packets().count(), 3);
    }

    #[test]
    fn what_does_not_fit_leaves_no_trace() {
        let mut buffer = [0; 40];
        let mut writer = CompoundWriter::new(&mut buffer);
        writer.report(Ssrc(1), Some(&sender()), &[]).unwrap();
        let full = writer.cname(Ssrc(1), "a name that is too long");
        assert_eq!(full.unwrap_err(), RtcpError::BufferTooSmall);
        assert_eq!(writer.len(), 28);
        assert_eq!(writer.bye(&[Ssrc(0); 32], "").unwrap_err(), RtcpError::TooMany);
    }

    proptest! {
        #[test]
        fn a_report_is_read_as_it_was_written(
            source: u32, fraction_lost: u8, lost in -0x80_0000i32..0x80_0000, highest: u32, jitter: u32, lsr: u32,
            dlsr: u32, name in "[a-z@.]{0,40}",
        ) {
            let block = ReportBlock {
                source: Ssrc(source),
                fraction_lost,
                cumulative_lost: lost,
                highest_sequence: highest,
                jitter,
                last_sender_report: lsr,
                delay_since: dlsr,
            };
            let mut buffer = [0; 256];
            let mut writer = CompoundWriter::new(&mut buffer);
            writer.report(Ssrc(9), Some(&sender()), &[block]).unwrap().cname(Ssrc(9), &name).unwrap();
            let len = writer.len();
            let compound = Compound::parse(&buffer[..len]).unwrap();
            let packets: Vec<_> = compound.packets().collect();
            let [RtcpPacket::SenderReport { ssrc, sender: read, blocks }, RtcpPacket::SourceDescription(names)] =
                packets[..]
            else {
                panic!("two packets expected: {packets:?}");
            };
            prop_assert_eq!((ssrc, read), (Ssrc(9), sender()));
            prop_assert_eq!(blocks.iter().collect::<Vec<_>>(), [block]);
            prop_assert_eq!(names.chunks().next().unwrap().cname(), Some(name.as_bytes()));
        }
    }
}
