//! What `AGI(…)` is to run: a program, or a server in the network.

use std::path::{Path, PathBuf};

/// The port of FastAGI where none is given.
const PORT: u16 = 4573;

/// What stands before the host's name in the look-up of `hagi://`.
const SERVICE: &str = "_agi._tcp.";

/// The first argument of the application, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// A program on this machine.
    Program(PathBuf),
    /// A server at a host and port, and what stands behind the slash.
    Server { host: String, port: u16, script: String },
    /// Servers that a SRV record names.
    Service { service: String, script: String },
    /// Commands that come over AMI.
    Async,
}

impl Target {
    /// Reads a request; a program without a folder is one of `folder`.
    pub(super) fn read(request: &str, folder: &Path) -> Result<Target, String> {
        if let Some(rest) = after(request, "agi://") {
            return server(rest);
        }
        if let Some(rest) = after(request, "hagi://") {
            let (host, script) = rest.split_once('/').unwrap_or((rest, ""));
            if host.contains(':') {
                tracing::warn!(request, "a port number disables SRV look-ups");
                return server(rest);
            }
            if host.is_empty() {
                return Err(format!("`{request}` names no host"));
            }
            return Ok(Target::Service { service: format!("{SERVICE}{host}"), script: script.to_owned() });
        }
        if after(request, "agi:async").is_some() {
            return Ok(Target::Async);
        }
        Ok(Target::Program(folder.join(request)))
    }
}

/// What stands behind a beginning that is written in any case.
fn after<'a>(text: &'a str, start: &str) -> Option<&'a str> {
    let (begin, rest) = text.split_at_checked(start.len())?;
    begin.eq_ignore_ascii_case(start).then_some(rest)
}

/// `host[:port][/script]`, where the host may be an IPv6 address in brackets.
fn server(text: &str) -> Result<Target, String> {
    let (place, script) = text.split_once('/').unwrap_or((text, ""));
    let (host, port) = match place.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or_else(|| format!("`{place}` has no `]`"))?;
            (host, rest.strip_prefix(':'))
        }
        None => place.split_once(':').map_or((place, None), |(host, port)| (host, Some(port))),
    };
    let port = match port {
        Some(port) => port.parse().map_err(|_| format!("`{port}` is no port"))?,
        None => PORT,
    };
    if host.is_empty() {
        return Err(format!("`{text}` names no host"));
    }
    Ok(Target::Server { host: host.to_owned(), port, script: script.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(request: &str, expected: Target) {
        assert_eq!(Target::read(request, Path::new("/agi-bin")), Ok(expected), "{request}");
    }

    fn at(host: &str, port: u16, script: &str) -> Target {
        Target::Server { host: host.to_owned(), port, script: script.to_owned() }
    }

    #[test]
    fn a_request_is_a_program_or_a_server() {
        check("hello.py", Target::Program("/agi-bin/hello.py".into()));
        check("/opt/hello", Target::Program("/opt/hello".into()));
        check("agi://127.0.0.1", at("127.0.0.1", 4573, ""));
        check("AGI://host:4000/a/b?c=d", at("host", 4000, "a/b?c=d"));
        check("agi://[::1]:4000/x", at("::1", 4000, "x"));
        check("hagi://host:4000/x", at("host", 4000, "x"));
        let service = Target::Service { service: "_agi._tcp.example.com".to_owned(), script: "x".to_owned() };
        check("hagi://example.com/x", service);
        check("agi:async", Target::Async);
        for wrong in ["agi://", "agi://host:port", "agi://[::1/x", "hagi:///x"] {
            assert!(Target::read(wrong, Path::new("/")).is_err(), "{wrong}");
        }
    }
}
