//! `RECORD FILE`, which is refused as long as the media engine records nothing.

use obelus_core::channel::Channel;

use super::{Entry, Reply, word};

pub(super) const COMMANDS: &[Entry] = &[Entry {
    name: "record file",
    synopsis: "Records a call; not served yet.",
    syntax: "RECORD FILE FILENAME FORMAT ESCAPE_DIGITS TIMEOUT [OFFSET_SAMPLES] [BEEP] [S=SILENCE]",
    description: "Recording is not served yet. Result -1 (writefile), as for a file that cannot be written.",
    runs_dead: false,
    run: |_, channel, words| Box::pin(async { record_file(channel, words) }),
}];

fn record_file(channel: &Channel, words: &[String]) -> Reply {
    if words.len() < 6 {
        return Reply::Usage;
    }
    tracing::warn!(channel = %channel.name(), file = word(words, 2), "RECORD FILE: recording is not served yet");
    Reply::Bad("result=-1 (writefile)".to_owned())
}
