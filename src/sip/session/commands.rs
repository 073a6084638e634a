//! What a session's owner wants of it.

use super::{EndCause, Phase, Session, Turn, update};
use crate::message::{Body, HeaderList, Request};
use crate::method::Method;
use crate::transaction::ServerId;
use crate::transport::Flow;
use crate::ua::{NewRequest, Profile, Refused, Reply, RequestId};
use std::sync::Arc;

impl Session {
    /// Gives the session its endpoint's profile and checks the INVITE against it; what does not fit is refused.
    pub(crate) fn adopt(
        &mut self,
        turn: &mut Turn<'_>,
        profile: Arc<Profile>,
        request: &Request,
    ) -> Result<(), Refused> {
        self.shared.profile = profile;
        let mut result = Err(Refused::WrongState);
        self.step(|phase, shared| match phase {
            Phase::Incoming(incoming) => {
                let (phase, verdict) = incoming.check(shared, turn, request);
                result = verdict;
                phase
            }
            other => other,
        });
        result
    }

    pub(crate) fn provisional(&mut self, turn: &mut Turn<'_>, reply: Reply) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Incoming(incoming) => incoming.provisional(&self.shared, turn, reply),
            _ => Err(Refused::WrongState),
        }
    }

    pub(crate) fn accept(&mut self, turn: &mut Turn<'_>, reply: Reply) -> Result<(), Refused> {
        if !reply.status.is_success() {
            return Err(Refused::Status);
        }
        let mut result = Err(Refused::WrongState);
        self.step(|phase, shared| match phase {
            Phase::Incoming(incoming) => {
                result = Ok(());
                incoming.accept(shared, turn, reply)
            }
            other => other,
        });
        result
    }

    pub(crate) fn reject(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Result<(), Refused> {
        if !reply.status.is_failure() {
            return Err(Refused::Status);
        }
        let mut result = Err(Refused::WrongState);
        self.step(|phase, _| match phase {
            Phase::Incoming(incoming) => {
                result = Ok(());
                incoming.reject(turn, reply)
            }
            other => other,
        });
        result
    }

    /// Gives up a call that is not answered yet.
    pub(crate) fn cancel(&mut self, turn: &mut Turn<'_>, headers: HeaderList) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Calling(calling) => {
                calling.cancel(turn, headers);
                Ok(())
            }
            _ => Err(Refused::WrongState),
        }
    }

    /// Ends an established call.
    pub(crate) fn bye(&mut self, turn: &mut Turn<'_>, headers: &HeaderList) -> Result<(), Refused> {
        let mut result = Err(Refused::WrongState);
        self.step(|phase, shared| match phase {
            Phase::Established(established) => {
                result = Ok(());
                established.leave(shared, turn, headers, EndCause::HungUp)
            }
            other => other,
        });
        result
    }

    /// Ends the call in whatever way its phase asks for.
    pub(crate) fn hang_up(&mut self, turn: &mut Turn<'_>, reply: &Reply) -> Result<(), Refused> {
        match &self.phase {
            Phase::Calling(_) => self.cancel(turn, reply.headers.clone()),
            Phase::Incoming(_) => self.reject(turn, reply),
            Phase::Established(_) => self.bye(turn, &reply.headers),
            Phase::Ending(_) | Phase::Over(_) | Phase::Stepping => Err(Refused::WrongState),
        }
    }

    pub(crate) fn acknowledge(&mut self, turn: &mut Turn<'_>, body: Option<&Body>) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Established(established) => established.acknowledge(turn, body),
            _ => Err(Refused::WrongState),
        }
    }

    pub(crate) fn prack(&mut self, turn: &mut Turn<'_>, body: Option<Body>) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Calling(calling) => calling.prack(&mut self.shared, turn, body),
            _ => Err(Refused::WrongState),
        }
    }

    pub(crate) fn reinvite(
        &mut self,
        turn: &mut Turn<'_>,
        headers: HeaderList,
        body: Option<Body>,
    ) -> Result<(), Refused> {
        match &mut self.phase {
            Phase::Established(established) => established.reinvite(&mut self.shared, turn, headers, body),
            _ => Err(Refused::WrongState),
        }
    }

    pub(crate) fn request(&mut self, turn: &mut Turn<'_>, new: NewRequest) -> Result<RequestId, Refused> {
        let timer = match &self.phase {
            Phase::Established(established) => established.timer,
            _ => None,
        };
        let (talk, shared) = self.talk_mut().ok_or(Refused::WrongState)?;
        match new.method {
            Method::Invite | Method::Ack | Method::Bye | Method::Cancel | Method::Prack => {
                Err(Refused::WrongState)
            }
            Method::Update => update::send(talk, shared, turn, timer.as_ref(), new),
            _ => Ok(turn.request(&mut talk.dialog, shared, new)),
        }
    }

    /// Answers a request in the session.
    pub(crate) fn respond(
        &mut self,
        turn: &mut Turn<'_>,
        id: ServerId,
        reply: &Reply,
    ) -> Result<(), Refused> {
        let method = turn.layers.servers.get(id).map(|server| server.method.clone()).ok_or(Refused::Gone)?;
        match (&mut self.phase, method) {
            (Phase::Established(established), Method::Invite) => {
                established.respond_reinvite(&mut self.shared, turn, id, reply)
            }
            (Phase::Ending(ending), Method::Invite) => ending.respond_reinvite(&self.shared, turn, id, reply),
            (_, Method::Invite) => Err(Refused::WrongState),
            (Phase::Established(established), Method::Update) => {
                established.respond_update(&self.shared, turn, id, reply)
            }
            (Phase::Calling(calling), Method::Update | Method::Prack) => {
                let talk = calling.talk_of_offer(id).ok_or(Refused::Gone)?;
                update::respond(talk, &self.shared, turn, id, reply, &[])
            }
            (Phase::Incoming(incoming), Method::Update | Method::Prack) => {
                update::respond(&mut incoming.talk, &self.shared, turn, id, reply, &[])
            }
            (_, method) => {
                let mut lines = Vec::new();
                if reply.status.is_success() && method.refreshes_target() {
                    self.shared.profile.contact_line(&mut lines);
                }
                turn.layers.reply(turn.now, id, reply, &lines).map(drop).ok_or(Refused::Gone)
            }
        }
    }

    pub(crate) fn set_flow(&mut self, flow: Flow) -> Result<(), Refused> {
        let (talk, _) = self.talk_mut().ok_or(Refused::WrongState)?;
        talk.dialog.set_flow(flow);
        Ok(())
    }
}
