//! The stack's profile of an endpoint on a path, made once.

use std::collections::HashMap;
use std::sync::Arc;

use obelus_sip::TransportId;
use obelus_sip::digest::Credential;
use obelus_sip::session::{TimerMode, TimerPolicy};
use obelus_sip::ua::{Profile, Reliability};

use crate::config::{self, Auth, Endpoint, Global};
use crate::transport::Path;

/// The methods that are served in and out of dialogs.
pub(super) const ALLOW: &str =
    "OPTIONS, REGISTER, INVITE, ACK, BYE, CANCEL, UPDATE, PRACK, INFO, NOTIFY, MESSAGE, REFER";

/// The profiles that were made.
#[derive(Default)]
pub(super) struct Profiles {
    known: HashMap<(usize, TransportId, Role), Known>,
}

/// A profile, and the endpoint whose address is part of its key.
type Known = (Arc<Endpoint>, Arc<Profile>);

/// Whose Contact it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Role {
    /// Of who calls.
    Caller,
    /// Of who is called.
    Callee,
}

impl Profiles {
    /// The profile of an endpoint on a path.
    pub(super) fn find(
        &mut self,
        global: &Global,
        endpoint: &Arc<Endpoint>,
        path: &Path,
        role: Role,
    ) -> Arc<Profile> {
        // The endpoint is kept with its profile, so its address is nobody else's meanwhile.
        let key = (Arc::as_ptr(endpoint).addr(), path.id, role);
        let make = || (endpoint.clone(), Arc::new(profile(global, endpoint, path, role)));
        self.known.entry(key).or_insert_with(make).1.clone()
    }

    /// Forgets all of them.
    pub(super) fn clear(&mut self) {
        self.known.clear();
    }
}

fn profile(global: &Global, endpoint: &Endpoint, path: &Path, role: Role) -> Profile {
    let usual = match role {
        Role::Caller => &*global.default_from_user,
        Role::Callee => "",
    };
    let user = endpoint.identity.contact_user.as_deref().unwrap_or(usual);
    let session = &endpoint.session;
    Profile {
        contact: path.contact(user).into(),
        allow: ALLOW.into(),
        supported: "histinfo".into(),
        timer: TimerPolicy {
            mode: match session.timers {
                config::TimerMode::No => TimerMode::No,
                config::TimerMode::Yes => TimerMode::Yes,
                config::TimerMode::Required => TimerMode::Required,
                config::TimerMode::Always => TimerMode::Always,
            },
            interval: session.timers_interval,
            minimum: session.timers_minimum,
        },
        reliable: match session.reliability {
            config::Reliability::No => Reliability::No,
            config::Reliability::Yes => Reliability::Yes,
            config::Reliability::PeerSupported => Reliability::PeerSupported,
            config::Reliability::Required => Reliability::Required,
        },
        credentials: endpoint.outbound_auth.iter().map(|auth| credential(auth)).collect(),
        symmetric: session.rewrite_contact,
    }
}

/// What answers a challenge of an auth's realm, or of any.
pub(crate) fn credential(auth: &Auth) -> Credential {
    Credential {
        realm: Some(&*auth.realm).filter(|realm| !realm.is_empty() && *realm != "*").map(Box::from),
        username: auth.username.clone(),
        secret: auth.secret.clone(),
    }
}
