//! Text messages outside calls: MESSAGE (RFC 3428).

mod incoming;
mod redirect;
mod send;

pub(crate) use incoming::message_of;
pub(crate) use send::SipMessages;
