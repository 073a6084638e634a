//! `Output`: what a transaction asks its owner to do.

/// One thing to do; a machine's `poll` gives them in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Output {
    /// Send the stored message: a client's request, a server's last response.
    Send,
    /// Send an ACK for the failure response that was just handled.
    Acknowledge,
    /// Send 100 Trying.
    Trying,
    /// Give the message that was just handled to the user.
    Deliver,
    /// Tell the user that nobody answered (Timers B, F) or that the ACK did not come (Timer H).
    TimedOut,
    /// Tell the user that the transport failed.
    TransportFailed,
}

const ALL: [Output; 6] = [
    Output::Send,
    Output::Acknowledge,
    Output::Trying,
    Output::Deliver,
    Output::TimedOut,
    Output::TransportFailed,
];

/// The things that are still to be done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outputs(u8);

impl Outputs {
    pub(super) fn add(&mut self, output: Output) {
        self.0 |= 1 << output as u8;
    }

    pub(super) fn take(&mut self) -> Option<Output> {
        let output = ALL.into_iter().find(|&output| self.0 & 1 << output as u8 != 0)?;
        self.0 &= !(1 << output as u8);
        Some(output)
    }
}

/// When to send again, and how long the wait was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Resend {
    pub(super) at: std::time::Instant,
    pub(super) wait: std::time::Duration,
}

impl Resend {
    /// `None` on reliable transports, which send nothing twice.
    pub(super) fn after(wait: std::time::Duration, now: std::time::Instant, reliable: bool) -> Option<Self> {
        (!reliable).then_some(Self { at: now + wait, wait })
    }
}

/// Test machinery shared by the four machines.
#[cfg(test)]
pub(super) mod script {
    use super::Output;
    use std::time::{Duration, Instant};

    /// Any instant will do: the machines only compare and add.
    #[allow(clippy::disallowed_methods, reason = "a test needs some instant to start from")]
    pub(crate) fn start() -> Instant {
        Instant::now()
    }

    /// Drains a machine.
    pub(crate) fn drain(mut poll: impl FnMut() -> Option<Output>) -> Vec<Output> {
        std::iter::from_fn(&mut poll).collect()
    }

    /// Milliseconds after `start` at which a machine does something, until it wants no more time-outs.
    pub(crate) fn run<M>(
        machine: &mut M,
        start: Instant,
        next: impl Fn(&M) -> Option<Instant>,
        mut wake: impl FnMut(&mut M, Instant) -> Vec<Output>,
    ) -> Vec<(u64, Vec<Output>)> {
        let mut happened = Vec::new();
        while let Some(at) = next(machine) {
            assert!(at - start < Duration::from_secs(3600), "it never ends");
            let outputs = wake(machine, at);
            happened.push(((at - start).as_millis() as u64, outputs));
        }
        happened
    }
}
