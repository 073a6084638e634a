//! What actions answer, to the byte.

use super::house::{ADMIN, House, value};

#[tokio::test(start_paused = true)]
async fn mistakes_are_named() {
    let house = House::new(ADMIN);
    let mut program = house.admin("off").await;
    let mut check = async |lines: &[&str], expected: &str| {
        let answer = program.asks(lines).await;
        assert_eq!(answer, format!("Response: Error\r\nMessage: {expected}\r\n\r\n"), "{lines:?}");
    };
    check(&[], "Missing action in request").await;
    check(
        &["Action: Pong"],
        "Invalid/unknown command: Pong. Use Action: ListCommands to show available commands.",
    )
    .await;
    check(&["Action: DAHDIRestart"], "DAHDIRestart is not served: telephone cards are not served.").await;
    check(&["Action: QueueStatus"], "QueueStatus is not served: there are no queues yet.").await;
    check(&["Action: Atxfer"], "No channel specified").await;
    check(&["Action: Atxfer", "Channel: x"], "No extension specified").await;
    check(&["Action: Atxfer", "Channel: x", "Exten: 1"], "Channel specified does not exist").await;
    check(&["Action: CancelAtxfer", "Channel: x"], "Channel specified does not exist").await;
    check(&["Action: BridgeKick"], "Channel must be provided").await;
    check(&["Action: BridgeTechnologySuspend"], "BridgeTechnology must be provided").await;
    let softmix = ["Action: BridgeTechnologyUnsuspend", "BridgeTechnology: softmix"];
    check(&softmix, "BridgeTechnology not found").await;
    check(&["Action: ControlPlayback"], "Channel not specified").await;
    check(&["Action: ControlPlayback", "Channel: x"], "Control not specified").await;
    check(&["Action: ControlPlayback", "Channel: x", "Control: stop"], "No such channel").await;
    check(&["Action: MuteAudio"], "Channel not specified").await;
    check(&["Action: MuteAudio", "Channel: x"], "State not specified").await;
    check(&["Action: MuteAudio", "Channel: x", "State: on"], "Direction not specified").await;
    check(&["Action: MuteAudio", "Channel: x", "State: on", "Direction: in"], "No such channel").await;
    check(&["Action: PlayMF", "Channel: x", "Digit: 1"], "Channel not found").await;
    check(&["Action: LocalOptimizeAway", "Channel: x"], "Channel does not exist.").await;
    check(&["Action: ModuleLoad", "LoadType: load"], "Need module name").await;
    check(&["Action: ModuleLoad", "LoadType: load", "Module: nothing"], "Module not found.").await;
    check(&["Action: Hangup"], "No channel specified").await;
    check(&["Action: Hangup", "Channel: PJSIP/1"], "No such channel").await;
    check(&["Action: Hangup", "Channel: /("], "Regex format invalid, Channel param should be /regex/").await;
    check(&["Action: Getvar"], "No variable specified").await;
    check(&["Action: Getvar", "Variable: a", "Channel: x"], "No such channel").await;
    check(&["Action: Getvar", "Variable: EVAL(a)"], "GetVar Access Forbidden: Variable").await;
    check(&["Action: Redirect"], "Channel not specified").await;
    check(&["Action: Originate"], "Channel not specified").await;
    check(&["Action: Originate", "Channel: x"], "Invalid channel").await;
    check(&["Action: Originate", "Channel: Test/1", "Timeout: soon"], "Invalid timeout").await;
    check(
        &["Action: Originate", "Channel: Test/1", "Context: a", "Exten: b", "Priority: 1"],
        "Extension does not exist.",
    )
    .await;
    check(
        &["Action: Originate", "Channel: Test/1", "Exten: b"],
        "Originate with 'Exten' requires 'Context' and 'Priority'",
    )
    .await;
    check(&["Action: Command"], "No command provided").await;
    check(&["Action: Command", "Command: module load x"], "Command blacklisted").await;
    check(&["Action: Events"], "Invalid event mask").await;
    check(&["Action: Reload", "Module: nothing"], "No such module").await;
    check(&["Action: DBGet", "Family: a"], "No key specified.").await;
    check(&["Action: DBPut", "Family: a"], "No key specified").await;
    check(&["Action: BridgeInfo", "BridgeUniqueid: x"], "Specified BridgeUniqueid not found").await;
    check(&["Action: UpdateConfig"], "Filename not specified").await;
    check(&["Action: Filter", "Operation: Take"], "Unknown operation").await;
    let long = format!("Command: {}", "x".repeat(2000));
    check(&["Action: Command", &long], "Failed to parse message: line too long").await;
    check(&vec!["a: b"; 200], "Too many lines in message or allocation failure").await;
}

#[tokio::test(start_paused = true)]
async fn variables_are_set_and_read() {
    let house = House::new(ADMIN);
    let mut program = house.admin("off").await;
    let set = program.asks(&["Action: Setvar", "Variable: colour", "Value: r\red", "ActionID: 1\r1"]).await;
    assert_eq!(set, "Response: Success\r\nActionID: 1\\r1\r\nMessage: Variable Set\r\n\r\n");
    let got = program.asks(&["Action: Getvar", "Variable: colour"]).await;
    assert_eq!(got, "Response: Success\r\nVariable: colour\r\nValue: r\\red\r\n\r\n");
    let (channel, far) = house.pbx.channel();
    channel.spawn(Box::new(|channel| Box::pin(channel.idle())));
    let name = format!("Channel: {}", far.name);
    let set = program.asks(&["Action: Setvar", &name, "Variable: colour", "Value: blue"]).await;
    assert_eq!(value(&set, "Message"), "Variable Set");
    let got = program.asks(&["Action: Getvar", &name, "Variable: colour"]).await;
    assert_eq!(value(&got, "Value"), "blue");
    let missing = program.asks(&["Action: Setvar", &name, "Variable: NOTHING(x)", "Value: 1"]).await;
    assert_eq!(value(&missing, "Message"), "Variable not set");
}

#[tokio::test(start_paused = true)]
async fn the_database_answers() {
    let house = House::new(ADMIN);
    let mut program = house.admin("off").await;
    let put = program.asks(&["Action: DBPut", "Family: cid", "Key: 1", "Val: Alice"]).await;
    assert_eq!(put, "Response: Success\r\nMessage: Updated database successfully\r\n\r\n");
    let got = program.asks(&["Action: DBGet", "Family: cid", "Key: 1", "ActionID: 9"]).await;
    assert_eq!(
        got,
        "Response: Success\r\nActionID: 9\r\nEventList: start\r\nMessage: Result will follow\r\n\r\n"
    );
    assert_eq!(
        program.block().await,
        "Event: DBGetResponse\r\nFamily: cid\r\nKey: 1\r\nVal: Alice\r\nActionID: 9\r\n\r\n"
    );
    assert_eq!(
        program.block().await,
        "Event: DBGetComplete\r\nActionID: 9\r\nEventList: Complete\r\nListItems: 1\r\n\r\n"
    );
    program.says(&["Action: DBGetTree", "Family: cid"]).await;
    assert!(program.event("DBGetTreeResponse").await.contains("Key: /cid/1\r\nVal: Alice\r\n"));
    program.event("DBGetTreeComplete").await;
    let gone = program.asks(&["Action: DBDelTree", "Family: cid"]).await;
    assert_eq!(value(&gone, "Message"), "Key tree deleted successfully");
    let gone = program.asks(&["Action: DBDel", "Family: cid", "Key: 1"]).await;
    assert_eq!(value(&gone, "Message"), "Database entry could not be deleted");
}

#[tokio::test(start_paused = true)]
async fn the_dialplan_is_shown_and_changed() {
    let house = House::new(ADMIN);
    house.pbx.load("[a]\nexten => 1,1(top),Nothing(x)\nexten => 1,hint,Custom:lamp\n");
    let mut program = house.admin("off").await;
    program.says(&["Action: ShowDialPlan", "Context: a", "ActionID: 3"]).await;
    let shown = program.event("ListDialplan").await;
    assert_eq!(
        shown,
        "Event: ListDialplan\r\nActionID: 3\r\nContext: a\r\nExtension: 1\r\nPriority: hint\r\n\
         Application: Custom:lamp\r\nRegistrar: pbx_config\r\n\r\n"
    );
    assert_eq!(
        program.block().await,
        "Event: ListDialplan\r\nActionID: 3\r\nContext: a\r\nExtension: 1\r\nExtensionLabel: top\r\n\
         Priority: 1\r\nApplication: Nothing\r\nAppData: x\r\nRegistrar: pbx_config\r\n\r\n"
    );
    let end = program.block().await;
    assert!(
        end.ends_with("ListItems: 2\r\nListExtensions: 1\r\nListPriorities: 2\r\nListContexts: 1\r\n\r\n")
    );
    let missing = program.asks(&["Action: ShowDialPlan", "Context: b"]).await;
    assert_eq!(value(&missing, "Message"), "Did not find context b");
    let state = program.asks(&["Action: ExtensionState", "Context: a", "Exten: 1"]).await;
    assert_eq!(
        state,
        "Response: Success\r\nMessage: Extension Status\r\nExten: 1\r\nContext: a\r\nHint: Custom:lamp\r\n\
         Status: 0\r\nStatusText: Idle\r\n\r\n"
    );
    let gone = program.asks(&["Action: DialplanExtensionRemove", "Context: a", "Extension: 1"]).await;
    assert_eq!(value(&gone, "Message"), "Removed the requested extension");
    let state = program.asks(&["Action: ExtensionState", "Context: a", "Exten: 1"]).await;
    assert_eq!((value(&state, "Status"), value(&state, "StatusText")), ("-1", "Unknown"));
}

#[tokio::test(start_paused = true)]
async fn technologies_are_listed_and_suspended() {
    let house = House::new(ADMIN);
    let mut program = house.admin("off").await;
    let native = ["Action: BridgeTechnologySuspend", "BridgeTechnology: native_rtp"];
    let done = "Response: Success\r\nMessage: Suspended bridge technology\r\n\r\n";
    assert_eq!(program.asks(&native).await, done);
    let head = program.asks(&["Action: BridgeTechnologyList"]).await;
    let listing =
        "Response: Success\r\nEventList: start\r\nMessage: Bridge technology listing will follow\r\n\r\n";
    assert_eq!(head, listing);
    program.block().await;
    program.block().await;
    let last = "Event: BridgeTechnologyListItem\r\nBridgeTechnology: native_rtp\r\nBridgeType: Native\r\n\
                BridgePriority: 90\r\nBridgeSuspended: Yes\r\n\r\n";
    assert_eq!(program.block().await, last);
    let end = "Event: BridgeTechnologyListComplete\r\nEventList: Complete\r\nListItems: 3\r\n\r\n";
    assert_eq!(program.block().await, end);
}
