//! One attempt at the call of a file.

use std::sync::Arc;
use std::time::SystemTime;

use obelus_core::channel::ChannelHandle;
use obelus_core::{Core, verbose};

use super::call_file::CallFile;
use super::folder::{Folder, Status};
use super::queue::blocking;

/// Whether a file is looked at again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It is gone.
    Never,
    /// At its modification time.
    AsTheFileSays,
}

/// A file whose call is made, and how far it is.
struct Attempt<'a> {
    core: &'a Arc<Core>,
    folder: &'a Folder,
    name: &'a str,
    file: CallFile,
    /// The modification time that we have set ourselves.
    noted: Option<SystemTime>,
}

/// Reads a file and makes its call, if there are attempts left; writes into the file what becomes of it.
///
/// The note that the attempt begins stands in the file before anybody is rung, so that a crash loses nothing.
pub(super) async fn attempt(core: &Arc<Core>, folder: &Folder, name: &str) -> Again {
    let (from, file_name) = (folder.clone(), name.to_owned());
    let text = match blocking(move || from.read(&file_name)).await {
        Some(Ok(text)) => text,
        Some(Err(error)) if error.kind() == std::io::ErrorKind::NotFound => return Again::Never,
        Some(Err(error)) => {
            tracing::warn!(file = name, %error, "a call file cannot be read");
            return Again::Never;
        }
        None => return Again::Never,
    };
    let (file, complaints) = CallFile::parse(&text);
    for complaint in complaints {
        tracing::warn!(file = name, complaint, "in a call file");
    }
    let mut attempt = Attempt { core, folder, name, file, noted: None };
    attempt.run().await
}

impl Attempt<'_> {
    async fn run(&mut self) -> Again {
        let call = match self.file.call() {
            Ok(call) => call,
            Err(reason) => {
                tracing::warn!(file = self.name, reason, "a call file is not carried out");
                return self.finish(Status::Failed).await;
            }
        };
        if self.file.tries > self.file.max_retries {
            return self.expire().await;
        }
        let aborted = self.file.is_open;
        self.file.tries += 1;
        if aborted && !self.note("AbortRetry").await || !self.note("StartRetry").await {
            return Again::Never;
        }
        verbose!(
            self.core,
            3,
            "Attempting call on {} for {} (Retry {})",
            self.file.channel(),
            self.file.purpose(),
            self.file.tries
        );
        match self.core.originate(call.clone()).await {
            Ok(channel) => self.complete(&channel).await,
            Err(error) => {
                tracing::info!(file = self.name, %error, "the call of a call file failed to go through");
                self.core.run_failed(&call, &error);
                self.refused().await
            }
        }
    }

    async fn complete(&mut self, channel: &ChannelHandle) -> Again {
        channel.until_gone().await;
        tracing::info!(file = self.name, "Call completed to {}", self.file.channel());
        self.finish(Status::Completed).await
    }

    async fn refused(&mut self) -> Again {
        if self.file.tries > self.file.max_retries {
            return self.expire().await;
        }
        match self.note("EndRetry").await {
            true => Again::AsTheFileSays,
            false => Again::Never,
        }
    }

    async fn expire(&mut self) -> Again {
        let (channel, tries) = (self.file.channel(), self.file.tries);
        tracing::info!(
            file = self.name,
            "Queued call to {channel} expired without completion after {tries} attempt{}",
            if tries == 1 { "" } else { "s" }
        );
        self.finish(Status::Expired).await
    }

    /// Writes a line into the file and puts it off by the time between attempts; a file that cannot be written on is
    /// not called, as it would be called for ever.
    async fn note(&mut self, word: &str) -> bool {
        let now = self.core.clock.now();
        let due = SystemTime::from(now) + self.file.retry_time;
        let line = format!("{word}: {} {} ({})", std::process::id(), self.file.tries, now.as_second());
        let (folder, name) = (self.folder.clone(), self.name.to_owned());
        match blocking(move || folder.note(&name, &line, due)).await {
            Some(Ok(())) => {
                self.noted = Some(due);
                true
            }
            Some(Err(error)) => {
                tracing::error!(file = self.name, %error, "a call file cannot be written on: it is left alone");
                false
            }
            None => false,
        }
    }

    /// Takes the file away, unless `AlwaysDelete: no` and somebody else has put it off into the future.
    async fn finish(&mut self, status: Status) -> Again {
        let (folder, name) = (self.folder.clone(), self.name.to_owned());
        let noted = self.noted;
        let now = SystemTime::from(self.core.clock.now());
        let (always, archive) = (self.file.always_delete, self.file.archive);
        let finished = blocking(move || {
            let due = folder.due(&name);
            if !always && due.is_some_and(|due| due > now && Some(due) != noted) {
                return Ok(Again::AsTheFileSays);
            }
            folder.finish(&name, status, archive).map(|()| Again::Never)
        });
        match finished.await {
            Some(Ok(again)) => again,
            Some(Err(error)) => {
                tracing::error!(file = self.name, %error, "a call file cannot be taken away");
                Again::Never
            }
            None => Again::Never,
        }
    }
}
