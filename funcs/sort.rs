//! `SORT(key:value[,key:value[,...]])`: keys in the order of their values.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::scan_float;

pub(crate) struct Sort;

static HELP: Help = Help {
    synopsis: "Sorts a list of key/vals into a list of keys, based upon the vals.",
    arguments: &[Argument::repeated("key:value", true, "The values are numbers.")],
    description: "Gives the keys with commas between them, the least value first; equal ones stay in their order.",
    see_also: &["CUT"],
};

#[async_trait]
impl DialplanFunction for Sort {
    fn name(&self) -> &'static str {
        "SORT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${SORT(carol:30,alice:10.5,bob:20)}", "alice,bob,carol")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        if arguments.is_empty() {
            return Err(FunctionError::missing("key:value"));
        }
        let mut pairs: Vec<(&str, f64)> = arguments
            .split(',')
            .filter_map(|pair| pair.split_once(':'))
            .map(|(key, value)| (key, scan_float(value).unwrap_or_default()))
            .collect();
        pairs.sort_by(|one, other| one.1.total_cmp(&other.1));
        Ok(pairs.iter().map(|pair| pair.0).collect::<Vec<_>>().join(","))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn what_has_no_value_is_left_out() {
        check("${SORT(a:2,b,c:-1,d:x)}", "c,d,a").await;
        refuses("SORT()", "the argument `key:value` is missing").await;
    }
}
