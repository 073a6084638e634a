//! `IF(condition?[true][:false])`: one of two texts.

use async_trait::async_trait;
use obelus_core::app::is_true;
use obelus_core::channel::Channel;
use obelus_core::dialplan::split_arguments_at;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct If;

static HELP: Help = Help {
    synopsis: "Check for an expression.",
    arguments: &[Argument::rest(
        "condition?[true][:false]",
        true,
        "A condition is false where it is empty or a number that is 0.",
    )],
    description: "Gives the text behind the question mark if the condition holds, else the one behind the colon. Blanks around them are left out; a `?` or `:` that belongs to a text needs double quotes or a backslash.",
    see_also: &["IFTIME", "ISNULL", "EXISTS"],
};

#[async_trait]
impl DialplanFunction for If {
    fn name(&self) -> &'static str {
        "IF"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${IF($[1 < 2]?yes:no)}", "yes"), ("${IF(0?yes:no)}", "no")]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let parts = split_arguments_at(arguments, b'?', 2);
        let condition = parts.first().map_or("", AsRef::as_ref);
        let texts = split_arguments_at(parts.get(1).map_or("", AsRef::as_ref), b':', 2);
        if condition.is_empty() || texts.is_empty() {
            return Err(FunctionError::arguments("write IF(condition?true:false)"));
        }
        let chosen = texts.get(usize::from(!is_true(condition)));
        Ok(chosen.map_or("", AsRef::as_ref).trim().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn a_number_or_a_text_decides() {
        check("${IF(1?a:b)}", "a").await;
        check("${IF( 0 ? a : b )}", "b").await;
        check("${IF(no?a:b)}", "a").await;
        check("${IF(0.9?a:b)}", "b").await;
        check("${IF(1?:b)}", "").await;
        check("${IF(0?a)}", "").await;
        check("${IF(1?\"a:b\":c)}", "a:b").await;
    }

    #[tokio::test]
    async fn a_condition_and_a_text_are_needed() {
        refuses("IF(?a:b)", "write IF(condition?true:false)").await;
        refuses("IF(1)", "write IF(condition?true:false)").await;
    }
}
