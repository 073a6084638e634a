//! The technology `PJSIP`: legs to endpoints, and whether endpoints can be reached.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use obelus_core::caller_id::Party;
use obelus_core::cause::Cause;
use obelus_core::channel_tech::{CallError, ChannelSetup, ChannelTech, NewLeg, Request};
use obelus_core::device_state::DeviceState;

use crate::config::Endpoint;
use crate::dial_string::{self, Target};
use crate::driver::Driver;
use crate::leg::{Link, Outgoing, SipLeg};
use crate::media::Media;
use crate::route::{self, Query};
use crate::worker::CallKey;

/// The technology's name.
pub(crate) const NAME: &str = "PJSIP";

/// The technology.
pub struct SipTech {
    driver: Arc<Driver>,
}

impl SipTech {
    /// The technology of this driver.
    pub fn new(driver: Arc<Driver>) -> SipTech {
        SipTech { driver }
    }
}

#[async_trait]
impl ChannelTech for SipTech {
    fn name(&self) -> &'static str {
        NAME
    }

    fn description(&self) -> &'static str {
        "PJSIP Channel Driver"
    }

    async fn request(&self, request: Request<'_>) -> Result<NewLeg, CallError> {
        let driver = &self.driver;
        let crew =
            driver.crew().ok_or_else(|| CallError::new(Cause::NORMAL_TEMPORARY_FAILURE, "SIP is stopped"))?;
        let config = driver.config_arc();
        let now = driver.core.clock.now().into();
        let mut target = dial_string::resolve(&config, &driver.locations.contacts, request.address, now)
            .map_err(|error| CallError::new(error.cause(), error.to_string()))?;
        if driver.maintenance.has(&target.endpoint.name) {
            let reason = format!("endpoint '{}' is in maintenance", target.endpoint.name);
            return Err(CallError::new(Cause::CHANNEL_UNACCEPTABLE, reason));
        }
        let behind_proxy = usize::from(target.endpoint.session.outbound_proxy.is_some());
        target.routes.splice(behind_proxy..behind_proxy, driver.service_routes(&target.endpoint));
        let route = route::find(driver, &query(&target)).await?;
        let remote = Some(route.flow.remote.ip());
        let opened = Media::open(driver, &target.endpoint, &route.path, remote, request.near);
        let (port, media) =
            opened.map_err(|error| CallError::new(Cause::SWITCH_CONGESTION, error.to_string()))?;
        let call_id = new_call_id(driver);
        let link = Link { queue: crew.owner_of(call_id.as_bytes()).clone(), key: CallKey::new() };
        let setup = setup_of(&target.endpoint, Party::default());
        let leg = SipLeg::outgoing(Outgoing {
            name: channel_name(&target.endpoint),
            driver: driver.clone(),
            target,
            path: route.path,
            flow: route.flow,
            port,
            media,
            codecs: request.codecs.to_vec(),
            call_id,
            link,
        });
        Ok(NewLeg { leg: Box::new(leg), setup })
    }

    fn device_state(&self, address: &str) -> DeviceState {
        self.driver.idle_state(&self.driver.config(), address)
    }
}

fn query(target: &Target) -> Query<'_> {
    let binding = target.contact.as_ref().and_then(|contact| contact.binding());
    Query {
        uri: target.uri.as_str(),
        routes: &target.routes,
        transport: target.endpoint.transport.as_deref(),
        came_by: target.flow.or_else(|| {
            let flow = binding?.flow?;
            Some(obelus_sip::Flow { connection: None, ..flow })
        }),
    }
}

/// The number in a channel's name rises from the start, as in Asterisk.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// `PJSIP/1001-0000000a`.
pub(crate) fn channel_name(endpoint: &Endpoint) -> String {
    format!("{NAME}/{}-{:08x}", endpoint.name, NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A random Call-ID, as unguessable as a dialog's names must be.
pub(crate) fn new_call_id(driver: &Driver) -> Box<str> {
    let (high, low) = (driver.core.random.number(), driver.core.random.number());
    format!("{high:016x}{low:016x}").into()
}

/// What a channel of an endpoint begins with.
pub(crate) fn setup_of(endpoint: &Endpoint, caller: Party) -> ChannelSetup {
    let calls = &endpoint.calls;
    ChannelSetup {
        context: calls.context.clone(),
        caller: if caller == Party::default() { endpoint.identity.caller.clone() } else { caller },
        language: calls.language.clone(),
        account_code: calls.account_code.clone(),
        suggested_music: calls.moh_suggest.clone(),
        tone_zone: calls.tone_zone.clone(),
        tenant_id: calls.tenant_id.clone(),
        call_group: calls.call_group,
        pickup_group: calls.pickup_group,
        named_call_groups: calls.named_call_groups.clone(),
        named_pickup_groups: calls.named_pickup_groups.clone(),
        variables: calls
            .variables
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .collect(),
        ..ChannelSetup::default()
    }
}
