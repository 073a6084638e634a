//! `SHELL(command)`: what a command prints.

use std::process::Stdio;

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError, Privilege};
use obelus_core::help::{Argument, Help};
use tokio::io::AsyncReadExt;
use tokio::process::Command;

/// The most that is read, as long as a value may become.
const MOST: u64 = 64 * 1024;

pub(crate) struct Shell;

static HELP: Help = Help {
    synopsis: "Executes a command using the system shell and captures its output.",
    arguments: &[Argument::rest("command", true, "For the shell: everything is read as there.")],
    description: "Gives what the command prints, at most 64 KiB of it, its last end of line included. The call goes on meanwhile. Never put in what a caller could have sent, unless FILTER has gone over it.",
    see_also: &["ENV", "FILTER"],
};

#[async_trait]
impl DialplanFunction for Shell {
    fn name(&self) -> &'static str {
        "SHELL"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("${SHELL(printf '%s' bar)}", "bar")]
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        if arguments.is_empty() {
            return Err(FunctionError::missing("command"));
        }
        let mut command = Command::new("/bin/sh");
        command.arg("-c").arg(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        channel.core().environment.prepare(&mut command);
        let output = channel.meanwhile(output(command)).await;
        output.map_err(|error| FunctionError::failed(format!("`{arguments}`: {error}")))
    }
}

async fn output(mut command: Command) -> std::io::Result<String> {
    let mut child = command.spawn()?;
    let mut bytes = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        // What is more than enough is not read, so that the program ends with a broken pipe.
        stdout.take(MOST).read_to_end(&mut bytes).await?;
    }
    child.wait().await?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, check, refuses};

    #[tokio::test]
    async fn the_shell_reads_the_command() {
        check("${SHELL(echo a; echo b | tr b c)}", "a\nc\n").await;
        check("[${SHELL(exit 3)}][${SHELL(cat)}]", "[][]").await;
        refuses("SHELL()", "the argument `command` is missing").await;
    }

    #[tokio::test]
    async fn an_endless_output_ends() {
        let output = Bench::new().read("SHELL(yes)").await.unwrap();
        assert_eq!(output.len() as u64, MOST);
    }

    #[tokio::test]
    async fn the_channel_hears_while_it_waits() {
        let mut bench = Bench::new();
        bench.far.hangs_up(obelus_core::cause::Cause::USER_BUSY);
        assert_eq!(bench.run("${SHELL(sleep 0.05; printf done)}${CHANNEL(checkhangup)}").await, "done1");
    }
}
