//! `Call`: one call as its phone sees it.

use std::net::SocketAddr;

use obelus_rtp::dtmf::Digit;
use obelus_sdp::{Description, Direction, Host};
use obelus_sip::header::Name;
use obelus_sip::message::{Body, HeaderList, Request, Response};
use obelus_sip::session::{EndCause, SessionEvent, SessionId};
use obelus_sip::ua::Reply;
use obelus_sip::{Method, StatusCode};
use tokio::sync::mpsc;

use super::agent::Agent;
use super::audio::DIGITS;
use super::{Audio, within};

pub struct Call {
    /// Whose phone it is, for what is said when something does not come.
    pub who: String,
    pub agent: Agent,
    pub session: SessionId,
    pub events: mpsc::UnboundedReceiver<SessionEvent>,
    pub audio: Audio,
    /// The codecs that the phone can do, as static payload types.
    pub codecs: Vec<u8>,
    /// The INVITE, of a call that came.
    pub invite: Option<Request>,
    /// What the other side said last about its media.
    pub remote: Option<Description>,
    /// Counts our descriptions.
    pub version: u32,
}

/// A description of ours.
pub fn sdp(address: SocketAddr, version: u32, codecs: &[u8], direction: &str) -> String {
    let formats: String = codecs.iter().map(|number| format!(" {number}")).collect();
    let ip = address.ip();
    let family = if ip.is_ipv6() { "IP6" } else { "IP4" };
    format!(
        "v=0\r\no=story 1 {version} IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n\
         m=audio {port} RTP/AVP{formats} {DIGITS}\r\na=rtpmap:{DIGITS} telephone-event/8000\r\n\
         a=fmtp:{DIGITS} 0-16\r\na=ptime:20\r\na={direction}\r\n",
        port = address.port(),
    )
}

impl Call {
    /// The next thing that happens in the call.
    pub async fn next(&mut self, what: &str) -> SessionEvent {
        let event = within(format_args!("{}: {what}", self.who), self.events.recv()).await;
        event.unwrap_or_else(|| panic!("{}: {what}: the call has ended", self.who))
    }

    fn description(&mut self, direction: &str) -> Body {
        self.version += 1;
        Body::sdp(sdp(self.audio.address, self.version, &self.codecs, direction))
    }

    fn note(&mut self, body: &[u8]) {
        if !body.is_empty() {
            self.remote = Some(Description::parse(body).unwrap());
        }
    }

    /// Where the other side wants to hear us.
    pub fn far(&self) -> SocketAddr {
        let stream = &self.remote.as_ref().unwrap().streams[0];
        let Some(Host::Address(ip)) = stream.host else { panic!("an address in {stream:?}") };
        SocketAddr::new(ip, stream.port)
    }

    /// The codecs that the other side named last, in its order.
    pub fn formats(&self) -> &str {
        &self.remote.as_ref().unwrap().streams[0].formats
    }

    pub fn direction(&self) -> Direction {
        self.remote.as_ref().unwrap().streams[0].effective_direction()
    }

    // The caller's side.

    /// Hears this provisional status; others may come before.
    pub async fn hears(&mut self, status: u16) -> Response {
        loop {
            match self.next(&format!("hears {status}")).await {
                SessionEvent::Provisional { response, .. } if response.status().code() == status => {
                    self.note(response.body());
                    return response;
                }
                SessionEvent::Provisional { .. } => {}
                other => panic!("{} hears {other:?} and not {status}", self.who),
            }
        }
    }

    /// The 200 to our INVITE.
    pub async fn is_answered(&mut self) -> Response {
        loop {
            match self.next("is answered").await {
                SessionEvent::Answered { response, needs_answer } => {
                    assert!(!needs_answer, "an answer without an offer of ours");
                    self.note(response.body());
                    return response;
                }
                SessionEvent::Provisional { .. } => {}
                other => panic!("{} is not answered: {other:?}", self.who),
            }
        }
    }

    /// A final refusal of our INVITE.
    pub async fn is_refused(&mut self, status: u16) -> Response {
        loop {
            match self.next(&format!("is refused with {status}")).await {
                SessionEvent::Ended { cause: EndCause::Rejected(response), .. } => {
                    assert_eq!(response.status().code(), status, "{}", self.who);
                    return response;
                }
                SessionEvent::Provisional { .. } => {}
                other => panic!("{} is not refused: {other:?}", self.who),
            }
        }
    }

    /// Whether our INVITE is answered, or refused.
    pub async fn is_taken(&mut self) -> bool {
        loop {
            match self.next("is answered or refused").await {
                SessionEvent::Answered { response, .. } => {
                    self.note(response.body());
                    return true;
                }
                SessionEvent::Ended { cause: EndCause::Rejected(_), .. } => return false,
                _ => {}
            }
        }
    }

    /// Gives up before the answer, and hears 487.
    pub async fn gives_up(&mut self) {
        let session = self.session;
        let canceled = self.agent.act(move |ua, _, now| ua.cancel(now, session, HeaderList::new())).await;
        canceled.unwrap();
        loop {
            match self.next("has given up").await {
                SessionEvent::Ended { cause: EndCause::Withdrawn, .. } => return,
                SessionEvent::Ended { cause: EndCause::Rejected(response), .. } => {
                    return assert_eq!(response.status().code(), 487);
                }
                SessionEvent::Provisional { .. } => {}
                other => panic!("{} gives up: {other:?}", self.who),
            }
        }
    }

    // The callee's side.

    pub fn invite(&self) -> &Request {
        self.invite.as_ref().unwrap()
    }

    /// The number that the phone shows.
    pub fn caller(&self) -> String {
        let from = self.invite().from().unwrap();
        let uri = obelus_sip::uri::Uri::parse(from.uri.as_str()).unwrap();
        uri.user().unwrap_or_default().to_owned()
    }

    /// 180.
    pub async fn rings(&mut self) {
        self.progresses(180, None).await;
    }

    /// 183 with a description: the caller hears the phone before it answers.
    pub async fn has_early_media(&mut self) {
        let body = self.description("sendrecv");
        self.progresses(183, Some(body)).await;
    }

    async fn progresses(&mut self, status: u16, body: Option<Body>) {
        let (session, mut reply) = (self.session, Reply::new(StatusCode::new(status).unwrap()));
        reply.body = body;
        self.agent.act(move |ua, _, now| ua.provisional(now, session, reply)).await.unwrap();
    }

    /// 200, and the ACK.
    pub async fn answers(&mut self) {
        let (session, body) = (self.session, self.description("sendrecv"));
        let reply = Reply::new(StatusCode::OK).body(body);
        self.agent.act(move |ua, _, now| ua.accept(now, session, reply)).await.unwrap();
        match self.next("the answer is acknowledged").await {
            SessionEvent::Acknowledged { .. } => {}
            other => panic!("{} answers: {other:?}", self.who),
        }
    }

    /// Refuses with this status.
    pub async fn refuses(&mut self, status: u16) {
        let (session, reply) = (self.session, Reply::new(StatusCode::new(status).unwrap()));
        self.agent.act(move |ua, _, now| ua.reject(now, session, &reply)).await.unwrap();
        self.is_over("refused", |cause| matches!(cause, EndCause::Refused)).await;
    }

    /// The caller has given up; gives the CANCEL.
    pub async fn is_canceled(&mut self) -> Request {
        match self.next("is canceled").await {
            SessionEvent::Ended { cause: EndCause::Canceled(request), .. } => request,
            other => panic!("{} is canceled: {other:?}", self.who),
        }
    }

    // Either side.

    /// BYE, and its 200.
    pub async fn hangs_up(&mut self) {
        let session = self.session;
        self.agent.act(move |ua, _, now| ua.bye(now, session, &HeaderList::new())).await.unwrap();
        self.is_over("has hung up", |cause| matches!(cause, EndCause::HungUp)).await;
    }

    /// The other side hangs up; gives the BYE.
    pub async fn ends(&mut self) -> Request {
        match self.next("the other side hangs up").await {
            SessionEvent::Ended { cause: EndCause::Bye(request), .. } => request,
            other => panic!("{}: the other side hangs up: {other:?}", self.who),
        }
    }

    async fn is_over(&mut self, what: &str, fits: impl Fn(&EndCause) -> bool) {
        match self.next(what).await {
            SessionEvent::Ended { cause, .. } if fits(&cause) => {}
            other => panic!("{} {what}: {other:?}", self.who),
        }
    }

    /// A re-INVITE with this direction; gives the direction of the answer.
    pub async fn renegotiates(&mut self, direction: &str) -> Direction {
        let (session, body) = (self.session, self.description(direction));
        let sent = move |ua: &mut obelus_sip::UserAgent, _: &mut _, now| {
            ua.reinvite(now, session, HeaderList::new(), Some(body))
        };
        self.agent.act(sent).await.unwrap();
        match self.next("the re-INVITE is answered").await {
            SessionEvent::Reinvited { response, .. } => self.note(response.body()),
            other => panic!("{} renegotiates: {other:?}", self.who),
        }
        self.direction()
    }

    /// Sends a request in the call; gives the status of its response.
    pub async fn asks(&mut self, method: Method, kind: &'static str, content: &str) -> u16 {
        let (session, content) = (self.session, content.to_owned());
        let body = (!content.is_empty()).then(|| Body::new(kind, content));
        let sent = move |ua: &mut obelus_sip::UserAgent, _: &mut _, now| {
            ua.session_request(now, session, method, HeaderList::new(), body)
        };
        self.agent.act(sent).await.unwrap();
        match self.next("the request is answered").await {
            SessionEvent::Response { response, .. } => response.status().code(),
            other => panic!("{} asks: {other:?}", self.who),
        }
    }

    /// The other side's request in the call, which is answered with 200.
    pub async fn is_asked(&mut self, method: Method) -> Request {
        match self.next(&format!("{} comes", method.as_str())).await {
            SessionEvent::Request { id, request } if *request.method() == method => {
                let reply = Reply::new(StatusCode::OK);
                self.agent.act(move |ua, _, now| ua.respond(now, id, &reply)).await.unwrap();
                request
            }
            other => panic!("{} is asked: {other:?}", self.who),
        }
    }

    /// Presses a key (RFC 4733).
    pub async fn presses(&self, key: char) {
        self.audio.presses(self.far(), key).await;
    }

    /// Presses a key by INFO.
    pub async fn presses_by_info(&mut self, key: char) {
        assert!(Digit::from_char(key).is_some());
        let content = format!("Signal={key}\r\nDuration=160\r\n");
        assert_eq!(self.asks(Method::Info, "application/dtmf-relay", &content).await, 200);
    }

    /// Speaks with the codec of the answer's first format.
    pub fn speaks(&mut self, voice: u8) {
        let (far, codec) = (self.far(), self.codec());
        self.audio.speaks(far, codec, voice);
    }

    /// The codec that both agreed on, as a payload type.
    pub fn codec(&self) -> u8 {
        let formats = self.formats().split(' ').filter_map(|number| number.parse().ok());
        formats.into_iter().find(|number| self.codecs.contains(number)).unwrap()
    }

    /// Hears the other phone's voice through the PBX, bit for bit.
    pub async fn hears_voice(&self, voice: u8) {
        self.audio.hears_voice(voice, self.codec(), 25).await;
    }
}

/// The value of a header.
pub fn header(headers: &obelus_sip::message::Headers, name: Name) -> String {
    headers.text(name).unwrap_or_default().into_owned()
}
