//! The environment that programs started by the PBX get: the daemon's own with what the dialplan has changed.
//!
//! The process's environment itself is never changed, since other threads may read it at that moment.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::sync::{PoisonError, RwLock};

/// The changes; `None` is a variable that was taken away.
#[derive(Debug, Default)]
pub struct Environment(RwLock<BTreeMap<String, Option<String>>>);

impl Environment {
    /// The value of a variable.
    pub fn get(&self, name: &str) -> Option<String> {
        let changed = self.0.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned();
        let inherited = || match name.is_empty() || name.contains(['=', '\0']) {
            true => None,
            false => std::env::var_os(name).map(|value| value.to_string_lossy().into_owned()),
        };
        changed.unwrap_or_else(inherited)
    }

    /// Sets a variable for the programs that are started from now on, or takes it away.
    pub fn set(&self, name: &str, value: Option<&str>) {
        let value = value.map(str::to_owned);
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value);
    }

    /// Gives a program this environment: every program that the PBX starts passes here.
    pub fn prepare(&self, command: &mut tokio::process::Command) {
        for (name, value) in self.0.read().unwrap_or_else(PoisonError::into_inner).iter() {
            match value {
                Some(value) => command.env(OsStr::new(name), OsStr::new(value)),
                None => command.env_remove(name),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_program_sees_the_changes_and_the_daemon_does_not() {
        let environment = Environment::default();
        assert!(environment.get("PATH").is_some());
        environment.set("OBELUS_TEST_COLOUR", Some("blue"));
        environment.set("HOME", None);
        assert_eq!(environment.get("OBELUS_TEST_COLOUR").as_deref(), Some("blue"));
        assert_eq!(environment.get("HOME"), None);
        let mut command = tokio::process::Command::new("sh");
        command.args(["-c", "echo $OBELUS_TEST_COLOUR,$HOME"]);
        environment.prepare(&mut command);
        assert_eq!(command.output().await.unwrap().stdout, b"blue,\n");
        assert!(std::env::var_os("OBELUS_TEST_COLOUR").is_none());
    }
}
