//! What the arguments of applications and functions name: places to go to, variables, devices.
//!
//! The checker reads it while a plan is loaded. In the arguments it passes, [`Mention::UNKNOWN`] stands for whatever
//! is not known before a call.

use std::borrow::Cow;

use obelus_dialplan::Template;

/// One thing that is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mention<'a> {
    /// `[[context,]extension,]priority`: a call goes on there.
    Target(Cow<'a, str>),
    /// The same, perhaps with `(arguments)` behind it: a subroutine that returns.
    Subroutine(Cow<'a, str>),
    /// A context in which something is looked for.
    Context(Cow<'a, str>),
    /// `Playback(beep)`: an application that is run.
    Application(Cow<'a, str>),
    /// `PJSIP/1001`: somebody who is rung.
    Device(Cow<'a, str>),
    /// `X`, `__X` or `CALLERID(num)`: it gets a value.
    Written(Cow<'a, str>),
    /// Any variable may get a value, by names that the plan does not hold.
    AnyVariable,
}

impl Mention<'_> {
    /// Stands for a substitution.
    pub const UNKNOWN: char = Template::HOLE;
}
