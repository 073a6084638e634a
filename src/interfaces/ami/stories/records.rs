//! Call records and steps of calls, functions in every event, lists of acl.conf.

use std::sync::Arc;

use obelus_core::acl::AccessLists;
use obelus_core::cdr::CallRecord;
use obelus_core::cel::{CelEvent, CelKind};
use obelus_core::conf::{MemoryFiles, Problems, load};
use obelus_core::events::{Event, EventKind};

use super::house::{ADMIN, House, value};

#[tokio::test(start_paused = true)]
async fn a_call_record_has_asterisks_fields_and_those_that_are_mapped() {
    let house = House::new(ADMIN);
    let mut program = house.admin("cdr").await;
    let core = &house.pbx.core;
    let record = Arc::new(CallRecord { src: "1001".into(), duration: 7, ..CallRecord::empty() });
    let more = Arc::new([("LinkedID".into(), "9.1".to_owned())]);
    core.events.publish(EventKind::Recorded, || core.clock.now(), || Event::Recorded { record, more });
    let told = program.block().await;
    let names: Vec<&str> = told.lines().filter_map(|line| line.split_once(':')).map(|pair| pair.0).collect();
    let expected = "Event Privilege AccountCode Source Destination DestinationContext CallerID Channel \
                    DestinationChannel LastApplication LastData StartTime AnswerTime EndTime Duration \
                    BillableSeconds Disposition AMAFlags UniqueID UserField LinkedID";
    assert_eq!(names, expected.split_whitespace().collect::<Vec<_>>());
    assert_eq!((value(&told, "Privilege"), value(&told, "Disposition")), ("cdr,all", "NO ANSWER"));
    assert_eq!((value(&told, "Source"), value(&told, "LinkedID")), ("1001", "9.1"));
}

#[tokio::test(start_paused = true)]
async fn a_users_own_step_goes_by_its_name_or_by_its_kind() {
    let house = House::new(ADMIN);
    let mut program = house.admin("call").await;
    let (channel, _far) = house.pbx.channel();
    program.event("Newchannel").await;
    let core = &house.pbx.core;
    let step = Arc::new(CelEvent {
        kind: CelKind::UserDefined,
        time: core.clock.now(),
        who: Arc::new(channel.handle().snapshot()),
        peer: "Test/2".into(),
        extra: "{}".into(),
        user_name: "Door".into(),
    });
    for by_kind in [false, true] {
        let step = step.clone();
        core.events.publish(EventKind::Logged, || core.clock.now(), || Event::Logged { step, by_kind });
    }
    let told = program.event("CEL").await;
    assert_eq!(value(&told, "EventName"), "Door");
    assert!(told.ends_with("Peer: Test/2\r\nPeerAccount: \r\nExtra: {}\r\n\r\n"), "{told}");
    let told = program.event("CEL").await;
    assert_eq!(value(&told, "EventName"), "USER_DEFINED");
    assert!(told.ends_with("UserDefType: Door\r\nExtra: {}\r\n\r\n"), "{told}");
}

#[tokio::test(start_paused = true)]
async fn every_event_has_the_functions_that_channelvars_names() {
    let house = House::new(&format!("[general]\nchannelvars = CHANNEL(accountcode),CALLERID(num)\n{ADMIN}"));
    let mut program = house.admin("call").await;
    let (channel, _far) = house.pbx.channel();
    program.event("Newchannel").await;
    channel.handle().facts().account_code = "sales".into();
    drop(channel);
    let gone = program.event("Hangup").await;
    assert!(
        gone.contains("ChanVariable: CHANNEL(accountcode)=sales\r\nChanVariable: CALLERID(num)=1001\r\n"),
        "{gone}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_list_that_is_not_there_lets_nobody_in() {
    let house = House::new(&format!("{ADMIN}acl = office\n"));
    let log_in = ["Action: Login", "Username: admin", "Secret: s3cret"];
    let answer = house.connect().await.asks(&log_in).await;
    assert!(answer.contains("Authentication failed"), "{answer}");
    let files = MemoryFiles::new().file("acl.conf", "[office]\npermit = 0.0.0.0/0\n");
    let mut problems = Problems::new();
    let lists = AccessLists::load(&load(&files, "acl.conf", &mut problems), &mut problems);
    house.pbx.core.access_lists.store(Arc::new(lists));
    let answer = house.connect().await.asks(&log_in).await;
    assert!(answer.contains("Authentication accepted"), "{answer}");
}
