//! The channel on which the dialplan handles a message: without audio, without a far end, in no list of calls.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_engine::PortHandle;
use obelus_media::Codec;
use tokio::sync::oneshot;

use super::Message;
use crate::Core;
use crate::cause::Cause;
use crate::channel::{Channel, ChannelState, Origin, Position, Seen};
use crate::channel_tech::{Call, CallError, ChannelSetup, Leg, LegCommand, LegEvent, NewLeg};

/// The technology of such channels.
pub const TECHNOLOGY: &str = "Message";

/// The name that all of them have, as in Asterisk.
const NAME: &str = "Message/ast_msg_queue";

struct MessageLeg;

#[async_trait]
impl Leg for MessageLeg {
    fn name(&self) -> &str {
        NAME
    }

    async fn call(&mut self, _call: Call<'_>) -> Result<(), CallError> {
        Err(CallError::new(Cause::FACILITY_NOT_IMPLEMENTED, "a message calls nobody"))
    }

    /// Nobody is there to be told.
    async fn handle(&mut self, _command: LegCommand) -> Result<(), CallError> {
        Ok(())
    }

    async fn next_event(&mut self) -> Option<LegEvent> {
        std::future::pending().await
    }

    fn media(&self) -> Option<&PortHandle> {
        None
    }

    fn codec(&self) -> Option<Codec> {
        None
    }

    fn codecs(&self) -> Vec<Codec> {
        Vec::new()
    }
}

/// Handles the messages of a sender until none is left.
pub(super) async fn handle_all(core: Arc<Core>, sender: Box<str>) {
    while let Some(message) = core.messages.next(&sender) {
        handle(&core, message).await;
    }
}

async fn handle(core: &Arc<Core>, message: Message) {
    let setup = ChannelSetup {
        context: message.context.clone(),
        exten: message.exten().into(),
        ..ChannelSetup::default()
    };
    let origin = Origin { state: ChannelState::Up, seen: Seen::InEvents, ..Origin::default() };
    let position = Position::new(message.context.clone(), message.exten(), 1);
    let mut channel = Channel::new(core, TECHNOLOGY, NewLeg { leg: Box::new(MessageLeg), setup }, origin);
    channel.datastore.insert(message);
    let (done, ended) = oneshot::channel::<()>();
    channel.spawn(Box::new(move |channel| {
        Box::pin(async move {
            channel.execute(position).await;
            drop(done);
        })
    }));
    // Nothing is ever sent: the sender is gone when the dialplan has ended, also by a fault.
    let _ = ended.await;
}
