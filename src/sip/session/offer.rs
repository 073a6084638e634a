//! Who may offer now (RFC 3261 13.2.1, RFC 3262 5, RFC 3311 5.1, RFC 6337).

/// The state of a session's offer/answer exchange. What the descriptions say is not known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OfferState {
    /// Nothing is outstanding: either side may offer.
    #[default]
    Idle,
    /// This side offered and waits for the answer.
    Sent,
    /// The other side offered and waits for our answer.
    Received,
}

impl OfferState {
    /// This side sends a description: an answer to a received offer, else an offer.
    #[must_use]
    pub(crate) fn after_sending(self) -> Self {
        match self {
            Self::Received => Self::Idle,
            Self::Idle | Self::Sent => Self::Sent,
        }
    }

    /// A description came: an answer to our offer, else an offer.
    #[must_use]
    pub(crate) fn after_receiving(self) -> Self {
        match self {
            Self::Sent => Self::Idle,
            Self::Idle | Self::Received => Self::Received,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use OfferState::{Idle, Received, Sent};

    #[test]
    fn an_offer_and_its_answer_return_to_idle() {
        assert_eq!(Idle.after_sending(), Sent);
        assert_eq!(Sent.after_receiving(), Idle);
        assert_eq!(Idle.after_receiving(), Received);
        assert_eq!(Received.after_sending(), Idle);
    }
}
