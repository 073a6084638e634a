//! `RaiseException(reason)`: go to the extension `e`.

use obelus_core::app::{AppError, Arguments, Flow, InstantApp};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

pub(crate) struct RaiseException;

static HELP: Help = Help {
    synopsis: "Handle an exceptional condition.",
    arguments: &[Argument::rest("reason", true, "What EXCEPTION(reason) then gives.")],
    description: "Goes to the extension e of the present context; where there is none, the call is hung up.",
    see_also: &["EXCEPTION"],
};

impl InstantApp for RaiseException {
    fn name(&self) -> &'static str {
        "RaiseException"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        Ok(if channel.go_exception(arguments.whole()) { Flow::Jump } else { Flow::Hangup })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{pbx, way};

    #[tokio::test(start_paused = true)]
    async fn the_call_goes_on_at_e_with_the_reason() {
        let pbx = pbx("[test]\nexten => e,1,NoOp()\n");
        let (mut channel, _far) = pbx.channel();
        channel.run_app("RaiseException", "no, never").await.expect("it ran");
        assert_eq!(channel.position().to_string(), "e@test:1");
        let exception = channel.exception.as_ref().expect("an exception");
        assert_eq!((&*exception.reason, &*exception.position.exten), ("no, never", "s"));
    }

    #[tokio::test(start_paused = true)]
    async fn without_an_e_the_call_ends() {
        assert_eq!(way("RaiseException(why)\n same => n,Set(WAY=x)").await, "");
        assert_eq!(way("RaiseException(why)\nexten => e,1,Set(WAY=e)").await, "e");
    }
}
