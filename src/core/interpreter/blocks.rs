//! `While` … `EndWhile` and the like: finding the end or the beginning of the block that a priority is in.

use std::sync::Arc;

use obelus_dialplan::Wanted;

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

    /// Where the branch that begins at the present priority ends: at the first of `branches` or at the end of the block.
    ///
    /// The name is that of the application there, as the dialplan writes it.
    pub fn branch_end(&self, begin: &str, branches: &[&str], end: &str) -> Option<(Position, Arc<str>)> {
        let position = self.position();
        let mut depth = 0_u32;
        for (number, app) in self.applications_from(&position.next()) {
            let is = |name: &str| app.eq_ignore_ascii_case(name);
            let ends_here = depth == 0 && (is(end) || branches.iter().any(|branch| is(branch)));
            if ends_here {
                return Some((Position { priority: number, ..position }, app));
            }
            depth = match () {
                () if is(begin) => depth + 1,
                () if is(end) => depth - 1,
                () => depth,
            };
        }
        None
    }

    /// Goes on at the next branch: at `conditional` itself, behind `otherwise`, or behind the end of the block.
    pub fn skip_branch(
        &mut self,
        begin: &str,
        conditional: &str,
        otherwise: &str,
        end: &str,
    ) -> Result<(), String> {
        let (position, name) = self
            .branch_end(begin, &[conditional, otherwise], end)
            .ok_or_else(|| format!("there is no {end} after it"))?;
        self.go_to(if name.eq_ignore_ascii_case(conditional) { position } else { position.next() });
        Ok(())
    }

    /// Goes on behind the end of the block that the present priority is in.
    pub fn leave_block(&mut self, begin: &str, end: &str) -> Result<(), String> {
        let position = self.block_end(begin, end).ok_or_else(|| format!("there is no {end} after it"))?;
        self.go_to(position.next());
        Ok(())
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
    fn applications_from(&self, position: &Position) -> impl Iterator<Item = (u32, Arc<str>)> {
        let numbers = position.priority..;
        let mut next = self.find_here(position);
        numbers.map_while(move |number| {
            let at = next?;
            next = self.plan.beside(at, Wanted::Priority(number + 1)).or_else(|| {
                // Another extension that matches may go on where this one ends.
                self.find_here(&Position { priority: number + 1, ..position.clone() })
            });
            Some((number, self.plan.step(at)?.name.clone()))
        })
    }
}
