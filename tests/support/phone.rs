//! `Phone`: a SIP phone that registers, calls and is called, over UDP or TCP.

use std::net::SocketAddr;
use std::sync::Arc;

use obelus_sip::digest::{Credential, Secret};
use obelus_sip::header::Name;
use obelus_sip::message::{HeaderList, Request, Response};
use obelus_sip::session::Invite;
use obelus_sip::ua::{OutgoingRequest, Profile};
use obelus_sip::{Method, TransportKind};
use tokio::sync::{mpsc, oneshot};

use super::agent::{Agent, Arrivals};
use super::call::sdp;
use super::{Audio, Call, House, within};

pub struct Phone {
    pub user: String,
    pub agent: Agent,
    arrivals: Arrivals,
    server: SocketAddr,
    /// The codecs that it can do, as static payload types in its order.
    pub codecs: Vec<u8>,
    /// Of its registrations: they keep their Call-ID and count on.
    cseq: u32,
    credentials: Vec<Credential>,
}

impl Phone {
    /// A phone of the house over UDP that knows its password.
    pub async fn new(house: &House, user: &str) -> Phone {
        Phone::at(house.sip(), TransportKind::Udp, user, &format!("pass{user}")).await
    }

    /// The same over TCP.
    pub async fn tcp(house: &House, user: &str) -> Phone {
        Phone::at(house.sip(), TransportKind::Tcp, user, &format!("pass{user}")).await
    }

    /// A phone that has registered.
    pub async fn registered(house: &House, user: &str) -> Phone {
        let mut phone = Phone::new(house, user).await;
        phone.registers().await;
        phone
    }

    pub async fn at(server: SocketAddr, kind: TransportKind, user: &str, password: &str) -> Phone {
        let secret = Secret::Password(password.into());
        let credentials = vec![Credential { realm: None, username: user.into(), secret }];
        let profile = Profile {
            contact: format!("<sip:{user}@{{here}}>").into(),
            credentials: credentials.clone(),
            ..Profile::default()
        };
        let (agent, arrivals) = Agent::new(kind, server, profile).await;
        Phone { user: user.to_owned(), agent, arrivals, server, codecs: vec![8, 0], cseq: 0, credentials }
    }

    /// The same phone, with these codecs.
    pub fn with_codecs(mut self, codecs: &[u8]) -> Phone {
        self.codecs = codecs.to_vec();
        self
    }

    /// Its Contact header.
    pub fn contact(&self) -> String {
        self.agent.profile.contact.to_string()
    }

    fn own_uri(&self) -> String {
        format!("sip:{}@{}", self.user, self.server)
    }

    /// Registers for an hour.
    pub async fn registers(&mut self) -> Response {
        let response = self.registers_for(3600).await;
        assert_eq!(response.status().code(), 200, "{} registers", self.user);
        response
    }

    /// Registers for so many seconds; 0 ends it. Gives the final response.
    pub async fn registers_for(&mut self, seconds: u32) -> Response {
        let contact = self.contact();
        self.registers_as(&contact, seconds).await
    }

    /// Registers this Contact.
    pub async fn registers_as(&mut self, contact: &str, seconds: u32) -> Response {
        let headers = HeaderList::new()
            .with(Name::Contact, contact.as_bytes())
            .with(Name::Expires, seconds.to_string().as_bytes());
        let (own, server) = (self.own_uri(), self.server);
        self.request(Method::Register, format!("sip:{server}"), own, headers).await
    }

    /// Asks for what is registered.
    pub async fn asks_for_contacts(&mut self) -> Vec<String> {
        let (own, server) = (self.own_uri(), self.server);
        let response = self.request(Method::Register, format!("sip:{server}"), own, HeaderList::new()).await;
        assert_eq!(response.status().code(), 200);
        let contacts =
            response.elements(Name::Contact).map(|contact| String::from_utf8_lossy(contact).into());
        contacts.collect()
    }

    async fn request(&mut self, method: Method, uri: String, to: String, headers: HeaderList) -> Response {
        self.cseq += 10;
        let request = OutgoingRequest {
            method: method.clone(),
            uri: uri.into(),
            from: format!("<{}>", self.own_uri()).into(),
            to: format!("<{to}>").into(),
            call_id: Some(format!("{}-{}", self.user, self.agent.address).into()),
            cseq: self.cseq,
            routes: Vec::new(),
            flow: self.agent.flow,
            headers,
            body: None,
            credentials: Arc::from(self.credentials.clone()),
        };
        let (owner, response) = oneshot::channel();
        let sent = self.agent.act(move |ua, owners, now| {
            let id = ua.request(now, request)?;
            owners.requests.insert(id, owner);
            Ok::<_, obelus_sip::ua::Refused>(())
        });
        sent.await.unwrap();
        let what = format!("{} gets an answer to {}", self.user, method.as_str());
        within(what, response).await.unwrap().unwrap()
    }

    /// Calls an extension of the house.
    pub async fn calls(&self, exten: &str) -> Call {
        self.calls_with(exten, HeaderList::new()).await
    }

    /// Calls with more headers.
    pub async fn calls_with(&self, exten: &str, headers: HeaderList) -> Call {
        let audio = self.audio().await;
        let uri = format!("sip:{exten}@{}", self.server);
        let invite = Invite {
            uri: uri.clone().into(),
            from: format!("\"{}\" <{}>", self.user, self.own_uri()).into(),
            to: format!("<{uri}>").into(),
            call_id: None,
            routes: Vec::new(),
            flow: self.agent.flow,
            headers,
            body: Some(obelus_sip::message::Body::sdp(sdp(audio.address, 1, &self.codecs, "sendrecv"))),
            profile: self.agent.profile.clone(),
        };
        let (sender, events) = mpsc::unbounded_channel();
        let made = self.agent.act(move |ua, owners, now| {
            let session = ua.invite(now, invite)?;
            owners.sessions.insert(session, sender);
            Ok::<_, obelus_sip::ua::Refused>(session)
        });
        let session = made.await.unwrap();
        Call {
            who: self.user.clone(),
            agent: self.agent.clone(),
            session,
            events,
            audio,
            codecs: self.codecs.clone(),
            invite: None,
            remote: None,
            version: 1,
        }
    }

    /// Calls and is answered.
    pub async fn talks_to(&self, exten: &str) -> Call {
        let mut call = self.calls(exten).await;
        call.is_answered().await;
        call
    }

    /// A call comes.
    pub async fn is_called(&mut self) -> Call {
        let incoming = within(format_args!("{} is called", self.user), self.arrivals.calls.recv()).await;
        let incoming = incoming.unwrap();
        let mut call = Call {
            who: self.user.clone(),
            agent: self.agent.clone(),
            session: incoming.session,
            events: incoming.events,
            audio: self.audio().await,
            codecs: self.codecs.clone(),
            invite: None,
            remote: None,
            version: 0,
        };
        let body = incoming.request.body();
        call.remote = (!body.is_empty()).then(|| obelus_sdp::Description::parse(body).unwrap());
        // A phone answers in the order of the offer, with what it can do itself.
        call.codecs = offered(&call).into_iter().filter(|number| self.codecs.contains(number)).collect();
        call.invite = Some(incoming.request);
        call
    }

    /// Nobody has called until now.
    pub fn is_left_alone(&mut self) -> bool {
        self.arrivals.calls.try_recv().is_err()
    }

    /// A request outside calls comes.
    pub async fn is_asked(&mut self, method: Method) -> Request {
        loop {
            let what = format!("{} hears {}", self.user, method.as_str());
            let request = within(what, self.arrivals.requests.recv()).await.unwrap();
            if *request.method() == method {
                return request;
            }
        }
    }

    async fn audio(&self) -> Audio {
        Audio::new(self.agent.address.ip()).await
    }
}

fn offered(call: &Call) -> Vec<u8> {
    match &call.remote {
        Some(_) => call.formats().split(' ').filter_map(|number| number.parse().ok()).collect(),
        None => call.codecs.clone(),
    }
}
