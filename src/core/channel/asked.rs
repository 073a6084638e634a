//! What a snapshot of a channel says where there is no channel to ask: for events, records and logs.

use jiff::Timestamp;

use super::{Facts, Snapshot};
use crate::caller_id::Party;

impl Snapshot {
    /// The value of a function whose answer is in the snapshot: `CALLERID`, `CONNECTEDLINE` and much of `CHANNEL`.
    ///
    /// `None` for what is not; the argument's case does not matter.
    pub fn function(&self, name: &str, argument: &str) -> Option<String> {
        let argument = argument.trim().to_ascii_lowercase();
        match name {
            "CALLERID" => self.caller(&argument),
            "CONNECTEDLINE" => party(&self.facts.connected, &argument),
            "CHANNEL" => self.item(&argument),
            _ => None,
        }
    }

    /// Whether [`Snapshot::function`] knows this.
    pub fn has_function(name: &str, argument: &str) -> bool {
        Snapshot::empty().function(name, argument).is_some()
    }

    /// A channel of which nothing is known.
    pub(crate) fn empty() -> Snapshot {
        let facts = Facts::default();
        Snapshot {
            name: "".into(),
            unique_id: "".into(),
            created: Timestamp::UNIX_EPOCH,
            technology: "",
            facts,
        }
    }

    fn caller(&self, item: &str) -> Option<String> {
        let facts = &self.facts;
        Some(match item {
            "ani" | "ani-num" => facts.ani.number.text().to_owned(),
            "ani-name" => facts.ani.name.text().to_owned(),
            "dnid" => facts.dialed.to_string(),
            "rdnis" => facts
                .redirecting
                .as_ref()
                .map(|redirecting| redirecting.from.number.text().to_owned())
                .unwrap_or_default(),
            item => return party(&facts.caller, item),
        })
    }

    fn item(&self, item: &str) -> Option<String> {
        let facts = &self.facts;
        Some(match item {
            "accountcode" => facts.account_code.to_string(),
            "peeraccount" => facts.peer_account.to_string(),
            "userfield" => facts.user_field.to_string(),
            "amaflags" => facts.ama_flags.number().to_string(),
            "language" => facts.language.to_string(),
            "musicclass" => facts.music_class.to_string(),
            "name" | "channame" => self.name.to_string(),
            "uniqueid" => self.unique_id.to_string(),
            "hangupsource" => facts.hangup_source.to_string(),
            "linkedid" => facts.linked_id.to_string(),
            "tenantid" => facts.tenant_id.to_string(),
            "channeltype" => self.technology.to_owned(),
            "state" => facts.state.word().to_owned(),
            "exten" => facts.position.exten.to_string(),
            "context" => facts.position.context.to_string(),
            "appname" => facts.application.to_string(),
            "appdata" => facts.data.clone(),
            _ => return None,
        })
    }
}

fn party(party: &Party, item: &str) -> Option<String> {
    let (number, name) = (party.number.text(), party.name.text());
    Some(match item {
        "num" | "number" => number.to_owned(),
        "name" => name.to_owned(),
        "all" => format!("\"{name}\" <{number}>"),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use crate::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn a_snapshot_answers_for_its_channel() {
        let pbx = TestPbx::new(|_, _| {});
        let (channel, _far) = pbx.channel();
        let snapshot = channel.handle().snapshot();
        let check = |name: &str, argument: &str, expected: Option<&str>| {
            assert_eq!(snapshot.function(name, argument).as_deref(), expected, "{name}({argument})");
        };
        check("CALLERID", "num", Some("1001"));
        check("CHANNEL", "ChannelType", Some("Test"));
        check("CHANNEL", "exten", Some("s"));
        check("CHANNEL", "rtp,all", None);
        check("SHELL", "ls", None);
    }
}
