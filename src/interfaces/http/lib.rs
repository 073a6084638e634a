//! The HTTP server of http.conf: one place that listens, in which other rooms mount what they serve.
//!
//! It knows HTTP/1.1 with its limits on connections, headers, bodies and idle time, TLS, the prefix, redirections and
//! path restrictions. Who may do what is the business of the [`Handler`]s.

mod answer;
mod cli;
mod config;
mod handler;
mod idle;
mod listen;
mod module;
mod request;
mod server;
mod site;
mod status;
#[cfg(test)]
mod stories;
pub mod tls;

use std::sync::Arc;

use obelus_core::Core;
use obelus_core::files::ConfigFolder;
use obelus_core::registry::Registry;

pub use answer::Answer;
pub use handler::Handler;
pub use hyper::{Method, StatusCode, header};
pub use listen::listen;
pub use request::{Parameters, Request, parameters};
pub use site::Site;

/// Enters the module and its command; what it gives back is what others mount their handlers in.
pub fn register(core: &Arc<Core>, folder: &ConfigFolder, registry: &mut Registry) -> Arc<Site> {
    let site = Arc::new(Site::default());
    cli::register(&site, registry);
    registry.add_module(Arc::new(module::HttpModule::new(core, folder, &site)));
    site
}
