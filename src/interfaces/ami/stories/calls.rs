//! Calls: what programs see of them and do with them.

use obelus_core::cause::Cause;
use obelus_core::channel_tech::LegEvent;
use obelus_core::engine::testing::Seen;
use obelus_core::engine::{Source, Way};
use obelus_core::media::tone::Tone;
use tokio::time::{Duration, Instant, sleep};

use super::house::{ADMIN, House, value};

#[tokio::test(start_paused = true)]
async fn a_call_is_described_as_asterisk_does() {
    let house = House::new(&format!("[general]\nchannelvars = colour,missing\n{ADMIN}"));
    let mut program = house.admin("call").await;
    let (mut channel, _far) = house.pbx.channel();
    let new = program.block().await;
    let (unique_id, name) = (channel.handle().unique_id().clone(), channel.name().clone());
    assert_eq!(
        new,
        format!(
            "Event: Newchannel\r\nPrivilege: call,all\r\nChannel: {name}\r\nChannelState: 0\r\n\
             ChannelStateDesc: Down\r\nCallerIDNum: 1001\r\nCallerIDName: Alice\r\nConnectedLineNum: <unknown>\r\n\
             ConnectedLineName: <unknown>\r\nLanguage: en\r\nAccountCode: \r\nContext: test\r\nExten: s\r\n\
             Priority: 1\r\nUniqueid: {unique_id}\r\nLinkedid: {unique_id}\r\nChanVariable: colour=\r\n\
             ChanVariable: missing=\r\n\r\n"
        )
    );
    channel.set_variable("colour", "\"red\"\n");
    drop(channel);
    let gone = program.event("Hangup").await;
    assert!(gone.contains("ChanVariable: colour=\\\"red\\\"\\n\r\n"), "{gone}");
    assert!(gone.ends_with("Cause: 16\r\nCause-txt: Normal Clearing\r\n\r\n"), "{gone}");
}

#[tokio::test(start_paused = true)]
async fn a_hook_flash_is_told() {
    let house = House::new(ADMIN);
    let mut program = house.admin("call").await;
    let (mut channel, far) = house.pbx.channel();
    far.does(LegEvent::Flash);
    assert!(channel.next_event(Some(Instant::now())).await.is_ok());
    let flash = program.event("Flash").await;
    assert_eq!(value(&flash, "Channel"), &**channel.name());
}

#[tokio::test(start_paused = true)]
async fn an_originated_call_is_answered_or_not() {
    let house =
        House::new(&format!("[general]\nchannelvars = what\n{ADMIN}setvar = who=user\nsetvar = what=user\n"));
    let mut program = house.admin("call").await;
    let originate = |name: &str, asynchronous: &str| {
        [
            "Action: Originate",
            "Application: Nothing",
            "CallerID: \"Alarm\" <100>",
            "Variable: what=mine",
            "ActionID: 8",
        ]
        .into_iter()
        .map(str::to_owned)
        .chain([format!("Channel: Test/{name}"), format!("Async: {asynchronous}")])
        .collect::<Vec<_>>()
    };
    let lines = originate("1002", "yes");
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let answer = program.asks(&lines).await;
    assert_eq!(value(&answer, "Message"), "Originate successfully queued");
    // There is no such application, so nobody is rung.
    assert_eq!(
        program.event("OriginateResponse").await,
        "Event: OriginateResponse\r\nPrivilege: call,all\r\nActionID: 8\r\nResponse: Failure\r\n\
         Channel: Test/1002\r\nApplication: Nothing\r\nData: \r\nReason: 0\r\nUniqueid: <unknown>\r\n\
         CallerIDNum: 100\r\nCallerIDName: Alarm\r\n\r\n"
    );
    house.pbx.load("[a]\nexten => s,1,Nothing()\n");
    let place = ["Context: a", "Exten: s", "Priority: 1", "ChannelId: mine-1"];
    let mut lines = vec!["Action: Originate", "Channel: Test/1002", "Async: true", "Variable: what=mine"];
    lines.extend(place);
    program.says(&lines).await;
    let far = house.pbx.rung().await;
    let channel = house.pbx.core.channels.find("mine-1").unwrap();
    let (who, what) = channel
        .run(|channel| {
            let of = |name| channel.variable(name).map(|value| value.to_string());
            let found = (of("who"), of("what"));
            Box::pin(std::future::ready(found))
        })
        .await
        .unwrap();
    assert_eq!((who.as_deref(), what.as_deref()), (Some("user"), Some("mine")));
    far.answers();
    let response = program.event("OriginateResponse").await;
    let name = value(&response, "Channel");
    assert!(response.ends_with(&format!("ChanVariable({name}): what=mine\r\n\r\n")), "{response}");
    assert_eq!((value(&response, "Response"), value(&response, "Reason")), ("Success", "4"));
    assert_eq!((value(&response, "Uniqueid"), value(&response, "Exten")), ("mine-1", "s"));
    program.says(&lines).await;
    house.pbx.rung().await.hangs_up(Cause::USER_BUSY);
    assert_eq!(value(&program.event("OriginateResponse").await, "Reason"), "5");
    let failed = program.asks(&[
        "Action: Originate",
        "Channel: Test/refused-17",
        "Context: a",
        "Exten: s",
        "Priority: 1",
    ]);
    assert_eq!(value(&failed.await, "Message"), "Originate failed");
}

#[tokio::test(start_paused = true)]
async fn channels_are_listed_and_hung_up() {
    let house = House::new(ADMIN);
    let mut program = house.admin("off").await;
    let calls: Vec<_> = (0..3).map(|_| house.pbx.channel()).collect();
    sleep(Duration::from_secs(3725)).await;
    program.says(&["Action: CoreShowChannels", "ActionID: 1"]).await;
    let shown = program.event("CoreShowChannel").await;
    assert!(shown.starts_with("Event: CoreShowChannel\r\nActionID: 1\r\nChannel: Test/1001-"), "{shown}");
    assert!(
        shown.ends_with("Application: \r\nApplicationData: \r\nDuration: 01:02:05\r\nBridgeId: \r\n\r\n")
    );
    let end = program.event("CoreShowChannelsComplete").await;
    assert_eq!(
        end,
        "Event: CoreShowChannelsComplete\r\nActionID: 1\r\nEventList: Complete\r\nListItems: 3\r\n\r\n"
    );
    let mut fars = Vec::new();
    for (channel, far) in calls {
        channel.spawn(Box::new(|channel| Box::pin(channel.idle())));
        fars.push(far);
    }
    program.says(&["Action: Status", "Variables: colour"]).await;
    let status = program.event("Status").await;
    assert!(status.contains("Type: Test\r\nDNID: s\r\n"), "{status}");
    assert!(status.contains("Nativeformats: (ulaw|alaw)\r\nReadformat: ulaw\r\n"), "{status}");
    assert!(status.ends_with("Seconds: 3725\r\nVariable: colour=\r\n\r\n"), "{status}");
    assert!(program.event("StatusComplete").await.ends_with("ListItems: 3\r\nItems: 3\r\n\r\n"));
    program.says(&["Action: Hangup", "Channel: /^Test/", "Cause: 17"]).await;
    program.event("ChannelHungup").await;
    assert_eq!(value(&program.event("ChannelsHungupListComplete").await, "ListItems"), "3");
    house.pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn two_channels_are_bridged_and_redirected_together() {
    let house = House::new(ADMIN);
    let mut program = house.admin("off").await;
    let (one, mut first) = house.pbx.channel();
    let (two, mut second) = house.pbx.channel();
    let names = [one.name().to_string(), two.name().to_string()];
    for channel in [one, two] {
        channel.spawn(Box::new(|channel| Box::pin(channel.idle())));
    }
    let [one, two] = names.each_ref().map(String::as_str);
    let (channel1, channel2) = (format!("Channel1: {one}"), format!("Channel2: {two}"));
    let answer = program.asks(&["Action: Bridge", &channel1, &channel2]).await;
    assert_eq!(value(&answer, "Message"), "Channels have been bridged");
    sleep(Duration::from_millis(10)).await;
    assert!(first.hears(&second));
    program.says(&["Action: BridgeList"]).await;
    let listed = program.event("BridgeListItem").await;
    assert_eq!((value(&listed, "BridgeNumChannels"), value(&listed, "BridgeType")), ("2", "basic"));
    program.event("BridgeListComplete").await;
    let (channel, extra) = (format!("Channel: {one}"), format!("ExtraChannel: {two}"));
    let place = ["Context: nowhere", "Exten: s", "Priority: 1"];
    let lines = ["Action: Redirect", &channel, &extra, place[0], place[1], place[2]];
    let answer = program.asks(&lines).await;
    assert_eq!(value(&answer, "Message"), "Dual Redirect successful");
    // There is no such place: both end there, and by themselves.
    first.is_over().await;
    second.is_over().await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_muted_and_gets_mf_signals() {
    let house = House::new(ADMIN);
    let mut program = house.admin("off").await;
    let (channel, far) = house.pbx.channel();
    let name = format!("Channel: {}", channel.name());
    channel.spawn(Box::new(|channel| Box::pin(channel.idle())));
    for (state, expected) in [("State: on", 0), ("State: off", 100)] {
        let muted = program.asks(&["Action: MuteAudio", &name, "Direction: all", state]).await;
        assert_eq!(muted, "Response: Success\r\n\r\n");
        let port = far.port();
        port.settle().await;
        let mut samples = [100; 2];
        port.carry(Way::Received, 8000, &mut samples);
        assert_eq!(samples, [expected; 2], "{state}");
    }
    let wrong = program.asks(&["Action: MuteAudio", &name, "Direction: up", "State: on"]).await;
    assert_eq!(value(&wrong, "Message"), "Failed to mute/unmute stream");
    let played = program.asks(&["Action: PlayMF", &name, "Digit: *", "Duration: 80"]).await;
    assert_eq!(value(&played, "Message"), "MF successfully queued");
    let tone = Tone::parse("!1100+1700/80,!0/50").expect("a tone");
    let plays = |seen: &Seen| matches!(seen, Seen::Play(_, Source::Tone(played), _) if **played == tone);
    assert!(far.port().seen().iter().any(plays));
}
