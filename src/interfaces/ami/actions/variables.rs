//! `Getvar` and `Setvar`: variables and functions, of a channel or global.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_core::channel::ChannelHandle;

pub(super) struct Getvar;

static GET: ActionInfo = super::info(
    "Getvar",
    Classes::CALL.with(Classes::REPORTING),
    "Gets a channel variable or function value.",
    &[
        ("Channel", "The channel; without it the variable is a global one."),
        ("Variable", "A variable's name, or a function with its arguments."),
    ],
);

/// The channel that is named, or none; an error has been answered if it is not there.
fn named(call: &mut ActionCall<'_>) -> Result<Option<ChannelHandle>, ()> {
    match call.message.get("Channel") {
        "" => Ok(None),
        name => match call.core.channels.find(name) {
            Some(channel) => Ok(Some(channel)),
            None => {
                call.reply.error("No such channel");
                Err(())
            }
        },
    }
}

#[async_trait]
impl Action for Getvar {
    fn info(&self) -> &'static ActionInfo {
        &GET
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(name) = call.required("Variable", "No variable specified") else { return };
        if call.core.may_evaluate(&name, call.asker.may(Classes::SYSTEM)).is_err() {
            return call.reply.error("GetVar Access Forbidden: Variable");
        }
        let Ok(channel) = named(&mut call) else { return };
        let read = name.clone();
        let value = match channel {
            Some(channel) => {
                let value =
                    channel.run(move |channel| Box::pin(async move { channel.read(&read).await })).await;
                match value {
                    Ok(value) => value,
                    Err(_) => return call.reply.error("No such channel"),
                }
            }
            None => call.core.channel_apart().read(&read).await,
        };
        let value = value.ok().flatten().unwrap_or_default();
        call.reply.success().put("Variable", name).put("Value", value);
    }
}

pub(super) struct Setvar;

static SET: ActionInfo = super::info(
    "Setvar",
    Classes::CALL,
    "Sets a channel variable or function value.",
    &[
        ("Channel", "The channel; without it the variable is a global one."),
        ("Variable", "A variable's name, or a function with its arguments."),
        ("Value", "The value."),
    ],
);

#[async_trait]
impl Action for Setvar {
    fn info(&self) -> &'static ActionInfo {
        &SET
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let Some(name) = call.required("Variable", "No variable specified") else { return };
        let value = call.message.get("Value").to_owned();
        let Ok(channel) = named(&mut call) else { return };
        if call.core.may_evaluate(&name, call.asker.may(Classes::SYSTEM)).is_err() {
            return call.reply.error("Variable not set");
        }
        let set = match channel {
            Some(channel) => {
                let work = channel
                    .run(move |channel| Box::pin(async move { channel.assign(&name, &value).await.is_ok() }));
                work.await.unwrap_or(false)
            }
            None if name.contains('(') => call.core.channel_apart().assign(&name, &value).await.is_ok(),
            None => {
                call.core.set_global(&name, value);
                true
            }
        };
        match set {
            true => call.reply.ack("Variable Set"),
            false => call.reply.error("Variable not set"),
        }
    }
}
