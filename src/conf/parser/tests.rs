//! Stories about whole files.

use proptest::prelude::*;

use super::*;
use crate::MemoryFiles;

/// Loads `a.conf` and compares a rendering of sections and problems.
fn check(files: &MemoryFiles, expected: &str) {
    let mut problems = Problems::new();
    let document = load(files, "etc/a.conf", &mut problems);
    assert_eq!(render(&document, &problems).trim(), expected.trim());
}

fn text(text: &str) -> MemoryFiles {
    MemoryFiles::new().file("etc/a.conf", text)
}

fn render(document: &Document, problems: &Problems) -> String {
    let mut out = String::new();
    for section in &document.sections {
        let template = if section.is_template { "!" } else { "" };
        out += &format!("[{}]{template}\n", section.name);
        for entry in &section.entries {
            let sign = if entry.arrow { "=>" } else { "=" };
            out += &format!("{}{sign}{}\n", entry.key, entry.value);
        }
    }
    out + &problems.to_string()
}

#[test]
fn values_are_trimmed_and_quotes_kept() {
    check(
        &text("[general]\n  a =  b c \t\nd=\"e; f\ng => \" h \"\ni=\n\\#j=k\n\\[l=m\n"),
        "[general]\na=b c\nd=\"e\ng=>\" h \"\ni=\n#j=k\n[l=m\n",
    );
}

#[test]
fn only_the_first_equal_sign_divides() {
    check(&text("[a]\nset_var=b=c\nd = > e\nf ==> g\n"), "[a]\nset_var=b=c\nd=> e\nf==> g\n");
}

#[test]
fn windows_files_read_like_others() {
    check(&text("\u{feff}[a]\r\nb = c\r\n"), "[a]\nb=c\n");
}

#[test]
fn repeated_keys_and_sections_stay_apart() {
    check(&text("[a]\nb=1\nb=2\n[a]\nb=3\n"), "[a]\nb=1\nb=2\n[a]\nb=3\n");
}

#[test]
fn templates_come_first_and_in_order() {
    check(
        &text("[x](!)\na=1\nb=1\n[z](!,x)\nb=2\n[y](z,x)\nc=3\n"),
        "[x]!\na=1\nb=1\n[z]!\na=1\nb=1\nb=2\n[y]\na=1\nb=1\nb=2\na=1\nb=1\nc=3\n",
    );
}

#[test]
fn plus_continues_an_earlier_section() {
    check(
        &text("[t](!)\nz=0\n[a]\nb=1\n[c]\nd=2\n[a](+)\ne=3\n[a](+,t)\nf=4\n"),
        "[t]!\nz=0\n[a]\nb=1\ne=3\nz=0\nf=4\n[c]\nd=2\n",
    );
}

#[test]
fn plus_with_a_condition_selects_among_equal_names() {
    check(
        &text(
            "[a]\ntype=endpoint\n[a]\ntype=aor\n[a](+type=aor)\nx=1\n[t](!)\n[t](+TEMPLATES=restrict)\ny=2\n",
        ),
        "[a]\ntype=endpoint\n[a]\ntype=aor\nx=1\n[t]!\ny=2\n",
    );
}

#[test]
fn plus_equal_extends_the_last_value() {
    check(&text("[t](!)\na=1\n[x](t)\na+=2\nb=p\nb += q\nc+=new\n"), "[t]!\na=1\n[x]\na=12\nb=p q\nc=new\n");
}

#[test]
fn includes_are_relative_to_the_folder_and_keep_the_place() {
    let files = MemoryFiles::new()
        .file(
            "etc/a.conf",
            "[a]\nb=1\n#include \"sub/b.conf\"\nc=3\n#include <sub/*.inc>\n#tryinclude none\n",
        )
        .file("etc/sub/b.conf", "b=2\n[new]\nx=1\n#include sub/c.conf\n")
        .file("etc/sub/c.conf", "y=2\n")
        .file("etc/sub/1.inc", "z=3\n")
        .file("etc/sub/2.inc", "[last]\nz=4\n");
    check(&files, "[a]\nb=1\nb=2\nc=3\n[new]\nx=1\ny=2\nz=3\n[last]\nz=4\n");
    let document = load(&files, "etc/a.conf", &mut Problems::new());
    let read: Vec<&str> = document.files.iter().map(|file| &*file.path).collect();
    assert_eq!(read, ["etc/a.conf", "etc/sub/b.conf", "etc/sub/c.conf", "etc/sub/1.inc", "etc/sub/2.inc"]);
    assert_eq!(document.files[0].line(2), Some("b=1"));
}

#[test]
fn a_circle_is_named() {
    let files = MemoryFiles::new()
        .file("etc/a.conf", "#include b.conf\n")
        .file("etc/b.conf", "\n#include a.conf\n[x]\ny=z\n");
    check(
        &files,
        "[x]\ny=z\netc/b.conf:2: the files include each other in a circle: \
         etc/a.conf -> etc/b.conf -> etc/a.conf",
    );
}

#[test]
fn missing_files_are_errors() {
    check(
        &text("#include b.conf\n#include *.none\n"),
        "etc/a.conf:1: `#include b.conf`: etc/b.conf: there is no such file\n\
         etc/a.conf:2: `#include *.none`: no file matches; `#tryinclude` would allow that",
    );
    check(&MemoryFiles::new(), "etc/a.conf: there is no such file");
}

#[test]
fn deep_includes_end() {
    let mut files = text("#include 1\n");
    for depth in 1..=12 {
        files = files.file(format!("etc/{depth}"), format!("#include {}\n", depth + 1));
    }
    check(&files, "etc/10:1: includes nest deeper than 10 files");
}

#[test]
fn exec_runs_only_where_it_is_allowed() {
    let refused = text("[a]\n#exec \"/bin/list\"\nb=c\n");
    check(
        &refused,
        "[a]\nb=c\netc/a.conf:2: `#exec /bin/list`: #exec is switched off; \
         set `execincludes = yes` in [options] of asterisk.conf to allow it",
    );
    check(&refused.command("/bin/list", "x=y\n"), "[a]\nx=y\nb=c\n");
}

#[test]
fn every_mistake_is_reported_at_its_line() {
    check(
        &text(
            "early=1\nalso=2\n[a]\nno equal\n=empty\n[b\nlost=1\n[c](missng)\nd=e\n[missing](!)\n#inclde x\n#include\n[f] (g)\n[h](+)\ni=j\n\\\n",
        ),
        "[a]\n[c]\nd=e\n[missing]!\n[f]\n\
         etc/a.conf:1: `early=1` stands before any [section]\n\
         etc/a.conf:4: `no equal` is ignored: it is no `key = value`, it has no `=`\n\
         etc/a.conf:5: `=empty` is ignored: no key stands before the `=`\n\
         etc/a.conf:6: the section header has no closing `]`: `[b`\n\
         etc/a.conf:8: there is no section or template [missng] to inherit from\n\
         etc/a.conf:11: unknown directive `#inclde` is ignored; did you mean `#include`?\n\
         etc/a.conf:12: `#include` needs an argument and is ignored\n\
         etc/a.conf:13: `(g)` after the section header is ignored; the parentheses must follow the `]` without a blank\n\
         etc/a.conf:14: there is no section [h] for (+) to add to",
    );
}

#[test]
fn a_missing_template_is_suggested_and_breaks_only_its_section() {
    let files = text("[phones](!)\n[a](phone)\nb=c\n[d](phones)\n");
    let mut problems = Problems::new();
    let document = load(&files, "etc/a.conf", &mut problems);
    let broken: Vec<bool> = document.sections.iter().map(|section| section.is_broken).collect();
    assert_eq!(broken, [false, true, false]);
    assert_eq!(
        problems.to_string(),
        "etc/a.conf:2: there is no section or template [phone] to inherit from; did you mean `phones`?"
    );
}

#[test]
fn an_open_comment_is_reported_where_it_begins() {
    check(
        &text("[a]\nb=c\n;-- d\ne=f\n"),
        "[a]\nb=c\netc/a.conf:3: the comment that begins here with `;--` is never closed with `--;`",
    );
}

#[test]
fn templates_that_double_are_stopped() {
    let mut source = String::from("[t0](!)\na=b\n");
    for step in 1..40 {
        source += &format!("[t{step}](!,t{0},t{0})\n", step - 1);
    }
    let mut problems = Problems::new();
    let document = load(&text(&source), "etc/a.conf", &mut problems);
    assert!(problems.errors() > 0);
    assert!(document.sections.iter().map(|section| section.entries.len()).sum::<usize>() <= MAX_ENTRIES);
}

proptest! {
    #[test]
    fn any_text_loads(source in "([\\[\\](!+,)ab=;#\\\\>\"-]|\n|include |tryinclude |exec |\\PC){0,200}") {
        let files = text(&source);
        let document = load(&files, "etc/a.conf", &mut Problems::new());
        for section in &document.sections {
            for entry in &section.entries {
                prop_assert!(document.files[0].line(entry.location.line).is_some());
            }
        }
    }

    #[test]
    fn what_is_written_plainly_is_read_back(
        entries in prop::collection::vec(("[a-z][a-z0-9_ -]{0,8}[a-z]", "[!-:<-~][ -:<-~]{0,20}[!-:<-~]"), 1..20),
    ) {
        let mut source = String::from("[section]\n");
        // A value that begins with `>` would be the second half of `=>`.
        for (key, value) in &entries {
            source += &format!("{key} = {value}\n");
        }
        let mut problems = Problems::new();
        let document = load(&text(&source), "etc/a.conf", &mut problems);
        prop_assert!(problems.is_empty(), "{problems}");
        let read: Vec<(String, String)> = document.sections[0].entries.iter()
            .map(|entry| (entry.key.to_string(), entry.value.to_string())).collect();
        prop_assert_eq!(read, entries);
    }
}
