//! Calls that another than the rung one takes: the place of the rung channel goes on with another far end and its name.

use super::{CdrOptions, check, check_with};

/// `a` calls `2`, where `b` rings; after five seconds `c` takes the call, answered as `how` says, and talks.
fn picked_up(log: &str, expected: &[&str]) {
    let begin = "0 call a 2\n0 runs a 2,1 Dial T/b\n0 ring b\n0 dials a b\n5 call c *8\n5 runs c *8,1 Pickup\n5 up c\n5 swaps c b\n5 gone c 26\n5 up b\n5 dialled a b ANSWER\n5 up a\n5 enters b x\n5 enters a x\n";
    check(&format!("{begin}{log}"), expected);
}

#[test]
fn a_call_that_is_picked_up_is_with_who_took_it() {
    picked_up(
        "15 leaves b x\n15 gone b\n15 leaves a x\n15 gone a",
        &["a>2 a-b 0/5/5 0 ANSWERED Dial", "a>2 a-c 5/5/15 10 ANSWERED Dial"],
    );
    picked_up(
        "15 leaves a x\n15 gone a\n15 leaves b x\n15 gone b",
        &["a>2 a-b 0/5/5 0 ANSWERED Dial", "a>2 a-c 5/5/15 10 ANSWERED Dial"],
    );
}

#[test]
fn who_took_a_call_sends_it_elsewhere() {
    picked_up(
        "15 leaves b x\n15 gone b\n15 leaves a x\n15 runs a 3,1 Dial T/d\n15 ring d\n15 dials a d\n17 up d\n17 dialled a d ANSWER\n17 enters d y\n17 enters a y\n20 leaves d y\n20 gone d\n20 leaves a y\n20 gone a",
        &[
            "a>2 a-b 0/5/5 0 ANSWERED Dial",
            "a>2 a-c 5/5/15 10 ANSWERED Dial",
            "a>3 a-d 15/15/20 5 ANSWERED Dial",
        ],
    );
}

#[test]
fn one_of_two_that_ring_is_picked_up() {
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b&T/d\n0 ring b\n0 dials a b\n0 ring d\n0 dials a d\n5 call c *8\n5 runs c *8,1 Pickup\n5 up c\n5 swaps c b\n5 gone c 26\n5 up b\n5 dialled a d CANCEL\n5 gone d\n5 dialled a b ANSWER\n5 up a\n5 enters b x\n5 enters a x\n15 leaves b x\n15 gone b\n15 leaves a x\n15 gone a",
        &[
            "a>2 a-b 0/5/5 0 ANSWERED Dial",
            "a>2 a-d 0/-/5 0 NO ANSWER Dial",
            "a>2 a-c 5/5/15 10 ANSWERED Dial",
        ],
    );
}

#[test]
fn nothing_to_pick_up_leaves_an_unanswered_call() {
    let log = "0 call c *8\n0 runs c *8,1 Pickup\n0 gone c 0";
    check(log, &[]);
    let options = CdrOptions { unanswered: true, ..CdrOptions::default() };
    check_with(options, log, &["c>*8 c- 0/-/0 0 FAILED Pickup"]);
}
