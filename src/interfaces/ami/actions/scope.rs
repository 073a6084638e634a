//! Asterisk's actions that are not here, and why. docs/manager.md has the same table.

/// Names of actions, and why they are refused.
pub(crate) static MISSING: &[(&[&str], &str)] = &[
    (
        &[
            "DAHDIDialOffhook",
            "DAHDIDNDoff",
            "DAHDIDNDon",
            "DAHDIHangup",
            "DAHDIRestart",
            "DAHDIShowChannels",
            "DAHDIShowStatus",
            "DAHDITransfer",
            "PRIDebugFileSet",
            "PRIDebugFileUnset",
            "PRIDebugSet",
            "PRIShowSpans",
        ],
        "telephone cards are not served",
    ),
    (&["MeetmeList", "MeetmeListRooms", "MeetmeMute", "MeetmeUnmute"], "MeetMe needs telephone cards"),
    (&["AgentLogoff", "Agents"], "there are no agents yet"),
    (
        &[
            "QueueAdd",
            "QueueChangePriorityCaller",
            "QueueLog",
            "QueueMemberRingInUse",
            "QueuePause",
            "QueuePenalty",
            "QueueReload",
            "QueueRemove",
            "QueueReset",
            "QueueRule",
            "QueueStatus",
            "QueueSummary",
            "QueueWithdrawCaller",
        ],
        "there are no queues yet",
    ),
    (
        &[
            "ConfbridgeKick",
            "ConfbridgeList",
            "ConfbridgeListRooms",
            "ConfbridgeLock",
            "ConfbridgeMute",
            "ConfbridgeSetSingleVideoSrc",
            "ConfbridgeStartRecord",
            "ConfbridgeStopRecord",
            "ConfbridgeUnlock",
            "ConfbridgeUnmute",
        ],
        "there are no conferences yet",
    ),
    (
        &[
            "MailboxCount",
            "MailboxStatus",
            "MWIDelete",
            "MWIGet",
            "MWIUpdate",
            "VoicemailBoxSummary",
            "VoicemailForward",
            "VoicemailMove",
            "VoicemailRefresh",
            "VoicemailRemove",
            "VoicemailUsersList",
            "VoicemailUserStatus",
        ],
        "there are no mailboxes yet",
    ),
    (&["Park", "ParkedCalls", "Parkinglots"], "calls cannot be parked yet"),
    (
        &["PJSIPShowResourceLists", "PJSIPShowSubscriptionsInbound", "PJSIPShowSubscriptionsOutbound"],
        "there are no SIP subscriptions yet",
    ),
    (&["FAXSession", "FAXSessions", "FAXStats"], "fax is not served"),
    (&["IAXnetstats", "IAXpeerlist", "IAXpeers", "IAXregistry"], "IAX2 is not served yet"),
    (&["AOCMessage"], "advice of charge is not served"),
    (&["JabberSend"], "XMPP is not served"),
    (
        &[
            "SorceryMemoryCacheExpire",
            "SorceryMemoryCacheExpireObject",
            "SorceryMemoryCachePopulate",
            "SorceryMemoryCacheStale",
            "SorceryMemoryCacheStaleObject",
        ],
        "objects are read from files and need no cache",
    ),
];

/// Why an action that is not in the table is refused.
pub(crate) fn refusal(name: &str) -> String {
    let known = MISSING.iter().find_map(|(names, reason)| {
        let known = names.iter().find(|known| known.eq_ignore_ascii_case(name))?;
        Some(format!("{known} is not served: {reason}."))
    });
    known.unwrap_or_else(|| {
        format!("Invalid/unknown command: {name}. Use Action: ListCommands to show available commands.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_has_every_action_that_is_missing() {
        let manual = include_str!("../../../../docs/manager.md");
        for (names, reason) in MISSING {
            assert!(manual.contains(reason), "docs/manager.md does not say: {reason}");
            for name in *names {
                assert!(manual.contains(&format!("`{name}`")), "docs/manager.md does not name {name}");
            }
        }
    }
}
