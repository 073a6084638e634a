//! What the dialplan allocates: nothing for plain priorities, once the channel has its buffers.

#![allow(clippy::unwrap_used, reason = "a test program: what fails must fail loudly")]

use obelus_core::channel::Position;
use obelus_core::testing::TestPbx;

/// So often a channel in a loop looks at what has happened meanwhile; for that its technology may allocate.
const PRIORITIES_PER_LOOK: u64 = 64;

/// What a call allocates that goes so many times through some priorities.
fn allocations(priorities: &[&str], rounds: u64) -> u64 {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let _guard = runtime.enter();
    let pbx = TestPbx::new(|_, registry| obelus_apps::register(registry));
    let body: String = priorities.iter().map(|priority| format!(" same => n,{priority}\n")).collect();
    // The counter has as many digits at the end as at the beginning.
    let last = 10_000 + rounds;
    pbx.dialplan(&format!(
        "[internal]\nexten => s,1,Set(round=10000)\n same => n(again),Set(round=$[${{round}} + 1])\n{body} \
         same => n,GotoIf($[${{round}} < {last}]?again)\n same => n,Set(done=${{round}})\n"
    ));
    let (mut channel, _far) = pbx.channel();
    let run = channel.execute(Position::new("internal", "s", 1));
    let counted = allocation_counter::measure(|| runtime.block_on(run));
    assert_eq!(channel.variable("done").as_deref(), Some(&*last.to_string()), "the loop did not end well");
    counted.count_total
}

/// What each round allocates more, apart from the looks around.
#[track_caller]
fn check(priorities: &[&str], expected: u64) {
    let rounds = 1_000;
    let more = allocations(priorities, 2 * rounds) - allocations(priorities, rounds);
    let looks = rounds * (priorities.len() as u64 + 2) / PRIORITIES_PER_LOOK;
    let each = more.saturating_sub(looks + 1) as f64 / rounds as f64;
    assert_eq!(
        each.ceil() as u64,
        expected,
        "{more} in {rounds} rounds, of which {looks} are looks around: {priorities:?}"
    );
}

#[test]
fn a_loop_of_plain_priorities_allocates_nothing() {
    check(&[], 0);
    check(&["NoOp()", "NoOp(${EXTEN} of ${CONTEXT}, ${round})"], 0);
    check(&["Set(x=${round})", "Set(_y=[${x}])", "MSet(a=1,b=${round})", "Set(x=$[${x} * 2 > ${a}])"], 0);
    check(&["GotoIf($[${round} < 0]?again)", "GotoIf(1?+2:+1)", "Goto(again)", "NoOp(${round:2:-1})"], 0);
    check(&["ExecIf($[${round} > 0]?Set(z=${round}):NoOp())", "ExecIf(0?NoOp())"], 0);
    check(&["Verbose(4,nobody reads this: ${round})", "Log(DEBUG,${round})"], 0);
    check(&["If($[${round} > 0])", "NoOp()", "Else()", "NoOp()", "EndIf()"], 0);
}

/// The count sees what is there: who may wait costs a future, whatever it does with it.
#[test]
fn who_may_wait_is_counted() {
    check(&["Wait(0)"], 1);
}
