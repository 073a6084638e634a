//! Calls between sipp and sipp, which knows nothing of us.

use crate::support::sipp::{Over, Sipp};
use crate::support::{Etc, House, etc};

const CALLS: u32 = 20;

/// A house in which 2001 is sipp, and whoever comes as `trunk` needs no password.
async fn calls_pass(scenario: &'static str, over: Over) {
    let callee = etc::own_address();
    let transport = if over == Over::Tcp { "\\;transport=tcp" } else { "" };
    let etc = Etc::with_dialplan("exten => 2001,1,Dial(PJSIP/uas,10)\n");
    etc.append(
        "pjsip.conf",
        &format!(
            "\n[trunk](phone)\naors=trunk\n[trunk]\ntype=aor\nmax_contacts=1\n\
             [uas](phone)\naors=uas\n[uas]\ntype=aor\ncontact=sip:uas@{callee}{transport}\n"
        ),
    );
    let house = House::of(etc).await;
    let answering = Sipp::is_called("uas.xml", over, callee, CALLS).await;
    let calling = Sipp::calls(scenario, over, house.sip(), "2001", CALLS, 20);
    calling.succeeds().await;
    answering.succeeds().await;
    assert_eq!(house.core().channels.processed(), u64::from(2 * CALLS));
    house.ends().await;
}

#[tokio::test]
async fn calls_pass_over_udp() {
    calls_pass("uac.xml", Over::Udp).await;
}

#[tokio::test]
async fn calls_pass_over_tcp() {
    calls_pass("uac.xml", Over::Tcp).await;
}

#[tokio::test]
async fn calls_with_a_password_pass_over_udp() {
    calls_pass("uac_auth.xml", Over::Udp).await;
}

#[tokio::test]
async fn calls_with_a_password_pass_over_tcp() {
    calls_pass("uac_auth.xml", Over::Tcp).await;
}
