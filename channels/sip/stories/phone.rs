//! `Phone`: a scripted user agent that writes its messages itself, so that nothing of ours judges ours.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use obelus_sip::digest::{ClientAuth, Credential, Secret};
use obelus_sip::header::Name;
use obelus_sip::message::{Limits, Message, Request, Response, parse};
use obelus_sip::{Entropy, Method};
use tokio::net::UdpSocket;

use super::house::{House, PATIENCE};

/// A session description that offers or answers these payload types.
pub(super) fn sdp(port: u16, formats: &str, more: &str) -> String {
    format!(
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP {formats}\r\n\
         a=rtpmap:101 telephone-event/8000\r\n{more}"
    )
}

/// What most phones say.
pub(super) fn usual_sdp() -> String {
    sdp(40_000, "0 8 101", "")
}

pub(super) struct Phone {
    socket: UdpSocket,
    server: SocketAddr,
    pub(super) user: String,
    /// The call that it is in.
    pub(super) call_id: String,
    cseq: u32,
    /// To of the call, with the other side's tag once it is known.
    to: String,
    /// Where requests in the call go.
    pub(super) target: String,
    auth: ClientAuth,
}

static CALLS: AtomicU32 = AtomicU32::new(1);

impl Phone {
    pub(super) async fn new(house: &House, user: &str) -> Phone {
        Phone::at(house.udp(), user).await
    }

    pub(super) async fn at(server: SocketAddr, user: &str) -> Phone {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let number = CALLS.fetch_add(1, Ordering::Relaxed);
        Phone {
            socket,
            server,
            user: user.to_owned(),
            call_id: format!("call-{number}-{}", std::process::id()),
            cseq: 0,
            to: String::new(),
            target: String::new(),
            auth: ClientAuth::default(),
        }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub(super) fn contact(&self) -> String {
        format!("<sip:{}@{}>", self.user, self.address())
    }

    pub(super) async fn send(&self, text: &str) {
        self.socket.send_to(text.as_bytes(), self.server).await.unwrap();
    }

    /// The next message.
    pub(super) async fn receive(&self) -> Message {
        let mut buffer = vec![0; 65_536];
        let received = tokio::time::timeout(PATIENCE, self.socket.recv(&mut buffer)).await;
        let length = received.unwrap_or_else(|_| panic!("{} hears nothing", self.user)).unwrap();
        parse(Bytes::copy_from_slice(&buffer[..length]), &Limits::default()).unwrap()
    }

    /// The next response with this status; those that are only provisional may come before.
    pub(super) async fn hears(&mut self, status: u16) -> Response {
        loop {
            match self.receive().await {
                Message::Response(response) if response.status().code() == status => {
                    self.note(&response);
                    return response;
                }
                Message::Response(response) if response.status().is_provisional() => self.note(&response),
                Message::Response(response) => {
                    panic!("{} hears {} and not {status}", self.user, response.status().code());
                }
                Message::Request(request) => {
                    panic!("{} hears {} and not {status}", self.user, request.method().as_str());
                }
            }
        }
    }

    /// The response with this status to a request of this method; what is repeated for others is passed over.
    pub(super) async fn hears_of(&mut self, method: &str, status: u16) -> Response {
        loop {
            let response = self.hears_any().await;
            if response.text(Name::CSeq).is_some_and(|cseq| cseq.ends_with(method)) {
                assert_eq!(response.status().code(), status);
                return response;
            }
        }
    }

    /// The next final response.
    pub(super) async fn hears_any(&mut self) -> Response {
        loop {
            match self.receive().await {
                Message::Response(response) if response.status().is_final() => return response,
                Message::Response(_) => {}
                Message::Request(request) => panic!("{} hears {}", self.user, request.method().as_str()),
            }
        }
    }

    fn note(&mut self, response: &Response) {
        if response.to().is_ok_and(|to| to.tag().is_some()) {
            self.to = response.text(Name::To).unwrap().into_owned();
        }
        if let Some(contact) = response.contact() {
            self.target = contact.uri.as_str().to_owned();
        }
    }

    /// The next request, which must have this method.
    pub(super) async fn is_asked(&self, method: &str) -> Request {
        loop {
            match self.receive().await {
                Message::Request(request) if request.method().as_str() == method => return request,
                Message::Request(request) => {
                    panic!("{} hears {} and not {method}", self.user, request.method().as_str());
                }
                // What was repeated meanwhile.
                Message::Response(_) => {}
            }
        }
    }

    /// A request outside dialogs.
    pub(super) fn request(&mut self, method: &str, uri: &str, lines: &str, body: &str) -> String {
        self.cseq += 1;
        self.to = format!("<{uri}>");
        self.write(method, uri, self.cseq, lines, body)
    }

    /// A request in the call.
    pub(super) fn request_in_call(&mut self, method: &str, lines: &str, body: &str) -> String {
        self.cseq += 1;
        let target = self.target.clone();
        self.write(method, &target, self.cseq, lines, body)
    }

    fn write(&self, method: &str, uri: &str, cseq: u32, lines: &str, body: &str) -> String {
        let kind = if body.starts_with("v=0") { "Content-Type: application/sdp\r\n" } else { "" };
        format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP {address};rport;branch=z9hG4bK-{call}-{cseq}-{method}\r\n\
             Max-Forwards: 70\r\nFrom: \"{user}\" <sip:{user}@pbx>;tag=from-{user}\r\nTo: {to}\r\nCall-ID: {call}\r\n\
             CSeq: {cseq} {method}\r\nContact: {contact}\r\nAllow: INVITE, ACK, BYE, CANCEL, OPTIONS, INFO, UPDATE\r\n\
             {lines}{kind}Content-Length: {length}\r\n\r\n{body}",
            address = self.address(),
            call = self.call_id,
            user = self.user,
            to = self.to,
            contact = self.contact(),
            length = body.len(),
        )
    }

    /// ACK or CANCEL for the last request.
    pub(super) fn follow_up(&self, method: &str, uri: &str, body: &str) -> String {
        self.write(method, uri, self.cseq, "", body)
    }

    /// The ACK of a failure has the branch of its INVITE.
    pub(super) async fn acknowledges_failure(&self, uri: &str) {
        let ack = self.write("ACK", uri, self.cseq, "", "");
        self.send(&ack.replace(&format!("-{}-ACK", self.cseq), &format!("-{}-INVITE", self.cseq))).await;
    }

    /// Gives the call up.
    pub(super) async fn cancels(&self, uri: &str) {
        let cancel = self.write("CANCEL", uri, self.cseq, "", "");
        let cancel = cancel.replace(&format!("-{}-CANCEL", self.cseq), &format!("-{}-INVITE", self.cseq));
        // A CANCEL has no tag of the other side.
        let to = format!("To: {}\r\n", self.to);
        self.send(&cancel.replace(&to, &format!("To: <{uri}>\r\n"))).await;
    }

    /// The header that answers the challenges of a response.
    pub(super) fn answer_to(
        &mut self,
        response: &Response,
        method: &Method,
        uri: &str,
        password: &str,
    ) -> String {
        let secret = Secret::Password(password.into());
        let credentials = [Credential { realm: None, username: self.user.as_str().into(), secret }];
        self.auth = ClientAuth::default();
        self.auth.learn(response, &credentials).unwrap();
        let mut entropy = Entropy::new([9; 32]);
        let lines = self.auth.header_lines(method, uri, b"", &credentials, &mut entropy);
        String::from_utf8(lines).unwrap()
    }

    /// Registers with its password; gives the final response.
    pub(super) async fn registers(&mut self, password: &str, status: u16) -> Response {
        let to = format!("sip:{}@pbx", self.user);
        self.registers_at(&to, password, status).await
    }

    /// Registers at this address of record.
    pub(super) async fn registers_at(&mut self, to: &str, password: &str, status: u16) -> Response {
        let uri = "sip:pbx";
        let register = self.register(to, "");
        self.send(&register).await;
        let challenge = self.hears(401).await;
        let answer = self.answer_to(&challenge, &Method::Register, uri, password);
        let register = self.register(to, &answer);
        self.send(&register).await;
        self.hears(status).await
    }

    fn register(&mut self, to: &str, lines: &str) -> String {
        self.cseq += 1;
        self.to = format!("<{to}>");
        self.write("REGISTER", "sip:pbx", self.cseq, &format!("Expires: 300\r\n{lines}"), "")
    }

    /// Calls, without proof.
    pub(super) async fn calls(&mut self, exten: &str, lines: &str, body: &str) {
        let invite = self.request("INVITE", &format!("sip:{exten}@pbx"), lines, body);
        self.send(&invite).await;
    }

    /// Calls and is answered; gives the 200.
    pub(super) async fn talks_to(&mut self, exten: &str) -> Response {
        self.calls(exten, "", &usual_sdp()).await;
        let answer = self.hears(200).await;
        self.acknowledges("").await;
        answer
    }

    /// ACK for a 200.
    pub(super) async fn acknowledges(&self, body: &str) {
        let target = self.target.clone();
        self.send(&self.follow_up("ACK", &target, body)).await;
    }

    /// Hangs up and hears that this is understood.
    pub(super) async fn hangs_up(&mut self) {
        let bye = self.request_in_call("BYE", "", "");
        self.send(&bye).await;
        self.hears(200).await;
    }

    /// Sends a request in the call and hears this status.
    pub(super) async fn asks(&mut self, method: &str, lines: &str, body: &str, status: u16) -> Response {
        let request = self.request_in_call(method, lines, body);
        self.send(&request).await;
        self.hears(status).await
    }

    /// Answers a request.
    pub(super) async fn replies(&mut self, request: &Request, status: u16, lines: &str, body: &str) {
        self.replies_as("callee", request, status, lines, body).await;
    }

    /// Answers as the fork with this tag.
    pub(super) async fn replies_as(
        &mut self,
        tag: &str,
        request: &Request,
        status: u16,
        lines: &str,
        body: &str,
    ) {
        let copy = |name: Name| request.text(name).unwrap().into_owned();
        let kind = if body.starts_with("v=0") { "Content-Type: application/sdp\r\n" } else { "" };
        let to = copy(Name::To);
        let tag = if to.contains(";tag=") { String::new() } else { format!(";tag={tag}") };
        let text = format!(
            "SIP/2.0 {status} Reason\r\nVia: {}\r\nFrom: {}\r\nTo: {to}{tag}\r\nCall-ID: {}\r\nCSeq: {}\r\n\
             Contact: {}\r\nAllow: INVITE, ACK, BYE, CANCEL, INFO, UPDATE\r\n{lines}{kind}Content-Length: {}\r\n\r\n{body}",
            copy(Name::Via),
            copy(Name::From),
            copy(Name::CallId),
            copy(Name::CSeq),
            self.contact(),
            body.len(),
        );
        self.send(&text).await;
        if *request.method() == Method::Invite {
            // From here on this is the other side of the dialog.
            self.call_id = copy(Name::CallId);
            self.to = copy(Name::From);
            self.target = request.contact().unwrap().uri.as_str().to_owned();
        }
    }

    /// A request in a call that was taken: our side is its To.
    pub(super) async fn asks_as_callee(&mut self, method: &str, lines: &str, body: &str, invite: &Request) {
        let own = format!("From: {};tag=callee\r\n", invite.text(Name::To).unwrap());
        let request = self.request_in_call(method, lines, body);
        let from = format!("From: \"{user}\" <sip:{user}@pbx>;tag=from-{user}\r\n", user = self.user);
        self.send(&request.replace(&from, &own)).await;
    }
}
