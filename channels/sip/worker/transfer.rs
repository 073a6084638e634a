//! REFER in a call: the telephone transfers its party, and hears by NOTIFY how that goes (RFC 3515).

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use obelus_core::Core;
use obelus_core::cause::Cause;
use obelus_core::channel::{ChannelHandle, Position};
use obelus_core::events::{Delivery, Event, EventKind, Listener};
use obelus_core::features::{Blind, NotTransferred};
use obelus_sip::DialogId;
use obelus_sip::header::Name;
use obelus_sip::message::{Body, HeaderList, Request};
use obelus_sip::session::SessionId;
use obelus_sip::transaction::ServerId;
use obelus_sip::ua::Reply;
use obelus_sip::{Method, StatusCode};

use super::order::Order;
use super::queue::Queue;
use super::run::Worker;
use crate::config::Endpoint;
use crate::leg::SipLeg;
use crate::refer::{Replaces, Wish};
use crate::tech;

/// How long a channel may take to say whose call it is.
const ASKED: Duration = Duration::from_secs(2);

/// How long the progress of a transfer is told at most.
const WATCHED: Duration = Duration::from_secs(600);

/// Sessions whose telephones wait to hear of a transfer.
pub(super) type Referrals = HashMap<SessionId, Referral>;

/// A telephone that waits to hear of its transfer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Referral {
    /// The dialog that is left of its session.
    dialog: Option<DialogId>,
    /// It has heard that somebody works on it.
    has_begun: bool,
}

/// Sessions whose telephones have transferred their party: they hang up themselves, when they have heard how that went.
/// Whether one has been left already.
pub(super) type Departing = HashMap<SessionId, bool>;

/// So long a telephone may take to hang up after a transfer, as with Asterisk.
const DEPARTURE: Duration = Duration::from_secs(60);

/// What is told of a transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    status: StatusCode,
    is_final: bool,
    /// There was no transfer: the call goes on.
    is_refusal: bool,
}

impl Worker {
    /// Takes a REFER: what comes of it is told later.
    pub(super) fn take_refer(&mut self, now: Instant, session: SessionId, id: ServerId, request: &Request) {
        let reply = match self.begin_refer(session, request) {
            Ok(None) => return self.refer_quietly(session, id, request),
            Ok(Some(reply)) | Err(reply) => reply,
        };
        self.respond(now, id, &reply);
    }

    /// `None`: nobody wants to hear of it, and the answer says what came of it.
    fn begin_refer(&mut self, session: SessionId, request: &Request) -> Result<Option<Reply>, Reply> {
        let Some(call) = self.calls.of(session) else {
            return Err(Reply::new(StatusCode::CALL_DOES_NOT_EXIST));
        };
        if !call.endpoint.session.allow_transfer {
            tracing::warn!(endpoint = &*call.endpoint.name, "transfers are not allowed, REFER is refused");
            return Err(Reply::new(StatusCode::DECLINE));
        }
        let wish = Wish::read(request).ok_or_else(|| Reply::new(StatusCode::BAD_REQUEST))?;
        if wish.is_quiet {
            return Ok(None);
        }
        let task = Task::new(call.shared.facts().channel.clone(), call.endpoint.clone(), wish);
        let _ = self.agent.keep_dialog(session);
        self.referrals.insert(session, Referral::default());
        self.departing.insert(session, false);
        let (core, queue) = (self.driver.core.clone(), self.queue.clone());
        tokio::spawn(async move { task.run(&core, &queue, session).await });
        let mut reply = Reply::new(StatusCode::ACCEPTED);
        if request.text(Name::ReferSub).is_some() {
            reply = reply.header(Name::ReferSub, "true");
        }
        Ok(Some(reply))
    }

    /// Without a subscription the answer waits for the transfer (RFC 4488).
    fn refer_quietly(&mut self, session: SessionId, id: ServerId, request: &Request) {
        let (Some(call), Some(wish)) = (self.calls.of(session), Wish::read(request)) else { return };
        let task = Task::new(call.shared.facts().channel.clone(), call.endpoint.clone(), wish);
        self.departing.insert(session, false);
        let (core, queue) = (self.driver.core.clone(), self.queue.clone());
        tokio::spawn(async move {
            let status = match task.transfer(&core).await {
                Ok(_) => StatusCode::OK,
                Err(status) => status,
            };
            queue.order(Order::Referred(session, id, status));
        });
    }

    /// Whether the telephone of a call that is left here hangs up itself.
    pub(super) fn waits_for_bye(&mut self, session: SessionId) -> bool {
        let Some(is_left) = self.departing.get_mut(&session) else { return false };
        if !std::mem::replace(is_left, true) {
            let queue = self.queue.clone();
            tokio::spawn(async move {
                tokio::time::sleep(DEPARTURE).await;
                queue.order(Order::Depart(session));
            });
        }
        true
    }

    /// It did not: the call ends from here.
    pub(super) fn depart(&mut self, now: Instant, session: SessionId) {
        if self.departing.remove(&session).is_some() {
            self.hang_up(now, session, Cause::NORMAL_CLEARING, None);
        }
    }

    pub(super) fn answer_refer(
        &mut self,
        now: Instant,
        session: SessionId,
        id: ServerId,
        status: StatusCode,
    ) {
        if status != StatusCode::OK {
            self.departing.remove(&session);
        }
        self.respond(now, id, &Reply::new(status).header(Name::ReferSub, "false"));
    }

    /// A session is over; its dialog lives on while a transfer is told of.
    pub(super) fn keep_for_referral(&mut self, session: SessionId, dialog: Option<DialogId>) {
        self.departing.remove(&session);
        match (self.referrals.get_mut(&session), dialog) {
            (Some(referral), Some(dialog)) => referral.dialog = Some(dialog),
            (Some(_), None) => drop(self.referrals.remove(&session)),
            (None, Some(dialog)) => self.agent.close_dialog(dialog),
            (None, None) => {}
        }
    }

    /// Tells the telephone how its transfer goes.
    pub(super) fn tell_referral(&mut self, now: Instant, session: SessionId, told: Told) {
        if told.is_refusal {
            self.departing.remove(&session);
        }
        let Some(referral) = self.referrals.get_mut(&session) else { return };
        let dialog = referral.dialog;
        // The first NOTIFY is always this one, as telephones know it from Asterisk.
        if !std::mem::replace(&mut referral.has_begun, true) && told.status != StatusCode::TRYING {
            let begun = Told { status: StatusCode::TRYING, is_final: false, is_refusal: false };
            self.notify_referral(now, session, dialog, begun);
        }
        self.notify_referral(now, session, dialog, told);
        if told.is_final {
            self.referrals.remove(&session);
            if let Some(dialog) = dialog {
                self.agent.close_dialog(dialog);
            }
        }
    }

    fn notify_referral(&mut self, now: Instant, session: SessionId, dialog: Option<DialogId>, told: Told) {
        let (state, status) = (told.state(), told.status);
        let headers = HeaderList::new().with(Name::Event, "refer").with(Name::SubscriptionState, state);
        let line = format!("SIP/2.0 {} {}\r\n", status.code(), status.reason());
        let body = Some(Body::new("message/sipfrag;version=2.0", line));
        let sent = match dialog {
            Some(dialog) => self.agent.dialog_request(now, dialog, Method::Notify, headers, body),
            None => self.agent.session_request(now, session, Method::Notify, headers, body),
        };
        if let Err(error) = sent {
            tracing::info!(%error, "the progress of a transfer cannot be told");
        }
    }
}

impl Told {
    fn state(self) -> &'static str {
        if self.is_final { "terminated;reason=noresource" } else { "active;expires=600" }
    }
}

/// A transfer, away from the worker.
struct Task {
    channel: Arc<str>,
    endpoint: Arc<Endpoint>,
    wish: Wish,
}

impl Task {
    fn new(channel: Arc<str>, endpoint: Arc<Endpoint>, wish: Wish) -> Task {
        Task { channel, endpoint, wish }
    }

    /// Transfers, and tells how it goes.
    async fn run(&self, core: &Arc<Core>, queue: &Queue, session: SessionId) {
        let watched = EventKind::DialState.bit()
            | EventKind::BridgeEnter.bit()
            | EventKind::Prompt.bit()
            | EventKind::MusicOnHoldStart.bit()
            | EventKind::NewExten.bit()
            | EventKind::Hangup.bit();
        let mut listener = core.events.listen(watched, None);
        let refused = |status| {
            queue.order(Order::Referral(session, Told { status, is_final: true, is_refusal: true }));
        };
        let tell = |status, is_final| {
            queue.order(Order::Referral(session, Told { status, is_final, is_refusal: false }));
        };
        match self.transfer(core).await {
            Err(status) => refused(status),
            Ok(None) => tell(StatusCode::OK, true),
            Ok(Some(_)) if !self.endpoint.session.refer_blind_progress => tell(StatusCode::OK, true),
            Ok(Some(transferee)) => {
                let telling = follow(&mut listener, &transferee, |told| tell(told.status, told.is_final));
                if tokio::time::timeout(WATCHED, telling).await.is_err() {
                    tell(StatusCode::OK, true);
                }
            }
        }
    }

    /// Does it; returns whose progress is to be told, of a blind one.
    async fn transfer(&self, core: &Arc<Core>) -> Result<Option<ChannelHandle>, StatusCode> {
        let channel = core.channels.find(&self.channel).ok_or(StatusCode::CALL_DOES_NOT_EXIST)?;
        if let Some(replaces) = &self.wish.replaces
            && let Some(second) = find_call(core, replaces).await
        {
            let done = core.transfer_attended(&channel, &second).await;
            return done.map(|()| None).map_err(|error| status_of(&error));
        }
        self.blind(core, &channel).await
    }

    async fn blind(
        &self,
        core: &Arc<Core>,
        channel: &ChannelHandle,
    ) -> Result<Option<ChannelHandle>, StatusCode> {
        let own = channel.run(|channel| Box::pin(async { channel.variable("TRANSFER_CONTEXT") })).await;
        let context = own.ok().flatten().filter(|context| !context.is_empty());
        let context = context.unwrap_or_else(|| self.endpoint.calls.context.clone());
        let wish = &self.wish;
        // A call that is not here is replaced by whom this extension calls.
        let exten = if wish.replaces.is_some() { "external_replaces" } else { &wish.exten };
        if !core.extension_exists(&context, exten) {
            tracing::warn!(
                endpoint = &*self.endpoint.name,
                exten,
                context = &*context,
                "REFER to an extension that does not exist"
            );
            return Err(StatusCode::NOT_FOUND);
        }
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let replaces = wish.replaces.as_ref().map(|replaces| replaces.text.clone()).unwrap_or_default();
        let variables = vec![
            ("SIPTRANSFER", "yes".to_owned()),
            ("SIPREFERRINGCONTEXT", context.to_string()),
            ("__SIPREFERREDBYHDR", text(&wish.referred_by)),
            ("__SIPREPLACESHDR", replaces),
            ("SIPREFERTOHDR", wish.uri.clone()),
        ];
        let blind = Blind { target: Position::new(context, exten, 1), external: true, variables };
        core.transfer_blind(channel, blind).map(Some).map_err(|error| status_of(&error))
    }
}

fn status_of(error: &NotTransferred) -> StatusCode {
    match error {
        NotTransferred::Invalid => StatusCode::BAD_REQUEST,
        NotTransferred::Failed => StatusCode::SERVER_INTERNAL_ERROR,
    }
}

/// The channel of a dialog that `Replaces` names.
pub(super) async fn find_call(core: &Core, replaces: &Replaces) -> Option<ChannelHandle> {
    let calls = core.channels.all().into_iter().filter(|channel| channel.technology() == tech::NAME);
    for channel in calls {
        let wanted = replaces.clone();
        let asking = channel.run(move |channel| {
            Box::pin(async move { channel.leg_as::<SipLeg>().is_some_and(|leg| leg.is_in(&wanted)) })
        });
        if let Ok(Ok(true)) = tokio::time::timeout(ASKED, asking).await {
            return Some(channel);
        }
    }
    None
}

/// Tells what becomes of a transferred party until that is settled.
async fn follow(listener: &mut Listener, transferee: &ChannelHandle, tell: impl Fn(Told)) {
    let id = transferee.unique_id();
    let told = |status, is_final| Told { status, is_final, is_refusal: false };
    loop {
        let Delivery::Event(record) = listener.next().await else { continue };
        let news = match &record.event {
            Event::DialState { channel: Some(channel), status, .. } if channel.unique_id == *id => {
                match *status {
                    "RINGING" => told(StatusCode::RINGING, false),
                    "PROGRESS" => told(StatusCode::SESSION_PROGRESS, false),
                    _ => continue,
                }
            }
            Event::BridgeEnter { channel, .. }
            | Event::Prompt { channel, .. }
            | Event::MusicOnHoldStart { channel, .. }
                if channel.unique_id == *id =>
            {
                told(StatusCode::OK, true)
            }
            Event::NewExten(channel) if channel.unique_id == *id => match &*channel.facts.application {
                "Echo" | "Milliwatt" | "Record" => told(StatusCode::OK, true),
                "Busy" => told(StatusCode::BUSY_HERE, true),
                "Congestion" => told(StatusCode::SERVICE_UNAVAILABLE, true),
                _ => continue,
            },
            Event::Hangup(channel) if channel.unique_id == *id => told(StatusCode::SERVICE_UNAVAILABLE, true),
            _ => continue,
        };
        tell(news);
        if news.is_final {
            return;
        }
    }
}
