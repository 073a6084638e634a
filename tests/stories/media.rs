//! What is heard: audio from phone to phone, prompts, echoes, digits, hold.

use std::path::Path;

use obelus_core::events::{Event, EventKind};
use obelus_media::g711;
use obelus_sdp::Direction;
use obelus_sip::Method;

use crate::support::audio::Heard;
use crate::support::pbx::next;
use crate::support::sound::{power_at, samples};
use crate::support::{Call, Etc, House, Phone};

const PHONES: &str = "exten => _1XXX,1,Dial(PJSIP/${EXTEN},5)\n";

const ULAW: u8 = 0;
const ALAW: u8 = 8;

/// Two phones that talk, the caller first.
async fn talking(house: &House, caller: &[u8], callee: &[u8]) -> (Call, Call) {
    let caller = Phone::new(house, "1001").await.with_codecs(caller);
    let mut callee = Phone::registered(house, "1002").await.with_codecs(callee);
    let mut call = caller.calls("1002").await;
    let mut rung = callee.is_called().await;
    rung.answers().await;
    call.is_answered().await;
    (call, rung)
}

async fn hang_up(mut call: Call, mut rung: Call, house: House) {
    call.hangs_up().await;
    rung.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn audio_passes_both_ways_bit_for_bit() {
    let house = House::new(PHONES).await;
    let (mut call, mut rung) = talking(&house, &[ALAW, ULAW], &[ALAW, ULAW]).await;
    assert_eq!((call.codec(), rung.codec()), (ALAW, ALAW));
    call.speaks(1);
    rung.speaks(2);
    rung.hears_voice(1).await;
    call.hears_voice(2).await;
    hang_up(call, rung, house).await;
}

#[tokio::test]
async fn the_codec_that_both_can_do_is_taken() {
    let house = House::new(PHONES).await;
    // The house prefers alaw; the callee has only ulaw, and so nothing is transcoded.
    let (mut call, rung) = talking(&house, &[ALAW, ULAW], &[ULAW]).await;
    assert_eq!((call.codec(), rung.codec()), (ULAW, ULAW));
    call.speaks(1);
    rung.hears_voice(1).await;
    hang_up(call, rung, house).await;
}

/// Every value of one codec has its value of the other (ITU-T G.711).
#[tokio::test]
async fn ulaw_and_alaw_are_translated_where_the_phones_differ() {
    let house = House::new(PHONES).await;
    let (mut call, mut rung) = talking(&house, &[ULAW], &[ALAW]).await;
    assert_eq!((call.codec(), rung.codec()), (ULAW, ALAW));
    let ramp: Vec<u8> = (0..160).map(|sample| sample * 3 / 2).map(|sample: u16| sample as u8).collect();
    let (to_pbx, from_callee) = (call.far(), rung.far());
    let (sent, answered) = (ramp.clone(), ramp.clone());
    call.audio.says(to_pbx, ULAW, move |_| sent.clone());
    rung.audio.says(from_callee, ALAW, move |_| answered.clone());
    let heard = rung.audio.hears(10, ALAW).await;
    assert_eq!(heard[9].payload, translated(&ramp, g711::ulaw_to_linear, g711::linear_to_alaw));
    let heard = call.audio.hears(10, ULAW).await;
    assert_eq!(heard[9].payload, translated(&ramp, g711::alaw_to_linear, g711::linear_to_ulaw));
    hang_up(call, rung, house).await;
}

fn translated(codes: &[u8], decode: fn(&[u8], &mut [i16]), encode: fn(&[i16], &mut [u8])) -> Vec<u8> {
    let (mut samples, mut other) = (vec![0; codes.len()], vec![0; codes.len()]);
    decode(codes, &mut samples);
    encode(&samples, &mut other);
    other
}

#[tokio::test]
async fn the_caller_hears_the_phone_before_it_answers() {
    let house = House::new(PHONES).await;
    let caller = Phone::new(&house, "1001").await;
    let mut callee = Phone::registered(&house, "1002").await;
    let mut call = caller.calls("1002").await;
    let mut rung = callee.is_called().await;
    rung.has_early_media().await;
    call.hears(183).await;
    rung.speaks(7);
    call.hears_voice(7).await;
    rung.answers().await;
    call.is_answered().await;
    call.hears_voice(7).await;
    hang_up(call, rung, house).await;
}

#[tokio::test]
async fn a_call_is_held_and_resumed() {
    let house = House::new(PHONES).await;
    let (mut call, mut rung) = talking(&house, &[ALAW], &[ALAW]).await;
    call.speaks(1);
    rung.speaks(2);
    call.hears_voice(2).await;
    let mut news = house.listens(&[EventKind::Hold, EventKind::Unhold]);
    assert_eq!(call.renegotiates("sendonly").await, Direction::RecvOnly);
    assert!(matches!(next(&mut news).await, Event::Hold(who) if who.name.starts_with("PJSIP/1001")));
    assert_eq!(call.renegotiates("sendrecv").await, Direction::SendRecv);
    assert!(matches!(next(&mut news).await, Event::Unhold(who) if who.name.starts_with("PJSIP/1001")));
    call.hears_voice(2).await;
    rung.hears_voice(1).await;
    hang_up(call, rung, house).await;
}

#[tokio::test]
async fn the_callee_may_hold_as_well() {
    let house = House::new(PHONES).await;
    let (mut call, mut rung) = talking(&house, &[ALAW], &[ALAW]).await;
    assert_eq!(rung.renegotiates("inactive").await, Direction::Inactive);
    assert_eq!(rung.renegotiates("sendrecv").await, Direction::SendRecv);
    call.speaks(1);
    rung.hears_voice(1).await;
    hang_up(call, rung, house).await;
}

#[tokio::test]
async fn audio_follows_a_phone_that_moves() {
    let house = House::new(PHONES).await;
    let (mut call, mut rung) = talking(&house, &[ALAW], &[ALAW]).await;
    rung.speaks(2);
    call.hears_voice(2).await;
    // The phone opens another port and says so.
    call.audio = crate::support::Audio::new(call.agent.address.ip()).await;
    assert_eq!(call.renegotiates("sendrecv").await, Direction::SendRecv);
    call.hears_voice(2).await;
    call.speaks(1);
    rung.hears_voice(1).await;
    hang_up(call, rung, house).await;
}

#[tokio::test]
async fn digits_pass_as_events() {
    let house = House::new(PHONES).await;
    let (call, rung) = talking(&house, &[ALAW], &[ALAW]).await;
    for key in ['1', '#', '*', '0', 'D'] {
        call.presses(key).await;
        let length = rung.audio.hears_digit(key).await;
        assert!((640..=1120).contains(&length), "{key} lasts {length} samples");
    }
    rung.presses('5').await;
    call.audio.hears_digit('5').await;
    hang_up(call, rung, house).await;
}

#[tokio::test]
async fn digits_by_info_become_events_for_the_other_phone() {
    let etc = Etc::with_dialplan(PHONES);
    etc.change("pjsip.conf", "[1001](phone)\n", "[1001](phone)\ndtmf_mode=info\n");
    let house = House::of(etc).await;
    let (mut call, rung) = talking(&house, &[ALAW], &[ALAW]).await;
    call.presses_by_info('7').await;
    rung.audio.hears_digit('7').await;
    rung.presses('8').await;
    let info = call.is_asked(Method::Info).await;
    let said = String::from_utf8_lossy(info.body()).into_owned();
    assert!(said.contains("Signal=8") || said.contains("Signal= 8"), "{said}");
    hang_up(call, rung, house).await;
}

/// The samples of a prompt.
fn prompt(name: &str) -> Vec<i16> {
    samples(&Path::new(env!("CARGO_MANIFEST_DIR")).join("sounds/en").join(format!("{name}.wav")))
}

fn alaw(samples: &[i16]) -> Vec<u8> {
    let mut codes = vec![0; samples.len()];
    g711::linear_to_alaw(samples, &mut codes);
    codes
}

fn joined(heard: &[Heard]) -> Vec<u8> {
    heard.iter().flat_map(|packet| packet.payload.clone()).collect()
}

/// Hears the whole prompt, bit for bit, somewhere in what is heard.
async fn hears_prompt(call: &Call, name: &str) {
    let codes = alaw(&prompt(name));
    // The last packet may be filled up with silence.
    let whole = codes.len() / 160 * 160;
    let what = format!("the prompt {name}");
    let is_there = |heard: &[Heard]| {
        let all = joined(heard);
        all.windows(whole).any(|part| part == &codes[..whole])
    };
    call.audio.until(&what, is_there).await;
}

#[tokio::test]
async fn a_prompt_is_heard_bit_for_bit() {
    let house =
        House::new("exten => 1,1,Answer()\n same => n,Playback(beep&hello-world)\n same => n,Hangup()\n")
            .await;
    let caller = Phone::new(&house, "1001").await.with_codecs(&[ALAW]);
    let mut call = caller.talks_to("1").await;
    hears_prompt(&call, "beep").await;
    hears_prompt(&call, "hello-world").await;
    call.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn a_number_is_said() {
    let house = House::new("exten => 1,1,Answer()\n same => n,SayNumber(42)\n same => n,Hangup()\n").await;
    let caller = Phone::new(&house, "1001").await.with_codecs(&[ALAW]);
    let mut call = caller.talks_to("1").await;
    hears_prompt(&call, "digits/40").await;
    hears_prompt(&call, "digits/2").await;
    call.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn what_is_said_comes_back_until_a_hash() {
    let house = House::new(
        "exten => 1,1,Answer()\n same => n,Echo()\n same => n,NoOp(echo is over)\n same => n,Hangup()\n",
    )
    .await;
    let caller = Phone::new(&house, "1001").await.with_codecs(&[ALAW]);
    let mut call = caller.talks_to("1").await;
    call.speaks(3);
    call.hears_voice(3).await;
    call.presses('#').await;
    house.logs("echo is over").await;
    call.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn a_tone_has_its_frequencies() {
    let house = House::new("exten => 1,1,Answer()\n same => n,PlayTones(440)\n same => n,Wait(60)\n").await;
    let caller = Phone::new(&house, "1001").await.with_codecs(&[ALAW]);
    let mut call = caller.talks_to("1").await;
    let heard = call.audio.hears(20, ALAW).await;
    let codes = joined(&heard[10..]);
    let mut samples = vec![0; codes.len()];
    g711::alaw_to_linear(&codes, &mut samples);
    let (tone, other) = (power_at(&samples, 440.0), power_at(&samples, 1000.0));
    assert!(tone > 100.0 * other, "440 Hz {tone}, 1000 Hz {other}");
    call.hangs_up().await;
    house.ends().await;
}

#[tokio::test]
async fn a_menu_collects_an_extension() {
    let house = House::new(
        "exten => 1,1,Answer()\n same => n,BackGround(hello-world)\n same => n,WaitExten(5)\n\
         exten => 23,1,NoOp(reached 23)\n same => n,Hangup()\n\
         exten => 24,1,NoOp(reached 24)\n same => n,Hangup()\n",
    )
    .await;
    let caller = Phone::new(&house, "1001").await;
    let mut call = caller.talks_to("1").await;
    call.presses('2').await;
    call.presses('4').await;
    house.logs("reached 24").await;
    call.ends().await;
    house.ends().await;
}

#[tokio::test]
async fn a_menu_has_an_answer_to_wrong_digits_and_to_none() {
    let house = House::new(
        "exten => 1,1,Answer()\n same => n,WaitExten(0.3)\n\
         exten => t,1,NoOp(too slow)\n same => n,WaitExten(5)\n\
         exten => i,1,NoOp(wrong: ${INVALID_EXTEN})\n same => n,Hangup()\n",
    )
    .await;
    let caller = Phone::new(&house, "1001").await;
    let mut call = caller.talks_to("1").await;
    house.logs("too slow").await;
    call.presses('9').await;
    house.logs("wrong: 9").await;
    call.ends().await;
    house.ends().await;
}
