//! Events: who gets which, in what order, and what becomes of those who do not listen.

use obelus_core::device_state::DeviceState;
use obelus_core::events::{Event, EventKind};
use obelus_core::testing::TestPbx;
use tokio::time::{Duration, sleep};

use super::house::{ADMIN, House, value};

fn reloads(pbx: &TestPbx, count: usize) {
    for number in 0..count {
        let event = || Event::Reload { module: format!("m{number}").into(), good: true };
        pbx.core.events.publish(EventKind::Reload, || pbx.core.clock.now(), event);
    }
}

#[tokio::test(start_paused = true)]
async fn a_user_event_comes_back_with_its_headers() {
    let house = House::new(ADMIN);
    let mut program = house.admin("user").await;
    let sent = program
        .asks(&["Foot: Ankle", "UserEvent: Anatomy", "action: userevent", "Ankle: Shin", "ActionID: 5"])
        .await;
    assert_eq!(sent, "Response: Success\r\nActionID: 5\r\nMessage: Event Sent\r\n\r\n");
    assert_eq!(
        program.block().await,
        "Event: UserEvent\r\nPrivilege: user,all\r\nUserEvent: Anatomy\r\nFoot: Ankle\r\nAnkle: Shin\r\n\
         ActionID: 5\r\n\r\n"
    );
}

#[tokio::test(start_paused = true)]
async fn nothing_is_listened_to_that_nobody_wants() {
    let house = House::new(ADMIN);
    assert!(!house.pbx.core.events.wants(EventKind::Reload));
    let mut program = house.admin("call").await;
    assert!(!house.pbx.core.events.wants(EventKind::Reload));
    reloads(&house.pbx, 1);
    assert!(program.hears_nothing().await);
    let on = program.asks(&["Action: Events", "EventMask: system"]).await;
    assert_eq!(on, "Response: Success\r\nEvents: On\r\n\r\n");
    reloads(&house.pbx, 1);
    assert_eq!(
        program.block().await,
        "Event: Reload\r\nPrivilege: system,all\r\nModule: m0\r\nStatus: 0\r\n\r\n"
    );
    assert_eq!(value(&program.asks(&["Action: Events", "EventMask: off"]).await, "Events"), "Off");
    reloads(&house.pbx, 1);
    assert!(program.hears_nothing().await);
    drop(program);
    sleep(Duration::from_secs(1)).await;
    assert!(!house.pbx.core.events.wants(EventKind::Reload));
}

#[tokio::test(start_paused = true)]
async fn filters_choose_among_events() {
    let house = House::new(&format!("{ADMIN}eventfilter(name(Reload),header(Module),method(exact)) = m1\n"));
    let mut program = house.admin("system").await;
    reloads(&house.pbx, 3);
    assert_eq!(value(&program.block().await, "Module"), "m1");
    let added = program.asks(&["Action: Filter", "Operation: add", "Filter: Module: m2"]).await;
    assert_eq!(added, "Response: Success\r\nMessage: Success\r\n\r\n");
    reloads(&house.pbx, 3);
    assert_eq!(value(&program.block().await, "Module"), "m1");
    assert_eq!(value(&program.block().await, "Module"), "m2");
    let wrong = program.asks(&["Action: Filter", "Operation: Add", "Filter: ("]).await;
    assert_eq!(value(&wrong, "Message"), "Filter did not compile.  Check the syntax of the filter given.");
}

#[tokio::test(start_paused = true)]
async fn waiting_for_an_event_ends_with_it_or_with_the_time() {
    let house = House::new(ADMIN);
    let mut program = house.admin("system").await;
    let done = program.asks(&["Action: WaitEvent", "Timeout: 2", "ActionID: 4"]).await;
    assert_eq!(done, "Response: Success\r\nActionID: 4\r\nMessage: Waiting for Event completed.\r\n\r\n");
    assert_eq!(program.block().await, "Event: WaitEventComplete\r\nActionID: 4\r\n\r\n");
    program.says(&["Action: WaitEvent"]).await;
    sleep(Duration::from_secs(60)).await;
    reloads(&house.pbx, 1);
    assert_eq!(value(&program.block().await, "Message"), "Waiting for Event completed.");
    assert_eq!(program.names(2).await, ["Reload", "WaitEventComplete"]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_program_is_told_what_it_lost_and_delays_nobody() {
    let house = House::new(&format!("[general]\nslowclient = drop\n{ADMIN}"));
    let mut slow = house.connect_through(512).await;
    slow.says(&["Action: Login", "Username: admin", "Secret: s3cret", "Events: system"]).await;
    slow.block().await;
    let mut quick = house.admin("system").await;
    let mut seen = 0;
    for _ in 0..100 {
        reloads(&house.pbx, 100);
        for _ in 0..100 {
            quick.block().await;
            seen += 1;
        }
    }
    assert_eq!(seen, 10_000);
    let lost = slow.event("EventsLost").await;
    assert!(value(&lost, "Lost").parse::<u64>().unwrap() > 1000, "{lost}");
    assert_eq!(value(&slow.event("Reload").await, "Event"), "Reload");
}

#[tokio::test(start_paused = true)]
async fn a_slow_program_may_be_disconnected() {
    let house = House::new(ADMIN);
    let mut slow = house.connect_through(512).await;
    slow.says(&["Action: Login", "Username: admin", "Secret: s3cret", "Events: system"]).await;
    slow.block().await;
    reloads(&house.pbx, 100);
    // Longer than writetimeout.
    sleep(Duration::from_secs(2)).await;
    assert!(slow.session.is_finished());
}

#[tokio::test(start_paused = true)]
async fn a_program_that_comes_again_misses_nothing() {
    let house = House::new(ADMIN);
    let mut program = house.connect().await;
    let login =
        ["Action: Login", "Username: admin", "Secret: s3cret", "Events: system", "SequenceNumbers: yes"];
    program.asks(&login).await;
    reloads(&house.pbx, 1);
    let first = program.block().await;
    let number = value(&first, "SequenceNumber").to_owned();
    assert!(!value(&first, "Monotonic").is_empty());
    drop(program);
    sleep(Duration::from_secs(1)).await;
    reloads(&house.pbx, 3);
    let resume = format!("Resume: {number}");
    let login = ["Action: Login", "Username: admin", "Secret: s3cret", "Events: system", &resume];
    let mut program = house.connect().await;
    program.asks(&login).await;
    let resumed = program.block().await;
    assert_eq!((value(&resumed, "Event"), value(&resumed, "Lost")), ("Resumed", "0"));
    for module in ["m0", "m1", "m2"] {
        assert_eq!(value(&program.block().await, "Module"), module);
    }
    // What was before the first login nobody has kept.
    drop(program);
    sleep(Duration::from_secs(1)).await;
    let early = ["Action: Login", "Username: admin", "Secret: s3cret", "Events: call,system", "Resume: 0"];
    let mut program = house.connect().await;
    program.asks(&early).await;
    assert_eq!(value(&program.event("Resumed").await, "Lost"), "unknown");
    // Nobody keeps them for ever, and nobody pretends to have done so.
    drop(program);
    sleep(Duration::from_secs(61)).await;
    let mut program = house.connect().await;
    program.asks(&login).await;
    assert_eq!(value(&program.event("Resumed").await, "Lost"), "unknown");
}

#[tokio::test(start_paused = true)]
async fn a_snapshot_shows_the_present_first() {
    let house = House::new(ADMIN);
    house.pbx.load("[internal]\nexten => s,1,Nothing()\n");
    let (_channel, _far) = house.pbx.channel();
    let mut program = house.connect().await;
    program
        .asks(&["Action: Login", "Username: admin", "Secret: s3cret", "Events: call", "Snapshot: yes"])
        .await;
    assert_eq!(value(&program.event("SnapshotChannel").await, "CallerIDNum"), "1001");
    let end = program.event("SnapshotComplete").await;
    assert_eq!((value(&end, "Channels"), value(&end, "Bridges")), ("1", "0"));
}

#[tokio::test(start_paused = true)]
async fn the_devices_of_a_hint_make_its_state() {
    let house = House::new(ADMIN);
    house.pbx.load("[a]\nexten => 1,hint,Custom:lamp&Custom:bell\n");
    let mut program = house.admin("call").await;
    sleep(Duration::from_millis(10)).await;
    let core = house.pbx.core.clone();
    core.set_custom_device_state("lamp", DeviceState::InUse).await.unwrap();
    assert_eq!(
        program.block().await,
        "Event: DeviceStateChange\r\nPrivilege: call,all\r\nDevice: Custom:lamp\r\nState: INUSE\r\n\r\n"
    );
    assert_eq!(
        program.block().await,
        "Event: ExtensionStatus\r\nPrivilege: call,all\r\nExten: 1\r\nContext: a\r\n\
         Hint: Custom:lamp&Custom:bell\r\nStatus: 1\r\nStatusText: InUse\r\n\r\n"
    );
    core.set_custom_device_state("door", DeviceState::Busy).await.unwrap();
    assert_eq!(value(&program.block().await, "Device"), "Custom:door");
    assert!(program.hears_nothing().await);
    program.says(&["Action: DeviceStateList"]).await;
    let listed = program.event("DeviceStateChange").await;
    assert_eq!(value(&listed, "Device"), "Custom:bell");
    assert_eq!(value(&program.event("DeviceStateListComplete").await, "ListItems"), "3");
}

#[tokio::test(start_paused = true)]
async fn the_provider_of_a_hint_says_its_presence() {
    let house = House::new(ADMIN);
    house.pbx.load("[a]\nexten => 1,hint,Custom:lamp,CustomPresence:alice\nexten => 2,hint,Custom:lamp\n");
    let mut program = house.admin("call").await;
    sleep(Duration::from_millis(10)).await;
    let core = house.pbx.core.clone();
    core.set_custom_presence("alice", "away,down the hall,Meeting").await.unwrap();
    assert!(program.block().await.starts_with("Event: PresenceStateChange\r\n"));
    assert_eq!(
        program.block().await,
        "Event: PresenceStatus\r\nPrivilege: call,all\r\nExten: 1\r\nContext: a\r\n\
         Hint: Custom:lamp,CustomPresence:alice\r\nStatus: away\r\nSubtype: down the hall\r\n\
         Message: Meeting\r\n\r\n"
    );
    core.set_custom_presence("alice", "away,down the hall,Meeting").await.unwrap();
    core.set_custom_presence("bob", "dnd").await.unwrap();
    assert_eq!(value(&program.block().await, "Presentity"), "CustomPresence:alice");
    assert_eq!(value(&program.block().await, "Presentity"), "CustomPresence:bob");
    assert!(program.hears_nothing().await);
}

#[tokio::test(start_paused = true)]
async fn at_the_end_everybody_is_told() {
    let house = House::new(ADMIN);
    let program = house.admin("system").await;
    let core = &house.pbx.core;
    core.events.publish(EventKind::Shutdown, || core.clock.now(), || Event::Shutdown);
    for session in house.ami.connected() {
        session.end.send_replace(crate::ami::End::Stopping);
    }
    assert_eq!(
        program.rest().await,
        "Event: Shutdown\r\nPrivilege: system,all\r\nShutdown: Cleanly\r\nRestart: False\r\n\r\n"
    );
}
