//! What extensions.conf says, line by line: the syntax tree from which plans are made.

use std::sync::Arc;

use obelus_conf::Location;

/// One extensions.conf with all that it includes.
///
/// Nothing is substituted or resolved yet, so that it can be printed and edited as it was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// The `[general]` section.
    pub general: General,
    /// The `[globals]`, in order, because later ones may use earlier ones.
    pub globals: Vec<Global>,
    /// The contexts in order; a name may come twice.
    pub contexts: Vec<ContextBlock>,
}

/// The settings of `[general]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct General {
    /// `static`: together with no `write_protect`, the console may save the dialplan.
    pub is_static: bool,
    /// `writeprotect`: the console may not save the dialplan.
    pub write_protect: bool,
    /// `autofallthrough`: a call that runs out of priorities ends instead of waiting for digits.
    pub auto_fallthrough: bool,
    /// `extenpatternmatchnew`: which of Asterisk's two searches was wished.
    ///
    /// They are meant to differ in speed alone; the one search of [`Plan`](crate::Plan) gives the results
    /// of the older, which is Asterisk's default, at the speed of the newer.
    pub pattern_match_new: bool,
    /// `clearglobalvars`: a reload forgets the globals that were set at run time.
    pub clear_globals: bool,
    /// `userscontext`: where the extensions of users.conf go.
    pub users_context: String,
    /// `overrideswitch`: a switch that is asked before anything else.
    pub override_switch: Option<String>,
}

impl Default for General {
    fn default() -> Self {
        Self {
            is_static: false,
            write_protect: false,
            auto_fallthrough: true,
            pattern_match_new: false,
            clear_globals: false,
            users_context: "default".into(),
            override_switch: None,
        }
    }
}

/// `NAME = value` in `[globals]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Global {
    /// The name of the variable.
    pub name: String,
    /// The value before substitution.
    pub value: String,
    /// Where it stands.
    pub location: Location,
}

/// One `[context]` and its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextBlock {
    /// The name between the brackets.
    pub name: Arc<str>,
    /// The lines in order.
    pub items: Vec<Item>,
    /// The line of the header.
    pub location: Location,
}

/// One line of a context.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// `exten =>` or `same =>`.
    Exten(Exten),
    /// `include => context[,times,weekdays,days,months[,timezone]]`.
    Include(Text),
    /// `ignorepat => pattern`.
    IgnorePattern(Text),
    /// `switch`, `lswitch` or `eswitch`.
    Switch(SwitchKind, Text),
    /// `autohints = yes`.
    AutoHints(bool, Location),
}

/// A line whose text is taken whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The text after the arrow.
    pub text: String,
    /// Where it stands.
    pub location: Location,
}

/// The three spellings of a switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SwitchKind {
    /// `switch`: variables are substituted when the plan is loaded.
    Load,
    /// `lswitch`: variables are never substituted.
    Literal,
    /// `eswitch`: variables are substituted at every look-up.
    Evaluated,
}

/// One priority of one extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exten {
    /// Written as `same =>`.
    pub is_same: bool,
    /// The name or pattern as written, with the caller id after a `/`; variables are not substituted yet.
    pub name: String,
    /// The priority as written.
    pub priority: Start,
    /// What is added to the priority, as in `n+2`.
    pub plus: i32,
    /// The name of the priority, as in `n(again)`.
    pub label: Option<String>,
    /// The application; for a hint the devices; empty if the line ends before it.
    pub application: String,
    /// The text in the application's parentheses; for a hint the name to show.
    pub arguments: String,
    /// Where it stands.
    pub location: Location,
}

/// The ways to write a priority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// A number from one.
    Number(u32),
    /// `n` or `next`: one more than the line before.
    Next,
    /// `s` or `same`: that of the line before.
    Same,
    /// `hint`: not a step of a call, but the devices to watch.
    Hint,
    /// That of another line of the extension, by its label.
    Label(String),
}

impl Item {
    /// Where the line stands.
    #[must_use]
    pub fn location(&self) -> &Location {
        match self {
            Self::Exten(exten) => &exten.location,
            Self::Include(text) | Self::IgnorePattern(text) | Self::Switch(_, text) => &text.location,
            Self::AutoHints(_, location) => location,
        }
    }
}
