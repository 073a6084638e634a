//! Which payload type a format has in a stream. A number never changes its meaning within a session
//! (RFC 3264 8.3.2), so what was used once is remembered.

use obelus_media::{CISCO_EVENT_PAYLOAD_TYPE, FIRST_DYNAMIC_PAYLOAD_TYPE, TELEPHONE_EVENT_PAYLOAD_TYPE};
use obelus_rtp::PayloadType;

use crate::format::Format;

/// Numbers for when the dynamic ones run out (RFC 3551 3, but below those that RTCP could be taken for).
const UNASSIGNED: std::ops::RangeInclusive<u8> = 35..=63;

/// The numbers in use in one stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Numbers {
    known: Vec<(PayloadType, Format)>,
}

impl Numbers {
    /// Takes over a number that the other side gave to a format.
    pub(crate) fn adopt(&mut self, number: PayloadType, format: Format) {
        self.known.retain(|(known, meaning)| *known != number && *meaning != format);
        self.known.push((number, format));
    }

    /// The number of a format: the one it had, Asterisk's usual one, or the next that is free.
    pub(crate) fn assign(&mut self, format: Format) -> Option<PayloadType> {
        if let Some((number, _)) = self.known.iter().find(|(_, known)| *known == format) {
            return Some(*number);
        }
        let usual = usual(format);
        let candidates = std::iter::once(usual).chain(usual..=127).chain(FIRST_DYNAMIC_PAYLOAD_TYPE..=127);
        let spare = candidates.filter(|number| *number == usual || is_spare(*number)).chain(UNASSIGNED);
        let free = spare.filter_map(PayloadType::new).find(|number| self.is_free(*number))?;
        self.known.push((free, format));
        Some(free)
    }

    fn is_free(&self, number: PayloadType) -> bool {
        self.known.iter().all(|(known, _)| *known != number)
    }
}

/// The number that Asterisk prefers; for digits 101, whatever their clock.
fn usual(format: Format) -> u8 {
    match format {
        Format::Codec(codec) => codec.preferred_payload_type().unwrap_or(FIRST_DYNAMIC_PAYLOAD_TYPE),
        Format::TelephoneEvent(_) => TELEPHONE_EVENT_PAYLOAD_TYPE,
        Format::ComfortNoise(_) => obelus_media::COMFORT_NOISE_PAYLOAD_TYPE,
    }
}

/// A number for what did not get its usual one.
fn is_spare(number: u8) -> bool {
    number >= FIRST_DYNAMIC_PAYLOAD_TYPE && number != CISCO_EVENT_PAYLOAD_TYPE
}

#[cfg(test)]
mod tests {
    use super::*;
    use obelus_media::Codec;
    use obelus_rtp::ClockRate;

    fn event(hertz: u32) -> Format {
        Format::TelephoneEvent(ClockRate::new(hertz).unwrap())
    }

    fn check(numbers: &mut Numbers, format: Format, number: u8) {
        assert_eq!(numbers.assign(format).map(PayloadType::number), Some(number), "{format:?}");
    }

    #[test]
    fn codecs_get_asterisks_numbers_and_digits_those_from_101() {
        let mut numbers = Numbers::default();
        check(&mut numbers, Format::Codec(Codec::Opus), 107);
        check(&mut numbers, Format::Codec(Codec::Ulaw), 0);
        check(&mut numbers, Format::Codec(Codec::Siren7), 102);
        check(&mut numbers, event(48000), 101);
        check(&mut numbers, event(8000), 103);
        check(&mut numbers, event(48000), 101);
    }

    #[test]
    fn a_number_of_the_other_side_stays() {
        let mut numbers = Numbers::default();
        numbers.adopt(PayloadType::from_wire(96), Format::Codec(Codec::Opus));
        numbers.adopt(PayloadType::from_wire(107), event(8000));
        check(&mut numbers, Format::Codec(Codec::Opus), 96);
        check(&mut numbers, event(8000), 107);
        check(&mut numbers, Format::Codec(Codec::Slin192), 97);
    }

    #[test]
    fn everything_at_once_gets_different_numbers() {
        let mut numbers = Numbers::default();
        let mut seen = std::collections::HashSet::new();
        let codecs = Codec::ALL.iter().map(|codec| Format::Codec(*codec));
        let events = [8000, 16000, 24000, 32000, 48000].map(event);
        for format in codecs.chain(events) {
            assert!(seen.insert(numbers.assign(format).unwrap()), "{format:?}");
        }
    }
}
