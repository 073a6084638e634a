//! SIP (RFC 3261) as values: messages, transactions, dialogs, digest. No socket, clock or randomness.
