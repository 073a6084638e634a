//! `features show`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::features::FeaturesConf;

pub(super) struct Show;

#[async_trait]
impl CliCommand for Show {
    fn syntax(&self) -> &'static str {
        "features show"
    }

    fn synopsis(&self) -> &'static str {
        "Lists configured features"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let (now, usual) = (call.core.features.load(), FeaturesConf::default());
        let mut text = row("Builtin Feature", "Default", "Current");
        text += &row("---------------", "-------", "-------");
        text += &row("Pickup", &usual.pickup_exten, &now.pickup_exten);
        text += &row("Blind Transfer", &usual.blind_transfer, &now.blind_transfer);
        text += &row("Attended Transfer", &usual.attended_transfer, &now.attended_transfer);
        text += &row("Disconnect Call", &usual.disconnect, &now.disconnect);
        text.push('\n');
        text += &row("Dynamic Feature", "Default", "Current");
        text += &row("---------------", "-------", "-------");
        for app in &now.applications {
            text += &row(&app.name, "no def", &app.code);
        }
        if now.applications.is_empty() {
            text.push_str("(none)\n");
        }
        text.push_str("\nFeature Groups:\n---------------\n");
        for (name, members) in &now.groups {
            let _ = writeln!(text, "===> Group: {name}");
            for (member, code) in members {
                let code = if code.is_empty() { "<default>" } else { code };
                let _ = writeln!(text, "===> --> {member} ({code})");
            }
        }
        if now.groups.is_empty() {
            text.push_str("(none)\n");
        }
        Ok(text)
    }
}

fn row(feature: &str, usual: &str, now: &str) -> String {
    format!("{feature:<25} {usual:<7} {now:<7}\n")
}
