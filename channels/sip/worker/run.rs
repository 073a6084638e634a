//! The worker's loop.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use obelus_sip::UserAgent;
use obelus_sip::message::Response;
use obelus_sip::session::SessionId;
use obelus_sip::transaction::Timing;
use obelus_sip::ua::{self, Event, Refused, RequestId};
use tokio::time::{Sleep, sleep_until};

use super::call::Calls;
use super::order::Order;
use super::profiles::{self, Profiles};
use super::queue::{Inbox, Packet, Queue};
use super::transfer::{Departing, Referrals};
use crate::authenticate::{Authenticator, SharedKey};
use crate::config::Config;
use crate::driver::Driver;
use crate::errand::{Answer, Unanswered};
use crate::qualify::{Outcome, ProbeId};
use crate::trace::Way;
use crate::transport::Path;

/// So many messages and orders are handled before others get the processor.
const BATCH: usize = 128;

/// So many new requests are handled before live calls are looked at again.
const NEW_BATCH: usize = 16;

/// With nothing to do a worker looks up once in so long.
const IDLE: Duration = Duration::from_secs(3600);

/// One worker.
pub(super) struct Worker {
    pub(super) driver: Arc<Driver>,
    pub(super) agent: UserAgent,
    pub(super) authenticator: Authenticator,
    pub(super) calls: Calls,
    pub(super) profiles: Profiles,
    pub(super) probes: HashMap<RequestId, ProbeId>,
    errands: HashMap<RequestId, Answer>,
    pub(super) referrals: Referrals,
    pub(super) departing: Departing,
    /// Its own queue, for those who do something for it.
    pub(super) queue: Queue,
    paths: Vec<Option<Arc<Path>>>,
    stopping: bool,
}

impl Worker {
    pub(super) fn new(driver: Arc<Driver>, queue: Queue, key: SharedKey, seed: [u8; 32]) -> Worker {
        let agent = UserAgent::new(stack_config(&driver.config()), seed);
        let mut own = seed;
        own.iter_mut().for_each(|byte| *byte = !*byte);
        Worker {
            agent,
            authenticator: Authenticator::new(key, own),
            calls: Calls::default(),
            profiles: Profiles::default(),
            probes: HashMap::new(),
            errands: HashMap::new(),
            referrals: Referrals::new(),
            departing: Departing::new(),
            queue,
            paths: Vec::new(),
            stopping: false,
            driver,
        }
    }

    pub(super) async fn run(mut self, mut inbox: Inbox) {
        let mut sleep = Box::pin(sleep_until(tokio::time::Instant::now() + IDLE));
        while !self.stopping {
            // Every branch is cancel safe: queues and a timer.
            tokio::select! {
                biased;
                Some(order) = inbox.orders.recv() => self.guard(|worker, now| worker.obey(now, order)),
                Some(packet) = inbox.live.recv() => self.guard(|worker, now| worker.receive(now, packet)),
                Some(packet) = inbox.new.recv() => self.guard(|worker, now| worker.receive(now, packet)),
                () = &mut sleep => {}
            }
            let is_idle = self.drain(&mut inbox);
            self.guard(|worker, now| worker.agent.handle_timeout(now));
            self.set_alarm(&mut sleep);
            // One that has nothing more to do waits anyway; to yield would make the thread look for others in vain.
            if !is_idle {
                tokio::task::yield_now().await;
            }
        }
    }

    /// What waits already, the most urgent first; says whether that was all.
    fn drain(&mut self, inbox: &mut Inbox) -> bool {
        for _ in 0..BATCH / NEW_BATCH {
            let mut was_idle = true;
            while let Ok(order) = inbox.orders.try_recv() {
                was_idle = false;
                self.guard(|worker, now| worker.obey(now, order));
            }
            for _ in 0..BATCH {
                let Ok(packet) = inbox.live.try_recv() else { break };
                was_idle = false;
                self.guard(|worker, now| worker.receive(now, packet));
            }
            for _ in 0..NEW_BATCH {
                let Ok(packet) = inbox.new.try_recv() else { break };
                was_idle = false;
                self.guard(|worker, now| worker.receive(now, packet));
            }
            if was_idle {
                return true;
            }
        }
        false
    }

    /// Takes one step and does all that follows. A fault in it ends neither the worker nor other calls.
    fn guard(&mut self, step: impl FnOnce(&mut Worker, Instant)) {
        let now = tokio::time::Instant::now().into_std();
        let stepped = std::panic::catch_unwind(AssertUnwindSafe(|| {
            step(self, now);
            self.settle(now);
        }));
        if stepped.is_err() {
            tracing::error!("a fault in a SIP worker; what caused it is dropped");
        }
    }

    /// Acts on events until there are none, then sends.
    fn settle(&mut self, now: Instant) {
        while let Some(event) = self.agent.poll_event() {
            self.handle(now, event);
        }
        while let Some(transmit) = self.agent.poll_transmit() {
            let Some(path) = self.path(transmit.flow.transport) else { continue };
            let driver = &self.driver;
            driver.trace.show(
                &driver.core,
                Way::Transmitted,
                path.kind,
                transmit.flow.remote,
                &transmit.bytes,
            );
            if path.send(&transmit.flow, transmit.bytes, &driver.counters).is_err() {
                // Not at once: what follows from it must not grow this loop.
                self.queue.order(Order::FlowFailed(transmit.flow));
            }
        }
    }

    fn handle(&mut self, now: Instant, event: Event) {
        match event {
            Event::Request { id, flow, request } => self.handle_request(now, id, flow, &request),
            Event::Invite { session, flow, request } => self.handle_invite(now, session, flow, request),
            Event::Session { session, event } => self.handle_session(now, session, event),
            Event::DialogRequest { id, .. } => {
                // No dialog outlives its session here, so nobody waits for this.
                let reply = ua::Reply::new(obelus_sip::StatusCode::CALL_DOES_NOT_EXIST);
                let _ = self.agent.respond(now, id, &reply);
            }
            Event::Response { id, response } => {
                if response.status().is_final() {
                    self.probed(id, Outcome::Answered(response.status()));
                    self.run_errand(id, Ok(response));
                }
            }
            Event::Failed { id, failure } => {
                self.probed(id, Outcome::Failed);
                self.run_errand(id, Err(failure.into()));
            }
        }
    }

    fn probed(&mut self, id: RequestId, outcome: Outcome) {
        if let Some(probe) = self.probes.remove(&id) {
            self.driver.locations.probed(&self.driver.config_arc(), probe, outcome);
        }
    }

    fn run_errand(&mut self, id: RequestId, result: Result<Response, Unanswered>) {
        if let Some(answer) = self.errands.remove(&id) {
            // Who no longer waits does not want it.
            let _ = answer.send(result);
        }
    }

    fn receive(&mut self, now: Instant, packet: Packet) {
        // A new path must be known before its first message.
        if self.path(packet.flow.transport).is_some() {
            self.agent.handle_message(now, packet.flow, packet.bytes);
        }
    }

    fn obey(&mut self, now: Instant, order: Order) {
        match order {
            Order::Call(call) => self.make_call(now, *call),
            Order::Leg(key, command) => self.obey_leg(now, key, command),
            Order::Dtmf(key, mode) => self.with_call(key, |call| call.media.set_dtmf(mode)),
            Order::Codecs(key, codecs) => self.with_call(key, |call| call.media.set_codecs(codecs)),
            Order::Refresh(key, method) => self.refresh(now, key, &method),
            Order::InCall(key, request) => self.send_in_call(now, key, *request),
            Order::Dropped(key) => self.drop_call(now, key),
            Order::MediaHost(key, address) => self.media_found(key, address),
            Order::Referred(session, id, status) => self.answer_refer(now, session, id, status),
            Order::Depart(session) => self.depart(now, session),
            Order::Referral(session, told) => self.tell_referral(now, session, told),
            Order::NextHop(session, flow) => self.next_hop_found(session, flow),
            Order::Probe(probe, request) => self.ask(now, probe, *request),
            Order::Errand(request, answer) => self.begin_errand(now, *request, answer),
            Order::FlowFailed(flow) => self.agent.handle_transport_error(now, flow),
            Order::Reconfigure => self.reconfigure(),
            Order::Numbers(answer) => drop(answer.send((self.agent.counters(), self.agent.load()))),
            Order::Stop => self.stopping = true,
        }
    }

    fn ask(&mut self, now: Instant, probe: ProbeId, request: ua::OutgoingRequest) {
        if self.path(request.flow.transport).is_none() {
            return self.driver.locations.probed(&self.driver.config_arc(), probe, Outcome::Failed);
        }
        match self.agent.request(now, request) {
            Ok(id) => drop(self.probes.insert(id, probe)),
            Err(error) => {
                tracing::debug!(%error, "OPTIONS cannot be sent");
                self.driver.locations.probed(&self.driver.config_arc(), probe, Outcome::Failed);
            }
        }
    }

    fn begin_errand(&mut self, now: Instant, request: ua::OutgoingRequest, answer: Answer) {
        let known = self.path(request.flow.transport).ok_or(Refused::NoTransport);
        match known.and_then(|_| self.agent.request(now, request)) {
            Ok(id) => drop(self.errands.insert(id, answer)),
            Err(error) => drop(answer.send(Err(error.into()))),
        }
    }

    fn reconfigure(&mut self) {
        self.profiles.clear();
        self.agent.configure(stack_config(&self.driver.config()));
        // Numbers of paths are never used again, so those that are gone only have to be let go.
        for (place, path) in self.paths.iter_mut().enumerate() {
            let id = obelus_sip::TransportId(u16::try_from(place).unwrap_or(u16::MAX));
            if path.is_some() && self.driver.transports.paths.find(id).is_none() {
                *path = None;
                self.agent.remove_transport(id);
            }
        }
    }

    /// The path of this number, which the stack then knows, too.
    pub(super) fn path(&mut self, id: obelus_sip::TransportId) -> Option<Arc<Path>> {
        let place = usize::from(id.0);
        if self.paths.len() <= place {
            self.learn_paths();
        }
        self.paths.get(place).cloned().flatten()
    }

    fn learn_paths(&mut self) {
        let paths = &self.driver.transports.paths;
        for place in self.paths.len()..paths.count() {
            let path = paths.find(obelus_sip::TransportId(u16::try_from(place).unwrap_or(u16::MAX)));
            if let Some(path) = &path {
                self.agent.add_transport(path.description());
            }
            self.paths.push(path);
        }
    }

    /// The time of day.
    pub(super) fn time(&self) -> SystemTime {
        self.driver.core.clock.now().into()
    }

    pub(super) fn next_hop_found(&mut self, session: SessionId, flow: obelus_sip::Flow) {
        if self.path(flow.transport).is_some() {
            let _ = self.agent.set_flow(session, flow);
        }
    }

    fn set_alarm(&mut self, sleep: &mut std::pin::Pin<Box<Sleep>>) {
        let wanted = self.agent.next_timeout().map(tokio::time::Instant::from_std);
        let wanted = wanted.unwrap_or_else(|| sleep.deadline().max(tokio::time::Instant::now() + IDLE / 2));
        if wanted != sleep.deadline() {
            sleep.as_mut().reset(wanted);
        }
    }
}

fn stack_config(config: &Config) -> ua::Config {
    let profile = ua::Profile {
        contact: "<sip:invalid>".into(),
        allow: profiles::ALLOW.into(),
        supported: "".into(),
        ..ua::Profile::default()
    };
    let timing =
        Timing { t1: config.system.timer_t1, timer_b: Some(config.system.timer_b), ..Timing::default() };
    ua::Config {
        agent: (*config.global.user_agent).into(),
        timing,
        max_forwards: config.global.max_forwards,
        rport: !config.system.disable_rport,
        force_rport: true,
        profile: Arc::new(profile),
        ..ua::Config::default()
    }
}
