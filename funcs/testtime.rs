//! `TESTTIME()=date time [zone]`: pretend another time to GotoIfTime.

use async_trait::async_trait;
use obelus_core::app::is_true;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::Help;

use crate::calendar;

/// The variable that `GotoIfTime` reads: seconds since 1970.
const VARIABLE: &str = "TESTTIME";

pub(crate) struct TestTime;

static HELP: Help = Help {
    synopsis: "Sets a time to be used with the channel to test logical conditions.",
    arguments: &[],
    description: "Write Set(TESTTIME()=2026/12/25 10:00:00 Europe/Berlin); the zone is the machine's if left away. Channels placed by this one pretend the same time. Set(TESTTIME()=0) ends it.",
    see_also: &["GotoIfTime"],
};

#[async_trait]
impl DialplanFunction for TestTime {
    fn name(&self) -> &'static str {
        "TESTTIME"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(TESTTIME()=2026/12/25 10:00:00 UTC)\n${TESTTIME}", "1798192800")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, _arguments: &str, value: &str) -> Result<(), FunctionError> {
        if !is_true(value) {
            channel.variables.remove(VARIABLE);
            return Ok(());
        }
        let zone = calendar::zone(&channel.core().clock, value.split_whitespace().nth(2).unwrap_or(""))?;
        let time = calendar::read(value, "%Y/%m/%d %H:%M:%S", &zone)
            .ok_or_else(|| FunctionError::arguments(format!("`{value}` is not like 2026/12/25 10:00:00")))?;
        channel.set_variable(&format!("__{VARIABLE}"), time.as_second().to_string());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    #[tokio::test]
    async fn the_time_is_inherited_until_it_is_taken_back() {
        let mut bench = Bench::new();
        bench.run("Set(TESTTIME()=2006/03/01 07:30:35 America/Chicago)\n").await;
        let child = bench.channel.variables.inherited();
        assert_eq!(child.get("TESTTIME"), Some("1141219835"));
        assert_eq!(bench.run("Set(TESTTIME()=0)\n[${TESTTIME}]").await, "[]");
        assert!(bench.channel.assign("TESTTIME()", "tomorrow").await.is_err());
        assert!(bench.channel.assign("TESTTIME()", "2006/03/01 07:30:35 Mars").await.is_err());
    }
}
