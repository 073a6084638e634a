//! `EXCEPTION(field)`: why the dialplan went to the extension e.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct ExceptionField;

static HELP: Help = Help {
    synopsis: "Retrieve the details of the current dialplan exception.",
    arguments: &[Argument::required("field", "reason, context, exten or priority.")],
    description: "The reason is INVALID, ERROR, RESPONSETIMEOUT, ABSOLUTETIMEOUT or what RaiseException was given; the others tell where it happened.",
    see_also: &["RaiseException"],
};

#[async_trait]
impl DialplanFunction for ExceptionField {
    fn name(&self) -> &'static str {
        "EXCEPTION"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("[${EXCEPTION(reason)}]", "[]")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let Some(exception) = &channel.exception else {
            return Err(FunctionError::failed("there was no exception"));
        };
        let (reason, place) = (&exception.reason, &exception.position);
        match arguments.trim().to_ascii_lowercase().as_str() {
            "reason" => Ok(reason.clone()),
            "context" => Ok(place.context.to_string()),
            "priority" => Ok(place.priority.to_string()),
            field if field.starts_with("exten") => Ok(place.exten.to_string()),
            other => Err(FunctionError::arguments(format!(
                "`{other}` is none of reason, context, exten and priority"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::channel::Position;
    use obelus_core::interpreter::Exception;

    use crate::testing::{Bench, refuses};

    #[tokio::test]
    async fn reason_and_place_are_told() {
        let mut bench = Bench::new();
        bench.channel.exception =
            Some(Exception { reason: "ERROR".to_owned(), position: Position::new("office", "100", 3) });
        let text =
            "${EXCEPTION(REASON)} ${EXCEPTION(context)},${EXCEPTION(extension)},${EXCEPTION(priority)}";
        assert_eq!(bench.run(text).await, "ERROR office,100,3");
        assert!(bench.read("EXCEPTION(colour)").await.is_err());
        refuses("EXCEPTION(reason)", "there was no exception").await;
    }
}
