//! Speech recognition: there is no engine for it, which every command answers with as in Asterisk.

use super::{Entry, Reply};

macro_rules! entry {
    ($name:literal, $syntax:literal, $runs_dead:literal, $words:pat) => {
        Entry {
            name: $name,
            synopsis: "Part of speech recognition.",
            syntax: $syntax,
            description: "There is no engine of speech recognition. Result 0.",
            runs_dead: $runs_dead,
            run: |_, _, words| {
                Box::pin(async {
                    if matches!(words.len(), $words) { Reply::result(0) } else { Reply::Usage }
                })
            },
        }
    };
}

pub(super) const COMMANDS: &[Entry] = &[
    entry!("speech activate grammar", "SPEECH ACTIVATE GRAMMAR GRAMMAR_NAME", false, 4),
    entry!("speech create", "SPEECH CREATE ENGINE", false, 2..),
    entry!("speech deactivate grammar", "SPEECH DEACTIVATE GRAMMAR GRAMMAR_NAME", false, 4),
    entry!("speech destroy", "SPEECH DESTROY", true, 2..),
    entry!("speech load grammar", "SPEECH LOAD GRAMMAR GRAMMAR_NAME PATH", false, 5),
    entry!("speech recognize", "SPEECH RECOGNIZE PROMPT TIMEOUT [OFFSET]", false, 4..),
    entry!("speech set", "SPEECH SET NAME VALUE", false, 4),
    entry!("speech unload grammar", "SPEECH UNLOAD GRAMMAR GRAMMAR_NAME", true, 4),
];
