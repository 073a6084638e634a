//! Direct media: two telephones that send their audio to each other while nothing here needs it.
//!
//! A technology that can send its far end's audio elsewhere offers where that far end listens. While both members
//! offer it, speak one codec, and nobody records, plays, or waits for digits, each is told of the other.

use std::net::SocketAddr;

use obelus_media::Codec;

use super::{Bridge, Features, Member, State};
use crate::channel::{Channel, ChannelState};
use crate::channel_tech::LegCommand;

/// How far a member can do without the PBX.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Direct {
    /// Where its far end listens, if it may be sent elsewhere.
    offer: Option<Offer>,
    /// Something here needs its audio.
    needs_audio: bool,
    /// Where its far end was told to send.
    told: Option<SocketAddr>,
}

/// What a leg offers as `direct_media`: `192.0.2.1:4000 ulaw`, and `held` behind it while its far end holds the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Offer {
    address: SocketAddr,
    codec: Codec,
    held: bool,
}

impl Offer {
    fn parse(text: &str) -> Option<Offer> {
        let mut words = text.split(' ');
        let address: SocketAddr = words.next()?.parse().ok()?;
        let codec = Codec::from_name(words.next()?).ok()?;
        Some(Offer { address, codec, held: words.next() == Some("held") })
    }
}

/// Where each of two members is to send.
fn targets(first: &Direct, second: &Direct) -> [Option<SocketAddr>; 2] {
    match (first.offer, second.offer) {
        (Some(one), Some(other))
            if one.codec == other.codec
                && one.address.is_ipv4() == other.address.is_ipv4()
                && !first.needs_audio
                && !second.needs_audio =>
        {
            // Who is held hears music, which comes from here.
            [(!other.held).then_some(other.address), (!one.held).then_some(one.address)]
        }
        _ => [None, None],
    }
}

impl Bridge {
    /// Looks anew at what a member offers and needs.
    pub(super) fn update_direct(&self, channel: &Channel, features: &Features) {
        if self.0.holding.is_some() {
            return;
        }
        let offer = channel.leg_property("direct_media").and_then(|text| Offer::parse(&text));
        let watched = channel.media().is_some_and(obelus_engine::PortHandle::is_watched);
        let suspended = self.0.core.bridges.technologies.native_is_suspended();
        let needs_audio = watched || suspended || features.need_audio() || channel.facts().wants_sent_digits;
        let mut state = self.state();
        let Some(member) = state.members.iter_mut().find(|member| member.channel == *channel.handle()) else {
            return;
        };
        member.direct = Direct { offer, needs_audio, ..member.direct };
        direct_members(&mut state);
    }
}

/// Tells both members where their far ends are to send, if that has changed.
pub(super) fn direct_members(state: &mut State) {
    let together = |member: &Member| !member.suspended && member.channel.state() == ChannelState::Up;
    let wanted = match &state.members[..] {
        [first, second] if !state.dissolved && together(first) && together(second) => {
            targets(&first.direct, &second.direct)
        }
        _ => [None, None],
    };
    for (member, target) in state.members.iter_mut().zip(wanted) {
        tell(member, target);
    }
}

/// The far end of a member that leaves sends to us again.
pub(super) fn bring_back(member: &mut Member) {
    tell(member, None);
}

fn tell(member: &mut Member, target: Option<SocketAddr>) {
    if member.direct.told != target && member.channel.show(LegCommand::Direct(target)).is_ok() {
        member.direct.told = target;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the two offer, `!` behind it where something needs the audio; where each is to send.
    fn check(one: &str, other: &str, expected: [Option<&str>; 2]) {
        let direct = |text: &str| Direct {
            offer: Offer::parse(text.trim_end_matches('!')),
            needs_audio: text.ends_with('!'),
            told: None,
        };
        let shown =
            targets(&direct(one), &direct(other)).map(|target| target.map(|target| target.to_string()));
        assert_eq!(shown.each_ref().map(Option::as_deref), expected, "{one} and {other}");
    }

    #[test]
    fn two_who_can_do_without_us_send_to_each_other() {
        check("192.0.2.1:4000 ulaw", "192.0.2.2:5000 ulaw", [Some("192.0.2.2:5000"), Some("192.0.2.1:4000")]);
        check("192.0.2.1:4000 ulaw", "192.0.2.2:5000 alaw", [None, None]);
        check("192.0.2.1:4000 ulaw!", "192.0.2.2:5000 ulaw", [None, None]);
        check("192.0.2.1:4000 ulaw", "[2001:db8::1]:5000 ulaw", [None, None]);
        check("192.0.2.1:4000 ulaw", "", [None, None]);
    }

    #[test]
    fn who_is_held_hears_us() {
        check("192.0.2.1:4000 ulaw held", "192.0.2.2:5000 ulaw", [Some("192.0.2.2:5000"), None]);
    }
}
