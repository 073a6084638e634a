//! One registration of ours: when it is sent, refreshed, tried again and given up. A value.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use obelus_sip::StatusCode;

use crate::config::Pace;

/// So long before its end a registration is refreshed; Asterisk's number.
const BEFORE_END: u32 = 10;

/// What others are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Status {
    /// Not tried yet, or taken back.
    #[default]
    Unregistered,
    Registered,
    /// The last attempt failed.
    Rejected,
}

impl Status {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Status::Unregistered => "Unregistered",
            Status::Registered => "Registered",
            Status::Rejected => "Rejected",
        }
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Output {
    /// Send a REGISTER for so many seconds; 0 takes the registration back.
    Send { seconds: u32 },
    /// Tell everybody.
    Tell(Status),
    /// Let the operator know.
    Warn(Warning),
}

/// What the operator should know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Warning {
    #[error("no response on the registration attempt, retrying in {} s", .0.as_secs())]
    Silence(Duration),
    #[error("temporal response {} on the registration attempt, retrying in {} s", .0.code(), .1.as_secs())]
    Temporal(StatusCode, Duration),
    #[error("fatal response {} on the registration attempt, retrying in {} s", .0.code(), .1.as_secs())]
    FatalRetried(StatusCode, Duration),
    #[error("fatal response {} on the registration attempt, registration is given up", .0.code())]
    Fatal(StatusCode),
    #[error("maximum retries reached, registration is given up")]
    Exhausted,
}

/// What a registrar has said.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// The seconds that our Contact lives.
    pub(super) seconds: u32,
    /// Retry-After.
    pub(super) retry_after: Option<Duration>,
    /// Min-Expires.
    pub(super) min_expires: Option<u32>,
}

/// What somebody wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Take it back, then register anew.
    Register,
    /// Take it back and leave it.
    Unregister,
    /// Take it back, if it is there, and end.
    Stop,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Nothing is to be done.
    Idle,
    /// It is sent when the time has come.
    Waiting { until: Instant },
    /// A REGISTER is under way.
    Registering,
    /// The registration is being taken back.
    Leaving,
    /// It is over.
    Ended,
}

/// One registration of ours.
#[derive(Debug)]
pub(super) struct Client {
    pace: Pace,
    status: Status,
    state: State,
    retries: u32,
    /// What is asked for: more than `expiration` where the registrar wants more.
    seconds: u32,
    wishes: VecDeque<Wish>,
    outputs: VecDeque<Output>,
}

impl Client {
    /// It is sent for the first time after `delay`.
    pub(super) fn new(pace: Pace, now: Instant, delay: Duration) -> Client {
        Client {
            seconds: pace.expiration,
            pace,
            status: Status::Unregistered,
            state: State::Waiting { until: now + delay },
            retries: 0,
            wishes: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    pub(super) fn status(&self) -> Status {
        self.status
    }

    /// Whether it has ended: nothing more will come.
    pub(super) fn is_over(&self) -> bool {
        self.state == State::Ended && self.outputs.is_empty()
    }

    /// When [`Client::handle_timeout`] has something to do.
    pub(super) fn next_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Waiting { until } => Some(until),
            State::Idle | State::Registering | State::Leaving | State::Ended => None,
        }
    }

    /// What is to be done; drain it after every other call.
    pub(super) fn poll(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        if matches!(self.state, State::Waiting { until } if until <= now) {
            self.register();
        }
    }

    /// Somebody wants something; while a request is under way it waits for the answer.
    pub(super) fn handle_wish(&mut self, wish: Wish) {
        if wish == Wish::Stop {
            self.wishes.clear();
        }
        self.wishes.push_back(wish);
        self.grant();
    }

    /// The connection that it went over is gone: nobody reaches us by it any more.
    pub(super) fn handle_lost_connection(&mut self, now: Instant) {
        if self.status == Status::Registered && matches!(self.state, State::Waiting { .. }) {
            self.state = State::Waiting { until: now };
        }
    }

    /// The credentials may be others now: what was given up is tried once more.
    pub(super) fn handle_new_credentials(&mut self, now: Instant) {
        if self.status == Status::Rejected && self.state == State::Idle {
            self.begin(now);
        }
    }

    /// The registrar has answered, or has not.
    pub(super) fn handle_answer(&mut self, now: Instant, answer: Option<Answer>) {
        match self.state {
            State::Registering => self.registered(now, answer),
            State::Leaving => self.left(now),
            State::Idle | State::Waiting { .. } | State::Ended => {}
        }
        self.grant();
    }

    fn begin(&mut self, now: Instant) {
        self.retries = 0;
        self.seconds = self.pace.expiration;
        self.state = State::Waiting { until: now };
    }

    fn register(&mut self) {
        self.state = State::Registering;
        self.outputs.push_back(Output::Send { seconds: self.seconds });
    }

    fn grant(&mut self) {
        if matches!(self.state, State::Registering | State::Leaving | State::Ended) {
            return;
        }
        let Some(wish) = self.wishes.pop_front() else { return };
        if wish == Wish::Stop && self.status != Status::Registered {
            self.state = State::Ended;
            return;
        }
        if wish != Wish::Unregister {
            // Granted when the old one has been taken back.
            self.wishes.push_front(wish);
        }
        self.state = State::Leaving;
        self.outputs.push_back(Output::Send { seconds: 0 });
    }

    /// Whatever the registrar says, we are no longer there.
    fn left(&mut self, now: Instant) {
        self.tell(Status::Unregistered);
        self.state = State::Idle;
        match self.wishes.front() {
            Some(Wish::Register) => {
                self.wishes.pop_front();
                self.begin(now);
            }
            Some(Wish::Stop | Wish::Unregister) | None => {}
        }
    }

    fn tell(&mut self, status: Status) {
        self.status = status;
        self.outputs.push_back(Output::Tell(status));
    }

    fn registered(&mut self, now: Instant, answer: Option<Answer>) {
        match answer {
            Some(answer) if answer.status.is_success() && answer.seconds > 0 => {
                self.retries = 0;
                self.wait(now, refresh_after(answer.seconds));
                self.tell(Status::Registered);
            }
            Some(Answer { status: StatusCode::INTERVAL_TOO_BRIEF, min_expires: Some(seconds), .. })
                if seconds > self.seconds =>
            {
                self.seconds = seconds;
                self.register();
            }
            answer => self.failed(now, answer),
        }
    }

    fn wait(&mut self, now: Instant, delay: Duration) {
        self.state = State::Waiting { until: now + delay };
    }

    fn failed(&mut self, now: Instant, answer: Option<Answer>) {
        let status = answer.map(|answer| answer.status);
        let retry_after = answer.and_then(|answer| answer.retry_after).filter(|delay| !delay.is_zero());
        if let Some(delay) = retry_after {
            self.retry(now, delay, warning(status, delay));
        } else if let Some(delay) = self.pace.retry.filter(|_| self.may_pass(status)) {
            if self.retries >= self.pace.max_retries {
                self.give_up(Warning::Exhausted);
            } else {
                self.retries += 1;
                self.retry(now, delay, warning(status, delay));
            }
        } else {
            self.failed_finally(now, status.unwrap_or(StatusCode::REQUEST_TIMEOUT));
        }
        self.tell(Status::Rejected);
    }

    fn failed_finally(&mut self, now: Instant, status: StatusCode) {
        let forbidden = self.pace.forbidden_retry.filter(|_| status == StatusCode::FORBIDDEN);
        let delay = forbidden.or(self.pace.fatal_retry).filter(|_| self.retries < self.pace.max_retries);
        match delay {
            Some(delay) => {
                self.retries += 1;
                self.retry(now, delay, Warning::FatalRetried(status, delay));
            }
            None => self.give_up(Warning::Fatal(status)),
        }
    }

    fn retry(&mut self, now: Instant, delay: Duration, warning: Warning) {
        self.wait(now, delay);
        self.outputs.push_back(Output::Warn(warning));
    }

    fn give_up(&mut self, warning: Warning) {
        self.state = State::Idle;
        self.outputs.push_back(Output::Warn(warning));
    }

    /// Whether a failure may pass by itself: silence, a success that leaves us out, and what RFC 3261 21 says of some
    /// statuses.
    fn may_pass(&self, status: Option<StatusCode>) -> bool {
        let Some(status) = status else { return true };
        let is_challenge = matches!(status.code(), 401 | 407);
        status.is_success()
            || matches!(status.code(), 408 | 500 | 502 | 503 | 504 | 600..)
            || (is_challenge && !self.pace.auth_rejection_permanent)
    }
}

fn warning(status: Option<StatusCode>, delay: Duration) -> Warning {
    status.map_or(Warning::Silence(delay), |status| Warning::Temporal(status, delay))
}

/// Shortly before its end, and not at once where it is short.
fn refresh_after(seconds: u32) -> Duration {
    let early = seconds.checked_sub(BEFORE_END).filter(|left| *left >= BEFORE_END);
    Duration::from_secs(early.unwrap_or(seconds / 2).max(1).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace {
        expiration: 3600,
        initial_delay: 0,
        retry: Some(Duration::from_secs(60)),
        forbidden_retry: None,
        fatal_retry: None,
        max_retries: 2,
        auth_rejection_permanent: true,
    };

    struct Bench {
        client: Client,
        now: Instant,
        told: Vec<String>,
    }

    impl Bench {
        fn new(pace: Pace) -> Bench {
            let now = Instant::now();
            let mut bench = Bench { client: Client::new(pace, now, Duration::ZERO), now, told: Vec::new() };
            bench.pass(0);
            bench
        }

        fn note(&mut self) {
            while let Some(output) = self.client.poll() {
                self.told.push(match output {
                    Output::Send { seconds } => format!("send {seconds}"),
                    Output::Tell(status) => status.word().to_owned(),
                    Output::Warn(_) => continue,
                });
            }
        }

        fn pass(&mut self, seconds: u64) -> &mut Bench {
            self.now += Duration::from_secs(seconds);
            while let Some(due) = self.client.next_timeout().filter(|due| *due <= self.now) {
                self.client.handle_timeout(due);
                self.note();
            }
            self
        }

        fn hears(&mut self, code: u16, seconds: u32) -> &mut Bench {
            let status = StatusCode::new(code).unwrap();
            self.hears_all(Answer { status, seconds, retry_after: None, min_expires: None })
        }

        fn hears_all(&mut self, answer: Answer) -> &mut Bench {
            self.client.handle_answer(self.now, Some(answer));
            self.note();
            self
        }

        fn wishes(&mut self, wish: Wish) -> &mut Bench {
            self.client.handle_wish(wish);
            self.note();
            self
        }

        fn told(&mut self, expected: &[&str]) {
            self.note();
            assert_eq!(std::mem::take(&mut self.told), expected);
        }
    }

    #[test]
    fn it_is_refreshed_before_its_end() {
        let mut bench = Bench::new(PACE);
        bench.hears(200, 100).told(&["send 3600", "Registered"]);
        bench.pass(89).told(&[]);
        bench.pass(1).told(&["send 3600"]);
        bench.hears(200, 8).told(&["Registered"]);
        bench.pass(3).told(&[]);
        bench.pass(1).told(&["send 3600"]);
    }

    #[test]
    fn failures_that_pass_are_tried_again_and_then_given_up() {
        let mut bench = Bench::new(PACE);
        bench.hears(500, 0).pass(59).told(&["send 3600", "Rejected"]);
        bench.pass(1).told(&["send 3600"]);
        bench.client.handle_answer(bench.now, None);
        bench.pass(60).told(&["Rejected", "send 3600"]);
        bench.hears(603, 0).pass(10_000).told(&["Rejected"]);
        bench.client.handle_new_credentials(bench.now);
        bench.pass(0).told(&["send 3600"]);
    }

    #[test]
    fn final_failures_have_delays_of_their_own() {
        let mut bench = Bench::new(PACE);
        bench.hears(403, 0).pass(10_000).told(&["send 3600", "Rejected"]);
        let pace = Pace {
            forbidden_retry: Some(Duration::from_secs(5)),
            fatal_retry: Some(Duration::from_secs(7)),
            ..PACE
        };
        let mut bench = Bench::new(pace);
        bench.hears(403, 0).pass(5).told(&["send 3600", "Rejected", "send 3600"]);
        bench.hears(401, 0).pass(5).told(&["Rejected"]);
        bench.pass(2).told(&["send 3600"]);
        bench.hears(404, 0).pass(10_000).told(&["Rejected"]);
    }

    #[test]
    fn a_refused_password_may_be_tried_again() {
        let mut bench = Bench::new(Pace { auth_rejection_permanent: false, ..PACE });
        bench.hears(401, 0).pass(60).told(&["send 3600", "Rejected", "send 3600"]);
    }

    #[test]
    fn the_registrar_names_times() {
        let mut bench = Bench::new(PACE);
        let brief = StatusCode::INTERVAL_TOO_BRIEF;
        let answer = Answer { status: brief, seconds: 0, retry_after: None, min_expires: Some(7200) };
        bench.hears_all(answer).told(&["send 3600", "send 7200"]);
        let later = Some(Duration::from_secs(3));
        let busy = StatusCode::NOT_FOUND;
        bench.hears_all(Answer { status: busy, seconds: 0, retry_after: later, min_expires: None });
        bench.pass(3).told(&["Rejected", "send 7200"]);
    }

    #[test]
    fn it_is_taken_back_and_renewed_as_asked() {
        let mut bench = Bench::new(PACE);
        bench.hears(200, 100).wishes(Wish::Unregister).told(&["send 3600", "Registered", "send 0"]);
        bench.hears(200, 0).pass(10_000).told(&["Unregistered"]);
        bench.wishes(Wish::Register).hears(404, 0).pass(0).told(&["send 0", "Unregistered", "send 3600"]);
        // While it is under way everything waits.
        bench.wishes(Wish::Unregister).told(&[]);
        bench.hears(200, 100).told(&["Registered", "send 0"]);
    }

    #[test]
    fn at_the_end_it_is_taken_back_where_it_is_there() {
        let mut bench = Bench::new(PACE);
        bench.hears(200, 100).wishes(Wish::Stop).told(&["send 3600", "Registered", "send 0"]);
        assert!(!bench.client.is_over());
        bench.hears(200, 0).told(&["Unregistered"]);
        assert!(bench.client.is_over());
        let mut bench = Bench::new(PACE);
        bench.wishes(Wish::Stop).hears(500, 0).told(&["send 3600", "Rejected"]);
        assert!(bench.client.is_over());
    }

    #[test]
    fn a_lost_connection_is_a_reason_to_register_at_once() {
        let mut bench = Bench::new(PACE);
        bench.hears(200, 100);
        bench.client.handle_lost_connection(bench.now);
        bench.pass(0).told(&["send 3600", "Registered", "send 3600"]);
    }
}
