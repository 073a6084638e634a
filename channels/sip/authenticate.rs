//! Whether a request's sender proves who it is: challenges and their answers.
//!
//! An unknown endpoint, an unknown user and a wrong password get the same response after the same work.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use obelus_sip::digest::{Algorithm, Attempt, DigestServer, DigestSettings, NonceCounts, Secret, Verdict};
use obelus_sip::header::Name;
use obelus_sip::message::{HeaderList, Request};
use obelus_sip::{Entropy, Method};

use crate::config::{Auth, Config, Endpoint};
use crate::identify::Identified;

/// What is to be done with a request.
#[derive(Debug)]
pub enum Admission {
    /// It goes on, as a request of this endpoint.
    Admitted {
        /// Whose it is.
        endpoint: Arc<Endpoint>,
        /// It had to prove that, and has.
        is_proved: bool,
    },
    /// It is answered with 401 and these headers.
    Challenged {
        /// WWW-Authenticate, one line each.
        challenges: HeaderList,
        /// An answer to an earlier challenge was wrong, which is worth a log line.
        has_failed: bool,
    },
}

/// What workers share, so that each accepts the challenges of the others, and no answer to them twice.
#[derive(Clone)]
pub struct SharedKey {
    key: [u8; 32],
    counts: NonceCounts,
}

/// Nonces in use at once whose counts are remembered: 2000 requests a second with the usual lifetime.
const MOST_NONCES: usize = 65_536;

impl SharedKey {
    /// The key is secret and random.
    pub fn new(key: [u8; 32]) -> SharedKey {
        SharedKey { key, counts: NonceCounts::new(MOST_NONCES) }
    }
}

/// One worker's side of authentication.
pub struct Authenticator {
    shared: SharedKey,
    entropy: Entropy,
    /// One for each combination of algorithms and lifetime in use.
    servers: Vec<Server>,
}

struct Server {
    algorithms: Vec<Algorithm>,
    lifetime: Duration,
    digest: DigestServer,
}

/// What a request is measured by: that of an `auth` section, or of nobody.
struct Measure<'a> {
    realm: &'a str,
    algorithms: &'a [Algorithm],
    lifetime: Duration,
    /// The user name and what proves it; `None` accepts nobody.
    credential: Option<(&'a str, &'a Secret)>,
}

/// The lifetime of challenges to unknown senders: that of an `auth` section without `nonce_lifetime`.
const UNKNOWN_LIFETIME: Duration = Duration::from_secs(32);

impl Authenticator {
    /// `seed` is random and this worker's own.
    pub fn new(shared: SharedKey, seed: [u8; 32]) -> Authenticator {
        Authenticator { shared, entropy: Entropy::new(seed), servers: Vec::new() }
    }

    /// Decides on a request outside dialogs; ACK and CANCEL are never asked here.
    pub fn admit(
        &mut self,
        config: &Config,
        identified: &Identified,
        request: &Request,
        now: SystemTime,
    ) -> Admission {
        let realm = &*config.global.default_realm;
        let unknown = || Measure {
            realm,
            algorithms: &config.global.uas_algorithms,
            lifetime: UNKNOWN_LIFETIME,
            credential: None,
        };
        match identified {
            Identified::Unknown | Identified::Barred(..) => match self.verify(&[unknown()], request, now) {
                // Nobody has the credential of nobody.
                Ok(()) => Admission::Challenged { challenges: HeaderList::new(), has_failed: true },
                Err(challenged) => challenged,
            },
            Identified::Endpoint(endpoint) if !needs_proof(endpoint, request) => {
                Admission::Admitted { endpoint: endpoint.clone(), is_proved: false }
            }
            Identified::Endpoint(endpoint) => {
                let measures: Vec<Measure<'_>> =
                    endpoint.auth.iter().map(|auth| Measure::of(auth, realm)).collect();
                match self.verify(&measures, request, now) {
                    Ok(()) => Admission::Admitted { endpoint: endpoint.clone(), is_proved: true },
                    Err(challenged) => challenged,
                }
            }
        }
    }

    fn verify(
        &mut self,
        measures: &[Measure<'_>],
        request: &Request,
        now: SystemTime,
    ) -> Result<(), Admission> {
        let mut verdicts = Vec::with_capacity(measures.len());
        for measure in measures {
            let attempt =
                Attempt { method: request.method(), body: request.body(), realm: measure.realm, now };
            let secret_of =
                |user: &str| measure.credential.filter(|known| known.0 == user).map(|known| known.1);
            let index = self.server(measure);
            let Some(server) = self.servers.get_mut(index) else { continue };
            let verdict = server.digest.verify(&attempt, request.auth(Name::Authorization), secret_of);
            if matches!(verdict, Verdict::Accepted { .. }) {
                return Ok(());
            }
            verdicts.push(verdict);
        }
        let has_failed = verdicts.iter().all(|verdict| matches!(verdict, Verdict::Refused { .. }));
        let challenges = self.challenges(measures, &verdicts, now);
        Err(Admission::Challenged { challenges, has_failed })
    }

    /// One challenge for each realm and algorithm (RFC 7616 3.7).
    fn challenges(&mut self, measures: &[Measure<'_>], verdicts: &[Verdict], now: SystemTime) -> HeaderList {
        let mut headers = HeaderList::new();
        let mut sent: Vec<(&str, Algorithm)> = Vec::new();
        for (measure, verdict) in measures.iter().zip(verdicts) {
            let is_stale = matches!(verdict, Verdict::Stale { .. });
            let index = self.server(measure);
            let Authenticator { servers, entropy, .. } = self;
            let Some(server) = servers.get(index) else { continue };
            let lines = server.digest.challenges(measure.realm, is_stale, now, entropy);
            for (line, algorithm) in lines.into_iter().zip(measure.algorithms) {
                if !sent.contains(&(measure.realm, *algorithm)) {
                    sent.push((measure.realm, *algorithm));
                    headers = headers.with(Name::WwwAuthenticate, line);
                }
            }
        }
        headers
    }

    /// The place of the server with these algorithms and this lifetime.
    fn server(&mut self, measure: &Measure<'_>) -> usize {
        let is_it =
            |server: &Server| server.lifetime == measure.lifetime && server.algorithms == measure.algorithms;
        self.servers.iter().position(is_it).unwrap_or_else(|| {
            self.servers.push(Server::new(&self.shared, measure));
            self.servers.len() - 1
        })
    }
}

impl Server {
    fn new(shared: &SharedKey, measure: &Measure<'_>) -> Server {
        let (algorithms, lifetime) = (measure.algorithms.to_vec(), measure.lifetime);
        let settings = DigestSettings {
            algorithms: algorithms.clone(),
            nonce_lifetime: lifetime,
            ..DigestSettings::default()
        };
        let digest = DigestServer::sharing(shared.key, settings, shared.counts.clone());
        Server { algorithms, lifetime, digest }
    }
}

impl<'a> Measure<'a> {
    fn of(auth: &'a Auth, default_realm: &'a str) -> Measure<'a> {
        Measure {
            realm: auth.challenge_realm(default_realm),
            algorithms: &auth.uas_algorithms,
            lifetime: auth.nonce_lifetime,
            credential: Some((&auth.username, &auth.secret)),
        }
    }
}

fn needs_proof(endpoint: &Endpoint, request: &Request) -> bool {
    let is_free = endpoint.unauthenticated_options && *request.method() == Method::Options;
    !endpoint.auth.is_empty() && !is_free
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use obelus_core::acl::AccessLists;
    use obelus_sip::digest::{ClientAuth, Credential};

    use super::*;
    use crate::config::ResolvedHosts;
    use crate::identify::{Arrival, identify};
    use crate::testing::{Wire, config};

    const CONFIG: &str = "[global]\ntype=global\ndefault_realm=pbx\n\
        [1001]\ntype=endpoint\nallow=ulaw\nauth=1001\naors=1001\nallow_unauthenticated_options=yes\n\
        [1001]\ntype=auth\nusername=1001\npassword=secret\nnonce_lifetime=40\n[1001]\ntype=aor\n\
        [two]\ntype=endpoint\nallow=ulaw\nauth=1001,strong,other\naors=1001\n\
        [strong]\ntype=auth\nusername=1001\npassword=secret\nsupported_algorithms_uas=SHA-256,MD5\n\
        [other]\ntype=auth\nusername=x\npassword=y\nrealm=elsewhere\n\
        [open]\ntype=endpoint\nallow=ulaw\naors=1001\n";

    struct Fixture {
        config: Config,
        authenticator: Authenticator,
        now: SystemTime,
    }

    /// What became of a request.
    #[derive(Debug, PartialEq)]
    enum Fate {
        Admitted(String),
        Challenged,
        Stale,
        Failed,
    }

    impl Fixture {
        fn new() -> Fixture {
            let authenticator = Authenticator::new(SharedKey::new([1; 32]), [2; 32]);
            Fixture {
                config: config(CONFIG),
                authenticator,
                now: UNIX_EPOCH + Duration::from_secs(1_700_000_000),
            }
        }

        fn admit(&mut self, request: &Request) -> Admission {
            let arrival = Arrival {
                request,
                source: "192.0.2.1:5060".parse().unwrap(),
                domain: "",
                lists: &AccessLists::default(),
            };
            let identified = identify(&self.config, &ResolvedHosts::default(), &arrival);
            self.authenticator.admit(&self.config, &identified, request, self.now)
        }

        fn fate(&mut self, wire: &Wire) -> Fate {
            match self.admit(&wire.request()) {
                Admission::Admitted { endpoint, .. } => Fate::Admitted(endpoint.name.to_string()),
                Admission::Challenged { has_failed: true, .. } => Fate::Failed,
                Admission::Challenged { challenges, .. } => {
                    let is_stale = String::from_utf8_lossy(challenges.as_bytes()).contains("stale=true");
                    if is_stale { Fate::Stale } else { Fate::Challenged }
                }
            }
        }

        fn challenges(&mut self, wire: &Wire) -> String {
            match self.admit(&wire.request()) {
                Admission::Admitted { endpoint, .. } => panic!("{} is admitted", endpoint.name),
                Admission::Challenged { challenges, .. } => {
                    String::from_utf8(challenges.as_bytes().to_vec()).unwrap()
                }
            }
        }

        /// The request with an answer to the challenges that it gets.
        fn answered(&mut self, wire: &Wire, user: &str, password: &str) -> Wire {
            let secret = Secret::Password(password.into());
            let credentials = [Credential { realm: None, username: user.into(), secret }];
            let mut client = ClientAuth::default();
            client.learn(&Wire::response(401, &self.challenges(wire)), &credentials).unwrap();
            let mut entropy = Entropy::new([9; 32]);
            let lines = client.header_lines(&Method::Register, "sip:pbx", b"", &credentials, &mut entropy);
            wire.clone().line(String::from_utf8(lines).unwrap().trim_end())
        }
    }

    fn register(user: &str) -> Wire {
        Wire::new("REGISTER", "sip:pbx").from(&format!("<sip:{user}@pbx>"))
    }

    #[test]
    fn a_phone_that_answers_is_admitted_once() {
        let mut fixture = Fixture::new();
        assert_eq!(fixture.fate(&register("1001")), Fate::Challenged);
        let answered = fixture.answered(&register("1001"), "1001", "secret");
        assert_eq!(fixture.fate(&answered), Fate::Admitted("1001".to_owned()));
        assert_eq!(fixture.fate(&answered), Fate::Stale);
    }

    #[test]
    fn an_old_challenge_is_stale_after_its_own_lifetime() {
        let mut fixture = Fixture::new();
        let answered = fixture.answered(&register("1001"), "1001", "secret");
        fixture.now += Duration::from_secs(39);
        assert_eq!(fixture.fate(&answered), Fate::Admitted("1001".to_owned()));
        let answered = fixture.answered(&register("1001"), "1001", "secret");
        fixture.now += Duration::from_secs(50);
        assert_eq!(fixture.fate(&answered), Fate::Stale);
    }

    #[test]
    fn unknown_users_and_wrong_passwords_look_alike() {
        let shape = |challenges: &str| {
            let nonce = challenges.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
            (challenges.replace(nonce, ""), nonce.len())
        };
        let mut fixture = Fixture::new();
        let known = fixture.answered(&register("1001"), "1001", "wrong");
        let unknown = fixture.answered(&register("nobody"), "nobody", "wrong");
        let other_user = fixture.answered(&register("1001"), "1002", "secret");
        assert_eq!(fixture.fate(&known), Fate::Failed);
        assert_eq!(fixture.fate(&unknown), Fate::Failed);
        assert_eq!(fixture.fate(&other_user), Fate::Failed);
        assert_eq!(shape(&fixture.challenges(&known)), shape(&fixture.challenges(&unknown)));
        assert_eq!(
            shape(&fixture.challenges(&register("1001"))),
            shape(&fixture.challenges(&register("nobody")))
        );
    }

    #[test]
    fn each_realm_and_algorithm_is_asked_for_once() {
        let mut fixture = Fixture::new();
        let challenges = fixture.challenges(&register("two"));
        let asked: Vec<(bool, bool)> = challenges
            .lines()
            .map(|line| (line.contains("realm=\"pbx\""), line.contains("SHA-256")))
            .collect();
        assert_eq!(asked, [(true, false), (true, true), (false, false)]);
        let answered = fixture.answered(&register("two"), "x", "y");
        assert_eq!(fixture.fate(&answered), Fate::Admitted("two".to_owned()));
    }

    #[test]
    fn some_need_no_proof() {
        let mut fixture = Fixture::new();
        assert_eq!(fixture.fate(&register("open")), Fate::Admitted("open".to_owned()));
        assert_eq!(fixture.fate(&Wire::new("OPTIONS", "sip:pbx")), Fate::Admitted("1001".to_owned()));
        assert_eq!(fixture.fate(&Wire::new("INVITE", "sip:2@pbx")), Fate::Challenged);
    }

    #[test]
    fn workers_accept_each_others_challenges_and_no_answer_twice() {
        let mut fixture = Fixture::new();
        let answered = fixture.answered(&register("1001"), "1001", "secret");
        let other = Authenticator::new(fixture.authenticator.shared.clone(), [3; 32]);
        let first = std::mem::replace(&mut fixture.authenticator, other);
        assert_eq!(fixture.fate(&answered), Fate::Admitted("1001".to_owned()));
        fixture.authenticator = first;
        assert_eq!(fixture.fate(&answered), Fate::Stale);
        let answered = fixture.answered(&register("1001"), "1001", "secret");
        fixture.authenticator = Authenticator::new(SharedKey::new([7; 32]), [3; 32]);
        assert_eq!(fixture.fate(&answered), Fate::Stale);
    }
}
