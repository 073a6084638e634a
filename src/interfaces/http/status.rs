//! `/httpstatus`: how the server is set up, as a page.

use std::fmt::Write;
use std::sync::Weak;

use async_trait::async_trait;

use crate::answer::escaped;
use crate::{Answer, Handler, Method, Request, Site};

/// The page.
pub(crate) struct StatusPage(pub(crate) Weak<Site>);

#[async_trait]
impl Handler for StatusPage {
    fn description(&self) -> &'static str {
        "Asterisk HTTP General Status"
    }

    async fn serve(&self, request: Request) -> Answer {
        if request.method != Method::GET && request.method != Method::HEAD {
            return Answer::unknown_method();
        }
        match self.0.upgrade() {
            Some(site) => Answer::ok("text/html", page(&site, &request)),
            None => Answer::not_found(),
        }
    }
}

fn page(site: &Site, request: &Request) -> String {
    let config = site.config.load();
    let mut rows = String::new();
    let mut row = |name: &str, value: &str| {
        let _ =
            writeln!(rows, "<tr><td><i>{}</i></td><td><b>{}</b></td></tr>", escaped(name), escaped(value));
    };
    row("Server", &config.server_name);
    row("Prefix", &config.prefix);
    for (name, address) in
        [("Bind Address", config.address), ("TLS Bind Address", config.tls.as_ref().map(|tls| tls.address))]
    {
        if let Some(address) = address {
            row(name, &address.to_string());
        }
    }
    for (name, value) in &request.query {
        row(&format!("Submitted GET Variable '{name}'"), value);
    }
    for (name, value) in request.cookies() {
        row(&format!("Cookie '{name}'"), value);
    }
    format!(
        "<html><title>HTTP Status</title>\n<body>\n<h2>HTTP Status</h2>\n<table>\n{rows}</table></body></html>\n"
    )
}
