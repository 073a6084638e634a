//! `PRESENCE_STATE(provider[,field[,options]])`: whether a person is there.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help, OptionHelp};
use obelus_core::presence_state::custom_name;

use crate::bytes::base64;

pub(crate) struct PresenceStateOf;

static HELP: Help = Help {
    synopsis: "Get or Set a presence state.",
    arguments: &[
        Argument::required("provider", "CustomPresence:name."),
        Argument::optional("field", "value, subtype or message, when read."),
        Argument::options(&[OptionHelp::flag('e', "The texts are in base64.")]),
    ],
    description: "Write Set(PRESENCE_STATE(CustomPresence:name)=state[,subtype[,message[,e]]]). A state is not_set, unavailable, available, away, xa, chat or dnd. Only custom presence can be set; it lasts over restarts.",
    see_also: &["DEVICE_STATE"],
};

#[async_trait]
impl DialplanFunction for PresenceStateOf {
    fn name(&self) -> &'static str {
        "PRESENCE_STATE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            (
                "Set(PRESENCE_STATE(CustomPresence:alice)=away,holiday,Back on Monday)\n${PRESENCE_STATE(CustomPresence:alice,value)}: ${PRESENCE_STATE(CustomPresence:alice,message)}",
                "away: Back on Monday",
            ),
            ("${PRESENCE_STATE(CustomPresence:bob,value)}", "not_set"),
        ]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        let (provider, field) = (arguments.required(0, "provider")?, arguments.required(1, "field")?);
        let presence = channel.core().presence(provider).await;
        let presence =
            presence.ok_or_else(|| FunctionError::failed(format!("`{provider}` provides no presence")))?;
        let text = match field.to_ascii_lowercase().as_str() {
            "value" => return Ok(presence.state.word().to_owned()),
            "subtype" => presence.subtype,
            "message" => presence.message,
            other => {
                return Err(FunctionError::arguments(format!(
                    "`{other}` is none of value, subtype and message"
                )));
            }
        };
        Ok(if arguments.text(2).contains('e') { base64(text.as_bytes()) } else { text })
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let name = custom_name(arguments)
            .ok_or_else(|| FunctionError::arguments("only `CustomPresence:name` can be set"))?;
        let set = channel.core().set_custom_presence(name, value).await;
        set.map_err(|error| FunctionError::failed(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, check, refuses};

    #[tokio::test]
    async fn texts_may_be_in_base64() {
        check("Set(PRESENCE_STATE(CustomPresence:x)=xa,T24gdmFjYXRpb24=,,e)\n${PRESENCE_STATE(custompresence:x,subtype)}|${PRESENCE_STATE(CustomPresence:x,subtype,e)}|${PRESENCE_STATE(CustomPresence:x,message)}", "On vacation|T24gdmFjYXRpb24=|").await;
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused() {
        refuses("PRESENCE_STATE(PJSIP/1,value)", "`PJSIP/1` provides no presence").await;
        refuses("PRESENCE_STATE(CustomPresence:x)", "the argument `field` is missing").await;
        refuses("PRESENCE_STATE(CustomPresence:x,mood)", "`mood` is none of value, subtype and message")
            .await;
        let mut bench = Bench::new();
        assert!(bench.channel.assign("PRESENCE_STATE(PJSIP/1)", "away").await.is_err());
        assert!(bench.channel.assign("PRESENCE_STATE(CustomPresence:x)", "asleep").await.is_err());
    }
}
