//! Screening: the caller says who he is, and the called party decides what becomes of him (`p`, `P`, `n`, `N`).

use std::path::PathBuf;
use std::time::Duration;

use obelus_core::app::{AppError, Arguments};
use obelus_core::channel::{Channel, DIGITS, Interrupted, PlayEnd, RecordEnd, RecordRules};
use obelus_core::dial::Outgoing;
use obelus_core::media::file::FileFormat;
use obelus_core::verbose;

/// The family of the database in which the decisions of `P` are kept.
const FAMILY: &str = "privacy";
/// Where callers' names are kept, among the sounds.
const FOLDER: &str = "priv-callerintros";
/// In which format.
const FORMAT: &str = "sln";
/// A caller's name takes no longer.
const MOST: Duration = Duration::from_secs(4);
/// So much silence ends it.
const SILENCE: Duration = Duration::from_secs(2);
/// How often the called party is asked.
const ATTEMPTS: usize = 3;

/// What `Dial` does with the caller.
pub(super) enum Screening {
    /// Nothing more: he may call.
    Off,
    /// The called party is asked.
    Ask(Caller),
    /// He is known, and refused with this status.
    Refused(&'static str),
}

/// A caller who is announced.
pub(super) struct Caller {
    /// His number, or a name for who has none.
    id: String,
    is_known: bool,
    /// The prompt in which he says his name.
    name: String,
    file: PathBuf,
}

/// What was decided about a caller before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Unknown,
    Allow,
    Deny,
    Torture,
    Kill,
}

impl Verdict {
    fn parse(word: &str) -> Verdict {
        match word {
            "allow" => Verdict::Allow,
            "deny" => Verdict::Deny,
            "torture" => Verdict::Torture,
            "kill" => Verdict::Kill,
            _ => Verdict::Unknown,
        }
    }

    /// What `DIALSTATUS` says of it; `None` where the caller comes through.
    fn status(self) -> Option<&'static str> {
        match self {
            Verdict::Unknown | Verdict::Allow => None,
            Verdict::Deny => Some("NOANSWER"),
            Verdict::Torture => Some("TORTURE"),
            Verdict::Kill => Some("DONTCALL"),
        }
    }
}

/// Finds out who calls, and lets him say his name, before anybody is rung.
pub(super) async fn prepare(channel: &mut Channel, arguments: &Arguments) -> Result<Screening, AppError> {
    if !arguments.option('p') && !arguments.option('P') {
        return Ok(Screening::Off);
    }
    let number = channel.facts().caller.number.value.clone().filter(|number| !number.is_empty());
    let (id, is_known) = match number {
        Some(number) => (shrunk(&number), true),
        None => {
            (format!("NOCALLERID_{}{}", channel.position().exten, channel.name().replace('/', "=")), false)
        }
    };
    let verdict = match is_known {
        true if arguments.option('N') => Verdict::Allow,
        true if arguments.option('P') => verdict_of(channel, &family_of(channel, arguments), &id).await,
        _ => Verdict::Unknown,
    };
    if let Some(status) = verdict.status() {
        return Ok(Screening::Refused(status));
    }
    if verdict == Verdict::Allow {
        return Ok(Screening::Off);
    }
    let name = format!("{FOLDER}/{id}");
    let file = channel.recording_path(&name, FORMAT);
    let caller = Caller { id, is_known, name, file };
    caller.ask_for_name(channel).await?;
    Ok(Screening::Ask(caller))
}

/// A number without what people write into it to read it better.
fn shrunk(number: &str) -> String {
    number.chars().filter(|letter| !matches!(letter, ' ' | '(' | ')' | '-' | '.' | '/')).collect()
}

/// The name under which `P` keeps its decisions: its own, or the extension.
fn family_of(channel: &Channel, arguments: &Arguments) -> String {
    let named = arguments.option_value('P').filter(|name| !name.is_empty());
    named.map_or_else(|| channel.position().exten.to_string(), str::to_owned)
}

async fn verdict_of(channel: &Channel, place: &str, id: &str) -> Verdict {
    let stored = channel.core().database.get(FAMILY, &format!("{place}/{id}")).await;
    stored.ok().flatten().map_or(Verdict::Unknown, |word| Verdict::parse(&word))
}

impl Caller {
    /// Records his name, unless it is known from before.
    async fn ask_for_name(&self, channel: &mut Channel) -> Result<(), AppError> {
        if self.is_known && self.file.exists() {
            return Ok(());
        }
        channel.answer_and_settle().await?;
        for prompt in ["priv-recordintro", "beep"] {
            channel.play(prompt, "").await?;
        }
        let Some(format) = FileFormat::from_extension(FORMAT) else { return Ok(()) };
        let rules = RecordRules {
            path: &self.file,
            format,
            append: false,
            silence: Some(SILENCE),
            keep_silence: false,
            most: Some(MOST),
            stop: "#",
            digit_cut: Duration::from_millis(200),
        };
        match channel.record(rules).await {
            Ok((RecordEnd::Interrupted(interrupted), _)) => {
                self.forget();
                return Err(interrupted.into());
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(channel = %channel.name(), %error, "the caller's name is not recorded")
            }
        }
        channel.play("vm-dialout", "").await?;
        Ok(())
    }

    fn forget(&self) {
        if let Err(error) = std::fs::remove_file(&self.file) {
            tracing::debug!(%error, file = %self.file.display(), "a caller's name is not deleted");
        }
    }

    /// Asks who was called; `Some` is the `DIALSTATUS` with which the caller is refused.
    pub(super) async fn decide(
        &self,
        channel: &mut Channel,
        arguments: &Arguments,
        winner: &Outgoing,
    ) -> Result<Option<&'static str>, AppError> {
        entertain(channel, arguments).await;
        let privacy = arguments.option('P');
        let name = self.name.clone();
        let asking = winner
            .handle
            .run(move |callee| Box::pin(async move { ask(callee, &name, privacy).await.ok().flatten() }));
        let reply = super::talk::wait_for(channel, asking).await;
        channel.stop_music();
        channel.stop_tone();
        let reply = reply?.flatten();
        if let Some(decision) = reply.filter(|_| privacy).and_then(decision) {
            self.remember(channel, &family_of(channel, arguments), decision).await;
        }
        if reply == Some('1') && (!self.is_known || arguments.option('n')) {
            self.forget();
        }
        Ok(match reply {
            Some('1') => None,
            Some('2') => Some("NOANSWER"),
            Some('3') => Some("TORTURE"),
            Some('4') => Some("DONTCALL"),
            Some('5') if privacy => Some("NOANSWER"),
            _ => {
                verbose!(channel.core(), 3, "privacy: no valid response from the callee");
                Some("ANSWER")
            }
        })
    }

    async fn remember(&self, channel: &Channel, place: &str, decision: &'static str) {
        verbose!(channel.core(), 3, "Set privacy database entry {place}/{} to {decision}", self.id);
        let stored = channel.core().database.put(FAMILY, &format!("{place}/{}", self.id), decision).await;
        if let Err(error) = stored {
            tracing::error!(%error, "a decision about a caller is not kept");
        }
    }

    /// With `n(1)` the name is not kept after the call.
    pub(super) fn after_call(&self, arguments: &Arguments) {
        if arguments.option_value('n').is_some_and(|value| value.trim() == "1") {
            self.forget();
        }
    }
}

/// What a digit of `P` says of the caller's next calls.
fn decision(digit: char) -> Option<&'static str> {
    match digit {
        '1' | '5' => Some("allow"),
        '2' => Some("deny"),
        '3' => Some("torture"),
        '4' => Some("kill"),
        _ => None,
    }
}

/// The caller hears that it still rings, or music.
async fn entertain(channel: &mut Channel, arguments: &Arguments) {
    if arguments.option('m') {
        channel.start_music_of(arguments.option_value('m').unwrap_or_default()).await;
    } else if arguments.option('r') || arguments.option('R') {
        channel.ring().await;
    }
}

/// Tells who was called who calls, and takes the answer.
async fn ask(callee: &mut Channel, name: &str, privacy: bool) -> Result<Option<char>, Interrupted> {
    let options = if privacy { "priv-callee-options" } else { "screen-callee-options" };
    let last = if privacy { '5' } else { '4' };
    for _ in 0..ATTEMPTS {
        for prompt in ["priv-callpending", name, options] {
            if let PlayEnd::Digit(digit) = callee.play(prompt, DIGITS).await?
                && ('1'..=last).contains(&digit)
            {
                return Ok(Some(digit));
            }
        }
        if let PlayEnd::Digit(digit) = callee.play("vm-sorry", DIGITS).await?
            && ('1'..=last).contains(&digit)
        {
            return Ok(Some(digit));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lose_what_only_people_read() {
        assert_eq!(shrunk("+49 (30) 12-34.5/6"), "+493012345 6".replace(' ', ""));
    }

    #[test]
    fn what_was_decided_is_what_the_next_call_gets() {
        for (digit, status) in [
            ('1', None),
            ('2', Some("NOANSWER")),
            ('3', Some("TORTURE")),
            ('4', Some("DONTCALL")),
            ('5', None),
        ] {
            assert_eq!(decision(digit).map(Verdict::parse).map(Verdict::status), Some(status), "{digit}");
        }
        assert_eq!(decision('6'), None);
        assert_eq!(Verdict::parse("nonsense"), Verdict::Unknown);
    }

    /// What becomes of a caller whose called party presses `digit`: the Q.850 cause with which his dialplan ends, 21 for
    /// torture; the result in `DialEnd`; and what the database says of him then.
    async fn check(options: &str, digit: char, expected: Option<u8>, result: &str, kept: Option<&str>) {
        let folder = tempfile::tempdir().unwrap();
        let pbx = crate::testing::pbx(&format!(
            "[internal]\nexten => 1002,1,Dial(Test/1002,20,{options})\n \
             same => n,ExecIf($[\"${{DIALSTATUS}}\" = \"TORTURE\"]?Hangup(21):Hangup(31))\n"
        ));
        let mut settings = obelus_core::settings::Settings::clone(&pbx.core.settings.load());
        folder.path().clone_into(&mut settings.directories.data);
        pbx.core.settings.store(std::sync::Arc::new(settings));
        for name in ["screen-callee-options", "priv-callee-options"] {
            let sound = obelus_core::engine::Sound::new(obelus_core::media::Codec::Ulaw, vec![0xff; 40_000]);
            pbx.core.sounds.put(name, sound.expect("a codec of constant size"));
        }
        let mut ends = pbx.core.events.listen(obelus_core::events::EventKind::DialEnd.bit(), None);
        let mut caller = pbx.call("internal", "1002");
        let mut callee = pbx.rung().await;
        assert!(folder.path().join("sounds/priv-callerintros/1001.sln").exists(), "he said his name");
        callee.answers();
        tokio::time::sleep(Duration::from_secs(1)).await;
        callee.port().press(digit, Duration::from_millis(100));
        match expected {
            Some(cause) => {
                assert_eq!(
                    caller.is_over().await.map(|cause| cause.number()),
                    Some(cause),
                    "{options} {digit}"
                );
                callee.is_over().await;
            }
            None => {
                tokio::time::sleep(Duration::from_secs(1)).await;
                assert!(caller.hears(&callee), "{options} {digit}");
                callee.hangs_up(obelus_core::cause::Cause::NORMAL_CLEARING);
                caller.is_over().await;
            }
        }
        assert_eq!(crate::testing::dial_ends(&mut ends), [result], "{options} {digit}");
        let stored = pbx.core.database.get(FAMILY, "1002/1001").await.unwrap();
        assert_eq!(stored.as_deref(), kept, "{options} {digit}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_called_party_decides() {
        check("p", '1', None, "ANSWER", None).await;
        check("p", '3', Some(21), "TORTURE", None).await;
        check("P", '3', Some(21), "TORTURE", Some("torture")).await;
        check("P", '1', None, "ANSWER", Some("allow")).await;
    }

    #[tokio::test(start_paused = true)]
    async fn who_was_refused_before_rings_nobody() {
        let pbx = crate::testing::pbx(
            "[internal]\nexten => 1002,1,Dial(Test/1002,20,P)\n \
             same => n,ExecIf($[\"${DIALSTATUS}\" = \"DONTCALL\"]?Hangup(21):Hangup(31))\n",
        );
        pbx.core.database.put(FAMILY, "1002/1001", "kill").await.unwrap();
        let mut caller = pbx.call("internal", "1002");
        assert_eq!(caller.is_over().await.map(|cause| cause.number()), Some(21));
    }
}
