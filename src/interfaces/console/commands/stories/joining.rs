//! What commands say and do about bridges and what is told of their audio.

use obelus_core::bridge::{Bridge, Departure};
use obelus_core::events::EventKind;

use super::*;

#[tokio::test(start_paused = true)]
async fn a_technology_is_suspended_and_used_again() {
    let stage = stage();
    let row = |name: &str, kind: &str, priority: &str, suspended: &str| {
        format!("{name:<20} {kind:<20} {priority:>8} {suspended}\n")
    };
    let all = |native: &str| {
        row("Name", "Type", "Priority", "Suspended")
            + &row("holding_bridge", "Holding", "50", "No")
            + &row("simple_bridge", "1to1Mix", "50", "No")
            + &row("native_rtp", "Native", "90", native)
    };
    let show = "bridge technology show";
    stage.check(show, &all("No")).await;
    let suspended = "Suspended bridge technology 'native_rtp'\n";
    stage.check("bridge technology suspend native_rtp", suspended).await;
    stage.check(show, &all("Yes")).await;
    let used = "Unsuspended bridge technology 'native_rtp'\n";
    stage.check("bridge technology unsuspend native_rtp", used).await;
    stage.check(show, &all("No")).await;
    stage.refuses("bridge technology suspend softmix", "Bridge technology 'softmix' not found").await;
    let needed = "Bridge technology 'simple_bridge' cannot be suspended: nothing else does what it does";
    stage.refuses("bridge technology suspend simple_bridge", needed).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_is_kicked_out_and_the_others_stay() {
    let stage = stage();
    let core = &stage.pbx.core;
    let ((mut first, _one), (mut second, _other)) = (stage.pbx.channel(), stage.pbx.channel());
    let bridge = Bridge::holding(core, "BridgeWait", "default");
    let id = bridge.id().clone();
    let name = first.handle().name().clone();
    let kicking = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let said = format!("Kicking channel '{name}' from bridge '{id}'\n");
        stage.check(&format!("bridge kick {id} {name}"), &said).await;
        let unknown = "Channel 'Nobody' not found";
        stage.refuses(&format!("bridge kick {id} Nobody"), unknown).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        assert_eq!(bridge.members().len(), 1);
        stage
            .check(&format!("bridge kick {id} all"), &format!("Kicking all channels from bridge '{id}'\n"))
            .await;
    };
    let (one, two, ()) =
        tokio::join!(first.wait_in(bridge.seat(), None), second.wait_in(bridge.seat(), None), kicking);
    assert_eq!((one, two), (Ok(Departure::Transferred), Ok(Departure::Transferred)));
    stage.refuses(&format!("bridge kick {id} all"), &format!("Bridge '{id}' not found")).await;
}

#[tokio::test(start_paused = true)]
async fn reports_are_read_only_while_somebody_wants_them() {
    let stage = stage();
    let events = stage.pbx.core.events.clone();
    assert!(!events.wants(EventKind::Rtcp));
    stage.check("rtcp set debug on", "RTCP Packet Debugging Enabled\n").await;
    stage.check("rtcp set stats on", "RTCP Stats Enabled\n").await;
    assert!(events.wants(EventKind::Rtcp));
    stage.check("rtcp set debug off", "RTCP Packet Debugging Disabled\n").await;
    assert!(events.wants(EventKind::Rtcp));
    stage.check("rtcp set stats off", "RTCP Stats Disabled\n").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(!events.wants(EventKind::Rtcp));
    let host = "RTCP Packet Debugging Enabled for address: 192.0.2.1:4001\n";
    stage.check("rtcp set debug ip 192.0.2.1:4001", host).await;
    stage
        .refuses("rtcp set debug ip nowhere", "Failed to lookup address 'nowhere': give an IP address")
        .await;
}

#[tokio::test(start_paused = true)]
async fn what_reads_a_file_is_reloaded_by_the_files_name() {
    let stage = stage();
    stage.check("config reload whole.conf", "Module 'res_whole' reloaded successfully.\n").await;
    stage.refuses("config reload nothing.conf", "No module reads 'nothing.conf'").await;
    stage
        .refuses("config reload modules.conf", "modules.conf is read at the start only: 'core restart'")
        .await;
}
