//! `SHARED(varname[,channel])`: a variable in the space that channels share.

use std::collections::BTreeMap;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::channel::ChannelHandle;
use obelus_core::events::{Event, EventKind};
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};

use crate::other_channel::{not_found, on};

/// The variables that a channel shares, kept in its datastore.
#[derive(Default)]
struct SharedVariables(BTreeMap<String, String>);

pub(crate) struct Shared;

static HELP: Help = Help {
    synopsis: "Gets or sets the shared variable specified.",
    arguments: &[
        Argument::required("varname", "Its name."),
        Argument::optional(
            "channel",
            "The name of the channel whose space it is in, or the name up to its last dash; this channel if left away.",
        ),
    ],
    description: "The space is apart from the variables of a channel: SHARED(x) and x have nothing to do with each other. Others may change it at any time.",
    see_also: &["GLOBAL", "IMPORT"],
};

#[async_trait]
impl DialplanFunction for Shared {
    fn name(&self) -> &'static str {
        "SHARED"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(SHARED(x)=1)\n${SHARED(x)}[${x}]", "1[]")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let name = arguments.required(0, "varname")?.to_owned();
        let owner = owner(channel, arguments.get(1))?;
        on(channel, &owner, move |owner| {
            Box::pin(async move {
                let shared = owner.datastore.get::<SharedVariables>();
                shared.and_then(|shared| shared.0.get(&name)).cloned().unwrap_or_default()
            })
        })
        .await
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let (name, value) = (arguments.required(0, "varname")?.to_owned(), value.to_owned());
        let owner = owner(channel, arguments.get(1))?;
        on(channel, &owner, move |owner| {
            Box::pin(async move {
                owner.publish_with(EventKind::VarSet, |channel| Event::VarSet {
                    channel: Some(channel),
                    name: format!("SHARED({name})").into(),
                    value: value.as_str().into(),
                });
                let mut shared = owner.datastore.remove::<SharedVariables>().unwrap_or_default();
                shared.0.insert(name, value);
                owner.datastore.insert(shared);
            })
        })
        .await
    }
}

/// The channel whose space is meant.
fn owner(channel: &Channel, name: Option<&str>) -> Result<ChannelHandle, FunctionError> {
    let Some(name) = name else { return Ok(channel.handle().clone()) };
    let channels = &channel.core().channels;
    let by_device = || channels.of_device(name).into_iter().next();
    channels.find(name).or_else(by_device).ok_or_else(|| not_found(name))
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, refuses};

    #[tokio::test]
    async fn others_see_what_is_shared() {
        let mut bench = Bench::new();
        bench.run("Set(SHARED(x)=1)\n").await;
        let (mut other, _far) = bench.pbx.channel();
        let by_name = format!("SHARED(x,{})", bench.channel.name());
        let (value, ()) = tokio::join!(
            async {
                other.assign(&by_name, "2").await.unwrap();
                other.evaluate(&format!("${{{by_name}}}${{SHARED(x,Test/1001)}}[${{SHARED(x)}}]")).await
            },
            async { bench.channel.wait(std::time::Duration::from_millis(50)).await.unwrap() }
        );
        assert_eq!((value.as_str(), bench.run("${SHARED(x)}").await.as_str()), ("22[]", "2"));
        refuses("SHARED(x,Test/none)", "there is no channel Test/none").await;
        refuses("SHARED()", "the argument `varname` is missing").await;
    }
}
