//! AGI: programs and servers that run a call by commands, one line each.
//!
//! A [`Session`](session::Session) reads lines, finds the command in [`commands::ALL`] and answers; it does not know
//! whether a process or a socket is behind its [`Connection`](connection::Connection).

mod action;
mod app;
mod async_queue;
mod async_session;
mod audio;
mod cli;
mod commands;
mod config;
mod connection;
mod environment;
mod module;
mod network;
mod playing;
mod process;
mod session;
#[cfg(test)]
mod stories;
mod target;
mod words;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use arc_swap::ArcSwap;
use obelus_core::files::ConfigFolder;
use obelus_core::registry::Registry;

use config::AgiConf;

/// What all sessions share.
#[derive(Default)]
struct Agi {
    conf: ArcSwap<AgiConf>,
    /// `agi set debug on`.
    debug: AtomicBool,
    running: AtomicUsize,
    queues: async_queue::Queues,
    services: network::Services,
}

impl Agi {
    fn running(&self) -> usize {
        self.running.load(Ordering::Relaxed)
    }

    /// Takes one of the places for programs; `None` when all are taken.
    fn enter(self: &Arc<Self>) -> Option<Place> {
        let most = self.conf.load().most;
        let enter = |running| (running < most).then_some(running + 1);
        self.running.fetch_update(Ordering::Relaxed, Ordering::Relaxed, enter).ok()?;
        Some(Place(self.clone()))
    }
}

/// A program's place among those that may run.
struct Place(Arc<Agi>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.running.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Enters the applications, the module and its commands.
pub fn register(folder: &ConfigFolder, registry: &mut Registry) {
    let agi = Arc::new(Agi::default());
    registry.add_app(app::RunAgi { agi: agi.clone(), enhanced: false });
    registry.add_app(app::RunAgi { agi: agi.clone(), enhanced: true });
    registry.add_action(action::AddCommand(agi.clone()));
    cli::register(&agi, registry);
    registry.add_module(Arc::new(module::AgiModule { agi, folder: folder.clone() }));
}
