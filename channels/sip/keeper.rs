//! The keeper: one task that asks contacts whether they are there, and clears away those that have expired.

use std::sync::Arc;
use std::time::Instant;

use obelus_sip::Method;
use obelus_sip::digest::Credential;
use obelus_sip::header::Name;
use obelus_sip::message::HeaderList;
use obelus_sip::ua::OutgoingRequest;
use obelus_sip::uri::percent_encode_user;

use crate::config::{Config, Endpoint};
use crate::driver::Driver;
use crate::qualify::{Outcome, Probe};
use crate::route::{self, Query, RouteError};
use crate::tech::new_call_id;
use crate::transport::Path;
use crate::worker::{Order, credential};

/// Runs until it is aborted.
pub(crate) async fn keep(driver: Arc<Driver>) {
    let mut expire_at = tokio::time::Instant::now();
    loop {
        let config = driver.config_arc();
        let (probes, next) = driver.locations.due(&config);
        for probe in probes {
            let (driver, config) = (driver.clone(), config.clone());
            // A host name may have to be looked up, which must not delay the others.
            tokio::spawn(async move { ask(&driver, &config, probe).await });
        }
        if tokio::time::Instant::now() >= expire_at {
            driver.locations.expire(&config);
            driver.transports.list().iter().for_each(|transport| transport.forget_routes());
            expire_at = tokio::time::Instant::now() + config.global.expiration_check;
        }
        // Both are cancel safe.
        tokio::select! {
            () = driver.locations.woken() => {}
            () = wait_until(next, expire_at) => {}
        }
    }
}

async fn wait_until(next: Option<Instant>, expire_at: tokio::time::Instant) {
    let next = next.map_or(expire_at, |next| expire_at.min(tokio::time::Instant::from_std(next)));
    tokio::time::sleep_until(next).await;
}

/// Sends the OPTIONS of a probe.
async fn ask(driver: &Arc<Driver>, config: &Config, probe: Probe) {
    let asked = probe_request(driver, config, &probe).await;
    match (asked, driver.crew()) {
        (Ok(request), Some(crew)) => {
            let call_id = request.call_id.clone().unwrap_or_default();
            crew.owner_of(call_id.as_bytes()).order(Order::Probe(probe.id, Box::new(request)));
        }
        (Err(error), Some(_)) => {
            let uri = probe.contact.uri.as_str();
            tracing::debug!(uri, %error, "a contact cannot be asked whether it is there");
            driver.locations.probed(config, probe.id, Outcome::Failed);
        }
        // The driver has stopped meanwhile.
        (_, None) => {}
    }
}

async fn probe_request(
    driver: &Driver,
    config: &Config,
    probe: &Probe,
) -> Result<OutgoingRequest, RouteError> {
    let contact = &probe.contact;
    let binding = contact.binding();
    let registered = binding.and_then(|binding| config.endpoints.find(&binding.endpoint));
    let endpoint = registered.or_else(|| config.endpoints_of(&contact.aor).first());
    let aor = config.aors.find(&contact.aor);
    let proxy =
        aor.and_then(|aor| aor.outbound_proxy.as_ref()).map(|uri| format!("<{uri}>").into_boxed_str());
    let path = binding.map(|binding| binding.path.as_slice()).unwrap_or_default();
    let routes: Vec<Box<str>> = proxy.into_iter().chain(path.iter().cloned()).collect();
    let uri = contact.uri.as_str();
    let query = Query {
        uri,
        routes: &routes,
        transport: endpoint.and_then(|endpoint| endpoint.transport.as_deref()),
        came_by: binding.and_then(|binding| binding.flow),
    };
    let route = route::find(driver, &query).await?;
    Ok(OutgoingRequest {
        method: Method::Options,
        uri: uri.into(),
        from: from(config, endpoint.map(|endpoint| &**endpoint), &route.path).into(),
        to: format!("<{uri}>").into(),
        call_id: Some(new_call_id(driver)),
        cseq: 1,
        flow: route.flow,
        headers: HeaderList::new().with(Name::Contact, route.path.contact(&config.global.default_from_user)),
        routes,
        body: None,
        credentials: credentials(probe, endpoint.map(|endpoint| &**endpoint)),
    })
}

fn from(config: &Config, endpoint: Option<&Endpoint>, path: &Path) -> String {
    let identity = endpoint.map(|endpoint| &endpoint.identity);
    let user = identity.and_then(|identity| identity.from_user.as_deref());
    let host = identity.and_then(|identity| identity.from_domain.as_deref());
    let user = percent_encode_user(user.unwrap_or(&config.global.default_from_user));
    format!("<sip:{user}@{}>", host.unwrap_or(path.host()))
}

fn credentials(probe: &Probe, endpoint: Option<&Endpoint>) -> Arc<[Credential]> {
    let auths = endpoint.filter(|_| probe.authenticate).map(|endpoint| endpoint.outbound_auth.as_slice());
    auths.unwrap_or_default().iter().map(|auth| credential(auth)).collect()
}
