//! Subroutines: where each goes back to, and the variables that go with it.

use crate::channel::{Channel, Position};
use crate::events::{Event, EventKind};

/// The subroutines that a channel is in, the innermost last.
#[derive(Debug, Default)]
pub struct Stack(Vec<Frame>);

#[derive(Debug)]
struct Frame {
    back: Position,
    /// Names of the variables that this frame hides.
    hidden: Vec<String>,
    arguments: usize,
    /// Whether the channel was in a subroutine before.
    nested: bool,
}

impl Stack {
    /// How deep it is.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether the channel is in no subroutine.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

/// Subroutines that call each other without end stop here.
const DEEPEST: usize = 100;

impl Channel {
    /// Goes to `[[context,]exten,]priority[(arguments)]` and remembers to come back to the next priority.
    pub fn gosub(&mut self, target: &str) -> Result<(), String> {
        if self.stack.len() >= DEEPEST {
            return Err(format!("subroutines are nested deeper than {DEEPEST}"));
        }
        let (place, arguments) = match target.split_once('(') {
            Some((place, rest)) => (place, rest.trim_end().strip_suffix(')').unwrap_or(rest)),
            None => (target, ""),
        };
        let position = self.resolve(place)?;
        if !self.exists_here(&position) {
            return Err(format!("there is no {position}"));
        }
        let back = self.position().next();
        let arguments: Vec<String> = split(arguments);
        self.enter_frame(back, &arguments);
        self.go_to(position);
        Ok(())
    }

    fn enter_frame(&mut self, back: Position, arguments: &[String]) {
        let outer = self.stack.0.last().map_or(0, |frame| frame.arguments);
        // Call records show where the call was before its subroutines.
        let nested = std::mem::replace(&mut self.facts().in_subroutine, true);
        self.stack.0.push(Frame { back, hidden: Vec::new(), arguments: arguments.len(), nested });
        for index in 0..arguments.len().max(outer) {
            let value = arguments.get(index).map_or("", String::as_str);
            self.hide_variable(&format!("ARG{}", index + 1), value);
        }
        self.hide_variable("ARGC", &arguments.len().to_string());
    }

    /// `LOCAL(name)=value`: a variable that goes with the subroutine. Says whether there is one to go with.
    pub fn set_local(&mut self, name: &str, value: &str) -> bool {
        let Some(frame) = self.stack.0.last() else { return false };
        if frame.hidden.iter().any(|hidden| hidden == name) {
            self.set_variable(name, value);
        } else {
            self.hide_variable(name, value);
        }
        true
    }

    /// Whether the innermost subroutine has a variable of this name of its own: `LOCAL(name)`.
    pub fn is_local(&self, name: &str) -> bool {
        self.stack.0.last().is_some_and(|frame| frame.hidden.iter().any(|hidden| hidden == name))
    }

    /// Where the subroutine `depth` levels up was called, 1 for the innermost: `STACK_PEEK`.
    pub fn called_from(&self, depth: usize) -> Option<Position> {
        let back = &self.stack.0.iter().rev().nth(depth.checked_sub(1)?)?.back;
        Some(Position { priority: back.priority.saturating_sub(1), ..back.clone() })
    }

    fn hide_variable(&mut self, name: &str, value: &str) {
        self.variables.hide(name, value);
        let event =
            |channel| Event::VarSet { channel: Some(channel), name: name.into(), value: value.into() };
        self.publish_with(EventKind::VarSet, event);
        if let Some(frame) = self.stack.0.last_mut() {
            frame.hidden.push(name.to_owned());
        }
    }

    /// `Return(value)`: goes back to after the Gosub.
    pub fn end_subroutine(&mut self, value: &str) -> Result<(), String> {
        let nested = self.stack.0.last().is_some_and(|frame| frame.nested);
        let Some(back) = self.leave_frame() else {
            return Err("Return without Gosub: stack is empty".to_owned());
        };
        self.facts().in_subroutine = nested;
        self.set_variable("GOSUB_RETVAL", value);
        self.go_to(back);
        Ok(())
    }

    /// Leaves the innermost subroutine with its variables; returns where it goes back to.
    pub fn leave_frame(&mut self) -> Option<Position> {
        let frame = self.stack.0.pop()?;
        for name in frame.hidden.iter().rev() {
            self.variables.remove(name);
        }
        Some(frame.back)
    }
}

fn split(arguments: &str) -> Vec<String> {
    obelus_dialplan::split_raw_arguments(arguments).map(str::to_owned).collect()
}
