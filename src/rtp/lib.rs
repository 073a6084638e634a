//! RTP, RTCP, RFC 4733 digits and source learning as values.
