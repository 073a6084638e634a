//! What a NOTIFY says, and the types of pjsip_notify.conf.

use std::collections::BTreeMap;

use obelus_core::conf::Document;
use obelus_sip::header::{ContentType, Name};
use obelus_sip::message::{Body, HeaderList};

/// Headers that the request has already, and what is none.
const OWN: [&str; 10] = [
    "Call-ID",
    "Contact",
    "CSeq",
    "To",
    "From",
    "Record-Route",
    "Route",
    "Request-URI",
    "Via",
    "Content-Length",
];

/// What a NOTIFY says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) headers: HeaderList,
    pub(crate) body: Option<Body>,
}

impl Notice {
    /// `Content-Type` and lines of `Content` become the body, everything else headers; what may not be said is
    /// left out and logged.
    pub(crate) fn of<'a>(lines: impl Iterator<Item = (&'a str, &'a str)>) -> Notice {
        let mut headers = HeaderList::new().with(Name::SubscriptionState, "terminated");
        let (mut content_type, mut content) = (None, Vec::new());
        for (name, value) in lines {
            let is = |other: &str| name.eq_ignore_ascii_case(other);
            if is("Content-Type") {
                content_type = Some(value);
            } else if is("Content") {
                content.push(value);
            } else if OWN.iter().any(|own| is(own)) {
                tracing::warn!(name, "a NOTIFY has this header already, ignored");
            } else if is("Event") && headers.has(Name::Event) {
                tracing::warn!(value, "a NOTIFY has one Event, a second is ignored");
            } else if let Err(error) = headers.push(name, value) {
                tracing::warn!(name, %error, "a NOTIFY goes without a header");
            }
        }
        Notice { headers, body: content_type.and_then(|kind| body(kind, &content)) }
    }
}

fn body(kind: &str, lines: &[&str]) -> Option<Body> {
    if ContentType::parse(kind.as_bytes()).is_none() {
        tracing::warn!(kind, "a NOTIFY goes without its body: this is no type of content");
        return None;
    }
    Some(Body::new(kind.to_owned(), lines.join("\r\n")))
}

/// The types of pjsip_notify.conf by their names, which have no case.
#[derive(Debug, Default)]
pub(crate) struct Types(BTreeMap<String, Notice>);

impl Types {
    /// Reads all sections but `general`, which is reserved.
    pub(crate) fn read(document: &Document) -> Types {
        let sections = document.concrete().filter(|section| !section.name.eq_ignore_ascii_case("general"));
        let types = sections.map(|section| {
            let lines = section.entries.iter().map(|entry| (&*entry.key, &*entry.value));
            (section.name.to_lowercase(), Notice::of(lines))
        });
        Types(types.collect())
    }

    pub(crate) fn find(&self, name: &str) -> Option<&Notice> {
        self.0.get(&name.to_lowercase())
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[(&str, &str)], headers: &str, body: Option<(&str, &str)>) {
        let notice = Notice::of(lines.iter().copied());
        let text = String::from_utf8(notice.headers.as_bytes().to_vec()).unwrap();
        assert_eq!(text, format!("Subscription-State: terminated\r\n{headers}"));
        let shown = notice.body.as_ref().map(|body| (&*body.content_type, &*body.content));
        assert_eq!(shown, body.map(|(kind, text)| (kind, text.as_bytes())));
    }

    #[test]
    fn lines_become_headers_and_a_body() {
        check(
            &[("Event", "check-sync"), ("event", "second"), ("X-A", "1")],
            "Event: check-sync\r\nX-A: 1\r\n",
            None,
        );
        let lines = [("Content", "a"), ("content-type", "text/plain"), ("Content", "b"), ("Content", "")];
        check(&lines, "", Some(("text/plain", "a\r\nb\r\n")));
        check(&[("Content", "a"), ("Content-Type", "nonsense")], "", None);
        check(&[("From", "x"), ("cseq", "x"), ("Request-Uri", "x"), ("Content-Length", "9")], "", None);
        check(&[("Bad Name", "x"), ("X-B", "1\r\nFrom: x")], "", None);
    }
}
