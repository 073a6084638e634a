//! `While` … `EndWhile` and the like: finding the end or the beginning of the block that a priority is in.

use crate::channel::{Channel, Position};

impl Channel {
    /// The priority at which the block around or beginning at the present one ends.
    pub fn block_end(&self, begin: &str, end: &str) -> Option<Position> {
        let position = self.position();
        let mut depth = 0_u32;
        for (number, app) in self.applications_from(&position.next()) {
            if app.eq_ignore_ascii_case(begin) {
                depth += 1;
            } else if app.eq_ignore_ascii_case(end) {
                if depth == 0 {
                    return Some(Position { priority: number, ..position });
                }
                depth -= 1;
            }
        }
        None
    }

    /// The priority at which the block around or ending at the present one begins.
    pub fn block_start(&self, begin: &str, end: &str) -> Option<Position> {
        let position = self.position();
        let mut open = Vec::new();
        let first = Position { priority: 1, ..position.clone() };
        for (number, app) in
            self.applications_from(&first).take_while(|(number, _)| *number < position.priority)
        {
            if app.eq_ignore_ascii_case(begin) {
                open.push(number);
            } else if app.eq_ignore_ascii_case(end) {
                open.pop();
            }
        }
        open.pop().map(|number| Position { priority: number, ..position })
    }

    /// Priority numbers and application names from `position` on, for as long as the extension goes on.
    fn applications_from(&self, position: &Position) -> impl Iterator<Item = (u32, String)> {
        let mut position = position.clone();
        std::iter::from_fn(move || {
            let name = self.application_at(&position)?;
            let number = position.priority;
            position.priority += 1;
            Some((number, name))
        })
    }
}
