//! A connection to the PBX: requests go out, answers and the log come in.

use std::io::{self, BufRead, BufReader, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::ClientError;
use crate::console::protocol::{Reply, Request, Welcome, encode};

/// How long the tab key waits for an answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// A connected console; one thing is asked at a time.
pub(super) struct Session {
    welcome: Welcome,
    stream: Mutex<UnixStream>,
    reader: Option<BufReader<UnixStream>>,
    answers: Mutex<Receiver<Reply>>,
    sender: Option<Sender<Reply>>,
    over: Arc<AtomicBool>,
    reading: Option<JoinHandle<()>>,
}

impl Session {
    /// Reads who is there.
    pub(super) fn new(stream: UnixStream) -> Result<Session, ClientError> {
        let mut reader = BufReader::new(stream.try_clone()?);
        let welcome = match read(&mut reader)? {
            Some(Reply::Welcome(welcome)) => welcome,
            Some(other) => return Err(ClientError::Stranger(format!("{other:?}"))),
            None => return Err(ClientError::Disconnected),
        };
        let (sender, answers) = mpsc::channel();
        Ok(Session {
            welcome,
            stream: Mutex::new(stream),
            reader: Some(reader),
            answers: Mutex::new(answers),
            sender: Some(sender),
            over: Arc::default(),
            reading: None,
        })
    }

    /// Which PBX this is.
    pub(super) fn welcome(&self) -> &Welcome {
        &self.welcome
    }

    /// Starts the thread that reads; what is to be shown above the prompt goes to `print`, and `gone` is called when the
    /// PBX has ended.
    pub(super) fn listen(
        &mut self,
        mut print: impl FnMut(String) + Send + 'static,
        gone: impl FnOnce() + Send + 'static,
    ) -> io::Result<()> {
        let (Some(mut reader), Some(answers)) = (self.reader.take(), self.sender.take()) else {
            return Ok(());
        };
        let over = self.over.clone();
        let thread = thread::Builder::new().name("console".to_owned());
        self.reading = Some(thread.spawn(move || {
            while let Ok(Some(reply)) = read(&mut reader) {
                match reply {
                    Reply::Log { text } => print(text),
                    Reply::Lost { lines } => print(format!("({lines} lines of the log were lost here)")),
                    Reply::Goodbye => break,
                    reply => drop(answers.send(reply)),
                }
            }
            // Whoever leaves need not be told.
            if !over.swap(true, Ordering::AcqRel) {
                print("Disconnected from Obelus server".to_owned());
                gone();
            }
        })?);
        Ok(())
    }

    /// Waits until the PBX has ended or cut the connection.
    pub(super) fn wait_until_over(&mut self) {
        if let Some(reading) = self.reading.take() {
            // A reader that panicked has ended too.
            let _ = reading.join();
        }
    }

    /// Whether the PBX has ended or cut the connection.
    pub(super) fn is_over(&self) -> bool {
        self.over.load(Ordering::Acquire)
    }

    /// Asks for the log.
    pub(super) fn attach(&self, verbose: u8, colours: bool) -> io::Result<()> {
        self.ask(&Request::Attach { verbose, colours })
    }

    /// Runs a line and writes what it prints; says whether it did what it was asked.
    pub(super) fn run(&self, line: &str, out: &mut dyn Write) -> Result<bool, ClientError> {
        let answers = self.answers();
        self.ask(&Request::Run { line: line.to_owned() }).map_err(|_| ClientError::Disconnected)?;
        loop {
            match answers.recv().map_err(|_| ClientError::Disconnected)? {
                Reply::Output { text } => out.write_all(text.as_bytes())?,
                Reply::Done { good } => {
                    out.flush()?;
                    return Ok(good);
                }
                // The late answer to a completion that was no longer waited for.
                Reply::Words { .. } => {}
                other => return Err(ClientError::Stranger(format!("{other:?}"))),
            }
        }
    }

    /// What may follow the beginning of a line; nothing if the PBX takes too long to say.
    pub(super) fn complete(&self, line: &str) -> Vec<String> {
        let answers = self.answers();
        if self.ask(&Request::Complete { line: line.to_owned() }).is_err() {
            return Vec::new();
        }
        match answers.recv_timeout(PATIENCE) {
            Ok(Reply::Words { words }) => words,
            _ => Vec::new(),
        }
    }

    fn answers(&self) -> MutexGuard<'_, Receiver<Reply>> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ask(&self, request: &Request) -> io::Result<()> {
        let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
        stream.write_all(&encode(request)?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Release);
        // Ends the reading thread, which has a copy of the stream.
        let stream = self.stream.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = stream.shutdown(Shutdown::Both);
    }
}

/// The next reply; `None` at the end.
fn read(reader: &mut BufReader<UnixStream>) -> Result<Option<Reply>, ClientError> {
    let mut line = String::new();
    match reader.read_line(&mut line) {
        Ok(0) | Err(_) => Ok(None),
        Ok(_) => {
            serde_json::from_str(&line).map(Some).map_err(|error| ClientError::Stranger(error.to_string()))
        }
    }
}
