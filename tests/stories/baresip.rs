//! Two baresip phones call each other and hear each other's sound file.

use std::path::Path;

use crate::support::House;
use crate::support::baresip::Baresip;
use crate::support::sound::samples;

const SOUNDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/sounds/en");

/// Half a second, which is heard whole where nothing was lost.
const PART: usize = 4000;

/// The second half second of a file was heard without a gap, each sample as near as A-law allows: a step of it is a
/// sixteenth of the value at most.
fn was_heard(sent: &str, heard: &[i16]) {
    let sent = samples(Path::new(sent));
    let part = &sent[PART..2 * PART];
    assert!(part.iter().any(|sample| sample.unsigned_abs() > 1000), "silence proves nothing");
    let is_near = |(sent, heard): (&i16, &i16)| heard.abs_diff(*sent) <= 16 + sent.unsigned_abs() / 16;
    let is_there = heard.windows(PART).any(|window| part.iter().zip(window).all(is_near));
    assert!(is_there, "{} samples were heard", heard.len());
}

#[tokio::test]
async fn two_baresip_phones_talk() {
    let house = House::new("exten => _1XXX,1,Dial(PJSIP/${EXTEN},10)\n").await;
    let (speech, answer) = (format!("{SOUNDS}/demo-congrats.wav"), format!("{SOUNDS}/demo-echotest.wav"));
    let mut caller = Baresip::starts(house.sip(), "1001", &speech).await;
    let mut callee = Baresip::starts(house.sip(), "1002", &answer).await;
    house.logs("to AOR '1001'").await;
    house.logs("to AOR '1002'").await;
    caller.does("dial", &format!("sip:1002@{}", house.sip())).await;
    callee.tells("CALL_ESTABLISHED").await;
    caller.tells("CALL_ESTABLISHED").await;
    // Two seconds: enough for the half second that is compared.
    house.carries("1001", 100).await;
    caller.does("hangup", "").await;
    callee.tells("CALL_CLOSED").await;
    house.quiet().await;
    let (heard_by_caller, heard_by_callee) = (caller.quits().await, callee.quits().await);
    was_heard(&speech, &heard_by_callee);
    was_heard(&answer, &heard_by_caller);
    house.ends().await;
}
