//! The commands' outputs, word for word, on a whole PBX in virtual time.

mod joining;
mod program;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::cli::{Alias, Commands};
use obelus_core::device_state::DeviceState;
use obelus_core::gauge::{Gauge, Reading};
use obelus_core::help::{Argument, Help};
use obelus_core::module::{Module, ModuleError};
use obelus_core::testing::{Far, TestPbx};

use crate::control::{Control, ReloadError, Stop};
use crate::logger::{Logger, LoggerConfig, LoggerSettings};

/// `Stay([text])`: stays until the call ends.
struct Stay;

static STAY: Help = Help {
    synopsis: "Stay on the line.",
    arguments: &[Argument::rest("text", false, "Why.")],
    description: "Stays until the caller hangs up, and says nothing.",
    see_also: &["Wait"],
};

#[async_trait]
impl App for Stay {
    fn name(&self) -> &'static str {
        "Stay"
    }

    fn help(&self) -> &'static Help {
        &STAY
    }

    async fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        channel.answer().await?;
        channel.wait_for_hangup(None).await?;
        Ok(Flow::Continue)
    }
}

/// A module that reloads when it is whole.
struct Fragile(bool);

#[async_trait]
impl Module for Fragile {
    fn name(&self) -> &'static str {
        if self.0 { "res_whole" } else { "broken" }
    }

    fn description(&self) -> &'static str {
        "A module of the tests"
    }

    fn files(&self) -> &'static [&'static str] {
        if self.0 { &["whole.conf"] } else { &["broken.conf"] }
    }

    async fn start(&self) -> Result<(), ModuleError> {
        Ok(())
    }

    async fn reload(&self) -> Result<(), ModuleError> {
        if self.0 { Ok(()) } else { Err(ModuleError::new("broken.conf:1: no")) }
    }
}

/// What the program was asked to do.
#[derive(Default)]
struct Program {
    core: Mutex<Option<Arc<obelus_core::Core>>>,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Control for Program {
    fn stop(&self, how: Stop) {
        self.asked.lock().unwrap().push(format!("{how:?}"));
    }

    async fn stop_settled(&self) {
        self.asked.lock().unwrap().push("settled".to_owned());
    }

    fn restart(&self, how: Stop) {
        self.asked.lock().unwrap().push(format!("restart {how:?}"));
    }

    fn abort_stop(&self) -> bool {
        self.asked.lock().unwrap().pop().is_some()
    }

    async fn reload(&self, module: Option<&str>) -> Result<(), ReloadError> {
        let core = self.core.lock().unwrap().clone().unwrap();
        crate::control::reload_modules(&core, module).await
    }

    fn last_reload(&self) -> Option<Timestamp> {
        None
    }
}

struct Stage {
    pbx: TestPbx,
    program: Arc<Program>,
}

const DIALPLAN: &str = "\
[general]
[globals]
TRUNK = PJSIP/out
[internal]
exten => 1001,1,NoOp(before)
 same => n(again),Stay(for ever)
exten => 1001,hint,Test/1001
exten => _2XX,1,Stay()
include => more
ignorepat => 9
[more]
exten => 201/55,1,Stay(cid)
";

fn stage() -> Stage {
    let program = Arc::new(Program::default());
    let folder = std::env::temp_dir();
    let settings = LoggerSettings {
        directory: folder.clone(),
        host: "box".into(),
        syslog: folder.clone(),
        journal: folder,
        verbose: 0,
        debug: 0,
    };
    let (logger, _) = Logger::install(&LoggerConfig::default(), settings).expect("the only subscriber");
    let pbx = TestPbx::new(|_, registry| {
        registry.add_app(Stay);
        registry.add_module(Arc::new(Fragile(true)));
        registry.add_module(Arc::new(Fragile(false)));
        let control: Arc<dyn Control> = program.clone();
        super::register(registry, &control, &logger);
    });
    *program.core.lock().unwrap() = Some(pbx.core.clone());
    pbx.load(DIALPLAN);
    Stage { pbx, program }
}

impl Stage {
    async fn run(&self, line: &str) -> Result<String, String> {
        let registry = self.pbx.core.registry();
        registry.commands().run(&self.pbx.core, line, None).await.map_err(|error| error.to_string())
    }

    /// The output of a command that does what it is asked.
    async fn check(&self, line: &str, expected: &str) {
        assert_eq!(self.run(line).await.as_deref(), Ok(expected), "{line}");
    }

    /// The output of one that does not.
    async fn refuses(&self, line: &str, expected: &str) {
        assert_eq!(self.run(line).await, Err(expected.to_owned()), "{line}");
    }

    /// A call that stays at 1001@internal for five seconds.
    async fn call(&self) -> Far {
        let far = self.pbx.call("internal", "201");
        far.is_told("Answer").await;
        tokio::time::advance(Duration::from_secs(5)).await;
        far
    }
}

#[tokio::test(start_paused = true)]
async fn channels_are_listed_in_three_forms() {
    let stage = stage();
    let header = format!("{:<64} {:<32} {:<7} {:<30}\n", "Channel", "Location", "State", "Application(Data)");
    stage
        .check(
            "core show channels",
            &format!("{header}0 active channels\n0 active calls\n0 calls processed\n"),
        )
        .await;
    let _far = stage.call().await;
    let row = format!("{:<64} {:<32} {:<7} {:<30}\n", "Test/1001-00000000", "201@internal:1", "Up", "Stay()");
    let end = "1 active channel\n1 active call\n1 call processed\n";
    stage.check("core show channels", &format!("{header}{row}{end}")).await;
    stage.check("core show channels count", end).await;
    let concise = "Test/1001-00000000!internal!201!1!Up!Stay!!1001!!!3!5!!1772452800.0\n";
    stage.check("core show channels concise", concise).await;
    let verbose = stage.run("core show channels verbose").await.unwrap();
    let expected = format!(
        "{:<80} {:<24} {:<24}    1 {:<7} {:<12} {:<25} {:<15} 00:00:05 {:<11} {:<11} {:<20}",
        "Test/1001-00000000", "internal", "201", "Up", "Stay", "(Empty)", "1001", "", "", ""
    );
    assert_eq!(verbose.lines().nth(1), Some(&*expected));
    assert!(
        verbose
            .starts_with(&format!("{:<80} {:<24} {:<24} Prio State   ", "Channel", "Context", "Extension"))
    );
    assert!(
        stage.run("core show channels often").await.unwrap_err().starts_with("Usage: core show channels [")
    );
}

#[tokio::test(start_paused = true)]
async fn one_channel_is_shown_in_full() {
    let stage = stage();
    let _far = stage.call().await;
    stage
        .check(
            "dialplan set chanvar Test/1001-00000000 colour blue",
            "\n    -- Channel variable 'colour' set to 'blue' for 'Test/1001-00000000'\n",
        )
        .await;
    let expected = "\x20-- General --
           Name: Test/1001-00000000
           Type: Test
       UniqueID: 1772452800.0
       LinkedID: 1772452800.0
      Caller ID: 1001
 Caller ID Name: Alice
Connected Line ID: (N/A)
Connected Line ID Name: (N/A)
Eff. Connected Line ID: (N/A)
Eff. Connected Line ID Name: (N/A)
    DNID Digits: 201
       Language: en
          State: Up (6)
  NativeFormats: (ulaw|alaw)
    WriteFormat: ulaw
     ReadFormat: ulaw
 WriteTranscode: No 
  ReadTranscode: No 
 Time to Hangup: 0
   Elapsed Time: 0h0m5s
      Bridge ID: (Not bridged)
 --   PBX   --
        Context: internal
      Extension: 201
       Priority: 1
     Call Group: 0
   Pickup Group: 0
    Application: Stay
           Data: (Empty)
 Call Identifier: [C-00000000]
      Variables:
colour=blue
 -- Streams --
Name: audio-0
    Type: audio
    State: sendrecv
    Group: -1
    Formats: (ulaw|alaw)
    Metadata:
";
    stage.check("core show channel Test/1001-00000000", expected).await;
    stage.check("dialplan show chanvar Test/1001-00000000", "colour=blue\n").await;
    stage.refuses("core show channel Test/9", "Test/9 is not a known channel").await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_hung_up_by_name_pattern_or_with_all() {
    let stage = stage();
    for word in ["Test/1001-00000000", "test/*", "all"] {
        let mut far = stage.call().await;
        let name = far.name.clone();
        let word = if word.contains('0') { &name } else { word };
        let line = format!("channel request hangup {word}");
        stage.check(&line, &format!("Requested Hangup on channel '{name}'\n")).await;
        far.is_over().await;
        stage.pbx.quiet().await;
    }
    stage.refuses("channel request hangup Test/9", "Test/9 is not a known channel\n").await;
    stage.refuses("channel request hangup Test/*", "Test/* did not match a known channel\n").await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_sent_elsewhere() {
    let stage = stage();
    let far = stage.call().await;
    let line = format!("channel redirect {} internal,1001,again", far.name);
    let done = format!("Channel '{}' successfully redirected to internal,1001,again\n", far.name);
    stage.check(&line, &done).await;
    while stage.pbx.core.channels.all()[0].facts().position.priority != 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let failed = format!("Channel '{}' failed to be redirected to more,5,1: there is no 5@more:1", far.name);
    stage.refuses(&format!("channel redirect {} more,5,1", far.name), &failed).await;
    stage.refuses("channel redirect Test/9 1", "Channel 'Test/9' not found").await;
}

#[tokio::test(start_paused = true)]
async fn a_call_is_originated() {
    let stage = stage();
    stage.check("channel originate Test/2000 application Stay for ever", "").await;
    let far = stage.pbx.rung().await;
    assert_eq!(far.address, "2000");
    far.answers();
    while stage.pbx.core.channels.find(&far.name).is_some_and(|channel| channel.facts().data != "for ever") {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let header = format!("{:<64} {:<32} {:<7} {:<30}\n", "Channel", "Location", "State", "Application(Data)");
    let row = format!("{:<64} {:<32} {:<7} {:<30}\n", far.name, "s@internal:1", "Up", "Stay(for ever)");
    stage
        .check(
            "core show channels",
            &format!("{header}{row}1 active channel\n0 active calls\n0 calls processed\n"),
        )
        .await;
    stage
        .refuses("channel originate Test application Stay", "*** No data provided after channel type! ***")
        .await;
    stage.refuses("channel originate Test/1 application Leave", "there is no application `Leave`").await;
    assert!(stage.run("channel originate Test/1 over there").await.unwrap_err().starts_with("Usage: "));
}

#[tokio::test(start_paused = true)]
async fn applications_and_functions_are_listed_and_explained() {
    let stage = stage();
    let list = format!(
        "    -= Registered Asterisk Applications =-\n  {:>20}: Stay on the line.\n    -= 1 Applications Registered =-\n",
        "Stay"
    );
    stage.check("core show applications", &list).await;
    let matching = list.replace("Registered", "Matching");
    stage.check("core show applications like TA", &matching).await;
    stage.check("core show applications describing caller nothing", &matching).await;
    let none = "    -= Matching Asterisk Applications =-\n    -= 0 Applications Matching =-\n";
    stage.check("core show applications like x", none).await;
    let page = stage.run("core show application stay").await.unwrap();
    assert!(
        page.starts_with("\n  -= Info about Application 'Stay' =- \n\n[Synopsis]\nStay on the line.\n"),
        "{page}"
    );
    stage.refuses("core show application Leave", "Your application(s) is (are) not registered").await;
    let none = format!("Installed Custom Functions:\n{}\n0 custom functions installed.\n", "-".repeat(80));
    stage.check("core show functions", &none).await;
    stage.refuses("core show function LEN", "No function by that name registered.").await;
}

#[tokio::test(start_paused = true)]
async fn the_dialplan_is_shown_as_asterisk_shows_it() {
    let stage = stage();
    let line = |name: &str, step: &str, place: &str| format!("  {name:<17} {step:<45} [{place}]\n");
    let internal = [
        "[ Context 'internal' created by 'pbx_config' ]\n".to_owned(),
        line("'1001' =>", "hint: Test/1001", "extensions.conf:7"),
        line("", "1. NoOp(before)", "extensions.conf:5"),
        line("   [again]", "2. Stay(for ever)", "extensions.conf:6"),
        line("'_2XX' =>", "1. Stay()", "extensions.conf:8"),
        line("Include =>", "'more'", "pbx_config"),
        line("Ignore pattern =>", "'9'", "pbx_config"),
        "\n".to_owned(),
    ]
    .concat();
    let more = |title: &str| {
        let step = line("'201' (CID match '55') => ", "1. Stay(cid)", "extensions.conf:12");
        format!("[ {title} 'more' created by 'pbx_config' ]\n{step}\n")
    };
    let all = format!("{internal}{}-= 3 extensions (5 priorities) in 2 contexts. =-\n", more("Context"));
    stage.check("dialplan show", &all).await;
    let one = format!("{}-= 1 extension (1 priority) in 1 context. =-\n", more("Context"));
    stage.check("dialplan show more", &one).await;
    let found = [
        "[ Context 'internal' created by 'pbx_config' ]\n".to_owned(),
        line("'_2XX' =>", "1. Stay()", "extensions.conf:8"),
        "\n".to_owned(),
        more("Included context"),
        "-= 2 extensions (2 priorities) in 2 contexts. =-\n".to_owned(),
    ];
    stage.check("dialplan show 201@internal", &found.concat()).await;
    stage.refuses("dialplan show nowhere", "There is no existence of 'nowhere' context").await;
    stage.refuses("dialplan show 5@more", "There is no existence of 5@more extension").await;
    stage.refuses("dialplan show 5@", "There is no existence of '5' extension in all contexts").await;
}

#[tokio::test(start_paused = true)]
async fn the_search_of_the_dialplan_is_explained() {
    let stage = stage();
    let order = "[ Context 'internal' ]\n     1. 1001\n     2. _2XX\n        then 'more'\n\n";
    stage.check("dialplan debug internal", order).await;
    let row = |name: &str, verdict: &str| format!("  {name:<24} {verdict}\n");
    let none = [
        "[ Context 'internal' ]\n".to_owned(),
        row("1001", "wants `1` as digit 1, where `2` is"),
        row("_2XX", "wants more digits"),
        "[ Included context 'more' ]\n".to_owned(),
        row("201/55", "wants more digits"),
        "\n".to_owned(),
    ];
    stage.check("dialplan debug 20@internal", &none.concat()).await;
    let found = [
        "[ Context 'internal' ]\n".to_owned(),
        row("1001", "wants `1` as digit 1, where `2` is"),
        row("_2XX", "matches"),
        "\n".to_owned(),
    ];
    stage.check("dialplan debug 201@internal", &found.concat()).await;
    stage.refuses("dialplan debug nowhere", "There is no existence of 'nowhere' context").await;
}

#[tokio::test(start_paused = true)]
async fn the_dialplan_is_changed_and_saved() {
    let stage = stage();
    let add = "dialplan add extension 300,1,Stay,a,b into internal";
    stage.check(add, "Extension '300,1,Stay(a,b)' added into 'internal' context\n").await;
    stage.refuses(add, "Extension 300@internal with priority 1 already exists").await;
    let replaced = "Extension 300@internal (1) replace by '300,1,Stay(c)'\n";
    stage.check("dialplan add extension 300,1,Stay(c) into internal replace", replaced).await;
    let created = "Context 'fresh' did not exist prior to add extension - the context will be created.\n\
                   Extension '1,1,Stay()' added into 'fresh' context\n";
    stage.check("dialplan add extension 1,1,Stay into fresh", created).await;
    let shown = stage.run("dialplan show 300@internal").await.unwrap();
    let row = format!("  {:<17} {:<45} [pbx_config]\n", "'300' =>", "1. Stay(c)");
    assert!(shown.contains(&row), "{shown}");
    let refused = stage.run("dialplan add extension 301,1,Leave into internal").await.unwrap_err();
    assert!(refused.starts_with("Failed to add '301,1' extension into 'internal' context: "), "{refused}");
    stage.check("dialplan add include fresh into more", "Context 'fresh' included in 'more' context\n").await;
    stage
        .refuses("dialplan add include fresh into more", "Context 'fresh' already included in 'more' context")
        .await;
    stage
        .refuses("dialplan add include nowhere into more", "There is no existence of context 'nowhere'")
        .await;
    stage.check("dialplan add ignorepat 0 into more", "Ignore pattern '0' added into 'more' context\n").await;
    stage
        .check("dialplan remove ignorepat 0 from more", "Ignore pattern '0' removed from 'more' context\n")
        .await;
    stage
        .check("dialplan remove include fresh from more", "We are not including 'fresh' into 'more' now\n")
        .await;
    let removed = "Extension 300@internal with priority 1 removed\n";
    stage.check("dialplan remove extension 300@internal 1", removed).await;
    stage.refuses("dialplan remove extension 300@internal", "Failed to remove extension 300@internal").await;
    stage.refuses("dialplan remove extension 1001@internal x", "Invalid priority 'x'").await;
    stage.check("dialplan remove extension 1001@internal", "Whole extension 1001@internal removed\n").await;
    stage.check("dialplan remove context more", "Removed context 'more'\n").await;
    stage.refuses("dialplan remove context more", "There is no such context as 'more'").await;
    stage.refuses("dialplan save", "I can't save dialplan now, see 'extensions.conf' example file.").await;
}

#[tokio::test]
async fn a_saved_dialplan_is_one_that_can_be_read() {
    let stage = stage();
    stage.pbx.load("[general]\nstatic = yes\nwriteprotect = no\n[internal]\nexten => 1,1,Stay(a\\; b)\n");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("extensions.conf").display().to_string();
    stage.run("dialplan add extension 2,1,Stay into internal").await.unwrap();
    let saved = format!("Dialplan successfully saved into '{file}'\n");
    stage.check(&format!("dialplan save {}", folder.path().display()), &saved).await;
    let expected = "[general]\nstatic = yes\n\n[internal]\nexten => 1,1,Stay(a\\; b)\nexten => 2,1,Stay()\n";
    assert_eq!(std::fs::read_to_string(file).unwrap(), expected);
}

#[tokio::test(start_paused = true)]
async fn globals_are_shown_and_set() {
    let stage = stage();
    stage.check("dialplan set global colour red", "\n    -- Global variable 'colour' set to 'red'\n").await;
    stage.check("dialplan show globals", "   TRUNK=PJSIP/out\n   colour=red\n\n    -- 2 variable(s)\n").await;
}

#[tokio::test(start_paused = true)]
async fn hints_show_the_state_of_their_devices() {
    let stage = stage();
    let row = |state: &str| {
        format!(
            "{:<30}: {:<60}  State:{state:<15} Presence:not_set         Watchers  0\n",
            "1001@internal", "Test/1001"
        )
    };
    let all = |state| {
        format!(
            "\n    -= Registered Asterisk Dial Plan Hints =-\n{}----------------\n- 1 hints registered\n",
            row(state)
        )
    };
    stage.check("core show hints", &all("Idle")).await;
    let _far = stage.call().await;
    stage.check("core show hints", &all("InUse")).await;
    stage.check("core show hint 1001", &format!("{}1 hint matching extension 1001\n", row("InUse"))).await;
    stage.check("core show hint 7", "No hints matching extension 7\n").await;
}

#[tokio::test(start_paused = true)]
async fn the_database_is_read_and_written() {
    let stage = stage();
    stage.check("database put cidname 1001 \"Alice B\"", "Updated database successfully\n").await;
    stage.check("database put cidname/office 1001 Bob", "Updated database successfully\n").await;
    stage.check("database get cidname 1001", "Value: Alice B\n").await;
    let alice = format!("{:<50}: {:<25}\n", "/cidname/1001", "Alice B");
    let bob = format!("{:<50}: {:<25}\n", "/cidname/office/1001", "Bob");
    stage.check("database show", &format!("{alice}{bob}2 results found.\n")).await;
    stage.check("database show cidname office", &format!("{bob}1 results found.\n")).await;
    stage.check("database showkey 1001", &format!("{alice}{bob}2 results found.\n")).await;
    stage.check("database del cidname 1001", "Database entry removed.\n").await;
    stage.refuses("database del cidname 1001", "Database entry could not be removed.").await;
    stage.refuses("database get cidname 1001", "Database entry not found.").await;
    stage.check("database deltree cidname", "1 database entries removed.\n").await;
    stage.check("database deltree cidname", "Database entries do not exist.\n").await;
    assert!(stage.run("database put cidname").await.unwrap_err().starts_with("Usage: database put <family>"));
}

#[tokio::test(start_paused = true)]
async fn custom_devices_are_listed_and_changed() {
    let stage = stage();
    stage.check("devstate change Custom:lamp1 inuse", "Changing lamp1 to INUSE\n").await;
    assert_eq!(stage.pbx.core.device_state("Custom:lamp1").await, DeviceState::InUse);
    let list = stage.run("devstate list").await.unwrap();
    assert!(list.contains("---\n--- Name: 'Custom:lamp1'  State: 'INUSE'\n---\n-----"), "{list}");
    let refused = "The devstate command can only be used to set 'Custom:' device state!";
    stage.refuses("devstate change PJSIP/1001 INUSE", refused).await;
    assert!(stage.run("devstate change Custom:lamp1 UNKNOWN").await.unwrap_err().starts_with("Usage: "));
}
