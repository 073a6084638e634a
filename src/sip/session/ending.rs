//! Our BYE, until it is answered (RFC 3261 15.1.1).

use super::ack::SentAck;
use super::turn::cseq_of;
use super::{EndCause, Phase, Refused, SessionEvent, Shared, Turn};
use crate::dialog::Dialog;
use crate::message::{HeaderList, Request, Response};
use crate::method::Method;
use crate::status::StatusCode;
use crate::transaction::ServerId;
use crate::ua::{NewRequest, Purpose, Reply};

#[derive(Debug)]
pub(crate) struct Ending {
    pub(super) dialog: Dialog,
    pub(super) cause: EndCause,
    /// Repetitions of the 2xx still get their ACK.
    ack: Option<SentAck>,
    /// A re-INVITE that crossed the BYE and has no final response.
    theirs: Option<ServerId>,
}

impl Ending {
    /// Sends BYE.
    pub(super) fn begin(
        mut dialog: Dialog,
        shared: &mut Shared,
        turn: &mut Turn<'_>,
        headers: &HeaderList,
        cause: EndCause,
        ack: Option<SentAck>,
    ) -> Phase {
        let new = NewRequest { headers: headers.clone(), ..NewRequest::new(Purpose::Bye, Method::Bye) };
        turn.request(&mut dialog, shared, new);
        Phase::Ending(Box::new(Self { dialog, cause, ack, theirs: None }))
    }

    /// A re-INVITE that crosses our BYE, which its sender has not read yet: the owner answers it as any other.
    pub(super) fn handle_reinvite(&mut self, turn: &mut Turn<'_>, id: ServerId, request: Request) {
        if self.theirs.is_some() || self.dialog.accept_cseq(cseq_of(&request)).is_err() {
            return turn.answer_try_later(id);
        }
        self.theirs = Some(id);
        turn.emit(SessionEvent::Reinvite { id, request });
    }

    /// Answers it.
    pub(super) fn respond_reinvite(
        &mut self,
        shared: &Shared,
        turn: &mut Turn<'_>,
        id: ServerId,
        reply: &Reply,
    ) -> Result<(), Refused> {
        let mut lines = Vec::new();
        if !reply.status.is_failure() {
            shared.profile.lines(&mut lines);
        }
        turn.layers.reply(turn.now, id, reply, &lines).ok_or(Refused::Gone)?;
        self.theirs.take_if(|theirs| *theirs == id && reply.status.is_final());
        Ok(())
    }

    /// The BYE was answered, or never will be; so is what the other side still waits for.
    pub(super) fn finish(self, turn: &mut Turn<'_>) -> Phase {
        if let Some(id) = self.theirs {
            turn.answer(id, StatusCode::REQUEST_TERMINATED);
        }
        Phase::over(self.cause, Some(self.dialog))
    }

    /// A 2xx that came though the session ends: an INVITE's own again, or that of a re-INVITE. Gives `false` when
    /// it is of another fork.
    pub(super) fn handle_late_response(&mut self, turn: &mut Turn<'_>, response: &Response) -> bool {
        if !response.status().is_success() {
            return true;
        }
        let tag = response.to().ok().and_then(|to| to.tag()).unwrap_or_default();
        if tag != self.dialog.remote_tag() {
            return false;
        }
        let cseq = response.cseq().map_or(0, |cseq| cseq.number);
        match &self.ack {
            Some(ack) if ack.cseq == cseq => {
                turn.layers.counters.repeated += 1;
                turn.layers.send(ack.flow, ack.bytes.clone());
            }
            _ => {
                let (flow, bytes) = turn.acknowledge(&self.dialog, cseq, &[], None);
                self.ack = Some(SentAck { transaction: None, cseq, flow, bytes });
            }
        }
        true
    }
}
