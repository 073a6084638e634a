//! Calls that one of the parties sends elsewhere.

use super::{after_talk, check};

#[test]
fn a_blind_transfer_by_the_caller_makes_a_record_of_the_called_one() {
    // a sends b to 3, where c answers: b is the caller from now on, but it was rung, and so is c.
    after_talk(
        "10 leaves a x\n10 gone a\n10 leaves b x\n10 runs b 3,1 Dial T/c\n10 ring c\n10 dials b c\n12 up c\n12 dialled b c ANSWER\n12 enters c y\n12 enters b y\n20 leaves c y\n20 gone c\n20 leaves b y\n20 gone b",
        &["a>2 a-b 0/3/10 7 ANSWERED Dial", "b>3 b-c 10/10/20 10 ANSWERED Dial"],
    );
}

#[test]
fn a_blind_transfer_by_the_called_one_makes_a_second_record_of_the_caller() {
    after_talk(
        "10 leaves b x\n10 gone b\n10 leaves a x\n10 runs a 3,1 Dial T/c\n10 ring c\n10 dials a c\n12 up c\n12 dialled a c ANSWER\n12 enters c y\n12 enters a y\n20 leaves a y\n20 gone a\n20 leaves c y\n20 gone c",
        &["a>2 a-b 0/3/10 7 ANSWERED Dial", "a>3 a-c 10/10/20 10 ANSWERED Dial"],
    );
}

#[test]
fn a_blind_transfer_to_somebody_busy() {
    after_talk(
        "10 leaves b x\n10 gone b\n10 leaves a x\n10 runs a 3,1 Dial T/c\n10 ring c\n10 dials a c\n11 dialled a c BUSY\n11 gone c\n11 gone a",
        &["a>2 a-b 0/3/10 7 ANSWERED Dial", "a>3 a-c 10/10/11 1 BUSY Dial"],
    );
}

#[test]
fn an_attended_transfer_joins_the_two_far_ends() {
    // a talks to b, asks c on a second channel d, then leaves: b comes into the bridge of d and c.
    after_talk(
        "10 call d 3\n10 runs d 3,1 Dial T/c\n10 ring c\n10 dials d c\n12 up c\n12 dialled d c ANSWER\n12 up d\n12 enters c y\n12 enters d y\n15 leaves b x\n15 leaves a x\n15 gone a\n15 leaves d y\n15 gone d\n15 enters b y\n30 leaves b y\n30 gone b\n30 leaves c y\n30 gone c",
        &[
            "a>2 a-b 0/3/15 12 ANSWERED Dial",
            "d>3 d-c 10/12/15 3 ANSWERED Dial",
            "b> b-c 15/15/30 15 ANSWERED ",
        ],
    );
}

#[test]
fn a_transferer_who_leaves_after_the_others_have_met_has_no_record_with_them() {
    after_talk(
        "10 call d 3\n10 runs d 3,1 Dial T/c\n10 ring c\n10 dials d c\n12 up c\n12 dialled d c ANSWER\n12 up d\n12 enters c y\n12 enters d y\n15 joins a d\n15 leaves b x\n15 enters b y\n15 leaves d y\n15 gone d\n15 leaves a x\n15 gone a\n30 leaves b y\n30 gone b\n30 leaves c y\n30 gone c",
        &[
            "d>3 d-c 10/12/15 3 ANSWERED Dial",
            "a>2 a-b 0/3/15 12 ANSWERED Dial",
            "b> b-c 15/15/30 15 ANSWERED ",
        ],
    );
}

#[test]
fn who_takes_the_place_of_another_in_an_application_begins_a_record_there() {
    // b, whom a called, hears echo on d, and gives a that place.
    after_talk(
        "4 call d 9\n4 up d\n4 runs d 9,1 Echo\n6 leaves a x\n6 leaves b x\n6 gone b\n6 swaps a d\n6 gone a\n8 gone d",
        &["a>2 a-b 0/3/6 3 ANSWERED Dial", "d>9 d- 4/4/6 2 ANSWERED Echo", "a>9 a- 6/6/8 2 ANSWERED Echo"],
    );
}

#[test]
fn an_attended_transfer_may_bring_the_caller_into_the_second_bridge() {
    // b, whom a called, asks c on d; a comes to c.
    after_talk(
        "10 call d 3\n10 runs d 3,1 Dial T/c\n10 ring c\n10 dials d c\n12 up c\n12 dialled d c ANSWER\n12 up d\n12 enters c y\n12 enters d y\n15 leaves a x\n15 leaves b x\n15 gone b\n15 leaves d y\n15 gone d\n15 enters a y\n30 leaves a y\n30 gone a\n30 leaves c y\n30 gone c",
        &[
            "d>3 d-c 10/12/15 3 ANSWERED Dial",
            "a>2 a-b 0/3/15 12 ANSWERED Dial",
            "a>2 a-c 15/15/30 15 ANSWERED Dial",
        ],
    );
}

#[test]
fn a_party_is_sent_to_an_application() {
    after_talk(
        "10 leaves a x\n10 gone a\n10 leaves b x\n10 runs b 9,1 VoiceMail 9\n25 gone b",
        &["a>2 a-b 0/3/10 7 ANSWERED Dial", "b>9 b- 10/10/25 15 ANSWERED VoiceMail"],
    );
    after_talk(
        "10 leaves b x\n10 gone b\n10 leaves a x\n10 runs a 9,1 VoiceMail 9\n25 gone a",
        &["a>2 a-b 0/3/10 7 ANSWERED Dial", "a>9 a- 10/10/25 15 ANSWERED VoiceMail"],
    );
}

#[test]
fn a_blind_transfer_to_where_nobody_answers() {
    after_talk(
        "10 leaves b x\n10 gone b\n10 leaves a x\n10 runs a 3,1 Dial T/c\n10 ring c\n10 dials a c\n40 dialled a c NOANSWER\n40 gone c\n40 gone a",
        &["a>2 a-b 0/3/10 7 ANSWERED Dial", "a>3 a-c 10/10/40 30 NO ANSWER Dial"],
    );
}

#[test]
fn a_blind_transfer_that_finds_no_way() {
    after_talk(
        "10 leaves b x\n10 gone b\n10 leaves a x\n10 runs a 3,1 Dial T/c\n10 ring c\n10 dials a c\n10 dialled a c CONGESTION\n10 gone c 34\n11 gone a",
        &["a>2 a-b 0/3/10 7 ANSWERED Dial", "a>3 a-c 10/10/10 0 FAILED Dial"],
    );
}

#[test]
fn a_call_that_returns_to_who_sent_it_away() {
    // c is busy, and the dialplan rings b, who had sent a there, once more.
    after_talk(
        "10 leaves b x\n10 gone b\n10 leaves a x\n10 runs a 3,1 Dial T/c\n10 ring c\n10 dials a c\n11 dialled a c BUSY\n11 gone c 17\n11 runs a 3,2 Dial T/b\n11 ring d\n11 dials a d\n14 up d\n14 dialled a d ANSWER\n14 enters d y\n14 enters a y\n20 leaves d y\n20 gone d\n20 leaves a y\n20 gone a",
        &[
            "a>2 a-b 0/3/10 7 ANSWERED Dial",
            "a>3 a-c 10/10/11 1 BUSY Dial",
            "a>3 a-d 11/11/20 9 ANSWERED Dial",
        ],
    );
}

#[test]
fn a_call_that_is_sent_on_and_on() {
    after_talk(
        "10 leaves b x\n10 gone b\n10 leaves a x\n10 runs a 3,1 Dial T/c\n10 ring c\n10 dials a c\n12 up c\n12 dialled a c ANSWER\n12 enters c y\n12 enters a y\n20 leaves c y\n20 gone c\n20 leaves a y\n20 runs a 4,1 Dial T/d\n20 ring d\n20 dials a d\n23 up d\n23 dialled a d ANSWER\n23 enters d z\n23 enters a z\n30 leaves a z\n30 gone a\n30 leaves d z\n30 gone d",
        &[
            "a>2 a-b 0/3/10 7 ANSWERED Dial",
            "a>3 a-c 10/10/20 10 ANSWERED Dial",
            "a>4 a-d 20/20/30 10 ANSWERED Dial",
        ],
    );
}

#[test]
fn both_parties_are_sent_into_a_conference() {
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b\n1 ring b\n1 dials a b\n3 up b\n3 dialled a b ANSWER\n3 up a\n3 enters b x\n3 enters a x\n10 leaves a x\n10 leaves b x\n10 runs a 5,1 ConfBridge 1\n10 runs b 5,1 ConfBridge 1\n10 enters a y ConfBridge\n10 enters b y ConfBridge\n20 leaves a y\n20 gone a\n22 leaves b y\n22 gone b",
        &[
            "a>2 a-b 0/3/10 7 ANSWERED Dial",
            "a>5 a-b 10/10/20 10 ANSWERED ConfBridge",
            "b>5 b- 10/10/22 12 ANSWERED ConfBridge",
        ],
    );
}

#[test]
fn an_attended_transfer_before_the_third_answers() {
    // b asks c on d and leaves while c rings: a waits, and talks to c as soon as he answers.
    after_talk(
        "10 call d 3\n10 runs d 3,1 Dial T/c\n10 ring c\n10 dials d c\n12 leaves b x\n12 gone b\n12 leaves a x\n12 enters a y\n15 up c\n15 dialled d c ANSWER\n15 enters c y\n15 gone d\n30 leaves a y\n30 gone a\n30 leaves c y\n30 gone c",
        &[
            "d>3 d-c 10/-/15 0 ANSWERED Dial",
            "a>2 a-b 0/3/12 9 ANSWERED Dial",
            "a>2 a-c 12/12/30 18 ANSWERED Dial",
        ],
    );
}

#[test]
fn an_attended_transfer_whose_third_is_busy_goes_back() {
    after_talk(
        "10 call d 3\n10 runs d 3,1 Dial T/c\n10 ring c\n10 dials d c\n11 dialled d c BUSY\n11 gone c 17\n11 gone d\n20 leaves b x\n20 gone b\n20 leaves a x\n20 gone a",
        &["d>3 d-c 10/-/11 0 BUSY Dial", "a>2 a-b 0/3/20 17 ANSWERED Dial"],
    );
}

#[test]
fn an_attended_transfer_to_an_application() {
    // d, the second call of b, hears voice mail; a takes its place.
    after_talk(
        "10 call d 9\n10 up d\n10 runs d 9,1 VoiceMail 9\n15 leaves b x\n15 gone b\n15 leaves a x\n15 gone d\n15 runs a 9,1 VoiceMail 9\n30 gone a",
        &[
            "d>9 d- 10/10/15 5 ANSWERED VoiceMail",
            "a>2 a-b 0/3/15 12 ANSWERED Dial",
            "a>9 a- 15/15/30 15 ANSWERED VoiceMail",
        ],
    );
}

#[test]
fn an_originated_call_is_sent_elsewhere() {
    check(
        "0 ring a\n0 originate a\n2 up a\n2 originated a ANSWER\n2 runs a 2,1 Dial T/b\n2 ring b\n2 dials a b\n4 up b\n4 dialled a b ANSWER\n4 enters b x\n4 enters a x\n9 leaves b x\n9 gone b\n9 leaves a x\n9 runs a 3,1 Dial T/c\n9 ring c\n9 dials a c\n12 up c\n12 dialled a c ANSWER\n12 enters c y\n12 enters a y\n20 leaves a y\n20 gone a\n20 leaves c y\n20 gone c",
        &["a>2 a-b 0/2/9 7 ANSWERED Dial", "a>3 a-c 9/9/20 11 ANSWERED Dial"],
    );
}
