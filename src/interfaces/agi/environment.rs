//! The lines that an AGI program reads first: who calls, and where the call stands.

use std::fmt::Write;

use obelus_core::channel::Snapshot;

use crate::version;

/// What stands where something is not known.
const UNKNOWN: &str = "unknown";

/// The block with its empty line at the end; `arguments` are those behind the request.
pub(super) fn block(
    request: &str,
    arguments: &[&str],
    enhanced: bool,
    id: u64,
    channel: &Snapshot,
) -> String {
    let mut block = String::new();
    let mut line = |name: &str, value: &dyn std::fmt::Display| {
        // A value of two lines would pass for two values.
        let value = value.to_string().replace(char::is_control, " ");
        let _ = writeln!(block, "agi_{name}: {value}");
    };
    let facts = &channel.facts;
    line("request", &request);
    line("channel", &channel.name);
    line("language", &facts.language);
    line("type", &channel.technology);
    line("uniqueid", &channel.unique_id);
    line("version", &version::full());
    line("callerid", &facts.caller.number.value.as_deref().unwrap_or(UNKNOWN));
    line("calleridname", &facts.caller.name.value.as_deref().unwrap_or(UNKNOWN));
    line("callingpres", &facts.caller.presentation().number());
    line("callingani2", &facts.ani2);
    line("callington", &0);
    line("callingtns", &0);
    line("dnid", &if facts.dialed.is_empty() { UNKNOWN } else { &facts.dialed });
    let redirecting =
        facts.redirecting.as_ref().and_then(|redirecting| redirecting.from.number.value.as_deref());
    line("rdnis", &redirecting.unwrap_or(UNKNOWN));
    line("context", &facts.position.context);
    line("extension", &facts.position.exten);
    line("priority", &facts.position.priority);
    line("enhanced", &if enhanced { "1.0" } else { "0.0" });
    line("accountcode", &facts.account_code);
    line("threadid", &id);
    for (number, argument) in arguments.iter().enumerate() {
        line(&format!("arg_{}", number + 1), argument);
    }
    block.push('\n');
    block
}

#[cfg(test)]
mod tests {
    use obelus_core::testing::TestPbx;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_block_has_asterisks_names_in_their_order() {
        let pbx = TestPbx::new(|_, _| {});
        let (channel, _far) = pbx.channel();
        channel.change_caller(|caller| caller.name.value = Some("Eve\nagi_arg_1: x".into()));
        let block = block("hello.py", &["1", "", "two words"], false, 7, &channel.handle().snapshot());
        let names: Vec<&str> = block.lines().map(|line| line.split(':').next().unwrap()).collect();
        let expected = "agi_request agi_channel agi_language agi_type agi_uniqueid agi_version agi_callerid \
            agi_calleridname agi_callingpres agi_callingani2 agi_callington agi_callingtns agi_dnid agi_rdnis \
            agi_context agi_extension agi_priority agi_enhanced agi_accountcode agi_threadid agi_arg_1 agi_arg_2 \
            agi_arg_3 ";
        assert_eq!(names.join(" "), expected);
        assert!(
            block.contains("agi_callerid: 1001\nagi_calleridname: Eve agi_arg_1: x\nagi_callingpres: 0\n")
        );
        assert!(block.contains("agi_dnid: s\nagi_rdnis: unknown\nagi_context: test\nagi_extension: s\n"));
        assert!(block.ends_with("agi_arg_2: \nagi_arg_3: two words\n\n"));
    }
}
