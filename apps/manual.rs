//! The manual's page of the applications is written from their help, so that neither says what the other does not.
//!
//! `UPDATE_EXPECT=1` writes `docs/applications.md` anew.

use expect_test::expect_file;
use obelus_core::app::App;
use obelus_core::function::Privilege;
use obelus_core::registry::Registry;

const BEGINNING: &str = "\
# The applications of the dialplan

An application is what a priority runs: `exten => 100,1,Dial(PJSIP/100,20)`. They have Asterisk's names, arguments and
status variables. `core show applications` lists them on the console, `core show application Dial` prints one.

Arguments are separated by commas. Double quotes and backslashes hold a comma inside an argument, as brackets and
parentheses do. An argument in brackets may be left away. Options are letters in a row, some with a value in
parentheses: `gL(60000:10000)`.

What is wrong is found when the plan is loaded, with its file and line: an application or an option letter that does not
exist, a missing argument, a number that is none. Only the letters of the tables below exist. What depends on variables
is looked at when the priority runs; an application that then fails says so in the log, and the call goes to the
extension `e` or is hung up.

Seconds and milliseconds may have a fraction or a unit: `2.5`, `90 s`, `5m`, `250ms`.
";

fn section(app: &dyn App) -> String {
    let notes = match app.privilege() {
        Privilege::Anyone => "",
        Privilege::Dangerous => {
            "It runs programs or reaches files: interfaces to the network need a privilege for it."
        }
    };
    let help = app.help();
    help.section(app.name(), &help.syntax(app.name()), notes)
}

#[test]
fn the_page_of_the_manual_is_up_to_date() {
    let mut registry = Registry::default();
    crate::register(&mut registry);
    let sections: String = registry.apps().map(|app| section(app.as_ref())).collect();
    expect_file!["../docs/applications.md"].assert_eq(&format!("{BEGINNING}{sections}"));
}

#[test]
fn every_argument_is_explained_in_sentences() {
    let mut registry = Registry::default();
    crate::register(&mut registry);
    let is_whole = |text: &str| text.is_empty() || text.ends_with(['.', '…']);
    let of = |app: &dyn App| {
        let wrong = app.help().arguments.iter().filter(|argument| !is_whole(argument.text));
        wrong.map(|argument| format!("{}: {}", app.name(), argument.text)).collect::<Vec<_>>()
    };
    let wrong: Vec<String> = registry.apps().flat_map(|app| of(app.as_ref())).collect();
    assert_eq!(wrong, Vec::<String>::new());
}
