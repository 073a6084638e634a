//! One golden text per construct, and the property that printing loses nothing.

use expect_test::{Expect, expect};
use obelus_conf::{MemoryFiles, load};
use proptest::prelude::*;

use super::*;

fn parse(text: &str) -> (Script, Problems) {
    let mut problems = Problems::new();
    let document = load(&MemoryFiles::new().file("x", text), "x", &mut problems);
    let script = Script::parse(&document, &mut problems);
    (script, problems)
}

/// Shows the script as it is printed, then the problems.
fn check(text: &str, expected: &Expect) {
    let (script, problems) = parse(text);
    expected.assert_eq(&format!("{script}{problems}"));
}

#[test]
fn general_and_globals() {
    check(
        "[general]\nstatic=yes\nwriteprotect=no\nautofallthrough=no\nextenpatternmatchnew=yes\n\
         clearglobalvars=yes\nuserscontext=people\noverrideswitch=Realtime/x@y\nautofalthrough=yes\npriorityjumping=no\n\
         [globals]\nTRUNK => PJSIP/trunk\nTRUNKMSD=1\n[globals]\nCONSOLE = ${TRUNK}\\;x\n",
        &expect![[r#"
            [general]
            static = yes
            autofallthrough = no
            extenpatternmatchnew = yes
            clearglobalvars = yes
            userscontext = people
            overrideswitch = Realtime/x@y

            [globals]
            TRUNK = PJSIP/trunk
            TRUNKMSD = 1
            CONSOLE = ${TRUNK}\;x
            x:9: unknown option `autofalthrough` in [general]; did you mean `autofallthrough`?
            x:8: there is no switch `Realtime/x@y`, which `overrideswitch` asks before all extensions"#]],
    );
}

#[test]
fn every_spelling_of_a_priority() {
    check(
        "[a]\nexten => 1,1,NoOp\nexten => 1,n,NoOp()\nexten => 1,next(b),NoOp(x)\nexten => 1,n+2,A()\n\
         exten => 1,n+101(c),B()\nexten => 1,s,C()\nexten => 1,s+1,D()\nexten => 1,same(d),E()\n\
         exten => 1,b+101,F()\nexten => 1,hint,PJSIP/a&PJSIP/b,CustomPresence:x\n\
         exten => 1,hint,PJSIP/a(Front Desk)\nexten => 1,hint,DAHDI/g0/${GLOBAL(x)}\n\
         exten => _X.,n(x)\nexten => 1, 7 (e) , G( a ) \n",
        &expect![[r#"
            [general]

            [a]
            exten => 1,1,NoOp()
            exten => 1,n,NoOp()
            exten => 1,n(b),NoOp(x)
            exten => 1,n+2,A()
            exten => 1,n+101(c),B()
            exten => 1,s,C()
            exten => 1,s+1,D()
            exten => 1,s(d),E()
            exten => 1,b+101,F()
            exten => 1,hint,PJSIP/a&PJSIP/b,CustomPresence:x
            exten => 1,hint,PJSIP/a(Front Desk)
            exten => 1,hint,DAHDI/g0/${GLOBAL(x)}
            exten => _X.,n(x)
            exten => 1,7(e),G( a )
        "#]],
    );
}

#[test]
fn names_and_caller_ids() {
    check(
        "[a b]\nexten => _[1-3,5]X,1,A()\nexten => s/,1,B()\nexten => _NXX/_55X,1,C()\n\
         EXTEN = bob@example.com,1,D()\nsame = n,E()\n\
         exten => a\\,b,1,F()\nexten => ${X}/${Y},1,G()\n",
        &expect![[r#"
            [general]

            [a b]
            exten => _[1-3,5]X,1,A()
            exten => s/,1,B()
            exten => _NXX/_55X,1,C()
            exten => bob@example.com,1,D()
            same => n,E()
            exten => a\,b,1,F()
            exten => ${X}/${Y},1,G()
        "#]],
    );
}

#[test]
fn arguments_old_and_new() {
    check(
        "[a]\nexten => 1,1,Dial(PJSIP/a,30,tT)\nsame => n,Dial,PJSIP/a,30\nsame => n,Set(a=$[(1+2)*3])\n\
         same => n,Playback(a) ; comment\nsame => n,System(echo a\\;b)\nsame => n,Log(NOTICE,a (b) c)\n\
         same => n,Old,a(b)\nsame => n,${APP}(x)\nsame => n,Open(a,b\nsame => n,After(a) b\n",
        &expect![[r#"
            [general]

            [a]
            exten => 1,1,Dial(PJSIP/a,30,tT)
            same => n,Dial(PJSIP/a,30)
            same => n,Set(a=$[(1+2)*3])
            same => n,Playback(a)
            same => n,System(echo a\;b)
            same => n,Log(NOTICE,a (b) c)
            same => n,Old(a(b))
            same => n,${APP}(x)
            same => n,Open(a,b)
            same => n,After(a)
            x:10: `Open(a,b` has no closing parenthesis"#]],
    );
}

#[test]
fn includes_switches_and_the_rest() {
    check(
        "[a]\ninclude => b\ninclude => c,9:00-17:00,mon-fri,*,*\ninclude => d|*|*|24|dec\nignorepat => 9\n\
         switch => Realtime/a@b\nlswitch => Loopback/${X}\neswitch => IAX2/context\nautohints=yes\n\
         [a](+)\ninclude => e\n[t](!)\nexten => 1,1,NoOp()\n[u](t)\n",
        &expect![[r#"
            [general]

            [a]
            include => b
            include => c,9:00-17:00,mon-fri,*,*
            include => d|*|*|24|dec
            ignorepat => 9
            switch => Realtime/a@b
            lswitch => Loopback/${X}
            eswitch => IAX2/context
            autohints = yes
            include => e

            [u]
            exten => 1,1,NoOp()
        "#]],
    );
}

#[test]
fn every_mistake_at_its_line() {
    check(
        "[a]\nsame => n,A()\nexten => ,1,A()\nexten => 1,0,A()\nexten => 1,-1,A()\nexten => 1\n\
         exten => 1,n(b,A()\nexten => 1,n+x,A()\nexten => 1,99999999999,A()\nexten => 1,1x,A()\n\
         exten => 1,n(b)+2,A()\nextn => 1,1,A()\n",
        &expect![[r#"
            [general]

            [a]
            exten => 1,1,A()
            exten => 1,n(b),A()
            x:2: no `exten` stands before this `same` in [a]
            x:3: the extension has no name
            x:4: `0` is no priority; they are `n`, `s`, `hint` and numbers from 1
            x:5: `-1` is no priority; they are `n`, `s`, `hint` and numbers from 1
            x:6: the extension has no priority
            x:7: the label of `n(b` has no closing `)`
            x:8: `x` in priority `n+x` is no number
            x:9: `99999999999` is no priority; they are `n`, `s`, `hint` and numbers from 1
            x:10: priority `1x` is read as 1
            x:11: `+2` after the label of `n(b)+2` is ignored
            x:12: unknown directive `extn` in [a]; did you mean `exten`?"#]],
    );
}

/// Everything but the locations, and `same`, which is only a spelling.
fn without_lines(script: &Script) -> Script {
    let mut script = script.clone();
    script.globals.iter_mut().for_each(|global| global.location.line = 0);
    for context in &mut script.contexts {
        context.location.line = 0;
        for item in &mut context.items {
            match item {
                Item::Exten(exten) => {
                    exten.location.line = 0;
                    exten.is_same = false;
                }
                Item::Include(text) | Item::IgnorePattern(text) | Item::Switch(_, text) => {
                    text.location.line = 0;
                }
                Item::AutoHints(_, location) => location.line = 0,
            }
        }
    }
    script
}

fn line() -> impl Strategy<Value = String> {
    let name = "(_?[0-9XZNabc*#\\[\\].!-]{1,6}|s|h|\\$\\{X\\})(/_?[0-9X]{0,4})?";
    let priority = "([1-9]|n|s|hint|foo)(\\+[1-9])?(\\([a-z]{1,3}\\))?";
    let step = "(|,[A-Z][a-z]{1,5}\\([ -~]{0,20}\\)|,[A-Z][a-z]{1,3},[a-z,]{0,8}|,\\$\\{X\\}\\(a\\))";
    prop_oneof![
        8 => (name, priority, step).prop_map(|(name, priority, step)| format!("exten => {name},{priority}{step}")),
        4 => (priority, step).prop_map(|(priority, step)| format!("same => {priority}{step}")),
        1 => "(include|ignorepat|switch|lswitch|eswitch) => [!-~]{1,20}",
        1 => "autohints = (yes|no)",
    ]
}

proptest! {
    #[test]
    fn what_is_printed_reads_as_the_same_script(lines in prop::collection::vec(line(), 0..20)) {
        let (script, _) = parse(&format!("[globals]\nA = b\\;c\n[a b]\n{}\n", lines.join("\n")));
        let (again, problems) = parse(&script.to_string());
        prop_assert_eq!(problems.errors(), 0, "{}", problems);
        prop_assert_eq!(without_lines(&again), without_lines(&script));
    }

    #[test]
    fn any_text_parses(text in "([\\[\\]()+,=>nsx1;$\\\\]|exten => |same => |hint|\n|\\PC){0,120}") {
        parse(&format!("[a]\n{text}"));
    }
}
