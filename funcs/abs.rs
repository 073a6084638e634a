//! `ABS(num)`: a number without its sign.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::{float, shortest};

pub(crate) struct Abs;

static HELP: Help = Help {
    synopsis: "Returns absolute value of a number.",
    arguments: &[Argument::required("num", "")],
    description: "Whole numbers come without a point, others with six digits behind it.",
    see_also: &["MAX", "MIN"],
};

#[async_trait]
impl DialplanFunction for Abs {
    fn name(&self) -> &'static str {
        "ABS"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${ABS(-13)}", "13"), ("${ABS(-1.5)}", "1.500000")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        float(arguments).map(|number| shortest(number.abs()))
    }
}
