//! `manager show users` and `manager show user`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::usage;
use crate::ami::Ami;

pub(super) struct ShowUsers(pub(super) Arc<Ami>);

#[async_trait]
impl CliCommand for ShowUsers {
    fn syntax(&self) -> &'static str {
        "manager show users"
    }

    fn synopsis(&self) -> &'static str {
        "List configured manager users"
    }

    async fn run(&self, _call: CliCall<'_>) -> Result<String, CliError> {
        let config = self.0.config.load();
        if config.users.is_empty() {
            return Ok("There are no manager users.\n".to_owned());
        }
        let mut text = "\nusername\n--------\n".to_owned();
        config.users.iter().for_each(|user| text.push_str(&format!("{}\n", user.name)));
        let _ = write!(text, "-------------------\n{} manager users configured.\n", config.users.len());
        Ok(text)
    }
}

pub(super) struct ShowUser(pub(super) Arc<Ami>);

#[async_trait]
impl CliCommand for ShowUser {
    fn syntax(&self) -> &'static str {
        "manager show user <user>"
    }

    fn synopsis(&self) -> &'static str {
        "Display information on a specific manager user"
    }

    fn complete(&self, _core: &Core, _words: &[&str]) -> Vec<String> {
        self.0.config.load().users.iter().map(|user| user.name.to_string()).collect()
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let config = self.0.config.load();
        let Some(user) = config.user(name) else {
            return Ok(format!("There is no manager called {name}\n"));
        };
        let yes_no = |flag: bool| if flag { "yes" } else { "no" };
        let mut text = format!(
            "\n          username: {}\n            secret: {}\n               ACL: {}\n         read perm: {}\n        \
             write perm: {}\n   displayconnects: {}\nallowmultiplelogin: {}\n         Variables: \n",
            user.name,
            if user.secret.is_some() { "<Set>" } else { "(N/A)" },
            yes_no(!user.access.is_empty()),
            user.read.named(),
            user.write.named(),
            yes_no(user.display_connects),
            yes_no(user.allow_multiple_login),
        );
        for (name, value) in user.variables.iter() {
            let _ = writeln!(text, "                 {name} = {value}");
        }
        for (number, (permits, network)) in user.access.rules().enumerate() {
            let word = if permits { "allow" } else { "deny" };
            let _ = writeln!(text, "{number:3}: {word} - {network}");
        }
        Ok(text)
    }
}
