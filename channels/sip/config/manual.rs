//! The manual's tables are written from the option tables, so that neither says what the other does not.
//!
//! `UPDATE_EXPECT=1` writes `docs/pjsip.md` anew.

use std::fmt::Write;
use std::path::Path;

use obelus_core::conf::documentation_gaps;

use super::objects::Absence;
use super::*;

/// The part of the manual between this type's markers.
fn tables<T: ObjectType>() -> String {
    let mut text = String::new();
    writeln!(text, "| option | default | |\n|---|---|---|").unwrap();
    for option in T::OPTIONS {
        writeln!(text, "| `{}` | {} | {} |", option.name, code(option.default), cell(option.synopsis))
            .unwrap();
    }
    if T::UNSERVED.is_empty() {
        return text;
    }
    text.push_str("\nKnown, and not served:\n\n| option | accepted | otherwise | |\n|---|---|---|---|\n");
    for option in T::UNSERVED {
        let accepted: Vec<String> = option.accepted.iter().map(|value| code(value)).collect();
        let accepted =
            accepted.iter().map(|value| if value.is_empty() { "empty" } else { value }).collect::<Vec<_>>();
        let otherwise = match option.absence {
            Absence::Ignored => "warning",
            Absence::Refused => "**error**",
        };
        let (name, accepted, synopsis) = (option.name, accepted.join(", "), cell(option.synopsis));
        writeln!(text, "| `{name}` | {accepted} | {otherwise} | {synopsis} |").unwrap();
    }
    text
}

fn code(value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("`{value}`") }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

/// Replaces what stands between `<!-- endpoint -->` and `<!-- /endpoint -->`.
fn replace(manual: &str, kind: &str, tables: &str) -> String {
    let (open, close) = (format!("<!-- {kind} -->\n"), format!("<!-- /{kind} -->"));
    let (before, rest) = manual.split_once(&open).unwrap_or_else(|| panic!("{open} is missing"));
    let (_, after) = rest.split_once(&close).unwrap_or_else(|| panic!("{close} is missing"));
    format!("{before}{open}\n{tables}\n{close}{after}")
}

#[test]
fn the_manual_lists_every_option() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pjsip.md");
    let mut manual = std::fs::read_to_string(&path).unwrap();
    let tables = [
        (Endpoint::TYPE, tables::<Endpoint>()),
        (Aor::TYPE, tables::<Aor>()),
        (Auth::TYPE, tables::<Auth>()),
        (Transport::TYPE, tables::<Transport>()),
        (Identify::TYPE, tables::<Identify>()),
        (Registration::TYPE, tables::<Registration>()),
        (Global::TYPE, tables::<Global>()),
        (System::TYPE, tables::<System>()),
        (DomainAlias::TYPE, tables::<DomainAlias>()),
        (Acl::TYPE, tables::<Acl>()),
    ];
    for (kind, tables) in &tables {
        manual = replace(&manual, kind, tables);
    }
    expect_test::expect_file![path].assert_eq(&manual);
}

/// What is read and in neither table, or in a table and not read, or in both.
fn gaps<T: ObjectType>() -> Vec<String> {
    let is_unserved = |gap: &String| {
        gap.ends_with("is read and not documented")
            && (gap.starts_with("`type`")
                || T::UNSERVED.iter().any(|option| gap.starts_with(&format!("`{}`", option.name))))
    };
    let mut gaps: Vec<String> =
        documentation_gaps::<T>().into_iter().filter(|gap| !is_unserved(gap)).collect();
    let twice =
        T::UNSERVED.iter().filter(|option| T::OPTIONS.iter().any(|served| served.name == option.name));
    gaps.extend(twice.map(|option| format!("`{}` is served and not", option.name)));
    gaps
}

#[test]
fn every_option_is_documented_and_every_documented_one_read() {
    let gaps = [
        gaps::<Endpoint>(),
        gaps::<Aor>(),
        gaps::<Auth>(),
        gaps::<Transport>(),
        gaps::<Identify>(),
        gaps::<Registration>(),
        gaps::<Global>(),
        gaps::<System>(),
        gaps::<DomainAlias>(),
        gaps::<Acl>(),
    ];
    assert_eq!(gaps.concat(), Vec::<String>::new());
}

#[test]
fn every_synopsis_is_a_sentence() {
    fn check<T: ObjectType>() {
        let synopses = T::OPTIONS.iter().map(|option| option.synopsis);
        for synopsis in synopses.chain(T::UNSERVED.iter().map(|option| option.synopsis)) {
            assert!(synopsis.ends_with('.') && !synopsis.contains('\n'), "{synopsis}");
        }
    }
    check::<Endpoint>();
    check::<Aor>();
    check::<Auth>();
    check::<Transport>();
    check::<Identify>();
    check::<Registration>();
    check::<Global>();
    check::<System>();
    check::<DomainAlias>();
    check::<Acl>();
}
