//! `Secret`: a password, or what was hashed from one.

use super::algorithm::{Algorithm, Hex};
use std::fmt;

/// What proves that a client is who it says; printing it shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The password itself.
    Password(Box<str>),
    /// Hashes of `user:realm:password`, one per algorithm.
    Digests(Vec<StoredDigest>),
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Password(_) => "Password(***)",
            Self::Digests(_) => "Digests(***)",
        })
    }
}

/// A hash of `user:realm:password`, as in `password_digest = SHA-256:…`.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredDigest {
    /// The hash's algorithm.
    pub algorithm: Algorithm,
    hex: Box<str>,
}

impl fmt::Debug for StoredDigest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:***", self.algorithm)
    }
}

/// Why a text is no stored digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The text before the colon is no algorithm.
    #[error("the digest must begin with MD5:, SHA-256: or SHA-512-256:")]
    Algorithm,
    /// The text after the colon is no hash of that algorithm.
    #[error("the digest must have {0} hexadecimal digits")]
    Digits(usize),
}

impl StoredDigest {
    /// Reads `ALGORITHM:hexadecimal`.
    ///
    /// # Errors
    /// [`SecretError`] says what is wrong, without the secret.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let (name, hex) = text.trim().split_once(':').ok_or(SecretError::Algorithm)?;
        let algorithm = Algorithm::parse(name.trim()).ok_or(SecretError::Algorithm)?;
        let hex = hex.trim();
        if hex.len() != algorithm.hex_len() || !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(SecretError::Digits(algorithm.hex_len()));
        }
        Ok(Self { algorithm, hex: hex.to_ascii_lowercase().into() })
    }

    /// Hashes a password for storing.
    #[must_use]
    pub fn of(algorithm: Algorithm, username: &str, realm: &str, password: &str) -> Self {
        let hash = ha1(algorithm, username, realm, password);
        Self { algorithm, hex: hash.as_str().into() }
    }

    /// The stored form, for writing into a configuration.
    #[must_use]
    pub fn to_config(&self) -> String {
        format!("{}:{}", self.algorithm, self.hex)
    }
}

fn ha1(algorithm: Algorithm, username: &str, realm: &str, password: &str) -> Hex {
    algorithm.hash(&[username.as_bytes(), realm.as_bytes(), password.as_bytes()])
}

impl Secret {
    /// `H(user:realm:password)`; `None` when only hashes of other algorithms are stored.
    pub(super) fn ha1(&self, algorithm: Algorithm, username: &str, realm: &str) -> Option<Hex> {
        match self {
            Self::Password(password) => Some(ha1(algorithm, username, realm, password)),
            Self::Digests(_) => self.stored(algorithm),
        }
    }

    /// The hash that is stored for the algorithm.
    fn stored(&self, algorithm: Algorithm) -> Option<Hex> {
        match self {
            Self::Password(_) => None,
            Self::Digests(digests) => {
                let digest = digests.iter().find(|digest| digest.algorithm == algorithm)?;
                Some(Hex::of_text(&digest.hex))
            }
        }
    }

    /// `H(user:realm:password)` for a server's check, with one hash of work in every case: a password, a
    /// stored hash, an unknown user. The flag says whether there is a secret at all.
    pub(super) fn ha1_in_equal_time(
        secret: Option<&Self>,
        algorithm: Algorithm,
        username: &str,
        realm: &str,
    ) -> (Hex, bool) {
        let password = match secret {
            Some(Self::Password(password)) => password,
            Some(Self::Digests(_)) | None => "no password has these words",
        };
        let computed = ha1(algorithm, username, realm, password);
        match secret {
            Some(Self::Password(_)) => (computed, true),
            Some(stored @ Self::Digests(_)) => {
                stored.stored(algorithm).map_or((computed, false), |hash| (hash, true))
            }
            None => (computed, false),
        }
    }

    /// Can a challenge of that algorithm be answered with it?
    #[must_use]
    pub fn supports(&self, algorithm: Algorithm) -> bool {
        match self {
            Self::Password(_) => true,
            Self::Digests(digests) => digests.iter().any(|digest| digest.algorithm == algorithm),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stored_digest_reads_back() {
        let stored = StoredDigest::of(Algorithm::Sha256, "alice", "asterisk", "secret");
        assert_eq!(StoredDigest::parse(&stored.to_config()), Ok(stored));
    }

    #[test]
    fn a_wrong_text_is_refused() {
        assert_eq!(StoredDigest::parse("deadbeef"), Err(SecretError::Algorithm));
        assert_eq!(StoredDigest::parse("SHA-1:00"), Err(SecretError::Algorithm));
        assert_eq!(StoredDigest::parse("MD5:00"), Err(SecretError::Digits(32)));
        assert_eq!(StoredDigest::parse(&format!("MD5:{}", "x".repeat(32))), Err(SecretError::Digits(32)));
    }

    #[test]
    fn secrets_are_not_printed() {
        assert_eq!(format!("{:?}", Secret::Password("hunter2".into())), "Password(***)");
        assert_eq!(format!("{:?}", StoredDigest::of(Algorithm::Md5, "a", "b", "c")), "MD5:***");
    }
}
