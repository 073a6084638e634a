//! Sessions, told as what a program sends and what it is answered.

mod every_command;

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use obelus_core::action::{ActionCall, Asker, Message, Reply};
use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::cause::Cause;
use obelus_core::channel::Channel;
use obelus_core::channel_tech::LegEvent;
use obelus_core::conf::MemoryFiles;
use obelus_core::engine::Way;
use obelus_core::engine::testing::Seen;
use obelus_core::events::{AgiStep, Delivery, Event, EventKind, Listener};
use obelus_core::files::ConfigFolder;
use obelus_core::help::{Argument, Help};
use obelus_core::testing::{Far, TestPbx};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};

use super::app::RunAgi;
use super::config::AgiConf;
use super::connection::Connection;
use super::session::{Ended, Peer, Session, Status};
use super::{Agi, register};

/// Counts the signals.
#[derive(Clone, Default)]
struct Signals(Arc<Mutex<usize>>);

impl Peer for Signals {
    fn word(&self) -> Option<&'static str> {
        None
    }

    fn signal(&mut self) {
        *self.0.lock().unwrap() += 1;
    }
}

fn pbx() -> TestPbx {
    TestPbx::new(|_, registry| register(&ConfigFolder::of(MemoryFiles::new()), registry))
}

/// A program that sends each line when the one before is answered; returns the answers.
async fn answers(channel: &mut Channel, lines: &[&str]) -> (Vec<String>, Ended) {
    let (ours, theirs) = tokio::io::duplex(4096);
    let (input, output) = tokio::io::split(ours);
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    let program = tokio::spawn(async move {
        let (input, mut output) = tokio::io::split(theirs);
        let mut input = BufReader::new(input).lines();
        while input.next_line().await.unwrap().is_some_and(|line| !line.is_empty()) {}
        let mut answers = Vec::new();
        for line in lines {
            output.write_all(format!("{line}\n").as_bytes()).await.unwrap();
            let mut answer = input.next_line().await.unwrap().unwrap_or_default();
            if answer.starts_with("520-") {
                while input.next_line().await.unwrap().is_some_and(|line| !line.starts_with("520 ")) {}
            } else if answer.starts_with("100 ") {
                answer = format!("{answer}; {}", input.next_line().await.unwrap().unwrap_or_default());
            }
            answers.push(answer);
        }
        answers
    });
    let session = Session::new(Arc::default(), Connection::new(input, output));
    let ended = session.run(channel, "agi_request: x\n\n", &mut Signals::default()).await;
    (program.await.unwrap(), ended)
}

async fn check(lines: &[(&str, &str)]) -> (TestPbx, Far, Channel) {
    let pbx = pbx();
    let (mut channel, far) = pbx.channel();
    let sent: Vec<&str> = lines.iter().map(|line| line.0).collect();
    let (answers, ended) = answers(&mut channel, &sent).await;
    for ((line, expected), answer) in lines.iter().zip(&answers) {
        assert_eq!(answer, expected, "{line}");
    }
    assert_eq!(ended.status, Status::Success);
    (pbx, far, channel)
}

#[tokio::test(start_paused = true)]
async fn variables_are_set_and_read() {
    let (_pbx, _far, channel) = check(&[
        ("SET VARIABLE COLOUR \"dark \\\"blue\\\"\"", "200 result=1"),
        ("GET VARIABLE COLOUR", "200 result=1 (dark \"blue\")"),
        ("GET VARIABLE NOTHING", "200 result=0"),
        ("GET VARIABLE NOFUNCTION(x)", "200 result=0"),
        ("get full variable \"${COLOUR} and $[1 + 2]\"", "200 result=1 (dark \"blue\" and 3)"),
        ("GET FULL VARIABLE x Test/none", "200 result=0"),
        ("SET VARIABLE ONE", "520-Invalid command syntax.  Proper usage follows:"),
    ])
    .await;
    assert_eq!(channel.variable("COLOUR").as_deref(), Some("dark \"blue\""));
}

#[tokio::test(start_paused = true)]
async fn the_key_store_answers_as_asterisks() {
    check(&[
        ("DATABASE PUT cidname 1001 \"Alice A\"", "200 result=1"),
        ("DATABASE GET cidname 1001", "200 result=1 (Alice A)"),
        ("DATABASE DEL cidname 1001", "200 result=1"),
        ("DATABASE GET cidname 1001", "200 result=0"),
        ("DATABASE DELTREE cidname", "200 result=1"),
        ("DATABASE PUT cidname 1 x", "200 result=1"),
        ("DATABASE DELTREE cidname 1", "200 result=0"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn unknown_commands_do_not_end_the_session() {
    check(&[
        ("DANCE", "510 Invalid or unknown command"),
        ("", "510 Invalid or unknown command"),
        ("NOOP", "200 result=0"),
        ("EXEC NoSuchApp x", "200 result=-2"),
        ("SPEECH CREATE x", "200 result=0"),
        ("TDD MODE on", "200 result=0"),
        ("CHANNEL STATUS Test/none", "200 result=-1"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_call_is_answered_and_its_caller_named() {
    let (_pbx, far, channel) = check(&[
        ("CHANNEL STATUS", "200 result=0"),
        ("ANSWER", "200 result=0"),
        ("CHANNEL STATUS", "200 result=6"),
        ("SET CALLERID \"\\\"Eve\\\" <555-1234>\"", "200 result=1"),
        ("SEND TEXT \"hello there\"", "200 result=0"),
        ("VERBOSE \"a line\" 3", "200 result=1"),
        ("SET CONTEXT elsewhere", "200 result=0"),
        ("SET EXTENSION 99", "200 result=0"),
        ("SET AUTOHANGUP 30", "200 result=0"),
    ])
    .await;
    let caller = channel.facts().caller.clone();
    assert_eq!((caller.name.text(), caller.number.text()), ("Eve", "5551234"));
    assert!(far.told().iter().any(|told| told.contains("hello there")));
    assert_eq!(channel.position().to_string(), "99@elsewhere:1");
    assert!(channel.timeouts.absolute.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_prompt_is_played_to_its_end_or_to_a_digit() {
    let (_pbx, far, channel) = check(&[
        ("STREAM FILE hello-world \"\"", "200 result=0 endpos=8000"),
        ("STREAM FILE hello-world \"\" 4000", "200 result=0 endpos=8000"),
        ("CONTROL STREAM FILE hello-world \"\"", "200 result=0 endpos=-1"),
        ("SAY DIGITS 12 \"\"", "200 result=0"),
        ("SAY NUMBER 41 \"\"", "200 result=0"),
        ("SAY NUMBER x \"\"", "520-Invalid command syntax.  Proper usage follows:"),
    ])
    .await;
    let plays = far.port().seen().iter().filter(|seen| matches!(seen, Seen::Play(..))).count();
    assert_eq!(plays, 7, "three prompts, two digits, forty and one");
    assert_eq!(channel.variable("PLAYBACKSTATUS").as_deref(), Some("SUCCESS"));
}

#[tokio::test(start_paused = true)]
async fn a_missing_prompt_makes_the_run_a_failure() {
    let pbx = pbx();
    let (mut channel, _far) = pbx.channel();
    let (answers, ended) = answers(&mut channel, &["STREAM FILE no-such \"\"", "NOOP"]).await;
    assert_eq!(answers, ["200 result=-1 endpos=0", "200 result=0"]);
    assert_eq!(ended.status, Status::Failure);
}

#[tokio::test(start_paused = true)]
async fn digits_stop_a_prompt_and_are_read() {
    let pbx = pbx();
    let (mut channel, far) = pbx.channel();
    let presses = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        far.presses('5');
        tokio::time::sleep(Duration::from_millis(500)).await;
        for digit in ['1', '2', '#'] {
            far.presses(digit);
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        far.presses('7');
    };
    let lines =
        ["STREAM FILE hello-world 5", "GET DATA beep 1000 5", "WAIT FOR DIGIT -1", "WAIT FOR DIGIT 100"];
    let ((answers, _), ()) = tokio::join!(answers(&mut channel, &lines), presses);
    let (stopped, rest) = answers.split_first().unwrap();
    assert!(stopped.starts_with("200 result=53 endpos="), "{stopped}");
    let at: u32 = stopped.rsplit('=').next().unwrap().parse().unwrap();
    assert!((3900..6000).contains(&at), "{at}");
    assert_eq!(rest, ["200 result=12", "200 result=55", "200 result=0"]);
}

#[tokio::test(start_paused = true)]
async fn get_data_tells_that_the_time_ended_it() {
    check(&[("GET DATA beep 500", "200 result= (timeout)"), ("GET DATA no-such", "200 result=-1")]).await;
}

#[tokio::test(start_paused = true)]
async fn a_prompt_can_be_wound_and_held() {
    let pbx = pbx();
    let (mut channel, far) = pbx.channel();
    let presses = async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        far.presses('8');
        tokio::time::sleep(Duration::from_secs(5)).await;
        far.presses('8');
        tokio::time::sleep(Duration::from_millis(200)).await;
        far.presses('0');
    };
    let lines = ["CONTROL STREAM FILE hello-world 0 100 # * 8"];
    let ((answers, _), ()) = tokio::join!(answers(&mut channel, &lines), presses);
    assert!(answers[0].starts_with("200 result=48 endpos="), "{answers:?}");
    let at: u32 = answers[0].rsplit('=').next().unwrap().parse().unwrap();
    assert!((200..900).contains(&at), "the five seconds of rest do not count: {at}");
    assert_eq!(channel.variable("CPLAYBACKSTATUS").as_deref(), Some("USERSTOPPED"));
    assert_eq!(channel.variable("CPLAYBACKSTOPKEY").as_deref(), Some("0"));
    let pauses: Vec<bool> = far
        .port()
        .seen()
        .iter()
        .filter_map(|seen| if let Seen::Pause(on) = seen { Some(*on) } else { None })
        .collect();
    assert_eq!(pauses, [true, false]);
}

#[tokio::test(start_paused = true)]
async fn a_text_is_received() {
    let pbx = pbx();
    let (mut channel, far) = pbx.channel();
    far.does(LegEvent::Text("good morning".into()));
    let speaks = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        far.does(LegEvent::Text("good evening".into()));
    };
    let ((answers, _), ()) =
        tokio::join!(answers(&mut channel, &["RECEIVE TEXT 1000", "RECEIVE CHAR 10"]), speaks);
    assert_eq!(answers, ["200 result=1 (good evening)", "200 result=0 (timeout)"]);
}

#[tokio::test(start_paused = true)]
async fn a_hang_up_signals_the_program_and_leaves_it_the_commands_for_the_dead() {
    let pbx = pbx();
    let (mut channel, far) = pbx.channel();
    let (ours, theirs) = tokio::io::duplex(4096);
    let (input, output) = tokio::io::split(ours);
    let signals = Signals::default();
    let program = async {
        let (mut input, mut output) = tokio::io::split(theirs);
        far.hangs_up(Cause::NORMAL_CLEARING);
        tokio::time::sleep(Duration::from_secs(1)).await;
        output.write_all(b"ANSWER\nSET VARIABLE x 1\nSTREAM FILE beep \"\"\n").await.unwrap();
        output.shutdown().await.unwrap();
        let mut text = String::new();
        input.read_to_string(&mut text).await.unwrap();
        text
    };
    let session = Session::new(Arc::default(), Connection::new(input, output));
    let mut peer = signals.clone();
    let (ended, text) = tokio::join!(
        async {
            let mut session = session.run(&mut channel, "\n", &mut peer).await;
            session.after = None;
            session
        },
        program
    );
    let refused = "511 Command Not Permitted on a dead channel or intercept routine\n";
    assert_eq!(text, format!("\n{refused}200 result=1\n{refused}"));
    assert_eq!((ended.status, *signals.0.lock().unwrap()), (Status::Hangup, 1));
}

#[tokio::test(start_paused = true)]
async fn a_prompt_that_a_hang_up_ends_tells_how_far_it_came() {
    let pbx = pbx();
    let (mut channel, far) = pbx.channel();
    let leaves = async {
        tokio::time::sleep(Duration::from_millis(500)).await;
        far.hangs_up(Cause::NORMAL_CLEARING);
    };
    let ((answers, _), ()) = tokio::join!(answers(&mut channel, &["STREAM FILE hello-world \"\""]), leaves);
    assert_eq!(answers, ["200 result=-1 endpos=4000"]);
}

#[tokio::test(start_paused = true)]
async fn a_program_that_takes_too_long_is_left() {
    let pbx = pbx();
    let (mut channel, _far) = pbx.channel();
    let (ours, _theirs) = tokio::io::duplex(4096);
    let (input, output) = tokio::io::split(ours);
    let agi = Arc::new(Agi::default());
    agi.conf.store(Arc::new(AgiConf { time: Some(Duration::from_secs(5)), ..AgiConf::default() }));
    let session = Session::new(agi, Connection::new(input, output));
    let ended = session.run(&mut channel, "\n", &mut Signals::default()).await;
    assert_eq!((ended.status, ended.out_of_time), (Status::Failure, true));
}

/// A program in a folder of its own.
fn program(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("program.agi");
    {
        let mut file = std::fs::File::create(&path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.set_permissions(std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let path = path.display().to_string();
    (folder, path)
}

async fn status_of(pbx: &TestPbx, arguments: &str) -> (String, Channel) {
    let (mut channel, _far) = pbx.channel();
    channel.run_app("AGI", arguments).await.unwrap();
    (channel.variable("AGISTATUS").unwrap().to_string(), channel)
}

#[tokio::test]
async fn a_program_gets_its_block_and_arguments_and_its_exit_status_counts() {
    let pbx = pbx();
    let (_folder, path) = program(
        "#!/bin/sh\nwhile read line && [ -n \"$line\" ]; do case $line in agi_arg_2*) arg=$line;; esac; done\n\
        echo \"SET VARIABLE SEEN \\\"$1,$arg,$AST_AGI_DIR\\\"\"\nread answer\necho \"SET VARIABLE ANSWER \\\"$answer\\\"\"\n\
        read answer\n[ \"$1\" = good ]\n",
    );
    let (status, channel) = status_of(&pbx, &format!("{path},good,second")).await;
    assert_eq!(status, "SUCCESS");
    assert_eq!(channel.variable("SEEN").as_deref(), Some("good,agi_arg_2: second,share/agi-bin"));
    assert_eq!(channel.variable("ANSWER").as_deref(), Some("200 result=1"));
    assert_eq!(status_of(&pbx, &format!("{path},bad")).await.0, "FAILURE");
}

#[tokio::test]
async fn what_cannot_be_run_has_its_status() {
    let pbx = pbx();
    assert_eq!(status_of(&pbx, "/no/such/program").await.0, "NOTFOUND");
    let (_folder, path) = program("no program");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(status_of(&pbx, &path).await.0, "FAILURE");
    assert_eq!(status_of(&pbx, "agi://").await.0, "FAILURE");
}

#[tokio::test]
async fn a_hang_up_reaches_the_process() {
    let pbx = pbx();
    let (folder, path) = program(
        "#!/bin/sh\ntrap 'echo hup > \"$1\"; exit 0' HUP\necho 'SET VARIABLE READY 1'\nwhile :; do sleep 0.05; done\n",
    );
    let mark = folder.path().join("mark");
    pbx.dialplan(&format!("[internal]\nexten => 1,1,AGI({path},{})\n", mark.display()));
    let far = pbx.call("internal", "1");
    let handle = far.channel.clone().unwrap();
    let ready = async || handle.run(|channel| Box::pin(async { channel.variable("READY").is_some() })).await;
    while !ready().await.unwrap() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    far.hangs_up(Cause::NORMAL_CLEARING);
    pbx.quiet().await;
    assert_eq!(std::fs::read_to_string(&mark).unwrap(), "hup\n");
}

#[tokio::test]
async fn a_server_gets_the_script_and_the_word_hangup() {
    let pbx = pbx();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let (input, mut output) = stream.into_split();
        let mut lines = BufReader::new(input).lines();
        let mut seen = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            match line.as_str() {
                "" => output.write_all(b"HANGUP\n").await.unwrap(),
                "HANGUP" => output.shutdown().await.unwrap(),
                _ => {}
            }
            seen.push(line);
        }
        seen
    });
    pbx.dialplan(&format!("[internal]\nexten => 1,1,AGI(agi://127.0.0.1:{port}/a/script?x=1)\n"));
    let _far = pbx.call("internal", "1");
    pbx.quiet().await;
    let seen = server.await.unwrap();
    assert_eq!(seen[..2], ["agi_network: yes", "agi_network_script: a/script?x=1"]);
    assert_eq!(seen[2], format!("agi_request: agi://127.0.0.1:{port}/a/script?x=1"));
    let end: Vec<&str> = seen.iter().skip_while(|line| !line.is_empty()).map(String::as_str).collect();
    assert_eq!(end, ["", "200 result=1", "HANGUP", "HANGUP"]);
}

#[tokio::test]
async fn an_enhanced_program_has_the_voice_at_its_third_descriptor() {
    let pbx = pbx();
    let (folder, path) = program(
        "#!/bin/sh\nwhile read line && [ -n \"$line\" ]; do case $line in agi_enhanced*) echo \"$line\" > \"$1\";; esac; done\n\
        echo 'SET VARIABLE READY 1'\nread answer\nhead -c 320 <&3 | od -An -v -td2 -w2 | sort -u >> \"$1\"\n",
    );
    let mark = folder.path().join("mark");
    let (mut channel, far) = pbx.channel();
    let (port, arguments) = (far.port(), format!("{path},{}", mark.display()));
    let task = tokio::spawn(async move {
        channel.run_app("EAGI", &arguments).await.unwrap();
        channel
    });
    while !port.seen().iter().any(|seen| matches!(seen, Seen::Hook(_))) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // Two frames: the program takes one of them.
    (0..2).for_each(|_| port.carry(Way::Received, 8000, &mut [1234; 160]));
    let channel = task.await.unwrap();
    assert_eq!(channel.variable("AGISTATUS").as_deref(), Some("SUCCESS"));
    assert_eq!(std::fs::read_to_string(&mark).unwrap(), "agi_enhanced: 1.0\n   1234\n");
}

#[tokio::test]
async fn only_programs_get_audio() {
    let pbx = pbx();
    for target in ["agi://127.0.0.1/x", "hagi://localhost/x", "agi:async"] {
        let (mut channel, _far) = pbx.channel();
        channel.run_app("EAGI", target).await.unwrap();
        assert_eq!(channel.variable("AGISTATUS").as_deref(), Some("FAILURE"), "{target}");
    }
}

#[tokio::test]
async fn a_voice_is_recorded_until_a_digit() {
    let folder = tempfile::tempdir().unwrap();
    let (name, pbx) = (folder.path().join("voice"), pbx());
    let (mut channel, far) = pbx.channel();
    let port = far.port();
    let line = format!("RECORD FILE {} sln # 60000", name.display());
    let lines = [line.as_str(), "RECORD FILE /no/folder/of/ours/x nonsense # 1"];
    let speaks = async {
        while !port.seen().iter().any(|seen| matches!(seen, Seen::Hook(_))) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        (0..50).for_each(|_| port.carry(Way::Received, 8000, &mut [1000; 160]));
        port.press('#', Duration::from_millis(100));
    };
    let ((answers, ended), ()) = tokio::join!(answers(&mut channel, &lines), speaks);
    assert_eq!(answers, ["200 result=35 (dtmf) endpos=6400", "200 result=-1 (writefile)"]);
    assert_eq!(ended.status, Status::Failure);
    assert_eq!(std::fs::metadata(name.with_extension("sln")).unwrap().len(), 12_800);
}

/// `Return`, which the applications' crate has.
struct Return;

impl InstantApp for Return {
    fn name(&self) -> &'static str {
        "Return"
    }

    fn help(&self) -> &'static Help {
        static HELP: Help = Help {
            synopsis: "Return.",
            arguments: &[Argument::rest("value", false, "")],
            description: "",
            see_also: &[],
        };
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.end_subroutine(arguments.whole()).map_err(AppError::Failed)?;
        Ok(Flow::Jump)
    }
}

#[tokio::test(start_paused = true)]
async fn a_subroutine_runs_until_its_return() {
    let pbx = TestPbx::new(|_, registry| {
        register(&ConfigFolder::of(MemoryFiles::new()), registry);
        registry.add_app(Return);
    });
    pbx.dialplan("[subs]\nexten => add,1(start),Return(${ARG1}+${ARG2})\nexten => lost,1,AGI(agi:nothing)\n");
    let (mut channel, _far) = pbx.channel();
    let lines = [
        "GOSUB subs add start one,two",
        "GET VARIABLE GOSUB_RETVAL",
        "GOSUB subs lost 1",
        "GOSUB subs nobody 1",
        "GOSUB subs add",
    ];
    let (answers, ended) = answers(&mut channel, &lines).await;
    let expected = [
        "100 result=0 Trying...; 200 result=0 Gosub complete",
        "200 result=1 (one+two)",
        "100 result=0 Trying...; 200 result=0 Gosub complete (abnormal exit)",
        "200 result=-1 Gosub label not found",
        "520-Invalid command syntax.  Proper usage follows:",
    ];
    assert_eq!(answers, expected);
    // That there was no such place counts, as with Asterisk.
    assert_eq!(ended.status, Status::Failure);
}

#[tokio::test]
async fn only_so_many_programs_run_at_once() {
    let agi = Arc::new(Agi::default());
    agi.conf.store(Arc::new(AgiConf { most: 1, ..AgiConf::default() }));
    let place = agi.enter();
    assert!(place.is_some() && agi.enter().is_none());
    let pbx = TestPbx::new(|_, registry| registry.add_app(RunAgi { agi: agi.clone(), enhanced: false }));
    assert_eq!(status_of(&pbx, "/bin/true").await.0, "FAILURE");
    drop(place);
    assert_eq!(status_of(&pbx, "/bin/true").await.0, "SUCCESS");
}

/// What the bus tells of AGI, up to and with the first step that `last` accepts.
async fn steps(listener: &mut Listener, last: impl Fn(&AgiStep) -> bool) -> Vec<AgiStep> {
    let mut steps = Vec::new();
    loop {
        let Delivery::Event(record) = listener.next().await else { continue };
        if let Event::Agi { step, .. } = &record.event {
            steps.push(AgiStep::clone(step));
            if last(step) {
                return steps;
            }
        }
    }
}

/// A channel in its own task with Async AGI, its name and what becomes of it.
fn async_agi(pbx: &TestPbx) -> (Far, String, tokio::task::JoinHandle<Channel>) {
    let (mut channel, far) = pbx.channel();
    let name = channel.name().to_string();
    let task = tokio::spawn(async move {
        let _ = channel.run_app("AGI", "agi:async,one").await;
        channel
    });
    (far, name, task)
}

async fn asks(pbx: &TestPbx, headers: &[(&str, &str)]) -> String {
    let registry = pbx.core.registry();
    let (message, asker) = (Message::of(headers.iter().copied()), Asker::default());
    let mut reply = Reply::new("");
    let call = ActionCall { core: &pbx.core, message: &message, asker: &asker, reply: &mut reply };
    registry.action("agi").unwrap().run(call).await;
    reply.text().to_owned()
}

#[tokio::test(start_paused = true)]
async fn commands_come_from_outside_one_after_the_other() {
    let pbx = pbx();
    let mut listener = pbx.core.events.listen(EventKind::Agi.bit(), None);
    let (_far, name, task) = async_agi(&pbx);
    let first = steps(&mut listener, |_| true).await;
    let [AgiStep::AsyncStart { environment }] = first.as_slice() else { panic!("{first:?}") };
    assert!(environment.starts_with("agi_request%3A%20async%0Aagi_channel%3A%20"), "{environment}");
    assert!(environment.ends_with("agi_arg_1%3A%20one%0A%0A"), "{environment}");

    let ask = [("Channel", name.as_str()), ("Command", "SET VARIABLE X \"a b\""), ("CommandID", "7")];
    assert_eq!(asks(&pbx, &ask).await, "Response: Success\r\nMessage: Added AGI command to queue\r\n\r\n");
    let done = steps(&mut listener, |step| matches!(step, AgiStep::AsyncExec { .. })).await;
    let [
        AgiStep::ExecStart { id, command },
        AgiStep::ExecEnd { id: ended, code, result, .. },
        AgiStep::AsyncExec { result: answer, id: own },
    ] = done.as_slice()
    else {
        panic!("{done:?}")
    };
    assert_eq!((id, &**command), (ended, "SET VARIABLE X \"a b\""));
    assert_eq!((*code, *result, &**answer), (200, "Success", "200%20result%3D1%0A"));
    assert_eq!(own.as_deref(), Some("7"));

    let line = format!("agi exec {name} \"ASYNCAGI BREAK\"");
    let said = pbx.core.registry().commands().run(&pbx.core, &line, None).await;
    assert_eq!(said.unwrap(), "");
    let end = steps(&mut listener, |step| *step == AgiStep::AsyncEnd).await;
    assert!(matches!(&end[2], AgiStep::AsyncExec { result, id: None } if &**result == "200%20result%3D0%0A"));
    assert_eq!(task.await.unwrap().variable("AGISTATUS").as_deref(), Some("SUCCESS"));
}

#[tokio::test(start_paused = true)]
async fn a_hang_up_ends_async_agi() {
    let pbx = pbx();
    let mut listener = pbx.core.events.listen(EventKind::Agi.bit(), None);
    let (far, _name, task) = async_agi(&pbx);
    steps(&mut listener, |_| true).await;
    far.hangs_up(Cause::NORMAL_CLEARING);
    assert_eq!(steps(&mut listener, |_| true).await, [AgiStep::AsyncEnd]);
    assert_eq!(task.await.unwrap().variable("AGISTATUS").as_deref(), Some("HANGUP"));
}

#[tokio::test(start_paused = true)]
async fn only_a_channel_with_async_agi_takes_commands_from_outside() {
    let pbx = pbx();
    let (channel, _far) = pbx.channel();
    let error = |text: &str| format!("Response: Error\r\nMessage: {text}\r\n\r\n");
    let name = channel.name().to_string();
    let answer = asks(&pbx, &[("Channel", &name), ("Command", "NOOP")]).await;
    assert_eq!(answer, error(&format!("Failed to add AGI command to channel {name} queue")));
    let answer = asks(&pbx, &[("Channel", "Test/none"), ("Command", "NOOP")]).await;
    assert_eq!(answer, error("Channel Test/none does not exist."));
    assert_eq!(asks(&pbx, &[("Channel", &name)]).await, error("Both, Channel and Command are *required*"));
}
