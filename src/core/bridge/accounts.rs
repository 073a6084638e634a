//! Whose account a call between two is: each of them knows the other's, and one without takes what the other knows.

use std::sync::Arc;

use crate::channel::ChannelHandle;

/// Somebody comes to `others`.
pub(super) fn come<'a>(joining: &ChannelHandle, others: impl ExactSizeIterator<Item = &'a ChannelHandle>) {
    let are_two = others.len() == 1;
    for other in others {
        share(joining, other, are_two);
    }
}

/// These two are left.
pub(super) fn stay(first: &ChannelHandle, second: &ChannelHandle) {
    share(first, second, true);
}

fn share(first: &ChannelHandle, second: &ChannelHandle, are_two: bool) {
    let of = |channel: &ChannelHandle| {
        let facts = channel.facts();
        (facts.account_code.clone(), facts.peer_account.clone())
    };
    let (before, (second_code, second_peer)) = (of(first), of(second));
    let (mut first_code, mut first_peer) = before;
    let (mut second_code, mut second_peer) = (second_code, second_peer);
    fill(&mut first_peer, &second_code);
    fill(&mut second_peer, &first_code);
    fill(&mut first_code, &second_peer);
    fill(&mut second_code, &first_peer);
    if are_two {
        first_peer.clone_from(&second_code);
        second_peer.clone_from(&first_code);
    }
    let set = |channel: &ChannelHandle, code: Arc<str>, peer: Arc<str>| {
        let mut facts = channel.facts();
        facts.account_code = code;
        facts.peer_account = peer;
    };
    set(first, first_code, first_peer);
    set(second, second_code, second_peer);
}

/// Takes a value where there is none.
fn fill(empty: &mut Arc<str>, from: &Arc<str>) {
    if empty.is_empty() {
        empty.clone_from(from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TestPbx;

    /// Account and the other's account of two, before and after.
    fn check(before: [(&str, &str); 2], are_two: bool, after: [(&str, &str); 2]) {
        let pbx = TestPbx::new(|_, _| {});
        let (first, _far) = pbx.channel();
        let (second, _far) = pbx.channel();
        let both = [first.handle(), second.handle()];
        for (channel, (code, peer)) in both.into_iter().zip(before) {
            channel.facts().account_code = code.into();
            channel.facts().peer_account = peer.into();
        }
        share(both[0], both[1], are_two);
        for (channel, (code, peer)) in both.into_iter().zip(after) {
            let facts = channel.facts();
            assert_eq!((&*facts.account_code, &*facts.peer_account), (code, peer), "{before:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn two_know_each_others_account() {
        check([("a", "old"), ("b", "a")], true, [("a", "b"), ("b", "a")]);
        check([("a", "b"), ("", "")], true, [("a", "b"), ("b", "a")]);
        check([("a", ""), ("b", "x")], false, [("a", "b"), ("b", "x")]);
        check([("", ""), ("", "")], true, [("", ""), ("", "")]);
    }
}
