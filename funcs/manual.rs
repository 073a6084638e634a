//! The manual's page of the functions is written from their help and examples, so that neither says what the other
//! does not.
//!
//! `UPDATE_EXPECT=1` writes `docs/functions.md` anew.

use std::fmt::Write;

use expect_test::expect_file;
use obelus_core::function::{DialplanFunction, Privilege};

use crate::testing::Bench;

const BEGINNING: &str = "\
# The functions of the dialplan

A function is read with `${NAME(arguments)}` and written with `Set(NAME(arguments)=value)`. They have Asterisk's names
and arguments; the case of the name counts. `core show functions` lists them on the console, `core show function CUT`
prints one. A plan that names a function which does not exist is refused when it is loaded, with file and line.

The examples are tried at each build. What a channel driver knows of its calls it brings itself: the functions
`PJSIP_…`.
";

fn section(function: &dyn DialplanFunction) -> String {
    let (name, help) = (function.name(), function.help());
    let call = help.syntax(name);
    let ways = match (function.readable(), function.writable()) {
        (true, true) => "Can be read and written.",
        (false, true) => "Can only be written.",
        _ => "Can only be read.",
    };
    let notes = match function.privilege() {
        Privilege::Anyone => ways.to_owned(),
        Privilege::Dangerous => {
            format!(
                "{ways} It runs programs or reaches files: interfaces to the network need a privilege for it."
            )
        }
    };
    let mut text = help.section(name, &call, &notes);
    text.push_str("\n```\n");
    for (expression, value) in function.examples() {
        let _ = writeln!(text, "{expression}\n→ {value}");
    }
    text.push_str("```\n");
    text
}

#[test]
fn the_page_of_the_manual_is_up_to_date() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let _entered = runtime.enter();
    let registry = Bench::new().pbx.core.registry();
    let sections: String = registry.functions().map(|function| section(function.as_ref())).collect();
    expect_file!["../docs/functions.md"].assert_eq(&format!("{BEGINNING}{sections}"));
}
