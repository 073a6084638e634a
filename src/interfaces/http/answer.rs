//! What is answered: a status, headers, a body.

use bytes::Bytes;
use http_body_util::Full;
use hyper::ext::ReasonPhrase;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, DATE, HeaderName, HeaderValue, SERVER};
use hyper::{Response, StatusCode};
use jiff::Timestamp;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    title: &'static str,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
    /// An error's text; the page is made when the server's name is known.
    page: Option<&'static str>,
}

impl Answer {
    /// A good answer with a body of this kind.
    pub fn ok(content_type: &'static str, body: impl Into<Bytes>) -> Answer {
        let headers = vec![(CONTENT_TYPE, HeaderValue::from_static(content_type))];
        Answer { status: StatusCode::OK, title: "OK", headers, body: body.into(), page: None }
    }

    /// An answer without a body that others complete, such as the change to another protocol.
    pub fn of(status: StatusCode, title: &'static str) -> Answer {
        Answer { status, title, headers: Vec::new(), body: Bytes::new(), page: None }
    }

    /// An error, with a page that says `text`.
    pub fn error(status: StatusCode, title: &'static str, text: &'static str) -> Answer {
        let headers = vec![(CONTENT_TYPE, HeaderValue::from_static("text/html"))];
        Answer { status, title, headers, body: Bytes::new(), page: Some(text) }
    }

    /// The method is not one that this address knows.
    pub fn unknown_method() -> Answer {
        let text = "Attempt to use unimplemented / unsupported method";
        Answer::error(StatusCode::NOT_IMPLEMENTED, "Not Implemented", text)
    }

    /// Nothing is there.
    pub fn not_found() -> Answer {
        let text = "The requested URL was not found on this server.";
        Answer::error(StatusCode::NOT_FOUND, "Not Found", text)
    }

    /// Not for this address.
    pub fn forbidden(title: &'static str, text: &'static str) -> Answer {
        Answer::error(StatusCode::FORBIDDEN, title, text)
    }

    /// Who is asking? `challenge` is the value of `WWW-Authenticate`.
    pub fn unauthorized(challenge: &str) -> Answer {
        let answer = Answer::error(StatusCode::UNAUTHORIZED, "Unauthorized", "");
        answer.with(hyper::header::WWW_AUTHENTICATE, challenge)
    }

    /// With one more header; a value that cannot stand in one is left out.
    pub fn with(mut self, name: HeaderName, value: &str) -> Answer {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// The answer's status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The first header of this name.
    pub fn header(&self, name: &HeaderName) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.and_then(|(_, value)| value.to_str().ok())
    }

    /// The body; empty for an error's page, which is made when the answer goes out.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// As it goes out; `server` is the server's name, empty for none.
    pub(crate) fn finish(self, server: &str, now: Timestamp) -> Response<Full<Bytes>> {
        let body = match self.page {
            Some(text) => page(self.status, self.title, text, server).into(),
            None => self.body,
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = self.status;
        if let Ok(reason) = ReasonPhrase::try_from(self.title.as_bytes()) {
            response.extensions_mut().insert(reason);
        }
        let headers = response.headers_mut();
        if let Ok(server) = HeaderValue::from_str(server)
            && !server.is_empty()
        {
            headers.insert(SERVER, server);
        }
        // RFC 9110, section 5.6.7.
        if let Ok(date) = HeaderValue::from_str(&now.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()) {
            headers.insert(DATE, date);
        }
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache, no-store"));
        headers.extend(self.headers.into_iter().map(|(name, value)| (Some(name), value)));
        response
    }
}

fn page(status: StatusCode, title: &str, text: &str, server: &str) -> String {
    let address = match server {
        "" => String::new(),
        server => format!("<address>{}</address>\r\n", escaped(server)),
    };
    let (number, text) = (status.as_u16(), escaped(text));
    format!(
        "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\r\n<html><head>\r\n<title>{number} {title}</title>\r\n\
         </head><body>\r\n<h1>{title}</h1>\r\n<p>{text}</p>\r\n<hr />\r\n{address}</body></html>\r\n"
    )
}

/// A text as XML and HTML write it.
pub(crate) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
