//! `core show channel`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::channel::{Channel, ChannelHandle, Snapshot};
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::engine::MediaPath;
use obelus_core::media::Codec;
use tokio::time::Instant;

use super::channels::age;
use crate::usage::usage;

/// The names of all channels, for completion.
pub(super) fn names(core: &Core) -> Vec<String> {
    core.channels.all().iter().map(|channel| channel.name().to_string()).collect()
}

pub(super) struct ShowChannel;

#[async_trait]
impl CliCommand for ShowChannel {
    fn syntax(&self) -> &'static str {
        "core show channel <channel>"
    }

    fn synopsis(&self) -> &'static str {
        "Display information on a specific channel"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        if words.len() == 3 { names(core) } else { Vec::new() }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [name] = call.arguments() else { return Err(usage(self)) };
        let unknown = || CliError::failed(format!("{name} is not a known channel"));
        let channel = call.core.channels.find(name).ok_or_else(unknown)?;
        let inner =
            look_inside(&channel).await.map_err(|error| CliError::failed(format!("{name}: {error}")))?;
        Ok(page(call.core, &channel.snapshot(), &inner))
    }
}

/// What only the channel's own task knows.
struct Inner {
    codec: Option<Codec>,
    codecs: Vec<Codec>,
    path: MediaPath,
    variables: Vec<(String, String)>,
    hangs_up_in: u64,
}

async fn look_inside(channel: &ChannelHandle) -> Result<Inner, obelus_core::channel::Unreachable> {
    channel.run(|channel| Box::pin(async move { Inner::of(channel) })).await
}

impl Inner {
    fn of(channel: &Channel) -> Inner {
        let now = Instant::now();
        let until = channel.timeouts.absolute.map(|at| at.saturating_duration_since(now));
        Inner {
            codec: channel.codec(),
            codecs: channel.codecs(),
            path: channel.media().map(|port| port.stats().path).unwrap_or_default(),
            variables: channel
                .variables
                .iter()
                .map(|(name, value, _)| (name.to_owned(), value.to_string()))
                .collect(),
            hangs_up_in: until.map_or(0, |left| left.as_secs()),
        }
    }
}

fn page(core: &Core, snapshot: &Snapshot, inner: &Inner) -> String {
    let mut page = Page(" -- General --\n".to_owned());
    page.push_general(core, snapshot, inner);
    page.push_pbx(snapshot);
    page.0.push_str("      Variables:\n");
    for (name, value) in &inner.variables {
        let _ = writeln!(page.0, "{name}={value}");
    }
    page.0.push_str(" -- Streams --\n");
    if inner.codec.is_some() {
        let formats = formats(&inner.codecs);
        let _ = write!(
            page.0,
            "Name: audio-0\n    Type: audio\n    State: sendrecv\n    Group: -1\n    Formats: {formats}\n    Metadata:\n"
        );
    }
    page.0
}

struct Page(String);

impl Page {
    fn push(&mut self, name: &str, value: impl std::fmt::Display) {
        let _ = writeln!(self.0, "{name:>15}: {value}");
    }

    fn push_general(&mut self, core: &Core, snapshot: &Snapshot, inner: &Inner) {
        let facts = &snapshot.facts;
        let known =
            |shown: &obelus_core::caller_id::Shown| shown.value.as_deref().unwrap_or("(N/A)").to_owned();
        self.push("Name", &snapshot.name);
        self.push("Type", snapshot.technology);
        self.push("UniqueID", &snapshot.unique_id);
        self.push("LinkedID", &facts.linked_id);
        if !facts.tenant_id.is_empty() {
            self.push("TenantID", &facts.tenant_id);
        }
        self.push("Caller ID", known(&facts.caller.number));
        self.push("Caller ID Name", known(&facts.caller.name));
        for effective in ["", "Eff. "] {
            self.push(&format!("{effective}Connected Line ID"), known(&facts.connected.number));
            self.push(&format!("{effective}Connected Line ID Name"), known(&facts.connected.name));
        }
        self.push("DNID Digits", if facts.dialed.is_empty() { "(N/A)" } else { &facts.dialed });
        self.push("Language", &facts.language);
        self.push("State", format_args!("{} ({})", facts.state.word(), facts.state.number()));
        self.push_media(inner);
        self.push("Time to Hangup", inner.hangs_up_in);
        let seconds = age(core, snapshot).as_secs();
        self.push("Elapsed Time", format_args!("{}h{}m{}s", seconds / 3600, seconds / 60 % 60, seconds % 60));
        self.push("Bridge ID", facts.bridge.as_deref().unwrap_or("(Not bridged)"));
    }

    fn push_media(&mut self, inner: &Inner) {
        let codec = inner.codec.map_or("none", Codec::name);
        self.push("NativeFormats", formats(&inner.codecs));
        self.push("WriteFormat", codec);
        self.push("ReadFormat", codec);
        let (write, read) = match inner.path {
            MediaPath::Transcode { from, to } => (conversion(to, from), conversion(from, to)),
            MediaPath::Nowhere | MediaPath::Relay | MediaPath::NoPath { .. } => ("No ".into(), "No ".into()),
        };
        self.push("WriteTranscode", write);
        self.push("ReadTranscode", read);
    }

    fn push_pbx(&mut self, snapshot: &Snapshot) {
        let facts = &snapshot.facts;
        self.0.push_str(" --   PBX   --\n");
        self.push("Context", &facts.position.context);
        self.push("Extension", &facts.position.exten);
        self.push("Priority", facts.position.priority);
        self.push("Call Group", facts.call_group);
        self.push("Pickup Group", facts.pickup_group);
        self.push("Application", if facts.application.is_empty() { "(N/A)" } else { &facts.application });
        self.push("Data", if facts.data.is_empty() { "(Empty)" } else { &facts.data });
        let number = facts.linked_id.rsplit('.').next().and_then(|number| number.parse::<u64>().ok());
        self.push(
            " Call Identifier",
            number.map_or("(None)".to_owned(), |number| format!("[C-{number:08x}]")),
        );
    }
}

fn formats(codecs: &[Codec]) -> String {
    let names: Vec<&str> = codecs.iter().map(|codec| codec.name()).collect();
    format!("({})", if names.is_empty() { "nothing".to_owned() } else { names.join("|") })
}

fn conversion(from: Codec, to: Codec) -> String {
    format!("Yes ({from}@{})->({to}@{})", from.sample_rate(), to.sample_rate())
}
