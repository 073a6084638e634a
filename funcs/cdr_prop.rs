//! `CDR_PROP(name)=…`: whether the channel has records, and whether it is the caller of those about it and others.

use async_trait::async_trait;
use obelus_core::app::is_true as is_number_or_text;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::cdr::book;

pub(crate) struct CdrProp;

static HELP: Help = Help {
    synopsis: "Set a property on a channel's CDR.",
    arguments: &[Argument::required(
        "name",
        "`party_a`: the channel is preferred as the caller of a record about two. `disable`: no records are written of it from now on.",
    )],
    description: "A value that is true (1, yes, true, y, t, on) sets the property, another takes it back.",
    see_also: &["CDR"],
};

/// What counts as true, as Asterisk reads a switch.
fn is_on(value: &str) -> bool {
    const YES: [&str; 5] = ["yes", "true", "y", "t", "on"];
    let is_number = value.starts_with(|letter: char| letter.is_ascii_digit());
    YES.iter().any(|yes| yes.eq_ignore_ascii_case(value)) || (is_number && is_number_or_text(value))
}

#[async_trait]
impl DialplanFunction for CdrProp {
    fn name(&self) -> &'static str {
        "CDR_PROP"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(CDR_PROP(disable)=1)\nno record", "no record")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let on = is_on(value.trim());
        match arguments.trim().to_ascii_lowercase().as_str() {
            "party_a" => book(channel, |book, id| book.set_party_a(id, on)),
            "disable" => book(channel, |book, id| book.set_disabled(id, on)),
            other => {
                return Err(FunctionError::arguments(format!(
                    "`{other}` is no property; write party_a or disable"
                )));
            }
        };
        Ok(())
    }
}
