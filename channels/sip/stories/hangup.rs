//! Calls that are refused with a status of one's own choice.

use obelus_core::action::{Action, ActionCall, Asker, Message, Reply};
use obelus_core::registry::Registry;

use super::phone::usual_sdp;
use super::{House, Phone};
use crate::hangup::{HangupAction, PjsipHangup};

/// What the dialplan needs of it.
pub(super) fn register(registry: &mut Registry) {
    registry.add_app(PjsipHangup);
}

async fn is_refused(dialplan: &str, status: u16) {
    let house = House::common(dialplan).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &usual_sdp()).await;
    phone.hears(status).await;
    phone.acknowledges_failure("sip:1@pbx").await;
    house.quiet().await;
}

/// What a program is answered that refuses these channels.
async fn program_refuses(house: &House, channel: &str) -> String {
    let message = Message::of([("Channel", channel), ("Cause", "BUSY_EVERYWHERE")]);
    let (asker, mut reply) = (Asker::default(), Reply::new(""));
    let call = ActionCall { core: &house.pbx.core, message: &message, asker: &asker, reply: &mut reply };
    HangupAction.run(call).await;
    reply.text().to_owned()
}

fn name_of_the_channel(house: &House) -> String {
    house.pbx.core.channels.all().pop().unwrap().name().to_string()
}

#[tokio::test]
async fn the_dialplan_chooses_the_status() {
    is_refused("exten => 1,1,PJSIPHangup(428)\n", 428).await;
    is_refused("exten => 1,1,Ring()\n same => n,PJSIPHangup(pjsip_sc_gone)\n", 410).await;
    is_refused("exten => 1,1,PJSIPHangup(${NOTHING}200)\n", 603).await;
}

#[tokio::test]
async fn a_program_refuses_what_is_not_answered() {
    let plan = "exten => 1,1,Ring()\n same => n,Listen()\nexten => 2,1,Answer()\n same => n,Listen()\n";
    let house = House::common(plan).await;
    let mut phone = Phone::new(&house, "open").await;
    phone.calls("1", "", &usual_sdp()).await;
    phone.hears(180).await;
    let nobody = program_refuses(&house, "PJSIP/nobody-1").await;
    assert!(nobody.contains("Message: No such channel\r\n"), "{nobody}");
    let done = program_refuses(&house, &name_of_the_channel(&house)).await;
    assert!(done.contains("Message: Channel Hungup\r\n"), "{done}");
    phone.hears(600).await;
    phone.acknowledges_failure("sip:1@pbx").await;
    house.quiet().await;

    phone.talks_to("2").await;
    let late = program_refuses(&house, &name_of_the_channel(&house)).await;
    assert!(late.contains("Message: The call has been answered\r\n"), "{late}");
    let none = program_refuses(&house, "/^PJSIP/").await;
    assert!(none.contains("ListItems: 0\r\n"), "{none}");
    phone.hangs_up().await;
    house.quiet().await;
}
