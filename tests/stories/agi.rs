//! Programs written for Asterisk's AGI: public libraries, unchanged; and what an enhanced one hears.

use std::path::Path;

use obelus_media::g711;

use crate::support::audio::speech;
use crate::support::{Etc, House, Phone, within};

/// Where `./test` installs what the programs need.
const PYTHON: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/python/bin/python");

/// A program of `tests/agi`.
fn program(name: &str) -> String {
    format!("{}/tests/agi/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// Waits until the dialplan has set a global variable.
async fn global(house: &House, name: &str) -> String {
    let set = async {
        loop {
            if let Some(value) = house.core().globals.get(name) {
                return value.to_string();
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    within(format_args!("the variable {name}"), set).await
}

/// A file in the story's own folder that runs `command` with its arguments.
fn script(etc: &Etc, name: &str, command: &str) -> String {
    use std::os::unix::fs::PermissionsExt;
    etc.write(name, &format!("#!/bin/sh\n{command}\n"));
    let path = etc.file(name);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.display().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_library_in_python_finds_what_it_expects() {
    assert!(Path::new(PYTHON).exists(), "{PYTHON} is missing: `./test` installs it");
    let etc = Etc::usual();
    let agi = script(&etc, "library.py", &format!("exec {PYTHON} {} \"$1\"", program("library.py")));
    let folder = etc.path().display().to_string();
    etc.dialplan(&format!(
        "exten => 700,1,AGI({agi},{folder})\n same => n,Set(GLOBAL(PYTHON)=${{AGISTATUS}} ${{OUTCOME}})\n"
    ));
    let house = House::of(etc).await;
    let mut call = Phone::new(&house, "1001").await.calls("700").await;
    call.is_answered().await;
    call.speaks(1);
    // A prompt that was missing counts as a failure, as with Asterisk.
    assert_eq!(global(&house, "PYTHON").await, "FAILURE ok");
    let recorded = std::fs::metadata(house.etc.file("voice.wav")).unwrap().len();
    assert!((44 + 2000..44 + 8000).contains(&recorded), "{recorded} bytes");
    call.ends().await;
    house.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_library_in_perl_finds_what_it_expects() {
    let etc = Etc::with_dialplan(&format!(
        "exten => 701,1,AGI({},two words)\n same => n,Set(GLOBAL(PERL)=no jump ${{OUTCOME}})\n\
         exten => 702,1,Set(GLOBAL(PERL)=${{AGISTATUS}} ${{OUTCOME}})\n",
        program("library.pl")
    ));
    let house = House::of(etc).await;
    let mut call = Phone::new(&house, "1001").await.calls("701").await;
    call.is_answered().await;
    assert_eq!(global(&house, "PERL").await, "SUCCESS ok");
    call.ends().await;
    house.stops().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enhanced_program_hears_the_caller() {
    let etc = Etc::usual();
    let heard = etc.file("heard").display().to_string();
    let listens = "while read line && [ -n \"$line\" ]; do :; done\necho ANSWER\nread answer\n\
        head -c 8000 <&3 > \"$1\"";
    let agi = script(&etc, "listen.agi", listens);
    etc.dialplan(&format!(
        "exten => 703,1,EAGI({agi},{heard})\n same => n,Set(GLOBAL(HEARD)=${{AGISTATUS}})\n"
    ));
    let house = House::of(etc).await;
    let mut call = Phone::new(&house, "1001").await.with_codecs(&[0]).calls("703").await;
    call.is_answered().await;
    let voice = 42;
    call.speaks(voice);
    assert_eq!(global(&house, "HEARD").await, "SUCCESS");
    let bytes = std::fs::read(&heard).unwrap();
    let packet = |number: u32| -> Vec<u8> {
        let mut linear = [0; 160];
        g711::ulaw_to_linear(&speech(voice, number), &mut linear);
        linear.iter().flat_map(|sample| sample.to_ne_bytes()).collect()
    };
    let sent: Vec<Vec<u8>> = (0..400).map(packet).collect();
    let same = bytes.chunks(320).filter(|frame| sent.iter().any(|packet| packet == frame)).count();
    assert!(bytes.len() == 8000 && same > 20, "{same} of 25 frames are the caller's");
    call.ends().await;
    house.stops().await;
}
