//! Calls that wait until one of many agents takes them, as the application that rings them tells of it.

use super::check;

#[test]
fn the_first_of_all_agents_takes_the_call() {
    check(
        "0 call a 7\n0 runs a 7,1 Answer\n0 up a\n1 runs a 7,2 Queue q\n2 ring b\n2 dials a b\n2 ring c\n2 dials a c\n6 up c\n6 dialled a b CANCEL\n6 gone b\n6 dialled a c ANSWER\n6 enters c x Queue\n6 enters a x Queue\n20 leaves c x\n20 gone c\n20 leaves a x\n20 gone a",
        &["a>7 a-b 0/0/6 6 NO ANSWER Queue", "a>7 a-c 2/2/20 18 ANSWERED Queue"],
    );
}

#[test]
fn agents_are_rung_one_after_the_other() {
    check(
        "0 call a 7\n0 runs a 7,1 Answer\n0 up a\n1 runs a 7,2 Queue q\n2 ring b\n2 dials a b\n12 dialled a b NOANSWER\n12 gone b\n15 ring c\n15 dials a c\n18 up c\n18 dialled a c ANSWER\n18 enters c x Queue\n18 enters a x Queue\n30 leaves a x\n30 gone a\n30 leaves c x\n30 gone c",
        &["a>7 a-b 0/0/12 12 NO ANSWER Queue", "a>7 a-c 15/15/30 15 ANSWERED Queue"],
    );
}

#[test]
fn the_caller_gives_up_while_an_agent_rings() {
    check(
        "0 call a 7\n0 runs a 7,1 Answer\n0 up a\n1 runs a 7,2 Queue q\n2 ring b\n2 dials a b\n9 dialled a b CANCEL\n9 gone b\n9 gone a",
        &["a>7 a-b 0/0/9 9 NO ANSWER Queue"],
    );
}

#[test]
fn the_caller_gives_up_while_nobody_rings() {
    check(
        "0 call a 7\n0 runs a 7,1 Answer\n0 up a\n1 runs a 7,2 Queue q\n30 gone a",
        &["a>7 a- 0/0/30 30 ANSWERED Queue"],
    );
}

#[test]
fn a_caller_who_is_not_answered_first_pays_from_the_agents_answer() {
    check(
        "0 call a 7\n0 runs a 7,1 Queue q\n2 ring b\n2 dials a b\n6 up b\n6 dialled a b ANSWER\n6 up a\n6 enters b x Queue\n6 enters a x Queue\n20 leaves b x\n20 gone b\n20 leaves a x\n20 gone a",
        &["a>7 a-b 0/6/20 14 ANSWERED Queue"],
    );
}

#[test]
fn an_agent_behind_a_local_channel_has_a_record_of_its_own() {
    // l is the half that the queue rings, m the one that runs the agent's extension and rings b.
    check(
        "0 call a 7\n0 runs a 7,1 Answer\n0 up a\n1 runs a 7,2 Queue q\n2 ring l\n2 dials a l\n2 call m 12\n2 runs m 12,1 Dial T/b\n2 ring b\n2 dials m b\n6 up b\n6 dialled m b ANSWER\n6 up m\n6 enters b y\n6 enters m y\n6 up l\n6 dialled a l ANSWER\n6 enters l x Queue\n6 enters a x Queue\n20 leaves b y\n20 gone b\n20 leaves m y\n20 gone m\n20 leaves l x\n20 gone l\n20 leaves a x\n20 gone a",
        &["m>12 m-b 2/6/20 14 ANSWERED Dial", "a>7 a-l 0/0/20 20 ANSWERED Queue"],
    );
}

#[test]
fn what_follows_the_talk_with_an_agent_is_another_record() {
    check(
        "0 call a 7\n0 runs a 7,1 Answer\n0 up a\n1 runs a 7,2 Queue q\n2 ring b\n2 dials a b\n6 up b\n6 dialled a b ANSWER\n6 enters b x Queue\n6 enters a x Queue\n20 leaves b x\n20 gone b\n20 leaves a x\n20 runs a 7,3 Playback poll\n30 gone a",
        &["a>7 a-b 0/0/20 20 ANSWERED Queue", "a>7 a- 20/20/30 10 ANSWERED Playback"],
    );
}

#[test]
fn an_agent_sends_the_caller_to_a_colleague() {
    check(
        "0 call a 7\n0 runs a 7,1 Answer\n0 up a\n1 runs a 7,2 Queue q\n2 ring b\n2 dials a b\n6 up b\n6 dialled a b ANSWER\n6 enters b x Queue\n6 enters a x Queue\n10 leaves b x\n10 gone b\n10 leaves a x\n10 runs a 3,1 Dial T/c\n10 ring c\n10 dials a c\n12 up c\n12 dialled a c ANSWER\n12 enters c y\n12 enters a y\n20 leaves c y\n20 gone c\n20 leaves a y\n20 gone a",
        &["a>7 a-b 0/0/10 10 ANSWERED Queue", "a>3 a-c 10/10/20 10 ANSWERED Dial"],
    );
}
