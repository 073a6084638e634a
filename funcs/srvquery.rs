//! `SRVQUERY(service)`: looks a service up.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::srv::Services;

pub(crate) struct SrvQuery(pub(crate) Arc<Services>);

static HELP: Help = Help {
    synopsis: "Initiate an SRV query.",
    arguments: &[Argument::required("service", "Such as _sip._udp.example.com.")],
    description: "Looks the service up in the DNS and gives the id for SRVRESULT, which is the service. The call goes on meanwhile.",
    see_also: &["SRVRESULT"],
};

#[async_trait]
impl DialplanFunction for SrvQuery {
    fn name(&self) -> &'static str {
        "SRVQUERY"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${SRVQUERY(_sip._udp.example.invalid)}", "_sip._udp.example.invalid")]
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let service = arguments.trim();
        if service.is_empty() {
            return Err(FunctionError::missing("service"));
        }
        self.0.query(channel, service).await?;
        Ok(service.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, refuses};

    #[tokio::test]
    async fn a_name_is_asked_for() {
        refuses("SRVQUERY( )", "the argument `service` is missing").await;
        assert!(Bench::new().read("SRVQUERY(a..b)").await.unwrap_err().to_string().starts_with("a..b: "));
    }
}
