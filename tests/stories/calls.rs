//! Calls between two phones: rung, answered, refused, given up, ended.

use obelus_sip::header::Name;

use crate::support::call::header;
use crate::support::{House, Phone};

/// The phones call each other, and the caller is told how it went as in the sample dialplan.
const PHONES: &str = "exten => _1XXX,1,Dial(PJSIP/${EXTEN},${TIMEOUT})\n";

async fn two_phones(dialplan: &str) -> (House, Phone, Phone) {
    let house = House::new(dialplan).await;
    let caller = Phone::new(&house, "1001").await;
    let callee = Phone::registered(&house, "1002").await;
    (house, caller, callee)
}

#[tokio::test]
async fn a_call_is_answered_and_the_caller_hangs_up() {
    let (house, caller, mut callee) = two_phones(PHONES).await;
    let mut call = caller.calls("1002").await;
    let mut rung = callee.is_called().await;
    assert_eq!(rung.caller(), "1001");
    rung.rings().await;
    call.hears(180).await;
    rung.answers().await;
    call.is_answered().await;
    assert_eq!(house.core().channels.count(), 2);
    call.hangs_up().await;
    let bye = rung.ends().await;
    assert!(header(&bye, Name::Reason).contains("cause=16"), "{}", header(&bye, Name::Reason));
    house.ends().await;
}

#[tokio::test]
async fn a_call_is_answered_and_the_callee_hangs_up() {
    let (house, caller, mut callee) = two_phones(PHONES).await;
    let mut call = caller.calls("1002").await;
    let mut rung = callee.is_called().await;
    rung.answers().await;
    call.is_answered().await;
    rung.hangs_up().await;
    call.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn the_dialplan_goes_on_when_the_callee_has_hung_up_and_g_asks_for_it() {
    let (house, caller, mut callee) = two_phones(
        "exten => 1002,1,Dial(PJSIP/1002,5,g)\n same => n,NoOp(after: ${DIALSTATUS} ${HANGUPCAUSE})\n\
         same => n,Wait(60)\n",
    )
    .await;
    let mut call = caller.calls("1002").await;
    let mut rung = callee.is_called().await;
    rung.answers().await;
    call.is_answered().await;
    rung.hangs_up().await;
    house.logs("after: ANSWER 16").await;
    call.hangs_up().await;
    house.ends().await;
}

async fn is_refused_with(by_callee: u16, to_caller: u16) {
    let (house, caller, mut callee) = two_phones(PHONES).await;
    let mut call = caller.calls("1002").await;
    callee.is_called().await.refuses(by_callee).await;
    call.is_refused(to_caller).await;
    house.ends().await;
}

#[tokio::test]
async fn a_busy_phone_is_busy_for_the_caller() {
    is_refused_with(486, 486).await;
}

#[tokio::test]
async fn a_declined_call_fails_for_the_caller_where_the_dialplan_says_nothing() {
    is_refused_with(603, 503).await;
}

#[tokio::test]
async fn a_phone_that_cannot_take_the_call_is_not_available() {
    is_refused_with(480, 480).await;
}

#[tokio::test]
async fn the_status_of_a_call_is_known_to_the_dialplan() {
    for (refusal, status) in [(486, "BUSY"), (603, "CHANUNAVAIL"), (503, "CONGESTION"), (404, "CHANUNAVAIL")]
    {
        let plan = "exten => 1002,1,Dial(PJSIP/1002,5)\n same => n,NoOp(status: ${DIALSTATUS})\n same => n,Busy(1)\n";
        let (house, caller, mut callee) = two_phones(plan).await;
        let mut call = caller.calls("1002").await;
        callee.is_called().await.refuses(refusal).await;
        house.logs(&format!("status: {status}")).await;
        call.is_refused(486).await;
        house.ends().await;
    }
}

#[tokio::test]
async fn nobody_answers_in_time() {
    let (house, caller, mut callee) =
        two_phones("exten => 1002,1,Dial(PJSIP/1002,1)\n same => n,NoOp(status: ${DIALSTATUS})\n").await;
    let mut call = caller.calls("1002").await;
    let mut rung = callee.is_called().await;
    rung.rings().await;
    rung.is_canceled().await;
    house.logs("status: NOANSWER").await;
    call.is_refused(603).await;
    house.ends().await;
}

#[tokio::test]
async fn the_caller_gives_up_while_it_rings() {
    let (house, caller, mut callee) = two_phones(PHONES).await;
    let mut call = caller.calls("1002").await;
    let mut rung = callee.is_called().await;
    rung.rings().await;
    call.hears(180).await;
    call.gives_up().await;
    rung.is_canceled().await;
    house.ends().await;
}

#[tokio::test]
async fn a_number_that_is_not_there_is_not_found() {
    let (house, caller, _) = two_phones(PHONES).await;
    caller.calls("nobody").await.is_refused(404).await;
    assert_eq!(house.core().channels.processed(), 0);
    house.logs("nobody").await;
    house.ends().await;
}

#[tokio::test]
async fn a_phone_that_is_not_registered_is_not_available() {
    let (house, caller, _) =
        two_phones("exten => 1,1,Dial(PJSIP/1003,5)\n same => n,NoOp(status: ${DIALSTATUS})\n").await;
    caller.calls("1").await.is_refused(503).await;
    house.logs("status: CHANUNAVAIL").await;
    house.ends().await;
}

#[tokio::test]
async fn two_phones_are_rung_at_once_and_the_first_answer_wins() {
    let (house, caller, mut first) = two_phones("exten => 1,1,Dial(PJSIP/1002&PJSIP/1003,10)\n").await;
    let mut second = Phone::registered(&house, "1003").await;
    let mut call = caller.calls("1").await;
    let (mut one, mut two) = (first.is_called().await, second.is_called().await);
    one.rings().await;
    two.rings().await;
    two.answers().await;
    let cancel = one.is_canceled().await;
    assert_eq!(header(&cancel, Name::Reason), "SIP;cause=200;text=\"Call completed elsewhere\"");
    call.is_answered().await;
    two.hangs_up().await;
    call.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn the_other_phone_rings_on_when_one_is_busy() {
    let (house, caller, mut first) = two_phones("exten => 1,1,Dial(PJSIP/1002&PJSIP/1003,10)\n").await;
    let mut second = Phone::registered(&house, "1003").await;
    let mut call = caller.calls("1").await;
    let (mut one, mut two) = (first.is_called().await, second.is_called().await);
    one.refuses(486).await;
    two.rings().await;
    call.hears(180).await;
    two.answers().await;
    call.is_answered().await;
    call.hangs_up().await;
    two.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn a_call_goes_through_a_local_channel() {
    let (house, caller, mut callee) =
        two_phones("exten => 1,1,Dial(Local/1002@phones,5)\n[phones]\nexten => 1002,1,Dial(PJSIP/1002,5)\n")
            .await;
    let mut call = caller.calls("1").await;
    let mut rung = callee.is_called().await;
    rung.rings().await;
    call.hears(180).await;
    rung.answers().await;
    call.is_answered().await;
    call.speaks(1);
    rung.hears_voice(1).await;
    call.hangs_up().await;
    rung.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn subroutines_loops_and_conditions_work_in_a_call() {
    let (house, caller, _) = two_phones(
        "exten => 1,1,Set(N=0)\n\
         same => n,While($[${N} < 3])\n\
         same => n,Set(N=$[${N} + 1])\n\
         same => n,Gosub(add,s,1(${N},x))\n\
         same => n,EndWhile()\n\
         same => n,GotoIf($[\"${SUM}\" = \"x1x2x3\"]?right:wrong)\n\
         same => n(right),Answer()\n\
         same => n,NoOp(sum: ${SUM} ${GOSUB_RETVAL})\n\
         same => n,Hangup()\n\
         same => n(wrong),Busy(1)\n\
         [add]\n\
         exten => s,1,Set(SUM=${SUM}${ARG2}${ARG1})\n\
         same => n,Return(${ARG1})\n",
    )
    .await;
    let mut call = caller.calls("1").await;
    call.is_answered().await;
    call.ends().await;
    house.logs("sum: x1x2x3 3").await;
    house.ends().await;
}

#[tokio::test]
async fn the_hangup_extension_and_handlers_run_when_the_caller_hangs_up() {
    let (house, caller, _) = two_phones(
        "exten => 1,1,Set(CHANNEL(hangup_handler_push)=bye,s,1)\n same => n,Answer()\n same => n,Wait(60)\n\
         exten => h,1,NoOp(h of ${EXTEN} ${HANGUPCAUSE})\n\
         [bye]\nexten => s,1,NoOp(handler ran)\n same => n,Return()\n",
    )
    .await;
    let mut call = caller.talks_to("1").await;
    call.hangs_up().await;
    house.logs("h of h 16").await;
    house.logs("handler ran").await;
    house.ends().await;
}

#[tokio::test]
async fn a_call_to_a_phone_of_a_tcp_caller_works_both_ways() {
    let house = House::new(PHONES).await;
    let mut tcp = Phone::tcp(&house, "1001").await;
    tcp.registers().await;
    let mut udp = Phone::registered(&house, "1002").await;
    let mut call = tcp.calls("1002").await;
    let mut rung = udp.is_called().await;
    rung.answers().await;
    call.is_answered().await;
    call.hangs_up().await;
    rung.ends().await;
    let mut call = udp.calls("1001").await;
    let mut rung = tcp.is_called().await;
    rung.answers().await;
    call.is_answered().await;
    rung.hangs_up().await;
    call.ends().await;
    house.ends().await;
}
