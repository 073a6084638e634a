//! `Counters`: what passed through a user agent.

/// Numbers since the start; they only grow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages that came and were parsed.
    pub received: u64,
    /// Messages sent, repetitions included.
    pub sent: u64,
    /// Messages sent again because no answer came.
    pub retransmitted: u64,
    /// Requests and responses that came again.
    pub repeated: u64,
    /// Keep-alives of line ends.
    pub keep_alives: u64,
    /// Bytes that were no SIP at all.
    pub not_sip: u64,
    /// Messages over a size limit.
    pub too_large: u64,
    /// Messages whose first line is malformed or of another version.
    pub bad_start: u64,
    /// Messages with a required header missing, invalid or repeated.
    pub bad_header: u64,
    /// Messages whose body is shorter than promised.
    pub bad_body: u64,
    /// Responses that no transaction waits for.
    pub stray_responses: u64,
    /// ACKs that belong to nothing.
    pub stray_acks: u64,
    /// Requests for a dialog that does not exist.
    pub unknown_dialogs: u64,
    /// Requests refused because they came by two ways.
    pub merged: u64,
    /// Requests refused because of overload.
    pub overloaded: u64,
    /// Requests that the stack's user never answered.
    pub unanswered: u64,
}

impl Counters {
    pub(super) fn malformed(&mut self, error: &crate::ParseError) {
        use crate::ParseError as E;
        let counter = match error {
            E::Empty => &mut self.keep_alives,
            E::NotSip => &mut self.not_sip,
            E::TooLarge { .. }
            | E::TooManyHeaders { .. }
            | E::LineTooLong { .. }
            | E::RequestUriTooLong { .. } => &mut self.too_large,
            E::RequestLine
            | E::StatusLine
            | E::Version
            | E::RequestUri(_)
            | E::RequestUriHeaders
            | E::Scheme => &mut self.bad_start,
            E::Missing(_) | E::Invalid(_) | E::Repeated(_) | E::CSeqMethod => &mut self.bad_header,
            E::BodyShort { .. } => &mut self.bad_body,
        };
        *counter += 1;
    }
}
