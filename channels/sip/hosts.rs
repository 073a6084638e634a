//! The host names of `identify` sections, looked up when the configuration is loaded.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::HostPort;
use tokio::task::JoinSet;

use crate::config::{Config, ResolvedHosts};
use crate::driver::Driver;

/// A name server that is silent for so long is not waited for.
const DEADLINE: Duration = Duration::from_secs(5);

impl Driver {
    /// Looks up the host names of all `identify` sections, all at once.
    ///
    /// A name that is not found now keeps the addresses that it had before: a name server that fails at a
    /// reload takes no trunk away.
    pub async fn resolve_hosts(&self) {
        let config = self.config_arc();
        let before = self.hosts.load_full();
        let mut lookups = JoinSet::new();
        for (identify, host) in names(&config) {
            lookups.spawn(async move {
                let addresses = look_up(&host.host).await;
                (identify, host, addresses)
            });
        }
        let mut resolved = ResolvedHosts::default();
        while let Some(found) = lookups.join_next().await {
            let Ok((identify, host, addresses)) = found else { continue };
            if addresses.is_empty() {
                tracing::warn!(
                    "Identify '{identify}' provided address '{}' did not resolve to any address",
                    host.host
                );
                before
                    .of(&identify)
                    .iter()
                    .for_each(|old| resolved.add(&identify, old.network.address, old.port));
            }
            addresses.into_iter().for_each(|address| resolved.add(&identify, address, host.port));
        }
        self.hosts.store(Arc::new(resolved));
    }
}

/// The names, each with its section.
fn names(config: &Config) -> Vec<(Arc<str>, HostPort)> {
    let of_section = |identify: &Arc<crate::config::Identify>| {
        let name = identify.name.clone();
        identify.hosts.iter().map(move |host| (name.clone(), host.clone())).collect::<Vec<_>>()
    };
    config.identifies.iter().flat_map(of_section).collect()
}

async fn look_up(host: &str) -> Vec<IpAddr> {
    let found = tokio::time::timeout(DEADLINE, tokio::net::lookup_host((host, 0))).await;
    match found {
        Ok(Ok(addresses)) => addresses.map(|address| address.ip()).collect(),
        Ok(Err(_)) | Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::testing::TestPbx;

    use crate::testing::{config, driver};

    const CONFIG: &str = "[x]\ntype=aor\n[a]\ntype=endpoint\nallow=ulaw\naors=x\n\
        [i]\ntype=identify\nendpoint=a\nmatch=localhost,no-such-host.invalid\n";

    #[tokio::test]
    async fn names_become_addresses_and_stay_when_the_name_server_fails() {
        let pbx = TestPbx::new(|_, _| {});
        let driver = driver(&pbx.core, CONFIG);
        driver.resolve_hosts().await;
        let found = driver.hosts.load().find("127.0.0.1:5060".parse().unwrap()).map(|name| name.to_string());
        assert_eq!(found.as_deref(), Some("i"));
        // The same section now names a host that nobody knows.
        driver.configure(config(&CONFIG.replace("localhost,", "")));
        driver.resolve_hosts().await;
        assert!(driver.hosts.load().find("127.0.0.1:5060".parse().unwrap()).is_some());
        driver.configure(config(""));
        driver.resolve_hosts().await;
        assert!(driver.hosts.load().find("127.0.0.1:5060".parse().unwrap()).is_none());
    }
}
