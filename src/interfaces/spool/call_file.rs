//! What a call file says.

use std::time::Duration;

use obelus_core::caller_id::Party;
use obelus_core::channel::{Position, Variables};
use obelus_core::conf::is_true;
use obelus_core::dial::{Originate, Then};
use obelus_core::media::Codec;

/// A call file; what it leaves away is as Asterisk has it.
#[derive(Debug)]
pub(super) struct CallFile {
    channel: String,
    application: String,
    data: String,
    context: String,
    exten: String,
    priority: u32,
    caller: Party,
    account: String,
    codecs: Vec<Codec>,
    variables: Variables,
    early_media: bool,
    wait: Duration,
    /// `MaxRetries`: how often the call is tried again.
    pub(super) max_retries: i64,
    /// `RetryTime`: between two attempts.
    pub(super) retry_time: Duration,
    /// `AlwaysDelete`: the file goes in any case when the call is over.
    pub(super) always_delete: bool,
    /// `Archive`: the file is kept among those that are done.
    pub(super) archive: bool,
    /// How many attempts have ended, as the file itself says.
    pub(super) tries: i64,
    /// An attempt has begun, and nothing is said of its end.
    pub(super) is_open: bool,
}

impl CallFile {
    /// Reads a file; the second value says, line by line, what was left out.
    pub(super) fn parse(text: &str) -> (CallFile, Vec<String>) {
        let mut file = CallFile {
            channel: String::new(),
            application: String::new(),
            data: String::new(),
            context: String::new(),
            exten: String::new(),
            priority: 1,
            caller: Party::default(),
            account: String::new(),
            codecs: Vec::new(),
            variables: Variables::default(),
            early_media: false,
            wait: Duration::from_secs(45),
            max_retries: 0,
            retry_time: Duration::from_secs(300),
            always_delete: true,
            archive: false,
            tries: 0,
            is_open: false,
        };
        let mut complaints = Vec::new();
        for (number, line) in text.lines().enumerate() {
            let line = without_comment(line);
            let read = match line.split_once(':') {
                _ if line.is_empty() => continue,
                Some((keyword, value)) => file.read(keyword, value.trim_start()),
                None => Err("no `Keyword: value`".to_owned()),
            };
            complaints.extend(read.err().map(|complaint| format!("line {}: {complaint}", number + 1)));
        }
        (file, complaints)
    }

    fn read(&mut self, keyword: &str, value: &str) -> Result<(), String> {
        match keyword.to_ascii_lowercase().as_str() {
            "channel" if !value.contains('/') => return Err("write Channel: Technology/address".to_owned()),
            "channel" => value.clone_into(&mut self.channel),
            "callerid" => self.caller = Party::parse(value),
            "application" => value.clone_into(&mut self.application),
            "data" => value.clone_into(&mut self.data),
            "context" => value.clone_into(&mut self.context),
            "extension" => value.clone_into(&mut self.exten),
            "priority" => self.priority = number(value, 1)?,
            "account" => value.clone_into(&mut self.account),
            "codecs" => self.codecs = codecs(value)?,
            "maxretries" => self.max_retries = number(value, i64::MIN)?,
            "retrytime" => self.retry_time = Duration::from_secs(number(value, 1)?),
            "waittime" => self.wait = Duration::from_secs(number(value, 1)?),
            "setvar" | "set" => {
                let (name, value) = value.split_once('=').ok_or("write Setvar: variable=value")?;
                self.variables.set(name, value);
            }
            "alwaysdelete" => self.always_delete = is_true(value),
            "archive" => self.archive = is_true(value),
            "early_media" => self.early_media = is_true(value),
            "startretry" => self.is_open = true,
            "endretry" | "abortretry" => {
                self.is_open = false;
                self.tries += 1;
            }
            "retry" => self.tries += 1,
            "delayedretry" => {}
            _ => return Err(format!("there is no keyword `{keyword}`")),
        }
        Ok(())
    }

    /// Where it calls.
    pub(super) fn channel(&self) -> &str {
        &self.channel
    }

    /// The call of the next attempt; the error says what the file lacks.
    pub(super) fn call(&self) -> Result<Originate, &'static str> {
        if self.channel.is_empty() || (self.application.is_empty() && self.exten.is_empty()) {
            return Err("a call file needs Channel, and Application or Extension");
        }
        let mut variables = self.variables.clone();
        variables.set("AST_OUTGOING_ATTEMPT", (self.tries + 1).to_string());
        Ok(Originate {
            timeout: self.wait,
            caller: self.caller.clone(),
            variables,
            codecs: self.codecs.clone(),
            account_code: self.account.as_str().into(),
            early: self.early_media && self.application.is_empty(),
            ..Originate::new(self.channel.clone(), self.then())
        })
    }

    fn then(&self) -> Then {
        if !self.application.is_empty() {
            return Then::Application { name: self.application.clone(), data: self.data.clone() };
        }
        let context = if self.context.is_empty() { "default" } else { &self.context };
        Then::Extension(Position::new(context, self.exten.as_str(), self.priority))
    }

    /// What the call is for, as it is shown.
    pub(super) fn purpose(&self) -> String {
        match self.application.is_empty() {
            true => format!("{}@{}:{}", self.exten, self.context, self.priority),
            false => format!("application {}({})", self.application, self.data),
        }
    }
}

/// A `#` begins a comment at the start of a line and behind a blank, a `;` anywhere; `\;` stands for `;`.
fn without_comment(line: &str) -> String {
    let hash = line.char_indices().find(|(at, letter)| {
        *letter == '#'
            && line.get(..*at).is_none_or(|before| before.is_empty() || before.ends_with([' ', '\t']))
    });
    let line = hash.and_then(|(at, _)| line.get(..at)).unwrap_or(line);
    let mut text = String::with_capacity(line.len());
    for letter in line.chars() {
        match letter {
            ';' if text.ends_with('\\') => {
                text.pop();
            }
            ';' => break,
            _ => {}
        }
        text.push(letter);
    }
    text.trim_end().to_owned()
}

/// The number at the beginning of a value.
fn number<T: TryFrom<i64> + PartialOrd + Copy>(text: &str, least: T) -> Result<T, String> {
    let digits = text.trim().split(|letter: char| !letter.is_ascii_digit() && letter != '-').next();
    let number =
        digits.and_then(|digits| digits.parse::<i64>().ok()).and_then(|number| T::try_from(number).ok());
    number.filter(|number| *number >= least).ok_or_else(|| format!("`{text}` is no number that can be here"))
}

fn codecs(text: &str) -> Result<Vec<Codec>, String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    names.map(|name| Codec::from_name(name).map_err(|error| error.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "# a call\nChannel: Local/1@internal ; the lobby\nCallerid: \"Alarm\" <100>\nMaxRetries: 2\n\
        RetryTime: 60\nWaitTime: 30\nContext: test\nExtension: wait\nPriority: 3\nAccount: fire\nCodecs: alaw,ulaw\n\
        Setvar: A=1=2\nset: B=x\\;y\nSetvar: CALLERID(name)=#1 #2\nArchive: yes\nAlwaysDelete: no\nEarly_Media: yes\n\n\
        StartRetry: 812 1 (1774000000)\n\nEndRetry: 812 1 (1774000030)\n\nStartRetry: 812 2 (1774000100)\n";

    #[test]
    fn every_keyword_is_read() {
        let (file, complaints) = CallFile::parse(WHOLE);
        assert_eq!(complaints, Vec::<String>::new());
        assert_eq!((file.tries, file.is_open, file.max_retries), (1, true, 2));
        assert_eq!((file.archive, file.always_delete, file.retry_time.as_secs()), (true, false, 60));
        let call = file.call().unwrap();
        assert_eq!((&*call.destination, call.timeout.as_secs(), call.early), ("Local/1@internal", 30, true));
        assert_eq!((call.caller.name.text(), call.caller.number.text()), ("Alarm", "100"));
        assert_eq!((&*call.account_code, call.codecs), ("fire", vec![Codec::Alaw, Codec::Ulaw]));
        assert_eq!(call.then, Then::Extension(Position::new("test", "wait", 3)));
        let variables: Vec<String> =
            call.variables.iter().map(|(name, value, _)| format!("{name}={value}")).collect();
        assert_eq!(variables, ["A=1=2", "B=x;y", "CALLERID(name)=#1", "AST_OUTGOING_ATTEMPT=2"]);
    }

    #[test]
    fn what_is_left_away_is_as_in_asterisk() {
        let (file, _) = CallFile::parse("channel: Test/1\napplication: Playback\ndata: beep\n");
        let call = file.call().unwrap();
        assert_eq!((call.timeout.as_secs(), file.retry_time.as_secs(), file.max_retries), (45, 300, 0));
        assert!(file.always_delete && !file.archive && !call.early);
        assert_eq!(call.then, Then::Application { name: "Playback".to_owned(), data: "beep".to_owned() });
    }

    #[test]
    fn lines_that_say_nothing_are_named() {
        let text =
            "Channel: nobody\nhello\nColour: red\nPriority: 0\nSetvar: x\nCodecs: opal\nExtension: s\n";
        let (file, complaints) = CallFile::parse(text);
        assert_eq!(
            complaints,
            [
                "line 1: write Channel: Technology/address",
                "line 2: no `Keyword: value`",
                "line 3: there is no keyword `Colour`",
                "line 4: `0` is no number that can be here",
                "line 5: write Setvar: variable=value",
                "line 6: unknown codec `opal`",
            ]
        );
        assert!(file.call().is_err());
    }
}
