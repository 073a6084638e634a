//! `Driver`: what all parts of the driver share.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use arc_swap::{ArcSwap, ArcSwapOption, Guard};
use obelus_core::Core;
use obelus_core::device_state::DeviceState;
use obelus_core::rate_limit::RateLimit;
use obelus_core::rtp_conf::RtpConf;
use obelus_sip::message::Request;

use crate::config::{Config, Endpoint, ResolvedHosts};
use crate::counters::Counters;
use crate::location::Locations;
use crate::maintenance::Maintenance;
use crate::notify::Types;
use crate::outbound_registration::Registrations;
use crate::trace::Trace;
use crate::transport::Transports;
use crate::unidentified::Unidentified;
use crate::worker::Crew;

/// What all parts of the driver share.
pub struct Driver {
    /// The PBX.
    pub core: Arc<Core>,
    config: ArcSwap<Config>,
    /// The addresses of the host names in `identify` sections.
    pub hosts: ArcSwap<ResolvedHosts>,
    /// Where everybody can be reached.
    pub locations: Locations,
    /// The sockets.
    pub transports: Transports,
    /// Which messages are printed.
    pub trace: Trace,
    /// What came, was refused and was lost.
    pub counters: Counters,
    /// The addresses of host names in `media_address`.
    pub media_hosts: ArcSwap<HashMap<Box<str>, IpAddr>>,
    /// The rules of RTP.
    pub rtp: ArcSwap<RtpConf>,
    /// Holds back repeated lines about numbers that do not exist.
    pub(crate) unknown_extension: RateLimit,
    /// Holds back repeated lines about calls that are not admitted.
    pub(crate) not_admitted: RateLimit,
    /// The endpoints in maintenance.
    pub maintenance: Maintenance,
    /// Our registrations with others.
    pub registrations: Registrations,
    /// The types of pjsip_notify.conf.
    pub(crate) notices: ArcSwap<Types>,
    crew: ArcSwapOption<Crew>,
    unidentified: Mutex<Unidentified>,
}

impl Driver {
    /// A driver with an empty configuration; the seed is random.
    pub fn new(core: Arc<Core>, seed: [u8; 32]) -> Arc<Driver> {
        let config = Config::default();
        let config_debug = config.global.debug;
        Arc::new(Driver {
            locations: Locations::new(core.clone(), seed),
            unidentified: Mutex::new(Unidentified::new(config.global.unidentified)),
            config: ArcSwap::from_pointee(config),
            hosts: ArcSwap::default(),
            transports: Transports::default(),
            trace: Trace::new(config_debug),
            counters: Counters::default(),
            media_hosts: ArcSwap::default(),
            rtp: ArcSwap::default(),
            unknown_extension: RateLimit::several(20, Duration::from_secs(1)),
            not_admitted: RateLimit::new(Duration::from_secs(10)),
            maintenance: Maintenance::default(),
            registrations: Registrations::default(),
            notices: ArcSwap::default(),
            crew: ArcSwapOption::empty(),
            core,
        })
    }

    /// The workers; none before the driver is started and after it is stopped.
    pub fn crew(&self) -> Option<Arc<Crew>> {
        self.crew.load_full()
    }

    /// Puts the workers in place, or lets them go.
    pub fn set_crew(&self, crew: Option<Arc<Crew>>) {
        self.crew.store(crew);
    }

    /// The configuration of this moment, for a look-up.
    pub fn config(&self) -> Guard<Arc<Config>> {
        self.config.load()
    }

    /// The configuration of this moment, to be kept for a while.
    pub fn config_arc(&self) -> Arc<Config> {
        self.config.load_full()
    }

    /// Takes over a configuration; calls that live go on with what they have.
    pub fn configure(&self, config: Config) {
        let config = Arc::new(config);
        self.config.store(config.clone());
        self.unidentified().configure(config.global.unidentified);
        self.maintenance.configure(&config);
        self.locations.configure(&config);
    }

    /// The state of an endpoint with its calls.
    pub fn device_state(&self, config: &Config, name: &str) -> DeviceState {
        let idle = self.idle_state(config, name);
        match config.endpoints.find(name) {
            Some(endpoint) => self.core.channels.counts(&endpoint.device()).state(idle),
            None => idle,
        }
    }

    /// What is known of an endpoint beside its calls: busy with as many of them as `device_state_busy_at` says, not
    /// counting those that only ring; else as its contacts are.
    pub fn idle_state(&self, config: &Config, name: &str) -> DeviceState {
        let busy_at =
            config.endpoints.find(name).and_then(|endpoint| Some((endpoint, endpoint.calls.busy_at?)));
        match busy_at {
            Some((endpoint, most)) if self.core.channels.counts(&endpoint.device()).in_use >= most => {
                DeviceState::Busy
            }
            _ => self.locations.device_state(config, name),
        }
    }

    /// What a registrar behind the endpoint's transport wants requests to go through (RFC 3608).
    pub(crate) fn service_routes(&self, endpoint: &Endpoint) -> Vec<Box<str>> {
        let transport = endpoint.transport.as_ref().filter(|_| !self.config().registrations.is_empty());
        transport.map(|transport| self.registrations.service_routes(&transport.name)).unwrap_or_default()
    }

    /// The address of a `media_address`; `None` while its name is not looked up.
    pub fn media_host(&self, host: &str) -> Option<IpAddr> {
        let literal = host.trim_matches(['[', ']']).parse().ok();
        literal.or_else(|| self.media_hosts.load().get(host).copied())
    }

    /// The senders that nobody knows.
    pub fn unidentified(&self) -> MutexGuard<'_, Unidentified> {
        self.unidentified.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request belongs to no endpoint. Says whether it is worth reporting, as those of a scan are not.
    pub fn note_unidentified(&self, request: &Request, source: SocketAddr, now: Instant) -> bool {
        let counted = self.unidentified().count(source.ip(), now);
        if let Some(notice) = counted.notice {
            let milliseconds = notice.within.as_secs_f64() * 1000.0;
            let reason =
                format!("No matching endpoint found after {} tries in {milliseconds:.3} ms", notice.count);
            log_failure(request, source, &reason);
        }
        counted.is_few
    }

    /// A request fails for this reason: logged while there are few from its address, and then also worth reporting.
    pub fn note_failed(&self, request: &Request, source: SocketAddr, now: Instant, reason: &str) -> bool {
        let is_few = self.unidentified().count_failure(source.ip(), now);
        if is_few {
            log_failure(request, source, reason);
        }
        is_few
    }
}

/// Asterisk's line, which intrusion filters look for.
fn log_failure(request: &Request, source: SocketAddr, reason: &str) {
    let method = request.method().as_str();
    let from = request.from().map(|from| from.uri.as_str()).unwrap_or_default();
    let call_id = request.call_id().unwrap_or_default();
    tracing::warn!("Request '{method}' from '{from}' failed for '{source}' (callid: {call_id}) - {reason}");
}
