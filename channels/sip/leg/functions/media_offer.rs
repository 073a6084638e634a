//! `PJSIP_MEDIA_OFFER(audio)`: the codecs that are offered or answered.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::conf::suggest;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};
use obelus_core::media::Codec;
use obelus_sdp::CodecList;
use obelus_sdp::allow::ListError;

use super::leg;

pub(super) struct PjsipMediaOffer;

static HELP: Help = Help {
    synopsis: "Media and codec offerings to be set on an outbound SIP channel prior to dialing.",
    arguments: &[Argument::required("media", "`audio`; video is not served.")],
    description: "Reading gives the codecs, separated by commas. Writing takes a list as `allow` does: `ulaw,g722`, or \
                  `!all,alaw` to begin anew. It counts from the next offer or answer on.",
    see_also: &["PJSIP_SEND_SESSION_REFRESH"],
};

#[async_trait]
impl DialplanFunction for PjsipMediaOffer {
    fn name(&self) -> &'static str {
        "PJSIP_MEDIA_OFFER"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${PJSIP_MEDIA_OFFER(audio)}", "ulaw,alaw")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, media: &str) -> Result<String, FunctionError> {
        check(media)?;
        let codecs = channel.codecs();
        leg(channel)?;
        let names: Vec<&str> = codecs.iter().map(|codec| codec.name()).collect();
        Ok(names.join(","))
    }

    async fn write(&self, channel: &mut Channel, media: &str, value: &str) -> Result<(), FunctionError> {
        check(media)?;
        let mut codecs = CodecList::new();
        codecs.allow(value).map_err(|errors| complaint(&errors))?;
        if codecs.is_empty() {
            return Err(FunctionError::arguments("no codec is left"));
        }
        leg(channel)?.set_codecs(codecs).map_err(|error| FunctionError::failed(error.to_string()))
    }
}

fn check(media: &str) -> Result<(), FunctionError> {
    match media.trim() {
        "audio" => Ok(()),
        "video" => Err(FunctionError::failed("video is not served")),
        _ => Err(FunctionError::arguments("the argument is `audio`")),
    }
}

fn complaint(errors: &[ListError]) -> FunctionError {
    let Some(error) = errors.first() else { return FunctionError::arguments("the list cannot be read") };
    let near = match error {
        ListError::UnknownCodec(name) => suggest(name, Codec::names()),
        ListError::Framing { .. } => None,
    };
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    FunctionError::arguments(format!("{error}{near}"))
}
