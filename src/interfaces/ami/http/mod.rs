//! AMI over HTTP: `/manager`, `/rawman` and `/mxml`, and with digest authentication `/amanager`, `/arawman`, `/amxml`.
//!
//! A request is a message whose headers are its parameters. A session goes on over many requests: it is known by a
//! cookie, or by the digest's `opaque`.

mod digest;
mod page;
mod session;
#[cfg(test)]
mod stories;
mod translate;

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use obelus_core::action::Message;
use obelus_http::header::{PRAGMA, SET_COOKIE};
use obelus_http::{Answer, Handler, Method, Parameters, Request, Site};

use crate::ami::Ami;
use digest::Challenges;
use page::Form;
use session::Sessions;

/// The cookie that names a session.
const COOKIE: &str = "mansession_id";

/// What is mounted while AMI over HTTP is enabled.
pub(crate) struct Web {
    site: Weak<Site>,
    sessions: Arc<Sessions>,
    challenges: Arc<Challenges>,
}

/// How an answer is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Raw,
    Html,
    Xml,
}

/// Names, their formats and what `http show status` says; the first three go by cookie, the others by digest.
const PLACES: [(&str, Format, bool, &str); 6] = [
    ("rawman", Format::Raw, false, "Raw HTTP Manager Event Interface"),
    ("manager", Format::Html, false, "HTML Manager Event Interface"),
    ("mxml", Format::Xml, false, "XML Manager Event Interface"),
    ("arawman", Format::Raw, true, "Raw HTTP Manager Event Interface w/Digest authentication"),
    ("amanager", Format::Html, true, "HTML Manager Event Interface w/Digest authentication"),
    ("amxml", Format::Xml, true, "XML Manager Event Interface w/Digest authentication"),
];

impl Web {
    pub(crate) fn new(ami: &Arc<Ami>, site: &Arc<Site>) -> Web {
        let sessions = Arc::new(Sessions::new(ami));
        Web { site: Arc::downgrade(site), sessions, challenges: Arc::new(Challenges::new(ami)) }
    }

    /// Serves it or serves it no longer; then its sessions end.
    pub(crate) fn open(&self, is_open: bool) {
        let Some(site) = self.site.upgrade() else { return };
        for (name, format, by_digest, description) in PLACES {
            match is_open {
                true => site.mount(name, Arc::new(self.door(format, by_digest, description))),
                false => site.unmount(name),
            }
        }
        if !is_open {
            self.sessions.end_all();
        }
    }

    fn door(&self, format: Format, by_digest: bool, description: &'static str) -> Door {
        let challenges = by_digest.then(|| self.challenges.clone());
        Door { format, description, sessions: self.sessions.clone(), challenges }
    }
}

/// One address.
struct Door {
    format: Format,
    description: &'static str,
    sessions: Arc<Sessions>,
    /// Who comes here is asked for a digest.
    challenges: Option<Arc<Challenges>>,
}

#[async_trait]
impl Handler for Door {
    fn description(&self) -> &'static str {
        self.description
    }

    async fn serve(&self, request: Request) -> Answer {
        if ![Method::GET, Method::HEAD, Method::POST].contains(&request.method) {
            return Answer::unknown_method();
        }
        let parameters = match request.method == Method::POST {
            true => request.form(),
            false => request.query.clone(),
        };
        match &self.challenges {
            None => self.by_cookie(&request, parameters).await,
            Some(challenges) => self.by_digest(challenges, &request, parameters).await,
        }
    }
}

impl Door {
    async fn by_cookie(&self, request: &Request, parameters: Parameters) -> Answer {
        let Some(session) = self.sessions.of_cookie(request) else { return Answer::not_found() };
        let said = session.ask(&message(&parameters)).await;
        let seconds = self.sessions.time().as_secs();
        let cookie = format!("{COOKIE}=\"{}\"; Version=1; Max-Age={seconds}; HttpOnly", session.key());
        self.answer(&said, &parameters, Form::Open).with(SET_COOKIE, &cookie).with(PRAGMA, "SuppressEvents")
    }

    async fn by_digest(&self, challenges: &Challenges, request: &Request, parameters: Parameters) -> Answer {
        let session = match challenges.check(request) {
            Ok(known) => self.sessions.of_digest(request, &known),
            Err(refused) => return refused,
        };
        let Some(session) = session else { return Answer::not_found() };
        let said = session.ask(&message(&parameters)).await;
        self.answer(&said, &parameters, Form::Known)
    }

    fn answer(&self, said: &str, parameters: &Parameters, form: Form) -> Answer {
        match self.format {
            Format::Raw => Answer::ok("text/plain", said.to_owned()),
            Format::Html => Answer::ok("text/html", page::page(&translate::html(said), form)),
            Format::Xml => {
                let find = |wanted: &str, usual: &'static str| {
                    let found = parameters.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted));
                    found
                        .map(|(_, value)| value.clone())
                        .filter(|value| !value.is_empty())
                        .unwrap_or_else(|| usual.to_owned())
                };
                let xml = translate::xml(said, &find("ajaxdest", "unknown"), &find("ajaxobjtype", "generic"));
                Answer::ok("text/xml", format!("<ajax-response>\n{xml}</ajax-response>\n"))
            }
        }
    }
}

fn message(parameters: &Parameters) -> Message {
    Message::of(parameters.iter().map(|(name, value)| (&**name, &**value)))
}
