//! Where a redirected request goes next: a value.

use std::collections::VecDeque;

use obelus_sip::header::Contact;
use obelus_sip::message::Response;

/// So many 3xx are followed, one after the other; Asterisk's number.
const MOST_HOPS: u32 = 5;

/// So many Contacts of one 3xx are looked at; Asterisk's number.
const MOST_CONTACTS: usize = 20;

/// Where a request has been and where it can still go.
#[derive(Debug)]
pub(super) struct Redirects {
    visited: Vec<String>,
    pending: VecDeque<String>,
    hops: u32,
}

/// Why a 3xx is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotFollowed {
    #[error("it was redirected too often")]
    TooOften,
    #[error("the response has no Contact with a SIP URI")]
    NoContact,
    #[error("all Contacts lead back to where it was")]
    Loop,
}

impl Redirects {
    /// Nothing was redirected yet; the request goes to `uri`.
    pub(super) fn new(uri: &str) -> Redirects {
        Redirects { visited: vec![uri.to_owned()], pending: VecDeque::new(), hops: 0 }
    }

    /// Takes the Contacts of a 3xx, the best (`q`) first, behind those that wait already.
    pub(super) fn take(&mut self, response: &Response) -> Result<(), NotFollowed> {
        if self.hops >= MOST_HOPS {
            return Err(NotFollowed::TooOften);
        }
        let contacts = contacts_of(response);
        if contacts.is_empty() {
            return Err(NotFollowed::NoContact);
        }
        let new: Vec<String> = contacts.into_iter().filter(|uri| !self.visited.contains(uri)).collect();
        if new.is_empty() {
            return Err(NotFollowed::Loop);
        }
        self.pending.extend(new);
        self.hops += 1;
        Ok(())
    }

    /// Where it goes next.
    pub(super) fn next(&mut self) -> Option<String> {
        let next = std::iter::from_fn(|| self.pending.pop_front()).find(|uri| !self.visited.contains(uri))?;
        self.visited.push(next.clone());
        Some(next)
    }
}

/// The URIs, the best first; equals in their order.
fn contacts_of(response: &Response) -> Vec<String> {
    let contacts = response.contacts().flatten().filter_map(|contact| match contact {
        Contact::Address(address) if address.uri.as_sip().is_some() => {
            Some((quality(address.params.value("q")), address.uri.as_str().to_owned()))
        }
        Contact::Address(_) | Contact::All => None,
    });
    let mut contacts: Vec<(u32, String)> = contacts.take(MOST_CONTACTS).collect();
    contacts.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    contacts.into_iter().map(|(_, uri)| uri).collect()
}

/// Thousandths; 1 where there is none or it cannot be read (RFC 3261 25.1: at most three digits behind the point).
fn quality(text: Option<&str>) -> u32 {
    let number = text.and_then(|text| text.parse::<f32>().ok()).filter(|q| (0.0..=1.0).contains(q));
    (number.unwrap_or(1.0) * 1000.0).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Wire;

    fn response(contacts: &[&str]) -> Response {
        let lines: String = contacts.iter().map(|contact| format!("Contact: {contact}\r\n")).collect();
        Wire::response(305, &lines)
    }

    fn rest(redirects: &mut Redirects) -> Vec<String> {
        std::iter::from_fn(|| redirects.next()).collect()
    }

    #[test]
    fn the_best_contact_comes_first() {
        let mut redirects = Redirects::new("sip:a@h");
        let contacts =
            ["<sip:low@h>;q=0.1", "<sip:one@h>, <sip:two@h>;q=1.0", "<mailto:x@h>", "<sip:mid@h>;q=0.5"];
        redirects.take(&response(&contacts)).unwrap();
        assert_eq!(rest(&mut redirects), ["sip:one@h", "sip:two@h", "sip:mid@h", "sip:low@h"]);
    }

    #[test]
    fn nobody_is_asked_twice() {
        let mut redirects = Redirects::new("sip:a@h");
        redirects.take(&response(&["<sip:b@h>", "<sip:c@h>"])).unwrap();
        assert_eq!(redirects.next().as_deref(), Some("sip:b@h"));
        redirects.take(&response(&["<sip:c@h>"])).unwrap();
        assert_eq!(redirects.next().as_deref(), Some("sip:c@h"));
        assert_eq!(redirects.take(&response(&["<sip:b@h>"])), Err(NotFollowed::Loop));
        assert_eq!(redirects.take(&response(&[])), Err(NotFollowed::NoContact));
        assert_eq!(rest(&mut redirects), [""; 0]);
    }

    #[test]
    fn a_long_chase_ends() {
        let mut redirects = Redirects::new("sip:0@h");
        let followed = (1..100).take_while(|n| redirects.take(&response(&[&format!("<sip:{n}@h>")])).is_ok());
        assert_eq!(followed.count(), MOST_HOPS as usize);
    }
}
