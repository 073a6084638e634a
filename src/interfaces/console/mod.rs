//! The console: a socket, the client that connects to it, and the commands.

pub mod client;
pub mod commands;
pub mod manual;
mod protocol;
mod server;
mod socket;

pub use protocol::Welcome;
pub use server::ConsoleServer;
pub use socket::{SOCKET_NAME, SocketError};
