//! Whole calls over real loopback sockets, with scripted phones at the other end.

mod apps;
mod asked_transfer;
mod calls;
mod changes;
mod direct;
mod hangup;
mod house;
mod identity;
mod loss;
mod messages;
mod outbound;
mod outgoing;
mod overload;
mod phone;
mod registering;
mod replacing;
mod security;
mod streams;
mod transfers;

use house::House;
use phone::Phone;
