//! `HINT(extension[@context][,options])`: the devices of an extension.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help, OptionHelp};

pub(crate) struct Hint;

static HELP: Help = Help {
    synopsis: "Get the devices set for a dialplan hint.",
    arguments: &[
        Argument::required("extension@context", "The context is default if left away."),
        Argument::options(&[OptionHelp::flag('n', "The name that goes with the hint instead.")]),
    ],
    description: "Empty where there is no hint.",
    see_also: &["EXTENSION_STATE", "DEVICE_STATE"],
};

#[async_trait]
impl DialplanFunction for Hint {
    fn name(&self) -> &'static str {
        "HINT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("[${HINT(1001@nowhere)}]", "[]")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let (exten, context) = extension(arguments.required(0, "extension")?)?;
        let wants_name = match arguments.text(1) {
            "" => false,
            "n" => true,
            other => {
                return Err(FunctionError::arguments(format!(
                    "unknown option `{other}`; the only one is `n`"
                )));
            }
        };
        let hint = channel.core().dialplan.load().hint(&channel.core().clock, context, exten);
        let (devices, name) = hint.unwrap_or_default();
        Ok(if wants_name { name } else { devices })
    }
}

/// Extension and context of `extension[@context]`.
pub(crate) fn extension(text: &str) -> Result<(&str, &str), FunctionError> {
    match text.split_once('@').unwrap_or((text, "")) {
        ("", _) => Err(FunctionError::missing("extension")),
        (exten, "") => Ok((exten, "default")),
        (exten, context) => Ok((exten, context)),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, refuses};

    #[tokio::test]
    async fn devices_and_name_are_told() {
        let mut bench = Bench::with("[default]\nexten => 8,hint,PJSIP/1&PJSIP/2\nexten => 8,1,Set(x=1)\n");
        assert_eq!(bench.run("${HINT(8)} [${HINT(8@default,n)}]").await, "PJSIP/1&PJSIP/2 []");
        refuses("HINT(@x)", "the argument `extension` is missing").await;
        refuses("HINT(8,x)", "unknown option `x`; the only one is `n`").await;
    }
}
