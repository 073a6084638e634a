//! Reading the configuration, and taking it over while calls live.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use obelus_core::conf::{Problems, Severity};
use obelus_core::files::ConfigFolder;
use obelus_core::rtp_conf::{self, RtpConf};

use crate::config::{Config, Transport};
use crate::driver::Driver;
use crate::monitor::Intake;
use crate::rtp_module;

/// The file.
pub(crate) const FILE: &str = "pjsip.conf";

/// A name server that is silent for so long is not waited for.
const LOOKUP_DEADLINE: Duration = Duration::from_secs(5);

/// A configuration that was read and is not used yet.
pub(crate) struct Loaded {
    config: Config,
    rtp: RtpConf,
    /// What is wrong, without the places, so that it is known again when lines have moved.
    pub(crate) faults: HashSet<String>,
}

impl Loaded {
    /// The sockets that it asks for.
    pub(crate) fn transports(&self) -> impl Iterator<Item = &Arc<Transport>> {
        self.config.transports.iter()
    }
}

/// Reads pjsip.conf and rtp.conf.
pub(crate) fn read(folder: &ConfigFolder, problems: &mut Problems) -> Loaded {
    let mut own = Problems::new();
    let document = folder.load_if_there(FILE, &mut own);
    let config = Config::load(&document, &mut own);
    let rtp = rtp_conf::load(folder, &mut own);
    own.sort();
    let is_error = |problem: &&obelus_core::conf::Problem| problem.severity == Severity::Error;
    let faults = own.iter().filter(is_error).map(|problem| problem.message.clone()).collect();
    own.iter().for_each(|problem| problems.push(problem.clone()));
    Loaded { config, rtp, faults }
}

/// Takes a configuration over: everything that is looked up changes at once, sockets that stay as they are stay open.
pub(crate) async fn take_over(driver: &Arc<Driver>, loaded: Loaded, intake: &Arc<Intake>) {
    let Loaded { config, rtp, .. } = loaded;
    let debug = config.global.debug;
    if driver.config().global.debug != debug {
        driver.trace.configure(debug);
    }
    rtp_module::take_over(driver, rtp);
    driver.configure(config);
    let config = driver.config_arc();
    driver.resolve_hosts().await;
    driver.media_hosts.store(Arc::new(media_hosts(&config).await));
    let transports: Vec<_> = config.transports.iter().cloned().collect();
    for complaint in driver.transports.configure(&transports, intake).await {
        tracing::warn!("{complaint}");
    }
    if transports.is_empty() {
        tracing::warn!("{FILE} has no usable transport, so that nobody can call or be called by SIP");
    }
    if let Some(crew) = driver.crew() {
        crew.reconfigure();
    }
    driver.registrations.configure(driver, &config);
}

/// Looks up the host names in `media_address`.
async fn media_hosts(config: &Config) -> HashMap<Box<str>, IpAddr> {
    let mut found = HashMap::new();
    for endpoint in config.endpoints.iter() {
        let Some(host) = &endpoint.media.address else { continue };
        let is_literal = host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok();
        if is_literal || found.contains_key(host) {
            continue;
        }
        let looked_up = tokio::net::lookup_host((&**host, 0));
        let first = match tokio::time::timeout(LOOKUP_DEADLINE, looked_up).await {
            Ok(Ok(mut addresses)) => addresses.next(),
            Ok(Err(_)) | Err(_) => None,
        };
        match first {
            Some(address) => drop(found.insert(host.clone(), address.ip())),
            None => tracing::error!(
                endpoint = &*endpoint.name,
                host = &**host,
                "media_address cannot be looked up"
            ),
        }
    }
    found
}
