//! `KEYPADHASH(text)`: the keys of a telephone for a word.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct KeypadHash;

static HELP: Help = Help {
    synopsis: "Hash the letters in string into equivalent keypad numbers.",
    arguments: &[Argument::rest("string", true, "The word.")],
    description: "What is on no key is left out.",
    see_also: &[],
};

#[async_trait]
impl DialplanFunction for KeypadHash {
    fn name(&self) -> &'static str {
        "KEYPADHASH"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${KEYPADHASH(Les)}", "537"), ("${KEYPADHASH(Q-z 01)}", "7901")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        Ok(arguments.chars().filter_map(key).collect())
    }
}

fn key(char: char) -> Option<char> {
    Some(match char.to_ascii_lowercase() {
        digit @ '0'..='9' => digit,
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        'w'..='z' => '9',
        _ => return None,
    })
}
