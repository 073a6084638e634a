//! What is mounted, and how a request finds it.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::ArcSwap;
use hyper::StatusCode;
use hyper::header::LOCATION;
use obelus_core::acl::AccessLists;

use crate::config::Config;
use crate::request::decode;
use crate::{Answer, Handler, Request};

/// Everything that is served.
#[derive(Default)]
pub struct Site {
    pub(crate) config: ArcSwap<Config>,
    mounts: Mutex<Vec<Mount>>,
}

/// A handler and the name below which it serves.
#[derive(Clone)]
pub(crate) struct Mount {
    pub(crate) name: &'static str,
    pub(crate) handler: Arc<dyn Handler>,
}

impl Site {
    fn lock(&self) -> MutexGuard<'_, Vec<Mount>> {
        self.mounts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is mounted, the latest first, as Asterisk lists it.
    pub(crate) fn mounts(&self) -> Vec<Mount> {
        self.lock().iter().rev().cloned().collect()
    }

    /// Serves what begins with `/name`; a handler that has the name already goes.
    pub fn mount(&self, name: &'static str, handler: Arc<dyn Handler>) {
        let mut mounts = self.lock();
        mounts.retain(|mount| mount.name != name);
        mounts.push(Mount { name, handler });
    }

    /// Serves it no longer; requests that are under way are answered.
    pub fn unmount(&self, name: &str) {
        self.lock().retain(|mount| mount.name != name);
    }

    /// The word before every address, with its slash; empty for none.
    pub fn prefix(&self) -> String {
        self.config.load().prefix.clone()
    }

    /// Answers a request.
    pub(crate) async fn serve(&self, lists: &AccessLists, mut request: Request) -> Answer {
        let config = self.config.load_full();
        if !config.permits(lists, &request.path, request.remote.ip()) {
            return Answer::forbidden("Forbidden", "Access denied by ACL");
        }
        if let Some((_, to)) = config.redirects.iter().find(|(from, _)| *from == request.path) {
            return Answer::of(StatusCode::FOUND, "Moved Temporarily").with(LOCATION, to);
        }
        let Some((mount, below)) = self.find(&config.prefix, &request.path) else {
            return Answer::not_found();
        };
        request.below = decode(&below);
        mount.handler.serve(request).await
    }

    /// The handler of a path, and what follows its name.
    fn find(&self, prefix: &str, path: &str) -> Option<(Mount, String)> {
        let behind = strip(path, prefix)?.strip_prefix('/')?;
        let fits = |mount: &Mount| {
            let rest = strip(behind, mount.name)?;
            let below = match rest {
                "" => "",
                rest => rest.strip_prefix('/')?,
            };
            (below.is_empty() || mount.handler.has_subtree()).then(|| (mount.clone(), below.to_owned()))
        };
        self.lock().iter().find_map(fits)
    }
}

/// What follows a beginning in any case.
fn strip<'a>(text: &'a str, beginning: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(beginning.len())?;
    start.eq_ignore_ascii_case(beginning).then_some(rest)
}

impl Config {
    /// Whether no restriction of a path that this one begins with denies the address.
    fn permits(&self, lists: &AccessLists, path: &str, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let mut concerned = self.restrictions.iter().filter(|restriction| is_below(path, &restriction.path));
        concerned.all(|restriction| {
            restriction.access.permits(address) && lists.permit(&restriction.lists, address)
        })
    }
}

/// Case and escapes do not get anybody past a restriction.
fn is_below(path: &str, restricted: &str) -> bool {
    strip(&decode(path), restricted).is_some()
}
