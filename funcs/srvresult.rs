//! `SRVRESULT(id,resultnum[,field])`: what `SRVQUERY` has found.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::number::scan_integer;
use crate::srv::{Services, found};

pub(crate) struct SrvResult(pub(crate) Arc<Services>);

static HELP: Help = Help {
    synopsis: "Retrieve results from an SRVQUERY.",
    arguments: &[
        Argument::required(
            "id",
            "What SRVQUERY gave; a service that was not looked up yet is looked up now.",
        ),
        Argument::required("resultnum", "Which result, from 1 on; `getnum` gives how many there are."),
        Argument::optional("field", "`host`, `port`, `priority` or `weight`."),
    ],
    description: "The results stand in the order in which they are to be tried: by priority, and within one by chance according to their weights (RFC 2782).",
    see_also: &["SRVQUERY"],
};

#[async_trait]
impl DialplanFunction for SrvResult {
    fn name(&self) -> &'static str {
        "SRVRESULT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${SRVRESULT(_sip._udp.example.invalid,getnum)}", "0")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        let (id, number) = (arguments.required(0, "id")?, arguments.required(1, "resultnum")?);
        if found(channel, id).is_none() {
            self.0.query(channel, id).await?;
        }
        let records = found(channel, id).unwrap_or_default();
        if number.eq_ignore_ascii_case("getnum") {
            return Ok(records.len().to_string());
        }
        let field = arguments.required(2, "field")?;
        let index = scan_integer(number).and_then(|(number, _)| usize::try_from(number).ok()?.checked_sub(1));
        let record = index.and_then(|index| records.get(index)).ok_or_else(|| {
            let reason = format!("there is no result {number}; `{id}` has {}", records.len());
            FunctionError::arguments(reason)
        })?;
        match field.to_ascii_lowercase().as_str() {
            "host" => Ok(record.host.clone()),
            "port" => Ok(record.port.to_string()),
            "priority" => Ok(record.priority.to_string()),
            "weight" => Ok(record.weight.to_string()),
            _ => Err(FunctionError::arguments(format!(
                "`{field}` is no field; there are host, port, priority and weight"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srv::tests::services;
    use crate::srvquery::SrvQuery;
    use crate::testing::Bench;

    #[tokio::test]
    async fn results_are_read_by_number_and_field() {
        let services = Arc::new(services().await);
        let mut bench = Bench::new();
        let channel = &mut bench.channel;
        let id = SrvQuery(services.clone()).read(channel, " _sip._udp.example.com").await.unwrap();
        let result = SrvResult(services);
        for (arguments, expected) in [
            ("getnum", Ok("2")),
            ("1,host", Ok("a.example.com")),
            ("1,port", Ok("5070")),
            ("2,Priority", Ok("20")),
            ("2,weight", Ok("5")),
            ("3,host", Err("there is no result 3; `_sip._udp.example.com` has 2")),
            ("0,host", Err("there is no result 0; `_sip._udp.example.com` has 2")),
            ("1", Err("the argument `field` is missing")),
            ("1,name", Err("`name` is no field; there are host, port, priority and weight")),
        ] {
            let value =
                result.read(channel, &format!("{id},{arguments}")).await.map_err(|error| error.to_string());
            assert_eq!(value.as_deref().map_err(String::as_str), expected, "{arguments}");
        }
        assert_eq!(result.read(channel, "_sip._tcp.example.com,getnum").await.as_deref(), Ok("0"));
    }
}
