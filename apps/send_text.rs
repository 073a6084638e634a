//! `SendText([text])`: send a text message inside the call.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::cause::Cause;
use obelus_core::channel::Channel;
use obelus_core::channel_tech::Text;
use obelus_core::help::{Argument, Help};

pub(crate) struct SendText;

static HELP: Help = Help {
    synopsis: "Send a Text Message on a channel.",
    arguments: &[Argument::rest("text", false, "The message, unless SENDTEXT_BODY holds one.")],
    description: "Sends the text to the far end, with \\n, \\t, \\\\, \\101 and \\x41 in it as in the language C.\n\n\
        SENDTEXT_BODY replaces the text, SENDTEXT_CONTENT_TYPE says what it is (text/plain), SENDTEXT_FROM_DISPLAYNAME and SENDTEXT_TO_DISPLAYNAME are the names that the far end sees; all four are cleared. SENDTEXTSTATUS becomes SUCCESS, FAILURE or UNSUPPORTED, SENDTEXTTYPE ENHANCED or NONE.",
    see_also: &["ReceiveText"],
};

/// The variables that say more about a text.
const VARIABLES: [&str; 4] =
    ["SENDTEXT_BODY", "SENDTEXT_CONTENT_TYPE", "SENDTEXT_FROM_DISPLAYNAME", "SENDTEXT_TO_DISPLAYNAME"];

async fn send(channel: &mut Channel, text: Text) -> (&'static str, &'static str) {
    match channel.send_text(text).await {
        Ok(()) => ("ENHANCED", "SUCCESS"),
        Err(error) if error.cause == Cause::FACILITY_NOT_IMPLEMENTED => ("NONE", "UNSUPPORTED"),
        Err(error) => {
            tracing::warn!(channel = %channel.name(), %error, "SendText");
            ("ENHANCED", "FAILURE")
        }
    }
}

#[async_trait]
impl App for SendText {
    fn name(&self) -> &'static str {
        "SendText"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let [body, content_type, from, to] =
            VARIABLES.map(|name| channel.variable(name).filter(|value| !value.is_empty()));
        let body = unescaped(body.as_deref().unwrap_or(arguments.whole()));
        let (kind, status) = send(channel, Text { body, content_type, from, to }).await;
        channel.set_variable("SENDTEXTTYPE", kind);
        channel.set_variable("SENDTEXTSTATUS", status);
        for name in VARIABLES {
            channel.variables.remove(name);
        }
        Ok(Flow::Continue)
    }
}

/// The text with what stands behind backslashes as in C; what means nothing there stays as it is.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let (letter, used) = escape(after);
        match letter {
            Some(letter) => out.push(letter),
            None => out.push('\\'),
        }
        rest = after.get(used..).unwrap_or_default();
    }
    out.push_str(rest);
    out
}

/// What an escape means, and how long it is without its backslash.
fn escape(text: &str) -> (Option<char>, usize) {
    let number = |digits: &str, radix, skipped: usize| {
        let code = u8::from_str_radix(digits, radix).ok().filter(|code| *code != 0);
        (code.map(char::from), if code.is_some() { skipped + digits.len() } else { 0 })
    };
    let digits = |text: &str, radix: u32, most: usize| {
        text.chars().take(most).take_while(|letter| letter.is_digit(radix)).count()
    };
    let letter = match text.chars().next() {
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('a') => '\u{7}',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('v') => '\u{b}',
        Some(letter @ ('\\' | '\'' | '"' | '?')) => letter,
        Some('0'..='7') => return number(text.get(..digits(text, 8, 3)).unwrap_or_default(), 8, 0),
        Some('x' | 'X') => {
            let hex = text.get(1..).unwrap_or_default();
            return number(hex.get(..digits(hex, 16, 2)).unwrap_or_default(), 16, 1);
        }
        _ => return (None, 0),
    };
    (Some(letter), 1)
}

#[cfg(test)]
mod tests {
    use crate::testing::pbx;

    async fn check(variable: (&str, &str), text: &str, told: &[&str], status: &str) {
        let pbx = pbx("");
        let (mut channel, far) = pbx.channel();
        channel.set_variable(variable.0, variable.1);
        channel.run_app("SendText", text).await.expect("it ran");
        assert_eq!(
            (far.told().as_slice(), channel.variable("SENDTEXTSTATUS").as_deref()),
            (told.iter().map(ToString::to_string).collect::<Vec<_>>().as_slice(), Some(status))
        );
        assert_eq!(channel.variable(variable.0), None);
    }

    #[tokio::test(start_paused = true)]
    async fn the_far_end_gets_the_text() {
        check(("SENDTEXT_BODY", ""), "hello, you", &["Text(\"hello, you\")"], "SUCCESS").await;
        check(("SENDTEXT_BODY", "other"), "hello", &["Text(\"other\")"], "SUCCESS").await;
        check(
            ("SENDTEXT_CONTENT_TYPE", "text/plain"),
            "hello",
            &["Text(\"hello\" Some(\"text/plain\") None None)"],
            "SUCCESS",
        )
        .await;
        check(("SENDTEXT_BODY", ""), "a\\nb", &["Text(\"a\\nb\")"], "SUCCESS").await;
        let told = &["Text(\"{}\" None Some(\"Alice\") None)"];
        check(("SENDTEXT_FROM_DISPLAYNAME", "Alice"), "{}", told, "SUCCESS").await;
    }

    #[test]
    fn escapes_are_those_of_c() {
        let check = |text: &str, expected: &str| assert_eq!(super::unescaped(text), expected);
        check(r"a\nb\tc\\", "a\nb\tc\\");
        check(r"\101\x42\7", "AB\u{7}");
        check(r"\q \xzz \400 \", r"\q \xzz \400 \");
    }
}
