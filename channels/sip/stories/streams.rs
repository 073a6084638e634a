//! SIP over TCP.

use bytes::Bytes;
use obelus_sip::TransportKind;
use obelus_sip::framing::{Frame, Framer};
use obelus_sip::message::{Limits, Message, parse};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::house::{COMMON, PATIENCE};
use super::phone::usual_sdp;
use super::{House, Phone};

/// A connection of a scripted phone.
struct Stream {
    stream: TcpStream,
    framer: Framer,
    /// What writes the messages.
    phone: Phone,
}

impl Stream {
    async fn new(house: &House, user: &str) -> Stream {
        let address = house.address(TransportKind::Tcp);
        let stream = TcpStream::connect(address).await.unwrap();
        Stream { stream, framer: Framer::new(Limits::default()), phone: Phone::at(address, user).await }
    }

    async fn send(&mut self, text: &str) {
        self.stream.write_all(text.replace("/UDP ", "/TCP ").as_bytes()).await.unwrap();
    }

    async fn frame(&mut self) -> Frame {
        loop {
            if let Some(frame) = self.framer.next_frame().unwrap() {
                return frame;
            }
            let read = self.stream.read_buf(self.framer.buffer());
            let read = tokio::time::timeout(PATIENCE, read).await.expect("the stream is silent").unwrap();
            assert!(read > 0, "the stream is closed");
        }
    }

    async fn message(&mut self) -> Message {
        match self.frame().await {
            Frame::Message(bytes) => parse(bytes, &Limits::default()).unwrap(),
            other => panic!("{other:?}"),
        }
    }

    async fn hears(&mut self, status: u16) -> obelus_sip::message::Response {
        loop {
            match self.message().await {
                Message::Response(response) if response.status().code() == status => return response,
                Message::Response(response) if response.status().is_provisional() => {}
                other => panic!("{other:?}"),
            }
        }
    }

    fn register(&mut self) -> String {
        let register = self.phone.request("REGISTER", "sip:pbx", "Expires: 300\r\n", "");
        register.replace("To: <sip:pbx>", "To: <sip:open@pbx>")
    }
}

const REWRITE: &str = "[open](phone)\nrewrite_contact=yes\n";

async fn house() -> House {
    let config = COMMON.replace("[open](phone)\n", REWRITE);
    let dialplan = "[internal]\nexten => 1,1,Answer()\n same => n,Listen()\nexten => 2,1,Call(PJSIP/open)\n";
    House::new(&config, dialplan).await
}

#[tokio::test]
async fn a_call_over_tcp() {
    let house = house().await;
    let mut stream = Stream::new(&house, "open").await;
    let invite = stream.phone.request("INVITE", "sip:1@pbx", "", &usual_sdp());
    stream.send(&invite).await;
    let answer = stream.hears(200).await;
    let contact = answer.contact().unwrap().uri.as_str().to_owned();
    assert!(contact.ends_with(";transport=tcp"), "{contact}");
    let to = answer.text(obelus_sip::header::Name::To).unwrap().into_owned();
    let ack = stream.phone.follow_up("ACK", &contact, "").replace("To: <sip:1@pbx>", &format!("To: {to}"));
    stream.send(&ack).await;
    let bye = stream.phone.follow_up("BYE", &contact, "").replace("To: <sip:1@pbx>", &format!("To: {to}"));
    stream.send(&bye.replace("CSeq: 1 ", "CSeq: 2 ")).await;
    stream.hears(200).await;
    house.quiet().await;
}

#[tokio::test]
async fn a_caller_proves_itself_over_tcp() {
    let house = house().await;
    let mut stream = Stream::new(&house, "1001").await;
    let invite = stream.phone.request("INVITE", "sip:1@pbx", "", &usual_sdp());
    stream.send(&invite).await;
    let challenge = stream.hears(401).await;
    let proof = stream.phone.answer_to(&challenge, &obelus_sip::Method::Invite, "sip:1@pbx", "secret");
    let invite = stream.phone.request("INVITE", "sip:1@pbx", &proof, &usual_sdp());
    stream.send(&invite).await;
    let answer = stream.hears(200).await;
    let contact = answer.contact().unwrap().uri.as_str().to_owned();
    let to = answer.text(obelus_sip::header::Name::To).unwrap().into_owned();
    let in_call = |text: String| text.replace("To: <sip:1@pbx>", &format!("To: {to}"));
    let ack = in_call(stream.phone.follow_up("ACK", &contact, ""));
    stream.send(&ack).await;
    let bye = in_call(stream.phone.follow_up("BYE", &contact, ""));
    stream.send(&bye.replace("CSeq: 2 ", "CSeq: 3 ")).await;
    stream.hears(200).await;
    house.quiet().await;
}

#[tokio::test]
async fn a_phone_behind_a_connection_is_called_over_it_until_it_closes() {
    let house = house().await;
    let mut stream = Stream::new(&house, "open").await;
    let register = stream.register();
    stream.send(&register).await;
    stream.hears(200).await;
    let mut caller = Phone::new(&house, "open").await;
    caller.calls("2", "", &usual_sdp()).await;
    let Message::Request(invite) = stream.message().await else { panic!("no request") };
    assert_eq!(invite.method().as_str(), "INVITE");
    assert!(invite.via().unwrap().transport.eq_ignore_ascii_case("TCP"));
    caller.cancels("sip:2@pbx").await;
    caller.hears(200).await;
    caller.hears(487).await;
    drop(stream);
    house.until("the contact is gone", |house| house.driver.locations.contacts.of("open").is_empty()).await;
    house.quiet().await;
}

#[tokio::test]
async fn messages_come_in_any_pieces_and_pings_are_answered() {
    let house = house().await;
    let mut stream = Stream::new(&house, "open").await;
    stream.send("\r\n\r\n").await;
    assert_eq!(stream.frame().await, Frame::Pong);
    let first = stream.phone.request("OPTIONS", "sip:pbx", "", "");
    let second = stream.phone.request("OPTIONS", "sip:1@pbx", "", "");
    let both = format!("{first}{second}");
    let (begin, end) = both.split_at(first.len() + 40);
    stream.send(begin).await;
    stream.hears(200).await;
    stream.send(end).await;
    stream.hears(200).await;
}

#[tokio::test]
async fn a_stream_that_is_no_sip_is_closed() {
    let house = house().await;
    let mut stream = Stream::new(&house, "open").await;
    stream.send("GET / HTTP/1.1\r\nHost: pbx\r\n\r\n").await;
    let mut rest = Vec::new();
    let closed = tokio::time::timeout(PATIENCE, stream.stream.read_to_end(&mut rest)).await;
    assert!(closed.is_ok());
    house.until("it is counted", |house| house.driver.counters.connections_broken.get() == 1).await;
    assert!(Bytes::from(rest).is_empty());
}
