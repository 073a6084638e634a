//! What a caller may do with digits while it talks: transfer the other party, hang up.

mod attended_transfer;
mod blind_transfer;
mod conf;
mod mapped;
mod module;
mod of_channel;

pub use attended_transfer::{Stimulus, TransferEvent};
pub use conf::{FeaturesConf, is_code};
pub use mapped::MappedApp;
pub use module::FeaturesModule;
pub use of_channel::OwnFeatures;
