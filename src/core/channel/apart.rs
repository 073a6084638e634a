//! A channel without a call, on which functions are read and written where nobody calls.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_engine::PortHandle;
use obelus_media::Codec;

use crate::Core;
use crate::channel::{Channel, Origin, Seen};
use crate::channel_tech::{Call, CallError, ChannelSetup, Leg, LegCommand, LegEvent, NewLeg};
use crate::function::{FunctionError, Privilege};

/// A leg to nobody.
struct NoLeg;

#[async_trait]
impl Leg for NoLeg {
    fn name(&self) -> &str {
        "Bogus/1"
    }

    async fn call(&mut self, _call: Call<'_>) -> Result<(), CallError> {
        Ok(())
    }

    async fn handle(&mut self, _command: LegCommand) -> Result<(), CallError> {
        Ok(())
    }

    async fn next_event(&mut self) -> Option<LegEvent> {
        std::future::pending().await
    }

    fn media(&self) -> Option<&PortHandle> {
        None
    }

    fn codec(&self) -> Option<Codec> {
        None
    }

    fn codecs(&self) -> Vec<Codec> {
        Vec::new()
    }
}

/// A leg to nobody, for a channel that has given its own away.
pub(super) fn no_leg() -> Box<dyn Leg> {
    Box::new(NoLeg)
}

impl Core {
    /// A channel that nobody sees and that calls nobody.
    pub fn channel_apart(self: &Arc<Self>) -> Channel {
        let origin = Origin { seen: Seen::Nowhere, ..Origin::default() };
        Channel::new(self, "Bogus", NewLeg { leg: Box::new(NoLeg), setup: ChannelSetup::default() }, origin)
    }

    /// Whether somebody outside of the dialplan may have `text` evaluated: a variable, or a function that is called.
    ///
    /// `may_be_dangerous` is his own right; `live_dangerously` must allow it as well.
    pub fn may_evaluate(&self, text: &str, may_be_dangerous: bool) -> Result<(), FunctionError> {
        if may_be_dangerous && self.settings.load().live_dangerously {
            return Ok(());
        }
        let registry = self.registry();
        let dangerous = |name: &&str| {
            let function = registry.function(name);
            *name == "EVAL" || function.is_some_and(|function| function.privilege() == Privilege::Dangerous)
        };
        match called_functions(text).find(dangerous) {
            Some(name) => Err(FunctionError::failed(format!("{name} is dangerous (live_dangerously)"))),
            None => Ok(()),
        }
    }
}

/// The words before parentheses.
fn called_functions(text: &str) -> impl Iterator<Item = &str> {
    let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let pieces = text.split('(').collect::<Vec<_>>();
    let before = pieces.len().saturating_sub(1);
    pieces.into_iter().take(before).map(move |piece| {
        let start = piece.rfind(|letter| !is_name(letter)).map_or(0, |at| at + 1);
        piece.get(start..).unwrap_or_default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::EventKind;
    use crate::testing::TestPbx;

    #[test]
    fn every_function_that_is_called_is_found() {
        let check = |text: &str, expected: &[&str]| {
            assert_eq!(called_functions(text).collect::<Vec<_>>(), expected, "{text}");
        };
        check("EXTEN", &[]);
        check("CALLERID(num)", &["CALLERID"]);
        check("CUT(EVAL(${SHELL(id)}),,1)", &["CUT", "EVAL", "SHELL"]);
        check("é(x)", &[""]);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_sees_it() {
        let pbx = TestPbx::new(|_, _| {});
        let mut listener =
            pbx.core.events.listen(EventKind::ALL.iter().fold(0, |all, kind| all | kind.bit()), None);
        let mut channel = pbx.core.channel_apart();
        channel.set_variable("a", "1");
        assert_eq!(channel.read("a").await, Ok(Some("1".to_owned())));
        assert_eq!(pbx.core.channels.count(), 0);
        drop(channel);
        assert!(listener.try_next().is_none());
        assert!(pbx.core.may_evaluate("EVAL(x)", true).is_err());
        assert!(pbx.core.may_evaluate("a", false).is_ok());
    }
}
