//! Transactions (RFC 3261 17, RFC 6026): four state machines as values, and the tables that hold them.
//!
//! A machine is told what happened (`handle_*`), then asked what to do (`poll`) until it has no more to say,
//! and when it wants to be woken (`next_timeout`).

mod client_table;
mod derived;
mod invite_client;
mod invite_server;
mod key;
mod non_invite_client;
mod non_invite_server;
mod output;
mod server_table;
mod timing;

pub(crate) use client_table::{Client, ClientTable, NewClient};
pub(crate) use derived::{ack_for_failure, cancel_for, own_request};
pub use invite_client::InviteClient;
pub use invite_server::InviteServer;
pub(crate) use key::Keys;
pub use non_invite_client::NonInviteClient;
pub use non_invite_server::NonInviteServer;
pub use output::Output;
pub(crate) use server_table::{NewServer, Server, ServerTable};
pub use timing::Timing;

crate::arena::id! {
    /// A request that came and can be answered.
    ServerId
}

crate::arena::id! {
    /// A client transaction; the stack's user sees requests instead, which may need several.
    ClientId
}
