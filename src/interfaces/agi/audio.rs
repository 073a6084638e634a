//! EAGI: the caller's voice for a program, at its descriptor 3.

use std::os::fd::OwnedFd;

use obelus_core::channel::Channel;
use obelus_core::engine::{Direction, Tap, TapFrame, TapOptions};
use obelus_core::media::{RATES, g711};
use tokio::net::unix::pipe;
use tokio::task::JoinHandle;

/// The descriptor at which the program finds it.
pub(super) const DESCRIPTOR: i32 = 3;

/// A pipe takes so much at once or nothing (POSIX `PIPE_BUF`): no sample is torn apart.
const WHOLE: usize = 4096;

/// What the samples look like: `EAGI_AUDIO_FORMAT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    /// Signed 16 bits, in the machine's order, so many a second.
    Linear(u32),
    Ulaw,
    Alaw,
}

impl Format {
    /// Asterisk's names: `slin`, `slin16` …, `ulaw`, `alaw`.
    fn parse(name: &str) -> Option<Format> {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "ulaw" => Some(Format::Ulaw),
            "alaw" => Some(Format::Alaw),
            "slin" => Some(Format::Linear(8000)),
            _ => {
                let thousands: u32 = name.strip_prefix("slin")?.parse().ok()?;
                RATES.into_iter().find(|rate| rate / 1000 == thousands && thousands > 8).map(Format::Linear)
            }
        }
    }

    fn rate(self) -> u32 {
        match self {
            Format::Linear(rate) => rate,
            Format::Ulaw | Format::Alaw => 8000,
        }
    }

    fn write(self, samples: &[i16], bytes: &mut Vec<u8>) {
        bytes.clear();
        match self {
            Format::Linear(_) => bytes.extend(samples.iter().flat_map(|sample| sample.to_ne_bytes())),
            Format::Ulaw => {
                bytes.resize(samples.len(), 0);
                g711::linear_to_ulaw(samples, bytes);
            }
            Format::Alaw => {
                bytes.resize(samples.len(), 0);
                g711::linear_to_alaw(samples, bytes);
            }
        }
    }
}

/// Writes the voice into the pipe until it is dropped.
pub(super) struct Audio(JoinHandle<()>);

impl Audio {
    /// Begins to listen; returns with it the end for the program.
    pub(super) fn begin(channel: &Channel) -> Result<(Audio, OwnedFd), String> {
        let format = wished(channel);
        let port = channel.media().ok_or("the channel has no audio")?;
        let ways = Direction { send: false, receive: true };
        let options = TapOptions { ways, rate: format.rate(), ..TapOptions::RECEIVED };
        let tap = port.tap(options).map_err(|error| error.to_string())?;
        let pipe = || {
            let (sender, receiver) = pipe::pipe()?;
            Ok::<_, std::io::Error>((sender, receiver.into_blocking_fd()?))
        };
        let (sender, receiver) = pipe().map_err(|error| format!("no pipe for the audio: {error}"))?;
        Ok((Audio(tokio::spawn(pass_on(tap, sender, format))), receiver))
    }
}

impl Drop for Audio {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn wished(channel: &Channel) -> Format {
    let Some(name) = channel.variable("EAGI_AUDIO_FORMAT") else { return Format::Linear(8000) };
    Format::parse(&name).unwrap_or_else(|| {
        tracing::error!(channel = %channel.name(), "EAGI: could not find requested format `{name}`; slin is used");
        Format::Linear(8000)
    })
}

/// A program that does not read loses what it does not take; the call goes on.
async fn pass_on(mut tap: Tap, pipe: pipe::Sender, format: Format) {
    let mut bytes = Vec::with_capacity(WHOLE);
    while let Some(frame) = tap.recv().await {
        if write(&frame, &pipe, format, &mut bytes)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
        {
            return;
        }
        tap.recycle(frame);
    }
}

fn write(frame: &TapFrame, pipe: &pipe::Sender, format: Format, bytes: &mut Vec<u8>) -> std::io::Result<()> {
    format.write(&frame.samples, bytes);
    bytes.chunks(WHOLE).try_for_each(|part| pipe.try_write(part).map(|_| ()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_asterisks_names() {
        let check =
            |name: &str, expected: Option<Format>| assert_eq!(Format::parse(name), expected, "{name}");
        check("slin", Some(Format::Linear(8000)));
        check("SLIN16", Some(Format::Linear(16_000)));
        check("slin44", Some(Format::Linear(44_100)));
        check("ulaw", Some(Format::Ulaw));
        check("slin8", None);
        check("slin17", None);
        check("opus", None);
    }

    #[test]
    fn samples_are_written_as_the_format_says() {
        let mut bytes = Vec::new();
        Format::Linear(8000).write(&[1, -2], &mut bytes);
        assert_eq!(bytes, [1_i16.to_ne_bytes(), (-2_i16).to_ne_bytes()].concat());
        Format::Ulaw.write(&[0, 0], &mut bytes);
        assert_eq!(bytes, [0xff, 0xff]);
        Format::Alaw.write(&[0], &mut bytes);
        assert_eq!(bytes, [0xd5]);
    }
}
