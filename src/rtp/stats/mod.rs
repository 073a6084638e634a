//! What is counted about a stream: reception, sending, reports, and the numbers that Asterisk shows.

mod receiver;
mod sender;
mod session;
mod spread;
mod summary;

pub use receiver::{Arrival, Receiver};
pub use sender::Sender;
pub use session::{ReceivedReport, Report, Session};
pub use spread::Spread;
pub use summary::{Quality, Statistics, Value, media_experience_score};
