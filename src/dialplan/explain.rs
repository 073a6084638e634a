//! Why a search finds what it finds: every extension that it looks at, and what it says of each.

use std::fmt;

use crate::lookup::{Query, Wanted};
use crate::matcher::Caller;
use crate::name::{ByteSet, Matched, Mode, Name, Position as Place, without_blanks, without_grouping};
use crate::plan::{Context, Extension, Include, Plan};

/// A search, context by context.
#[derive(Clone, Debug)]
pub struct Explanation<'a> {
    /// The contexts in the order in which they are searched.
    pub contexts: Vec<Searched<'a>>,
}

/// One context of a search.
#[derive(Clone, Debug)]
pub struct Searched<'a> {
    /// The context.
    pub context: &'a Context,
    /// How many includes led to it.
    pub depth: usize,
    /// The include that led to it; none for the first.
    pub include: Option<&'a Include>,
    /// Its extensions in their order.
    pub extensions: Vec<(&'a Extension, Verdict)>,
    /// Includes that were not followed.
    pub skipped: Vec<(&'a Include, Skipped)>,
}

/// Why an include was not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skipped {
    /// It does not hold at that time.
    OutOfTime,
    /// There is no such context.
    Missing,
    /// The context was searched before.
    Again,
}

/// What became of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is the one.
    Found,
    /// It matches, but one before it was found.
    Behind,
    /// It matches, but has no priority 1.
    NoPriority,
    /// The number matches, but the caller does not.
    OtherCaller,
    /// It wants more digits than there are.
    TooShort,
    /// It ends before the digits do; so many of them match.
    TooLong(usize),
    /// A digit is not the one that it wants; so many before it match.
    Differs {
        /// How many digits match.
        matching: usize,
        /// What is wanted behind them.
        wanted: String,
        /// What is there.
        there: char,
    },
}

impl Verdict {
    /// How many digits match: what is nearest to the number.
    #[must_use]
    pub fn matching(&self) -> usize {
        match self {
            Self::Differs { matching, .. } | Self::TooLong(matching) => *matching,
            Self::Found | Self::Behind | Self::NoPriority | Self::OtherCaller | Self::TooShort => usize::MAX,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found => f.write_str("matches"),
            Self::Behind => f.write_str("matches too, but comes later"),
            Self::NoPriority => f.write_str("matches, but has no priority 1"),
            Self::OtherCaller => f.write_str("matches, but is for other callers"),
            Self::TooShort => f.write_str("wants more digits"),
            Self::TooLong(_) => f.write_str("wants fewer digits"),
            Self::Differs { matching, wanted, there } => {
                write!(f, "wants {wanted} as digit {}, where `{there}` is", matching + 1)
            }
        }
    }
}

impl Plan {
    /// Goes the way of [`Plan::find`] for priority 1, and says of every extension why it is the one or not.
    #[must_use]
    pub fn explain(&self, query: &Query<'_>) -> Explanation<'_> {
        let mut walk =
            Walk { plan: self, query, explanation: Explanation { contexts: Vec::new() }, is_found: false };
        if let Some(&index) = self.by_name.get(query.context) {
            walk.context(index, 0, None);
        }
        walk.explanation
    }
}

struct Walk<'a, 'q> {
    plan: &'a Plan,
    query: &'q Query<'q>,
    explanation: Explanation<'a>,
    is_found: bool,
}

impl<'a> Walk<'a, '_> {
    fn context(&mut self, index: u32, depth: usize, include: Option<&'a Include>) {
        let Some(context) = self.plan.context_at(index) else { return };
        let mut is_found = self.is_found;
        let mut extensions = Vec::with_capacity(context.extensions.len());
        for extension in &context.extensions {
            let verdict = match self.verdict(extension) {
                Verdict::Found if is_found => Verdict::Behind,
                verdict => verdict,
            };
            is_found |= verdict == Verdict::Found;
            extensions.push((extension, verdict));
        }
        self.is_found = is_found;
        let place = self.explanation.contexts.len();
        self.explanation.contexts.push(Searched { context, depth, include, extensions, skipped: Vec::new() });
        for include in context.includes.iter() {
            if self.is_found {
                return;
            }
            match self.follows(include) {
                Ok(included) => self.context(included, depth + 1, Some(include)),
                Err(why) => {
                    if let Some(searched) = self.explanation.contexts.get_mut(place) {
                        searched.skipped.push((include, why));
                    }
                }
            }
        }
    }

    fn follows(&self, include: &Include) -> Result<u32, Skipped> {
        let index = include.context.ok_or(Skipped::Missing)?;
        if include.timing.as_ref().is_some_and(|timing| !timing.includes(self.query.now)) {
            return Err(Skipped::OutOfTime);
        }
        let folded = self.plan.context_at(index).map(|context| context.folded);
        let was_searched =
            self.explanation.contexts.iter().any(|searched| Some(searched.context.folded) == folded);
        if was_searched { Err(Skipped::Again) } else { Ok(index) }
    }

    fn verdict(&self, extension: &Extension) -> Verdict {
        let Ok(name) = Name::parse(&extension.name) else { return Verdict::TooLong(0) };
        let digits = self.query.extension;
        if name.matches(digits, Mode::Exactly) == Matched::No {
            return difference(&name, digits);
        }
        if !is_for(extension, Caller::Number(self.query.caller_id)) {
            return Verdict::OtherCaller;
        }
        match extension.index(Wanted::Priority(1)) {
            Some(_) => Verdict::Found,
            None => Verdict::NoPriority,
        }
    }
}

fn is_for(extension: &Extension, caller: Caller<'_>) -> bool {
    let (Some(wanted), Caller::Number(number)) = (extension.caller_id(), caller) else { return true };
    if wanted.is_empty() {
        return number.is_empty();
    }
    let wanted = without_blanks(&without_grouping(wanted));
    Name::parse(&wanted).is_ok_and(|name| name.matches(number, Mode::Exactly) != Matched::No)
}

/// Where a number that does not match leaves the name.
fn difference(name: &Name, digits: &str) -> Verdict {
    let mut matching = 0;
    for there in digits.chars().filter(|char| *char != '-') {
        let byte = u8::try_from(there).unwrap_or(u8::MAX);
        match name.position(matching) {
            None => return Verdict::TooLong(matching),
            Some(Place::Set(set)) if !set.contains(byte) => {
                return Verdict::Differs { matching, wanted: set.to_string(), there };
            }
            Some(_) => matching += 1,
        }
    }
    Verdict::TooShort
}

/// `5`, `2-9`, `one of 1, 3-5`.
impl fmt::Display for ByteSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members: Vec<u8> = (0..=u8::MAX).filter(|&byte| self.contains(byte)).collect();
        let runs = members.chunk_by(|a, b| a + 1 == *b);
        let show = |run: &[u8]| match (run.first(), run.last()) {
            (Some(&first), Some(&last)) if run.len() > 2 => {
                format!("{}-{}", char::from(first), char::from(last))
            }
            _ => run.iter().map(|&byte| char::from(byte).to_string()).collect::<Vec<_>>().join(", "),
        };
        let runs: Vec<String> = runs.map(show).collect();
        if let [_] = members.as_slice() {
            return write!(f, "`{}`", runs.concat());
        }
        write!(f, "one of {}", runs.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Zoned;
    use obelus_conf::{MemoryFiles, Problems, load};
    use proptest::prelude::*;

    use super::*;
    use crate::{EmptyLoadScope, Lookup, Script, Source};

    fn plan(text: &str) -> Plan {
        let document = load(&MemoryFiles::new().file("x", text), "x", &mut Problems::new());
        let script = Script::parse(&document, &mut Problems::new());
        Plan::compile(&[Source { registrar: "test", script: &script }], &EmptyLoadScope, &mut Problems::new())
    }

    fn noon() -> Zoned {
        "2026-03-02T12:00[UTC]".parse().unwrap()
    }

    /// Each extension with its verdict, contexts apart.
    fn check(text: &str, number: &str, caller: &str, expected: &str) {
        let (plan, now) = (plan(text), noon());
        let explanation =
            plan.explain(&Query { context: "a", extension: number, caller_id: caller, now: &now });
        let mut shown = String::new();
        for searched in &explanation.contexts {
            shown += &format!("[{}]\n", searched.context.name());
            searched
                .extensions
                .iter()
                .for_each(|(extension, verdict)| shown += &format!("{extension}: {verdict}\n"));
            searched
                .skipped
                .iter()
                .for_each(|(include, why)| shown += &format!("{}: {why:?}\n", include.name()));
        }
        assert_eq!(shown, expected, "{number}");
    }

    #[test]
    fn every_extension_has_a_verdict() {
        check(
            "[a]\ninclude => night,18:00-6:00,*,*,*,UTC\ninclude => b\ninclude => c\nexten => 12,1,A()\nexten => _9X.,1,A()\n\
             exten => 123/5,1,A()\nexten => _1[3-57]X,1,A()\n[b]\ninclude => a\nexten => 123,2,A()\nexten => _1XX,1,A()\nexten => _X.,1,A()\n[night]\n[c]\n",
            "123",
            "7",
            "[a]\n12: wants fewer digits\n123/5: matches, but is for other callers\n\
             _1[3-57]X: wants one of 3-5, 7 as digit 2, where `2` is\n_9X.: wants `9` as digit 1, where `1` is\nnight: OutOfTime\n\
             [b]\n123: matches, but has no priority 1\n_1XX: matches\n_X.: matches too, but comes later\n",
        );
        check(
            "[a]\nexten => 1234,1,A()\nexten => _X.,1,A()\n",
            "1",
            "",
            "[a]\n1234: wants more digits\n_X.: wants more digits\n",
        );
    }

    proptest! {
        #[test]
        fn what_is_explained_is_what_is_found(
            names in prop::collection::btree_set("_?[0-2X.!]{1,3}(/[0-2X]{1,2})?", 1..8),
            split in 0_usize..8,
            number in "[0-3]{1,4}",
            caller in "[0-3]{0,2}",
        ) {
            let mut text = "[a]\ninclude => b\n".to_owned();
            for (index, name) in names.iter().enumerate() {
                if index == split {
                    text += "[b]\n";
                }
                text += &format!("exten => {name},{},A()\n", 1 + index % 2);
            }
            let (plan, now) = (plan(&text), noon());
            let query = Query { context: "a", extension: &number, caller_id: &caller, now: &now };
            let explanation = plan.explain(&query);
            let extensions = explanation.contexts.iter().flat_map(|searched| &searched.extensions);
            let explained: Vec<String> = extensions.filter(|(_, verdict)| *verdict == Verdict::Found).map(|(extension, _)| extension.to_string()).collect();
            let found = match plan.find(&query, Wanted::Priority(1)) {
                Lookup::Found(at) => vec![plan.extension_of(at).unwrap().to_string()],
                _ => Vec::new(),
            };
            prop_assert_eq!(explained, found, "{} {}", number, text);
        }
    }
}
