//! `FEATUREMAP(feature)`: the code of a feature, for this channel.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::features::is_code;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct FeatureMap;

static HELP: Help = Help {
    synopsis: "Get or set a feature map to a given value on a specific channel.",
    arguments: &[Argument::required("feature_name", "`blindxfer`, `atxfer` or `disconnect`.")],
    description: "The code that this channel presses for the feature. What is not set for the channel is that of features.conf. An empty code takes the feature away.",
    see_also: &["FEATURE"],
};

#[async_trait]
impl DialplanFunction for FeatureMap {
    fn name(&self) -> &'static str {
        "FEATUREMAP"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(FEATUREMAP(blindxfer)=*9)\n${FEATUREMAP(blindxfer)} ${FEATUREMAP(disconnect)}", "*9 *")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let features = channel.features();
        match arguments.trim() {
            "blindxfer" => Ok(features.blind_transfer.clone()),
            "atxfer" => Ok(features.attended_transfer.clone()),
            "disconnect" => Ok(features.disconnect.clone()),
            other => Err(unknown(other)),
        }
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        if !is_code(value) {
            let reason = "a code is made of digits, `*`, `#` and the letters A to D";
            return Err(FunctionError::arguments(format!("`{value}` is no code: {reason}")));
        }
        channel.change_features(|features| {
            let code = match arguments.trim() {
                "blindxfer" => &mut features.blind_transfer,
                "atxfer" => &mut features.attended_transfer,
                "disconnect" => &mut features.disconnect,
                other => return Err(unknown(other)),
            };
            value.clone_into(code);
            Ok(())
        })
    }
}

fn unknown(feature: &str) -> FunctionError {
    match ["automixmon", "automon", "parkcall"].contains(&feature) {
        true => FunctionError::arguments(format!("the feature `{feature}` is not served yet")),
        false => FunctionError::arguments(format!("there is no feature `{feature}`")),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, check, refuses};

    #[tokio::test]
    async fn codes_are_changed_and_taken_away() {
        check("Set(FEATUREMAP(disconnect)=)\n[${FEATUREMAP(disconnect)}] ${FEATUREMAP(blindxfer)}", "[] #")
            .await;
        refuses("FEATUREMAP(automon)", "the feature `automon` is not served yet").await;
        check("Set(FEATUREMAP(atxfer)=*2)\n${FEATUREMAP(atxfer)}", "*2").await;
        refuses("FEATUREMAP(x)", "there is no feature `x`").await;
        let mut bench = Bench::new();
        assert!(bench.channel.assign("FEATUREMAP(blindxfer)", "hello").await.is_err());
        assert!(bench.channel.assign("FEATUREMAP(parkcall)", "*7").await.is_err());
        assert_eq!(bench.run("${FEATUREMAP(blindxfer)}").await, "#");
    }
}
