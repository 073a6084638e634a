//! Sending a MESSAGE, and sending it again where a 3xx points.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::message::{Message, MessageTech, NotSent};
use obelus_core::test_event;
use obelus_sip::header::{Name, format_name_addr};
use obelus_sip::message::{Body, HeaderList};
use obelus_sip::{Method, StatusCode};

use super::redirect::Redirects;
use crate::config::Endpoint;
use crate::contact::Contact;
use crate::destination::{self, Destination, NoDestination, address_of};
use crate::driver::Driver;
use crate::errand::{Errand, Sender, Unanswered, UnderWay};

/// What nobody may set: the request has its own.
const OWN: [&str; 11] = [
    "To",
    "From",
    "Via",
    "Route",
    "Contact",
    "Call-ID",
    "CSeq",
    "Allow",
    "Content-Length",
    "Content-Type",
    "Request-URI",
];

/// Sends to `pjsip:…`.
pub(crate) struct SipMessages {
    driver: Arc<Driver>,
}

/// A message with everything that stays the same wherever it is redirected to.
#[derive(Clone)]
struct Letter {
    endpoint: Arc<Endpoint>,
    from: Option<Sender>,
    to: Option<Box<str>>,
    headers: HeaderList,
    body: Body,
}

impl SipMessages {
    pub(crate) fn new(driver: Arc<Driver>) -> SipMessages {
        SipMessages { driver }
    }

    fn find(&self, destination: &str) -> Result<Destination, NoDestination> {
        let now = self.driver.core.clock.now().into();
        let contacts = &self.driver.locations.contacts;
        destination::resolve(&self.driver.config(), contacts, destination, now)
    }
}

#[async_trait]
impl MessageTech for SipMessages {
    fn name(&self) -> &'static str {
        "pjsip"
    }

    async fn send(&self, message: &Message, destination: &str, from: &str) -> Result<(), NotSent> {
        let failed = |error: &dyn std::fmt::Display| NotSent::Failed(error.to_string());
        let driver = &self.driver;
        let found = self.find(destination).inspect_err(|_| {
            test_event!(
                driver.core,
                "MSG_ENDPOINT_URI_FAIL",
                [
                    ("MdataFrom", from),
                    ("MsgFrom", message.from),
                    ("MdataDestination", destination),
                    ("MsgTo", message.to),
                ]
            );
        });
        let found = found.map_err(|error| failed(&error))?;
        let letter = Letter::new(message, &found, from).map_err(|error| failed(&error))?;
        test_event!(
            driver.core,
            "MSG_FROMTO_URI",
            [
                ("MdataFrom", from),
                ("MsgFrom", message.from),
                ("MdataDestination", destination),
                ("MsgTo", message.to),
                ("Endpoint", found.endpoint.name),
                (
                    "RequestURI",
                    if destination.contains('<') { found.address() } else { found.uri.to_string() }
                ),
                ("ToURI", letter.to.as_deref().unwrap_or(found.uri.as_str())),
                ("FromURI", if from.is_empty() { message.from.as_str() } else { from }),
            ]
        );
        let Destination { uri, contact, .. } = found;
        let sent = letter.send_to(driver, uri.as_str(), contact).await.map_err(|error| failed(&error))?;
        let (driver, redirects) = (driver.clone(), Redirects::new(uri.as_str()));
        tokio::spawn(follow(driver, letter, sent, redirects));
        Ok(())
    }
}

impl Letter {
    fn new(message: &Message, destination: &Destination, from: &str) -> Result<Letter, String> {
        let from = if from.is_empty() { &message.from } else { from };
        Ok(Letter {
            endpoint: destination.endpoint.clone(),
            from: Some(from).filter(|from| !from.is_empty()).map(sender),
            to: recipient(message, destination).map(String::into_boxed_str),
            headers: headers(message)?,
            body: body(message),
        })
    }

    async fn send_to(
        &self,
        driver: &Driver,
        uri: &str,
        contact: Option<Arc<Contact>>,
    ) -> Result<UnderWay, Unanswered> {
        let Letter { endpoint, from, to, headers, body } = self.clone();
        let uri: Box<str> = uri.into();
        let errand =
            Errand { method: Method::Message, endpoint, uri, to, from, contact, headers, body: Some(body) };
        errand.run(driver).await
    }
}

/// Waits for the answer, and follows it where it points.
async fn follow(driver: Arc<Driver>, letter: Letter, sent: UnderWay, mut redirects: Redirects) {
    let mut sent = Ok(sent);
    loop {
        let answer = match sent {
            Ok(sent) => sent.answer().await,
            Err(error) => Err(error),
        };
        let endpoint = &*letter.endpoint.name;
        match answer {
            Ok(response) if response.status().is_redirection() => {
                if !letter.endpoint.messages.follow_redirect {
                    tracing::info!(
                        endpoint,
                        "a MESSAGE was redirected, but `follow_redirect_methods` has no `message`"
                    );
                    return;
                }
                if let Err(reason) = redirects.take(&response) {
                    tracing::warn!(endpoint, %reason, "a redirected MESSAGE is given up");
                    return;
                }
            }
            Ok(response) if response.status().is_success() => return,
            Ok(response) => refused(endpoint, response.status()),
            Err(Unanswered::Stopped) => return,
            Err(error) => tracing::info!(endpoint, %error, "a MESSAGE was not delivered"),
        }
        let Some(next) = redirects.next() else { return };
        tracing::info!(endpoint, uri = next, "a MESSAGE follows a redirection");
        sent = letter.send_to(&driver, &next, None).await;
    }
}

fn refused(endpoint: &str, status: StatusCode) {
    tracing::info!(endpoint, status = status.code(), "a MESSAGE was refused");
}

/// `"name" <sip:user@host>`, `sip:user@host`, `user@host` or `user`; of a URI user, host and port count.
fn sender(text: &str) -> Sender {
    if let Some((display, uri)) = address_of(text)
        && let Some(sip) = uri.view().as_sip()
    {
        let port = sip.port().map(|port| format!(":{port}")).unwrap_or_default();
        let host = format!("{}{port}", sip.host().as_str());
        return Sender { display, user: sip.user.unwrap_or_default().to_owned(), host };
    }
    let (user, host) = text.split_once('@').unwrap_or((text, ""));
    let user = obelus_sip::uri::percent_encode_user(user).to_string();
    Sender { display: String::new(), user, host: host.to_owned() }
}

/// To, where it is not simply the Request-URI: the message's own, or that with the destination's name.
fn recipient(message: &Message, destination: &Destination) -> Option<String> {
    let to = message.to.strip_prefix("pjsip:").unwrap_or(&message.to);
    let own = || {
        let (display, uri) = address_of(to)?;
        Some(format_name_addr(&display, uri.as_str()))
    };
    let named = || (!destination.display.is_empty()).then(|| destination.address());
    if to.is_empty() { named() } else { own() }
}

fn body(message: &Message) -> Body {
    let content_type = message.datum("Content-Type").filter(|kind| {
        obelus_sip::header::ContentType::parse(kind.as_bytes()).is_some() && !kind.contains(['\r', '\n'])
    });
    let content_type = content_type.map_or("text/plain".into(), |kind| kind.to_owned().into());
    Body { content_type, content: message.body.clone().into() }
}

/// What goes along; Max-Forwards is one less than it came with (RFC 3261 16.6).
fn headers(message: &Message) -> Result<HeaderList, String> {
    let mut headers = HeaderList::new();
    for (name, value) in message.outbound() {
        if name.eq_ignore_ascii_case(Name::MaxForwards.as_str()) {
            let left =
                value.trim().parse::<u8>().ok().and_then(|hops| hops.checked_sub(1)).filter(|hops| *hops > 0);
            let left = left.ok_or("MESSAGE_DATA(Max-Forwards) is used up")?;
            headers = headers.with(Name::MaxForwards, left.to_string());
        } else if !OWN.iter().any(|own| own.eq_ignore_ascii_case(name))
            && let Err(error) = headers.push(name, value)
        {
            tracing::warn!(name, %error, "a header cannot go along with a MESSAGE");
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_a_uri_or_a_part_of_one() {
        let check = |text: &str, expected: (&str, &str, &str)| {
            let Sender { display, user, host } = sender(text);
            assert_eq!((display.as_str(), user.as_str(), host.as_str()), expected);
        };
        check("sip:al@h:5070;x=y", ("", "al", "h:5070"));
        check("\"Al B\" <sip:al@h>", ("Al B", "al", "h"));
        check("test <sip:al@h>", ("test", "al", "h"));
        check("al@h", ("", "al", "h"));
        check("al", ("", "al", ""));
        check("sip:h", ("", "", "h"));
    }

    #[test]
    fn headers_go_along_but_for_those_of_the_request() {
        let mut message = Message::default();
        for (name, value) in [("X-Mood", "good"), ("Via", "x"), ("call-id", "x"), ("Max-Forwards", "9")] {
            message.send_along(name, value);
        }
        let text = headers(&message).map(|headers| String::from_utf8(headers.as_bytes().to_vec()).unwrap());
        assert_eq!(text.as_deref(), Ok("X-Mood: good\r\nMax-Forwards: 8\r\n"));
        message.send_along("Max-Forwards", "1");
        assert!(headers(&message).is_err());
    }
}
