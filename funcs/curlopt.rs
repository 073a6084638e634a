//! `CURLOPT(option)`: how the next CURL of this channel is done.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::curl::options::{Options, find};

pub(crate) struct CurlOption;

static HELP: Help = Help {
    synopsis: "Sets various options for future invocations of CURL.",
    arguments: &[Argument::required("option", "One of the options below.")],
    description: "cookie: sent along. conntimeout, httptimeout: seconds until there is a connection, and for all together (180 if not set). followlocation: follow redirections, maxredirs times at most (30 if not set or -1). header: give the head of the answer too. httpauth: basic. httpheader: a line of the request's head; each call adds one. proxy, proxyport, proxytype (http, socks4, socks4a, socks5, socks5hostname), proxyuserpwd: the way out. referer, useragent, userpwd (user:password). ssl_verifypeer and ssl_verifyhost: 0 to trust anybody, or a certificate of another name. ssl_cainfo, ssl_capath: a file, or a folder of files, of certificates to trust instead of the system's. ssl_cert, ssl_key: files with our own certificate and key, in PEM. hashcompat: yes or legacy to make the answer a=1&b=2 a row for HASH, legacy with + for a blank. failurecodes: statuses, with commas between them, that are failures. What is set stays until the channel ends.",
    see_also: &["CURL", "HASH"],
};

#[async_trait]
impl DialplanFunction for CurlOption {
    fn name(&self) -> &'static str {
        "CURLOPT"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "Set(CURLOPT(httptimeout)=2.5)\nSet(CURLOPT(followlocation)=yes)\n${CURLOPT(httptimeout)} ${CURLOPT(followlocation)}",
            "2.500 1",
        )]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let option = find(arguments)?;
        let options = channel.datastore.get::<Options>();
        Ok(options.and_then(|options| options.shown(option)).unwrap_or_default())
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let mut options = channel.datastore.remove::<Options>().unwrap_or_default();
        let set = find(arguments).and_then(|option| options.set(option, value));
        channel.datastore.insert(options);
        set
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, check, refuses};

    #[tokio::test]
    async fn options_are_read_back() {
        for (option, value, expected) in [
            ("conntimeout", "3", "3"),
            ("httptimeout", "0.25", "0.250"),
            ("ssl_verifypeer", "no", "0"),
            ("maxredirs", "5", "5"),
            ("COOKIE", "a=1; b=2", "a=1; b=2"),
            ("proxytype", "SOCKS5", "socks5"),
            ("hashcompat", "legacy", "legacy"),
            ("hashcompat", "true", "yes"),
            ("failurecodes", "404,500", "404,500"),
            ("httpauth", "basic", "basic"),
        ] {
            check(&format!("Set(CURLOPT({option})={value})\n${{CURLOPT({option})}}"), expected).await;
        }
        check("[${CURLOPT(cookie)}]", "[]").await;
        check(
            "Set(CURLOPT(httpheader)=X-A: 1)\nSet(CURLOPT(httpheader)=X-B: 2)\n${CURLOPT(httpheader)}",
            "X-A: 1",
        )
        .await;
    }

    #[tokio::test]
    async fn what_is_not_served_is_refused_with_the_reason() {
        let mut bench = Bench::new();
        for (option, value, reason) in [
            ("colour", "1", "there is no option `colour`"),
            ("ftptimeout", "1", "the option `ftptimeout` is not served: there is no FTP"),
            ("httpauth", "digest", "`digest` is none of basic"),
            ("proxytype", "magic", "`magic` is none of http, socks4, socks4a, socks5, socks5hostname"),
            ("httptimeout", "soon", "`soon` is no number of seconds"),
            ("maxredirs", "many", "`many` is no number"),
            ("failurecodes", "404,x", "`x` is no status"),
            ("httpheader", "nonsense", "`nonsense` is no header; write Name: value"),
        ] {
            let error = bench.channel.assign(&format!("CURLOPT({option})"), value).await.expect_err(option);
            assert_eq!(error.to_string(), reason);
        }
        refuses("CURLOPT(colour)", "there is no option `colour`").await;
    }
}
