//! SDP offer and answer (RFC 3264) and codec negotiation.
