//! Golden logs: what happened, line by line, and the records that must come of it.
//!
//! A line is a second and an event: `3 up bob`. Channels are named by the first letter of their line's words; a record
//! is `src>dst channel-dstchannel start/answer/end billsec DISPOSITION App`.

mod forks;
mod pickups;
mod queues;
mod transfers;

use std::collections::HashMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Book, CallRecord, CdrOptions, Disposition, Fork, Shape};
use crate::caller_id::Party;
use crate::cause::Cause;
use crate::channel::{ChannelState, Facts, HungUp, Position, Snapshot};
use crate::events::{AttendedTransfer, BridgeSnapshot, Event, Record, TransferredTo, Who};

const START: i64 = 1_772_452_800;

#[derive(Default)]
struct Log {
    book: Book,
    channels: HashMap<String, Snapshot>,
    at: f64,
}

impl Log {
    fn new(options: CdrOptions) -> Log {
        Log { book: Book::new(options, 0), ..Log::default() }
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_millisecond(START * 1000 + (self.at * 1000.0) as i64).unwrap()
    }

    fn who(&self, name: &str) -> Who {
        Arc::new(self.channels[name].clone())
    }

    fn facts(&mut self, name: &str) -> &mut Facts {
        &mut self.channels.get_mut(name).unwrap().facts
    }

    fn tell(&mut self, event: Event) {
        let record = Record { sequence: 0, time: self.now(), at: tokio::time::Instant::now(), event };
        self.book.handle(&record);
    }

    fn bridge(id: &str, technology: &'static str, creator: &str) -> Arc<BridgeSnapshot> {
        Arc::new(BridgeSnapshot {
            id: id.into(),
            kind: "basic",
            technology,
            creator: creator.into(),
            name: "".into(),
            created: Timestamp::UNIX_EPOCH,
            channels: 0,
        })
    }

    fn make(&mut self, name: &str, outgoing: bool) {
        let number = name.to_owned();
        let facts = Facts {
            outgoing,
            caller: Party::new("", &number),
            position: Position::new("internal", "", 1),
            linked_id: name.into(),
            ..Facts::default()
        };
        let created = self.now();
        let snapshot = Snapshot {
            name: name.into(),
            unique_id: format!("id-{name}").into(),
            created,
            technology: "Test",
            facts,
        };
        self.channels.insert(name.to_owned(), snapshot);
        let who = self.who(name);
        self.tell(Event::NewChannel(who));
    }

    fn line(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [at, verb, name, rest @ ..] = words.as_slice() else { panic!("{line}") };
        self.at = at.parse().unwrap();
        match (*verb, rest) {
            ("call", [exten]) => {
                self.make(name, false);
                self.facts(name).position = Position::new("internal", *exten, 1);
                self.facts(name).state = ChannelState::Ring;
                let who = self.who(name);
                self.tell(Event::NewState(who));
            }
            ("ring", []) => self.make(name, true),
            ("runs", [place, app, data @ ..]) => {
                let (exten, priority) = place.split_once(',').unwrap();
                let priority = priority.parse().unwrap();
                let facts = self.facts(name);
                facts.position = Position::new("internal", exten, priority);
                facts.application = (*app).into();
                facts.data = data.join(" ");
                let who = self.who(name);
                self.tell(Event::NewExten(who));
            }
            ("at", [place]) => {
                let (exten, priority) = place.split_once(',').unwrap();
                self.facts(name).position = Position::new("internal", exten, priority.parse().unwrap());
            }
            ("sub", [on]) => self.facts(name).in_subroutine = *on == "on",
            ("up", []) => {
                self.facts(name).state = ChannelState::Up;
                let who = self.who(name);
                self.tell(Event::NewState(who));
            }
            ("dials", [peer]) => {
                let (caller, peer) = (self.who(name), self.who(peer));
                self.tell(Event::DialBegin {
                    channel: Some(caller),
                    destination: peer,
                    dial_string: "".into(),
                });
            }
            ("dialled", [peer, status]) => {
                let (caller, peer) = (self.who(name), self.who(peer));
                let status = word(status);
                self.tell(Event::DialEnd {
                    channel: Some(caller),
                    destination: peer,
                    status: status.into(),
                    forward: None,
                });
            }
            ("originate", []) => {
                let peer = self.who(name);
                self.tell(Event::DialBegin { channel: None, destination: peer, dial_string: "".into() });
            }
            ("originated", [status]) => {
                let peer = self.who(name);
                let status = word(status);
                self.tell(Event::DialEnd {
                    channel: None,
                    destination: peer,
                    status: status.into(),
                    forward: None,
                });
            }
            ("enters", [bridge, creator @ ..]) => {
                let creator = creator.first().unwrap_or(&"Dial");
                let (bridge, channel) = (Log::bridge(bridge, "simple_bridge", creator), self.who(name));
                self.tell(Event::BridgeEnter { bridge, channel });
            }
            ("waits", [bridge]) => {
                let (bridge, channel) = (Log::bridge(bridge, "holding_bridge", "BridgeWait"), self.who(name));
                self.tell(Event::BridgeEnter { bridge, channel });
            }
            ("leaves", [bridge]) => {
                let (bridge, channel) = (Log::bridge(bridge, "simple_bridge", "Dial"), self.who(name));
                self.tell(Event::BridgeLeave { bridge, channel });
            }
            ("over", cause) => {
                let cause = Cause::new(cause.first().map_or(16, |cause| cause.parse().unwrap()));
                let facts = self.facts(name);
                facts.cause = cause;
                facts.hung_up = Some(HungUp { cause, technical: "".into() });
            }
            ("gone", cause) => {
                self.line(&format!("{at} over {name} {}", cause.first().unwrap_or(&"16")));
                let who = self.who(name);
                self.tell(Event::Hangup(who));
            }
            ("set", [field, value]) => self.book.set_variable(&format!("id-{name}"), field, value),
            ("words", [value]) => self.book.set_user_field(&format!("id-{name}"), value),
            // Two exchange their far ends: the names go with them.
            ("swaps", [other]) => {
                let (own, theirs) = (self.channels[*name].name.clone(), self.channels[*other].name.clone());
                let number = self.channels[*name].facts.caller.clone();
                self.facts(other).caller = number;
                self.channels.get_mut(*other).unwrap().name = own;
                self.channels.get_mut(*name).unwrap().name = format!("{theirs}<ZOMBIE>").into();
                for (name, old) in [(*other, theirs), (*name, self.channels[*other].name.clone())] {
                    let channel = self.who(name);
                    self.tell(Event::Renamed { channel, old });
                }
            }
            // A telephone puts the far ends of its two calls together, and leaves both.
            ("joins", [second]) => {
                let who = |name: &str| self.channels[name].clone().into();
                let (transferer, second_transferer) = (who(name), who(second));
                self.tell(Event::AttendedTransfer(Arc::new(AttendedTransfer {
                    transferer,
                    old_bridge: None,
                    second_transferer,
                    new_bridge: None,
                    transferee: None,
                    target: None,
                    external: true,
                    to: TransferredTo::Bridge("y".into()),
                })));
            }
            // The halves of a Local channel leave, and `source` takes the place of one.
            ("optimizes", [two, source]) => {
                let (one, two, source) = (self.who(name), self.who(two), self.who(source));
                let instead_of = one.unique_id.clone();
                self.tell(Event::LocalOptimizationBegin { one, two, source, instead_of, id: 1 });
            }
            ("linked", [to]) => self.facts(name).linked_id = (*to).into(),
            ("party_a", []) => self.book.set_party_a(&format!("id-{name}"), true),
            ("disable", [value]) => self.book.set_disabled(&format!("id-{name}"), *value == "yes"),
            ("fork", letters) => {
                let has = |letter: char| letters.iter().any(|letters| letters.contains(letter));
                let fork = Fork {
                    answered_now: has('a'),
                    ends_others: has('e'),
                    reset: has('r'),
                    keep_variables: has('v'),
                };
                let now = self.now();
                self.book.fork(&format!("id-{name}"), now, fork);
            }
            ("reset", letters) => {
                let now = self.now();
                self.book.reset(&format!("id-{name}"), now, letters.contains(&"v"));
            }
            _ => panic!("no such event: {line}"),
        }
    }
}

fn word(status: &str) -> &'static str {
    ["ANSWER", "BUSY", "CANCEL", "NOANSWER", "CONGESTION", "CHANUNAVAIL"]
        .into_iter()
        .find(|word| *word == status)
        .unwrap()
}

fn shown(record: &CallRecord) -> String {
    let second = |at: Option<Timestamp>| at.map_or("-".to_owned(), |at| (at.as_second() - START).to_string());
    let times = [second(Some(record.start)), second(record.answer), second(record.end)].join("/");
    format!(
        "{}>{} {}-{} {times} {} {} {}",
        record.src,
        record.dst,
        record.channel,
        record.dstchannel,
        record.billsec,
        record.disposition.word(),
        record.lastapp
    )
}

fn records(options: CdrOptions, log: &str) -> Vec<CallRecord> {
    let mut told = Log::new(options);
    log.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| told.line(line));
    assert_eq!(told.book.channels(), 0, "every call of the log must end");
    told.book.take_finished()
}

fn check_with(options: CdrOptions, log: &str, expected: &[&str]) {
    assert_eq!(records(options, log).iter().map(shown).collect::<Vec<_>>(), expected);
}

fn check(log: &str, expected: &[&str]) {
    check_with(CdrOptions::default(), log, expected);
}

/// A call from `a` to `2`, answered by `b` after three seconds, in bridge `x`.
const TALK: &str = "0 call a 2\n0 runs a 2,1 Dial T/b\n0 ring b\n0 dials a b\n3 up b\n3 dialled a b ANSWER\n3 up a\n3 enters b x\n3 enters a x\n";

fn after_talk(log: &str, expected: &[&str]) {
    check(&format!("{TALK}{log}"), expected);
}

#[test]
fn a_call_is_billed_from_answer_to_end() {
    after_talk("13 leaves b x\n13 gone b\n13 leaves a x\n13 gone a", &["a>2 a-b 0/3/13 10 ANSWERED Dial"]);
}

#[test]
fn the_order_of_leaving_does_not_matter() {
    after_talk("13 leaves a x\n13 gone a\n13 leaves b x\n13 gone b", &["a>2 a-b 0/3/13 10 ANSWERED Dial"]);
    after_talk("13 gone b\n13 leaves b x\n14 leaves a x\n14 gone a", &["a>2 a-b 0/3/13 10 ANSWERED Dial"]);
}

#[test]
fn the_caller_may_enter_the_bridge_first() {
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b\n0 ring b\n0 dials a b\n3 up b\n3 dialled a b ANSWER\n3 up a\n3 enters a x\n3 enters b x\n9 leaves b x\n9 leaves a x\n9 gone b\n9 gone a",
        &["a>2 a-b 0/3/9 6 ANSWERED Dial"],
    );
}

/// A call from `a` to `2` where ringing `b` ends so.
fn rung(status: &str) -> String {
    format!(
        "0 call a 2\n0 runs a 2,1 Dial T/b\n0 ring b\n0 dials a b\n5 dialled a b {status}\n5 gone b\n5 gone a"
    )
}

#[test]
fn the_end_of_ringing_decides() {
    check(&rung("BUSY"), &["a>2 a-b 0/-/5 0 BUSY Dial"]);
    check(&rung("NOANSWER"), &["a>2 a-b 0/-/5 0 NO ANSWER Dial"]);
    check(&rung("CANCEL"), &["a>2 a-b 0/-/5 0 NO ANSWER Dial"]);
    check(&rung("CONGESTION"), &["a>2 a-b 0/-/5 0 FAILED Dial"]);
    check(&rung("CHANUNAVAIL"), &["a>2 a-b 0/-/5 0 FAILED Dial"]);
}

#[test]
fn congestion_and_cancel_may_have_words_of_their_own() {
    let options = CdrOptions { congestion: true, cancel: true, ..CdrOptions::default() };
    check_with(options, &rung("CONGESTION"), &["a>2 a-b 0/-/5 0 CONGESTION Dial"]);
    check_with(options, &rung("CANCEL"), &["a>2 a-b 0/-/5 0 CANCEL Dial"]);
}

#[test]
fn a_rung_channel_may_be_gone_before_its_dialling_ends() {
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b\n0 ring b\n0 dials a b\n5 gone b 17\n5 dialled a b BUSY\n6 gone a",
        &["a>2 a-b 0/-/5 0 BUSY Dial"],
    );
}

#[test]
fn an_unanswered_call_that_rings_nobody_is_left_out_unless_asked_for() {
    let log = "0 call a 1\n0 runs a 1,1 Hangup\n1 gone a";
    check(log, &[]);
    let options = CdrOptions { unanswered: true, ..CdrOptions::default() };
    check_with(options, log, &["a>1 a- 0/-/1 0 NO ANSWER Hangup"]);
}

#[test]
fn a_cause_stands_for_what_nobody_said() {
    let options = CdrOptions { unanswered: true, ..CdrOptions::default() };
    for (cause, word) in
        [("17", "BUSY"), ("34", "FAILED"), ("3", "FAILED"), ("19", "NO ANSWER"), ("0", "FAILED")]
    {
        let log = format!("0 call a 1\n0 runs a 1,1 Wait 9\n1 gone a {cause}");
        check_with(options, &log, &[&format!("a>1 a- 0/-/1 0 {word} Wait")]);
    }
}

#[test]
fn an_answered_call_to_an_application_is_a_record() {
    check(
        "0 call a 600\n0 runs a 600,1 Answer\n1 up a\n1 runs a 600,2 Echo\n61 gone a",
        &["a>600 a- 0/1/61 60 ANSWERED Echo"],
    );
}

#[test]
fn forked_dialling_makes_a_record_for_each_that_rang() {
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b&T/c\n0 ring b\n0 ring c\n0 dials a b\n0 dials a c\n4 up c\n4 dialled a b CANCEL\n4 dialled a c ANSWER\n4 gone b\n4 up a\n4 enters a x\n4 enters c x\n10 leaves c x\n10 gone c\n10 leaves a x\n10 gone a",
        &["a>2 a-b 0/-/4 0 NO ANSWER Dial", "a>2 a-c 0/4/10 6 ANSWERED Dial"],
    );
}

#[test]
fn forked_dialling_that_nobody_answers() {
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b&T/c\n0 ring b\n0 ring c\n0 dials a b\n0 dials a c\n4 dialled a b BUSY\n4 gone b\n9 dialled a c NOANSWER\n9 gone c\n9 gone a",
        &["a>2 a-b 0/-/4 0 BUSY Dial", "a>2 a-c 0/-/9 0 NO ANSWER Dial"],
    );
}

#[test]
fn dialling_one_after_the_other_makes_a_record_for_each() {
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b\n0 ring b\n0 dials a b\n5 dialled a b NOANSWER\n5 gone b\n5 runs a 2,2 Dial T/c\n5 ring c\n5 dials a c\n7 up c\n7 dialled a c ANSWER\n7 up a\n7 enters c y\n7 enters a y\n9 leaves a y\n9 gone a\n9 leaves c y\n9 gone c",
        &["a>2 a-b 0/-/5 0 NO ANSWER Dial", "a>2 a-c 5/7/9 2 ANSWERED Dial"],
    );
}

#[test]
fn an_answered_caller_dials_out_of_a_menu() {
    check(
        "0 call a 1\n0 runs a 1,1 Answer\n0 up a\n1 runs a 1,2 BackGround menu\n6 runs a 2,1 Dial T/b\n6 ring b\n6 dials a b\n8 up b\n8 dialled a b ANSWER\n8 enters b x\n8 enters a x\n20 leaves b x\n20 gone b\n20 leaves a x\n20 gone a",
        &["a>2 a-b 0/0/20 20 ANSWERED Dial"],
    );
}

#[test]
fn what_the_caller_does_after_the_call_is_another_record() {
    after_talk(
        "13 leaves b x\n13 gone b\n13 leaves a x\n13 runs a 2,2 Playback goodbye\n15 gone a",
        &["a>2 a-b 0/3/13 10 ANSWERED Dial", "a>2 a- 13/13/15 2 ANSWERED Playback"],
    );
}

#[test]
fn what_the_called_one_does_after_the_call_is_a_call_of_its_own() {
    after_talk(
        "13 leaves a x\n13 gone a\n13 leaves b x\n13 runs b 9,1 Playback goodbye\n15 gone b",
        &["a>2 a-b 0/3/13 10 ANSWERED Dial", "b>9 b- 13/13/15 2 ANSWERED Playback"],
    );
}

#[test]
fn what_is_run_on_a_rung_channel_before_the_call_is_left_out() {
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b,20,b(pre)\n0 ring b\n0 sub b on\n0 runs b pre,1 NoOp\n0 sub b off\n0 dials a b\n2 dialled a b BUSY\n2 gone b\n2 gone a",
        &["a>2 a-b 0/-/2 0 BUSY Dial"],
    );
}

#[test]
fn both_parties_may_go_on_without_a_bridge() {
    // Dial with G: each goes to an extension of its own.
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b,,G(3,1)\n0 ring b\n0 dials a b\n3 up b\n3 dialled a b ANSWER\n3 up a\n3 runs a 3,1 Wait 2\n3 runs b 3,2 Wait 1\n4 gone b\n5 gone a",
        &["b>3 b- 0/3/4 1 ANSWERED Wait", "a>2 a-b 0/3/3 0 ANSWERED Dial", "a>3 a- 3/3/5 2 ANSWERED Wait"],
    );
}

#[test]
fn a_channel_taken_from_its_application_is_the_other_side_of_who_took_it() {
    // a was originated, and waits; b, likewise, runs Bridge on it.
    check(
        "0 ring a\n0 originate a\n1 up a\n1 originated a ANSWER\n1 runs a 1,1 Echo\n2 ring b\n2 originate b\n3 up b\n3 originated b ANSWER\n3 runs b 2,1 Bridge a\n3 enters b x Bridge\n3 enters a x Bridge\n9 leaves a x\n9 gone a\n9 leaves b x\n9 runs b 2,2 Hangup\n9 gone b",
        &["b>2 b-a 2/3/9 6 ANSWERED Bridge", "b>2 b- 9/9/9 0 ANSWERED Hangup"],
    );
}

#[test]
fn who_runs_bridge_is_the_caller_of_whom_it_takes_out_of_an_application() {
    let log = "0 call a 1\n0 up a\n0 runs a 1,1 Echo\n1 call b 2\n1 up b\n1 runs b 2,1 Bridge a\n1 linked b a\n1 enters a x Bridge\n1 enters b x Bridge\n3 leaves a x\n3 gone a\n3 leaves b x\n3 gone b";
    check(log, &["a>1 a- 0/0/1 1 ANSWERED Echo", "b>2 b-a 1/1/3 2 ANSWERED Bridge"]);
    let linked: Vec<_> =
        records(CdrOptions::default(), log).into_iter().map(|record| record.linkedid).collect();
    assert_eq!(linked.iter().map(|id| &**id).collect::<Vec<_>>(), ["a", "a"]);
}

#[test]
fn a_channel_that_is_taken_into_a_bridge_ends_its_record_with_the_linked_id_of_the_bridge() {
    // A program joins two channels that run an application: neither runs `Bridge`.
    let log = "0 call a 1\n0 up a\n0 runs a 1,1 Echo\n0 call b 1\n0 up b\n0 runs b 1,1 Echo\n2 enters b x Bridge\n2 enters a x Bridge\n4 leaves a x\n4 gone a\n5 leaves b x\n5 gone b";
    check(log, &["a>1 a-b 0/0/4 4 ANSWERED Echo", "b>1 b- 0/0/2 2 ANSWERED Echo"]);
    let records = records(CdrOptions::default(), log);
    assert_eq!(&*records[1].linkedid, "a");
}

#[test]
fn a_local_channel_that_leaves_the_call_adds_no_records() {
    // l is the half that a rings, m the one that rings b; a meets b in the bridge of m.
    check(
        "0 call a 1\n0 runs a 1,1 Dial Local/2\n0 ring l\n0 dials a l\n0 call m 2\n0 runs m 2,1 Dial T/b\n0 ring b\n0 dials m b\n1 up b\n1 dialled m b ANSWER\n1 up m\n1 enters b y\n1 enters m y\n1 up l\n1 dialled a l ANSWER\n1 up a\n1 enters l x\n1 enters a x\n1 optimizes l m a\n1 leaves a x\n1 enters a y\n1 leaves m y\n1 gone m\n1 leaves l x\n1 gone l\n3 leaves a y\n3 gone a\n3 leaves b y\n3 gone b",
        &["m>2 m-b 0/1/1 0 ANSWERED Dial", "a>1 a-l 0/1/1 0 ANSWERED Dial", "a>1 a-b 1/1/3 2 ANSWERED Dial"],
    );
}

#[test]
fn the_extension_h_does_not_count_unless_asked_for() {
    let log =
        format!("{TALK}13 leaves b x\n13 gone b\n13 leaves a x\n13 over a\n13 runs a h,1 NoOp\n14 gone a");
    check(&log, &["a>2 a-b 0/3/13 10 ANSWERED Dial"]);
    let options = CdrOptions { end_before_h: false, ..CdrOptions::default() };
    check_with(options, &log, &["a>2 a-b 0/3/13 10 ANSWERED Dial", "a>h a- 13/13/14 1 ANSWERED NoOp"]);
}

#[test]
fn the_extension_h_of_an_unbridged_call_ends_its_record() {
    check(
        "0 call a 600\n0 runs a 600,1 Answer\n0 up a\n1 runs a 600,2 Echo\n9 over a\n9 runs a h,1 AGI slow\n30 gone a",
        &["a>600 a- 0/0/9 9 ANSWERED Echo"],
    );
}

#[test]
fn three_in_a_bridge_are_paired_each_with_each() {
    after_talk(
        "10 call c 9\n10 runs c 9,1 Bridge a\n10 up c\n10 enters c x\n20 leaves c x\n20 gone c\n25 leaves b x\n25 gone b\n25 leaves a x\n25 gone a",
        &[
            "c>9 c-b 10/10/20 10 ANSWERED Bridge",
            "a>2 a-b 0/3/25 22 ANSWERED Dial",
            "a>2 a-c 10/10/20 10 ANSWERED Dial",
        ],
    );
}

#[test]
fn callers_in_a_conference_are_paired_by_age() {
    check(
        "0 call a 5\n0 runs a 5,1 ConfBridge 1\n0 up a\n0 enters a x\n2 call b 5\n2 runs b 5,1 ConfBridge 1\n2 up b\n2 enters b x\n8 leaves a x\n8 gone a\n9 leaves b x\n9 gone b",
        &["a>5 a-b 0/0/8 8 ANSWERED ConfBridge", "b>5 b- 2/2/2 0 ANSWERED ConfBridge"],
    );
}

#[test]
fn the_dialplan_may_name_the_caller_of_a_conference() {
    check(
        "0 call a 5\n0 runs a 5,1 ConfBridge 1\n0 up a\n0 enters a x\n2 call b 5\n2 party_a b\n2 runs b 5,1 ConfBridge 1\n2 up b\n2 enters b x\n8 leaves a x\n8 gone a\n9 leaves b x\n9 gone b",
        // The record of the one that was there alone ends with what happened to it last, as in Asterisk.
        &["a>5 a- 0/0/0 0 ANSWERED ConfBridge", "b>5 b-a 2/2/8 6 ANSWERED ConfBridge"],
    );
}

#[test]
fn alone_in_a_conference_one_has_a_record_too() {
    check(
        "0 call a 5\n0 runs a 5,1 ConfBridge 1\n0 up a\n0 enters a x\n9 leaves a x\n9 gone a",
        &["a>5 a- 0/0/9 9 ANSWERED ConfBridge"],
    );
}

#[test]
fn a_bridge_that_holds_is_an_application() {
    check(
        "0 call a 5\n0 runs a 5,1 BridgeWait\n0 up a\n0 waits a x\n2 call b 5\n2 runs b 5,1 BridgeWait\n2 up b\n2 waits b x\n9 gone a\n10 gone b",
        &["a>5 a- 0/0/9 9 ANSWERED BridgeWait", "b>5 b- 2/2/10 8 ANSWERED BridgeWait"],
    );
}

#[test]
fn an_originated_call_to_an_application_is_its_own_caller() {
    check(
        "0 ring a\n0 originate a\n4 up a\n4 originated a ANSWER\n4 runs a 9,1 Playback hello\n10 gone a",
        &["a>9 a- 0/4/10 6 ANSWERED Playback"],
    );
}

#[test]
fn an_originated_call_that_is_refused() {
    let log = "0 ring a\n0 originate a\n4 originated a BUSY\n4 gone a 17";
    check(log, &[]);
    let options = CdrOptions { unanswered: true, ..CdrOptions::default() };
    check_with(options, log, &["a> a- 0/-/4 0 BUSY "]);
}

#[test]
fn an_originated_call_that_dials() {
    check(
        "0 ring a\n0 originate a\n2 up a\n2 originated a ANSWER\n2 runs a 9,1 Dial T/b\n2 ring b\n2 dials a b\n5 up b\n5 dialled a b ANSWER\n5 enters b x\n5 enters a x\n9 leaves b x\n9 gone b\n9 leaves a x\n9 gone a",
        &["a>9 a-b 0/2/9 7 ANSWERED Dial"],
    );
}

#[test]
fn a_reset_begins_anew() {
    check(
        "0 call a 1\n0 runs a 1,1 Answer\n0 up a\n5 reset a\n6 runs a 1,2 Echo\n9 gone a",
        &["a>1 a- 5/5/9 4 ANSWERED Echo"],
    );
}

#[test]
fn a_disabled_record_is_not_written() {
    let log = "0 call a 1\n0 runs a 1,1 Answer\n0 disable a yes\n0 up a\n9 gone a";
    check(log, &[]);
    check(
        &format!(
            "{TALK}4 disable a yes\n13 leaves b x\n13 gone b\n13 leaves a x\n13 runs a 2,2 Playback\n15 gone a"
        ),
        &[],
    );
    let options = CdrOptions { enabled: false, ..CdrOptions::default() };
    check_with(options, &format!("{TALK}5 leaves b x\n5 gone b\n5 leaves a x\n5 gone a"), &[]);
    let enabled = "0 call a 1\n0 disable a no\n0 runs a 1,1 Answer\n0 up a\n9 gone a";
    check_with(options, enabled, &["a>1 a- 0/0/9 9 ANSWERED Answer"]);
}

#[test]
fn subroutines_of_applications_do_not_change_where_the_call_went() {
    check(
        "0 call a 2\n0 runs a 2,1 Dial T/b,20,B(pre)\n0 sub a on\n0 runs a pre,1 NoOp\n0 at a 2,1\n0 sub a off\n0 ring b\n0 dials a b\n2 dialled a b BUSY\n2 gone b\n2 gone a",
        &["a>2 a-b 0/-/2 0 BUSY Dial"],
    );
}

#[test]
fn both_parties_words_are_in_the_record() {
    let log = format!(
        "{TALK}4 words a mine\n4 words b theirs\n4 set b own 1\n13 leaves b x\n13 gone b\n13 leaves a x\n13 gone a"
    );
    let records = records(CdrOptions::default(), &log);
    assert_eq!(records[0].userfield, "mine;theirs");
    assert_eq!(records[0].variables, [("own".to_owned(), "1".to_owned())]);
    assert_eq!((records[0].uniqueid.as_ref(), records[0].clid.as_str()), ("id-a", "\"\" <a>"));
}

#[test]
fn half_a_second_is_billed_if_seconds_count_when_they_begin() {
    let log = "0 call a 1\n0 runs a 1,1 Answer\n0 up a\n2.6 gone a";
    check(log, &["a>1 a- 0/0/2 2 ANSWERED Answer"]);
    let options = CdrOptions { initiated_seconds: true, ..CdrOptions::default() };
    check_with(options, log, &["a>1 a- 0/0/2 3 ANSWERED Answer"]);
}

#[test]
fn changes_by_bridges_and_dials_may_be_ignored() {
    let options = CdrOptions { ignore_bridges: true, ignore_dials: true, ..CdrOptions::default() };
    let log = format!("{TALK}13 leaves b x\n13 gone b\n13 leaves a x\n13 runs a 2,2 Playback\n15 gone a");
    check_with(options, &log, &["a>2 a- 0/3/15 12 ANSWERED Dial"]);
}

#[test]
fn what_is_open_at_the_end_is_closed_with_the_reason() {
    let mut log = Log::new(CdrOptions::default());
    TALK.lines().for_each(|line| log.line(line));
    log.at = 33.0;
    let now = log.now();
    assert_eq!(log.book.open(now).iter().map(shown).collect::<Vec<_>>(), ["a>2 a-b 0/3/- 30 ANSWERED Dial"]);
    log.book.close_all(now, "shutdown");
    let records = log.book.take_finished();
    assert_eq!(records.iter().map(shown).collect::<Vec<_>>(), ["a>2 a-b 0/3/33 30 ANSWERED Dial"]);
    assert_eq!(records[0].reason, "shutdown");
}

#[test]
fn what_becomes_of_a_record_can_be_watched() {
    let mut log = Log::new(CdrOptions::default());
    log.line("0 call a 2");
    log.book.set_debug(true);
    for line in ["0 runs a 2,1 Dial T/b", "0 ring b", "0 dials a b", "3 dialled a b BUSY", "3 gone b"] {
        log.line(line);
    }
    let mut notes = log.book.take_notes();
    notes.sort();
    let expected = [
        "CDR 1: Party A a has new Party B b",
        "CDR 1: a goes from Dialing to Finished",
        "CDR 1: a goes from Single to Dialing",
        "CDR 1: created for a in state Single",
        "CDR 2: created for b in state Single",
        "CDR 2: finalized for b",
    ];
    assert_eq!(notes, expected);
    log.book.set_debug(false);
    log.line("4 gone a");
    assert!(log.book.take_notes().is_empty());
}

#[test]
fn events_of_unknown_channels_harm_nobody() {
    let mut log = Log::new(CdrOptions::default());
    TALK.lines().for_each(|line| log.line(line));
    let mut late = Log::new(CdrOptions::default());
    late.channels = log.channels;
    for line in [
        "1 up a",
        "1 dials a b",
        "1 dialled a b BUSY",
        "1 enters a x",
        "1 leaves a x",
        "1 gone a",
        "1 gone b",
    ] {
        late.line(line);
    }
    assert!(late.book.take_finished().is_empty());
}

#[test]
fn fields_have_asterisks_shapes() {
    let log = format!("{TALK}13 leaves b x\n13 gone b\n13 leaves a x\n13 gone a");
    let record = records(CdrOptions::default(), &log).remove(0);
    let raw = Shape { raw: true, fraction: false };
    let fraction = Shape { raw: false, fraction: true };
    let field = |name, shape| record.field(name, shape, &TimeZone::UTC, record.start);
    assert_eq!(field("Start", Shape::default()), "2026-03-02 12:00:00");
    assert_eq!(field("answer", raw), "1772452803.000000");
    assert_eq!(field("billsec", fraction), "10.000000");
    assert_eq!((field("disposition", raw), field("disposition", fraction)), ("8".into(), "ANSWERED".into()));
    assert_eq!(
        (field("amaflags", raw), field("amaflags", Shape::default())),
        ("3".into(), "DOCUMENTATION".into())
    );
    assert_eq!(Disposition::parse("BUSY"), Some(Disposition::Busy));
}
