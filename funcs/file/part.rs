//! Offset and length of `FILE`, from the beginning or from the end.

use std::ops::Range;

/// A part of something, in bytes or lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Part {
    /// From the end if negative.
    pub(super) offset: i64,
    /// If negative, all but so many at the end; `None` is everything behind the offset.
    pub(super) length: Option<i64>,
}

impl Part {
    /// The part of a whole of this size; `None` if it begins outside of it or ends before it begins.
    pub(super) fn of(self, size: usize) -> Option<Range<usize>> {
        let size = i64::try_from(size).ok()?;
        let start = if self.offset < 0 { size.checked_add(self.offset)? } else { self.offset };
        let end = match self.length {
            None => size,
            Some(length) if length < 0 => size.checked_add(length)?,
            Some(length) => start.saturating_add(length).min(size),
        };
        let range = usize::try_from(start).ok()?..usize::try_from(end).ok()?;
        (start <= size && range.start <= range.end).then_some(range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_part_is_inside(offset: i64, length: Option<i64>, size in 0_usize..100) {
            if let Some(range) = (Part { offset, length }).of(size) {
                prop_assert!(range.start <= range.end && range.end <= size);
            }
        }
    }
}
