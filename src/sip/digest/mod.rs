//! Digest authentication (RFC 7616, RFC 8760, RFC 3261 22): both sides.

mod algorithm;
mod challenge;
mod client;
mod credentials;
mod nonce;
mod replay;
mod response;
mod secret;
mod server;

pub use algorithm::Algorithm;
pub use challenge::{Challenge, Qop};
pub use client::{CannotAnswer, ClientAuth, Credential};
pub use credentials::Credentials;
pub use replay::NonceCounts;
pub use secret::{Secret, SecretError, StoredDigest};
pub use server::{Attempt, DigestServer, DigestSettings, Verdict};
