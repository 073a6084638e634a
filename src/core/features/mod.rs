//! What a caller may do with digits while it talks: transfer the other party, hang up.

mod blind_transfer;
mod conf;
mod module;
mod of_channel;

pub use conf::{FeaturesConf, is_code};
pub use module::FeaturesModule;
pub use of_channel::OwnFeatures;
