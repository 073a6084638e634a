//! `a=fmtp`: the parameters of those codecs that have any.

use std::fmt::Write;

use obelus_media::Codec;

/// The parameters of a codec, as agreed or as offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parameters {
    /// None that matter.
    Plain,
    /// Those of Opus.
    Opus(Opus),
    /// The frame length of iLBC in milliseconds, 20 or 30 (RFC 3952 4.1).
    IlbcMode(u8),
}

/// The parameters of Opus (RFC 7587 6.1); the defaults are the RFC's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opus {
    /// The highest rate in Hz that the receiver can use.
    pub max_playback_rate: u32,
    /// The highest rate in Hz that the sender captures.
    pub max_capture_rate: u32,
    /// The highest average bit rate in bit/s that the receiver wants.
    pub max_average_bitrate: Option<u32>,
    /// Whether the receiver prefers stereo.
    pub stereo: bool,
    /// Whether the sender is likely to send stereo.
    pub sends_stereo: bool,
    /// Whether the receiver wants a constant bit rate.
    pub constant_bitrate: bool,
    /// Whether the receiver can use in-band forward error correction.
    pub fec: bool,
    /// Whether the receiver wants silence to be left out.
    pub dtx: bool,
}

impl Default for Opus {
    fn default() -> Self {
        Self {
            max_playback_rate: 48000,
            max_capture_rate: 48000,
            max_average_bitrate: None,
            stereo: false,
            sends_stereo: false,
            constant_bitrate: false,
            fec: false,
            dtx: false,
        }
    }
}

impl Parameters {
    /// What we offer for a codec.
    #[must_use]
    pub fn offered(codec: Codec) -> Self {
        match codec {
            Codec::Opus => Self::Opus(Opus::default()),
            Codec::Ilbc => Self::IlbcMode(20),
            _ => Self::Plain,
        }
    }

    /// Reads the parameters of a codec; `None` if they rule out that we speak it.
    #[must_use]
    pub fn read(codec: Codec, text: Option<&str>) -> Option<Self> {
        let text = text.unwrap_or_default();
        match codec {
            Codec::Opus => Some(Self::Opus(Opus::read(text))),
            // Without the parameter it is 30 (RFC 3952 5).
            Codec::Ilbc => Some(Self::IlbcMode(if number(text, "mode") == Some(20) { 20 } else { 30 })),
            Codec::Siren7 => only_bitrate(text, 32000),
            Codec::Siren14 => only_bitrate(text, 48000),
            _ => Some(Self::Plain),
        }
    }

    /// What holds when we offer `self` and the other side names `theirs`.
    #[must_use]
    pub fn joined(&self, theirs: &Self) -> Self {
        match (self, theirs) {
            (Self::Opus(ours), Self::Opus(theirs)) => Self::Opus(ours.joined(theirs)),
            (Self::IlbcMode(ours), Self::IlbcMode(theirs)) if ours != theirs => Self::IlbcMode(30),
            (Self::Plain | Self::Opus(_) | Self::IlbcMode(_), _) => self.clone(),
        }
    }

    /// The value of `a=fmtp` behind the payload type; `None` if there is nothing to say.
    #[must_use]
    pub fn text(&self, codec: Codec) -> Option<String> {
        match self {
            Self::Opus(opus) => Some(opus.text()).filter(|text| !text.is_empty()),
            // Always written: some phones take 20 for the default.
            Self::IlbcMode(mode) => Some(format!("mode={mode}")),
            Self::Plain => fixed(codec).map(str::to_owned),
        }
    }
}

/// What Asterisk always writes for a codec.
fn fixed(codec: Codec) -> Option<&'static str> {
    match codec {
        Codec::G729 => Some("annexb=no"),
        Codec::Siren7 => Some("bitrate=32000"),
        Codec::Siren14 => Some("bitrate=48000"),
        _ => None,
    }
}

fn only_bitrate(text: &str, bitrate: u32) -> Option<Parameters> {
    number(text, "bitrate").is_none_or(|theirs| theirs == bitrate).then_some(Parameters::Plain)
}

/// The number of `name=number` in a list divided by semicolons; the last one counts.
fn number(text: &str, name: &str) -> Option<u32> {
    let values = text.split(';').filter_map(|part| part.split_once('='));
    let named = values.filter(|(known, _)| known.trim().eq_ignore_ascii_case(name));
    named.filter_map(|(_, value)| value.trim().parse().ok()).next_back()
}

impl Opus {
    fn read(text: &str) -> Self {
        let flag = |name| number(text, name).is_some_and(|value| value != 0);
        let rate = |name| number(text, name).filter(|rate| (8000..=48000).contains(rate));
        Self {
            // The second name is that of the drafts, still sent by old browsers.
            max_playback_rate: rate("maxplaybackrate").or(rate("maxcodedaudiobandwidth")).unwrap_or(48000),
            max_capture_rate: rate("sprop-maxcapturerate").unwrap_or(48000),
            max_average_bitrate: number(text, "maxaveragebitrate").filter(|rate| *rate > 0),
            stereo: flag("stereo"),
            sends_stereo: flag("sprop-stereo"),
            constant_bitrate: flag("cbr"),
            fec: flag("useinbandfec"),
            dtx: flag("usedtx"),
        }
    }

    fn joined(&self, theirs: &Self) -> Self {
        let bitrates = [self.max_average_bitrate, theirs.max_average_bitrate];
        Self {
            max_playback_rate: self.max_playback_rate.min(theirs.max_playback_rate),
            max_capture_rate: self.max_capture_rate.min(theirs.max_capture_rate),
            max_average_bitrate: bitrates.into_iter().flatten().min(),
            stereo: self.stereo && theirs.stereo,
            sends_stereo: self.sends_stereo || theirs.sends_stereo,
            constant_bitrate: self.constant_bitrate || theirs.constant_bitrate,
            fec: self.fec && theirs.fec,
            dtx: self.dtx || theirs.dtx,
        }
    }

    /// What differs from the defaults, in Asterisk's order.
    fn text(&self) -> String {
        let rate = |rate: u32| (rate != 48000).then_some(rate);
        let flag = |flag: bool| flag.then_some(1);
        let all = [
            ("maxplaybackrate", rate(self.max_playback_rate)),
            ("sprop-maxcapturerate", rate(self.max_capture_rate)),
            ("maxaveragebitrate", self.max_average_bitrate),
            ("stereo", flag(self.stereo)),
            ("sprop-stereo", flag(self.sends_stereo)),
            ("cbr", flag(self.constant_bitrate)),
            ("useinbandfec", flag(self.fec)),
            ("usedtx", flag(self.dtx)),
        ];
        let mut text = String::new();
        for (name, value) in all {
            if let Some(value) = value {
                let separator = if text.is_empty() { "" } else { ";" };
                // Writing into a String cannot fail.
                let _ = write!(text, "{separator}{name}={value}");
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What we answer to parameters; `-` for nothing, `refused` where they cannot be met.
    fn check(codec: Codec, theirs: &str, answer: &str) {
        let theirs = Some(theirs).filter(|text| !text.is_empty());
        let shown = match Parameters::read(codec, theirs) {
            Some(theirs) => {
                let joined = Parameters::offered(codec).joined(&theirs);
                joined.text(codec).unwrap_or_else(|| "-".to_owned())
            }
            None => "refused".to_owned(),
        };
        assert_eq!(shown, answer, "{codec:?} {theirs:?}");
    }

    #[test]
    fn opus_takes_the_lower_rates() {
        check(Codec::Opus, "", "-");
        check(Codec::Opus, "minptime=10;useinbandfec=1", "-");
        check(
            Codec::Opus,
            "maxplaybackrate=24000;sprop-maxcapturerate=24000;maxaveragebitrate=96000;useinbandfec=1",
            "maxplaybackrate=24000;sprop-maxcapturerate=24000;maxaveragebitrate=96000",
        );
        check(Codec::Opus, "maxcodedaudiobandwidth=16000 ; USEDTX=1", "maxplaybackrate=16000;usedtx=1");
        check(Codec::Opus, "maxplaybackrate=banana;;=;x", "-");
        check(Codec::Opus, "maxplaybackrate=4294967296;maxaveragebitrate=0", "-");
    }

    #[test]
    fn ilbc_always_says_its_mode() {
        check(Codec::Ilbc, "mode=20", "mode=20");
        check(Codec::Ilbc, "mode=30", "mode=30");
        check(Codec::Ilbc, "", "mode=30");
    }

    #[test]
    fn siren_has_one_bit_rate() {
        check(Codec::Siren7, "bitrate=32000", "bitrate=32000");
        check(Codec::Siren7, "", "bitrate=32000");
        check(Codec::Siren7, "bitrate=24000", "refused");
        check(Codec::Siren14, "bitrate=32000", "refused");
    }

    #[test]
    fn g729_never_has_annex_b() {
        check(Codec::G729, "annexb=yes", "annexb=no");
        check(Codec::Ulaw, "whatever", "-");
    }
}
