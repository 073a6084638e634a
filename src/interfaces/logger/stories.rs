//! Stories of the whole log: real files, the real subscriber of this process.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{MemoryFiles, Problems, load};
use obelus_core::events::{Delivery, Event, EventKind};
use obelus_core::files::ConfigFolder;
use obelus_core::testing::TestPbx;

use super::*;

/// The subscriber is the process's, so every logger of these tests hears all of them: each looks for its own words.
fn logger(folder: &Path, text: &str) -> Arc<Logger> {
    let mut problems = Problems::new();
    let document = load(&MemoryFiles::new().file("logger.conf", text), "logger.conf", &mut problems);
    let config = LoggerConfig::load(&document, &mut problems);
    assert!(problems.is_empty(), "{problems}");
    let settings = LoggerSettings {
        directory: folder.to_owned(),
        host: "box".into(),
        syslog: folder.join("no-syslog"),
        journal: folder.join("no-journal"),
        verbose: 0,
        debug: 0,
    };
    let (logger, failures) = Logger::install(&config, settings).expect("the only subscriber");
    assert_eq!(failures, Vec::<String>::new());
    logger
}

fn lines_with(path: &Path, word: &str) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.lines().filter(|line| line.contains(word)).map(str::to_owned).collect()
}

/// The line behind its date and thread.
fn without_head(line: &str) -> String {
    let rest = line.split_once("] ").map_or(line, |(_, rest)| rest);
    let (level, rest) = rest.split_once('[').expect("a thread");
    let (thread, rest) = rest.split_once(']').expect("a thread");
    assert!(thread.parse::<u32>().is_ok(), "{line}");
    format!("{level}{rest}")
}

async fn next_with(feed: &mut Feed, word: &str) -> Arc<Line> {
    loop {
        if let Fed::Line(line) = feed.next().await
            && line.message.contains(word)
        {
            return line;
        }
    }
}

#[tokio::test]
async fn each_file_gets_its_levels() {
    let folder = tempfile::tempdir().unwrap();
    let logger =
        logger(folder.path(), "[logfiles]\nmessages.log => notice,warning\nfull.log => *,verbose(3)\n");
    tracing::info!(user = "bob", password = "hunter2", "apple: registered");
    tracing::warn!("apple: refused");
    tracing::error!("apple: broken");
    tracing::info!(target: "verbose", level = 3_u8, "apple: Executing");
    tracing::info!(target: "verbose", level = 4_u8, "apple: too verbose");
    tracing::info!(target: "dtmf", "apple: digit 5");
    logger.flush().await;
    let of = |name: &str| -> Vec<String> {
        lines_with(&folder.path().join(name), "apple").iter().map(|line| without_head(line)).collect()
    };
    let expected =
        ["NOTICE interfaces: apple: registered user=bob password=****", "WARNING interfaces: apple: refused"];
    assert_eq!(of("messages.log"), expected);
    assert_eq!(of("full.log").len(), 5);
    assert_eq!(
        of("full.log")[3..],
        ["VERBOSE interfaces: apple: Executing", "DTMF interfaces: apple: digit 5"]
    );
}

#[tokio::test]
async fn the_legs_of_a_call_share_its_number() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\nmessages.log => notice\n");
    let caller = tracing::info_span!("call", channel = "PJSIP/1", id = %"1700000000.12");
    caller.in_scope(|| {
        tracing::info!("banana: caller");
        let callee = tracing::info_span!("call", channel = "PJSIP/2", id = %"1700000000.13");
        callee.in_scope(|| tracing::info!("banana: callee"));
    });
    tracing::info!("banana: nobody");
    logger.flush().await;
    let lines: Vec<String> = lines_with(&folder.path().join("messages.log"), "banana")
        .iter()
        .map(|line| without_head(line))
        .collect();
    let expected = [
        "NOTICE[C-0000000c] interfaces: banana: caller",
        "NOTICE[C-0000000c] interfaces: banana: callee",
        "NOTICE interfaces: banana: nobody",
    ];
    assert_eq!(lines, expected);
}

#[tokio::test]
async fn levels_of_ones_own_have_their_names_and_files() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(
        folder.path(),
        "[logfiles]\naudit.log => audit\nfull.log => *\nother.log => billing,error\n\
         [general]\ncustom_levels = billing,audit\n",
    );
    let pbx = TestPbx::new(|_, _| {});
    logger.govern(&pbx.core);
    let (place, name) = pbx.core.verbosity.custom_level("AUDIT").expect("it is there");
    tracing::info!(target: "custom", place, custom = &*name, position = "s@x:1", "papaya: call");
    logger.flush().await;
    let of = |file: &str| -> Vec<String> {
        lines_with(&folder.path().join(file), "papaya").iter().map(|line| without_head(line)).collect()
    };
    let line = "audit interfaces: papaya: call position=s@x:1";
    assert_eq!((of("audit.log"), of("full.log")), (vec![line.to_owned()], vec![line.to_owned()]));
    assert_eq!(of("other.log"), Vec::<String>::new());
}

#[tokio::test]
async fn consoles_show_the_chosen_groups_and_files_everything() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\nconsole => notice,verbose\nfull.log => verbose(3)\n");
    let pbx = TestPbx::new(|_, _| {});
    logger.govern(&pbx.core);
    let mut feed = logger.attach(3);
    pbx.core.log_groups.set(5001, "sales");
    pbx.core.log_groups.show("sales", true);
    for number in [5001_u64, 5002] {
        let call = tracing::info_span!("call", channel = "PJSIP/1", id = %format!("1700000000.{number}"));
        call.in_scope(|| {
            tracing::info!(target: "verbose", level = 3_u8, "quince: verbose {number}");
            tracing::info!("quince: notice {number}");
        });
    }
    for expected in ["verbose 5001", "notice 5001", "notice 5002"] {
        assert_eq!(next_with(&mut feed, "quince").await.message, format!("quince: {expected}"));
    }
    logger.flush().await;
    assert_eq!(lines_with(&folder.path().join("full.log"), "quince: verbose").len(), 2);
}

#[tokio::test]
async fn a_panic_is_logged_with_its_call() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\nmessages.log => error\n");
    let call = tracing::info_span!("call", channel = "PJSIP/1", id = %"1700000000.7");
    let fallen = std::thread::spawn(move || call.in_scope(|| panic!("coconut"))).join();
    assert!(fallen.is_err());
    logger.flush().await;
    let lines = lines_with(&folder.path().join("messages.log"), "coconut");
    assert_eq!(lines.len(), 1);
    let line = without_head(&lines[0]);
    assert!(
        line.starts_with("ERROR[C-00000007] interfaces: a fault in the program: coconut place="),
        "{line}"
    );
}

#[tokio::test]
async fn debugging_is_logged_when_it_is_wished_and_never_that_of_others() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\nfull.log => debug\n");
    let path = folder.path().join("full.log");
    logger.set_depth(Depth::Debug, 1);
    tracing::debug!("cherry: decision");
    tracing::debug!(target: "hyper::client", "cherry: of others");
    logger.set_depth(Depth::Debug, TRACE_FROM);
    tracing::trace!("cherry: bytes");
    logger.flush().await;
    let lines: Vec<String> = lines_with(&path, "cherry").iter().map(|line| without_head(line)).collect();
    assert_eq!(lines, ["DEBUG interfaces: cherry: decision", "DEBUG interfaces: cherry: bytes"]);
}

#[tokio::test]
async fn a_rotated_log_goes_on_in_a_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\nmessages.log => notice\n");
    tracing::info!("date: before");
    logger.flush().await;
    assert_eq!(logger.rotate().await, Vec::<String>::new());
    tracing::info!("date: after");
    logger.flush().await;
    assert_eq!(lines_with(&folder.path().join("messages.log.0"), "date: before").len(), 1);
    assert_eq!(lines_with(&folder.path().join("messages.log"), "date:").len(), 1);
}

#[tokio::test]
async fn a_command_runs_after_a_rotation() {
    let folder = tempfile::tempdir().unwrap();
    // Reading a FIFO waits for the command, and nothing else does.
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let text = format!(
        "[general]\nexec_after_rotate = echo ${{filename}} > {}\n[logfiles]\nmessages.log => notice\n",
        fifo.display()
    );
    let logger = logger(folder.path(), &text);
    assert_eq!(logger.rotate().await, Vec::<String>::new());
    let named = tokio::task::spawn_blocking(move || std::fs::read_to_string(fifo).unwrap()).await.unwrap();
    assert_eq!(named.trim(), folder.path().join("messages.log.0").display().to_string());
}

#[tokio::test]
async fn the_log_is_shown_and_changed_by_commands() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(
        folder.path(),
        "[logfiles]\nconsole => notice\n/tmp/../dev/null => [json]warning,verbose(3)\n",
    );
    let files = MemoryFiles::new().file("logger.conf", "[logfiles]\nconsole => eror\n");
    let pbx = TestPbx::new(|_, registry| commands::register(registry, &logger, &ConfigFolder::of(files)));
    logger.govern(&pbx.core);
    let run = async |line: &str| {
        let registry = pbx.core.registry();
        registry.commands().run(&pbx.core, line, None).await.map_err(|error| error.to_string())
    };
    let row = |name: &str, kind: &str, format: &str, status: &str, levels: &str| {
        format!("{name:<35} {kind:<8} {format:<10} {status:<9} {levels}\n")
    };
    let expected = [
        "Logger queue limit: 1000\n\n".to_owned(),
        row("Channel", "Type", "Formatter", "Status", "Configuration"),
        row("-------", "----", "---------", "------", "-------------"),
        row("/tmp/../dev/null", "File", "json", "Enabled", " - WARNING VERBOSE "),
        row("", "Console", "default", "Enabled", " - NOTICE VERBOSE "),
        "\n".to_owned(),
    ];
    assert_eq!(run("logger show channels").await, Ok(expected.concat()));
    assert_eq!(pbx.core.verbosity.verbose(), 3);
    assert_eq!(run("core set verbose 5").await, Ok("Console verbose was OFF and is now 5.\n".to_owned()));
    assert_eq!(run("core set debug 2").await, Ok("Core debug was OFF and is now 2.\n".to_owned()));
    assert_eq!((logger.root_verbose(), pbx.core.verbosity.debug()), (5, 2));
    assert_eq!(run("logger add channel extra.log verbose").await, Ok(String::new()));
    assert_eq!(pbx.core.verbosity.verbose(), 5, "a bare `verbose` follows the root console");
    let removed = "Removed dynamic logger channel 'extra.log'\n";
    assert_eq!(run("logger remove channel extra.log").await, Ok(removed.to_owned()));
    let refused =
        "logger.conf:2: `console`: unknown level `eror`; did you mean `error`?\nFailed to reload the logger";
    assert_eq!(run("logger reload").await, Err(refused.to_owned()));
    assert_eq!(logger.channels().len(), 2, "a file with a mistake changes nothing");
    let levels = "Level Name\n----- ----\n    0 DEBUG\n    1 TRACE\n    2 NOTICE\n    3 WARNING\n    4 ERROR\n    5 VERBOSE\n    \
                  6 DTMF\n   16 SECURITY\n\n";
    assert_eq!(run("logger show levels").await, Ok(levels.to_owned()));
}

#[tokio::test]
async fn a_file_that_has_outgrown_its_size_is_rotated() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[general]\nrotate_size = 1K\n[logfiles]\nmessages.log => warning\n");
    for _ in 0..40 {
        tracing::warn!("elderberry: a line that is long enough for a rotation after a few of them");
    }
    logger.flush().await;
    assert!(folder.path().join("messages.log.1").exists());
    assert!(std::fs::metadata(folder.path().join("messages.log.0")).unwrap().len() < 1400);
}

#[tokio::test]
async fn a_reload_changes_levels_and_keeps_added_channels() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\nmessages.log => notice\n");
    logger.add_channel("extra.log", "warning").unwrap();
    assert!(matches!(logger.add_channel("extra.log", "notice"), Err(ChannelError::Exists(_))));
    assert!(matches!(logger.add_channel("x.log", "nonsense"), Err(ChannelError::Wrong(_))));
    let mut problems = Problems::new();
    let text = "[logfiles]\nmessages.log => warning\n";
    let document = load(&MemoryFiles::new().file("logger.conf", text), "logger.conf", &mut problems);
    assert_eq!(logger.reload(&LoggerConfig::load(&document, &mut problems)), Vec::<String>::new());
    tracing::info!("fig: notice");
    tracing::warn!("fig: warning");
    logger.flush().await;
    assert_eq!(lines_with(&folder.path().join("messages.log"), "fig").len(), 1);
    assert_eq!(lines_with(&folder.path().join("extra.log"), "fig").len(), 1);
    logger.remove_channel("extra.log").unwrap();
    assert!(matches!(logger.remove_channel("messages.log"), Err(ChannelError::Unknown(_))));
    tracing::warn!("fig: later");
    logger.flush().await;
    assert_eq!(lines_with(&folder.path().join("extra.log"), "fig").len(), 1);
}

#[tokio::test]
async fn a_console_is_as_verbose_as_it_wishes() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\nconsole => notice\n");
    let (mut quiet, mut loud) = (logger.attach(1), logger.attach(5));
    tracing::info!(target: "verbose", level = 3_u8, "grape: details");
    tracing::info!("grape: notice");
    tracing::warn!("grape: warning");
    assert_eq!(next_with(&mut quiet, "grape").await.message, "grape: notice");
    assert_eq!(next_with(&mut loud, "grape").await.message, "grape: details");
    quiet.dial().set_verbose(3);
    tracing::info!(target: "verbose", level = 3_u8, "grape: more details");
    assert_eq!(next_with(&mut quiet, "grape").await.message, "grape: more details");
}

#[tokio::test]
async fn the_core_is_as_verbose_as_the_most_curious() {
    let folder = tempfile::tempdir().unwrap();
    let logger =
        logger(folder.path(), "[logfiles]\nconsole => notice\nfull.log => verbose(2)\nroot.log => verbose\n");
    assert_eq!(logger.wants().verbose, 2);
    let console = logger.attach(7);
    assert_eq!(logger.wants().verbose, 7);
    drop(console);
    logger.set_root_verbose(4);
    assert_eq!(logger.wants().verbose, 4);
}

#[tokio::test]
async fn a_slow_console_is_told_what_it_lost() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\nconsole => security\n");
    let mut console = logger.attach(0);
    for number in 0..1000 {
        tracing::info!(target: "security", "honeydew: {number}");
    }
    let (mut read, mut lost) = (0, 0);
    while let Some(fed) = console.try_next() {
        match fed {
            Fed::Line(_) => read += 1,
            Fed::Lost(number) => lost += number,
        }
    }
    assert_eq!((read, lost), (512, 488));
    tracing::info!(target: "security", "honeydew: again");
    assert_eq!(next_with(&mut console, "honeydew").await.message, "honeydew: again");
}

#[tokio::test]
async fn a_channel_that_cannot_be_written_is_disabled_and_told_of() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\nconsole => error\nfull => warning\n");
    logger.add_channel("/dev/full", "warning").unwrap();
    let pbx = TestPbx::new(|_, _| {});
    logger.govern(&pbx.core);
    let mut events = pbx.core.events.listen(EventKind::LogChannel.bit(), None);
    let mut console = logger.attach(0);
    tracing::warn!("kiwi: lost");
    logger.flush().await;
    let told =
        tokio::time::timeout(Duration::from_secs(10), next_with(&mut console, "disabled")).await.unwrap();
    assert!(told.fields.iter().any(|field| field.1 == "/dev/full"), "{told:?}");
    let disabled: Vec<bool> = logger.channels().iter().map(|channel| channel.is_disabled()).collect();
    assert_eq!(disabled, [false, false, true]);
    let Delivery::Event(record) = events.next().await else { panic!("nothing was lost") };
    let Event::LogChannel { channel, failure: Some((number, text)) } = &record.event else {
        panic!("another")
    };
    assert_eq!((&**channel, *number, &**text), ("/dev/full", 28, "No space left on device"));
}

#[test]
fn a_full_queue_loses_lines_and_keeps_room_for_errors() {
    let queue = Queue::new(8);
    let line = |level| Arc::new(look::tests::line(level, 0, "x"));
    (0..20).for_each(|_| queue.push(&line(Level::Notice)));
    assert_eq!(queue.lost_ever(), 12);
    (0..3).for_each(|_| queue.push(&line(Level::Error)));
    assert_eq!(queue.lost_ever(), 13);
}

#[tokio::test]
async fn debugging_is_wanted_of_a_module_or_of_a_call() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\ndebug.log => debug,trace\n");
    let seen = || lines_with(&folder.path().join("debug.log"), "quince").len();
    let speak = || {
        tracing::debug!("quince: of no call");
        let call = tracing::info_span!("call", channel = "PJSIP/1", id = %"1700000000.4242");
        call.in_scope(|| tracing::debug!("quince: of call 4242"));
        tracing::trace!("quince: bytes");
    };
    let check = async |expected: usize, why: &str| {
        let before = seen();
        speak();
        logger.flush().await;
        assert_eq!(seen() - before, expected, "{why}");
    };
    check(0, "nobody asked").await;
    assert_eq!(logger.set_depth_of(Depth::Debug, "core::interpreter", 3), Some(0));
    check(0, "another module was asked for").await;
    assert_eq!(logger.set_depth_of(Depth::Debug, "interfaces::logger", 3), Some(0));
    check(2, "this module was asked for").await;
    logger.set_depth_of(Depth::Debug, "interfaces::logger", 0);
    assert!(logger.debug_call(4242, true) && !logger.debug_call(4242, true));
    check(1, "the call was asked for").await;
    assert!(logger.debug_call(4242, false));
    logger.debug_all_calls(true);
    check(1, "all calls were asked for").await;
    logger.debug_all_calls(false);
    logger.set_depth(Depth::Trace, 1);
    check(1, "traces were asked for").await;
    let lines = lines_with(&folder.path().join("debug.log"), "quince: bytes");
    assert_eq!(without_head(&lines[0]), "TRACE interfaces: quince: bytes");
}

#[tokio::test]
async fn a_console_is_muted_and_has_levels_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let logger = logger(folder.path(), "[logfiles]\nconsole => notice,warning\n");
    let mut feed = logger.attach(0);
    let dial = feed.dial();
    assert!(dial.set_level("warning", false) && !dial.set_level("nothing", false));
    tracing::warn!("medlar: turned off");
    tracing::info!("medlar: one");
    assert_eq!(next_with(&mut feed, "medlar").await.message, "medlar: one");
    assert!(dial.toggle_mute());
    tracing::info!("medlar: muted");
    assert!(!dial.toggle_mute() && dial.set_level("WARNING", true));
    tracing::warn!("medlar: two");
    assert_eq!(next_with(&mut feed, "medlar").await.message, "medlar: two");
}

#[tokio::test]
async fn the_first_line_of_a_day_begins_a_new_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("messages.log");
    std::fs::write(&path, "loquat: of yesterday\n").unwrap();
    let yesterday = std::time::SystemTime::now() - Duration::from_secs(25 * 3600);
    std::fs::File::options().append(true).open(&path).unwrap().set_modified(yesterday).unwrap();
    let logger =
        logger(folder.path(), "[general]\nrotate_time = daily\n[logfiles]\nmessages.log => notice\n");
    tracing::info!("loquat: of today");
    tracing::info!("loquat: likewise");
    logger.flush().await;
    assert_eq!(lines_with(&folder.path().join("messages.log.0"), "loquat"), ["loquat: of yesterday"]);
    assert_eq!(lines_with(&path, "loquat").len(), 2);
}
