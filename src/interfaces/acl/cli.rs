//! `acl show [name]`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::acl::AccessLists;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::usage::usage;

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "acl show [name]"
    }

    fn synopsis(&self) -> &'static str {
        "Show a named ACL or list all named ACLs"
    }

    fn description(&self) -> &'static str {
        "Shows a list of named ACLs or lists all entries in a given named ACL."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let lists = call.core.access_lists.load();
        match call.arguments() {
            [] => Ok(lists.names().fold("\nacl\n---\n".to_owned(), |text, name| text + name + "\n")),
            [name] => Ok(rules(&lists, name)),
            _ => Err(usage(self)),
        }
    }
}

fn rules(lists: &AccessLists, name: &str) -> String {
    let Some(list) = lists.get(name) else { return format!("\nCould not find ACL named '{name}'\n") };
    let mut text = format!("\nACL: {name}\n---------------------------------------------\n");
    for (at, (permits, network)) in list.rules().enumerate() {
        let word = if permits { "allow" } else { "deny" };
        let _ = writeln!(text, "{at:3}: {word} - {network}");
    }
    text
}
