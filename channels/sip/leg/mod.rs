//! `SipLeg`: one SIP call as its channel has it.
//!
//! The call itself lives in a worker; the leg orders and hears. It never waits for the worker, and dropping it
//! ends the call.

pub(crate) mod functions;
mod headers;
mod property;
mod shared;

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cause::Cause;
use obelus_core::channel_tech::{Call, CallError, Leg, LegCommand, LegEvent};
use obelus_core::engine::{Port, PortHandle};
use obelus_core::media::Codec;
use obelus_sdp::{CodecList, DtmfMode};
use obelus_sip::header::Name;
use obelus_sip::message::{Body, HeaderList, Request, Response};
use obelus_sip::{Flow, Method, StatusCode};
use tokio::sync::mpsc;

pub(crate) use headers::{ParamPlace, Written};
pub(crate) use shared::Shared;

use crate::config::Endpoint;
use crate::dial_string::Target;
use crate::diversion;
use crate::driver::Driver;
use crate::identity::{self, Origin, Side};
use crate::media::Media;
use crate::refer::Replaces;
use crate::transport::Path;
use crate::worker::{self, CallKey, NewCall, Order, Queue};

/// Events that may wait for the channel.
pub(crate) const EVENTS: usize = 64;

/// One SIP call as its channel has it.
pub struct SipLeg {
    name: String,
    endpoint: Arc<Endpoint>,
    aor: Option<Arc<str>>,
    contact: Option<String>,
    port: Option<Port>,
    shared: Arc<Shared>,
    link: Link,
    events: mpsc::Receiver<LegEvent>,
    /// The call out that has not begun.
    plan: Option<Box<Plan>>,
    end_told: bool,
}

/// How the leg reaches its worker.
pub(crate) struct Link {
    pub(crate) queue: Queue,
    pub(crate) key: CallKey,
}

/// What is needed to begin a call out.
struct Plan {
    driver: Arc<Driver>,
    target: Target,
    path: Arc<Path>,
    flow: Flow,
    media: Media,
    codecs: Vec<Codec>,
    events: mpsc::Sender<LegEvent>,
    written: Written,
    call_id: Box<str>,
}

/// What a leg of a call out is made of.
pub(crate) struct Outgoing {
    pub(crate) name: String,
    pub(crate) driver: Arc<Driver>,
    pub(crate) target: Target,
    pub(crate) path: Arc<Path>,
    pub(crate) flow: Flow,
    pub(crate) port: Port,
    pub(crate) media: Media,
    pub(crate) codecs: Vec<Codec>,
    pub(crate) call_id: Box<str>,
    pub(crate) link: Link,
}

/// What a leg of a call that came is made of.
pub(crate) struct Incoming {
    pub(crate) name: String,
    pub(crate) endpoint: Arc<Endpoint>,
    pub(crate) port: Port,
    pub(crate) shared: Arc<Shared>,
    pub(crate) link: Link,
    pub(crate) events: mpsc::Receiver<LegEvent>,
}

impl SipLeg {
    /// The leg of a call that came; its worker has the call already.
    pub(crate) fn incoming(parts: Incoming) -> SipLeg {
        let Incoming { name, endpoint, port, shared, link, events } = parts;
        shared.facts().channel = name.as_str().into();
        SipLeg {
            name,
            aor: None,
            contact: None,
            port: Some(port),
            shared,
            link,
            events,
            plan: None,
            end_told: false,
            endpoint,
        }
    }

    /// The leg of a call out, which begins with [`Leg::call`].
    pub(crate) fn outgoing(parts: Outgoing) -> SipLeg {
        let Outgoing { name, driver, target, path, flow, port, media, codecs, call_id, link } = parts;
        let shared = Arc::new(Shared::default());
        shared.facts().codecs = media.codecs();
        shared.facts().channel = name.as_str().into();
        let (sender, events) = mpsc::channel(EVENTS);
        SipLeg {
            name,
            endpoint: target.endpoint.clone(),
            aor: target.aor.as_ref().map(|aor| aor.name.clone()),
            contact: target.contact.as_ref().map(|contact| contact.id()),
            port: Some(port),
            shared,
            link,
            events,
            plan: Some(Box::new(Plan {
                driver,
                target,
                path,
                flow,
                media,
                codecs,
                events: sender,
                written: Written::default(),
                call_id,
            })),
            end_told: false,
        }
    }

    fn order(&self, order: Order) -> Result<(), CallError> {
        if !self.shared.may_order() {
            let reason = "the SIP worker has too many orders of this call already";
            return Err(CallError::new(Cause::SWITCH_CONGESTION, reason));
        }
        self.link.queue.order(order);
        Ok(())
    }

    /// The endpoint whose settings the call has.
    pub fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    /// The INVITE that came.
    pub fn invite(&self) -> Option<Arc<Request>> {
        self.shared.facts().invite.clone()
    }

    /// The last response to the INVITE that was sent.
    pub fn response(&self) -> Option<Arc<Response>> {
        self.shared.facts().response.clone()
    }

    /// Whether its dialog is the one that a `Replaces` names.
    pub(crate) fn is_in(&self, replaces: &Replaces) -> bool {
        let facts = self.shared.facts();
        let dialog = &facts.dialog;
        *dialog.call_id == *replaces.call_id
            && *dialog.local_tag == *replaces.local_tag
            && *dialog.remote_tag == *replaces.remote_tag
    }

    /// The status that refuses the call when it is hung up before its answer.
    pub(crate) fn refuse_with(&self, status: StatusCode) {
        self.shared.facts().refusal = Some(status);
    }

    /// The headers that the INVITE will have, while it is not sent.
    pub(crate) fn written(&mut self) -> Option<&mut Written> {
        self.plan.as_mut().map(|plan| &mut plan.written)
    }

    /// Changes how digits go.
    ///
    /// # Errors
    /// The worker has too many orders already.
    pub fn set_dtmf_mode(&mut self, mode: DtmfMode) -> Result<(), CallError> {
        self.shared.facts().dtmf = Some(mode);
        match &mut self.plan {
            Some(plan) => {
                plan.media.set_dtmf(mode);
                Ok(())
            }
            None => self.order(Order::Dtmf(self.link.key, mode)),
        }
    }

    /// How digits go, as configured or changed.
    pub fn dtmf_mode(&self) -> DtmfMode {
        self.shared.facts().dtmf.unwrap_or(self.endpoint.media.dtmf)
    }

    /// Changes the codecs that are offered or answered from now on.
    ///
    /// # Errors
    /// The worker has too many orders already.
    pub fn set_codecs(&mut self, codecs: CodecList) -> Result<(), CallError> {
        self.shared.facts().codecs = codecs.codecs();
        match &mut self.plan {
            Some(plan) => {
                plan.media.set_codecs(codecs);
                Ok(())
            }
            None => self.order(Order::Codecs(self.link.key, codecs)),
        }
    }

    /// Sends a re-INVITE or UPDATE with the session's description.
    ///
    /// # Errors
    /// The worker has too many orders already.
    pub fn refresh(&self, method: Method) -> Result<(), CallError> {
        self.order(Order::Refresh(self.link.key, method))
    }

    /// Sends a request in the call, if it has begun.
    ///
    /// # Errors
    /// It has not, or the worker has too many orders already.
    pub(crate) fn ask(
        &self,
        method: Method,
        headers: HeaderList,
        body: Option<Body>,
    ) -> Result<(), CallError> {
        if self.plan.is_some() {
            return Err(CallError::new(Cause::WRONG_CALL_STATE, "the call has not begun"));
        }
        let request = worker::Request { method, headers, body };
        self.order(Order::InCall(self.link.key, Box::new(request)))
    }

    fn take_end(&mut self) -> Option<LegEvent> {
        if std::mem::replace(&mut self.end_told, true) {
            return None;
        }
        self.shared.facts().ended.clone().map(LegEvent::Hangup)
    }
}

#[async_trait]
impl Leg for SipLeg {
    fn name(&self) -> &str {
        &self.name
    }

    async fn call(&mut self, call: Call<'_>) -> Result<(), CallError> {
        let plan = self.plan.take();
        let plan =
            plan.ok_or_else(|| CallError::new(Cause::WRONG_CALL_STATE, "it has been called already"))?;
        let called = &call.channel.facts.caller;
        if called.number.value.is_some() || called.name.value.is_some() {
            // As Asterisk's driver does it: whoever calls is told whom, before anything is heard of them.
            let _ = plan.events.try_send(LegEvent::Connected(called.clone()));
        }
        let new = plan.begin(self.link.key, &self.shared, call);
        self.link.queue.order(Order::Call(Box::new(new)));
        Ok(())
    }

    async fn handle(&mut self, command: LegCommand) -> Result<(), CallError> {
        let is_end = matches!(command, LegCommand::Hangup(_));
        if self.plan.is_some() {
            // Nothing has begun, so nobody need be told.
            return Ok(());
        }
        if is_end {
            // The end is never refused; nothing comes after it.
            self.link.queue.order(Order::Leg(self.link.key, command));
            return Ok(());
        }
        self.order(Order::Leg(self.link.key, command))
    }

    async fn next_event(&mut self) -> Option<LegEvent> {
        match self.events.recv().await {
            Some(event) => Some(event),
            None => self.take_end(),
        }
    }

    fn media(&self) -> Option<&PortHandle> {
        self.port.as_deref()
    }

    fn codec(&self) -> Option<Codec> {
        self.shared.facts().codec
    }

    fn codecs(&self) -> Vec<Codec> {
        self.shared.facts().codecs.clone()
    }

    fn property(&self, name: &str) -> Option<String> {
        self.read_property(name)
    }
}

impl Drop for SipLeg {
    fn drop(&mut self) {
        if self.plan.is_none() {
            self.link.queue.order(Order::Dropped(self.link.key));
        }
    }
}

impl Plan {
    /// Everything that the worker needs, now that it is known who calls.
    fn begin(self: Box<Self>, key: CallKey, shared: &Arc<Shared>, call: Call<'_>) -> NewCall {
        let Plan { driver, target, path, flow, media, codecs, events, written, call_id } = *self;
        let config = driver.config();
        let facts = &call.channel.facts;
        let domain = call.variables.get("SIPFROMDOMAIN");
        let endpoint = target.endpoint;
        let origin = Origin::new(&endpoint, &config.global, &facts.connected, path.host(), domain);
        let mut headers = HeaderList::new();
        headers.extend(&identity::headers(&endpoint, &facts.connected, &origin, Side::Calling));
        let uri: Box<str> = target.uri.as_str().into();
        let to = format!("<{}>", to_uri(&uri));
        headers.extend(&diversion::of_request(&endpoint, facts.redirecting.as_ref(), path.host(), &to));
        for (name, variable) in TRANSFER_HEADERS {
            if let Some(value) = call.variables.get(variable).filter(|value| !value.is_empty()) {
                headers = headers.with(name, value);
            }
        }
        written.append_to(&mut headers);
        NewCall {
            key,
            to: to.into(),
            uri,
            from: written.with_params(origin.from).into(),
            contact_user: origin.contact_user,
            call_id,
            routes: target.routes,
            flow,
            headers,
            media,
            codecs,
            told: facts.connected.clone(),
            shared: shared.clone(),
            events,
            endpoint,
        }
    }
}

/// What a transfer by REFER hands to the call that it makes (RFC 3892, RFC 3891).
const TRANSFER_HEADERS: [(Name, &str); 2] =
    [(Name::ReferredBy, "SIPREFERREDBYHDR"), (Name::Replaces, "SIPREPLACESHDR")];

/// What may stand in To of a Request-URI: no `maddr`, `ttl`, `transport`, `lr` or headers (RFC 3261 19.1.1).
fn to_uri(uri: &str) -> &str {
    uri.split('?').next().unwrap_or(uri)
}
