//! A PBX for the tests of functions.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::function::FunctionError;
use obelus_core::help::{Argument, Help};
use obelus_core::settings::Settings;
use obelus_core::testing::{Far, TestPbx};
use tempfile::TempDir;

/// A channel of a PBX with all functions; its spool folder is a real one, empty and gone afterwards.
pub(crate) struct Bench {
    pub(crate) pbx: TestPbx,
    pub(crate) channel: Channel,
    /// The far end must live as long as the channel.
    pub(crate) far: Far,
    _spool: TempDir,
}

impl Bench {
    pub(crate) fn new() -> Bench {
        Bench::with("")
    }

    /// With a dialplan, in whose context `test` the channel stands at `s`.
    pub(crate) fn with(dialplan: &str) -> Bench {
        let pbx = TestPbx::new(|_, registry| {
            crate::register(registry);
            registry.add_app(Set);
            registry.add_app(Return);
        });
        let spool = tempfile::tempdir().unwrap();
        let mut settings = Settings::clone(&pbx.core.settings.load());
        settings.directories.spool = spool.path().to_owned();
        pbx.core.settings.store(Arc::new(settings));
        pbx.dialplan(dialplan);
        let (mut channel, far) = pbx.channel();
        channel.set_variable("SERVER", crate::web_server::address());
        Bench { pbx, channel, far, _spool: spool }
    }

    /// Carries out the lines before the last, each `Set(name=value)`, and evaluates the last.
    pub(crate) async fn run(&mut self, text: &str) -> String {
        let (lines, last) = text.rsplit_once('\n').unwrap_or(("", text));
        for line in lines.lines() {
            let assignment = line.strip_prefix("Set(").and_then(|line| line.strip_suffix(')'));
            let (name, value) = assignment.and_then(|line| line.split_once('=')).expect(line);
            let (name, value) = (self.channel.evaluate(name).await, self.channel.evaluate(value).await);
            self.channel.assign(&name, &value).await.expect(line);
        }
        self.channel.evaluate(last).await
    }

    /// What an expression without `${` and `}` gives, or why it does not.
    pub(crate) async fn read(&mut self, expression: &str) -> Result<String, FunctionError> {
        Ok(self.channel.read(expression).await?.unwrap_or_default())
    }
}

/// Runs a text as [`Bench::run`] does on a fresh channel and compares the value.
pub(crate) async fn check(text: &str, expected: &str) {
    assert_eq!(Bench::new().run(text).await, expected, "{text}");
}

/// Expects that reading fails, with this reason.
pub(crate) async fn refuses(expression: &str, reason: &str) {
    let error = Bench::new().read(expression).await.expect_err(expression);
    assert_eq!(error.to_string(), reason, "{expression}");
}

/// The applications that the dialplans of these tests need; the real ones are in a room that this one does not know.
struct Set;

struct Return;

static HELP: Help = Help {
    synopsis: "For tests.",
    arguments: &[Argument::rest("text", false, "")],
    description: "For tests.",
    see_also: &[],
};

#[async_trait]
impl App for Set {
    fn name(&self) -> &'static str {
        "Set"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let (name, value) = arguments.whole().split_once('=').expect("an assignment");
        channel.assign(name, value).await.expect(name);
        Ok(Flow::Continue)
    }
}

#[async_trait]
impl App for Return {
    fn name(&self) -> &'static str {
        "Return"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.end_subroutine(arguments.whole()).map_err(AppError::Failed)?;
        Ok(Flow::Jump)
    }
}
