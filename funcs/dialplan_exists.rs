//! `DIALPLAN_EXISTS(context[,extension[,priority]])`: whether the dialplan has a place.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::channel::Position;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct DialplanExists;

static HELP: Help = Help {
    synopsis: "Checks the existence of a dialplan target.",
    arguments: &[
        Argument::required("context", ""),
        Argument::optional("extension", ""),
        Argument::optional("priority", "A number or a label."),
    ],
    description: "Gives 1 or 0.",
    see_also: &["Goto"],
};

#[async_trait]
impl DialplanFunction for DialplanExists {
    fn name(&self) -> &'static str {
        "DIALPLAN_EXISTS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${DIALPLAN_EXISTS(nowhere,s,1)}", "0")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        let context = arguments.required(0, "context")?;
        let exists = match (arguments.get(1), arguments.get(2)) {
            (None, None) => channel.plan().plan().context(context).is_some(),
            (exten, priority) => {
                let (exten, priority) = (exten.unwrap_or(""), priority.unwrap_or("1"));
                match priority.parse() {
                    Ok(number) => channel.extension_exists(&Position::new(context, exten, number)),
                    Err(_) => channel.resolve(&format!("{context},{exten},{priority}")).is_ok(),
                }
            }
        };
        Ok(u8::from(exists).to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, refuses};

    #[tokio::test]
    async fn contexts_extensions_priorities_and_labels_are_found() {
        let mut bench = Bench::with("[office]\nexten => _1XX,1,Set(x=1)\nsame => n(label),Set(x=2)\n");
        for (arguments, expected) in [
            ("office", "1"),
            ("home", "0"),
            ("office,123", "1"),
            ("office,223", "0"),
            ("office,123,2", "1"),
            ("office,123,3", "0"),
            ("office,123,label", "1"),
            ("office,123,other", "0"),
        ] {
            let text = format!("${{DIALPLAN_EXISTS({arguments})}}");
            assert_eq!(bench.run(&text).await, expected, "{arguments}");
        }
        refuses("DIALPLAN_EXISTS()", "the argument `context` is missing").await;
    }
}
