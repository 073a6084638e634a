//! What a caller may do with digits while it talks: transfer the other party, hang up.

mod blind_transfer;
mod conf;
mod module;

pub use conf::FeaturesConf;
pub use module::FeaturesModule;
