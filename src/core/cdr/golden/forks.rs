//! `ForkCDR` and its options.

use jiff::tz::TimeZone;

use super::{CallRecord, CdrOptions, Shape, check, records};

#[test]
fn a_fork_is_a_second_record_of_the_same_call() {
    check(
        "0 call a 1\n0 runs a 1,1 Answer\n0 up a\n5 runs a 1,2 ForkCDR\n5 fork a\n6 runs a 1,3 Echo\n9 gone a",
        &["a>1 a- 0/0/9 9 ANSWERED Echo", "a>1 a- 0/0/9 9 ANSWERED Echo"],
    );
}

#[test]
fn a_fork_may_end_the_others_and_begin_anew() {
    check(
        "0 call a 1\n0 runs a 1,1 Answer\n0 up a\n5 runs a 1,2 ForkCDR\n5 fork a er\n6 runs a 1,3 Echo\n9 gone a",
        &["a>1 a- 0/0/5 5 ANSWERED ForkCDR", "a>1 a- 5/5/9 4 ANSWERED Echo"],
    );
    check(
        "0 call a 1\n0 runs a 1,1 Answer\n0 up a\n5 fork a a\n9 gone a",
        &["a>1 a- 0/0/9 9 ANSWERED Answer", "a>1 a- 0/5/9 4 ANSWERED Answer"],
    );
}

#[test]
fn a_fork_keeps_the_dialplans_fields_if_asked() {
    for (option, expected) in [("", ""), ("v", "blue")] {
        let log = format!(
            "0 call a 1\n0 runs a 1,1 Answer\n0 up a\n1 set a colour blue\n5 fork a {option}\n9 gone a"
        );
        let records = records(CdrOptions::default(), &log);
        let colour =
            |record: &CallRecord| record.field("COLOUR", Shape::default(), &TimeZone::UTC, record.start);
        assert_eq!(records.iter().map(colour).collect::<Vec<_>>(), ["blue", expected]);
    }
}

/// A call that forks its record after five seconds and ends after nine.
fn forked(options: &str, expected: &[&str]) {
    check(&format!("0 call a 1\n0 runs a 1,1 Answer\n0 up a\n5 fork a {options}\n9 gone a"), expected);
}

#[test]
fn each_option_alone() {
    forked("", &["a>1 a- 0/0/9 9 ANSWERED Answer", "a>1 a- 0/0/9 9 ANSWERED Answer"]);
    forked("a", &["a>1 a- 0/0/9 9 ANSWERED Answer", "a>1 a- 0/5/9 4 ANSWERED Answer"]);
    forked("e", &["a>1 a- 0/0/5 5 ANSWERED Answer", "a>1 a- 0/0/9 9 ANSWERED Answer"]);
    forked("r", &["a>1 a- 0/0/9 9 ANSWERED Answer", "a>1 a- 5/5/9 4 ANSWERED Answer"]);
    forked("v", &["a>1 a- 0/0/9 9 ANSWERED Answer", "a>1 a- 0/0/9 9 ANSWERED Answer"]);
}

#[test]
fn options_together() {
    forked("ae", &["a>1 a- 0/0/5 5 ANSWERED Answer", "a>1 a- 0/5/9 4 ANSWERED Answer"]);
    forked("ar", &["a>1 a- 0/0/9 9 ANSWERED Answer", "a>1 a- 5/5/9 4 ANSWERED Answer"]);
    forked("aerv", &["a>1 a- 0/0/5 5 ANSWERED Answer", "a>1 a- 5/5/9 4 ANSWERED Answer"]);
}

#[test]
fn a_fork_before_the_answer_is_answered_with_the_call() {
    check(
        "0 call a 1\n0 runs a 1,1 ForkCDR\n1 fork a\n3 runs a 1,2 Answer\n3 up a\n9 gone a",
        &["a>1 a- 0/3/9 6 ANSWERED Answer", "a>1 a- 0/3/9 6 ANSWERED Answer"],
    );
    check(
        "0 call a 1\n0 runs a 1,1 ForkCDR\n1 fork a a\n3 runs a 1,2 Answer\n3 up a\n9 gone a",
        &["a>1 a- 0/3/9 6 ANSWERED Answer", "a>1 a- 0/3/9 6 ANSWERED Answer"],
    );
    check(
        "0 call a 1\n0 runs a 1,1 ForkCDR\n1 fork a e\n3 runs a 1,2 Answer\n3 up a\n9 gone a",
        &["a>1 a- 0/3/9 6 ANSWERED Answer"],
    );
}

#[test]
fn forks_of_forks() {
    check(
        "0 call a 1\n0 runs a 1,1 Answer\n0 up a\n2 fork a\n4 fork a r\n6 fork a er\n9 gone a",
        &[
            "a>1 a- 0/0/6 6 ANSWERED Answer",
            "a>1 a- 0/0/6 6 ANSWERED Answer",
            "a>1 a- 4/4/6 2 ANSWERED Answer",
            "a>1 a- 6/6/9 3 ANSWERED Answer",
        ],
    );
}

#[test]
fn a_forked_record_dials() {
    check(
        "0 call a 2\n0 up a\n1 fork a\n2 runs a 2,2 Dial T/b\n2 ring b\n2 dials a b\n4 up b\n4 dialled a b ANSWER\n4 enters b x\n4 enters a x\n9 leaves b x\n9 gone b\n9 leaves a x\n9 gone a",
        &["a>2 a-b 0/0/9 9 ANSWERED Dial", "a>2 a-b 0/0/9 9 ANSWERED Dial"],
    );
}

#[test]
fn a_forked_record_may_be_left_out() {
    check(
        "0 call a 1\n0 runs a 1,1 Answer\n0 up a\n2 fork a e\n3 disable a yes\n9 gone a",
        &["a>1 a- 0/0/2 2 ANSWERED Answer"],
    );
    check(
        "0 call a 1\n0 runs a 1,1 Answer\n0 up a\n2 disable a yes\n3 fork a e\n4 disable a no\n9 gone a",
        &["a>1 a- 0/0/9 9 ANSWERED Answer"],
    );
}

#[test]
fn a_finished_call_has_nothing_to_fork() {
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b\n0 ring b\n0 dials a b\n3 dialled a b BUSY\n3 gone b\n3 fork a e\n4 gone a",
        &["a>2 a-b 0/-/3 0 BUSY Dial"],
    );
}
