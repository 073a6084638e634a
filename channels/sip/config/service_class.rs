//! `tos` and `cos`: how the network is asked to treat packets.

use obelus_core::conf::integer;

const CODE_POINTS: [(&str, u8); 21] = [
    ("cs0", 0x00),
    ("cs1", 0x08),
    ("cs2", 0x10),
    ("cs3", 0x18),
    ("cs4", 0x20),
    ("cs5", 0x28),
    ("cs6", 0x30),
    ("cs7", 0x38),
    ("af11", 0x0a),
    ("af12", 0x0c),
    ("af13", 0x0e),
    ("af21", 0x12),
    ("af22", 0x14),
    ("af23", 0x16),
    ("af31", 0x1a),
    ("af32", 0x1c),
    ("af33", 0x1e),
    ("af41", 0x22),
    ("af42", 0x24),
    ("af43", 0x26),
    ("ef", 0x2e),
];

/// The octet of the IP header for `cs3`, `af41`, `ef` (RFC 2474, 2597, 3246) or a number.
pub(super) fn type_of_service(text: &str) -> Option<u8> {
    if let Some(number) = integer(text) {
        return u8::try_from(number).ok();
    }
    let code_point = CODE_POINTS.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    code_point.map(|(_, value)| value << 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_for_the_upper_six_bits() {
        let check = |text, expected| assert_eq!(type_of_service(text), expected, "{text}");
        check("cs3", Some(0x60));
        check("EF", Some(0xb8));
        check("af41", Some(0x88));
        check("0x10", Some(16));
        check("184", Some(184));
        check("256", None);
        check("cs9", None);
    }
}
