//! Everything that is configured about the log now, swapped whole by a reload.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::channel::LogChannel;
use super::config::ChannelKind;
use super::filter::Format;
use super::level::{Level, Levels};
use super::look::Look;
use super::rotate::{Period, Rotation};

/// The configured log.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) look: Look,
    pub(super) channels: Vec<Arc<LogChannel>>,
    /// The names of `Level::Custom`, by their places.
    pub(super) custom: Vec<Arc<str>>,
    pub(super) rotation: Rotation,
    pub(super) exec_after_rotate: Option<Arc<str>>,
    pub(super) rotate_size: Option<u64>,
    pub(super) rotate_time: Option<Period>,
    /// How verbose the root console is; shared by all tables of a logger.
    pub(super) root: Arc<AtomicU8>,
}

impl Table {
    pub(super) fn root_verbose(&self) -> u8 {
        self.root.load(Ordering::Relaxed)
    }

    /// The channels that are files or syslog.
    fn written(&self) -> impl Iterator<Item = &Arc<LogChannel>> {
        self.channels.iter().filter(|channel| channel.config.kind != ChannelKind::Console)
    }

    /// What files and syslog take together.
    pub(super) fn written_levels(&self) -> Levels {
        self.written().fold(Levels::NONE, |levels, channel| levels.union(channel.config.filter.levels))
    }

    /// The highest verbosity that a file or syslog takes.
    pub(super) fn written_verbose(&self) -> u8 {
        let root = self.root_verbose();
        let wants = |channel: &Arc<LogChannel>| {
            let filter = channel.config.filter;
            filter.levels.contains(Level::Verbose).then(|| filter.verbose.unwrap_or(root))
        };
        self.written().filter_map(wants).max().unwrap_or(0)
    }

    /// What consoles are sent, and how it looks; nothing without a `console` line.
    pub(super) fn console(&self) -> (Levels, Format) {
        let console = self.channels.iter().find(|channel| channel.config.kind == ChannelKind::Console);
        console.map_or((Levels::NONE, Format::Default), |console| {
            (console.config.filter.levels, console.config.format)
        })
    }
}
