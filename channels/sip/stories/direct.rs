//! Telephones that send their audio to each other.

use super::house::COMMON;
use super::phone::sdp;
use super::{House, Phone};

async fn house() -> (House, Phone, Phone) {
    let endpoint = |name: &str| {
        format!("[{name}](phone)\naors={name}\ndirect_media=yes\n[{name}]\ntype=aor\nmax_contacts=1\n")
    };
    let config = format!("{COMMON}{}{}", endpoint("caller"), endpoint("callee"));
    let house = House::new(&config, "[internal]\nexten => 2,1,Call(PJSIP/callee)\n").await;
    let caller = Phone::new(&house, "caller").await;
    let mut callee = Phone::new(&house, "callee").await;
    let register = callee.request("REGISTER", "sip:pbx", "Expires: 300\r\n", "");
    callee.send(&register.replace("To: <sip:pbx>", "To: <sip:callee@pbx>")).await;
    callee.hears(200).await;
    (house, caller, callee)
}

/// The line of the audio stream in the next re-INVITE, which is answered with this description.
async fn is_moved(phone: &mut Phone, answer: &str) -> String {
    let request = phone.is_asked("INVITE").await;
    phone.replies(&request, 200, "", answer).await;
    phone.is_asked("ACK").await;
    let body = String::from_utf8_lossy(request.body()).into_owned();
    body.lines().find(|line| line.starts_with("m=audio")).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn an_answer_in_another_codec_than_the_first_offered_still_lets_them() {
    let (house, mut caller, mut callee) = house().await;
    caller.calls("2", "", &sdp(40_000, "8 0 101", "")).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies(&invite, 200, "", &sdp(50_000, "0 101", "")).await;
    callee.is_asked("ACK").await;
    let answer = caller.hears(200).await;
    assert!(String::from_utf8_lossy(answer.body()).contains(" RTP/AVP 0 101\r\n"));
    caller.acknowledges("").await;
    let told = is_moved(&mut caller, &sdp(40_000, "0 101", "")).await;
    assert!(told.starts_with("m=audio 50000 RTP/AVP 0"), "{told}");
    let told = is_moved(&mut callee, &sdp(50_000, "0 101", "")).await;
    assert!(told.starts_with("m=audio 40000 RTP/AVP 0"), "{told}");
    caller.hangs_up().await;
    house.quiet().await;
}
