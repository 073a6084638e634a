//! `Challenge`, `Login` and `Logoff`.

use std::sync::Arc;
use std::time::Duration;

use md5::{Digest, Md5};
use obelus_core::Core;
use obelus_core::action::{ActionInfo, Asker, Classes, Message, Reply};
use obelus_core::conf::is_true;
use obelus_core::verbose;
use subtle::ConstantTimeEq;

use super::report::Report;
use super::{Conversation, Login, Next};
use crate::ami::Who;
use crate::config::User;
use crate::events;

pub(crate) static CHALLENGE: ActionInfo = ActionInfo {
    name: "Challenge",
    privilege: Classes::NONE,
    synopsis: "Generate Challenge for MD5 Auth.",
    arguments: &[("AuthType", "MD5.")],
};

pub(crate) static LOGIN: ActionInfo = ActionInfo {
    name: "Login",
    privilege: Classes::NONE,
    synopsis: "Login Manager.",
    arguments: &[
        ("Username", "A section of manager.conf."),
        ("Secret", "The password, where there is no challenge."),
        ("AuthType", "MD5 for the answer to a challenge."),
        ("Key", "The MD5 sum of the challenge and the password behind each other, in hexadecimal digits."),
        ("Events", "The classes of events that are wanted; all that the user may read by default."),
        ("SequenceNumbers", "yes: every event carries its number and its time. Not in Asterisk."),
        (
            "Resume",
            "The number of the last event that was seen: what came after it is sent again. Not in Asterisk.",
        ),
        ("Snapshot", "yes: the present state is sent first. Not in Asterisk."),
    ],
};

pub(crate) static LOGOFF: ActionInfo =
    ActionInfo { name: "Logoff", privilege: Classes::NONE, synopsis: "Logoff Manager.", arguments: &[] };

/// How long one who was refused waits for the answer, so that guessing takes its time.
const PENANCE: Duration = Duration::from_secs(1);

impl Conversation {
    pub(super) fn challenge(&mut self, message: &Message, reply: &mut Reply) {
        let Some(core) = self.ami.core() else { return };
        if !message.get("AuthType").eq_ignore_ascii_case("MD5") {
            return reply.error("Must specify AuthType");
        }
        let new = || (core.random.number() >> 33).to_string();
        let challenge = self.challenge.get_or_insert_with(new);
        reply.success().put("Challenge", challenge);
    }

    pub(super) fn logoff(reply: &mut Reply) -> Next {
        reply.response("Goodbye").put("Message", "Thanks for all the fish.");
        Next::End
    }

    pub(super) async fn log_in(&mut self, message: &Message, reply: &mut Reply) -> Next {
        let Some(core) = self.ami.core() else { return Next::End };
        if self.login.is_some() {
            reply.ack("Already authenticated");
            return Next::GoOn;
        }
        let Some(user) = self.authenticate(&core, message) else {
            tokio::time::sleep(PENANCE).await;
            reply.error("Authentication failed");
            return Next::End;
        };
        self.begin(&core, &user, message);
        self.report(&core, &Report::Success);
        if user.display_connects {
            verbose!(core, 2, "Manager '{}' logged on from {}", user.name, self.peer.remote.ip());
        }
        reply.ack("Authentication accepted");
        self.out.push_str(&reply.take());
        self.push_booted(&core);
        self.catch_up(&core, message);
        Next::GoOn
    }

    /// Lets a user in who has shown otherwise who he is.
    pub(crate) fn admit(&mut self, core: &Core, user: &Arc<User>) {
        self.begin(core, user, &Message::default());
        self.report(core, &Report::Success);
        if user.display_connects {
            verbose!(core, 2, "HTTP Manager '{}' logged in from {}", user.name, self.peer.remote.ip());
        }
    }

    /// The user, if he is who he says. A user who is not there looks like a wrong password from outside.
    fn authenticate(&mut self, core: &Core, message: &Message) -> Option<Arc<User>> {
        let (name, address) = (message.get("Username"), self.peer.remote.ip());
        if name.is_empty() {
            return None;
        }
        let config = self.ami.config.load_full();
        let Some(user) = config.user(name) else {
            self.report(core, &Report::UnknownUser(name));
            tracing::info!("AMI: {address} tried to authenticate with nonexistent user '{name}'");
            return None;
        };
        let refused = match () {
            () if !user.permits(core, address) => Some(Report::Address(name)),
            () if message.get("AuthType").eq_ignore_ascii_case("MD5") => self.check_key(user, message),
            () => match &user.secret {
                Some(secret) if same(secret, message.get("Secret")) => None,
                _ => Some(Report::Password(name)),
            },
        };
        let Some(report) = refused else { return Some(user.clone()) };
        self.report(core, &report);
        tracing::info!("AMI: {address} failed to authenticate as '{name}'");
        None
    }

    fn check_key<'a>(&self, user: &User, message: &'a Message) -> Option<Report<'a>> {
        let (name, key) = (message.get("Username"), message.get("Key"));
        let (Some(challenge), Some(secret)) = (&self.challenge, &user.secret) else {
            return Some(Report::Password(name));
        };
        let sum = Md5::new().chain_update(challenge).chain_update(secret.as_bytes()).finalize();
        let expected: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
        match same(&expected, key) {
            true => None,
            false => Some(Report::Challenge { name, challenge: challenge.clone(), response: key }),
        }
    }

    /// From now on the program is known, and events are for it.
    fn begin(&mut self, core: &Core, user: &Arc<User>, message: &Message) {
        let asker = Asker {
            name: user.name.clone(),
            address: self.peer.remote.ip().to_string().into(),
            write: user.write,
            variables: user.variables.clone(),
        };
        let asked = |header| is_true(message.get(header));
        let numbered = self.ami.config.load().general.sequence_events
            || asked("SequenceNumbers")
            || asked("Snapshot")
            || !message.get("Resume").is_empty();
        self.login = Some(Login {
            user: user.clone(),
            asker,
            wants: Classes::NONE,
            filters: user.filters.clone(),
            cursor: None,
            since: 0,
            numbered,
        });
        let wants = Classes::mask(message.get("Events")).unwrap_or(user.read);
        self.want(wants);
        self.place.is_known();
        *self.place.connected.who() = Who {
            name: user.name.clone(),
            since: Some(core.clock.now()),
            read: user.read,
            write: user.write,
        };
    }

    fn push_booted(&mut self, core: &Core) {
        let wants = self.login.as_ref().is_some_and(|login| login.wants.contains(Classes::SYSTEM));
        if !wants || !core.is_booted() {
            return;
        }
        let last_reload = self.ami.control.last_reload();
        self.out.push_str("Event: FullyBooted\r\n");
        let mut lines = obelus_core::action::Lines::new(&mut self.out);
        lines.put("Privilege", Classes::SYSTEM);
        events::fully_booted(&mut lines, core, last_reload);
        self.out.push_str("\r\n");
    }
}

/// Compares without telling by its time where the difference is.
fn same(secret: &str, tried: &str) -> bool {
    bool::from(secret.as_bytes().ct_eq(tried.as_bytes()))
}
