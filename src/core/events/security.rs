//! `SecurityEvent`: who got in and who did not, for the bus and for the log's level `security`.

use std::fmt::Write;
use std::net::SocketAddr;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::{Event, EventKind};
use crate::Core;

/// Something that concerns who may use the PBX.
#[derive(Clone, Debug)]
pub struct SecurityEvent {
    /// Asterisk's name: `SuccessfulAuth`, `InvalidPassword` ….
    pub name: &'static str,
    /// Whether it is an error, not merely worth knowing.
    pub is_error: bool,
    /// The version of the event's layout.
    pub version: u8,
    /// `AMI`, `PJSIP` ….
    pub service: &'static str,
    /// The account that was used, as it was named. `None` where it is one of `fields`, or not known.
    pub account: Option<Arc<str>>,
    /// A name for the session.
    pub session: Arc<str>,
    /// `IPV4/TCP/192.0.2.1/5038`.
    pub local: Arc<str>,
    /// Likewise.
    pub remote: Arc<str>,
    /// More names and values, in Asterisk's order.
    pub fields: Vec<(&'static str, Arc<str>)>,
}

impl SecurityEvent {
    /// `Error` or `Informational`.
    pub fn severity(&self) -> &'static str {
        if self.is_error { "Error" } else { "Informational" }
    }

    /// How addresses are written: `IPV4/TCP/192.0.2.1/5038`.
    pub fn address(protocol: &str, address: SocketAddr) -> Arc<str> {
        let ip = address.ip().to_canonical();
        let family = if ip.is_ipv4() { "IPV4" } else { "IPV6" };
        format!("{family}/{protocol}/{ip}/{}", address.port()).into()
    }

    /// Name and value of everything, in Asterisk's order.
    fn values(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let account = self.account.as_deref().map(|account| ("AccountID", account));
        let common =
            [("SessionID", &*self.session), ("LocalAddress", &*self.local), ("RemoteAddress", &*self.remote)];
        account.into_iter().chain(common).chain(self.fields.iter().map(|(name, value)| (*name, &**value)))
    }

    /// The line of the log, which intrusion filters read: `SecurityEvent="FailedACL",EventTV="…",…`.
    ///
    /// A quotation mark within a value becomes an apostrophe: a sender who chooses his name must not write
    /// somebody else's address into the line.
    fn line(&self, time: Timestamp) -> String {
        let mut line = format!(
            "SecurityEvent=\"{}\",EventTV=\"{}\",Severity=\"{}\",Service=\"{}\",EventVersion=\"{}\"",
            self.name,
            iso(time),
            self.severity(),
            self.service,
            self.version
        );
        for (name, value) in self.values() {
            // Writing to a string cannot fail.
            let _ = write!(line, ",{name}=\"{}\"", value.replace('"', "'"));
        }
        line
    }
}

impl Core {
    /// Tells those who listen, and the log if it has a channel for the level `security`; else nothing is built.
    pub fn report_security(&self, build: impl FnOnce() -> SecurityEvent) {
        let is_logged = tracing::enabled!(target: "security", tracing::Level::INFO);
        if !is_logged && !self.events.wants(EventKind::Security) {
            return;
        }
        let event = build();
        let now = self.clock.now();
        if is_logged {
            tracing::info!(target: "security", "{}", event.line(now));
        }
        self.events.publish(EventKind::Security, || now, || Event::Security(Arc::new(event)));
    }
}

/// Local time to the millisecond: `2026-03-02T12:00:00.123+0100`.
pub fn iso(time: Timestamp) -> String {
    let zoned = time.to_zoned(TimeZone::system());
    zoned.strftime("%Y-%m-%dT%H:%M:%S.%3f%z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(account: &str) -> SecurityEvent {
        SecurityEvent {
            name: "FailedACL",
            is_error: true,
            version: 1,
            service: "PJSIP",
            account: Some(account.into()),
            session: "call".into(),
            local: SecurityEvent::address("UDP", "[::ffff:192.0.2.1]:5060".parse().unwrap()),
            remote: SecurityEvent::address("UDP", "[2001:db8::1]:5062".parse().unwrap()),
            fields: vec![("ACLName", "office".into())],
        }
    }

    fn check(account: &str, expected: &str) {
        let line = event(account).line(Timestamp::UNIX_EPOCH);
        let (head, rest) = line.split_once(",Severity=").unwrap();
        assert!(head.starts_with("SecurityEvent=\"FailedACL\",EventTV=\""), "{line}");
        assert_eq!(
            rest,
            format!(
                "\"Error\",Service=\"PJSIP\",EventVersion=\"1\",AccountID=\"{expected}\",SessionID=\"call\",\
                 LocalAddress=\"IPV4/UDP/192.0.2.1/5060\",RemoteAddress=\"IPV6/UDP/2001:db8::1/5062\",\
                 ACLName=\"office\""
            )
        );
    }

    #[test]
    fn a_line_has_asterisks_order() {
        check("1001", "1001");
    }

    #[test]
    fn a_name_forges_no_field() {
        check(
            "x\",RemoteAddress=\"IPV4/UDP/198.51.100.1/5060",
            "x',RemoteAddress='IPV4/UDP/198.51.100.1/5060",
        );
    }
}
