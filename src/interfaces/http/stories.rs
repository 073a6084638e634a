//! Stories of requests over real sockets.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::conf::MemoryFiles;
use obelus_core::files::ConfigFolder;
use obelus_core::module::{Module, Resource};
use obelus_core::testing::TestPbx;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::module::HttpModule;
use crate::{Answer, Handler, Request, Site};

struct Mirror;

#[async_trait]
impl Handler for Mirror {
    fn description(&self) -> &'static str {
        "Mirror"
    }

    fn has_subtree(&self) -> bool {
        true
    }

    async fn serve(&self, request: Request) -> Answer {
        let form = request.form();
        let seen = format!("{} {:?} {:?} {form:?}", request.method, request.below, request.query);
        Answer::ok("text/plain", seen)
    }
}

struct House {
    _pbx: TestPbx,
    module: HttpModule,
    at: std::net::SocketAddr,
}

/// A server of this [general] section beyond its address.
async fn house(lines: &str) -> House {
    let pbx = TestPbx::new(|_, _| {});
    // Port 0 is none for a configuration: a free one is asked for.
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let text = format!("[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport={port}\n{lines}");
    let files = ConfigFolder::of(MemoryFiles::new().file("http.conf", text));
    let site = Arc::new(Site::default());
    site.mount("mirror", Arc::new(Mirror));
    let module = HttpModule::new(&pbx.core, &files, &site);
    module.start().await.unwrap();
    let [Resource::Tcp(at)] = module.resources()[..] else { panic!("one port") };
    House { _pbx: pbx, module, at }
}

impl House {
    /// What comes back until the connection ends.
    async fn ask(&self, text: &str) -> String {
        let mut stream = TcpStream::connect(self.at).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    async fn check(&self, text: &str, status: &str, body: &str) {
        let answer = self.ask(text).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        assert!(answer.contains(body), "{answer}");
    }
}

#[tokio::test]
async fn a_request_finds_its_handler_and_the_rest_is_not_found() {
    let house = house("session_keep_alive=0\nservername=Test\n").await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    house.check(&get("/Mirror/a%20b?x=1"), "200 OK", "GET \"a b\" [(\"x\", \"1\")] []").await;
    house.check(&get("/mirror"), "200 OK", "Server: Test\r\n").await;
    house.check(&get("/mirrors"), "404 Not Found", "<address>Test</address>").await;
    house.check(&get("/"), "404 Not Found", "was not found on this server").await;
    let post = "POST /mirror HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Content-Length: 7\r\n\r\na=1&b=+";
    house.check(post, "200 OK", "[(\"a\", \"1\"), (\"b\", \" \")]").await;
    house.module.stop().await;
    assert!(TcpStream::connect(house.at).await.is_err(), "the port is closed");
}

#[tokio::test]
async fn prefix_redirections_and_restrictions_are_kept() {
    let house = house(
        "session_keep_alive=0\nprefix=pbx\nredirect=/ /pbx/mirror\n[/pbx/mirror/secret]\ntype=restriction\n\
         deny=0.0.0.0/0\n",
    )
    .await;
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
    house.check(&get("/pbx/mirror/a"), "200 OK", "\"a\"").await;
    house.check(&get("/mirror/a"), "404 Not Found", "").await;
    house.check(&get("/"), "302 Moved Temporarily", "Location: /pbx/mirror\r\n").await;
    house.check(&get("/pbx/mirror/secret/x"), "403 Forbidden", "Access denied by ACL").await;
    house.check(&get("/pbx/mirror/%73ecret"), "403 Forbidden", "").await;
}

#[tokio::test]
async fn what_is_too_much_is_refused() {
    let house = house("session_inactivity=200\nsession_keep_alive=200\n").await;
    let long = "x".repeat(50_000);
    let head = "POST /mirror HTTP/1.1\r\nHost: x\r\n";
    house
        .check(&format!("{head}Content-Length: 50000\r\n\r\n{long}"), "413 Request Entity Too Large", "")
        .await;
    house.check(&format!("{head}Content-Length: 9\r\n\r\nshort"), "400 Bad Request", "Timeout").await;
    let many = "X-A: 1\r\n".repeat(101);
    house
        .check(&format!("GET /mirror HTTP/1.1\r\n{many}\r\n"), "431 Request Header Fields Too Large", "")
        .await;
    house.check("nonsense\r\n\r\n", "400 Bad Request", "").await;
    // One that says nothing, and one that has been answered and says nothing more.
    assert_eq!(house.ask("GET /mirror HTTP/1.1\r\n").await, "");
    house.check("GET /mirror HTTP/1.1\r\nHost: x\r\n\r\n", "200 OK", "GET").await;
}

#[tokio::test]
async fn there_are_no_more_connections_than_allowed() {
    let house = house("sessionlimit=1\n").await;
    let _first = TcpStream::connect(house.at).await.unwrap();
    // The first has been taken when the second is refused.
    assert_eq!(house.ask("GET /mirror HTTP/1.1\r\nHost: x\r\n\r\n").await, "");
}
