//! Extensions that no number reaches, because those that are looked at before them match all that they match.

use obelus_conf::{Problem, Problems};

use crate::name::{ByteSet, Name, Position};
use crate::plan::Extension;

/// A context whose patterns are compared at more places than this is not judged.
const MAX_STEPS: usize = 2_000_000;

/// Warns of patterns behind others that leave nothing to them; the lists are in the order of the search.
pub(crate) fn report(
    names: &[(Name, Option<Name>)],
    extensions: &[Extension],
    context: &str,
    problems: &mut Problems,
) {
    let all: Vec<(&Name, &Extension)> = names.iter().map(|(name, _)| name).zip(extensions).collect();
    let mut steps = 0;
    for (index, (name, extension)) in all.iter().enumerate() {
        let Some(first) = extension.priorities.first().filter(|first| name.is_pattern() && first.number == 1)
        else {
            continue;
        };
        let earlier = all.get(..index).unwrap_or_default();
        let counts_plain = matches_at_most(name, earlier.len());
        // Only those that begin a call, for every caller, keep it from the others.
        let is_rival = |(rival_name, rival): &&(&Name, &Extension)| {
            let begins = rival.caller_id.is_none() && rival.index_of_number(1).is_some();
            begins && (counts_plain || rival_name.is_pattern())
        };
        let rivals: Vec<&(&Name, &Extension)> = earlier.iter().filter(is_rival).collect();
        let states: Vec<State<'_>> = rivals.iter().map(|(name, _)| State { name, at: 0 }).collect();
        match leaves_something(name, 0, &states, &mut steps) {
            Some(false) => {}
            Some(true) => continue,
            None => return,
        }
        let culprit = rivals.iter().find(|(rival, _)| {
            leaves_something(name, 0, &[State { name: rival, at: 0 }], &mut steps) == Some(false)
        });
        let by = match culprit {
            Some((_, rival)) => format!("`{rival}` comes first and matches all that it matches"),
            None => "those before it match all that it matches".to_owned(),
        };
        let message = format!("nothing that is dialled reaches `{extension}` in [{context}]: {by}");
        problems.push(Problem::warning(first.location.clone(), message).named("unreachable-extension"));
    }
}

/// Whether a name matches no more numbers than this, so that as many plain names could stand for all of them.
fn matches_at_most(name: &Name, most: usize) -> bool {
    let mut numbers = 1_usize;
    for index in 0.. {
        match name.position(index) {
            None => return true,
            Some(Position::Set(set)) => numbers = numbers.saturating_mul(set.len() as usize),
            Some(Position::More | Position::Rest) => return false,
        }
        if numbers > most {
            return false;
        }
    }
    true
}

/// How far a name has matched the beginning of a text.
#[derive(Clone, Copy)]
struct State<'a> {
    name: &'a Name,
    at: usize,
}

impl State<'_> {
    fn position(&self) -> Option<Position> {
        self.name.position(self.at)
    }
}

/// Whether a text that matches `name` from a position on is matched by none of the rivals; `None` if it takes too long.
fn leaves_something(name: &Name, at: usize, rivals: &[State<'_>], steps: &mut usize) -> Option<bool> {
    *steps += rivals.len() + 1;
    if *steps > MAX_STEPS {
        return None;
    }
    let any = |wanted: Option<Position>| rivals.iter().any(|rival| rival.position() == wanted);
    if any(Some(Position::Rest)) {
        return Some(false);
    }
    match name.position(at) {
        None => Some(!any(None)),
        Some(Position::More) => Some(!any(Some(Position::More))),
        Some(Position::Rest) => Some(!(any(Some(Position::More)) && any(None))),
        Some(Position::Set(_)) if any(Some(Position::More)) => Some(false),
        Some(Position::Set(set)) => {
            for alive in branches(&set, rivals) {
                if leaves_something(name, at + 1, &alive, steps)? {
                    return Some(true);
                }
            }
            Some(false)
        }
    }
}

/// The rivals that go on behind each byte of a set; bytes behind which the same go on count once.
fn branches<'a>(set: &ByteSet, rivals: &[State<'a>]) -> Vec<Vec<State<'a>>> {
    let mut seen: Vec<Vec<usize>> = Vec::new();
    for byte in (0..=u8::MAX).filter(|&byte| set.contains(byte)) {
        let goes_on =
            |rival: &State<'_>| matches!(rival.position(), Some(Position::Set(set)) if set.contains(byte));
        let alive: Vec<usize> =
            rivals.iter().enumerate().filter(|(_, rival)| goes_on(rival)).map(|(index, _)| index).collect();
        if !seen.contains(&alive) {
            seen.push(alive);
        }
    }
    let next = |index: usize| rivals.get(index).map(|rival| State { at: rival.at + 1, ..*rival });
    seen.into_iter().map(|alive| alive.into_iter().filter_map(next).collect()).collect()
}

#[cfg(test)]
mod tests {
    use obelus_conf::{MemoryFiles, Problems, load};
    use proptest::prelude::*;

    use crate::{EmptyLoadScope, Plan, Script, Source};

    fn warnings(names: &[&str]) -> Vec<String> {
        let lines: String = names.iter().map(|name| format!("exten => {name},1,NoOp()\n")).collect();
        let document =
            load(&MemoryFiles::new().file("x", format!("[a]\n{lines}")), "x", &mut Problems::new());
        let script = Script::parse(&document, &mut Problems::new());
        let mut problems = Problems::new();
        let _ =
            Plan::compile(&[Source { registrar: "test", script: &script }], &EmptyLoadScope, &mut problems);
        let named = problems.iter().filter(|problem| problem.name == Some("unreachable-extension"));
        named.map(|problem| problem.message.clone()).collect()
    }

    fn check(names: &[&str], unreachable: &[&str]) {
        let warnings = warnings(names);
        assert_eq!(warnings.len(), unreachable.len(), "{names:?}: {warnings:?}");
        for name in unreachable {
            assert!(
                warnings.iter().any(|warning| warning.contains(&format!("reaches `{name}`"))),
                "{warnings:?}"
            );
        }
    }

    #[test]
    fn what_others_leave_nothing_to_is_unreachable() {
        check(&["_X.", "_X.5"], &["_X."]);
        check(&["_[0-4]X", "_[5-9]X", "_XX"], &["_XX"]);
        check(&["1", "2", "_[12]"], &["_[12]"]);
        check(&["_X!", "_X!5"], &["_X!"]);
        check(&["_[0-4].", "_[5-9].", "_X."], &["_X."]);
    }

    #[test]
    fn what_keeps_a_single_number_is_reachable() {
        check(&["_X.", "_XX.", "_1X.", "100"], &[]);
        check(&["_[0-4]X", "_[5-8]X", "_XX"], &[]);
        check(&["_9.", "_9!"], &[]);
        check(&["_X./123", "_X.5/123", "_X."], &[]);
        check(&["1/5", "2", "_[12]"], &[]);
    }

    #[test]
    fn the_one_that_stands_before_it_is_named() {
        assert_eq!(
            warnings(&["_X.", "_X.5"]),
            [
                "nothing that is dialled reaches `_X.` in [a]: `_X.5` comes first and matches all that it matches"
            ]
        );
    }

    proptest! {
        #[test]
        fn an_unreachable_pattern_is_never_found(
            names in prop::collection::btree_set("_([0-3X.!]|\\[[0-3]-[1-4]\\]){1,3}", 1..6),
            texts in prop::collection::vec("[0-5]{1,4}", 20),
        ) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let lines: String = names.iter().map(|name| format!("exten => {name},1,NoOp()\n")).collect();
            let document = load(&MemoryFiles::new().file("x", format!("[a]\n{lines}")), "x", &mut Problems::new());
            let script = Script::parse(&document, &mut Problems::new());
            let plan = Plan::compile(&[Source { registrar: "test", script: &script }], &EmptyLoadScope, &mut Problems::new());
            let warnings = warnings(&names);
            for text in &texts {
                if let Ok(found) = plan.locate("a", text, crate::Wanted::Priority(1)) {
                    let name = plan.extension_of(found).unwrap().name();
                    let claim = format!("reaches `{name}` in");
                    prop_assert!(!warnings.iter().any(|warning| warning.contains(&claim)), "{text} {warnings:?}");
                }
            }
        }
    }
}
