//! One call under way to somebody else.

use std::borrow::Cow;
use std::sync::Arc;

use obelus_engine::PortHandle;
use tokio::time::Instant;

use crate::Core;
use crate::cause::Cause;
use crate::channel::{BoxFuture, Channel, ChannelHandle, Unreachable};
use crate::dial::{Caller, publish, who};
use crate::events::{Event, EventKind};

/// A channel that is being rung, or that answered and waits to be told what becomes of it.
///
/// Dropping it hangs the channel up.
pub struct Outgoing {
    core: Arc<Core>,
    /// The rung channel.
    pub handle: ChannelHandle,
    /// Its audio.
    pub port: Option<PortHandle>,
    /// What stands behind the technology in the dial string.
    pub dial_string: Arc<str>,
    /// When it was called.
    pub called: Instant,
    caller: Option<ChannelHandle>,
    ringing: bool,
    released: bool,
}

impl Outgoing {
    /// Starts the channel's task, which calls and then waits.
    pub(super) fn start(channel: Channel, caller: &Caller, dial_string: Arc<str>) -> Outgoing {
        let core = channel.core().clone();
        let port = channel.media().cloned();
        let Caller { channel: ringer, timeout, predial, .. } = caller.clone();
        let begins = {
            let (core, rung, address) = (core.clone(), channel.handle().clone(), dial_string.clone());
            move || {
                publish(&core, EventKind::DialBegin, || Event::DialBegin {
                    channel: ringer.as_ref().map(who),
                    destination: who(&rung),
                    dial_string: address,
                });
            }
        };
        // Told here, many are told of in the order in which they are rung; only a subroutine comes before it.
        let begins_later = if predial.is_some() {
            Some(begins)
        } else {
            begins();
            None
        };
        let handle = channel.spawn(Box::new(move |channel| {
            Box::pin(async move {
                if let Some(predial) = predial {
                    let _ = channel.subroutine(&predial).await;
                }
                if let Some(begins) = begins_later {
                    begins();
                }
                match channel.call(timeout).await {
                    Ok(()) => channel.idle().await,
                    Err(error) => channel.call_failed(&error),
                }
            })
        }));
        let caller = caller.channel.clone();
        Outgoing {
            core,
            handle,
            port,
            dial_string,
            called: Instant::now(),
            caller,
            ringing: true,
            released: false,
        }
    }

    /// Whether it has neither answered nor ended.
    pub fn is_ringing(&self) -> bool {
        self.ringing
    }

    pub(super) fn publish_state(&self, status: &'static str) {
        publish(&self.core, EventKind::DialState, || Event::DialState {
            channel: self.caller.as_ref().map(who),
            destination: who(&self.handle),
            status,
        });
    }

    /// What has become of a call whose answer was not told yet: see [`super::Dialing::take_undecided`].
    pub fn decided(&mut self, status: impl Into<Cow<'static, str>>) {
        self.end(status, None);
    }

    /// Ringing is over.
    pub(super) fn end(&mut self, status: impl Into<Cow<'static, str>>, forward: Option<Arc<str>>) {
        if !std::mem::replace(&mut self.ringing, false) {
            return;
        }
        publish(&self.core, EventKind::DialEnd, || Event::DialEnd {
            channel: self.caller.as_ref().map(who),
            destination: who(&self.handle),
            status: status.into(),
            forward,
        });
    }

    pub(super) fn cancel(&mut self, cause: Cause, status: &'static str) {
        if self.ringing {
            self.handle.hangup(cause);
        }
        self.end(status, None);
    }

    /// Lets the channel go on by itself: it does `work` and then hangs up.
    pub fn release<F>(mut self, work: F) -> Result<(), Unreachable>
    where
        F: for<'a> FnOnce(&'a mut Channel) -> BoxFuture<'a, ()> + Send + Sync + 'static,
    {
        self.released = true;
        self.handle.then(work)
    }
}

impl Drop for Outgoing {
    fn drop(&mut self) {
        if !self.released {
            self.cancel(Cause::NORMAL_CLEARING, "CANCEL");
            self.handle.hangup(Cause::NORMAL_CLEARING);
        }
    }
}
