//! The task of one registration: it lends the [`Client`] a clock and a way out.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use obelus_core::events::{Event, EventKind};
use obelus_sip::Flow;
use obelus_sip::header::Name;
use obelus_sip::message::Response;
use tokio::sync::mpsc;

use super::client::{Client, Output, Status, Warning, Wish};
use super::register::{self, Identity};
use super::{Message, Shown};
use crate::config::Registration;
use crate::driver::Driver;
use crate::errand::{self, Unanswered};
use crate::route::{self, Query};
use crate::tech::{NAME, new_call_id};

/// A request is sent again with credentials at most so often, each time with the next CSeq.
const CSEQ_OF_ONE: u32 = 8;

/// What comes back of a REGISTER: the response, the Contact that was registered, and the way.
type Outcome = Result<(Response, String, Flow), Unanswered>;

type Sending = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// One registration of ours.
pub(super) struct Task {
    driver: Arc<Driver>,
    config: Arc<Registration>,
    client: Client,
    shown: Arc<Mutex<Shown>>,
    mark: Option<String>,
    identity: Identity,
    /// The REGISTER that is under way, with the seconds that it asks for.
    sending: Option<(u32, Sending)>,
}

fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

impl Task {
    pub(super) fn new(
        driver: Arc<Driver>,
        config: Arc<Registration>,
        shown: Arc<Mutex<Shown>>,
        mark: Option<String>,
    ) -> Task {
        let most = i64::from(config.pace.initial_delay).saturating_mul(1000);
        let delay = u64::try_from(driver.core.random.between(0, most)).unwrap_or_default();
        let client = Client::new(config.pace, now(), Duration::from_millis(delay));
        let identity = Identity { call_id: new_call_id(&driver), cseq: 1 };
        Task { driver, config, client, shown, mark, identity, sending: None }
    }

    pub(super) async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        loop {
            self.act();
            if self.client.is_over() {
                return;
            }
            let alarm = self.client.next_timeout();
            // All are cancel safe: an answer that is not there yet stays in its place.
            tokio::select! {
                outcome = sent(&mut self.sending) => self.hear(outcome),
                message = messages.recv() => self.obey(message),
                () = sleep_until(alarm) => self.client.handle_timeout(now()),
            }
        }
    }

    fn obey(&mut self, message: Option<Message>) {
        match message {
            Some(Message::Wish(wish)) => self.client.handle_wish(wish),
            Some(Message::LostConnection) => self.client.handle_lost_connection(now()),
            Some(Message::NewCredentials) => self.client.handle_new_credentials(now()),
            None => self.client.handle_wish(Wish::Stop),
        }
    }

    /// Does what the client wants.
    fn act(&mut self) {
        while let Some(output) = self.client.poll() {
            match output {
                Output::Send { seconds } => self.sending = Some((seconds, self.send(seconds))),
                Output::Tell(status) => self.tell(status),
                Output::Warn(warning) => self.warn(&warning),
            }
        }
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.status = self.client.status();
        shown.next = self.client.next_timeout();
    }

    fn send(&self, seconds: u32) -> Sending {
        let (driver, config) = (self.driver.clone(), self.config.clone());
        let (mark, identity) = (self.mark.clone(), self.identity.clone());
        Box::pin(async move {
            let routes = register::routes(&config);
            let query = Query {
                uri: config.server_uri.as_str(),
                routes: &routes,
                transport: config.transport.as_deref(),
                came_by: None,
            };
            let route = route::find(&driver, &query).await?;
            let contact = register::contact_uri(&config, &route.path, mark.as_deref());
            let request = register::request(&config, &route, &contact, &identity, seconds);
            let response = errand::send(&driver, request)?.answer().await?;
            Ok((response, contact, route.flow))
        })
    }

    fn hear(&mut self, (asked, outcome): (u32, Outcome)) {
        match outcome {
            Ok((response, contact, flow)) => {
                let cseq = response.cseq().map_or(self.identity.cseq + CSEQ_OF_ONE, |cseq| cseq.number);
                self.identity.cseq = cseq.wrapping_add(1).max(1) & 0x7fff_ffff;
                self.note(&response, flow, asked);
                let answer = register::answer_of(&response, &contact, asked);
                self.client.handle_answer(now(), Some(answer));
            }
            Err(error) => {
                self.identity.cseq += CSEQ_OF_ONE;
                tracing::info!(registration = &*self.config.name, %error, "REGISTER got no response");
                self.client.handle_answer(now(), None);
            }
        }
    }

    /// What a success says beside its time.
    fn note(&self, response: &Response, flow: Flow, asked: u32) {
        if !response.status().is_success() {
            return;
        }
        let routes = response.values(Name::ServiceRoute).map(|route| String::from_utf8_lossy(route).into());
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        shown.service_routes = if asked == 0 { Vec::new() } else { routes.collect() };
        shown.connection = self.driver.transports.connection_to(&flow);
    }

    fn tell(&self, status: Status) {
        let config = &self.config;
        tracing::info!(registration = &*config.name, server = %config.server_uri, "{}", status.word());
        let event = || Event::Registry {
            technology: NAME,
            username: config.client_uri.as_str().into(),
            domain: config.server_uri.as_str().into(),
            status: status.word(),
        };
        let core = &self.driver.core;
        core.events.publish(EventKind::Registry, || core.clock.now(), event);
    }

    fn warn(&self, warning: &Warning) {
        let config = &self.config;
        let (server, client) = (config.server_uri.as_str(), config.client_uri.as_str());
        tracing::warn!(registration = &*config.name, server, client, "{warning}");
    }
}

async fn sent(sending: &mut Option<(u32, Sending)>) -> (u32, Outcome) {
    let Some((seconds, future)) = sending else { return std::future::pending().await };
    let outcome = (*seconds, future.await);
    *sending = None;
    outcome
}

async fn sleep_until(alarm: Option<Instant>) {
    match alarm {
        Some(at) => tokio::time::sleep_until(tokio::time::Instant::from_std(at)).await,
        None => std::future::pending().await,
    }
}
