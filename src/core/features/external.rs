//! Transfers that a technology or a program asks for.

use std::sync::Arc;

use super::attended_transfer::{Parties, publish_to};
use crate::Core;
use crate::bridge::Bridge;
use crate::cause::Cause;
use crate::channel::{ChannelCommand, ChannelHandle, Position};
use crate::channel_tech::LegCommand;
use crate::events::{Event, EventKind, TransferredTo};

/// A blind transfer.
#[derive(Clone, Debug)]
pub struct Blind {
    /// Where to.
    pub target: Position,
    /// It is the transferer's technology that asks (SIP's REFER).
    pub external: bool,
    /// What the transferred channel is given.
    pub variables: Vec<(&'static str, String)>,
}

/// Why a transfer came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTransferred {
    /// The transferer talks to nobody, or cannot be transferred now.
    #[error("there is nobody to be transferred")]
    Invalid,
    /// Somebody was gone before it was done.
    #[error("a party of the transfer is gone")]
    Failed,
}

impl Core {
    /// Sends the party that `transferer` talks to elsewhere; returns its channel.
    ///
    /// # Errors
    /// The transferer talks to nobody, or the party is gone.
    pub fn transfer_blind(
        &self,
        transferer: &ChannelHandle,
        blind: Blind,
    ) -> Result<ChannelHandle, NotTransferred> {
        let bridge = self.bridge_of(transferer).ok_or(NotTransferred::Invalid)?;
        let other = bridge.other(transferer).ok_or(NotTransferred::Invalid)?;
        let event = || Event::BlindTransfer {
            transferer: Arc::new(transferer.snapshot()),
            transferee: Some(Arc::new(other.snapshot())),
            bridge: Some(Arc::new(bridge.snapshot())),
            target: blind.target.clone(),
            external: blind.external,
        };
        self.events.publish(EventKind::BlindTransfer, || self.clock.now(), event);
        let name = transferer.name().clone();
        match super::blind_transfer::transfer(&other, name, blind.target, blind.variables) {
            true => Ok(other),
            false => Err(NotTransferred::Failed),
        }
    }

    /// Puts the parties of two calls of one telephone together: whom `first` talks to and whom `second` talks to.
    ///
    /// Where one of the two is in no bridge, the other's party takes its place in what it does.
    ///
    /// # Errors
    /// Neither talks to anybody, both are in the same bridge or in another transfer, or a party is gone.
    pub async fn transfer_attended(
        &self,
        first: &ChannelHandle,
        second: &ChannelHandle,
    ) -> Result<(), NotTransferred> {
        let bridges = [self.bridge_of(first), self.bridge_of(second)];
        let party = |bridge: &Option<Bridge>, of| bridge.as_ref().and_then(|bridge| bridge.other(of));
        let parties = Parties {
            transferers: [first.clone(), second.clone()],
            transferee: party(&bridges[0], first),
            target: party(&bridges[1], second),
            bridges,
            external: true,
        };
        let done = match &parties.bridges {
            [Some(old), Some(new)] => self.join_parties(&parties, old, new),
            [Some(bridge), None] => self.take_place(&parties, bridge, first, second),
            [None, Some(bridge)] => self.take_place(&parties, bridge, second, first),
            [None, None] => Err(NotTransferred::Invalid),
        };
        if done.is_err() {
            publish_to(self, &parties, TransferredTo::Nobody);
        }
        done
    }

    fn bridge_of(&self, channel: &ChannelHandle) -> Option<Bridge> {
        let id = channel.facts().bridge.clone();
        self.bridges.find(&id?)
    }

    /// Both transferers are in bridges: the transferee goes to that of the target.
    fn join_parties(&self, parties: &Parties, old: &Bridge, new: &Bridge) -> Result<(), NotTransferred> {
        let (Some(transferee), Some(target)) = (&parties.transferee, &parties.target) else {
            return Err(NotTransferred::Invalid);
        };
        let [first, second] = &parties.transferers;
        if old.id() == new.id() || !old.has_two() || !new.has_two() {
            return Err(NotTransferred::Invalid);
        }
        note_transfer(transferee, first);
        for party in [transferee, target] {
            let _ = party.show(LegCommand::Hold(false));
        }
        play_courtesy(target, second, first);
        publish_to(self, parties, TransferredTo::Bridge(new.id().clone()));
        old.send_to(transferee, new.seat_for(transferee), Some(target));
        new.send_out(second);
        old.send_out(first);
        second.hangup(Cause::NORMAL_CLEARING);
        Ok(())
    }

    /// The party of `bridged` becomes the far end of `alone`, which goes on with what it does.
    fn take_place(
        &self,
        parties: &Parties,
        bridge: &Bridge,
        bridged: &ChannelHandle,
        alone: &ChannelHandle,
    ) -> Result<(), NotTransferred> {
        let party = bridge.other(bridged).filter(|_| bridge.has_two()).ok_or(NotTransferred::Invalid)?;
        let application = alone.facts().application.clone();
        let application = if application.is_empty() { "unknown".into() } else { application };
        note_transfer(&party, &parties.transferers[0]);
        let place = alone.clone();
        let sent = party.then(move |party| {
            Box::pin(async move {
                party.show(LegCommand::Hold(false)).await;
                if let Err(error) = party.give_far_end(&place, Cause::NORMAL_CLEARING).await {
                    tracing::info!(channel = %party.name(), %error, "the transfer came too late");
                }
            })
        });
        sent.map_err(|_| NotTransferred::Failed)?;
        publish_to(self, parties, TransferredTo::Application(application));
        Ok(())
    }
}

/// A party may look up by whom it was transferred.
fn note_transfer(party: &ChannelHandle, transferer: &ChannelHandle) {
    let name = transferer.name().clone();
    let note = ChannelCommand::Run(Box::new(move |channel| {
        Box::pin(async move {
            channel.set_variable("ATTENDEDTRANSFER", name);
            channel.set_variable("BLINDTRANSFER", "");
        })
    }));
    let _ = party.send(note);
}

/// `ATTENDED_TRANSFER_COMPLETE_SOUND` of either transferer is played to the target.
fn play_courtesy(target: &ChannelHandle, second: &ChannelHandle, first: &ChannelHandle) {
    let (target, transferers) = (target.clone(), [second.clone(), first.clone()]);
    tokio::spawn(async move {
        for transferer in transferers {
            let sound = transferer
                .run(|channel| Box::pin(async { channel.variable("ATTENDED_TRANSFER_COMPLETE_SOUND") }))
                .await;
            if let Ok(Some(sound)) = sound
                && !sound.is_empty()
            {
                let play = ChannelCommand::Run(Box::new(move |channel| {
                    Box::pin(async move { channel.play_over(&sound).await })
                }));
                let _ = target.send(play);
                return;
            }
        }
    });
}
