//! `ARRAY(var1[,var2[,...]])`: set several variables at once.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::fields::owned_arguments;

pub(crate) struct Array;

static HELP: Help = Help {
    synopsis: "Allows setting multiple variables at once.",
    arguments: &[Argument::repeated("var", true, "The names.")],
    description: "The values stand behind the = with commas between them, in the order of the names. Names without a value become empty; values without a name are left out.",
    see_also: &["SET", "HASH"],
};

#[async_trait]
impl DialplanFunction for Array {
    fn name(&self) -> &'static str {
        "ARRAY"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(ARRAY(a,b,c)=1,2)\n${a}${b}[${c}]", "12[]")]
    }

    fn readable(&self) -> bool {
        false
    }

    fn writable(&self) -> bool {
        true
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let (names, values) = (owned_arguments(arguments), owned_arguments(value));
        for (index, name) in names.iter().enumerate() {
            channel.assign(name, values.get(index).map_or("", String::as_str)).await?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::check;

    #[tokio::test]
    async fn quotes_keep_commas_together() {
        check("Set(ARRAY(a,_b)=\"1,2\",3,4)\n${a} ${b}", "1,2 3").await;
    }
}
