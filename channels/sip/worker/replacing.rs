//! INVITE with Replaces: a new call that takes the place of one that is there (RFC 3891).

use obelus_core::cause::Cause;
use obelus_core::channel::{Channel, ChannelState, Facts};
use obelus_sip::StatusCode;
use obelus_sip::message::Request;
use obelus_sip::ua::Reply;

use super::transfer::find_call;
use crate::cause;
use crate::leg::SipLeg;
use crate::refer::Replaces;

/// What a new call wants to take.
#[derive(Debug)]
pub(super) struct Replacing {
    dialog: Replaces,
    /// Only while it rings.
    early_only: bool,
}

/// What the replaced call allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// It is up: its far end is exchanged.
    TakePlace,
    /// We ring somebody: the new call answers instead.
    PickUp,
    /// Neither.
    Refused(StatusCode),
}

impl Replacing {
    /// What a request names, if it names something.
    pub(super) fn read(request: &Request) -> Result<Option<Replacing>, Reply> {
        let found = request.replaces().map_err(|_| Reply::new(StatusCode::BAD_REQUEST))?;
        Ok(found.map(|found| Replacing {
            dialog: Replaces {
                text: String::new(),
                call_id: found.call_id.to_owned(),
                local_tag: found.to_tag.to_owned(),
                remote_tag: found.from_tag.to_owned(),
            },
            early_only: found.early_only,
        }))
    }

    /// Takes the call over, or refuses the new one.
    pub(super) async fn carry_out(self, channel: &mut Channel) {
        let refusal = match find_call(channel.core(), &self.dialog).await {
            None => Some(StatusCode::CALL_DOES_NOT_EXIST),
            Some(replaced) => {
                let way = way_of(&replaced.facts(), self.early_only);
                match way {
                    Way::Refused(status) => Some(status),
                    // It may have gone meanwhile.
                    Way::TakePlace if channel.take_place_of(&replaced).await => None,
                    Way::PickUp if channel.pick_up(&replaced).await => None,
                    Way::TakePlace | Way::PickUp => Some(StatusCode::CALL_DOES_NOT_EXIST),
                }
            }
        };
        let Some(status) = refusal else { return };
        tracing::info!(
            channel = %channel.name(),
            call_id = self.dialog.call_id,
            status = status.code(),
            "a call is not replaced"
        );
        if let Some(leg) = channel.leg_as::<SipLeg>() {
            leg.refuse_with(status);
        }
        channel.hang_up(if status == StatusCode::DECLINE {
            Cause::CALL_REJECTED
        } else {
            cause::from_status(status)
        });
    }
}

/// What RFC 3891 section 3 says of a call in this state.
fn way_of(replaced: &Facts, early_only: bool) -> Way {
    match replaced.state {
        _ if replaced.hung_up.is_some() => Way::Refused(StatusCode::DECLINE),
        ChannelState::Up if early_only => Way::Refused(StatusCode::BUSY_HERE),
        ChannelState::Up => Way::TakePlace,
        // An early dialog must be one that we have begun.
        _ if replaced.outgoing => Way::PickUp,
        _ => Way::Refused(StatusCode::CALL_DOES_NOT_EXIST),
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::channel::HungUp;

    use super::*;

    #[test]
    fn the_state_of_the_replaced_call_decides() {
        let check = |state, outgoing, is_over: bool, early_only, expected| {
            let hung_up =
                is_over.then(|| HungUp { cause: Cause::NORMAL_CLEARING, technical: Default::default() });
            let facts = Facts { state, outgoing, hung_up, ..Facts::default() };
            assert_eq!(way_of(&facts, early_only), expected, "{state:?} {outgoing} {is_over} {early_only}");
        };
        let refused = |status| Way::Refused(StatusCode::new(status).unwrap());
        check(ChannelState::Up, false, false, false, Way::TakePlace);
        check(ChannelState::Up, true, false, true, refused(486));
        check(ChannelState::Ringing, true, false, true, Way::PickUp);
        check(ChannelState::Ring, false, false, false, refused(481));
        check(ChannelState::Up, true, true, false, refused(603));
    }
}
