//! `AGI(command[,arg…])`: gives the call to a program or to a server.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::conf::is_false;
use obelus_core::function::Privilege;
use obelus_core::help::{Argument, Help};
use obelus_core::verbose;
use tokio::time::Instant;

use super::audio::Audio;
use super::connection::Connection;
use super::network::{Server, connect};
use super::process::{self, Process, Remote};
use super::session::{Ended, Peer, Session, Status};
use super::target::Target;
use super::{Agi, async_session, environment};

/// The application `AGI`, or `EAGI`.
pub(super) struct RunAgi {
    pub(super) agi: Arc<Agi>,
    /// `EAGI`: the program has the caller's voice.
    pub(super) enhanced: bool,
}

static HELP: Help = Help {
    synopsis: "Executes an AGI compliant application.",
    arguments: &[
        Argument::required(
            "command",
            "A program of the AGI folder or with its path, agi://host[:port][/script], hagi://domain[/script] or agi:async.",
        ),
        Argument::repeated("arg", false, "What the program gets as arguments and as agi_arg_1 and so on."),
    ],
    description: "Starts a program, which carries out commands on the channel by writing them to its standard output and reads the answers from its standard input; or asks a server that does so through TCP, port 4573. `hagi` looks for servers by SRV and tries one after the other. With agi:async the commands come from the action AGI or from `agi exec`, and the answers are the events AsyncAGIExec.\n\nWhen the call ends the program gets SIGHUP, or the server the word HANGUP, unless AGISIGHUP=no; with AGIEXITONHANGUP=yes it is left at once. AGISTATUS is SUCCESS, FAILURE, NOTFOUND or HANGUP afterwards. agi.conf limits how many programs run and how long.",
    see_also: &["System", "Exec"],
};

static EAGI_HELP: Help = Help {
    synopsis: "Executes an EAGI compliant application.",
    arguments: &[
        Argument::required("command", "A program of the AGI folder or with its path."),
        Argument::repeated("arg", false, "What the program gets as arguments and as agi_arg_1 and so on."),
    ],
    description: "Does what AGI does for programs, and gives the program what the caller says at its descriptor 3: signed linear samples of 16 bits in the machine's order, 8000 a second. EAGI_AUDIO_FORMAT asks for another format: slin12, slin16, slin24, slin32, slin44, slin48, slin96, slin192, ulaw or alaw. A program that does not read loses what it does not take. Servers and agi:async are refused.",
    see_also: &["AGI"],
};

#[async_trait]
impl App for RunAgi {
    fn name(&self) -> &'static str {
        if self.enhanced { "EAGI" } else { "AGI" }
    }

    fn help(&self) -> &'static Help {
        if self.enhanced { &EAGI_HELP } else { &HELP }
    }

    fn privilege(&self) -> Privilege {
        Privilege::Dangerous
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        if self.enhanced && channel.facts().hung_up.is_some() {
            tracing::error!(channel = %channel.name(), "EAGI cannot be run on a dead/hungup channel, please use AGI.");
            return Ok(Flow::Continue);
        }
        let words: Vec<&str> = arguments.from(0).collect();
        let (request, rest) = words.split_first().map_or(("", [].as_slice()), |(first, rest)| (*first, rest));
        let ended = match self.run_target(channel, request, rest).await {
            Ok(ended) => ended,
            Err(status) => Ended { status, closed: true, out_of_time: false, after: None },
        };
        channel.set_variable("AGISTATUS", ended.status.word());
        if ended.status == Status::Hangup {
            // What interrupts the channel is passed on; it may have gone without.
            channel.next_event(Some(Instant::now())).await?;
            return Ok(Flow::Hangup);
        }
        Ok(ended.after.unwrap_or(Flow::Continue))
    }
}

impl RunAgi {
    async fn run_target(&self, channel: &mut Channel, request: &str, rest: &[&str]) -> Result<Ended, Status> {
        let fails = |reason: &str| {
            tracing::warn!(request, "AGI: {reason}");
            Status::Failure
        };
        let _place = self.agi.enter().ok_or_else(|| fails("maxprocesses of agi.conf is reached"))?;
        let folder = channel.core().settings.load().directories.agi.clone();
        let target = Target::read(request, &folder).map_err(|reason| fails(&reason))?;
        if self.enhanced && !matches!(target, Target::Program(_)) {
            return Err(fails("EAGI runs programs only: neither servers nor Async AGI get audio"));
        }
        let servers = match target {
            Target::Program(program) => return self.run_program(channel, &program, request, rest).await,
            Target::Async => {
                let first = self.first_block(channel, "async", rest);
                return Ok(async_session::run(&self.agi, channel, &first).await);
            }
            Target::Server { host, port, script } => (vec![Server::new(host, port)], script),
            Target::Service { service, script } => {
                let core = channel.core().clone();
                let found = channel.meanwhile(self.agi.services.of(&service, &core.random)).await;
                (
                    found.map_err(|reason| fails(&format!("SRV look-up failed for {service}: {reason}")))?,
                    script,
                )
            }
        };
        self.run_server(channel, &servers.0, &servers.1, request, rest).await.map_err(|reason| fails(&reason))
    }

    async fn run_program(
        &self,
        channel: &mut Channel,
        program: &Path,
        request: &str,
        rest: &[&str],
    ) -> Result<Ended, Status> {
        if channel.meanwhile(tokio::fs::metadata(program)).await.is_err() {
            tracing::warn!("Failed to execute '{}': File does not exist.", program.display());
            return Err(Status::NotFound);
        }
        let core = channel.core().clone();
        let fails = |reason: &dyn std::fmt::Display| {
            tracing::warn!("Failed to execute '{}': {reason}", program.display());
            Status::Failure
        };
        let (_audio, descriptor) = match self.enhanced {
            true => {
                let (audio, descriptor) = Audio::begin(channel).map_err(|reason| fails(&reason))?;
                (Some(audio), Some(descriptor))
            }
            false => (None, None),
        };
        let started = process::start(&core, program, request, rest, descriptor);
        let (mut process, output, input) = started.map_err(|error| fails(&error))?;
        verbose!(core, 3, "Launched AGI Script {}", program.display());
        let first = self.first_block(channel, request, rest);
        let session = Session::new(self.agi.clone(), Connection::new(output, input));
        let mut ended = session.run(channel, &first, &mut process).await;
        if ended.closed {
            let well = self.wait_for(channel, &mut process).await;
            verbose!(
                core,
                3,
                "<{}>AGI Script {request} completed, returning {}",
                channel.name(),
                i32::from(!well)
            );
            if ended.status == Status::Success && !well {
                ended.status = Status::Failure;
            }
        } else if ended.out_of_time {
            process.kill();
        } else if !channel.variable("AGISIGHUP").is_some_and(|value| is_false(&value)) {
            process.signal();
        }
        Ok(ended)
    }

    /// Waits for a program that has closed its output; one that takes too long is killed.
    async fn wait_for(&self, channel: &mut Channel, process: &mut Process) -> bool {
        let conf = self.agi.conf.load_full();
        let limit = conf.time.into_iter().chain(conf.after_hangup).min();
        let Some(limit) = limit else { return channel.meanwhile(process.ended_well()).await };
        let ended = channel.meanwhile(tokio::time::timeout(limit, process.ended_well())).await;
        ended.unwrap_or_else(|_| {
            process.kill();
            false
        })
    }

    async fn run_server(
        &self,
        channel: &mut Channel,
        servers: &[Server],
        script: &str,
        request: &str,
        rest: &[&str],
    ) -> Result<Ended, String> {
        let patience = self.agi.conf.load().connect;
        let stream = channel.meanwhile(connect(servers, patience)).await?;
        let (input, output) = stream.into_split();
        let mut first = "agi_network: yes\n".to_owned();
        if !script.is_empty() {
            first.push_str(&format!("agi_network_script: {}\n", script.replace(char::is_control, " ")));
        }
        first.push_str(&self.first_block(channel, request, rest));
        let session = Session::new(self.agi.clone(), Connection::new(input, output));
        Ok(session.run(channel, &first, &mut Remote).await)
    }

    fn first_block(&self, channel: &Channel, request: &str, rest: &[&str]) -> String {
        environment::block(request, rest, self.enhanced, channel.handle().id(), &channel.handle().snapshot())
    }
}
