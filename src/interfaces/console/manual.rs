//! The manual's page of the console, made from the commands themselves.

use std::fmt::Write;

use obelus_core::cli::{CliCommand, Commands, fixed_words};

/// The commands as Markdown, in a section for each first word.
pub fn commands(commands: &Commands) -> String {
    let (mut text, mut family) = (String::new(), "");
    for command in commands.iter() {
        let first = fixed_words(command.syntax()).next().unwrap_or("");
        if first != family {
            family = first;
            let _ = write!(text, "\n## {family}\n");
        }
        push(&mut text, command.as_ref());
    }
    text
}

fn push(text: &mut String, command: &dyn CliCommand) {
    let _ = write!(text, "\n### `{}`\n\n{}.\n", command.syntax(), command.synopsis());
    let about = command.description().replace('\n', " ").replace('<', "\\<");
    if !about.is_empty() {
        let _ = writeln!(text, "{about}");
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect_file;
    use obelus_core::conf::ConfiguredSection;

    use super::*;
    use crate::logger::General;

    const CONSOLE: &str = "\
# The console

`obelus -r` connects to the Obelus that runs on this machine, `obelus -rvvv` with that much verbosity.
The tab key completes commands and names, the arrow keys find what was typed before (`~/.obelus_history`; the first time
what was typed to Asterisk), `!command` runs a shell command unless `disable_remote_console_shell` says no, and `quit`, `exit`, Ctrl-C or Ctrl-D leave. Log lines appear above the line that is being typed;
each console has its own verbosity (`core set verbose`). A console that is too slow loses lines and is told how many.

`obelus -rx \"command\"` runs one command and prints what it says. Its exit status is 0 if the command did what it was
asked, and 1 if it did not or if no Obelus runs.

The consoles connect to the socket `obelus.ctl` in the run directory, which only its owner may use unless `[files]` of
asterisk.conf says otherwise: `astctl`, `astctlpermissions`, `astctlowner`, `astctlgroup`. Words of a command
may be shortened while they stay unique. Double quotes and backslashes hold a word with blanks together.

The commands have Asterisk's names and layouts. Where a command cannot do what it is asked, it says so and fails,
also where Asterisk's succeeds with a message. One that Asterisk has and Obelus has not is explained.

`cli_permissions.conf` says which users of the system, known by the socket, may run which commands: `default_perm` in
`[general]`, then `permit` and `deny` in `[user]` or `[@group]`, with `all`, the beginning of commands or an expression; the
last that fits counts. `cli show permissions`, `cli check permissions` and `cli reload permissions` go with it. AMI and the
console in the foreground may run everything.

`cli_aliases.conf` gives commands other names: `template` in `[general]` names the sections whose lines `alias = command`
count. `cli.conf` runs commands at the start: `[startup_commands]` with lines `command = yes` (or `fully-booted`), or
`pre-module` (or `pre-init`) for those before the modules start. What they print is in the log.

`rtcp set debug on` prints the reports about streams, `rtcp set stats on` a line for each. `config list` names the modules that
read the configuration files, `config reload <file>` reloads those of one file. `file convert` makes a sound of another format.
";

    const LOG: &str = "
# The log

`logger.conf` says which log channels there are. Without it, errors, warnings, notices and verbose lines go to the
consoles. Each line of `[logfiles]` is a channel:

    [logfiles]
    console => notice,warning,error
    messages.log => notice,warning,error
    full.log => [json]*,verbose(3)
    syslog.local0 => warning,error,security
    journald => notice,warning,error

The levels are `debug`, `trace`, `notice`, `warning`, `error`, `verbose` (with how verbose in parentheses; without them as verbose
as the root console), `dtmf`, `security`, and `*` for all. A format may stand before them: `[default]` for people,
`[plain]` with the place in the source and without colours, `[json]` for programs. `journald` is systemd's journal, which
gets the fields of each line as fields of its own. Passwords, answers to challenges and keys are never logged.

Lines of `security` are the [security events](manager.md), as Asterisk writes them and intrusion filters read them:
`SecurityEvent=\"ChallengeResponseFailed\",EventTV=\"…\",Severity=\"Error\",Service=\"PJSIP\",…,RemoteAddress=\"IPV4/UDP/192.0.2.1/5060\",…`.
A quotation mark within a value is written as an apostrophe, so that nobody's name forges an address.

Debugging is logged when `core set debug <level>` asks for it: from 1 on decisions, from 5 on also the bytes on the wire.
`core set debug <level> <module>` asks for one module, by Asterisk's name (`res_pjsip`, `app_dial`) or ours
(`sip::registrar`); `core set debug channel <channel>` asks for one call; `core set trace <level> [<module>]` for the bytes
alone, as lines of the level `trace`. `custom_levels` names up to 15 levels of one's own, for `Log()` and the log
channels. `logger filter changroup <group> on` shows on consoles the verbose lines and the debugging of the channels alone
that `Set(LOG_GROUP()=group)` has put into the group; files get all lines. A console is silenced by `logger mute`, and of one level by `logger set level`.

Files are written by a thread of its own. When the disk is slower than the log, lines are lost rather than calls delayed;
errors and warnings last, and the log and `logger show channels` tell how many. A file that cannot be written is switched
off until the next `logger reload` or rotation; AMI tells of it with LogChannel.

| option of `[general]` | default | what it does |
|---|---|---|
";

    /// `UPDATE_EXPECT=1` writes the page anew.
    #[test]
    fn the_page_of_the_manual_is_up_to_date() {
        let mut page = CONSOLE.to_owned();
        page.push_str(LOG);
        for option in General::OPTIONS {
            let _ = writeln!(page, "| `{}` | {} | {} |", option.name, option.default, option.synopsis);
        }
        page.push_str("\nThe commands are in [commands.md](commands.md), and `core show help` lists those of your Obelus.\n");
        expect_file!["../../../docs/console.md"].assert_eq(&page);
    }
}
