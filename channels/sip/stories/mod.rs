//! Whole calls over real loopback sockets, with scripted phones at the other end.

mod apps;
mod calls;
mod changes;
mod house;
mod loss;
mod outgoing;
mod messages;
mod outbound;
mod overload;
mod phone;
mod registering;
mod streams;

use house::House;
use phone::Phone;
