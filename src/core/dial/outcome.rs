//! What came of ringing: `DIALSTATUS` by Asterisk's rules.

use crate::cause::Cause;

/// The result of one call, or of all together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Somebody answered.
    Answer,
    /// Everybody was busy.
    Busy,
    /// Nobody answered in time.
    NoAnswer,
    /// The caller gave up.
    Cancel,
    /// The network was busy.
    Congestion,
    /// Nobody could be reached.
    ChanUnavail,
    /// The call was screened away.
    DontCall,
    /// The call was screened to a torture menu.
    Torture,
    /// The arguments were wrong.
    InvalidArgs,
}

impl Status {
    /// The result of a call that ended unanswered with this cause.
    pub fn of(cause: Cause) -> Status {
        match cause {
            Cause::USER_BUSY => Status::Busy,
            Cause::NORMAL_CIRCUIT_CONGESTION => Status::Congestion,
            Cause::NO_ROUTE_DESTINATION | Cause::SUBSCRIBER_ABSENT => Status::ChanUnavail,
            _ => Status::NoAnswer,
        }
    }

    /// The word of `DIALSTATUS`.
    pub fn word(self) -> &'static str {
        match self {
            Status::Answer => "ANSWER",
            Status::Busy => "BUSY",
            Status::NoAnswer => "NOANSWER",
            Status::Cancel => "CANCEL",
            Status::Congestion => "CONGESTION",
            Status::ChanUnavail => "CHANUNAVAIL",
            Status::DontCall => "DONTCALL",
            Status::Torture => "TORTURE",
            Status::InvalidArgs => "INVALIDARGS",
        }
    }
}

/// How many calls ended how.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    calls: usize,
    busy: usize,
    congestion: usize,
    unavailable: usize,
    /// The cause of the call that ended last.
    pub cause: Option<Cause>,
}

impl Outcome {
    /// Counts a call that ended unanswered.
    pub fn count(&mut self, cause: Cause) {
        self.calls += 1;
        self.cause = Some(cause);
        match cause {
            Cause::USER_BUSY => self.busy += 1,
            Cause::NORMAL_CIRCUIT_CONGESTION => self.congestion += 1,
            Cause::NO_ANSWER | Cause::NORMAL_CLEARING => {}
            _ => self.unavailable += 1,
        }
    }

    /// `busy/congested/unavailable`, as the console counts them.
    pub fn counts(&self) -> String {
        format!("{}:{}/{}/{}", self.calls, self.busy, self.congestion, self.unavailable)
    }

    /// `DIALSTATUS` when nobody rings any more: only if no call just went unanswered does the reason count.
    pub fn status(&self) -> Status {
        if self.calls == 0 {
            return Status::ChanUnavail;
        }
        if self.busy + self.congestion + self.unavailable < self.calls {
            return Status::NoAnswer;
        }
        match (self.busy, self.congestion) {
            (1.., _) => Status::Busy,
            (0, 1..) => Status::Congestion,
            (0, 0) => Status::ChanUnavail,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_status_is_what_all_calls_came_to() {
        let check = |causes: &[Cause], expected| {
            let mut outcome = Outcome::default();
            causes.iter().for_each(|cause| outcome.count(*cause));
            assert_eq!(outcome.status(), expected, "{causes:?}");
        };
        check(&[], Status::ChanUnavail);
        check(&[Cause::USER_BUSY], Status::Busy);
        check(&[Cause::USER_BUSY, Cause::NO_ANSWER], Status::NoAnswer);
        check(&[Cause::SUBSCRIBER_ABSENT, Cause::USER_BUSY], Status::Busy);
        check(&[Cause::NORMAL_CIRCUIT_CONGESTION], Status::Congestion);
        check(&[Cause::CALL_REJECTED], Status::ChanUnavail);
    }
}
