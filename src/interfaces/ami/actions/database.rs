//! `DBGet`, `DBGetTree`, `DBPut`, `DBDel` and `DBDelTree`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};

const READ: Classes = Classes::SYSTEM.with(Classes::REPORTING);

/// Family and key; without one the error is answered.
fn place(call: &mut ActionCall<'_>, full_stop: &str) -> Option<(String, String)> {
    let family = call.required("Family", &format!("No family specified{full_stop}"))?;
    let key = call.required("Key", &format!("No key specified{full_stop}"))?;
    Some((family, key))
}

pub(super) struct DbGet;

static GET: ActionInfo =
    super::info("DBGet", READ, "Get DB Entry.", &[("Family", "The family."), ("Key", "The key in it.")]);

#[async_trait]
impl Action for DbGet {
    fn info(&self) -> &'static ActionInfo {
        &GET
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some((family, key)) = place(&mut call, ".") else { return };
        match call.core.database.get(&family, &key).await {
            Ok(Some(value)) => {
                call.reply.list("Result will follow");
                let mut block = call.reply.event("DBGetResponse");
                block.put("Family", family).put("Key", key).put("Val", value).id();
                drop(block);
                call.reply.list_ends("DBGetComplete", 1);
            }
            Ok(None) | Err(_) => call.reply.error("Database entry not found"),
        }
    }
}

pub(super) struct DbGetTree;

static GET_TREE: ActionInfo = super::info(
    "DBGetTree",
    READ,
    "Get DB entries, optionally at a particular family/key.",
    &[("Family", "The family; everything by default."), ("Key", "The beginning of the keys in it.")],
);

#[async_trait]
impl Action for DbGetTree {
    fn info(&self) -> &'static ActionInfo {
        &GET_TREE
    }

    async fn run(&self, call: ActionCall<'_>) {
        let prefix = match (call.message.get("Family"), call.message.get("Key")) {
            (family, "") => family.to_owned(),
            (family, key) => format!("{family}/{key}"),
        };
        let Ok(entries) = call.core.database.entries(&prefix).await else {
            return call.reply.error("Unable to search database");
        };
        call.reply.list("Result will follow");
        for (key, value) in &entries {
            call.reply.event("DBGetTreeResponse").put("Key", key).put("Val", value).id();
        }
        call.reply.list_ends("DBGetTreeComplete", entries.len());
    }
}

pub(super) struct DbPut;

static PUT: ActionInfo = super::info(
    "DBPut",
    Classes::SYSTEM,
    "Put DB entry.",
    &[("Family", "The family."), ("Key", "The key in it."), ("Val", "The value.")],
);

#[async_trait]
impl Action for DbPut {
    fn info(&self) -> &'static ActionInfo {
        &PUT
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some((family, key)) = place(&mut call, "") else { return };
        match call.core.database.put(&family, &key, call.message.get("Val")).await {
            Ok(()) => call.reply.ack("Updated database successfully"),
            Err(_) => call.reply.error("Failed to update entry"),
        }
    }
}

pub(super) struct DbDel;

static DEL: ActionInfo = super::info(
    "DBDel",
    Classes::SYSTEM,
    "Delete DB entry.",
    &[("Family", "The family."), ("Key", "The key in it.")],
);

#[async_trait]
impl Action for DbDel {
    fn info(&self) -> &'static ActionInfo {
        &DEL
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some((family, key)) = place(&mut call, ".") else { return };
        match call.core.database.delete(&family, &key).await {
            Ok(true) => call.reply.ack("Key deleted successfully"),
            Ok(false) | Err(_) => call.reply.error("Database entry could not be deleted"),
        }
    }
}

pub(super) struct DbDelTree;

static DEL_TREE: ActionInfo = super::info(
    "DBDelTree",
    Classes::SYSTEM,
    "Delete DB Tree.",
    &[("Family", "The family."), ("Key", "The beginning of the keys; the whole family by default.")],
);

#[async_trait]
impl Action for DbDelTree {
    fn info(&self) -> &'static ActionInfo {
        &DEL_TREE
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(family) = call.required("Family", "No family specified.") else { return };
        let prefix = match call.message.get("Key") {
            "" => family,
            key => format!("{family}/{key}"),
        };
        match call.core.database.delete_tree(&prefix).await {
            Err(_) => call.reply.error("Database unavailable"),
            Ok(0) => call.reply.error("Database entry not found"),
            Ok(_) => call.reply.ack("Key tree deleted successfully"),
        }
    }
}
