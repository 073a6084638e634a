//! Programs written for Asterisk's manager interface: a public library, unchanged.

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;

use crate::support::{Etc, House};

/// Where `./test` installs what the programs need.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/python/bin/python");

/// Likewise for programs on Node.
const NODE_MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/node/node_modules");

/// Between the port of SIP, which is a story's own, and that of the manager interface.
const AWAY: u16 = 20_000;

/// The same for TLS.
const TLS_AWAY: u16 = 30_000;

/// The same for HTTP.
const WEB_AWAY: u16 = 10_000;

/// A configuration with the manager interface and four extensions.
fn etc(more: &str) -> Etc {
    let etc = Etc::with_dialplan(
        "exten => called,1,Answer()\n same => n,Wait(60)\nexten => caller,1,Set(x=1)\n same => n,Wait(60)\n\
         exten => talker,1,Dial(Local/called@internal/n)\nexten => third,1,Answer()\n same => n,Wait(60)\n",
    );
    let (host, port) = (etc.sip.ip(), etc.sip.port() + AWAY);
    etc.write(
        "manager.conf",
        &format!(
            "[general]\nenabled = yes\nbindaddr = {host}\nport = {port}\n{more}\
             [panel]\nsecret = s3cret\nread = all\nwrite = all\nwritetimeout = 5000\n"
        ),
    );
    etc
}

/// Runs a program of `tests/ami` with the address of the house; it must say `ok`.
async fn runs(house: &House, program: &str, away: u16, more: &[&str]) {
    let interpreter = if program.ends_with(".js") { "node" } else { PYTHON };
    for path in [PYTHON, NODE_MODULES] {
        assert!(Path::new(path).exists(), "{path} is missing: `./test` installs it");
    }
    let script = format!("{}/tests/ami/{program}", env!("CARGO_MANIFEST_DIR"));
    let (host, port) = (house.etc.sip.ip().to_string(), (house.etc.sip.port() + away).to_string());
    let running = Command::new(interpreter)
        .args([script, host, port])
        .args(more)
        .env("NODE_PATH", NODE_MODULES)
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(Duration::from_secs(60), running).await.unwrap().unwrap();
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!((out.trim(), output.status.code()), ("ok", Some(0)), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_library_finds_what_it_expects() {
    let house = House::of(etc("")).await;
    runs(&house, "library.py", AWAY, &[]).await;
    house.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_library_finds_it_over_tls() {
    let etc = etc("");
    let (host, port) = (etc.sip.ip(), etc.sip.port() + TLS_AWAY);
    let (certificate, key) = (etc.file("house.pem"), etc.file("house.key"));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"])
        .args(["-subj", "/CN=house", "-days", "2", "-keyout"])
        .arg(&key)
        .arg("-out")
        .arg(&certificate)
        .output();
    assert!(made.await.unwrap().status.success());
    let house = House::of(etc).await;
    // It comes with a reload, and those who are there stay.
    house.etc.append("manager.conf", "[general](+)\n");
    house.etc.append(
        "manager.conf",
        &format!("tlsenable = yes\ntlsbindaddr = {host}:{port}\ntlscertfile = house.pem\ntlsprivatekey = house.key\n"),
    );
    house.reloads(Some("manager")).await.unwrap();
    runs(&house, "library.py", TLS_AWAY, &[&certificate.display().to_string()]).await;
    house.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn public_libraries_follow_a_transfer() {
    let house = House::of(etc("")).await;
    runs(&house, "transfer.py", AWAY, &[]).await;
    runs(&house, "transfer.js", AWAY, &[]).await;
    house.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_loses_its_connection_loses_no_event() {
    let house = House::of(etc("")).await;
    runs(&house, "resume.py", AWAY, &[]).await;
    house.stops().await;
}

/// What curl says to one address, with these arguments.
async fn curl(arguments: &[&str]) -> String {
    let output = Command::new("curl").args(["-s", "-m", "20"]).args(arguments).kill_on_drop(true).output();
    String::from_utf8_lossy(&output.await.unwrap().stdout).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn curl_finds_it_over_http() {
    let etc = etc("webenabled = yes\n");
    let (host, port) = (etc.sip.ip(), etc.sip.port() + WEB_AWAY);
    etc.write(
        "http.conf",
        &format!("[general]\nenabled = yes\nbindaddr = {host}\nbindport = {port}\nprefix = pbx\n"),
    );
    let jar = etc.file("cookies").display().to_string();
    let house = House::of(etc).await;
    let at = |door: &str, query: &str| format!("http://{host}:{port}/pbx/{door}?{query}");
    let said = curl(&["-c", &jar, &at("rawman", "action=login&username=panel&secret=s3cret")]).await;
    assert!(said.starts_with("Response: Success\r\nMessage: Authentication accepted\r\n\r\n"), "{said}");
    let said = curl(&["-b", &jar, &at("mxml", "action=ping")]).await;
    assert!(said.contains("<generic response='Success' ping='Pong'"), "{said}");
    curl(&["-b", &jar, "-d", "action=UserEvent&userevent=Alarm&Place=a%26b", &at("manager", "")]).await;
    let said = curl(&["-b", &jar, &at("rawman", "action=waitevent&timeout=5")]).await;
    assert!(said.contains("UserEvent: Alarm\r\nPlace: a&b\r\n"), "{said}");
    let said = curl(&["--digest", "-u", "panel:s3cret", &at("arawman", "action=ping")]).await;
    assert!(said.contains("Ping: Pong"), "{said}");
    let said =
        curl(&["--digest", "-u", "panel:wrong", "-w", "%{http_code}", &at("arawman", "action=ping")]).await;
    assert!(said.ends_with("401"), "{said}");
    house.stops().await;
}
