//! `LISTFILTER(varname,delimiter,value)`: a list without one of its items.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::encoded::decode;

pub(crate) struct ListFilter;

static HELP: Help = Help {
    synopsis: "Remove an item from a list, by name.",
    arguments: &[
        Argument::required("varname", "The name of a variable."),
        Argument::optional("delim", "One or more characters; a comma if left away."),
        Argument::rest("value", true, "The item, in the same letters."),
    ],
    description: "All items that are equal go. The variable stays as it is.",
    see_also: &["CUT"],
};

#[async_trait]
impl DialplanFunction for ListFilter {
    fn name(&self) -> &'static str {
        "LISTFILTER"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(phones=PJSIP/1&PJSIP/2&PJSIP/3)\n${LISTFILTER(phones,&,PJSIP/2)}", "PJSIP/1&PJSIP/3")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        if arguments.len() < 3 {
            return Err(FunctionError::arguments("write LISTFILTER(varname,delimiter,value)"));
        }
        let list = channel.value_of(arguments.text(0)).await;
        let delimiter = Some(decode(arguments.text(1))).filter(|text| !text.is_empty());
        let delimiter = delimiter.as_deref().unwrap_or(",");
        let kept: Vec<&str> = list.split(delimiter).filter(|item| *item != arguments.text(2)).collect();
        Ok(kept.join(delimiter))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn only_whole_items_go() {
        check("Set(l=ab,a,abc,a)\n${LISTFILTER(l,,a)}", "ab,abc").await;
        check("Set(l=a)\n[${LISTFILTER(l,-,a)}][${LISTFILTER(none,-,a)}]", "[][]").await;
        check("Set(l=a; b; c)\n${LISTFILTER(l,; ,b)}", "a; c").await;
        refuses("LISTFILTER(l,-)", "write LISTFILTER(varname,delimiter,value)").await;
    }
}
