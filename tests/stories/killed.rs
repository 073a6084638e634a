//! Call records of calls that are up when the program is killed: the next start closes them, with the reason.

use std::path::PathBuf;
use std::time::Duration;

use obelus_sip::TransportKind;

use crate::support::{Etc, Phone, Program, within};

/// A file of this name anywhere below the story's folder, once `fits` says so of what stands in it.
async fn file(etc: &Etc, name: &str, fits: impl Fn(&str) -> bool) -> String {
    let found = async {
        loop {
            let bytes = find(etc.path().to_owned(), name).and_then(|path| std::fs::read(path).ok());
            let text = bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            if let Some(text) = text.filter(|text| fits(text)) {
                return text;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    within(format_args!("the file {name}"), found).await
}

fn find(folder: PathBuf, name: &str) -> Option<PathBuf> {
    std::fs::read_dir(folder).ok()?.flatten().find_map(|entry| match entry.path() {
        path if path.is_dir() => find(path, name),
        path => path.ends_with(name).then_some(path),
    })
}

/// A call that is up is killed with its PBX as soon as it is noted in this file; `more` is further configuration.
async fn killed(noted_in: &str, more: &[(&str, &str)]) -> Etc {
    let etc = Etc::with_dialplan("exten => 600,1,Answer(,i)\n same => n,Wait(60)\n");
    etc.write("cdr.conf", "[general]\n[csv]\nloguniqueid=yes\n");
    etc.write("cdr_json.conf", "[general]\nenabled=yes\n");
    more.iter().for_each(|(name, text)| etc.write(name, text));
    let program = Program::boots(etc).await;
    let mut call =
        Phone::at(program.etc.sip, TransportKind::Udp, "1001", "pass1001").await.calls("600").await;
    call.is_answered().await;
    file(&program.etc, noted_in, |text| text.contains("Wait")).await;
    program.signal("KILL").await;
    let (_, etc) = program.ends().await;
    etc
}

async fn is_closed_at_the_next_start(etc: Etc) {
    let program = Program::boots(etc).await;
    let json = file(&program.etc, "cdr.jsonl", |text| text.ends_with('\n')).await;
    let records: Vec<serde_json::Value> =
        json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let [record] = records.as_slice() else { panic!("{json}") };
    let field = |name: &str| record[name].as_str().unwrap_or_default();
    assert_eq!(
        (field("reason"), field("disposition"), field("dst")),
        ("restart", "ANSWERED", "600"),
        "{json}"
    );
    let csv = file(&program.etc, "Master.csv", |text| text.ends_with('\n')).await;
    assert!(csv.contains("\"600\"") && csv.lines().count() == 1, "{csv}");
    let etc = program.stops().await;
    // It is closed once.
    let program = Program::boots(etc).await;
    let again = std::fs::read_to_string(find(program.etc.path().to_owned(), "cdr.jsonl").unwrap()).unwrap();
    assert_eq!(again, json);
    program.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_files_alone_nothing_is_lost() {
    is_closed_at_the_next_start(killed("cdr-open.jsonl", &[]).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_database_nothing_is_lost() {
    let etc = killed("cdr.sqlite3-wal", &[("cdr_sqlite.conf", "[general]\nenabled=yes\n")]).await;
    is_closed_at_the_next_start(etc).await;
}
