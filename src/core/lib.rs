//! What a call is, and the traits that features implement.
