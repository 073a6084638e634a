//! Calls through Local channels, and what transfers do with them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::bridge::{Action, Bridge, Features};
use obelus_core::cause::Cause;
use obelus_core::channel::{Channel, Either};
use obelus_core::dial::{Caller, Dialing, Progress};
use obelus_core::events::{Delivery, Event, EventKind, Listener, TransferredTo};
use obelus_core::features::FeaturesConf;
use obelus_core::help::{Argument, Help};
use obelus_core::testing::{Far, TestPbx};
use tokio::time::sleep;

/// `Talk(destination)`: rings, answers, talks; both sides may transfer.
struct Talk;

static HELP: Help = Help {
    synopsis: "Talk.",
    arguments: &[Argument::required("destination", "Whom.")],
    description: "Rings and talks.",
    see_also: &[],
};

#[async_trait]
impl App for Talk {
    fn name(&self) -> &'static str {
        "Talk"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let mut dialing = Dialing::new(channel.core(), Caller::of(channel));
        let index =
            dialing.place(arguments.text(0)).await.map_err(|error| AppError::Failed(error.to_string()))?;
        loop {
            match channel.next_event_or(None, dialing.next()).await? {
                Either::Side((_, Progress::Answered)) => break,
                Either::Side((_, Progress::Ringing)) => channel.ring().await,
                Either::Side((_, Progress::Ended(_))) => return Ok(Flow::Hangup),
                _ => {}
            }
        }
        let features = || Features::new(vec![Action::BlindTransfer, Action::AttendedTransfer], None);
        channel.answer().await?;
        let bridge = Bridge::new(channel.core(), "Talk");
        let (own, other) = (bridge.seat(), bridge.seat());
        if let Some(winner) = dialing.take(index, Cause::NORMAL_CLEARING) {
            let _ = winner.release(move |callee| {
                Box::pin(async move {
                    let _ = callee.join(other, features()).await;
                })
            });
        }
        channel.join(own, features()).await?;
        Ok(Flow::Hangup)
    }
}

const PLAN: &str = "[internal]\n\
    exten => 1,1,Talk(Test/bob)\n\
    exten => 2,1,Talk(Local/1@internal)\n\
    exten => 3,1,Talk(Test/carol)\n\
    exten => 4,1,Talk(Local/1@internal/n)\n";

struct House {
    pbx: TestPbx,
    transfers: Listener,
}

impl House {
    fn new(change: impl FnOnce(&mut FeaturesConf)) -> House {
        let pbx = TestPbx::new(|core, registry| {
            crate::register(core, registry);
            registry.add_app(Talk);
        });
        pbx.dialplan(PLAN);
        let mut conf = FeaturesConf { attended_transfer: "*2".to_owned(), ..FeaturesConf::default() };
        change(&mut conf);
        pbx.core.features.store(Arc::new(conf));
        let transfers = pbx.core.events.listen(EventKind::AttendedTransfer.bit(), None);
        House { pbx, transfers }
    }

    /// Alice calls `exten`, Bob answers.
    async fn talk(&self, exten: &str) -> (Far, Far) {
        let alice = self.pbx.call("internal", exten);
        let bob = self.pbx.rung().await;
        bob.answers();
        alice.is_told("Answer").await;
        moment().await;
        (alice, bob)
    }

    /// Alice talks to Bob, who calls Carol to transfer Alice to her.
    async fn consult(&self) -> (Far, Far, Far) {
        let (alice, bob) = self.talk("1").await;
        dial(&bob, "*23").await;
        let carol = self.pbx.rung().await;
        assert_eq!(carol.address, "carol");
        moment().await;
        (alice, bob, carol)
    }

    fn outcome(&mut self) -> Option<TransferredTo> {
        match self.transfers.try_next()? {
            Delivery::Event(record) => match &record.event {
                Event::AttendedTransfer(transfer) => Some(transfer.to.clone()),
                _ => None,
            },
            Delivery::Lost(_) => None,
        }
    }
}

async fn moment() {
    sleep(Duration::from_millis(200)).await;
}

async fn dial(far: &Far, digits: &str) {
    for digit in digits.chars() {
        far.presses(digit);
        moment().await;
    }
}

fn count(house: &House) -> usize {
    house.pbx.core.channels.count()
}

#[tokio::test(start_paused = true)]
async fn the_halves_leave_a_call_that_can_do_without_them() {
    let house = House::new(|_| {});
    let mask = EventKind::LocalOptimizationBegin.bit() | EventKind::LocalOptimizationEnd.bit();
    let mut optimizations = house.pbx.core.events.listen(mask, None);
    let (alice, bob) = house.talk("2").await;
    assert!(alice.hears(&bob));
    assert_eq!((count(&house), house.pbx.core.bridges.all().len()), (2, 1));
    let number = |delivery| match delivery {
        Some(Delivery::Event(record)) => match &record.event {
            Event::LocalOptimizationBegin { id, .. } => Some((*id, false)),
            Event::LocalOptimizationEnd { id, success, .. } => Some((*id, *success)),
            _ => None,
        },
        _ => None,
    };
    assert_eq!(number(optimizations.try_next()), Some((0, false)));
    assert_eq!(number(optimizations.try_next()), Some((0, true)));
    bob.hangs_up(Cause::NORMAL_CLEARING);
    house.pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn the_halves_stay_where_they_are_asked_to() {
    let house = House::new(|_| {});
    let (alice, bob) = house.talk("4").await;
    assert!(!alice.hears(&bob));
    assert_eq!(count(&house), 4);
    alice.hangs_up(Cause::NORMAL_CLEARING);
    house.pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn the_transferer_hangs_up_and_the_others_talk() {
    let mut house = House::new(|_| {});
    let (alice, bob, carol) = house.consult().await;
    assert!(!alice.hears(&bob));
    carol.answers();
    moment().await;
    bob.hangs_up(Cause::NORMAL_CLEARING);
    moment().await;
    assert!(alice.hears(&carol));
    assert!(matches!(house.outcome(), Some(TransferredTo::Bridge(_))));
    assert_eq!(count(&house), 2);
    alice.hangs_up(Cause::NORMAL_CLEARING);
    house.pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_code_completes_the_transfer() {
    let house = House::new(|_| {});
    let (alice, mut bob, carol) = house.consult().await;
    carol.answers();
    moment().await;
    dial(&bob, "*2").await;
    assert_eq!(bob.is_over().await, Some(Cause::NORMAL_CLEARING));
    assert!(alice.hears(&carol));
    carol.hangs_up(Cause::NORMAL_CLEARING);
    house.pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn a_given_up_transfer_brings_the_old_call_back() {
    for (answers, way) in [(false, "*1"), (true, "*1"), (true, "hangup"), (false, "busy")] {
        let mut house = House::new(|_| {});
        let (alice, bob, mut carol) = house.consult().await;
        if answers {
            carol.answers();
            moment().await;
        }
        match way {
            "hangup" => carol.hangs_up(Cause::NORMAL_CLEARING),
            "busy" => carol.hangs_up(Cause::USER_BUSY),
            code => dial(&bob, code).await,
        }
        carol.is_over().await;
        moment().await;
        assert!(alice.hears(&bob), "{answers} {way}");
        assert_eq!((count(&house), house.outcome()), (2, None), "{answers} {way}");
        // The usual codes work again.
        dial(&bob, "*23").await;
        house.pbx.rung().await.hangs_up(Cause::USER_BUSY);
        bob.hangs_up(Cause::NORMAL_CLEARING);
        house.pbx.quiet().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_transferer_changes_between_the_two_calls() {
    let house = House::new(|_| {});
    let (alice, bob, carol) = house.consult().await;
    carol.answers();
    moment().await;
    dial(&bob, "*4").await;
    assert!(alice.hears(&bob));
    dial(&bob, "*4").await;
    assert!(!alice.hears(&bob));
    dial(&bob, "*4").await;
    bob.hangs_up(Cause::NORMAL_CLEARING);
    moment().await;
    assert!(alice.hears(&carol));
    alice.hangs_up(Cause::NORMAL_CLEARING);
    house.pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn who_leaves_before_the_answer_leaves_the_others_to_each_other() {
    for drop_call in [false, true] {
        let mut house = House::new(|conf| conf.transfer_drop_call = drop_call);
        let (alice, bob, carol) = house.consult().await;
        bob.hangs_up(Cause::NORMAL_CLEARING);
        moment().await;
        assert!(matches!(house.outcome(), Some(TransferredTo::Bridge(_))));
        carol.answers();
        moment().await;
        assert!(alice.hears(&carol), "{drop_call}");
        alice.hangs_up(Cause::NORMAL_CLEARING);
        house.pbx.quiet().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_transferer_is_called_back_when_nobody_answers() {
    let house = House::new(|_| {});
    let (alice, bob, mut carol) = house.consult().await;
    bob.hangs_up(Cause::NORMAL_CLEARING);
    assert_eq!(carol.is_over().await, Some(Cause::NORMAL_CLEARING));
    let recalled = house.pbx.rung().await;
    assert_eq!(recalled.address, "bob");
    recalled.answers();
    moment().await;
    assert!(alice.hears(&recalled));
    alice.hangs_up(Cause::NORMAL_CLEARING);
    house.pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn recalls_have_an_end() {
    let house = House::new(|conf| conf.transfer_loop_delay = Duration::from_secs(3));
    let (mut alice, bob, carol) = house.consult().await;
    bob.hangs_up(Cause::NORMAL_CLEARING);
    moment().await;
    carol.hangs_up(Cause::USER_BUSY);
    for address in ["bob", "carol", "bob"] {
        let rung = house.pbx.rung().await;
        assert_eq!(rung.address, address);
        rung.hangs_up(Cause::USER_BUSY);
    }
    assert_eq!(alice.is_over().await, Some(Cause::NORMAL_CLEARING));
    house.pbx.quiet().await;
}

#[tokio::test(start_paused = true)]
async fn the_transferee_may_lose_patience() {
    for answers in [false, true] {
        let house = House::new(|_| {});
        let (alice, bob, mut carol) = house.consult().await;
        if answers {
            carol.answers();
            moment().await;
        }
        alice.hangs_up(Cause::NORMAL_CLEARING);
        moment().await;
        if answers {
            // The other two go on.
            assert_eq!(house.pbx.core.bridges.all().len(), 1);
            bob.hangs_up(Cause::NORMAL_CLEARING);
        }
        carol.is_over().await;
        house.pbx.quiet().await;
    }
}
