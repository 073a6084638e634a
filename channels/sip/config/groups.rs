//! Call and pickup groups: numbers from 0 to 63 as one bit each.

/// Reads `1,3-5`; the error is the piece that is no group.
pub(super) fn parse(text: &str) -> Result<u64, &str> {
    let mut groups = 0;
    for piece in text.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
        let (first, last) = piece.split_once('-').unwrap_or((piece, piece));
        let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| *number < 64);
        let (Some(first), Some(last)) = (number(first), number(last)) else { return Err(piece) };
        if first > last {
            return Err(piece);
        }
        groups |= (first..=last).fold(0, |bits, group| bits | 1 << group);
    }
    Ok(groups)
}

/// Writes groups as Asterisk does: `1, 3-5` comes back as `1, 3, 4, 5`.
pub fn to_text(groups: u64) -> String {
    let numbers = (0..64).filter(|group| groups >> group & 1 == 1).map(|group| group.to_string());
    numbers.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_bits() {
        let check = |text, expected| assert_eq!(parse(text), expected, "{text}");
        check("", Ok(0));
        check("0", Ok(1));
        check("1, 3-5", Ok(0b11_1010));
        check("0-63", Ok(u64::MAX));
        check("64", Err("64"));
        check("1,x", Err("x"));
        check("5-3", Err("5-3"));
        assert_eq!(to_text(0b11_1010), "1, 3, 4, 5");
    }
}
