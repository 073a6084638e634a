//! Which way media flows: `a=sendrecv` and its likes.

use std::fmt;

/// The direction of a stream, as seen by the side that states it (RFC 8866 6.7).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// Both ways.
    #[default]
    SendRecv,
    /// Away from the one who states it.
    SendOnly,
    /// Towards the one who states it.
    RecvOnly,
    /// Neither way; RTCP still flows.
    Inactive,
}

impl Direction {
    /// The direction of these two wishes.
    #[must_use]
    pub fn new(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// The direction that an attribute of this name states.
    #[must_use]
    pub fn from_attribute(name: &str) -> Option<Self> {
        let all = [Self::SendRecv, Self::SendOnly, Self::RecvOnly, Self::Inactive];
        all.into_iter().find(|direction| direction.as_str().eq_ignore_ascii_case(name))
    }

    /// The attribute's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    /// Whether the one who states it sends.
    #[must_use]
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// Whether the one who states it receives.
    #[must_use]
    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same flow as seen from the other side.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self::new(self.receives(), self.sends())
    }

    /// What both allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new(self.sends() && other.sends(), self.receives() && other.receives())
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Our wish and the offer's direction make the answer's (RFC 3264 6.1).
    fn check(wish: &str, offer: &str, answer: &str) {
        let [wish, offer] = [wish, offer].map(|name| Direction::from_attribute(name).unwrap());
        assert_eq!(wish.and(offer.reversed()).to_string(), answer);
    }

    #[test]
    fn an_answer_mirrors_the_offer() {
        check("sendrecv", "sendrecv", "sendrecv");
        check("sendrecv", "sendonly", "recvonly");
        check("sendrecv", "recvonly", "sendonly");
        check("sendrecv", "inactive", "inactive");
        check("sendonly", "sendonly", "inactive");
        check("sendonly", "SendRecv", "sendonly");
    }
}
