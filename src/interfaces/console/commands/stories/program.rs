//! What commands say of the program itself.

use super::*;

#[tokio::test(start_paused = true)]
async fn modules_are_listed_and_reloaded_and_a_broken_one_harms_no_other() {
    let stage = stage();
    let row = |name: &str, description: &str, uses: &str, status: &str, level: &str| {
        format!("{name:<30} {description:<40} {uses:<10} {status:<11} {level:>13}\n")
    };
    let header = row("Module", "Description", "Use Count", "Status", "Support Level");
    let whole = row("res_whole.so", "A module of the tests", "0", "Running", "core");
    stage.check("module show like WHOLE", &format!("{header}{whole}1 modules loaded\n")).await;
    stage.check("module reload res_whole.so", "Module 'res_whole.so' reloaded successfully.\n").await;
    let failure = "broken.conf:1: no\nThe module 'broken' reported a reload failure";
    stage.refuses("module reload broken", &format!("{failure}\n")).await;
    stage.refuses("module reload nothing", "No such module 'nothing'\n").await;
    stage.refuses("core reload", failure).await;
    stage.refuses("dialplan reload", "No such module 'pbx_config'").await;
}

#[tokio::test(start_paused = true)]
async fn the_program_is_asked_to_stop_and_not_to() {
    let stage = stage();
    stage.check("core stop gracefully", "").await;
    stage.check("core stop when convenient", "Waiting for inactivity to perform halt\n").await;
    assert_eq!(*stage.program.asked.lock().unwrap(), ["Gracefully", "settled", "WhenConvenient"]);
    for _ in 0..3 {
        stage.check("core abort shutdown", "").await;
    }
    stage.refuses("core abort shutdown", "There is no shutdown that could be cancelled.").await;
}

#[tokio::test(start_paused = true)]
async fn scripts_wait_for_the_start() {
    let stage = stage();
    let core = stage.pbx.core.clone();
    let waiting =
        tokio::spawn(
            async move { core.registry().commands().run(&core, "core waitfullybooted", None).await },
        );
    tokio::time::advance(Duration::from_secs(3)).await;
    assert!(!waiting.is_finished());
    stage.pbx.core.set_booted();
    assert_eq!(waiting.await.unwrap().unwrap(), "Asterisk has fully booted.\n");
    stage.check("core waitfullybooted", "Asterisk has fully booted.\n").await;
}

#[tokio::test(start_paused = true)]
async fn the_uptime_is_told_in_words_and_numbers() {
    let stage = stage();
    tokio::time::advance(Duration::from_secs(3661)).await;
    stage
        .check(
            "core show uptime",
            "System uptime: 1 hour, 1 minute, 1 second\nLast reload: 1 hour, 1 minute, 1 second\n",
        )
        .await;
    stage.check("core show uptime seconds", "System uptime: 3661\nLast reload: 3661\n").await;
    let calls = "0 active calls\n0 calls processed\nSystem uptime: 3661\n";
    stage.check("core show calls uptime seconds", calls).await;
}

#[tokio::test(start_paused = true)]
async fn tones_are_added_and_taken_away() {
    let stage = stage();
    stage.check("indication add xx mine 440/100", "").await;
    let shown = "Country Indication      PlayList\n=====================================\nxx      <ringcadence>   \nxx      mine            440/100\n";
    stage.check("indication show xx", shown).await;
    stage.check("indication remove xx mine", "").await;
    stage.refuses("indication remove xx mine", "Unable to unregister indication xx/mine").await;
    stage.check("indication remove xx", "").await;
    stage.refuses("indication remove xx", "Unable to unregister indication country xx").await;
    stage.refuses("moh unregister class nope", "No such moh class 'nope'").await;
}

#[tokio::test(start_paused = true)]
async fn technologies_bridges_ports_and_codecs_are_shown() {
    let stage = stage();
    let types = stage.run("core show channeltypes").await.unwrap();
    let row = format!(
        "{:<15}  {:<40} {:<13} {:<13} {:<13} {:<13}",
        "Test", "Legs in the hands of a test", "yes", "no", "yes", "yes"
    );
    assert!(
        types.contains(&row) && types.ends_with("----------\n1 channel drivers registered.\n"),
        "{types}"
    );
    stage.refuses("core show channeltype IAX2", "\nIAX2 is not a registered channel driver.").await;
    let header = format!(
        "{:<36} {:<36} {:>5} {:<15} {:<15} Duration\n",
        "Bridge-ID", "Name", "Chans", "Type", "Technology"
    );
    stage.check("bridge show all", &header).await;
    stage.refuses("bridge show 1", "Bridge '1' not found").await;
    let rtp = stage.run("rtp show settings").await.unwrap();
    assert!(
        rtp.starts_with(
            "\n\nGeneral Settings:\n----------------\n  Port start:      10000\n  Port end:        20000\n"
        ),
        "{rtp}"
    );
    stage.check("core show codec 3", "          3 G.711 u-law (ulaw)\n").await;
    stage.refuses("core show codec 999", "Codec 999 not found").await;
    let codecs = stage.run("core show codecs").await.unwrap();
    assert!(
        codecs.contains("\n       3 audio ulaw         ulaw                 100 (G.711 u-law)\n"),
        "{codecs}"
    );
    let version = stage.run("core show version").await.unwrap();
    assert!(
        version.starts_with(&format!("Obelus {}, compatible with Asterisk 22", crate::version::VERSION)),
        "{version}"
    );
    let settings = stage.run("core show settings").await.unwrap();
    assert!(settings.contains("\n  Maximum calls:               Not set\n"), "{settings}");
    assert!(settings.contains("\n  Configuration directory:     etc\n"), "{settings}");
}

#[tokio::test(start_paused = true)]
async fn help_lists_and_explains() {
    let stage = stage();
    let page = "Usage: core show uptime [seconds]\n       Tells how long the PBX has been running and when it was last \
                reloaded; with `seconds` as numbers.\n";
    stage.check("core show help core show uptime", page).await;
    let list = "database showkey <keytree>     -- Shows database contents\n";
    stage.check("help database showk", list).await;
    stage.refuses("help nonsense", "No such command 'nonsense'.").await;
}

#[tokio::test(start_paused = true)]
async fn the_tab_key_offers_what_fits() {
    let stage = stage();
    let far = stage.call().await;
    let check = |line: &str, expected: &[&str]| {
        let found = stage.pbx.core.registry().commands().complete(&stage.pbx.core, line);
        assert_eq!(found, expected, "{line}");
    };
    check("core st", &["stop"]);
    check("core stop ", &["gracefully", "now", "when"]);
    check("core show channels ", &["concise", "count", "verbose"]);
    check("core show channel ", &[&far.name]);
    check("channel request hangup ", &[&far.name, "all"]);
    check("dialplan show m", &["more"]);
    check("module reload ", &["broken", "res_whole"]);
    check("core show application s", &["Stay"]);
    check("help core show up", &["uptime"]);
    check("devstate change Custom:a R", &["RINGING", "RINGINUSE"]);
    check("nonsense ", &[]);
}

/// Every command is whole: words, and a sentence about it.
#[tokio::test(start_paused = true)]
async fn every_command_explains_itself() {
    let stage = stage();
    let registry = stage.pbx.core.registry();
    let commands: &Commands = registry.commands();
    assert!(commands.iter().count() > 40);
    for command in commands.iter() {
        assert!(!command.synopsis().is_empty() && !command.synopsis().ends_with('.'), "{}", command.syntax());
        let about = command.description();
        assert!(about.is_empty() || about.ends_with(['.', '`', ']']), "{}: {about}", command.syntax());
    }
}

#[tokio::test]
async fn queues_are_shown_pinged_and_reset() {
    let stage = stage();
    let gauge: Arc<dyn Gauge> = Arc::new(Fixed);
    stage.pbx.core.gauges.add(&gauge);
    let text = stage.run("core show taskprocessors like pjsip").await.unwrap();
    let row = text.lines().find(|line| line.starts_with("pjsip/worker-0")).unwrap();
    let cells: Vec<&str> = row.split_whitespace().skip(1).collect();
    assert_eq!(cells, ["7", "95", "96", "100", "100", "3", "40"]);
    assert!(text.contains("\n1 taskprocessors\n") && text.contains("Media thread"), "{text}");
    let text = stage.run("core show taskprocessor name PJSIP/worker-0").await.unwrap();
    assert!(
        text.contains("\nHigh water alert:     Yes\n") && text.contains("\nSubsystem:            pjsip\n"),
        "{text}"
    );
    let text = stage.run("core show taskprocessor alerted subsystems").await.unwrap();
    assert!(text.ends_with("\n1 subsystems\n\n"), "{text}");
    let text = stage.run("core ping taskprocessor pjsip/worker-0").await.unwrap();
    assert!(text.contains(" ping time: 0."), "{text}");
    stage.refuses("core ping taskprocessor none", "\nping failed: 'none' not found\n").await;
    stage.check("core reset taskprocessor pjsip/worker-0", "\nResetting pjsip/worker-0\n\n").await;
}

struct Fixed;

#[async_trait]
impl Gauge for Fixed {
    fn name(&self) -> &str {
        "pjsip/worker-0"
    }

    fn read(&self) -> Reading {
        let times = Some((Duration::from_micros(3), Duration::from_micros(40)));
        Reading { processed: 7, waiting: 95, deepest: 96, room: 100, times }
    }

    fn reset(&self) {}

    async fn ping(&self) {}
}

#[tokio::test]
async fn threads_limits_and_tables_are_shown() {
    let stage = stage();
    let text = stage.run("core show threads").await.unwrap();
    assert!(text.contains(" threads listed.\n") && text.contains(" tasks on "), "{text}");
    assert!(stage.run("core show locks").await.unwrap().starts_with("There are no locks to show"));
    let text = stage.run("ulimit descriptors").await.unwrap();
    assert!(text.starts_with("Number of file descriptors (descriptors) is "), "{text}");
    stage.refuses("ulimit stack 5", "Resource not permitted to be set").await;
    stage.refuses("ulimit patience", "Unknown resource").await;
    stage.check("core show switches", "There are no registered alternative switches\n").await;
    let text = stage.run("core show file formats").await.unwrap();
    assert!(
        text.lines().any(|line| line.split_whitespace().eq(["ulaw", "pcm", "pcm|ulaw|ul|mu|ulw"])),
        "{text}"
    );
    let text = stage.run("indication show de").await.unwrap();
    assert!(text.contains("\nde      <ringcadence>   "), "{text}");
    stage.refuses("indication show xx", "No countries matched your criteria.").await;
    let text = stage.run("features show").await.unwrap();
    assert!(text.contains("\nBlind Transfer            #       #"), "{text}");
    let text = stage.run("core show device2extenstate").await.unwrap();
    assert_eq!(text.lines().filter(|line| line.starts_with(" Exten:")).count(), 81);
}

#[tokio::test(start_paused = true)]
async fn presences_are_set_and_listed() {
    let stage = stage();
    let change = "presencestate change CustomPresence:alice AWAY,lunch,Back_at_one";
    stage.check(change, "Changing alice to AWAY,lunch,Back_at_one\n").await;
    let text = stage.run("presencestate list").await.unwrap();
    let expected = "--- Name: 'CustomPresence:alice'\n    --- State: 'away'\n    --- Subtype: 'lunch'\n    \
        --- Message: 'Back_at_one'\n---\n";
    assert!(text.contains(expected), "{text}");
    let only = "The presencestate command can only be used to set 'CustomPresence:' presence state!";
    stage.refuses("presencestate change PJSIP/alice AWAY", only).await;
}

#[tokio::test(start_paused = true)]
async fn hang_up_handlers_are_shown_the_next_first() {
    let stage = stage();
    let far = stage.call().await;
    let channel = far.channel.clone().unwrap();
    let push = channel.run(|channel| {
        Box::pin(async {
            channel.push_hangup_handler("internal,first,1");
            channel.push_hangup_handler("internal,second,1");
        })
    });
    push.await.unwrap();
    let head = format!("{:<30} {}\n", "Channel", "Handler");
    let expected = format!("{head}{:<30} internal,second,1\n{:<30} internal,first,1\n", channel.name(), "");
    stage.check("core show hanguphandlers all", &expected).await;
    stage.check(&format!("core show hanguphandlers {}", channel.name()), &expected).await;
    stage.refuses("core show hanguphandlers Test/none", "Channel does not exist.").await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_tried_is_named() {
    let stage = stage();
    stage
        .refuses("dialplan eval function NONE(x)", "Return Value: Failure (-1)\nthere is no function `NONE`")
        .await;
    stage.refuses("dialplan exec application None", "No such application: None").await;
}

#[tokio::test]
async fn an_alias_runs_its_command_and_is_completed() {
    let stage = stage();
    let registry = stage.pbx.core.registry();
    let alias = |name: &str, command: &str| Alias { name: name.into(), command: command.into() };
    let refused = registry.commands().set_aliases(vec![
        alias("show switches", "core show switches"),
        alias("help", "core show help"),
        alias("show", "core show"),
    ]);
    assert_eq!(refused, [alias("help", "core show help")]);
    stage.check("show switches", "There are no registered alternative switches\n").await;
    assert!(stage.run("SHOW version").await.is_ok());
    let complete = |line: &str| registry.commands().complete(&stage.pbx.core, line);
    assert_eq!(complete("sho"), ["show"]);
    assert_eq!(complete("show swi"), ["switches"]);
    assert_eq!(complete("show uptime "), ["seconds"]);
    let line = registry.commands().resolve("show uptime seconds").unwrap().unwrap().line();
    assert_eq!(line, "core show uptime seconds");
    let shortened = registry.commands().resolve("cor sh upt").unwrap().unwrap().line();
    assert_eq!(shortened, "core show uptime");
}

#[tokio::test]
async fn what_asterisk_has_and_obelus_has_not_is_explained() {
    let stage = stage();
    let expected = "No such command 'queue show' (type 'core show help queue show' for other possible commands): \
        queues are not served yet";
    stage.refuses("queue show", expected).await;
}

#[tokio::test]
async fn the_program_is_asked_to_begin_again() {
    let stage = stage();
    stage.check("core restart now", "").await;
    stage.check("core restart when convenient", "Waiting for inactivity to perform restart\n").await;
    assert_eq!(*stage.program.asked.lock().unwrap(), ["restart Now", "restart WhenConvenient"]);
}
