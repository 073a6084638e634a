//! `CoreSettings` and `CoreStatus`.

use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use obelus_core::action::{Action, ActionCall, ActionInfo, Classes};
use obelus_interfaces::control::Control;
use obelus_interfaces::version;

use crate::ami::Ami;
use crate::session::VERSION;

const PRIVILEGE: Classes = Classes::SYSTEM.with(Classes::REPORTING);

pub(super) struct CoreSettings(pub(super) Arc<Ami>);

static SETTINGS: ActionInfo =
    super::info("CoreSettings", PRIVILEGE, "Show PBX core settings (version etc).", &[]);

#[async_trait]
impl Action for CoreSettings {
    fn info(&self) -> &'static ActionInfo {
        &SETTINGS
    }

    async fn run(&self, call: ActionCall<'_>) {
        let settings = call.core.settings.load();
        let has = |name: &str| if call.core.registry().module(name).is_some() { "Yes" } else { "No" };
        call.reply
            .success()
            .put("AMIversion", VERSION)
            .put("AsteriskVersion", version::full())
            .put("SystemName", &settings.system_name)
            .put("CoreMaxCalls", settings.max_calls.unwrap_or(0))
            // New calls are not refused by the machine's load.
            .put("CoreMaxLoadAvg", "0.000000")
            .put("CoreRunUser", &settings.run_user)
            .put("CoreRunGroup", "")
            .put("CoreMaxFilehandles", 0)
            .put("CoreRealTimeEnabled", "No")
            .put("CoreCDRenabled", has("cdr"))
            .put("CoreHTTPenabled", if self.0.config.load().general.web_enabled { "Yes" } else { "No" })
            .put("SoundsSearchCustomDir", "No");
    }
}

pub(super) struct CoreStatus(pub(super) Arc<dyn Control>);

static STATUS: ActionInfo = super::info("CoreStatus", PRIVILEGE, "Show PBX core status variables.", &[]);

#[async_trait]
impl Action for CoreStatus {
    fn info(&self) -> &'static ActionInfo {
        &STATUS
    }

    async fn run(&self, call: ActionCall<'_>) {
        let started = call.core.started;
        let reloaded = self.0.last_reload().unwrap_or(started);
        let shown =
            |time: Timestamp, format: &str| time.to_zoned(TimeZone::system()).strftime(format).to_string();
        call.reply
            .success()
            .put("CoreStartupDate", shown(started, "%Y-%m-%d"))
            .put("CoreStartupTime", shown(started, "%H:%M:%S"))
            .put("CoreReloadDate", shown(reloaded, "%Y-%m-%d"))
            .put("CoreReloadTime", shown(reloaded, "%H:%M:%S"))
            .put("CoreCurrentCalls", call.core.channels.count())
            .put("CoreProcessedCalls", call.core.channels.processed_calls());
    }
}
