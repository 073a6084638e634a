//! `Counters`: what came, what was refused and what was lost, for people who look at a busy system.

use std::sync::atomic::{AtomicU64, Ordering};

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        /// Numbers since the start; they only grow.
        #[derive(Debug, Default)]
        pub struct Counters {
            $($(#[$doc])* pub $name: Counter,)*
        }

        impl Counters {
            /// All of them by name.
            pub fn list(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($name), self.$name.get()),)*]
            }
        }
    };
}

counters! {
    /// Datagrams and framed messages that came.
    received;
    /// Messages that were sent.
    sent;
    /// Datagrams that cannot be SIP.
    junk;
    /// Empty lines that keep NAT bindings and connections open.
    keep_alives;
    /// Requests refused with 503 before they were looked at, because a worker is busy.
    refused_early;
    /// Messages dropped because a worker is busy.
    dropped;
    /// Datagrams that the system did not take.
    unsent;
    /// Connections refused because there are too many.
    connections_refused;
    /// Connections closed because of what they carried or did not carry.
    connections_broken;
    /// Requests that were challenged.
    challenged;
    /// Requests whose sender failed to prove who it is.
    failed_authentication;
    /// Requests that an access list forbids.
    forbidden;
    /// REGISTER that was accepted.
    registrations;
    /// Incoming calls that became channels.
    incoming_calls;
    /// Calls that we made.
    outgoing_calls;
    /// Incoming calls refused because the PBX takes no more.
    calls_not_admitted;
    /// Incoming calls to extensions that do not exist.
    unknown_extensions;
    /// Calls refused because no codec fits.
    not_acceptable;
    /// Events that a channel did not take in time.
    events_lost;
}

/// One number.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn count(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// So many more.
    pub fn add(&self, number: u64) {
        self.0.fetch_add(number, Ordering::Relaxed);
    }

    /// The number now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
