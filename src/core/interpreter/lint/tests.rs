//! Plans that are checked with the whole configuration.

use obelus_conf::Problems;

use super::*;
use crate::app::{App, AppError, Flow};
use crate::channel::Channel;
use crate::help::Argument;
use crate::testing::TestPbx;

/// Names everything that an application can name: `Names(target|context|sets|dials, …)`.
struct Names;

static HELP: Help = Help {
    synopsis: "Test.",
    arguments: &[Argument::required("kind", ""), Argument::rest("text", false, "")],
    description: "Sets NAMESSTATUS.",
    see_also: &[],
};

#[async_trait::async_trait]
impl App for Names {
    fn name(&self) -> &'static str {
        "Names"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn mentions<'a>(&self, arguments: &'a Arguments) -> Vec<Mention<'a>> {
        let text = arguments.text(1).into();
        vec![match arguments.text(0) {
            "target" => Mention::Target(text),
            "sub" => Mention::Subroutine(text),
            "context" => Mention::Context(text),
            "runs" => Mention::Application(text),
            "sets" => Mention::Written(text),
            "dials" => Mention::Device(text),
            _ => return Vec::new(),
        }]
    }

    async fn run(&self, _channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        Ok(Flow::Continue)
    }
}

/// The problems of a plan, with those that only the whole configuration shows.
fn check(text: &str, expected: &[&str]) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _guard = runtime.enter();
    let pbx = TestPbx::new(|_, registry| registry.add_app(Names));
    let mut problems: Problems = pbx.load(text);
    let mut world = World::default();
    world.variables.insert("FROM_ENDPOINT".to_owned());
    world.devices.insert("test".to_owned(), ["1001".to_owned(), "reception".to_owned()].into());
    pbx.core.dialplan.load().lint(&pbx.core.registry(), &world, &mut problems);
    problems.sort();
    assert_eq!(problems.to_string(), expected.join("\n"), "{text}");
}

#[test]
fn a_variable_that_nothing_sets_is_found() {
    check(
        "[globals]\nCOMPANY=x\n[a]\nexten => 1,1,Names(x,${COMPANY}${FROM_ENDPOINT}${EXTEN:1}${ARG3}${NAMESSTATUS})\n\
         same => n,Names(sets,__TARIFF)\nsame => n,Names(x,${TARIFF}${TARIF})\nsame => n,Names(x,${DIALSTATUSS})\n",
        &[
            "extensions.conf:6: the variable `TARIF` is read, and nothing sets it; did you mean `TARIFF`? [unset-variable]",
            "extensions.conf:7: the variable `DIALSTATUSS` is read, and nothing sets it; did you mean `DIALSTATUS`? [unset-variable]",
        ],
    );
}

#[test]
fn a_variable_that_may_be_missing_is_not_complained_about() {
    for text in [
        "$[\"${X}\" = \"\"]",
        "$[\"x${X}\" = \"x\"]",
        "$[${X}]",
        "${X}?a",
        "${LEN(${X})}",
        "${ISNULL(${X})}",
        "${X_1}",
        "${EMPTY${Y}}",
    ] {
        let plan = format!(
            "[a]\nexten => 1,1,Names(sets,${{Y}}_1)\nsame => n,Names(sets,Y)\nsame => n,Names(x,{text})\n"
        );
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let _guard = runtime.enter();
        let pbx = TestPbx::new(|_, registry| registry.add_app(Names));
        pbx.load(&plan);
        let mut problems = Problems::new();
        pbx.core.dialplan.load().lint(&pbx.core.registry(), &World::default(), &mut problems);
        assert!(problems.is_empty(), "{text}: {problems}");
    }
}

#[test]
fn devices_must_be_there() {
    check(
        "[a]\nexten => 1,hint,Test/1001&Test/1002&Custom:lamp&SIP/1001\nexten => 1,1,Names(dials,Test/recepton)\n\
         same => n,Names(dials,Test/${EXTEN})\nsame => n,Names(dials,Test/0301234@reception)\nsame => n,Names(dials,Tset/1)\n",
        &[
            "extensions.conf:2: `Test/1002`: Test has no `1002` [unknown-device]",
            "extensions.conf:2: `SIP/1001`: there is no channel technology `SIP` [unknown-device]",
            "extensions.conf:3: `Test/recepton`: Test has no `recepton`; did you mean `reception`? [unknown-device]",
            "extensions.conf:6: `Tset/1`: there is no channel technology `Tset`; did you mean `Test`? [unknown-device]",
        ],
    );
}

#[test]
fn a_comment_silences_a_warning() {
    check(
        "[a]\nexten => 1,1,Names(x,${NOWHERE}) ; obelus: allow unset-variable\n; obelus: allow missing-target\n\
         same => n,Names(target,b,s,1)\nsame => n,Names(x,) ; obelus: allow unset-variables\n",
        &[
            "extensions.conf:5: there is no warning `unset-variables` to allow; did you mean `unset-variable`?",
        ],
    );
}

#[test]
fn places_that_are_named_must_be_there() {
    check(
        "[a]\ninclude => b\nexten => 1,1(top),Names(target,top)\nsame => n,Names(target,tpo)\nsame => n,Names(target,c,1,1)\n\
         same => n,Names(target,b,${X},1)\nsame => n,Names(target,bb,${X},1)\nsame => n,Names(sub,b,2,there(x,1))\n\
         same => n,Names(context,main)\nsame => n,Names(target,${X})\nsame => n,Names(runs,Names(target,b,2,theer))\n\
         same => n,Names(runs,Name(x))\nsame => n,Names(sets,NOSUCH(x))\nsame => n,Names(sets,X)\n\
         [b]\nexten => 2,1(there),Names(target,1,1)\nsame => n,Names(target,3,1)\n",
        &[
            "extensions.conf:4: Names: `1` of [a] has no priority `tpo`; did you mean `top`? [missing-target]",
            "extensions.conf:5: Names: there is no context [c] [missing-target]",
            "extensions.conf:7: Names: there is no context [bb]; did you mean `b`? [missing-target]",
            "extensions.conf:9: Names: there is no context [main] [missing-target]",
            "extensions.conf:11: Names: `2` of [b] has no priority `theer`; did you mean `there`? [missing-target]",
            "extensions.conf:12: there is no application `Name`; did you mean `Names`?",
            "extensions.conf:13: there is no function `NOSUCH`",
            "extensions.conf:17: Names: no extension of [b] matches `3` [missing-target]",
        ],
    );
}
