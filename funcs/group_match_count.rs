//! `GROUP_MATCH_COUNT(expression[@category])`: how many channels are in groups that match.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::dialplan::Regex;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::groups::{Groups, split};

pub(crate) struct GroupMatchCount(pub(crate) Arc<Groups>);

static HELP: Help = Help {
    synopsis: "Counts the number of channels in the groups matching the specified pattern.",
    arguments: &[Argument::required("groupmatch[@category]", "POSIX extended regular expressions for both.")],
    description: "The expressions take capitals and small letters for different.",
    see_also: &["GROUP", "GROUP_COUNT", "REGEX"],
};

#[async_trait]
impl DialplanFunction for GroupMatchCount {
    fn name(&self) -> &'static str {
        "GROUP_MATCH_COUNT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(GROUP()=trunk1)\n${GROUP_MATCH_COUNT(trunk[0-9])}${GROUP_MATCH_COUNT(^runk)}", "10")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (group, category) = split(arguments);
        if group.is_empty() {
            return Err(FunctionError::missing("groupmatch"));
        }
        let compiled = |pattern: &str| {
            Regex::new(pattern)
                .map_err(|reason| FunctionError::arguments(format!("the expression `{pattern}`: {reason}")))
        };
        let (group, category) = (compiled(group)?, compiled(category)?);
        let count =
            self.0.count(|member| group.is_match(&member.group) && category.is_match(&member.category));
        Ok(count.to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn both_expressions_must_match() {
        check(
            "Set(GROUP(out)=a1)\nSet(GROUP()=a2)\n${GROUP_MATCH_COUNT(a@o.t)}${GROUP_MATCH_COUNT(a)}",
            "12",
        )
        .await;
        refuses("GROUP_MATCH_COUNT(()", "the expression `(`: a `(` is not closed").await;
        refuses("GROUP_MATCH_COUNT()", "the argument `groupmatch` is missing").await;
    }
}
