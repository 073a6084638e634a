//! `JSON_DECODE(varname,key[,separator[,options]])`: a value out of a JSON text.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help, OptionHelp};
use serde_json::Value;

use crate::printf::Conversion;

pub(crate) struct JsonDecode;

static HELP: Help = Help {
    synopsis: "Returns the string value of a JSON object key from a string containing a JSON array.",
    arguments: &[
        Argument::required("varname", "The name of the variable that holds the JSON text."),
        Argument::required("item", "A key, or several for what is nested; items of arrays count from 0."),
        Argument::optional("separator", "The character between keys; a dot if left away."),
        Argument::options(&[OptionHelp::flag('c', "Of an array, give how many items it has.")]),
    ],
    description: "True is 1, false 0 and null nothing; objects and arrays are given as JSON. Empty where there is no such key.",
    see_also: &["CURL"],
};

#[async_trait]
impl DialplanFunction for JsonDecode {
    fn name(&self) -> &'static str {
        "JSON_DECODE"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("Set(j={\"name\":\"Bob\"})\n${JSON_DECODE(j,name)}", "Bob"),
            (
                "Set(j={\"a\":{\"b\":[5,6]}})\n${JSON_DECODE(j,a.b.1)} ${JSON_DECODE(j,a/b,/,c)} ${JSON_DECODE(j,a)}",
                "6 2 {\"b\":[5,6]}",
            ),
        ]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 4);
        let (name, path) = (arguments.required(0, "varname")?, arguments.required(1, "item")?);
        let separator = match arguments.text(2) {
            "" => ".",
            separator if separator.chars().count() == 1 => separator,
            other => {
                return Err(FunctionError::arguments(format!(
                    "the separator `{other}` is longer than a character"
                )));
            }
        };
        let counts = match arguments.text(3) {
            "" => false,
            "c" => true,
            other => {
                return Err(FunctionError::arguments(format!(
                    "unknown option `{other}`; the only one is `c`"
                )));
            }
        };
        let text = channel.value_of(name).await;
        if text.is_empty() {
            return Ok(text);
        }
        let json: Value = serde_json::from_str(&text)
            .map_err(|error| FunctionError::failed(format!("`{name}` holds no JSON: {error}")))?;
        let found = path.split(separator).try_fold(&json, inside);
        Ok(found.map(|found| shown(found, counts)).unwrap_or_default())
    }
}

/// What an object or array has under a key.
fn inside<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    match value {
        Value::Object(object) => object.get(key),
        Value::Array(array) => array.get(key.parse::<usize>().ok()?),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn shown(value: &Value, counts: bool) -> String {
    match value {
        Value::Null => String::new(),
        Value::Bool(truth) => u8::from(*truth).to_string(),
        Value::String(text) => text.clone(),
        Value::Number(number) => match number.as_f64().filter(|_| number.is_f64()) {
            Some(real) => Conversion::with_precision(17, 'g').float(real),
            None => number.to_string(),
        },
        Value::Array(array) if counts => array.len().to_string(),
        Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::Bench;

    async fn decoded(json: &str, arguments: &str) -> Option<String> {
        let mut bench = Bench::new();
        bench.channel.set_variable("j", json);
        bench.read(&format!("JSON_DECODE(j,{arguments})")).await.ok()
    }

    #[tokio::test]
    async fn values_are_found_by_their_keys() {
        let deep = r#"{"path":{"to":{"arr":["item0",{"name":"x"}],"elem":"v"}}}"#;
        for (json, arguments, expected) in [
            (r#"{"b": true, "s": "USA"}"#, "b", "1"),
            (r#"{"b": false}"#, "b", "0"),
            (r#"{"r": 1E+2}"#, "r", "100"),
            (r#"{"r": 1.23}"#, "r", "1.23"),
            (r#"{"i": -9007199254740993}"#, "i", "-9007199254740993"),
            (r#"{"a": [[1]]}"#, "a.0.0", "1"),
            (r#"{"a": [null]}"#, "a.0", ""),
            (r#"{"a": [0, 1]}"#, "a", "[0,1]"),
            ("[0, 1]", "1", "1"),
            ("[0, 1]", "foo", ""),
            (deep, "path/to/elem,/", "v"),
            (deep, "path.to.elem2", ""),
            (deep, "path/to/arr/2,/", ""),
            (deep, "path/to/arr/-1,/", ""),
            (deep, "path.to.arr,,c", "2"),
            (deep, "path.to.arr.1.name", "x"),
            (deep, "path.to.elem.more", ""),
            (r#"{"z": {"id": "b", "a": "c"}}"#, "z", r#"{"id":"b","a":"c"}"#),
        ] {
            assert_eq!(decoded(json, arguments).await.as_deref(), Some(expected), "{arguments} of {json}");
        }
    }

    #[tokio::test]
    async fn what_is_no_json_is_refused() {
        assert_eq!(decoded("{", "a").await, None);
        assert_eq!(decoded("{}", "a,ab").await, None);
        assert_eq!(decoded("{}", "a,,z").await, None);
        assert_eq!(decoded("{}", "").await, None);
        assert_eq!(decoded(&"[".repeat(100_000), "0").await, None);
    }
}
