//! Searching plans, and Asterisk's order of extensions.

use obelus_conf::{MemoryFiles, Problems, load};
use proptest::prelude::*;

use super::*;
use crate::compile::Source;
use crate::name::{Matched, Name};
use crate::plan::EmptyLoadScope;
use crate::script::Script;

fn plan(text: &str) -> Plan {
    let mut problems = Problems::new();
    let document = load(&MemoryFiles::new().file("x", text), "x", &mut problems);
    let script = Script::parse(&document, &mut problems);
    let plan =
        Plan::compile(&[Source { registrar: "test", script: &script }], &EmptyLoadScope, &mut problems);
    assert_eq!(problems.errors(), 0, "{problems}");
    plan
}

/// A Monday at noon.
fn noon() -> Zoned {
    "2026-10-05T12:00[UTC]".parse().unwrap()
}

/// `context/extension/priority` of what is found, or what is missing.
fn show(plan: &Plan, lookup: Lookup) -> String {
    match lookup {
        Lookup::Found(position) => {
            let priority = plan.priority_of(position).map_or(0, |priority| priority.number());
            let context = plan.context_of(position).unwrap().name();
            format!("{context} {} {priority}", plan.extension_of(position).unwrap())
        }
        Lookup::CouldMatchMore => "more".into(),
        Lookup::NotFound(missing) => format!("no {missing:?}"),
    }
}

fn find(plan: &Plan, context: &str, extension: &str, caller_id: &str, wanted: Wanted<'_>) -> String {
    let now = noon();
    show(plan, plan.find(&Query { context, extension, caller_id, now: &now }, wanted))
}

/// What is found in context `a` for each number at priority 1.
fn check(text: &str, cases: &[(&str, &str)]) {
    let plan = plan(text);
    for (number, expected) in cases {
        let found = find(&plan, "a", number, "", Wanted::Priority(1));
        assert_eq!(found, *expected, "{number}");
    }
}

/// A context `a` in which each name has one priority.
fn names(names: &[&str]) -> String {
    let lines: Vec<String> = names.iter().map(|name| format!("exten => {name},1,NoOp()\n")).collect();
    format!("[a]\n{}", lines.concat())
}

/// `tests/test_pbx.c`: the more exact extension wins, and one without the priority is passed over.
#[test]
fn the_cases_of_asterisks_own_test() {
    let text =
        "[a]\ninclude => b\nexten => _2.,1,NoOp()\nexten => 2000,1,NoOp()\n[b]\nexten => 2000,2,NoOp()\n";
    check(text, &[("200", "a _2. 1"), ("2000", "a 2000 1")]);
    let plan = plan(text);
    assert_eq!(find(&plan, "a", "2000", "", Wanted::Priority(2)), "b 2000 2");
    assert_eq!(find(&plan, "b", "2000", "", Wanted::Priority(2)), "b 2000 2");
}

/// "Pattern Matching" in Asterisk's documentation, and `ext_cmp` in `main/pbx.c`.
#[test]
fn the_more_special_extension_wins() {
    check(
        &names(&["_6XX1", "_640X", "_64XX", "6401"]),
        &[("6401", "a 6401 1"), ("6402", "a _640X 1"), ("6421", "a _64XX 1"), ("6521", "a _6XX1 1")],
    );
    check(
        &names(&["_XXX", "_NXX", "_ZXX", "_[23]XX", "_2XX", "_X.", "_X!", "_.", "_!"]),
        &[
            ("211", "a _2XX 1"),
            ("311", "a _[23]XX 1"),
            ("411", "a _NXX 1"),
            ("111", "a _ZXX 1"),
            ("011", "a _XXX 1"),
            ("0111", "a _X. 1"),
            ("0", "a _X! 1"),
            ("abc", "a _. 1"),
            ("", "a _! 1"),
        ],
    );
    check(
        &names(&["_9.", "_9!", "_9NXX", "_[89]NXX"]),
        &[("9234", "a _9NXX 1"), ("8234", "a _[89]NXX 1"), ("92345", "a _9. 1"), ("9", "a _9! 1")],
    );
    check(
        &names(&["_1[2-4]", "_1[23]", "_1[34]", "_1[24]"]),
        &[("12", "a _1[23] 1"), ("13", "a _1[23] 1"), ("14", "a _1[24] 1")],
    );
    // The first difference decides, not the number of special positions.
    check(
        &names(&["_1XXX", "_X234", "_.", "_12."]),
        &[("1234", "a _12. 1"), ("1934", "a _1XXX 1"), ("2234", "a _X234 1"), ("22345", "a _. 1")],
    );
    check(
        &names(&["_[a-c]x", "_ax", "_[^1]", "s", "h"]),
        &[
            ("a1", "a _ax 1"),
            ("b1", "a _[a-c]x 1"),
            ("^", "a _[^1] 1"),
            ("s", "a s 1"),
            ("H", "no Extension"),
        ],
    );
}

/// `extension_match_core`: dashes are only for the eye, in names and numbers.
#[test]
fn dashes_do_not_count() {
    check(
        &names(&["555-1234", "_NXX-XXX-9999", "1 2 3"]),
        &[
            ("5551234", "a 555-1234 1"),
            ("55-51234", "a 555-1234 1"),
            ("256-428-9999", "a _NXX-XXX-9999 1"),
            ("123", "a 123 1"),
        ],
    );
}

/// `matchcid`, and the order in `ast_add_extension2_lockopt`: those for certain callers come first.
#[test]
fn callers_are_matched_before_everyone() {
    let text = "[a]\nexten => 100,1,NoOp()\nexten => 100/_555XXXX,1,NoOp()\nexten => 100/555-1234,1,NoOp()\n\
                exten => 100/,1,NoOp()\nexten => _1XX/_55.,1,NoOp()\n";
    let plan = plan(text);
    let callers = [
        ("5551234", "a 100/5551234 1"),
        ("5559999", "a 100/_555XXXX 1"),
        ("", "a 100/ 1"),
        ("777", "a 100 1"),
        ("55", "a 100 1"),
    ];
    for (caller, expected) in callers {
        assert_eq!(find(&plan, "a", "100", caller, Wanted::Priority(1)), expected, "{caller}");
    }
    assert_eq!(find(&plan, "a", "101", "551", Wanted::Priority(1)), "a _1XX/_55. 1");
    assert_eq!(find(&plan, "a", "101", "", Wanted::Priority(1)), "no Extension");
    let patterns = names(&["100/_.", "100/_!"]);
    assert_eq!(find(&super::tests::plan(&patterns), "a", "100", "", Wanted::Priority(1)), "no Extension");
}

/// `pbx_find_extension` goes on to the next match where the first lacks the priority or label.
#[test]
fn a_match_without_the_priority_is_passed_over() {
    let text = "[a]\nexten => 123,1,NoOp()\nexten => 123,3,NoOp()\nexten => _1XX,1,NoOp()\n\
                exten => _1XX,2(two),NoOp()\nexten => _1.,1,NoOp()\nexten => _1.,4,NoOp()\n\
                exten => _1XX,hint,PJSIP/a\n";
    let plan = plan(text);
    let cases = [
        (Wanted::Priority(1), "a 123 1"),
        (Wanted::Priority(2), "a _1XX 2"),
        (Wanted::Priority(3), "a 123 3"),
        (Wanted::Priority(4), "a _1. 4"),
        (Wanted::Priority(5), "no Priority"),
        (Wanted::Label("two"), "a _1XX 2"),
        (Wanted::Label("three"), "no Priority"),
        (Wanted::Hint, "a _1XX 0"),
    ];
    for (wanted, expected) in cases {
        assert_eq!(find(&plan, "a", "123", "", wanted), expected, "{wanted:?}");
    }
    assert_eq!(find(&plan, "a", "9", "", Wanted::Priority(1)), "no Extension");
    assert_eq!(find(&plan, "b", "9", "", Wanted::Priority(1)), "no Context");
}

/// Own extensions, then those of the includes in order and depth first, each context once.
#[test]
fn includes_are_searched_in_order() {
    let text = "[a]\ninclude => b\ninclude => c\nexten => _1XX,1,NoOp()\n\
                [b]\ninclude => d\nexten => _2XX,1,NoOp()\n\
                [c]\nexten => 100,1,NoOp()\nexten => 200,1,NoOp()\nexten => 300,1,NoOp()\nexten => 400,1,NoOp()\n\
                [d]\ninclude => a\nexten => 300,1,NoOp()\n";
    check(
        text,
        &[
            ("100", "a _1XX 1"),
            ("200", "b _2XX 1"),
            ("300", "d 300 1"),
            ("400", "c 400 1"),
            ("500", "no Extension"),
            ("40", "more"),
        ],
    );
}

#[test]
fn includes_have_their_times() {
    let text = "[a]\ninclude => day,8:00-17:59,mon-fri,*,*\ninclude => night\n\
                [day]\nexten => 1,1,NoOp()\n[night]\nexten => 1,1,NoOp()\n";
    let plan = plan(text);
    for (time, expected) in [
        ("2026-10-05T12:00[UTC]", "day 1 1"),
        ("2026-10-05T18:00[UTC]", "night 1 1"),
        ("2026-10-04T12:00[UTC]", "night 1 1"),
    ] {
        let now: Zoned = time.parse().unwrap();
        let query = Query { context: "a", extension: "1", caller_id: "", now: &now };
        assert_eq!(show(&plan, plan.find(&query, Wanted::Priority(1))), expected, "{time}");
    }
}

/// `ast_canmatch_extension` and `ast_matchmore_extension`.
#[test]
fn waiting_for_more_digits() {
    let text = names(&["100", "1000", "_2XX", "_3X.", "_4X!", "_5!"])
        + "include => b\n[b]\nexten => _45XX,1,NoOp()\n";
    let plan = plan(&text);
    let now = noon();
    let cases = [
        // number, exists, can match, would match with more
        ("", false, true, true),
        ("1", false, true, true),
        ("100", true, true, true),
        ("1000", true, true, false),
        ("10000", false, false, false),
        ("2", false, true, true),
        ("222", true, true, false),
        ("3", false, true, true),
        ("31", false, true, true),
        ("311", true, true, true),
        ("4", false, true, true),
        ("45", true, true, false),
        ("5", true, true, false),
        ("9", false, false, false),
    ];
    for (extension, exists, can_match, match_more) in cases {
        let query = Query { context: "a", extension, caller_id: "", now: &now };
        let wanted = Wanted::Priority(1);
        let found =
            (plan.exists(&query, wanted), plan.can_match(&query, wanted), plan.match_more(&query, wanted));
        assert_eq!(found, (exists, can_match, match_more), "{extension}");
    }
}

/// `Goto(_X.,1)` names the pattern itself.
#[test]
fn a_pattern_can_be_named() {
    check(
        &names(&["_1X", "_X.", "_."]),
        &[
            ("_X.", "a _X. 1"),
            ("_1X", "a _1X 1"),
            ("_x.", "a _X. 1"),
            ("_Z", "a _. 1"),
            ("_.", "a _. 1"),
            ("_2", "a _. 1"),
            ("_", "a _. 1"),
        ],
    );
}

#[test]
fn dial_tone_goes_on_for_ignored_digits() {
    let plan = plan("[a]\nignorepat => 9\nignorepat => _1X\n");
    assert!(plan.is_ignored("a", "9") && plan.is_ignored("a", "15"));
    assert!(!plan.is_ignored("a", "91") && !plan.is_ignored("b", "9"));
}

#[test]
fn a_search_ends_after_128_contexts() {
    let text: String =
        (0..200).map(|n| format!("[c{n}]\ninclude => c{}\nexten => {n},1,NoOp()\n", n + 1)).collect();
    let plan = plan(&text);
    assert_eq!(find(&plan, "c0", "127", "", Wanted::Priority(1)), "c127 127 1");
    assert_eq!(find(&plan, "c0", "128", "", Wanted::Priority(1)), "no Extension");
}

/// The steps of a search are those of the number's length, whatever the size of the plan.
#[test]
fn a_hundred_thousand_extensions_cost_no_more_steps_than_ten() {
    let steps = |count: u32| {
        let lines: String = (0..count)
            .map(|n| {
                format!(
                    "exten => 1{n:07},1,NoOp()\nexten => _2{n:07}XX,1,NoOp()\nexten => 3/{n:07},1,NoOp()\n"
                )
            })
            .collect();
        let plan = plan(&format!("[a]\n{lines}exten => _X.,1,NoOp()\n"));
        let now = noon();
        let numbers = [("10000003", ""), ("2000000412", ""), ("3", "0000005"), ("19999999", ""), ("0", "")];
        let mut steps = 0;
        for (extension, caller_id) in numbers {
            let query = Query { context: "a", extension, caller_id, now: &now };
            let mut search = Search::new(&plan, &query, Mode::Exactly, Wanted::Priority(1));
            let _ = search.context("a");
            steps += search.steps;
        }
        steps
    };
    assert_eq!(steps(10), steps(100_000));
}

#[test]
fn plans_and_machines_go_from_thread_to_thread() {
    fn is_shared<T: Send + Sync>() {}
    fn is_sent<T: Send>() {}
    is_shared::<Plan>();
    is_sent::<crate::Machine>();
}

/// One line of a random plan.
#[derive(Clone, Debug)]
struct Line {
    context: usize,
    name: String,
    caller: Option<String>,
    priority: u32,
}

fn line() -> impl Strategy<Value = Line> {
    let name = prop_oneof!["[1-3]{1,3}", "_[1-3XZN]{1,3}[.!]?", "_\\[12\\][1-3X]{0,2}", "_[.!]"];
    let caller = prop::option::of(prop_oneof!["[56]{0,2}", "_[56X]{1,2}[.!]?"]);
    (0..3_usize, name, caller, 1..4_u32).prop_map(|(context, name, caller, priority)| Line {
        context,
        name,
        caller,
        priority,
    })
}

/// Asterisk's own way: every extension of the context in order, then the includes.
fn one_by_one(
    lines: &[Line],
    includes: &[(usize, usize)],
    context: usize,
    visited: &mut Vec<usize>,
    (number, caller, priority, mode): (&str, &str, u32, Mode),
) -> bool {
    if visited.contains(&context) {
        return false;
    }
    let mut extensions: Vec<(Name, bool, Option<Name>)> = lines
        .iter()
        .filter(|line| line.context == context)
        .map(|line| {
            let caller = line.caller.as_deref().map(|caller| Name::parse(caller).unwrap());
            (Name::parse(&line.name).unwrap(), caller.is_none(), caller)
        })
        .collect();
    extensions.sort();
    extensions.dedup();
    for (name, _, caller_name) in &extensions {
        let is_for_caller = match caller_name {
            None => true,
            Some(name) if caller.is_empty() => *name == Name::parse("").unwrap(),
            Some(name) => name.matches(caller, Mode::Exactly) != Matched::No,
        };
        let matched = name.matches(number, mode);
        if matched == Matched::No || !is_for_caller {
            continue;
        }
        if matched == Matched::Early && mode == Mode::OnlyWithMore {
            return false;
        }
        let has_priority = lines.iter().any(|line| {
            let same_caller =
                line.caller.as_deref().map(|caller| Name::parse(caller).unwrap()) == *caller_name;
            line.context == context
                && Name::parse(&line.name).unwrap() == *name
                && same_caller
                && line.priority == priority
        });
        if has_priority {
            return true;
        }
    }
    visited.push(context);
    let included = includes.iter().filter(|(from, _)| *from == context);
    included
        .into_iter()
        .any(|(_, to)| one_by_one(lines, includes, *to, visited, (number, caller, priority, mode)))
}

proptest! {
    #[test]
    fn a_plan_finds_what_a_list_finds(
        lines in prop::collection::vec(line(), 0..25),
        includes in prop::collection::btree_set((0..3_usize, 0..3_usize), 0..5),
        number in "([1-4]{0,4}|_[1-3XN.]{1,3})",
        caller in "[5-7]{0,2}",
        priority in 1..4_u32,
    ) {
        let mut text = String::new();
        for context in 0..3 {
            text += &format!("[c{context}]\n");
            for (from, to) in includes.iter().filter(|(from, _)| *from == context) {
                text += &format!("include => c{to} ; in {from}\n");
            }
            for line in lines.iter().filter(|line| line.context == context) {
                let caller = line.caller.as_ref().map(|caller| format!("/{caller}")).unwrap_or_default();
                text += &format!("exten => {}{caller},{},NoOp()\n", line.name, line.priority);
            }
        }
        let mut problems = Problems::new();
        let document = load(&MemoryFiles::new().file("x", text.as_str()), "x", &mut problems);
        let script = Script::parse(&document, &mut problems);
        let sources = [Source { registrar: "test", script: &script }];
        let plan = Plan::compile(&sources, &EmptyLoadScope, &mut problems);
        let includes: Vec<(usize, usize)> = includes.into_iter().collect();
        let now = noon();
        let query = Query { context: "c0", extension: &number, caller_id: &caller, now: &now };
        let wanted = Wanted::Priority(priority);
        let found = [plan.exists(&query, wanted), plan.can_match(&query, wanted), plan.match_more(&query, wanted)];
        let expected = [Mode::Exactly, Mode::WithMore, Mode::OnlyWithMore].map(|mode| {
            one_by_one(&lines, &includes, 0, &mut Vec::new(), (&number, &caller, priority, mode))
        });
        prop_assert_eq!(found, expected, "{}{}/{},{}", text, number, caller, priority);
    }
}
