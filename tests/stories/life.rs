//! The life of the PBX while calls are up: reloads, faults, the end.

use async_trait::async_trait;
use expect_test::{Expect, expect};
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::Help;
use obelus_interfaces::logger::Level;
use obelus_sip::TransportKind;

use crate::support::{Etc, House, Phone, Program};

/// An application with a fault.
struct Fault;

static HELP: Help = Help { synopsis: "Panic.", arguments: &[], description: "", see_also: &[] };

#[async_trait]
impl App for Fault {
    fn name(&self) -> &'static str {
        "Fault"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, _arguments: &Arguments) -> Result<Flow, AppError> {
        panic!("a fault in the call of {}", channel.name());
    }
}

#[tokio::test]
async fn a_fault_ends_its_own_call_alone() {
    let etc = Etc::with_dialplan(
        "exten => 1,1,Dial(PJSIP/1002,5)\n\
         exten => 2,1,Answer()\n same => n,Fault()\n",
    );
    let house = House::with(etc, |registry| registry.add_app(Fault)).await;
    let mut callee = Phone::registered(&house, "1002").await;
    let caller = Phone::new(&house, "1001").await;
    let mut call = caller.calls("1").await;
    let mut rung = callee.is_called().await;
    rung.answers().await;
    call.is_answered().await;
    call.speaks(1);
    let mut unlucky = caller.talks_to("2").await;
    unlucky.ends().await;
    let line = house.logs("a fault in the call of PJSIP/1001").await;
    assert_eq!(line.level, Level::Error);
    assert!(line.call.is_some(), "the line names no call");
    rung.hears_voice(1).await;
    call.hangs_up().await;
    rung.ends().await;
    house.quiet().await;
    house.stops().await;
}

#[tokio::test]
async fn a_call_keeps_the_plan_that_it_began_with() {
    let house = House::new("exten => 1,1,Answer()\n same => n,Echo()\n same => n,NoOp(old plan)\n").await;
    let phone = Phone::new(&house, "1001").await;
    let mut before = phone.talks_to("1").await;
    house.etc.dialplan("exten => 1,1,Answer()\n same => n,Echo()\n same => n,NoOp(new plan)\n");
    house.reloads(None).await.unwrap();
    let mut after = phone.talks_to("1").await;
    before.presses('#').await;
    house.logs("old plan").await;
    before.ends().await;
    after.presses('#').await;
    house.logs("new plan").await;
    after.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn a_bad_plan_does_not_replace_a_good_one() {
    let house = House::new("exten => 1,1,Answer()\n same => n,NoOp(good plan)\n").await;
    house.etc.dialplan("exten => 1,1,Answer()\n same => n,NoOp(${broken)\n");
    house.reloads(Some("pbx_config")).await.unwrap_err();
    house.logs("extensions.conf:3").await;
    let phone = Phone::new(&house, "1001").await;
    let mut call = phone.talks_to("1").await;
    house.logs("good plan").await;
    call.ends().await;
    house.quiet().await;
    house.stops().await;
}

#[tokio::test]
async fn a_new_phone_can_register_after_a_reload() {
    let house = House::new("").await;
    let mut phone = Phone::at(house.sip(), TransportKind::Udp, "1005", "pass1005").await;
    assert_eq!(phone.registers_for(60).await.status().code(), 401);
    house.etc.append(
        "pjsip.conf",
        "\n[1005](phone)\nauth=1005\naors=1005\n[1005]\ntype=auth\nusername=1005\npassword=pass1005\n\
         [1005]\ntype=aor\nmax_contacts=1\n",
    );
    house.reloads(Some("res_pjsip")).await.unwrap();
    let mut phone = Phone::at(house.sip(), TransportKind::Udp, "1005", "pass1005").await;
    phone.registers().await;
    house.ends().await;
}

#[tokio::test]
async fn sigterm_ends_calls_with_bye() {
    let program = Program::boots(Etc::with_dialplan("exten => 1,1,Answer()\n same => n,Echo()\n")).await;
    let phone = Phone::at(program.etc.sip, TransportKind::Udp, "1001", "pass1001").await;
    let mut call = phone.talks_to("1").await;
    program.signal("TERM").await;
    call.ends().await;
    let (status, _) = program.ends().await;
    assert!(status.success());
}

#[tokio::test]
async fn a_graceful_stop_waits_for_calls_and_takes_no_new_ones() {
    let program = Program::boots(Etc::with_dialplan("exten => 1,1,Answer()\n same => n,Echo()\n")).await;
    let phone = Phone::at(program.etc.sip, TransportKind::Udp, "1001", "pass1001").await;
    let mut call = phone.talks_to("1").await;
    let talking = async {
        no_call_is_taken(&phone).await;
        phone.calls("1").await.is_refused(503).await;
        call.speaks(1);
        call.hears_voice(1).await;
        call.hangs_up().await;
    };
    let (stopped, ()) = tokio::join!(program.console("core stop gracefully"), talking);
    assert_eq!(stopped.status, 0);
    let (status, _) = program.ends().await;
    assert!(status.success());
}

#[tokio::test]
async fn a_graceful_stop_can_be_taken_back() {
    let program = Program::boots(Etc::with_dialplan("exten => 1,1,Answer()\n same => n,Echo()\n")).await;
    let phone = Phone::at(program.etc.sip, TransportKind::Udp, "1001", "pass1001").await;
    let mut call = phone.talks_to("1").await;
    let taking_back = async {
        no_call_is_taken(&phone).await;
        program.console("core abort shutdown").await
    };
    let (stopped, taken_back) = tokio::join!(program.console("core stop gracefully"), taking_back);
    assert_eq!((stopped.status, taken_back.status), (0, 0));
    let mut second = phone.talks_to("1").await;
    second.hangs_up().await;
    call.hangs_up().await;
    assert_eq!(program.console("core show version").await.status, 0);
    program.stops().await;
}

/// Waits until the PBX, which is asked to stop at the same time, takes no call.
async fn no_call_is_taken(phone: &Phone) {
    let mut call = phone.calls("1").await;
    while call.is_taken().await {
        call.hangs_up().await;
        call = phone.calls("1").await;
    }
}

async fn shows(house: &House, command: &str, expected: Expect) {
    let text = house.console(command).await;
    let text: String = text.lines().map(|line| format!("{}\n", line.trim_end())).collect();
    expected.assert_eq(&text);
}

#[tokio::test]
async fn the_console_shows_a_call_as_asterisk_does() {
    let house = House::new("exten => 1002,1,Dial(PJSIP/1002,5)\n").await;
    let mut callee = Phone::registered(&house, "1002").await;
    let caller = Phone::new(&house, "1001").await;
    let mut call = caller.calls("1002").await;
    let mut rung = callee.is_called().await;
    rung.rings().await;
    call.hears(180).await;
    shows(&house, "core show channels", expect![[r#"
        Channel                                                          Location                         State   Application(Data)
        PJSIP/1001-00000000                                              1002@internal:1                  Ring    Dial(PJSIP/1002,5)
        PJSIP/1002-00000001                                              1002@internal:1                  Ringing AppDial((Outgoing Line))
        2 active channels
        1 active call
        1 call processed
    "#]]).await;
    rung.answers().await;
    call.is_answered().await;
    call.speaks(1);
    rung.hears_voice(1).await;
    shows(&house, "core show channels", expect![[r#"
        Channel                                                          Location                         State   Application(Data)
        PJSIP/1001-00000000                                              1002@internal:1                  Up      Dial(PJSIP/1002,5)
        PJSIP/1002-00000001                                              (None)                           Up      AppDial((Outgoing Line))
        2 active channels
        1 active call
        1 call processed
    "#]]).await;
    shows(
        &house,
        "dialplan show internal",
        expect![[r#"
        [ Context 'internal' created by 'pbx_config' ]
          '1002' =>         1. Dial(PJSIP/1002,5)                         [extensions.conf:2]

        -= 1 extension (1 priority) in 1 context. =-
    "#]],
    )
    .await;
    let calls = house.console("core show calls").await;
    assert!(calls.starts_with("1 active call\n1 call processed"), "{calls}");
    let endpoint = house.console("pjsip show endpoint 1002").await;
    assert!(endpoint.contains("In use"), "{endpoint}");
    let bridges = house.console("bridge show all").await;
    assert!(bridges.contains(" 2 "), "{bridges}");
    house.console("channel request hangup PJSIP/1001-00000000").await;
    call.ends().await;
    rung.ends().await;
    house.ends().await;
}
