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
fn every_help_is_whole() {
    let mut registry = Registry::default();
    crate::register(&mut registry);
    let wrong: Vec<String> = registry.apps().flat_map(|app| complaints(&registry, app.as_ref())).collect();
    assert_eq!(wrong, Vec::<String>::new());
}

/// Texts that are no sentences, and neighbours that do not exist.
fn complaints(registry: &Registry, app: &dyn App) -> Vec<String> {
    let help = app.help();
    let sentences = [help.synopsis, help.description].into_iter();
    let options = help.options().iter().map(|option| option.text);
    let arguments = help.arguments.iter().map(|argument| argument.text).filter(|text| !text.is_empty());
    let texts = sentences.chain(options).chain(arguments);
    let is_whole = |text: &&str| text.ends_with(['.', '…']) && !text.contains("  ");
    let broken = texts.filter(|text| !is_whole(text)).map(|text| format!("{}: {text}", app.name()));
    let is_function = |name: &str| name.chars().all(|char| char.is_ascii_uppercase() || char == '_');
    let is_known = |name: &&&str| is_function(name) || registry.app(name).is_some();
    let strangers = help.see_also.iter().filter(|name| !is_known(name));
    broken.chain(strangers.map(|name| format!("{}: there is no {name}", app.name()))).collect()
}
