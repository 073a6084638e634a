//! The numbered groups of pickup, 0 to 63, as a list of numbers and ranges.

use obelus_core::function::FunctionError;

/// `1, 3, 4` of the bits 1, 3 and 4.
pub(super) fn print(groups: u64) -> String {
    let numbers: Vec<String> =
        (0..64_u32).filter(|number| groups >> number & 1 == 1).map(|number| number.to_string()).collect();
    numbers.join(", ")
}

/// The bits of `1,3-4`; an empty text is no group.
pub(super) fn parse(text: &str) -> Result<u64, FunctionError> {
    let pieces = text.split(',').map(str::trim).filter(|piece| !piece.is_empty());
    pieces.map(range).try_fold(0, |groups, range| Ok(groups | range?))
}

fn range(text: &str) -> Result<u64, FunctionError> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<u32>().ok().filter(|number| *number < 64);
    match (number(first), number(last)) {
        (Some(first), Some(last)) => Ok((first..=last).fold(0, |groups, number| groups | 1 << number)),
        _ => Err(FunctionError::arguments(format!("`{text}` is no group; there are 0 to 63"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_numbers_and_ranges() {
        let check = |text, expected: &str| {
            assert_eq!(parse(text).map(print).as_deref(), Ok(expected), "{text}");
        };
        check("", "");
        check("1, 3-5,63", "1, 3, 4, 5, 63");
        check("5-3", "");
        assert!(parse("64").is_err() && parse("a").is_err() && parse("-1").is_err());
    }
}
