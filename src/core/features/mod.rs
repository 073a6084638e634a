//! What a caller may do with digits while it talks: transfer the other party, hang up.

mod attended_transfer;
mod blind_transfer;
mod conf;
mod external;
mod mapped;
mod module;
mod of_channel;
mod pickup;
mod replace;

pub use attended_transfer::{Stimulus, TransferEvent};
pub use conf::{FeaturesConf, is_code};
pub use external::{Blind, NotTransferred};
pub use mapped::MappedApp;
pub use module::FeaturesModule;
pub use of_channel::OwnFeatures;
