//! Calls that we make.

use obelus_core::media::Codec;
use obelus_sip::header::Name;

use super::house::COMMON;
use super::phone::{sdp, usual_sdp};
use super::{House, Phone};

const CALL: &str = "[internal]\nexten => 2,1,Call(PJSIP/callee)\nexten => 3,1,Call(PJSIP/nobody)\n";

/// A house with a caller and a callee, whose endpoint has these options.
async fn house(options: &str) -> (House, Phone, Phone) {
    house_with("", options).await
}

/// The same, with these global options.
async fn house_with(global: &str, options: &str) -> (House, Phone, Phone) {
    let common = COMMON.replace("default_realm=pbx\n", &format!("default_realm=pbx\n{global}"));
    let config = format!(
        "{common}[callee](phone)\naors=callee\n{options}\n[callee]\ntype=aor\nmax_contacts=1\n\
         [nobody](phone)\naors=nobody\n[nobody]\ntype=aor\nmax_contacts=1\n\
         [out]\ntype=auth\nusername=me\npassword=mine\n"
    );
    let house = House::new(&config, CALL).await;
    let caller = Phone::new(&house, "open").await;
    let mut callee = Phone::new(&house, "callee").await;
    let register = callee.request("REGISTER", "sip:pbx", "Expires: 300\r\n", "");
    callee.send(&register.replace("To: <sip:pbx>", "To: <sip:callee@pbx>")).await;
    callee.hears(200).await;
    (house, caller, callee)
}

#[tokio::test]
async fn two_phones_talk_until_one_hangs_up() {
    let (house, mut caller, mut callee) = house("send_pai=yes").await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    assert_eq!(invite.uri_text(), format!("sip:callee@{}", callee.address()));
    assert_eq!(invite.from().unwrap().uri.user(), Some("open"));
    let asserted = invite.text(Name::PAssertedIdentity).unwrap();
    assert!(asserted.starts_with("\"open\" <sip:open@127.0.0.1"), "{asserted}");
    // The caller's codecs first, so that nothing has to be transcoded.
    assert!(String::from_utf8_lossy(invite.body()).contains(" RTP/AVP 8 0 101\r\n"));
    callee.replies(&invite, 180, "", "").await;
    caller.hears(180).await;
    callee.replies(&invite, 200, "", &sdp(50_000, "0 101", "")).await;
    callee.is_asked("ACK").await;
    let answer = caller.hears(200).await;
    assert!(String::from_utf8_lossy(answer.body()).contains(" RTP/AVP 0 101\r\n"));
    caller.acknowledges("").await;
    house.until("they are joined", are_joined).await;
    caller.hangs_up().await;
    let bye = callee.is_asked("BYE").await;
    assert_eq!(bye.text(Name::Reason).unwrap(), "Q.850;cause=16");
    callee.replies(&bye, 200, "", "").await;
    house.quiet().await;
}

fn are_joined(house: &House) -> bool {
    let channels = house.pbx.core.channels.all();
    let bridged = channels.iter().filter(|channel| channel.facts().bridge.is_some());
    bridged.count() == 2
}

#[tokio::test]
async fn a_181_without_a_place_tells_who_was_called() {
    let (house, mut caller, mut callee) = house("").await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies(&invite, 181, "", "").await;
    house.until("it is told", |house| house.heard.has("redirected from \"\" <callee> to \"\" <>")).await;
    callee.replies(&invite, 486, "", "").await;
    callee.is_asked("ACK").await;
    caller.hears(486).await;
    caller.acknowledges_failure("sip:2@pbx").await;
    house.quiet().await;
}

#[tokio::test]
async fn the_callee_hangs_up() {
    let (house, mut caller, mut callee) = house("").await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies(&invite, 200, "", &sdp(50_000, "8 101", "")).await;
    callee.is_asked("ACK").await;
    caller.hears(200).await;
    caller.acknowledges("").await;
    house.until("they are joined", are_joined).await;
    callee.asks_as_callee("BYE", "", "", &invite).await;
    callee.hears(200).await;
    let bye = caller.is_asked("BYE").await;
    caller.replies(&bye, 200, "", "").await;
    house.quiet().await;
}

#[tokio::test]
async fn an_answer_without_a_description_is_one_that_ends_at_once() {
    let (house, mut caller, mut callee) = house("").await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies(&invite, 200, "", "").await;
    callee.is_asked("ACK").await;
    let bye = callee.is_asked("BYE").await;
    callee.replies(&bye, 200, "", "").await;
    caller.hears(200).await;
    caller.acknowledges("").await;
    let bye = caller.is_asked("BYE").await;
    caller.replies(&bye, 200, "", "").await;
    house.quiet().await;
}

#[tokio::test]
async fn a_busy_callee_makes_the_call_busy() {
    let (house, mut caller, mut callee) = house("").await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies(&invite, 486, "", "").await;
    callee.is_asked("ACK").await;
    caller.hears(486).await;
    caller.acknowledges_failure("sip:2@pbx").await;
    house.quiet().await;
    // Nobody knows more of the callee than the number that was dialled.
    assert_eq!(house.heard.all(), ["connected \"\" <2>", "ended 17 SIP 486 Reason"]);
}

#[tokio::test]
async fn a_caller_who_gives_up_stops_the_ringing() {
    let (house, mut caller, mut callee) = house("").await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies(&invite, 180, "", "").await;
    caller.hears(180).await;
    caller.cancels("sip:2@pbx").await;
    let cancel = callee.is_asked("CANCEL").await;
    callee.replies(&cancel, 200, "", "").await;
    callee.replies(&invite, 487, "", "").await;
    callee.is_asked("ACK").await;
    caller.hears(200).await;
    caller.hears(487).await;
    house.quiet().await;
}

#[tokio::test]
async fn nobody_registered_is_nobody_called() {
    let (house, mut caller, _callee) = house("").await;
    caller.calls("3", "", &usual_sdp()).await;
    caller.hears(404).await;
    caller.acknowledges_failure("sip:3@pbx").await;
    house.quiet().await;
    assert!(house.heard.all().first().unwrap().starts_with("not called: 3 endpoint 'nobody' has no contact"));
}

#[tokio::test]
async fn a_challenge_is_answered() {
    let (house, mut caller, mut callee) = house("outbound_auth=out").await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    let challenge = "Proxy-Authenticate: Digest realm=\"trunk\",nonce=\"abc\",algorithm=MD5,qop=\"auth\"\r\n";
    callee.replies(&invite, 407, challenge, "").await;
    callee.is_asked("ACK").await;
    let invite = callee.is_asked("INVITE").await;
    let proof = invite.text(Name::ProxyAuthorization).unwrap();
    assert!(proof.contains("username=\"me\"") && proof.contains("realm=\"trunk\""), "{proof}");
    callee.replies(&invite, 603, "", "").await;
    callee.is_asked("ACK").await;
    caller.hears(403).await;
    caller.acknowledges_failure("sip:2@pbx").await;
    house.quiet().await;
}

#[tokio::test]
async fn a_redirection_is_told() {
    let (house, mut caller, mut callee) = house("").await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies(&invite, 302, "Diversion: <sip:callee@pbx>;reason=user-busy\r\n", "").await;
    callee.is_asked("ACK").await;
    house.quiet().await;
    // The Contact of the scripted phone has its own user.
    assert_eq!(house.heard.all(), ["connected \"\" <2>", "forward callee cfb"]);
}

async fn forked(options: &str, expected: u16) {
    let (house, mut caller, mut callee) = house_with("allow_sending_180_after_183=yes\n", options).await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies_as("one", &invite, 183, "", &sdp(50_000, "8 101", "")).await;
    caller.hears(183).await;
    callee.replies_as("two", &invite, 183, "", &sdp(51_000, "8 101", "")).await;
    callee.replies_as("one", &invite, 180, "", "").await;
    caller.hears(180).await;
    let ports = super::house::called_port(&house).await;
    assert_eq!(ports.settings().unwrap().remote.unwrap().port(), expected, "{options}");
    // The second fork answers: its audio counts in any case.
    callee.replies_as("two", &invite, 200, "", &sdp(51_000, "0 101", "")).await;
    callee.is_asked("ACK").await;
    caller.hears(200).await;
    caller.acknowledges("").await;
    assert_eq!(ports.settings().unwrap().remote.unwrap().port(), 51_000);
    caller.hangs_up().await;
    let bye = callee.is_asked("BYE").await;
    callee.replies(&bye, 200, "", "").await;
    house.quiet().await;
}

#[tokio::test]
async fn audio_of_several_forks_is_followed_or_not() {
    forked("follow_early_media_fork=yes", 51_000).await;
    forked("follow_early_media_fork=no", 50_000).await;
}

#[tokio::test]
async fn the_callees_codec_is_the_callers() {
    let (house, mut caller, mut callee) = house("").await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies(&invite, 200, "", &sdp(50_000, "0", "")).await;
    callee.is_asked("ACK").await;
    caller.hears(200).await;
    caller.acknowledges("").await;
    house.until("they are joined", are_joined).await;
    let codecs: Vec<_> = super::house::ports(&house)
        .await
        .iter()
        .map(|port| port.settings().unwrap().send.unwrap().codec)
        .collect();
    assert_eq!(codecs, [Codec::Ulaw, Codec::Ulaw]);
    caller.hangs_up().await;
    let bye = callee.is_asked("BYE").await;
    callee.replies(&bye, 200, "", "").await;
    house.quiet().await;
}

#[tokio::test]
async fn audio_that_has_begun_is_not_taken_back_by_ringing() {
    let (house, mut caller, mut callee) = house("").await;
    caller.calls("2", "", &usual_sdp()).await;
    let invite = callee.is_asked("INVITE").await;
    callee.replies(&invite, 183, "", &sdp(50_000, "8 101", "")).await;
    let early = caller.hears(183).await;
    callee.replies(&invite, 180, "", "").await;
    // Asterisk's default: what follows a 183 is another one.
    let again = caller.hears(183).await;
    assert_eq!(early.body(), again.body());
    callee.replies(&invite, 486, "", "").await;
    callee.is_asked("ACK").await;
    caller.hears(486).await;
    caller.acknowledges_failure("sip:2@pbx").await;
    house.quiet().await;
}
