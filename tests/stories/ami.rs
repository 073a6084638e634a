//! Programs written for Asterisk's manager interface: a public library, unchanged.

use std::path::Path;
use std::time::Duration;

use tokio::process::Command;

use crate::support::{Etc, House};

/// Where `./test` installs what the programs need.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/python/bin/python");

/// Between the port of SIP, which is a story's own, and that of the manager interface.
const AWAY: u16 = 20_000;

/// The same for TLS.
const TLS_AWAY: u16 = 30_000;

/// A configuration with the manager interface and two extensions.
fn etc(more: &str) -> Etc {
    let etc = Etc::with_dialplan(
        "exten => called,1,Answer()\n same => n,Wait(60)\nexten => caller,1,Set(x=1)\n same => n,Wait(60)\n",
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
    assert!(Path::new(PYTHON).exists(), "{PYTHON} is missing: `./test` installs it");
    let script = format!("{}/tests/ami/{program}", env!("CARGO_MANIFEST_DIR"));
    let (host, port) = (house.etc.sip.ip().to_string(), (house.etc.sip.port() + away).to_string());
    let running = Command::new(PYTHON).args([script, host, port]).args(more).kill_on_drop(true).output();
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
