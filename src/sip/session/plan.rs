//! `Plan`: an INVITE that begins a session, until it is answered: it may be sent again with credentials or a
//! longer interval.

use super::{Reliability, Shared, TimerMode, Turn};
use crate::dialog::{Head, Origin, route_request, write_head};
use crate::header::Name;
use crate::message::{Body, HeaderList};
use crate::method::Method;
use crate::transaction::ClientId;
use crate::transport::Flow;
use crate::ua::{ClientOwner, Profile};
use std::sync::Arc;

/// A call to be made.
#[derive(Debug, Clone)]
pub struct Invite {
    /// The Request-URI.
    pub uri: Box<str>,
    /// From without a tag, as in `"Alice" <sip:alice@example.com>`.
    pub from: Box<str>,
    /// To.
    pub to: Box<str>,
    /// The Call-ID; `None` makes one.
    pub call_id: Option<Box<str>>,
    /// The Route values, such as an outbound proxy's `<sip:proxy.example.com;lr>`.
    pub routes: Vec<Box<str>>,
    /// Where to send it.
    pub flow: Flow,
    /// More headers; Contact, Allow, Supported and the session timer's come from the profile.
    pub headers: HeaderList,
    /// The body; without a session description the callee offers.
    pub body: Option<Body>,
    /// What the session writes and allows.
    pub profile: Arc<Profile>,
}

#[derive(Debug)]
pub(crate) struct Plan {
    uri: Box<str>,
    to: Box<str>,
    from: Box<str>,
    tag: Box<str>,
    call_id: Box<str>,
    routes: Vec<Box<str>>,
    pub(crate) flow: Flow,
    headers: HeaderList,
    body: Option<Body>,
    cseq: u32,
    min_se: Option<u32>,
    /// The credentials of the last sending, which the ACK repeats.
    credentials: Vec<u8>,
}

impl Plan {
    pub(crate) fn new(invite: Invite, turn: &mut Turn<'_>) -> Self {
        let tag: Box<str> = turn.layers.entropy.token().as_str().into();
        let call_id = invite.call_id.unwrap_or_else(|| turn.layers.entropy.token().as_str().into());
        Self {
            uri: invite.uri,
            to: invite.to,
            from: format!("{};tag={tag}", invite.from).into(),
            tag,
            call_id,
            routes: invite.routes,
            flow: invite.flow,
            headers: invite.headers,
            body: invite.body,
            cseq: 0,
            min_se: None,
            credentials: Vec::new(),
        }
    }

    pub(crate) fn has_offer(&self) -> bool {
        self.body.as_ref().is_some_and(Body::is_sdp)
    }

    pub(crate) fn cseq(&self) -> u32 {
        self.cseq
    }

    pub(crate) fn origin(&self) -> Origin<'_> {
        Origin {
            call_id: &self.call_id,
            from: self.from.as_bytes(),
            tag: &self.tag,
            uri: &self.uri,
            cseq: self.cseq,
        }
    }

    /// The credentials to be repeated in the ACK.
    pub(crate) fn take_credentials(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.credentials)
    }

    /// A 422 asks for a longer interval; `false` when it was met already.
    pub(crate) fn lengthen(&mut self, min_se: u32) -> bool {
        let longer = self.min_se.is_none_or(|known| min_se > known);
        self.min_se = Some(min_se);
        longer
    }

    /// Sends the INVITE under the next CSeq.
    pub(crate) fn send(&mut self, shared: &mut Shared, turn: &mut Turn<'_>) -> ClientId {
        self.cseq += 1;
        let branch = turn.layers.new_branch();
        let (uri, routes) = route_request(&self.uri, &self.routes);
        let content = self.body.as_ref().map_or(&[][..], |body| &body.content);
        self.credentials = shared.auth.as_deref_mut().map_or_else(Vec::new, |auth| {
            let credentials = &shared.profile.credentials;
            auth.header_lines(&Method::Invite, uri, content, credentials, &mut turn.layers.entropy)
        });
        let head = Head {
            method: &Method::Invite,
            uri,
            routes: &routes,
            from: self.from.as_bytes(),
            to: self.to.as_bytes(),
            call_id: &self.call_id,
            cseq: self.cseq,
        };
        let mut builder = write_head(&turn.layers.stamp(&self.flow, &branch), &head);
        let mut lines = Vec::with_capacity(256);
        shared.profile.lines(&mut lines);
        write_requirements(&shared.profile, &mut lines);
        shared.profile.timer.request_lines(None, self.min_se, &mut lines);
        builder
            .lines(&lines)
            .headers(&self.headers)
            .header(Name::UserAgent, turn.layers.config.agent.as_bytes());
        builder.lines(&self.credentials);
        let bytes = builder.finish(self.body.as_ref());
        let owner = ClientOwner::Invite(turn.id);
        turn.layers.start_client(turn.now, &Method::Invite, &branch, bytes, self.flow, owner)
    }
}

/// The Require line of an INVITE.
fn write_requirements(profile: &Profile, out: &mut Vec<u8>) {
    let timer = (profile.timer.mode == TimerMode::Required).then_some("timer");
    let reliable = (profile.reliable == Reliability::Required).then_some("100rel");
    let tags: Vec<_> = reliable.into_iter().chain(timer).collect();
    if !tags.is_empty() {
        out.extend_from_slice(format!("Require: {}\r\n", tags.join(", ")).as_bytes());
    }
}
