//! `RAND([min[,max]])`: a random number.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::scan_integer;

pub(crate) struct Rand;

static HELP: Help = Help {
    synopsis: "Choose a random number in a range.",
    arguments: &[
        Argument::optional("min", "The least number; 0 if left away."),
        Argument::optional("max", "The greatest number; 2147483647 if left away."),
    ],
    description: "Every number of the range, its ends included, comes as often as any other. The ends may stand in either order.",
    see_also: &[],
};

#[async_trait]
impl DialplanFunction for Rand {
    fn name(&self) -> &'static str {
        "RAND"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${RAND(5,5)}", "5")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let bound = |index, default| scan_integer(arguments.text(index)).map_or(default, |(bound, _)| bound);
        Ok(channel.core().random.between(bound(0, 0), bound(1, i64::from(i32::MAX))).to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn the_bounds_have_defaults_and_may_be_swapped() {
        let mut bench = Bench::new();
        for (call, least, most) in
            [("RAND()", 0, i64::from(i32::MAX)), ("RAND(3,1)", 1, 3), ("RAND(-2,x)", -2, i64::from(i32::MAX))]
        {
            for _ in 0..20 {
                let number: i64 = bench.read(call).await.unwrap().parse().unwrap();
                assert!((least..=most).contains(&number), "{call}: {number}");
            }
        }
    }
}
