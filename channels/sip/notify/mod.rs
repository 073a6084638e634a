//! NOTIFY requests that nobody subscribed to: `pjsip send notify`, `PJSIPNotify` and pjsip_notify.conf.

mod app;
mod module;
mod notice;

use std::sync::Arc;

use obelus_core::channel::{Channel, ChannelHandle};
use obelus_sip::Method;

pub(crate) use app::PjsipNotify;
pub(crate) use module::NotifyModule;
pub(crate) use notice::{Notice, Types};

use crate::config::Endpoint;
use crate::contact::Contact;
use crate::destination::address_of;
use crate::driver::Driver;
use crate::errand::Errand;
use crate::leg::SipLeg;

/// Who gets a NOTIFY.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// All contacts of an endpoint.
    Endpoint(&'a str),
    /// A URI, by the default outbound endpoint.
    Uri(&'a str),
    /// The far end of a channel, in its call.
    Channel(&'a str),
}

/// Why none is sent.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NotNotified {
    #[error("Unable to retrieve endpoint {0}")]
    UnknownEndpoint(String),
    #[error("Channel not found")]
    UnknownChannel,
    #[error("No default outbound endpoint set, can not send NOTIFY requests to arbitrary URIs.")]
    NoDefault,
    #[error("'{0}' is not a SIP URI")]
    NoUri(String),
}

/// Sends a NOTIFY; what becomes of it later is in the log.
pub(crate) async fn notify(
    driver: &Arc<Driver>,
    target: Target<'_>,
    notice: &Notice,
) -> Result<(), NotNotified> {
    match target {
        Target::Endpoint(name) => to_endpoint(driver, name, notice),
        Target::Uri(uri) => to_uri(driver, uri, notice),
        Target::Channel(name) => {
            let channel = driver.core.channels.find(name).ok_or(NotNotified::UnknownChannel)?;
            to_channel(&channel, notice.clone()).await
        }
    }
}

fn to_endpoint(driver: &Arc<Driver>, name: &str, notice: &Notice) -> Result<(), NotNotified> {
    let config = driver.config_arc();
    let unknown = || NotNotified::UnknownEndpoint(name.to_owned());
    let endpoint = config.endpoints.find(name).ok_or_else(unknown)?;
    let now = driver.core.clock.now().into();
    let lists = endpoint.aors.iter().map(|aor| driver.locations.contacts.of(&aor.name));
    let contacts: Vec<Arc<Contact>> = lists.flat_map(|list| list.to_vec()).collect();
    let alive: Vec<_> = contacts.into_iter().filter(|contact| contact.is_alive(now)).collect();
    if alive.is_empty() {
        tracing::warn!(endpoint = name, "a NOTIFY has nobody to go to: the endpoint has no contact");
    }
    for contact in alive {
        run(driver, errand(endpoint, contact.uri.as_str(), Some(contact.clone()), notice));
    }
    Ok(())
}

fn to_uri(driver: &Arc<Driver>, text: &str, notice: &Notice) -> Result<(), NotNotified> {
    let config = driver.config_arc();
    let endpoint = config.endpoints.find(&config.global.default_outbound_endpoint);
    let endpoint = endpoint.ok_or(NotNotified::NoDefault)?;
    let (_, uri) = address_of(text).ok_or_else(|| NotNotified::NoUri(text.to_owned()))?;
    run(driver, errand(endpoint, uri.as_str(), None, notice));
    Ok(())
}

async fn to_channel(channel: &ChannelHandle, notice: Notice) -> Result<(), NotNotified> {
    let sent = channel.run(move |channel| Box::pin(async move { in_call(channel, notice) })).await;
    sent.unwrap_or(Err(NotNotified::UnknownChannel))
}

/// Sends a NOTIFY in the call of a channel.
fn in_call(channel: &mut Channel, notice: Notice) -> Result<(), NotNotified> {
    let leg = channel.leg_as::<SipLeg>().ok_or(NotNotified::UnknownChannel)?;
    let Notice { headers, body } = notice;
    leg.ask(Method::Notify, headers, body).map_err(|error| {
        tracing::warn!(%error, "a NOTIFY cannot be sent in a call");
        NotNotified::UnknownChannel
    })
}

fn errand(endpoint: &Arc<Endpoint>, uri: &str, contact: Option<Arc<Contact>>, notice: &Notice) -> Errand {
    Errand {
        method: Method::Notify,
        endpoint: endpoint.clone(),
        uri: uri.into(),
        to: None,
        from: None,
        contact,
        headers: notice.headers.clone(),
        body: notice.body.clone(),
    }
}

fn run(driver: &Arc<Driver>, errand: Errand) {
    let (driver, endpoint, uri) = (driver.clone(), errand.endpoint.name.clone(), errand.uri.clone());
    tokio::spawn(async move {
        let answer = match errand.run(&driver).await {
            Ok(sent) => sent.answer().await,
            Err(error) => Err(error),
        };
        let (endpoint, uri) = (&*endpoint, &*uri);
        match answer {
            Ok(response) if response.status().is_success() => {}
            Ok(response) => {
                tracing::info!(endpoint, uri, status = response.status().code(), "a NOTIFY was refused");
            }
            Err(error) => tracing::warn!(endpoint, uri, %error, "a NOTIFY was not delivered"),
        }
    });
}
