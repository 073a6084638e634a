//! Console commands of Asterisk's that are not here, and why.

/// The beginnings of commands with what to tell who types them; the longest that fits counts.
const MISSING: &[(&str, &str)] = &[
    ("aeap", "external speech engines are not served yet"),
    ("ael", "AEL is not served; dialplans are written in extensions.conf"),
    ("agent", "agents are not served yet"),
    ("amihook", "it is a test of Asterisk's own"),
    ("aoc", "advice of charge is not served yet"),
    ("ari", "ARI is not served yet"),
    ("astobj2", "Obelus counts no references by hand, so there are none to show"),
    ("calendar", "calendars are not served yet"),
    ("cc", "call completion is not served yet"),
    ("cdr show pgsql", "PostgreSQL is not served yet"),
    ("channel dump frames", "media does not pass through channels as frames here; see 'rtp set debug'"),
    ("confbridge", "conferences are not served yet"),
    ("config show help", "docs/ describes the options, and 'obelus check' explains what is wrong with them"),
    ("console", "there is no sound card channel"),
    ("core clear profile", "Obelus keeps no profile inside; use perf(1)"),
    ("core eat memory", "it is a test of Asterisk's own"),
    (
        "core set debug category",
        "debugging is chosen by module or by call: 'core set debug <level> <module>'",
    ),
    ("core show profile", "Obelus keeps no profile inside; use perf(1)"),
    ("corosync", "clusters by corosync are not served"),
    ("dahdi", "there is no hardware of that kind here"),
    ("database query", "the database's tables are not Asterisk's; see 'database show'"),
    ("dialplan set extenpatternmatchnew", "patterns are always looked up in a tree"),
    ("dnsmgr", "addresses are looked up when they are needed, so nothing is kept to refresh"),
    ("dundi", "DUNDi is not served"),
    ("fax", "fax is not served yet"),
    ("geoloc", "geolocation is not served"),
    ("iax2", "IAX2 is not served yet"),
    ("keys", "there are no keys of AstCrypto, since IAX2 is not served yet"),
    ("logger test", "it is a test of Asterisk's own"),
    ("malloc trim", "the allocator gives memory back by itself"),
    ("mdmf", "there is no hardware of that kind here"),
    ("media cache", "sounds of the web are not served yet"),
    ("meetme", "MeetMe needs hardware; conferences are not served yet"),
    ("memory", "Obelus has no allocator of its own to ask"),
    ("mfcr2", "there is no hardware of that kind here"),
    ("mgcp", "MGCP is not served"),
    ("minivm", "voicemail is not served yet"),
    ("mobile", "there is no hardware of that kind here"),
    ("module load", "modules are part of the program; modules.conf says at the start which are used"),
    ("module refresh", "modules are part of the program; 'module reload' reads their configuration again"),
    ("module unload", "modules are part of the program; modules.conf says at the start which are used"),
    ("mwi", "mailboxes are not served yet"),
    ("odbc", "ODBC is not served"),
    ("ooh323", "H.323 is not served"),
    ("parking", "parking is not served yet"),
    ("performance test", "it is a test of Asterisk's own"),
    ("phoneprov", "provisioning of phones is not served yet"),
    ("pjproject", "SIP is not done by pjproject here; see 'pjsip show settings'"),
    ("pjsip dump", "there is no pjproject whose state could be dumped; see 'pjsip show settings'"),
    ("pjsip export", "wizards of pjsip_wizard.conf are not served"),
    ("pjsip list ciphers", "SIP over TLS is not served yet"),
    ("pjsip list subscriptions", "there are no SIP subscriptions yet"),
    ("pjsip show scheduled_tasks", "tasks are started when something is due; see 'core show threads'"),
    ("pjsip show subscription", "there are no SIP subscriptions yet"),
    ("pjsip show subscriptions", "there are no SIP subscriptions yet"),
    (
        "pjsip show transport-monitors",
        "registrations end with their connection by themselves; see 'pjsip show contacts'",
    ),
    ("pri", "there is no hardware of that kind here"),
    ("prometheus", "metrics for Prometheus are not served yet"),
    ("queue", "queues are not served yet"),
    ("realtime", "configuration from databases is not served yet"),
    ("remb", "video is not served yet"),
    ("rtp drop", "it is a test of Asterisk's own"),
    ("rtp resolve", "STUN is not served yet"),
    ("say load", "numbers and dates are said by rules of the program's own"),
    ("sched", "it is a test of Asterisk's own"),
    ("securityevents", "it is a test of Asterisk's own; see the log level `security`"),
    ("sip", "chan_sip is gone from Asterisk 22 too; see 'pjsip'"),
    ("skel", "it is a template of Asterisk's own"),
    ("skinny", "SCCP is not served"),
    ("sla", "shared lines are not served yet"),
    ("sorcery", "configuration is kept in no such cache; see 'module reload'"),
    ("ss7", "there is no hardware of that kind here"),
    ("stasis", "ARI is not served yet, and the event bus has no topics"),
    ("stir_shaken", "STIR/SHAKEN is not served yet"),
    ("stun", "STUN is not served yet"),
    ("taskpool", "it is a test of Asterisk's own"),
    ("test", "it is a test of Asterisk's own"),
    ("threadpool", "it is a test of Asterisk's own"),
    ("threadstorage", "Obelus keeps none; see 'core show threads'"),
    ("timing test", "media has no timing modules to test; see 'core show taskprocessors' for late ticks"),
    ("transcoder", "there is no hardware of that kind here"),
    ("translate", "the path of a translation is shown by 'core show translation'"),
    ("udptl", "fax is not served yet"),
    ("unistim", "UNISTIM is not served"),
    ("voicemail", "voicemail is not served yet"),
    ("xmldoc", "the help is part of the program, so there is none to load"),
    ("xmpp", "XMPP is not served"),
];

/// Why a line of Asterisk's console is not served.
pub(super) fn why(line: &str) -> Option<&'static str> {
    let line = line.to_ascii_lowercase();
    let fits = |row: &&(&str, &str)| {
        line.strip_prefix(row.0).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    MISSING.iter().filter(fits).max_by_key(|row| row.0.len()).map(|row| row.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_asterisk_has_and_obelus_has_not_is_explained() {
        let check = |line: &str, expected: Option<&str>| assert_eq!(why(line), expected, "{line}");
        check("queue show support", Some("queues are not served yet"));
        check(
            "Module Load app_dial.so",
            Some("modules are part of the program; modules.conf says at the start which are used"),
        );
        check("modules", None);
        check("core show chanels", None);
    }

    #[test]
    fn the_list_is_sorted_and_names_nothing_twice() {
        assert!(MISSING.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }
}
