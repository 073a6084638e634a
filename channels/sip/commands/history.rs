//! `pjsip set history`, `pjsip show history`: the SIP messages of late.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::driver::Driver;
use crate::history::{Entry, Expression};
use crate::trace::Way;

pub(super) struct SetHistory(pub(super) Arc<Driver>);
pub(super) struct ShowHistory(pub(super) Arc<Driver>);

const SET: &str = "pjsip set history {on|off|clear}";
const SHOW: &str = "pjsip show history [entry|where] [<what>...]";

#[async_trait]
impl CliCommand for SetHistory {
    fn syntax(&self) -> &'static str {
        SET
    }

    fn synopsis(&self) -> &'static str {
        "Enable/Disable PJSIP History"
    }

    fn description(&self) -> &'static str {
        "Keeps the messages from now on, keeps no more, or forgets those that are kept.\n\
         16 MiB of messages are kept; the oldest make room."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let history = &self.0.trace.history;
        let done = match call.arguments() {
            ["on"] => {
                history.switch(true);
                "enabled"
            }
            ["off"] => {
                history.switch(false);
                "disabled"
            }
            ["clear"] => {
                history.clear();
                "cleared"
            }
            _ => return Err(CliError::Usage(SET.to_owned())),
        };
        Ok(format!("PJSIP History {done}\n"))
    }
}

#[async_trait]
impl CliCommand for ShowHistory {
    fn syntax(&self) -> &'static str {
        SHOW
    }

    fn synopsis(&self) -> &'static str {
        "Display PJSIP History"
    }

    fn description(&self) -> &'static str {
        "entry <number> shows one message whole. where <expression> lists those that it fits: the fields number, timestamp,\n\
         addr, sip.msg.request.method and sip.msg.call-id, compared by = != < <= > >= like, joined by and, or, not and ( ):\n\
         pjsip show history where number > 5 and (addr = \"192.168.0.3:5060\" or addr = \"192.168.0.5:5060\")"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let history = &self.0.trace.history;
        match call.arguments() {
            [] => Ok(listed(&history.list())),
            ["entry", number] => {
                let wanted = number
                    .parse()
                    .map_err(|_| CliError::failed(format!("'{number}' is not a valid entry number")))?;
                let missing = || CliError::failed(format!("Entry '{wanted}' does not exist"));
                history.find(wanted).map(|entry| whole(&entry)).ok_or_else(missing)
            }
            ["where", words @ ..] => {
                let wanted = Expression::parse(words).map_err(|error| CliError::failed(error.to_string()))?;
                let mut entries = history.list();
                entries.retain(|entry| wanted.fits(entry));
                Ok(listed(&entries))
            }
            _ => Err(CliError::Usage(SHOW.to_owned())),
        }
    }
}

fn whole(entry: &Entry) -> String {
    let way = match entry.way {
        Way::Received => "Received from",
        Way::Transmitted => "Sent to",
    };
    let (number, remote, seconds) = (entry.number, entry.remote, entry.seconds());
    format!("<--- History Entry {number} {way} {remote} at {seconds:<10} --->\n{}\n", entry.text())
}

fn listed(entries: &[Arc<Entry>]) -> String {
    let mut text =
        format!("{:<5} {:<10} {:<30} {:<35}\n", "No.", "Timestamp", "(Dir) Address", "SIP Message");
    text.push_str("===== ========== ============================== ===================================\n");
    for entry in entries {
        let arrow = match entry.way {
            Way::Received => "* <==",
            Way::Transmitted => "* ==>",
        };
        let (seconds, remote) = (entry.seconds(), entry.remote.to_string());
        text.push_str(&format!(
            "{:05} {seconds:<10} {arrow} {remote:<24.24} {}\n",
            entry.number,
            entry.first_line()
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use expect_test::{Expect, expect};
    use obelus_core::testing::TestPbx;

    use super::*;
    use crate::testing::driver;

    async fn check(line: &str, expected: Expect) {
        let pbx = TestPbx::new(|core, registry| {
            let driver = driver(core, "");
            let history = &driver.trace.history;
            let seen = |seconds, way, text: &str| {
                let time = UNIX_EPOCH + Duration::from_secs(seconds);
                history.record(time, way, "192.0.2.1:5060".parse().unwrap(), text.as_bytes());
            };
            seen(1_700_000_000, Way::Received, "OPTIONS sip:pbx SIP/2.0\r\nCall-ID: a\r\n\r\n");
            seen(1_700_000_001, Way::Transmitted, "SIP/2.0 200 OK\r\nCall-ID: a\r\n\r\n");
            super::super::register(&driver, registry);
        });
        let printed = pbx.core.registry().commands().run(&pbx.core, line, None).await;
        let printed = printed.unwrap_or_else(|error| format!("{error}\n"));
        expected.assert_eq(&printed.replace('\r', ""));
    }

    #[tokio::test]
    async fn messages_are_listed_and_shown() {
        check(
            "pjsip show history",
            expect![[r"
            No.   Timestamp  (Dir) Address                  SIP Message                        
            ===== ========== ============================== ===================================
            00000 1700000000 * <== 192.0.2.1:5060           OPTIONS sip:pbx SIP/2.0
            00001 1700000001 * ==> 192.0.2.1:5060           SIP/2.0 200 OK
        "]],
        )
        .await;
        check(
            "pjsip show history where number = 1",
            expect![[r"
            No.   Timestamp  (Dir) Address                  SIP Message                        
            ===== ========== ============================== ===================================
            00001 1700000001 * ==> 192.0.2.1:5060           SIP/2.0 200 OK
        "]],
        )
        .await;
        check(
            "pjsip show history entry 1",
            expect![[r"
            <--- History Entry 1 Sent to 192.0.2.1:5060 at 1700000001 --->
            SIP/2.0 200 OK
            Call-ID: a


        "]],
        )
        .await;
        check(
            "pjsip show history entry 9",
            expect![[r"
            Entry '9' does not exist
        "]],
        )
        .await;
        check(
            "pjsip show history entry x",
            expect![[r"
            'x' is not a valid entry number
        "]],
        )
        .await;
    }

    #[tokio::test]
    async fn history_is_switched_and_cleared() {
        check(
            "pjsip set history on",
            expect![[r"
            PJSIP History enabled
        "]],
        )
        .await;
        check(
            "pjsip set history clear",
            expect![[r"
            PJSIP History cleared
        "]],
        )
        .await;
        check(
            "pjsip set history maybe",
            expect![[r"
            Usage: pjsip set history {on|off|clear}
        "]],
        )
        .await;
    }
}
