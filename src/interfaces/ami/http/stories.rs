//! Stories of programs that come over HTTP.

use std::sync::Arc;

use obelus_http::{Method, Request, header, parameters};

use super::*;
use crate::stories::house::{ADMIN, House};

struct Program {
    house: House,
    sessions: Arc<Sessions>,
    challenges: Arc<Challenges>,
    cookie: Option<String>,
}

impl Program {
    fn new() -> Program {
        let house = House::new(&format!("[general]\nenabled=yes\nwebenabled=yes\n{ADMIN}"));
        let sessions = Arc::new(Sessions::new(&house.ami));
        let challenges = Arc::new(Challenges::new(&house.ami));
        Program { house, sessions, challenges, cookie: None }
    }

    fn door(&self, format: Format, by_digest: bool) -> Door {
        let challenges = by_digest.then(|| self.challenges.clone());
        Door { format, description: "", sessions: self.sessions.clone(), challenges }
    }

    fn request(&self, query: &str, authorization: Option<&str>) -> Request {
        let mut headers = header::HeaderMap::new();
        if let Some(cookie) = &self.cookie {
            headers.insert(header::COOKIE, format!("x=1; {COOKIE}=\"{cookie}\"").parse().unwrap());
        }
        if let Some(authorization) = authorization {
            headers.insert(header::AUTHORIZATION, authorization.parse().unwrap());
        }
        Request {
            method: Method::GET,
            path: "/rawman".into(),
            below: String::new(),
            query: parameters(query),
            headers,
            body: Default::default(),
            remote: "192.0.2.1:4711".parse().unwrap(),
            local: "192.0.2.2:8088".parse().unwrap(),
            is_secure: false,
            extensions: Default::default(),
        }
    }

    /// Asks, keeps the cookie, gives the body back.
    async fn ask(&mut self, format: Format, query: &str) -> String {
        let answer = self.door(format, false).serve(self.request(query, None)).await;
        let cookie = answer.header(&header::SET_COOKIE).unwrap().to_owned();
        self.cookie = cookie.split('"').nth(1).map(str::to_owned);
        String::from_utf8(answer.body().to_vec()).unwrap()
    }

    async fn log_in(&mut self) {
        let said = self.ask(Format::Raw, "action=login&username=admin&secret=s3cret").await;
        assert!(said.starts_with("Response: Success\r\nMessage: Authentication accepted\r\n\r\n"), "{said}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_goes_on_by_its_cookie() {
    let mut program = Program::new();
    let said = program.ask(Format::Raw, "action=ping").await;
    assert_eq!(said, "Response: Error\r\nMessage: Permission denied\r\n\r\n");
    program.log_in().await;
    let said = program.ask(Format::Xml, "action=Ping&actionid=%3C7%3E").await;
    assert!(
        said.starts_with("<ajax-response>\n<response type='object' id='unknown'><generic response='Success' actionid='&lt;7&gt;' ping='Pong' timestamp='"),
        "{said}"
    );
    let said = program.ask(Format::Html, "action=Ping").await;
    assert!(said.contains("<tr><td>Ping</td><td>Pong</td></tr>"), "{said}");
    let said = program.ask(Format::Raw, "action=logoff").await;
    assert!(said.starts_with("Response: Goodbye"), "{said}");
    let said = program.ask(Format::Raw, "action=ping").await;
    assert!(said.contains("Permission denied"), "{said}");
}

#[tokio::test(start_paused = true)]
async fn wait_event_brings_what_came_since_the_last_time() {
    let mut program = Program::new();
    program.log_in().await;
    let said = program.ask(Format::Raw, "action=UserEvent&userevent=One").await;
    assert!(!said.contains("UserEvent: One"), "events come when they are asked for: {said}");
    program.ask(Format::Raw, "action=UserEvent&userevent=Two").await;
    let said = program.ask(Format::Raw, "action=WaitEvent&timeout=5&actionid=9").await;
    let order = [
        "Waiting for Event completed.",
        "UserEvent: One",
        "UserEvent: Two",
        "Event: WaitEventComplete\r\nActionID: 9",
    ];
    let places: Vec<_> =
        order.iter().map(|text| said.find(text).unwrap_or_else(|| panic!("{text}: {said}"))).collect();
    assert!(places.is_sorted(), "{said}");
}

#[tokio::test(start_paused = true)]
async fn another_request_ends_the_waiting() {
    let mut program = Program::new();
    program.log_in().await;
    let request = program.request("action=WaitEvent&timeout=-1", None);
    let door = program.door(Format::Raw, false);
    let waiting = tokio::spawn(async move { door.serve(request).await });
    tokio::time::sleep(std::time::Duration::from_secs(20)).await;
    let said = program.ask(Format::Raw, "action=Ping").await;
    assert!(said.contains("Ping: Pong"), "{said}");
    let waited = waiting.await.unwrap();
    assert!(String::from_utf8_lossy(waited.body()).contains("Event: WaitEventComplete"));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_nobody_uses_ends() {
    let mut program = Program::new();
    program.log_in().await;
    assert_eq!(program.house.ami.connected().len(), 1);
    tokio::time::sleep(std::time::Duration::from_secs(62)).await;
    assert_eq!(program.house.ami.connected().len(), 0);
    let said = program.ask(Format::Raw, "action=ping").await;
    assert!(said.contains("Permission denied"), "{said}");
}

/// Answers a challenge as RFC 7616 says.
fn answer_to(challenge: &str, count: u32) -> String {
    use md5::{Digest, Md5};
    let hex = |text: String| Md5::digest(text).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let field = |name: &str| {
        let from = challenge.find(&format!("{name}=\"")).unwrap() + name.len() + 2;
        challenge[from..].split('"').next().unwrap().to_owned()
    };
    let (realm, nonce, opaque) = (field("realm"), field("nonce"), field("opaque"));
    let (a1, a2) = (hex(format!("admin:{realm}:s3cret")), hex("GET:/arawman".to_owned()));
    let response = hex(format!("{a1}:{nonce}:{count:08x}:c:auth:{a2}"));
    format!(
        "Digest username=\"admin\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"/arawman\", qop=auth, \
         nc={count:08x}, cnonce=\"c\", response=\"{response}\", opaque=\"{opaque}\""
    )
}

#[tokio::test(start_paused = true)]
async fn a_digest_is_asked_for_and_serves_once() {
    let program = Program::new();
    let door = program.door(Format::Raw, true);
    let ask =
        |authorization: Option<String>| door.serve(program.request("action=ping", authorization.as_deref()));
    let refused = ask(None).await;
    assert_eq!(refused.status().as_u16(), 401);
    let challenge = refused.header(&header::WWW_AUTHENTICATE).unwrap().to_owned();
    let said = ask(Some(answer_to(&challenge, 1))).await;
    assert!(String::from_utf8_lossy(said.body()).contains("Ping: Pong"));
    // The same again is a replay; the next count is not.
    let again = ask(Some(answer_to(&challenge, 1))).await;
    assert!(again.header(&header::WWW_AUTHENTICATE).unwrap().contains("stale=true"));
    let said = ask(Some(answer_to(&challenge, 2))).await;
    assert!(String::from_utf8_lossy(said.body()).contains("Ping: Pong"));
    assert_eq!(program.house.ami.connected().len(), 1, "one session");
    let wrong = answer_to(&challenge, 3).replace("response=\"", "response=\"0");
    assert_eq!(ask(Some(wrong)).await.status().as_u16(), 401);
}
