//! The console: `obelus -rx`, the program's signals, and what commands print.

use crate::support::program::run;
use crate::support::{Etc, Program};

#[tokio::test]
async fn a_command_prints_and_ends_well() {
    let program = Program::boots(Etc::with_dialplan("exten => 100,1,Answer()\n")).await;
    let done = program.console("core show version").await;
    assert_eq!((done.status, done.err.as_str()), (0, ""));
    assert!(done.out.starts_with("Obelus "), "{}", done.out);
    let done = program.console("dialplan show internal").await;
    assert_eq!(done.status, 0);
    assert!(done.out.contains("'100' =>"), "{}", done.out);
    program.stops().await;
}

#[tokio::test]
async fn an_unknown_command_ends_badly_and_names_the_nearest() {
    let program = Program::boots(Etc::usual()).await;
    let done = program.console("core show chanels").await;
    assert_eq!(done.status, 1);
    let said = done.out + &done.err;
    assert!(said.contains("No such command 'core show chanels'"), "{said}");
    assert!(said.contains("did you mean 'core show channels'?"), "{said}");
    program.stops().await;
}

#[tokio::test]
async fn a_command_that_fails_ends_badly() {
    let program = Program::boots(Etc::usual()).await;
    assert_eq!(program.console("channel request hangup PJSIP/nobody-00000001").await.status, 1);
    assert_eq!(program.console("module reload nothing").await.status, 1);
    program.stops().await;
}

#[tokio::test]
async fn without_a_pbx_the_console_says_so() {
    let etc = Etc::usual();
    let done = run(&etc, &["-rx", "core show version"]).await;
    assert_eq!((done.status, done.out.as_str()), (1, ""));
    assert!(done.err.contains("obelus.ctl"), "{}", done.err);
}

#[tokio::test]
async fn a_second_pbx_on_the_same_folder_is_refused() {
    let program = Program::boots(Etc::usual()).await;
    let done = run(&program.etc, &["-n"]).await;
    assert_eq!(done.status, 1, "{done:?}");
    assert!(done.err.contains("obelus.ctl"), "{}", done.err);
    // The first one works on.
    assert_eq!(program.console("core show version").await.status, 0);
    program.stops().await;
}

#[tokio::test]
async fn sigterm_ends_the_program_and_takes_its_socket_away() {
    let program = Program::boots(Etc::usual()).await;
    let socket = program.etc.file("run/obelus.ctl");
    assert!(socket.exists());
    let etc = program.stops().await;
    assert!(!etc.file("run/obelus.ctl").exists());
}

#[tokio::test]
async fn sighup_reads_the_configuration_again() {
    let program = Program::boots(Etc::with_dialplan("exten => 100,1,NoOp(old)\n")).await;
    program.etc.dialplan("exten => 100,1,NoOp(new)\nexten => 200,1,NoOp()\n");
    program.signal("HUP").await;
    program.prints("Reloading module 'pbx_config'").await;
    program.prints("Reloading module 'res_pjsip'").await;
    let shown = program.console("dialplan show 200@internal").await;
    assert!(shown.out.contains("'200' =>"), "{}", shown.out);
    program.stops().await;
}

#[tokio::test]
async fn the_program_can_be_stopped_from_the_console() {
    let program = Program::boots(Etc::usual()).await;
    assert_eq!(program.console("core stop now").await.status, 0);
    let (status, _) = program.ends().await;
    assert!(status.success());
    let program = Program::boots(Etc::usual()).await;
    assert_eq!(program.console("core stop gracefully").await.status, 0);
    let (status, _) = program.ends().await;
    assert!(status.success());
}

#[tokio::test]
async fn help_names_an_application_its_options_and_a_function() {
    let program = Program::boots(Etc::usual()).await;
    for (command, texts) in [
        ("core show application Dial", &["-= Info about Application 'Dial' =-", "[Synopsis]", "Dial("][..]),
        ("core show function LEN", &["-= Info about Function 'LEN' =-", "LEN("]),
        ("core show applications", &["Dial:", "Playback:"]),
        ("core show functions", &["LEN", "CALLERID"]),
        ("core show help core show channels", &["core show channels"]),
        ("core show uptime", &["System uptime:"]),
        ("core show channels", &["0 active channels", "0 active calls"]),
        ("core show settings", &["PBX Core settings"]),
        ("pjsip show endpoints", &["1001", "Objects found: 4"]),
        ("pjsip show contacts", &["No objects found."]),
        ("module show", &["modules loaded"]),
    ] {
        let done = program.console(command).await;
        assert_eq!(done.status, 0, "{command}: {done:?}");
        for text in texts {
            assert!(done.out.contains(text), "{command} has no `{text}`:\n{}", done.out);
        }
    }
    program.stops().await;
}

#[tokio::test]
async fn aliases_permissions_and_commands_at_the_start_are_read() {
    let etc = Etc::usual();
    etc.write("cli_aliases.conf", "[general]\ntemplate = own\n[own]\nshow version = core show version\n");
    etc.write("cli.conf", "[startup_commands]\ndialplan set global STARTED early = pre-module\n");
    etc.write("cli_permissions.conf", "[general]\ndefault_perm = permit\n[root]\ndeny = ^core stop when\n");
    let program = Program::boots(etc).await;
    assert!(program.console("show version").await.out.starts_with("Obelus "));
    let tried = program.console("dialplan eval function \"LEN(${STARTED})\"").await;
    assert_eq!(tried.out, "Return Value: Success (0)\nResult: 5\n");
    let ran = program.console("dialplan exec application Set GLOBAL(STARTED)=again").await;
    assert_eq!(ran.out, "Executing: Set(GLOBAL(STARTED)=again)\nReturn Value: Success (0)\n");
    let may = program.console("cli check permissions root core stop when convenient").await;
    assert_eq!(may.out, "User 'root' is not allowed to run command: 'core stop when convenient'\n");
    let queues = program.console("core show taskprocessors").await.out;
    for name in ["database", "logger", "pjsip/worker-0"] {
        assert!(queues.lines().any(|line| line.starts_with(name)), "{queues}");
        assert_eq!(program.console(&format!("core ping taskprocessor {name}")).await.status, 0);
    }
    program.stops().await;
}

#[tokio::test]
async fn the_program_begins_again_in_the_same_process() {
    let program = Program::boots(Etc::usual()).await;
    let pid = async || {
        let shown = program.console("core show uptime seconds").await;
        shown.status == 0
    };
    assert!(pid().await);
    let before = std::fs::metadata(program.etc.file("run/obelus.ctl")).unwrap().created().unwrap();
    assert_eq!(program.console("core restart now").await.status, 0);
    let again = async {
        loop {
            let socket = std::fs::metadata(program.etc.file("run/obelus.ctl"));
            if socket.and_then(|socket| socket.created()).is_ok_and(|created| created > before) && pid().await
            {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    crate::support::within("the second start", again).await;
    program.stops().await;
}
