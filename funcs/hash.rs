//! `HASH(name[,key])`: a table of values by keys.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::channel::without_underscores;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::fields::owned_arguments;

pub(crate) struct Hash;

static HELP: Help = Help {
    synopsis: "Implementation of a dialplan associative array.",
    arguments: &[
        Argument::required("hashname", ""),
        Argument::rest("hashkey", false, "With it one value is read or set, without it all."),
    ],
    description: "Without a key, reading gives the values of all keys in the order of HASHKEYS with commas between them. Writing without a key takes a row that CURL has read with CURLOPT(hashcompat)=yes: values with commas between them, whose keys were noted then. A name with _ or __ before it makes a table that channels inherit.",
    see_also: &["HASHKEYS", "ARRAY"],
};

#[async_trait]
impl DialplanFunction for Hash {
    fn name(&self) -> &'static str {
        "HASH"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "Set(HASH(color,sky)=blue)\nSet(HASH(color,rose)=red)\n${HASH(color,sky)} ${HASH(color)} ${HASHKEYS(color)}",
            "blue blue,red sky,rose",
        )]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let name = arguments.required(0, "hashname")?;
        if arguments.len() == 2 {
            let value = channel.variable(&variable(name, arguments.text(1)));
            return Ok(value.map(|value| value.to_string()).unwrap_or_default());
        }
        let (keys, values): (Vec<String>, Vec<String>) = entries(channel, name).into_iter().unzip();
        channel.set_variable(COLUMNS, keys.join(","));
        Ok(values.join(","))
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let name = arguments.required(0, "hashname")?;
        if arguments.len() == 2 {
            channel.set_variable(&variable(name, arguments.text(1)), value);
            return Ok(());
        }
        let columns = channel
            .variable(COLUMNS)
            .ok_or_else(|| FunctionError::failed("nothing was read whose keys are known"))?;
        let values = owned_arguments(value);
        for (index, column) in owned_arguments(&columns).iter().enumerate() {
            channel.set_variable(&variable(name, column), values.get(index).map_or("", String::as_str));
        }
        Ok(())
    }
}

/// The variable that holds the keys of a row that was read, as Asterisk's `func_odbc` and `CURL` leave them.
pub(crate) const COLUMNS: &str = "~ODBCFIELDS~";

/// The variable of a key; underscores of the name come first, where they mean inheritance.
fn variable(name: &str, key: &str) -> String {
    let (bare, _) = without_underscores(name);
    let underscores = name.get(..name.len() - bare.len()).unwrap_or("");
    format!("{underscores}~HASH~{bare}~{key}~")
}

/// The keys and values of a table, in the order in which they were first set.
pub(crate) fn entries(channel: &Channel, name: &str) -> Vec<(String, String)> {
    let prefix = format!("~HASH~{name}~");
    let key = |variable: &str| {
        let key = variable.strip_prefix(prefix.as_str())?.strip_suffix('~')?;
        (!key.is_empty()).then(|| key.to_owned())
    };
    let variables = channel.variables.iter();
    variables.filter_map(|(name, value, _)| Some((key(name)?, value.to_string()))).collect()
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn a_row_is_taken_whole() {
        check("Set(~ODBCFIELDS~=name,city)\nSet(HASH(row)=Bob,\"Bonn, am Rhein\")\n${HASH(row,city)}|${HASHKEYS(row)}", "Bonn, am Rhein|name,city").await;
        check("Set(HASH(__t,a)=1)\n${HASH(t,a)}${HASHKEYS(t)}[${HASH(t,b)}]", "1a[]").await;
        refuses("HASH()", "the argument `hashname` is missing").await;
    }
}
