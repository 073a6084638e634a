//! Stories of `Dial`, in virtual time.

use std::time::Duration;

use obelus_core::caller_id::Party;
use obelus_core::cause::Cause;
use obelus_core::channel_tech::LegEvent;
use obelus_core::events::EventKind;
use obelus_core::testing::{Far, TestPbx};
use tokio::time::{Instant, sleep};

use crate::testing::dial_ends;

fn pbx(dial: &str) -> TestPbx {
    let pbx = TestPbx::new(|_, registry| crate::register(registry));
    pbx.dialplan(&format!(
        "[internal]\nexten => 1002,1,Dial({dial})\n same => n,Set(STATUS=${{DIALSTATUS}})\n same => n,Hangup(31)\n\
         exten => 77,1,Answer()\n same => n,Wait(60)\n same => n,Hangup(21)\n\
         exten => h,1,Set(LAST=${{DIALSTATUS}})\n\
         [screen]\nexten => s,1,Set(GOSUB_RESULT=${{ARG1}})\n same => n,Return()\n\
         [predial]\nexten => s,1,Set(SEEN=${{ARG1}})\n same => n,Return()\n"
    ));
    pbx
}

/// Runs a call to the end and returns `DIALSTATUS` as the channel had it last.
async fn status(caller: &mut Far) -> String {
    let channel = caller.channel.clone().expect("an incoming call");
    let read =
        channel.run(|channel| Box::pin(async move { channel.variable("DIALSTATUS").unwrap_or_default() }));
    read.await.map(|text| text.to_string()).unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn an_answered_call_ends_when_the_called_party_hangs_up() {
    let pbx = pbx("Test/1002,20");
    let mut caller = pbx.call("internal", "1002");
    let mut callee = pbx.rung().await;
    assert_eq!(callee.caller.number.text(), "1001");
    callee.does(LegEvent::Ringing);
    caller.is_told("Ringing").await;
    callee.answers();
    caller.is_told("Answer").await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(status(&mut caller).await, "ANSWER");
    assert!(caller.hears(&callee));
    callee.hangs_up(Cause::NORMAL_CLEARING);
    assert_eq!(caller.is_over().await, Some(Cause::NORMAL_CLEARING));
    assert_eq!(callee.is_over().await, None);
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn the_called_party_is_hung_up_when_the_caller_goes() {
    let pbx = pbx("Test/1002,20");
    let caller = pbx.call("internal", "1002");
    let mut callee = pbx.rung().await;
    callee.answers();
    caller.is_told("Answer").await;
    caller.hangs_up(Cause::NORMAL_CLEARING);
    assert_eq!(callee.is_over().await, Some(Cause::NORMAL_CLEARING));
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_caller_who_gives_up_cancels_the_ringing() {
    let pbx = pbx("Test/1002,20");
    let caller = pbx.call("internal", "1002");
    let mut callee = pbx.rung().await;
    callee.does(LegEvent::Ringing);
    caller.is_told("Ringing").await;
    caller.hangs_up(Cause::NORMAL_CLEARING);
    assert_eq!(callee.is_over().await, Some(Cause::NORMAL_CLEARING));
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn the_dialplan_goes_on_when_nobody_answers() {
    for how in [Some(Cause::USER_BUSY), Some(Cause::CALL_REJECTED), None] {
        let pbx = pbx("Test/1002,20");
        let began = Instant::now();
        let mut caller = pbx.call("internal", "1002");
        let mut callee = pbx.rung().await;
        let channel = caller.channel.clone().expect("a channel");
        match how {
            Some(cause) => callee.hangs_up(cause),
            None => {
                assert_eq!(callee.is_over().await, Some(Cause::NORMAL_CLEARING));
                assert_eq!(began.elapsed().as_secs(), 20);
            }
        }
        assert_eq!(caller.is_over().await, Some(Cause::new(31)));
        assert_eq!(channel.facts().hung_up.as_ref().map(|hung_up| hung_up.cause), Some(Cause::new(31)));
        pbx.quiet().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_of_two_to_answer_wins() {
    let pbx = pbx("Test/a&Test/b,20");
    let caller = pbx.call("internal", "1002");
    let (mut first, mut second) = (pbx.rung().await, pbx.rung().await);
    second.answers();
    caller.is_told("Answer").await;
    assert_eq!(first.is_over().await, Some(Cause::ANSWERED_ELSEWHERE));
    assert!(caller.hears(&second));
    caller.hangs_up(Cause::NORMAL_CLEARING);
    assert_eq!(second.is_over().await, Some(Cause::NORMAL_CLEARING));
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_cannot_be_called_does_not_stop_the_others() {
    let pbx = pbx("Test/refused-20&Test/b&Nothing/x,20");
    let caller = pbx.call("internal", "1002");
    let callee = pbx.rung().await;
    callee.answers();
    caller.is_told("Answer").await;
    caller.hangs_up(Cause::NORMAL_CLEARING);
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn early_audio_of_a_single_party_reaches_the_caller() {
    let pbx = pbx("Test/1002,20");
    let caller = pbx.call("internal", "1002");
    let callee = pbx.rung().await;
    callee.does(LegEvent::Progress);
    caller.is_told("Progress").await;
    sleep(Duration::from_millis(10)).await;
    assert!(caller.hears(&callee));
    caller.hangs_up(Cause::NORMAL_CLEARING);
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn g_lets_the_caller_go_on_after_the_call() {
    let pbx = pbx("Test/1002,20,g");
    let mut caller = pbx.call("internal", "1002");
    let callee = pbx.rung().await;
    callee.answers();
    caller.is_told("Answer").await;
    callee.hangs_up(Cause::NORMAL_CLEARING);
    assert_eq!(caller.is_over().await, Some(Cause::new(31)));
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn s_ends_the_call_after_its_time() {
    let pbx = pbx("Test/1002,20,S(5)");
    let caller = pbx.call("internal", "1002");
    let mut callee = pbx.rung().await;
    let began = Instant::now();
    callee.answers();
    caller.is_told("Answer").await;
    callee.is_over().await;
    assert_eq!(began.elapsed().as_secs(), 5);
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn the_star_hangs_up_with_h() {
    let pbx = pbx("Test/1002,20,Hh");
    let mut caller = pbx.call("internal", "1002");
    let mut callee = pbx.rung().await;
    callee.answers();
    caller.is_told("Answer").await;
    sleep(Duration::from_millis(100)).await;
    callee.presses('1');
    caller.is_told("Digit { digit: '1'").await;
    callee.presses('*');
    assert!(callee.is_over().await.is_some());
    assert!(caller.is_over().await.is_some());
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn the_subroutine_on_the_called_channel_decides() {
    for (result, cause) in [("CONTINUE", 31), ("BUSY", 31), ("ABORT", 16)] {
        let pbx = pbx(&format!("Test/1002,20,U(screen^{result})"));
        let mut ends = pbx.core.events.listen(EventKind::DialEnd.bit(), None);
        let mut caller = pbx.call("internal", "1002");
        let mut callee = pbx.rung().await;
        callee.answers();
        assert_eq!(caller.is_over().await, Some(Cause::new(cause)), "{result}");
        callee.is_over().await;
        assert_eq!(dial_ends(&mut ends), [result]);
        pbx.quiet().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_called_party_goes_on_where_f_says() {
    let pbx = pbx("Test/1002,20,F(internal^1002^3)");
    let caller = pbx.call("internal", "1002");
    let mut callee = pbx.rung().await;
    callee.answers();
    caller.is_told("Answer").await;
    sleep(Duration::from_millis(10)).await;
    caller.hangs_up(Cause::NORMAL_CLEARING);
    assert_eq!(callee.is_over().await, Some(Cause::new(31)));
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_forwarded_call_goes_where_it_is_sent() {
    let pbx = pbx("Test/1002,20");
    let caller = pbx.call("internal", "1002");
    let mut callee = pbx.rung().await;
    callee.does(LegEvent::Forward { address: "Test/elsewhere".to_owned(), redirecting: Default::default() });
    let other = pbx.rung().await;
    assert_eq!(other.address, "elsewhere");
    callee.is_over().await;
    other.answers();
    caller.is_told("Answer").await;
    caller.hangs_up(Cause::NORMAL_CLEARING);
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn wrong_arguments_are_found_when_the_plan_is_loaded() {
    let pbx = TestPbx::new(|_, registry| crate::register(registry));
    let check = |dial: &str, expected: &str| {
        let problems = pbx.load(&format!("[a]\nexten => 1,1,Dial({dial})\n"));
        let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(all, [format!("extensions.conf:2: Dial: {expected}")], "{dial}");
    };
    check("Test/1,20,q", "unknown option `q`; the options are `AabBCcDdeFfGgHhIiLmnNopPQrRSsTtUuz`");
    check("1002", "`1002` is no destination; write Technology/resource");
    check("Test/1,soon", "`soon` is no number of seconds");
    check("Test/1,,Q(9999)", "option `Q`: unknown cause `9999`");
}

#[tokio::test(start_paused = true)]
async fn either_side_may_send_the_other_to_an_extension() {
    for called_party_transfers in [true, false] {
        let pbx = pbx("Test/1002,20,Tt");
        let mut caller = pbx.call("internal", "1002");
        let mut callee = pbx.rung().await;
        callee.answers();
        caller.is_told("Answer").await;
        sleep(Duration::from_millis(100)).await;
        let (sender, sent) =
            if called_party_transfers { (&mut callee, &mut caller) } else { (&mut caller, &mut callee) };
        sender.presses('#');
        sent.is_told("Hold(true)").await;
        sender.presses('7');
        sender.presses('7');
        sent.is_told("Hold(false)").await;
        assert!(sender.is_over().await.is_some());
        assert_eq!(sent.is_over().await, Some(Cause::new(21)));
        pbx.quiet().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_transfer_to_nowhere_leaves_the_call_as_it_was() {
    let pbx = pbx("Test/1002,20,t");
    let mut caller = pbx.call("internal", "1002");
    let callee = pbx.rung().await;
    callee.answers();
    caller.is_told("Answer").await;
    sleep(Duration::from_millis(100)).await;
    callee.presses('#');
    caller.is_told("Hold(true)").await;
    caller.is_told("Hold(false)").await;
    callee.presses('5');
    caller.is_told("Digit { digit: '5'").await;
    callee.hangs_up(Cause::NORMAL_CLEARING);
    assert!(caller.is_over().await.is_some());
    pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn the_caller_hears_music_until_the_answer() {
    let pbx = crate::testing::music(pbx("Test/1002,20,m(jazz)"));
    let caller = pbx.call("internal", "1002");
    let callee = pbx.rung().await;
    callee.does(LegEvent::Ringing);
    callee.does(LegEvent::Progress);
    sleep(Duration::from_secs(1)).await;
    assert!(caller.port().playing().is_some() && !caller.hears(&callee));
    let told = caller.told();
    assert!(told.len() == 2 && told[0].starts_with("Connected") && told[1] == "Progress", "{told:?}");
    callee.answers();
    caller.is_told("Answer").await;
    sleep(Duration::from_millis(100)).await;
    assert!(caller.port().playing().is_none() && caller.hears(&callee));
}

#[tokio::test(start_paused = true)]
async fn the_music_ends_with_the_ringing() {
    let pbx = crate::testing::music(pbx("Test/1002,2,m"));
    let caller = pbx.call("internal", "1002");
    pbx.rung().await;
    sleep(Duration::from_secs(1)).await;
    assert!(caller.port().playing().is_some());
    sleep(Duration::from_millis(1100)).await;
    assert_eq!(caller.port().playing(), None);
}

#[tokio::test(start_paused = true)]
async fn who_answers_learns_of_a_caller_who_was_put_in_anothers_place() {
    let pbx = pbx("Test/1002,20");
    let caller = pbx.call("internal", "1002");
    let callee = pbx.rung().await;
    let (mut transferred, _far) = pbx.channel();
    transferred.facts().caller = Party::parse("Transferred <77>");
    let place = caller.channel.clone().unwrap();
    transferred.give_far_end(&place, Cause::NORMAL_CLEARING).await.unwrap();
    drop(transferred);
    callee.answers();
    callee.is_told("Connected").await;
    assert!(callee.told().iter().any(|told| told.contains("\"77\"")), "{:?}", callee.told());
    callee.hangs_up(Cause::NORMAL_CLEARING);
    pbx.quiet().await;
}
