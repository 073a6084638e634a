//! What compiling reports, and what it makes of names, numbers, labels and globals.

use expect_test::{Expect, expect};
use obelus_conf::{MemoryFiles, load};
use proptest::prelude::*;

use super::*;
use crate::plan::EmptyLoadScope;
use crate::vocabulary::{Step, Vocabulary};

/// Knows one variable, one function and no time zones.
struct Outside;

impl LoadScope for Outside {
    fn variable(&self, name: &str, out: &mut String) -> bool {
        let is_known = name == "ASTETCDIR";
        out.push_str(if is_known { "/etc/obelus" } else { "" });
        is_known
    }

    fn function(&self, name: &str, arguments: &str) -> Option<String> {
        (name == "ENV").then(|| format!("<{arguments}>"))
    }
}

fn compile(text: &str) -> (Plan, Problems) {
    let mut problems = Problems::new();
    let document = load(&MemoryFiles::new().file("x", text), "x", &mut problems);
    let script = Script::parse(&document, &mut problems);
    let plan = Plan::compile(&[Source { registrar: "test", script: &script }], &Outside, &mut problems);
    (plan, problems)
}

/// Every step as the plan has it.
fn show(plan: &Plan) -> String {
    let mut out = String::new();
    for context in plan.contexts() {
        out += &format!("[{}]\n", context.name());
        for extension in context.extensions() {
            if let Some(hint) = extension.hint() {
                out += &format!("{extension} hint {} ({})\n", hint.text().source(), hint.name());
            }
            for step in extension.priorities() {
                let label = step.label().map(|label| format!("({label})")).unwrap_or_default();
                let application = plan.application(step.application());
                out += &format!(
                    "{extension} {}{label} {application}({})\n",
                    step.number(),
                    step.arguments().source()
                );
            }
        }
    }
    out
}

fn check(text: &str, expected: &Expect) {
    let (plan, mut problems) = compile(text);
    problems.sort();
    expected.assert_eq(&format!("{}{problems}", show(&plan)));
}

#[test]
fn names_numbers_and_labels_are_resolved() {
    check(
        "[globals]\nN=10\nM=${N}0\nHOME=${ENV(HOME)} in ${ASTETCDIR}\n\
         [a]\nexten => ${M},1,NoOp(${M})\nsame => n(again),Wait(1)\nsame => n+2(far),noop()\n\
         exten => ${M},again+101,Hangup()\nexten => 2 00/(555) 12-34,1,NoOp()\nexten => _N-X,1,NoOp\n\
         exten => _[2-9][0-9],2,NoOp(same)\nexten => 7,s,NoOp(s)\nexten => 1,hint,PJSIP/${EXTEN}@${CONTEXT}(${N})\n\
         exten => _3X,hint,PJSIP/${EXTEN}\n",
        &expect![[r#"
            [a]
            1 hint PJSIP/1@a(10) ()
            100 1 NoOp(${M})
            100 2(again) Wait(1)
            100 5(far) NoOp()
            100 103 Hangup()
            200/5551234 1 NoOp()
            7 2 NoOp(s)
            _3X hint PJSIP/${EXTEN} ()
            _N-X 1 NoOp()
            _N-X 2 NoOp(same)
            x:13: `7` in [a] begins with priority 2 [priority-gap]"#]],
    );
    let (plan, _) = compile("[globals]\nHOME=${ENV(HOME)} in ${ASTETCDIR}\nA=1\nA=${A}2\n");
    let globals = [("HOME", "<HOME> in /etc/obelus"), ("A", "12")];
    assert_eq!(plan.globals(), globals.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn all_mistakes_are_reported_at_once() {
    check(
        "[a]\nexten => 1,n,NoOp()\nexten => 1,1,NoOp()\nexten => 1,1,NoOp()\nexten => 1,3,NoOp()\n\
         exten => 1,4(x),NoOp()\nexten => 1,5(x),NoOp()\nexten => 1,nolabel+1,NoOp()\nexten => 1,n+-9,NoOp()\n\
         exten => 1,hint,PJSIP/a\nexten => 1,n,NoOp()\nexten => 1,hint,PJSIP/b\nexten => _[12,1,NoOp()\n\
         exten => _[9-0],1,NoOp()\nexten => _.,1,NoOp()\nexten => /5,1,NoOp()\n\
         exten => 2,1,NoOp(${a)\nexten => 2,2,NoOp($[1+)\nexten => 2,3,Set(a=$[1 +])\nexten => 2,4,Dial(PJSIP/a(b,30)\n\
         exten => 2,5,Log(NOTICE,\"a,b)\nexten => 2,6\n\
         include => b\ninclude => B\ninclude => nine\ninclude => bb\ninclude => c,25:00-26:00,*,*,*\n\
         ignorepat => _[\nswitch => Realtime/a\nswitch => realtime/A\n[bb]\n[b]\ninclude => c\n[c]\ninclude => b\n",
        &expect![[r#"
            [a]
            1 hint PJSIP/a ()
            1 1 NoOp()
            1 3 NoOp()
            1 4(x) NoOp()
            1 5 NoOp()
            2 1 NoOp(${a)
            2 2 NoOp($[1+)
            2 3 Set(a=$[1 +])
            2 4 Dial(PJSIP/a(b,30)
            2 5 Log(NOTICE,"a,b)
            2 6 ()
            _. 1 NoOp()
            [bb]
            [b]
            [c]
            x:2: `n` cannot be the first priority of a context
            x:4: priority 1 of `1` in [a] is taken already at x:3
            x:5: priority 3 of `1` in [a] follows 1 [priority-gap]
            x:7: the label `x` of `1` in [a] is taken already at x:6; it is ignored here
            x:8: `nolabel` is no priority, and no label before this line of 1
            x:9: 6 + -9 is no priority
            x:11: `n` cannot follow a hint, which has no number; write the number
            x:12: `1` in [a] has its hint already at x:10
            x:13: a `[` of the extension `_[12,1,NoOp()` is not closed
            x:14: extension `_[9-0]`: `[9-0]` contains no character
            x:15: `_.` also matches `h`, `i`, `t` and their like; `_X.` is probably meant [catch-all]
            x:16: extension `/5`: the name is empty
            x:17: `${a` has no closing `}`
            x:18: `$[1+` has no closing `]`
            x:18: syntax error in the expression `$[1+]`
            x:19: syntax error in the expression `$[1 +]`
            x:20: the `(` in `PJSIP/a(b,30` is not closed, and hides the commas behind it [open-bracket]
            x:21: the `"` in `NOTICE,"a,b` is not closed, and hides the commas behind it [open-bracket]
            x:22: this priority of `2` has no application
            x:24: [a] includes `B` twice
            x:25: [a] includes [nine], which does not exist [missing-context]
            x:27: include of `c`: `25:00-26:00` is no time of the day
            x:28: ignorepat `_[`: a `[` has no closing `]`
            x:30: [a] has the switch `realtime/A` twice
            x:35: the includes go in a circle: b -> c -> b [include-cycle]"#]],
    );
}

#[test]
fn sources_join_in_one_context() {
    let mut problems = Problems::new();
    let script = |text: &str| {
        let document = load(&MemoryFiles::new().file("x", text), "x", &mut Problems::new());
        Script::parse(&document, &mut Problems::new())
    };
    let (first, second) = (
        script("[general]\nautofallthrough=no\n[a]\nexten => 1,1,NoOp()\n"),
        script("[a]\nexten => 1,2,NoOp()\nexten => 1,1,Hangup()\n"),
    );
    let sources = [
        Source { registrar: "pbx_config", script: &first },
        Source { registrar: "features", script: &second },
    ];
    let plan = Plan::compile(&sources, &EmptyLoadScope, &mut problems);
    assert_eq!(show(&plan), "[a]\n1 1 NoOp()\n1 2 NoOp()\n");
    assert!(!plan.general().auto_fallthrough);
    let registrars: Vec<&str> = plan.steps().map(|step| plan.registrar(step.priority.registrar())).collect();
    assert_eq!(registrars, ["pbx_config", "features"]);
    assert_eq!(problems.to_string(), "x:3: priority 1 of `1` in [a] is taken already at x:4");
}

/// Knows three applications and two functions; `Goto` must lead somewhere.
struct Words;

impl Vocabulary for Words {
    fn has_application(&self, name: &str) -> bool {
        self.applications().iter().any(|known| known.eq_ignore_ascii_case(name))
    }

    fn has_function(&self, name: &str) -> bool {
        self.functions().contains(&name)
    }

    fn applications(&self) -> Vec<&str> {
        vec!["NoOp", "Goto", "Playback"]
    }

    fn functions(&self) -> Vec<&str> {
        vec!["LEN", "CALLERID"]
    }

    fn check_arguments(&self, step: &Step<'_>, problems: &mut Problems) {
        if let ("Goto", Some(target)) = (step.application(), step.arguments().literal())
            && let Err(error) = step.check_target(target)
        {
            problems.error(step.location().clone(), error.to_string());
        }
    }
}

#[test]
fn a_vocabulary_checks_words_and_targets() {
    let (plan, mut problems) = compile(
        "[a]\nexten => 1,1,noop(${LEN(${CALERID(num)})})\nsame => n(x),Playbak(a)\nsame => n,Goto(x)\n\
         same => n,Goto(y)\nsame => n,Goto(b,1,1)\nsame => n,Goto(c,1,1)\nsame => n,Goto(2,1)\n\
         same => n,Goto(+1)\nsame => n,Goto(b,_X.,2)\nsame => n,Goto(-20)\nsame => n,Goto(${X},1)\n\
         exten => _5X,1,Goto(2)\nsame => n,Goto(3)\n\
         [b]\nexten => _X.,2,NoOp()\nexten => 12/55,1,NoOp()\n",
    );
    plan.check(&Words, &mut problems);
    problems.sort();
    expect![[r#"
        x:2: there is no function `CALERID`; did you mean `CALLERID`?
        x:3: there is no application `Playbak`; did you mean `Playback`?
        x:5: `1` of [a] has no priority `y`
        x:6: no extension of [b] matches `1`
        x:7: there is no context [c]
        x:8: no extension of [a] matches `2`
        x:11: `1` of [a] has no priority `-20`
        x:14: `_5X` of [a] has no priority `3`
        x:16: `_X.` in [b] begins with priority 2 [priority-gap]"#]]
    .assert_eq(&problems.to_string());
}

proptest! {
    #[test]
    fn any_text_compiles(text in "(\\[a\\]\n|exten => |same => |include => |ignorepat => |_|[0-9XNZ.!/,()\\[\\]$-]|n|hint|NoOp|\\$\\{|\\}|\n|\\PC){0,120}") {
        let (plan, mut problems) = compile(&format!("[a]\n{text}"));
        plan.check(&Words, &mut problems);
    }
}
