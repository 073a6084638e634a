//! Requests of ours outside dialogs: to whom, with what headers, and their final response.

use std::sync::Arc;

use obelus_sip::Method;
use obelus_sip::header::{Name, format_name_addr};
use obelus_sip::message::{Body, HeaderList, Response};
use obelus_sip::ua::{Failure, OutgoingRequest, Refused};
use obelus_sip::uri::percent_encode_user;
use tokio::sync::oneshot;

use crate::config::Endpoint;
use crate::contact::Contact;
use crate::driver::Driver;
use crate::route::{self, Query, Route, RouteError};
use crate::tech::new_call_id;
use crate::worker::{Order, credential};

/// A request of ours outside dialogs.
pub(crate) struct Errand {
    pub(crate) method: Method,
    /// Whose settings it has.
    pub(crate) endpoint: Arc<Endpoint>,
    /// The Request-URI.
    pub(crate) uri: Box<str>,
    /// To, `None` is the Request-URI.
    pub(crate) to: Option<Box<str>>,
    /// From, `None` is the endpoint's.
    pub(crate) from: Option<Sender>,
    /// The contact that the URI is of.
    pub(crate) contact: Option<Arc<Contact>>,
    pub(crate) headers: HeaderList,
    pub(crate) body: Option<Body>,
}

/// Who sends a request; what is empty is the endpoint's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Sender {
    pub(crate) display: String,
    /// The user as it stands in a URI.
    pub(crate) user: String,
    /// Host, and port if there is one.
    pub(crate) host: String,
}

/// Why there is no final response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unanswered {
    /// It leads nowhere.
    #[error(transparent)]
    Route(#[from] RouteError),
    /// It cannot be sent.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Nobody answered.
    #[error(transparent)]
    Failed(#[from] Failure),
    /// The driver ends.
    #[error("SIP is stopped")]
    Stopped,
}

/// What comes back: the final response, or why there is none.
pub(crate) type Answer = oneshot::Sender<Result<Response, Unanswered>>;

/// A request that is under way.
pub(crate) struct UnderWay(oneshot::Receiver<Result<Response, Unanswered>>);

impl UnderWay {
    /// Waits for the final response. Cancel safe.
    pub(crate) async fn answer(self) -> Result<Response, Unanswered> {
        self.0.await.unwrap_or(Err(Unanswered::Stopped))
    }
}

/// Hands a request to the worker that owns its Call-ID.
pub(crate) fn send(driver: &Driver, request: OutgoingRequest) -> Result<UnderWay, Unanswered> {
    let crew = driver.crew().ok_or(Unanswered::Stopped)?;
    let (answer, answered) = oneshot::channel();
    let call_id = request.call_id.clone().unwrap_or_default();
    crew.owner_of(call_id.as_bytes()).order(Order::Errand(Box::new(request), answer));
    Ok(UnderWay(answered))
}

impl Errand {
    /// Finds the way and sends the request.
    pub(crate) async fn run(self, driver: &Driver) -> Result<UnderWay, Unanswered> {
        let request = self.prepare(driver).await?;
        send(driver, request)
    }

    async fn prepare(self, driver: &Driver) -> Result<OutgoingRequest, RouteError> {
        let endpoint = &*self.endpoint;
        let routes = self.routes(driver);
        let binding = self.contact.as_ref().and_then(|contact| contact.binding());
        let query = Query {
            uri: &self.uri,
            routes: &routes,
            transport: endpoint.transport.as_deref(),
            came_by: binding.and_then(|binding| binding.flow),
        };
        let route = route::find(driver, &query).await?;
        let mut headers = HeaderList::new();
        // RFC 3428 5.2: a MESSAGE has no Contact.
        if self.method != Method::Message {
            let user = endpoint.identity.contact_user.as_deref().unwrap_or(from_user(endpoint));
            headers = headers.with(Name::Contact, route.path.contact(user));
        }
        headers.extend(&self.headers);
        Ok(OutgoingRequest {
            method: self.method,
            from: from(endpoint, &route, &self.from.unwrap_or_default()).into(),
            to: self.to.unwrap_or_else(|| format!("<{}>", self.uri).into()),
            uri: self.uri,
            call_id: Some(new_call_id(driver)),
            cseq: 1,
            routes,
            flow: route.flow,
            headers,
            body: self.body,
            credentials: endpoint.outbound_auth.iter().map(|auth| credential(auth)).collect(),
        })
    }

    /// The endpoint's proxy, what the registrar behind its transport asks for, then the contact's Path.
    fn routes(&self, driver: &Driver) -> Vec<Box<str>> {
        let proxy =
            self.endpoint.session.outbound_proxy.iter().map(|uri| format!("<{uri}>").into_boxed_str());
        let binding = self.contact.as_ref().and_then(|contact| contact.binding());
        let path = binding.map(|binding| binding.path.as_slice()).unwrap_or_default();
        let service = driver.service_routes(&self.endpoint);
        proxy.chain(service).chain(path.iter().cloned()).collect()
    }
}

fn from_user(endpoint: &Endpoint) -> &str {
    endpoint.identity.from_user.as_deref().unwrap_or(&endpoint.name)
}

fn from(endpoint: &Endpoint, route: &Route, sender: &Sender) -> String {
    let user = match sender.user.as_str() {
        "" => percent_encode_user(from_user(endpoint)).to_string(),
        user => user.to_owned(),
    };
    let host = match sender.host.as_str() {
        "" => endpoint.identity.from_domain.as_deref().unwrap_or(route.path.host()),
        host => host,
    };
    format_name_addr(&sender.display, &format!("sip:{user}@{host}"))
}
