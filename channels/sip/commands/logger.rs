//! `pjsip set logger`: which SIP messages are printed.

use std::net::IpAddr;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::conf::Network;
use obelus_sip::Method;

use crate::driver::Driver;
use crate::trace::Filter;

pub(super) struct SetLogger(pub(super) Arc<Driver>);

const SYNTAX: &str = "pjsip set logger {on|off|host|add|method|methodadd} [<value>]";

#[async_trait]
impl CliCommand for SetLogger {
    fn syntax(&self) -> &'static str {
        SYNTAX
    }

    fn synopsis(&self) -> &'static str {
        "Enable/Disable PJSIP Logger Output"
    }

    fn description(&self) -> &'static str {
        "host <address or subnet> prints the messages of that host only, and add those of one more.\n\
         method <method> prints those of that method only, and methodadd those of one more."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        match call.arguments() {
            ["on"] => {
                self.0.trace.set(Some(Filter::default()));
                Ok("PJSIP Logging enabled\n".to_owned())
            }
            ["off"] => {
                self.0.trace.set(None);
                Ok("PJSIP Logging disabled\n".to_owned())
            }
            ["host", host] => self.host(host, Filter::default()).await,
            ["add", host] => self.host(host, self.filter()).await,
            ["method", method] => self.method(method, Filter { methods: Vec::new(), ..self.filter() }),
            ["methodadd", method] => self.method(method, self.filter()),
            ["verbose" | "pcap", ..] => Err(CliError::failed("verbose and pcap are not served yet")),
            _ => Err(CliError::Usage(SYNTAX.to_owned())),
        }
    }
}

impl SetLogger {
    fn filter(&self) -> Filter {
        self.0.trace.filter().map(|filter| Filter::clone(&filter)).unwrap_or_default()
    }

    async fn host(&self, host: &str, mut filter: Filter) -> Result<String, CliError> {
        let failed = || CliError::failed(format!("Failed to add address '{host}' for logging"));
        let network = network(host).await.ok_or_else(failed)?;
        if !filter.networks.contains(&network) {
            filter.networks.push(network);
        }
        self.0.trace.set(Some(filter));
        let is_host = network.prefix == if network.address.is_ipv4() { 32 } else { 128 };
        let shown = if is_host { network.address.to_string() } else { network.to_string() };
        Ok(format!("PJSIP Logging Enabled for host: {shown}\n"))
    }

    fn method(&self, name: &str, mut filter: Filter) -> Result<String, CliError> {
        let name = name.to_ascii_uppercase();
        if matches!(Method::parse(name.as_bytes()), None | Some(Method::Other(_))) {
            return Err(CliError::failed(format!("'{name}' is not a SIP method")));
        }
        if filter.methods.contains(&name) {
            return Ok(format!("Method '{name}' is already enabled\n"));
        }
        filter.methods.push(name);
        let shown = filter.methods.join(", ");
        self.0.trace.set(Some(filter));
        Ok(format!("PJSIP Logging Enabled for SIP Methods: {shown}\n"))
    }
}

/// An address, a subnet, or the address of a host name.
async fn network(host: &str) -> Option<Network> {
    if let Ok(network) = host.parse() {
        return Some(network);
    }
    let address: IpAddr = tokio::net::lookup_host((host, 0)).await.ok()?.next()?.ip();
    address.to_string().parse().ok()
}
