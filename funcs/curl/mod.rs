//! `CURL(url[,post-data])`: what a web server answers.

use async_trait::async_trait;
use client::with_sources;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};
use options::{HashCompat, Options};
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, COOKIE, REFERER};
use tokio::io::AsyncWriteExt;

mod client;
pub(crate) mod options;
mod row;

/// The longest answer that is a value: as long as a value may become.
const MOST: usize = 64 * 1024;

#[derive(Default)]
pub(crate) struct Curl(client::Clients);

static HELP: Help = Help {
    synopsis: "Retrieve content from a remote web server.",
    arguments: &[
        Argument::required("url", "http or https; http if left away."),
        Argument::rest("post-data", false, "Sent by POST if it is there; else the request is a GET."),
    ],
    description: "Gives the answer without blanks at its end, at most 64 KiB of it; a longer one is refused. CURLOPT says how it is done. Set(CURL(url)=path) writes the answer to a file. The call goes on meanwhile. Proxies come from CURLOPT, not from the environment.",
    see_also: &["CURLOPT", "JSON_DECODE", "HASH"],
};

#[async_trait]
impl DialplanFunction for Curl {
    fn name(&self) -> &'static str {
        "CURL"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${CURL(${SERVER}/hello)}", "GET /hello"),
            ("${CURL(${SERVER}/form,a=1&b=2)}", "POST /form a=1&b=2"),
        ]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let options = channel.datastore.get::<Options>().cloned().unwrap_or_default();
        let post = (arguments.len() > 1).then(|| arguments.text(1).to_owned());
        let request = self.request(arguments.required(0, "url")?, post, &options)?;
        let with_head = options.flag("header") == Some(true);
        let fetched =
            channel.meanwhile(async { text(sent(request, &options).await?, with_head).await }).await?;
        let text = fetched.trim_end();
        if options.hash_compat() == HashCompat::No {
            return Ok(text.to_owned());
        }
        let (names, values) = row::split(text, options.hash_compat());
        channel.set_variable(crate::hash::COLUMNS, names);
        Ok(values)
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let options = channel.datastore.get::<Options>().cloned().unwrap_or_default();
        let path = value.trim();
        if path.is_empty() {
            return Err(FunctionError::arguments("write Set(CURL(url)=path)"));
        }
        let request = self.request(arguments, None, &options)?;
        channel.meanwhile(async { save(sent(request, &options).await?, path).await }).await
    }
}

impl Curl {
    fn request(
        &self,
        url: &str,
        post: Option<String>,
        options: &Options,
    ) -> Result<reqwest::RequestBuilder, FunctionError> {
        if url.contains(['\r', '\n']) {
            return Err(FunctionError::arguments("the URL has the end of a line in it"));
        }
        let url = if url.contains("://") { url.to_owned() } else { format!("http://{url}") };
        let client = self.0.client(options).map_err(FunctionError::Failed)?;
        let mut request = match post {
            Some(body) => with_form_type(client.post(url), options).body(body),
            None => client.get(url),
        };
        for (name, value) in options.headers() {
            request = request.header(name, value);
        }
        for (name, option) in [(COOKIE, "cookie"), (REFERER, "referer")] {
            if let Some(value) = options.text(option) {
                request = request.header(name, value);
            }
        }
        if let Some(user) = options.text("userpwd") {
            let (user, password) = user.split_once(':').unwrap_or((user, ""));
            request = request.basic_auth(user, Some(password));
        }
        Ok(request)
    }
}

/// What is posted is a form unless a header says otherwise.
fn with_form_type(request: reqwest::RequestBuilder, options: &Options) -> reqwest::RequestBuilder {
    let is_typed = options.headers().iter().any(|(name, _)| name.eq_ignore_ascii_case(CONTENT_TYPE.as_str()));
    match is_typed {
        true => request,
        false => request.header(CONTENT_TYPE, "application/x-www-form-urlencoded"),
    }
}

fn failed(error: &reqwest::Error) -> FunctionError {
    FunctionError::failed(with_sources(error))
}

async fn sent(request: reqwest::RequestBuilder, options: &Options) -> Result<Response, FunctionError> {
    let response = request.send().await.map_err(|error| failed(&error))?;
    let status = response.status().as_u16();
    if options.is_failure(status) {
        return Err(FunctionError::failed(format!("{} answered {status}", response.url())));
    }
    Ok(response)
}

/// The body as text, perhaps with the head before it.
async fn text(mut response: Response, with_head: bool) -> Result<String, FunctionError> {
    let mut text = if with_head { head(&response) } else { String::new() };
    let charset = charset(&response);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
        body.extend_from_slice(&chunk);
        if text.len() + body.len() > MOST {
            return Err(FunctionError::failed(format!("the answer is longer than {MOST} bytes")));
        }
    }
    text.push_str(&charset.decode(&body).0);
    Ok(text)
}

/// The character set of `Content-Type: text/plain; charset=…`, UTF-8 if it says none.
fn charset(response: &Response) -> &'static encoding_rs::Encoding {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    let named = kind.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    named
        .and_then(|name| encoding_rs::Encoding::for_label(name.trim_matches('"').as_bytes()))
        .unwrap_or(encoding_rs::UTF_8)
}

/// The status line and the headers, as they came.
fn head(response: &Response) -> String {
    let mut head = format!("{:?} {}\r\n", response.version(), response.status());
    for (name, value) in response.headers() {
        head.push_str(&format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes())));
    }
    head + "\r\n"
}

async fn save(mut response: Response, path: &str) -> Result<(), FunctionError> {
    let on_disk = |error: std::io::Error| FunctionError::failed(format!("{path}: {error}"));
    let mut file = tokio::fs::File::create(path).await.map_err(on_disk)?;
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(&error))? {
        file.write_all(&chunk).await.map_err(on_disk)?;
    }
    file.flush().await.map_err(on_disk)
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, check, refuses};

    #[tokio::test]
    async fn options_change_the_request() {
        check(
            "Set(CURLOPT(httpheader)=X-A: 1)\nSet(CURLOPT(cookie)=c=2)\nSet(CURLOPT(useragent)=me)\n\
               Set(CURLOPT(referer)=http://x/)\nSet(CURLOPT(userpwd)=bob:secret)\n${CURL(${SERVER}/headers)}",
            "authorization: Basic Ym9iOnNlY3JldA==\ncookie: c=2\nreferer: http://x/\nuser-agent: me\nx-a: 1",
        )
        .await;
        check(
            "Set(CURLOPT(httpheader)=Content-Type: text/plain)\n${CURL(${SERVER}/headers,x)}",
            "content-length: 1\ncontent-type: text/plain\nuser-agent: Obelus/0.1.0",
        )
        .await;
        check(
            "${CURL(${SERVER}/headers,x)}",
            "content-length: 1\ncontent-type: application/x-www-form-urlencoded\nuser-agent: Obelus/0.1.0",
        )
        .await;
    }

    #[tokio::test]
    async fn redirections_are_followed_if_asked_for() {
        check("[${CURL(${SERVER}/redirect)}]", "[]").await;
        check("Set(CURLOPT(followlocation)=1)\n${CURL(${SERVER}/redirect)}", "GET /hello").await;
        check(
            "Set(CURLOPT(followlocation)=1)\nSet(CURLOPT(maxredirs)=0)\n[${CURL(${SERVER}/redirect)}]",
            "[]",
        )
        .await;
    }

    #[tokio::test]
    async fn an_answer_becomes_a_row() {
        let text = "Set(CURLOPT(hashcompat)=legacy)\nSet(HASH(row)=${CURL(${SERVER}/row)})\n${HASH(row,a)}|${HASH(row,b c)}|${HASH(row,d)}";
        check(text, "1,5|x y|").await;
    }

    #[tokio::test]
    async fn heads_charsets_and_failures_are_seen() {
        check("${CURL(${SERVER}/latin1)}", "ä").await;
        check("Set(CURLOPT(header)=1)\n${CURL(${SERVER}/latin1):0:15}", "HTTP/1.1 200 OK").await;
        check("${CURL(${SERVER}/missing)}", "no such page").await;
        check("Set(CURLOPT(failurecodes)=500,404)\n[${CURL(${SERVER}/missing)}]", "[]").await;
    }

    #[tokio::test]
    async fn an_answer_is_saved() {
        let mut bench = Bench::new();
        assert_eq!(
            bench.run("Set(CURL(${SERVER}/long)=${ASTSPOOLDIR}/f)\n${STAT(s,${ASTSPOOLDIR}/f)}").await,
            "70000"
        );
        assert!(bench.channel.assign("CURL(http://127.0.0.1:1/)", "").await.is_err());
    }

    #[tokio::test]
    async fn what_cannot_be_fetched_is_an_error() {
        let mut bench = Bench::new();
        let long = bench.channel.evaluate("CURL(${SERVER}/long)").await;
        assert_eq!(bench.read(&long).await.unwrap_err().to_string(), "the answer is longer than 65536 bytes");
        assert!(bench.read("CURL(http://127.0.0.1:1/)").await.is_err());
        assert!(bench.read("CURL(gopher://127.0.0.1/)").await.is_err());
        refuses("CURL(http://x/\r\nX: 1)", "the URL has the end of a line in it").await;
        refuses("CURL()", "the argument `url` is missing").await;
    }

    #[tokio::test]
    async fn trust_that_cannot_be_is_refused() {
        let mut bench = Bench::new();
        for (option, value, reason) in [
            ("ssl_verifyhost", "0", "ssl_verifyhost=0 needs ssl_cainfo, ssl_capath or ssl_verifypeer=0"),
            ("ssl_cainfo", "/nowhere.pem", "/nowhere.pem: No such file or directory (os error 2)"),
        ] {
            bench.channel.assign(&format!("CURLOPT({option})"), value).await.unwrap();
            assert_eq!(bench.read("CURL(https://127.0.0.1:1/)").await.unwrap_err().to_string(), reason);
        }
    }

    #[tokio::test]
    async fn a_slow_server_is_given_up() {
        let mut bench = Bench::new();
        bench.run("Set(CURLOPT(httptimeout)=0.05)\n").await;
        let slow = bench.channel.evaluate("CURL(${SERVER}/slow)").await;
        assert!(bench.read(&slow).await.unwrap_err().to_string().contains("timed out"));
    }
}
