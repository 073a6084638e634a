//! `HANGUPCAUSE(channel,type)`: why a channel that this one rang has ended.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct HangupCause;

static HELP: Help = Help {
    synopsis: "Gets per-channel hangupcause information from the channel.",
    arguments: &[
        Argument::required("channel", "The name of the channel, as HANGUPCAUSE_KEYS lists it."),
        Argument::required("type", "`ast` for the cause in words, `tech` for what the technology said."),
    ],
    description: "The causes are kept until HangupCauseClear or the end of the channel.",
    see_also: &["HANGUPCAUSE_KEYS", "HangupCauseClear"],
};

#[async_trait]
impl DialplanFunction for HangupCause {
    fn name(&self) -> &'static str {
        "HANGUPCAUSE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${HANGUPCAUSE(PJSIP/1001-00000001,ast)}", "")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let (name, kind) = (arguments.required(0, "channel")?, arguments.required(1, "type")?);
        let known = channel.remembered_causes().iter().find(|known| *known.0 == *name);
        let (_, hung_up) =
            known.ok_or_else(|| FunctionError::failed(format!("nothing is known of the end of {name}")))?;
        match kind {
            "ast" => Ok(hung_up.cause.text().to_owned()),
            "tech" => Ok(hung_up.technical.to_string()),
            other => Err(FunctionError::arguments(format!("`{other}` is neither `ast` nor `tech`"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cause::Cause;
    use obelus_core::channel::HungUp;

    use crate::testing::{Bench, refuses};

    #[tokio::test]
    async fn the_cause_is_told_in_both_languages() {
        let mut bench = Bench::new();
        let hung_up = HungUp { cause: Cause::USER_BUSY, technical: "SIP 486 Busy Here".into() };
        bench.channel.remember_cause(&"PJSIP/1-00000001".into(), hung_up);
        let text = "${HANGUPCAUSE(PJSIP/1-00000001,ast)}, ${HANGUPCAUSE(PJSIP/1-00000001,tech)}";
        assert_eq!(bench.run(text).await, "User busy, SIP 486 Busy Here");
        assert_eq!(bench.run("${HANGUPCAUSE_KEYS()}").await, "PJSIP/1-00000001");
        assert_eq!(
            bench.read("HANGUPCAUSE(PJSIP/1-00000001,sip)").await.unwrap_err().to_string(),
            "`sip` is neither `ast` nor `tech`"
        );
    }

    #[tokio::test]
    async fn an_unknown_channel_is_refused() {
        refuses("HANGUPCAUSE(PJSIP/1,ast)", "nothing is known of the end of PJSIP/1").await;
        refuses("HANGUPCAUSE(PJSIP/1)", "the argument `type` is missing").await;
    }
}
