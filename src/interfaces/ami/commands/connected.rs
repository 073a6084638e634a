//! `manager show connected` and `manager kick session`.

use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use super::usage;
use crate::ami::{Ami, End};

pub(super) struct ShowConnected(pub(super) Arc<Ami>);

#[async_trait]
impl CliCommand for ShowConnected {
    fn syntax(&self) -> &'static str {
        "manager show connected"
    }

    fn synopsis(&self) -> &'static str {
        "List connected manager interface users"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let mut text = row([
            "Username",
            "IP Address",
            "Start",
            "Elapsed",
            "Session",
            "HttpCnt",
            "ReadPerms",
            "WritePerms",
        ]);
        let sessions = self.0.connected();
        let now = call.core.clock.now();
        for session in &sessions {
            let who = session.who().clone();
            let start = who.since.map_or(0, |since| since.as_second());
            let elapsed = who.since.map_or(0, |since| now.duration_since(since).as_secs());
            text.push_str(&row([
                &who.name,
                &session.remote.ip().to_string(),
                &start.to_string(),
                &elapsed.to_string(),
                &session.id.to_string(),
                "1",
                &format!("{:010}", who.read.number()),
                &format!("{:010}", who.write.number()),
            ]));
        }
        let _ = writeln!(text, "{} users connected.", sessions.len());
        Ok(text)
    }
}

fn row([name, address, start, elapsed, session, count, read, write]: [&str; 8]) -> String {
    format!(
        "  {name:<15.15}  {address:<55.55}  {start:<10.10}  {elapsed:<10.10}  {session:<8.8}  {count:<8.8}  {read:<10.10}  {write:<10.10}\n"
    )
}

pub(super) struct Kick(pub(super) Arc<Ami>);

#[async_trait]
impl CliCommand for Kick {
    fn syntax(&self) -> &'static str {
        "manager kick session <session>"
    }

    fn synopsis(&self) -> &'static str {
        "Kick a connected manager interface connection"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [id] = call.arguments() else { return Err(usage(self)) };
        let wanted = id.parse::<u64>().map_err(|_| usage(self))?;
        let Some(session) = self.0.connected().into_iter().find(|session| session.id == wanted) else {
            return Err(CliError::failed(format!("There is no session {id}; see manager show connected")));
        };
        session.end.send_replace(End::Kicked);
        Ok(format!("Session {id} has been told to end\n"))
    }
}
