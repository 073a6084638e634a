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
