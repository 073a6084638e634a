//! `channel originate`.

use async_trait::async_trait;
use obelus_core::Core;
use obelus_core::channel::Position;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::dial::{Originate, Then};

use crate::usage::usage;

pub(super) struct ChannelOriginate;

#[async_trait]
impl CliCommand for ChannelOriginate {
    fn syntax(&self) -> &'static str {
        "channel originate <tech/data> {application|extension} <what> [<data>]"
    }

    fn synopsis(&self) -> &'static str {
        "Originate a call"
    }

    fn description(&self) -> &'static str {
        "Rings <tech/data> for 30 seconds. Who answers runs an application:\n\
         channel originate <tech/data> application <name> [<data>]\n\
         or is sent into the dialplan, by default to `s` in `default`:\n\
         channel originate <tech/data> extension [<exten>@][<context>]"
    }

    fn complete(&self, core: &Core, words: &[&str]) -> Vec<String> {
        match words {
            [_, _] => core.registry().techs().map(|tech| format!("{}/", tech.name())).collect(),
            [_, _, _, word] if word.eq_ignore_ascii_case("application") => {
                core.registry().apps().map(|app| app.name().to_owned()).collect()
            }
            _ => Vec::new(),
        }
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [destination, kind, rest @ ..] = call.arguments() else { return Err(usage(self)) };
        if !destination.contains('/') {
            return Err(CliError::failed("*** No data provided after channel type! ***"));
        }
        let then = then(kind, rest).ok_or_else(|| usage(self))?;
        let begun = call.core.originate_soon(Originate::new(*destination, then)).await;
        begun.map_err(|error| CliError::failed(error.to_string()))?;
        Ok(String::new())
    }
}

fn then(kind: &str, rest: &[&str]) -> Option<Then> {
    if kind.eq_ignore_ascii_case("application") {
        let [name, data @ ..] = rest else { return None };
        return Some(Then::Application { name: (*name).to_owned(), data: data.join(" ") });
    }
    if !kind.eq_ignore_ascii_case("extension") {
        return None;
    }
    let place = match rest {
        [] => "",
        [place] => place,
        _ => return None,
    };
    let (exten, context) = place.split_once('@').unwrap_or((place, ""));
    let or =
        |text: &str, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text.to_owned() };
    Some(Then::Extension(Position::new(or(context, "default"), or(exten, "s"), 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_follows_the_answer_is_read() {
        let extension = |context: &str, exten: &str| Some(Then::Extension(Position::new(context, exten, 1)));
        let application =
            |name: &str, data: &str| Some(Then::Application { name: name.into(), data: data.into() });
        assert_eq!(then("extension", &["echo@internal"]), extension("internal", "echo"));
        assert_eq!(then("Extension", &["echo"]), extension("default", "echo"));
        assert_eq!(then("extension", &["@internal"]), extension("internal", "s"));
        assert_eq!(then("extension", &[]), extension("default", "s"));
        assert_eq!(then("application", &["Wait", "20"]), application("Wait", "20"));
        assert_eq!(then("application", &[]), None);
        assert_eq!(then("elsewhere", &["x"]), None);
    }
}
