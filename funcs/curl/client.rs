//! HTTP clients for the options that channels ask for; those in use last are kept, with their connections.

use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder, Identity, Proxy};

use super::options::Options;

/// How long a request may take if nobody says how long.
const PATIENCE: Duration = Duration::from_secs(180);

/// How many redirections are followed if nobody says how many: enough for everything but loops.
const REDIRECTIONS: usize = 30;

/// How many clients are kept.
const KEPT: usize = 8;

/// Clients by the options that they were made for, the latest last.
#[derive(Default)]
pub(crate) struct Clients(Mutex<Vec<(Options, Client)>>);

impl Clients {
    /// The client for these options; the error is for the operator.
    pub(super) fn client(&self, options: &Options) -> Result<Client, String> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (options, client) = match kept.iter().position(|(known, _)| known == options) {
            Some(at) => kept.remove(at),
            None => (options.clone(), build(options)?),
        };
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push((options, client.clone()));
        Ok(client)
    }
}

fn build(options: &Options) -> Result<Client, String> {
    let trusted = trusted(options)?;
    let verifies = options.flag("ssl_verifypeer") != Some(false);
    if options.number("ssl_verifyhost") == Some(0) && verifies && trusted.is_empty() {
        return Err("ssl_verifyhost=0 needs ssl_cainfo, ssl_capath or ssl_verifypeer=0".to_owned());
    }
    let by_system = verifies && trusted.is_empty();
    let built = trust(configured(options)?, options, trusted).build();
    let built = match built {
        // A machine without certificates can verify nobody, but fetches what is not encrypted.
        Err(_) if by_system => configured(options)?.tls_certs_only([]).build(),
        built => built,
    };
    built.map_err(|error| with_sources(&error))
}

/// All but whom it trusts.
fn configured(options: &Options) -> Result<ClientBuilder, String> {
    let mut builder = Client::builder()
        .http1_only()
        .user_agent(options.text("useragent").unwrap_or(concat!("Obelus/", env!("CARGO_PKG_VERSION"))))
        .timeout(options.seconds("httptimeout").filter(|time| !time.is_zero()).unwrap_or(PATIENCE))
        .redirect(redirections(options));
    if let Some(time) = options.seconds("conntimeout").filter(|time| !time.is_zero()) {
        builder = builder.connect_timeout(time);
    }
    if let Some(certificate) = options.text("ssl_cert") {
        builder = builder.identity(identity(certificate, options.text("ssl_key"))?);
    }
    Ok(match options.text("proxy") {
        Some(host) => builder.proxy(proxy(host, options)?),
        None => builder.no_proxy(),
    })
}

fn identity(certificate: &str, key: Option<&str>) -> Result<Identity, String> {
    let mut pem = read(certificate)?;
    if let Some(key) = key {
        pem.extend(read(key)?);
    }
    Identity::from_pem(&pem).map_err(|error| format!("{certificate}: {error}"))
}

fn redirections(options: &Options) -> Policy {
    if options.flag("followlocation") != Some(true) {
        return Policy::none();
    }
    let most = options.number("maxredirs").and_then(|most| usize::try_from(most).ok());
    Policy::limited(most.unwrap_or(REDIRECTIONS))
}

fn proxy(host: &str, options: &Options) -> Result<Proxy, String> {
    let scheme = match options.text("proxytype") {
        Some("socks5hostname") => "socks5h",
        Some(other) => other,
        None => "http",
    };
    let bare = host.split_once("://").map_or(host, |(_, bare)| bare).trim_end_matches('/');
    let port = options.number("proxyport").map(|port| format!(":{port}")).unwrap_or_default();
    let address = format!("{scheme}://{bare}{port}");
    let proxy = Proxy::all(&address).map_err(|error| format!("the proxy {address}: {error}"))?;
    Ok(match options.text("proxyuserpwd") {
        Some(user) => {
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            proxy.basic_auth(user, password)
        }
        None => proxy,
    })
}

/// Whose certificates are trusted: anybody's, those of the system, or these.
fn trust(mut builder: ClientBuilder, options: &Options, trusted: Vec<Certificate>) -> ClientBuilder {
    if options.flag("ssl_verifypeer") == Some(false) {
        builder = builder.tls_danger_accept_invalid_certs(true);
    }
    if options.number("ssl_verifyhost") == Some(0) {
        builder = builder.tls_danger_accept_invalid_hostnames(true);
    }
    if trusted.is_empty() { builder } else { builder.tls_certs_only(trusted) }
}

fn trusted(options: &Options) -> Result<Vec<Certificate>, String> {
    let mut files: Vec<String> = options.text("ssl_cainfo").map(str::to_owned).into_iter().collect();
    if let Some(folder) = options.text("ssl_capath") {
        let entries = std::fs::read_dir(folder).map_err(|error| format!("{folder}: {error}"))?;
        let paths = entries.filter_map(Result::ok).map(|entry| entry.path()).filter(|path| path.is_file());
        files.extend(paths.map(|path| path.display().to_string()));
    }
    let mut certificates = Vec::new();
    for file in &files {
        let bundle = Certificate::from_pem_bundle(&read(file)?);
        certificates.extend(bundle.map_err(|error| format!("{file}: {error}"))?);
    }
    Ok(certificates)
}

fn read(path: impl AsRef<Path>) -> Result<Vec<u8>, String> {
    std::fs::read(&path).map_err(|error| format!("{}: {error}", path.as_ref().display()))
}

/// An error with those behind it, which say what it was.
pub(super) fn with_sources(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
