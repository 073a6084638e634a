//! Writing, with the patience that the program's user is granted.

use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};

use super::Session;
use crate::config::SlowClient;

/// What is kept of the buffer between two writings.
const KEPT: usize = 64 * 1024;

/// The connection is of no more use.
pub(super) struct Lost;

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Session<S> {
    /// Writes what is to be written.
    pub(super) async fn transmit(&mut self) -> Result<(), Lost> {
        if self.talk.out.is_empty() {
            return Ok(());
        }
        let out = std::mem::take(&mut self.talk.out);
        self.write(out.as_bytes()).await?;
        self.stream.flush().await.map_err(|_| Lost)?;
        self.talk.out = out;
        self.talk.out.clear();
        self.talk.out.shrink_to(KEPT);
        Ok(())
    }

    async fn write(&mut self, mut rest: &[u8]) -> Result<(), Lost> {
        let patience = self.patience();
        while !rest.is_empty() {
            match tokio::time::timeout(patience, self.stream.write(rest)).await {
                Ok(Ok(0) | Err(_)) => return Err(Lost),
                Ok(Ok(written)) => rest = rest.get(written..).unwrap_or_default(),
                Err(_) if self.may_be_slow() => {}
                Err(_) => {
                    tracing::warn!(remote = %self.talk.peer.remote, ?patience, "AMI: a program does not read; disconnected");
                    return Err(Lost);
                }
            }
        }
        Ok(())
    }

    fn patience(&self) -> Duration {
        match &self.talk.login {
            Some(login) => login.user.write_timeout,
            None => self.talk.ami.config.load().general.login_time,
        }
    }

    /// Whether it is only told what it lost, unless it must end anyway.
    fn may_be_slow(&self) -> bool {
        let drops = self.talk.ami.config.load().general.slow_client == SlowClient::Drop;
        drops && self.talk.login.is_some() && *self.talk.ended.borrow() == crate::ami::End::NotYet
    }
}
