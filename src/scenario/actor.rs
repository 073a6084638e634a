//! A leg whose far end follows its acts.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cause::Cause;
use obelus_core::channel_tech::{Call, CallError, Ended, Leg, LegCommand, LegEvent};
use obelus_core::engine::testing::FakePort;
use obelus_core::engine::{Port, PortHandle, RtpOptions};
use obelus_core::media::Codec;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::sleep;

use crate::acts::Act;
use crate::log::Log;

/// How long a digit is pressed, and the pause behind it.
const DIGIT: Duration = Duration::from_millis(100);

/// Acts that have happened and that the channel has not looked at.
const PENDING: usize = 64;

pub(crate) struct ScriptedLeg {
    name: String,
    port: Port,
    inbox: mpsc::Receiver<LegEvent>,
    outbox: mpsc::Sender<LegEvent>,
    acts: Vec<Act>,
    log: Arc<Log>,
    acting: Option<JoinHandle<()>>,
}

impl ScriptedLeg {
    /// A leg whose far end begins to act when it is called.
    pub(crate) fn new(
        core: &Core,
        name: String,
        acts: Vec<Act>,
        log: Arc<Log>,
    ) -> Result<ScriptedLeg, CallError> {
        let port = core.engine.open_rtp(RtpOptions::new([127, 0, 0, 1].into()));
        let port =
            port.map_err(|error| CallError::new(Cause::NORMAL_CIRCUIT_CONGESTION, error.to_string()))?;
        let (outbox, inbox) = mpsc::channel(PENDING);
        Ok(ScriptedLeg { name, port, inbox, outbox, acts, log, acting: None })
    }

    /// Begins to act at once, as the far end that calls.
    pub(crate) fn begin(&mut self) {
        let actor = Actor {
            name: self.name.clone(),
            port: self.port.handle().clone(),
            outbox: self.outbox.clone(),
            log: self.log.clone(),
        };
        let acts = std::mem::take(&mut self.acts);
        self.acting = Some(tokio::spawn(actor.perform(acts)));
    }
}

impl Drop for ScriptedLeg {
    fn drop(&mut self) {
        if let Some(acting) = &self.acting {
            acting.abort();
        }
    }
}

#[async_trait]
impl Leg for ScriptedLeg {
    fn name(&self) -> &str {
        &self.name
    }

    async fn call(&mut self, _call: Call<'_>) -> Result<(), CallError> {
        self.begin();
        Ok(())
    }

    async fn handle(&mut self, _command: LegCommand) -> Result<(), CallError> {
        Ok(())
    }

    async fn next_event(&mut self) -> Option<LegEvent> {
        self.inbox.recv().await
    }

    fn media(&self) -> Option<&PortHandle> {
        Some(self.port.handle())
    }

    fn codec(&self) -> Option<Codec> {
        Some(Codec::Ulaw)
    }

    fn codecs(&self) -> Vec<Codec> {
        vec![Codec::Ulaw, Codec::Alaw]
    }
}

struct Actor {
    name: String,
    port: PortHandle,
    outbox: mpsc::Sender<LegEvent>,
    log: Arc<Log>,
}

impl Actor {
    async fn perform(self, acts: Vec<Act>) {
        let mut heard = 0;
        for act in acts {
            match act {
                Act::Rings(time) => {
                    self.does(LegEvent::Ringing).await;
                    sleep(time).await;
                }
                Act::Waits(time) => sleep(time).await,
                Act::Progress => self.does(LegEvent::Progress).await,
                Act::Answers => self.does(LegEvent::Answered).await,
                Act::Hears(prompt) => heard = self.log.hears(&self.name, &prompt, heard).await,
                Act::Presses(digits) => self.presses(&digits).await,
                Act::Holds(on) => self.does(LegEvent::Hold(on)).await,
                Act::Ends(cause) | Act::Absent(cause) => {
                    self.does(LegEvent::Hangup(Ended::with(cause))).await
                }
            }
        }
        // The call stays until the other side ends it.
        std::future::pending::<()>().await;
    }

    async fn does(&self, event: LegEvent) {
        // A channel that is gone does not care.
        let _ = self.outbox.send(event).await;
    }

    async fn presses(&self, digits: &str) {
        for digit in digits.chars() {
            if let Some(port) = FakePort::of(&self.port) {
                port.press(digit, DIGIT);
            }
            sleep(DIGIT * 2).await;
        }
    }
}
