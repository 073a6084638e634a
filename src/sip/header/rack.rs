//! `RAck`: which reliable provisional response a PRACK confirms (RFC 3262 7.2).

use super::CSeq;
use crate::grammar::{decimal, is_lws, trim};

/// The confirmed response's RSeq and CSeq.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RAck {
    /// The RSeq of the response.
    pub rseq: u32,
    /// The CSeq of the response.
    pub cseq: CSeq,
}

impl RAck {
    /// Reads a value; `None` when it is malformed.
    #[must_use]
    pub fn parse(value: &[u8]) -> Option<Self> {
        let value = trim(value);
        let (rseq, cseq) = value.split_at(value.iter().position(|&byte| is_lws(byte))?);
        Some(Self { rseq: decimal(rseq)?, cseq: CSeq::parse(cseq)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::method::Method;

    #[test]
    fn three_fields_are_read() {
        let rack = RAck::parse(b"776656 1 INVITE").unwrap();
        assert_eq!(rack, RAck { rseq: 776_656, cseq: CSeq { number: 1, method: Method::Invite } });
        assert_eq!(RAck::parse(b"776656 INVITE"), None);
    }
}
