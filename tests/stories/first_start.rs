//! The first start on the sample configuration makes phones, a second one does not.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use obelus_sip::TransportKind;

use crate::support::{Etc, Phone, Program};

/// The sample configuration in a folder of its own, on an address of its own.
fn samples() -> Etc {
    let etc = Etc::usual();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("etc");
    for name in ["extensions.conf", "pjsip.conf", "modules.conf", "rtp.conf"] {
        etc.write(name, &std::fs::read_to_string(samples.join(name)).unwrap());
    }
    etc.change("pjsip.conf", "0.0.0.0:5060", "{sip}");
    etc
}

/// The user and password of a line such as `server 192.0.2.1   user 1001   password abc`.
fn account(line: &str) -> (String, String) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let after = |word: &str| words[words.iter().position(|w| *w == word).unwrap() + 1].to_owned();
    (after("user"), after("password"))
}

#[tokio::test]
async fn the_first_start_makes_phones_and_a_second_one_keeps_them() {
    let program = Program::boots(samples()).await;
    let (user, password) = account(&program.prints("user 1001").await);
    assert_eq!(program.printed().iter().filter(|line| line.contains("password")).count(), 3);
    let mut phone = Phone::at(program.etc.sip, TransportKind::Udp, &user, &password).await;
    phone.registers().await;
    let etc = program.stops().await;
    let mode = std::fs::metadata(etc.file("phones.conf")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = std::fs::read_to_string(etc.file("phones.conf")).unwrap();
    assert!(before.contains(&password));

    let program = Program::boots(etc).await;
    assert!(!program.printed().concat().contains(&password), "{:#?}", program.printed());
    let mut phone = Phone::at(program.etc.sip, TransportKind::Udp, &user, &password).await;
    phone.registers().await;
    let etc = program.stops().await;
    assert_eq!(std::fs::read_to_string(etc.file("phones.conf")).unwrap(), before);
}

#[tokio::test]
async fn a_configuration_that_wants_no_phones_gets_none() {
    let program = Program::boots(Etc::usual()).await;
    assert!(!program.printed().concat().contains("password"), "{:#?}", program.printed());
    let etc = program.stops().await;
    assert!(!etc.file("phones.conf").exists());
}

#[tokio::test]
async fn the_start_says_what_it_listens_on() {
    let program = Program::boots(Etc::usual()).await;
    let sip = program.etc.sip;
    for line in [format!("listens on UDP {sip}"), format!("listens on TCP {sip}")] {
        program.prints(&line).await;
    }
    program.stops().await;
}

#[tokio::test]
async fn the_start_says_what_is_wrong_in_the_configuration() {
    let etc = Etc::with_dialplan("exten => 100,1,Playbak(hello-world)\n");
    etc.write("logger.conf", "[logfiles]\nconsole = error,warning\n");
    let program = Program::boots(etc).await;
    program.prints("there is no application `Playbak`; did you mean `Playback`?").await;
    program.stops().await;
}
