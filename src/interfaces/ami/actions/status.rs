//! `Status`: channels with their codecs and variables.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes, shown_party};
use obelus_core::channel::{Channel, ChannelHandle};
use obelus_core::conf::is_true;
use obelus_core::dialplan::split_arguments;
use obelus_core::media::Codec;
use tokio::time::Instant;

use crate::events::push_channel;

/// As many variables as Asterisk takes.
const MOST_VARIABLES: usize = 100;

pub(super) struct Status;

static INFO: ActionInfo = super::info(
    "Status",
    Classes::SYSTEM.with(Classes::CALL).with(Classes::REPORTING),
    "List channel status.",
    &[
        ("Channel", "The channel; all of them by default."),
        ("Variables", "Variables and functions to show, with commas between."),
        ("AllVariables", "yes: all variables of the channel."),
    ],
);

/// Sound without a codec.
const PLAIN: &str = "slin";

/// What only the channel's own task knows.
#[derive(Default)]
struct Details {
    codec: Option<Codec>,
    codecs: Vec<Codec>,
    /// Seconds until the call's time is over.
    left: Option<u64>,
    variables: Vec<(String, String)>,
}

#[async_trait]
impl Action for Status {
    fn info(&self) -> &'static ActionInfo {
        &INFO
    }

    async fn run(&self, mut call: ActionCall<'_>) {
        let wanted: Vec<String> = match call.message.get("Variables") {
            "" => Vec::new(),
            list => {
                split_arguments(list, MOST_VARIABLES).iter().map(|name| name.as_ref().to_owned()).collect()
            }
        };
        let may = call.asker.may(Classes::SYSTEM);
        if wanted.iter().any(|name| call.core.may_evaluate(name, may).is_err()) {
            return call.reply.error("Status Access Forbidden: Variables");
        }
        let channels = match call.message.get("Channel") {
            "" => call.core.channels.all(),
            name => match call.core.channels.find(name) {
                Some(channel) => vec![channel],
                None => return call.reply.error("No such channel"),
            },
        };
        let all = is_true(call.message.get("AllVariables"));
        call.reply.list("Channel status will follow");
        let mut count = 0;
        for channel in &channels {
            let wanted = wanted.clone();
            let details = channel.run(move |channel| Box::pin(details(channel, wanted, all))).await;
            // One that has ended meanwhile has no state any more.
            let Ok(details) = details else { continue };
            push(&mut call, channel, &details);
            count += 1;
        }
        call.reply.list_ends("StatusComplete", count).put("Items", count);
    }
}

async fn details(channel: &mut Channel, wanted: Vec<String>, all: bool) -> Details {
    let mut variables = Vec::new();
    for name in wanted {
        let value = channel.read(&name).await.ok().flatten().unwrap_or_default();
        variables.push((name, value));
    }
    if all {
        let own = channel.variables.iter().map(|(name, value, _)| (name.to_owned(), value.to_string()));
        variables.extend(own);
    }
    let left = channel.timeouts.absolute.map(|at| at.saturating_duration_since(Instant::now()).as_secs());
    Details { codec: channel.codec(), codecs: channel.codecs(), left, variables }
}

fn push(call: &mut ActionCall<'_>, channel: &ChannelHandle, details: &Details) {
    let age = call.core.clock.now().duration_since(channel.created()).as_secs().max(0);
    let time_to_hangup = details.left.map_or(0, |left| call.core.clock.since_epoch().as_secs() + left);
    let channel = channel.snapshot();
    let facts = &channel.facts;
    let (number, name) = shown_party(&facts.connected);
    // A channel without audio of its own, such as a half of a Local channel, passes on what there is as it is.
    let codec = details.codec.map_or(PLAIN, Codec::name);
    let mut native: Vec<&str> = details.codecs.iter().map(|codec| codec.name()).collect();
    if native.is_empty() {
        native.push(PLAIN);
    }
    let mut block = call.reply.event("Status");
    block.put("Privilege", "Call");
    push_channel(&mut block.lines(), "", &channel);
    block
        .put("Type", channel.technology)
        .put("DNID", &facts.dialed)
        .put("EffectiveConnectedLineNum", number)
        .put("EffectiveConnectedLineName", name)
        .put("TimeToHangup", time_to_hangup)
        .put("BridgeID", facts.bridge.as_deref().unwrap_or(""))
        .put("Application", &facts.application)
        .put("Data", &facts.data)
        .put("Nativeformats", format_args!("({})", native.join("|")))
        .put("Readformat", codec)
        .put("Readtrans", "")
        .put("Writeformat", codec)
        .put("Writetrans", "")
        .put("Callgroup", facts.call_group)
        .put("Pickupgroup", facts.pickup_group)
        .put("Seconds", age);
    for (name, value) in &details.variables {
        block.put("Variable", format_args!("{name}={value}"));
    }
    block.id();
}
