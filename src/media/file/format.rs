//! `FileFormat`: Asterisk's sound file formats by name and extension.

use crate::codec::Codec;
use std::fmt;

/// A kind of sound file, under Asterisk's name of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileFormat {
    /// RIFF/WAVE, 8 kHz by its name; the header decides.
    Wav,
    /// RIFF/WAVE, 16 kHz by its name; the header decides.
    Wav16,
    /// Linear samples of this format, low byte first, nothing else.
    Samples(Codec),
    /// Frames of this codec as RTP carries them, nothing else.
    Frames(Codec),
    /// Sun's format with its small header.
    Au,
}

/// Format, Asterisk's name, extensions in the order in which they are looked for.
///
/// Where two hold the same codec the earlier is taken.
const FORMATS: &[(FileFormat, &str, &[&str])] = &[
    (FileFormat::Wav, "wav", &["wav"]),
    (FileFormat::Wav16, "wav16", &["wav16"]),
    (FileFormat::Samples(Codec::Slin), "sln", &["sln", "slin", "raw"]),
    (FileFormat::Samples(Codec::Slin12), "sln12", &["sln12"]),
    (FileFormat::Samples(Codec::Slin16), "sln16", &["sln16"]),
    (FileFormat::Samples(Codec::Slin24), "sln24", &["sln24"]),
    (FileFormat::Samples(Codec::Slin32), "sln32", &["sln32"]),
    (FileFormat::Samples(Codec::Slin44), "sln44", &["sln44"]),
    (FileFormat::Samples(Codec::Slin48), "sln48", &["sln48"]),
    (FileFormat::Samples(Codec::Slin96), "sln96", &["sln96"]),
    (FileFormat::Samples(Codec::Slin192), "sln192", &["sln192"]),
    (FileFormat::Frames(Codec::Ulaw), "pcm", &["pcm", "ulaw", "ul", "mu", "ulw"]),
    (FileFormat::Au, "au", &["au"]),
    (FileFormat::Frames(Codec::Alaw), "alaw", &["alaw", "al", "alw"]),
    (FileFormat::Frames(Codec::G722), "g722", &["g722"]),
    (FileFormat::Frames(Codec::Gsm), "gsm", &["gsm"]),
    (FileFormat::Frames(Codec::G729), "g729", &["g729"]),
    (FileFormat::Frames(Codec::G726), "g726-32", &["g726-32"]),
    (FileFormat::Frames(Codec::Adpcm), "vox", &["vox"]),
    (FileFormat::Frames(Codec::Siren7), "siren7", &["siren7"]),
    (FileFormat::Frames(Codec::Siren14), "siren14", &["siren14"]),
    (FileFormat::Frames(Codec::G719), "g719", &["g719"]),
];

/// Extensions of sound files that exist in the wild and have no reader here, with what they are.
const UNREADABLE: &[(&str, &str)] = &[
    ("WAV", "GSM in RIFF/WAVE"),
    ("wav49", "GSM in RIFF/WAVE"),
    ("mp3", "MPEG audio"),
    ("ogg", "Ogg Vorbis"),
    ("spx", "Speex"),
    ("spx16", "Speex at 16 kHz"),
    ("spx32", "Speex at 32 kHz"),
    ("ilbc", "iLBC"),
    ("g723", "G.723.1"),
    ("g723sf", "G.723.1"),
    ("g726-40", "G.726 at 40 kbit/s"),
    ("g726-24", "G.726 at 24 kbit/s"),
    ("g726-16", "G.726 at 16 kbit/s"),
];

/// What an extension without a reader is, for the message that says why a file was passed over.
pub fn unreadable(extension: &str) -> Option<&'static str> {
    UNREADABLE.iter().find(|(known, _)| *known == extension).map(|&(_, what)| what)
}

impl FileFormat {
    /// Every format, the one preferred among equals first.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(|&(format, ..)| format)
    }

    /// The format of a file name's extension, which is case-sensitive as in Asterisk (`.WAV` is not `.wav`).
    pub fn from_extension(extension: &str) -> Option<Self> {
        let found = FORMATS.iter().find(|(_, _, extensions)| extensions.contains(&extension));
        found.map(|&(format, ..)| format)
    }

    /// The format of Asterisk's name or of any extension, as `Record` and `core show file formats` use them.
    pub fn from_name(name: &str) -> Option<Self> {
        let found = FORMATS.iter().find(|(_, known, _)| known.eq_ignore_ascii_case(name));
        found.map(|&(format, ..)| format).or_else(|| Self::from_extension(name))
    }

    /// Asterisk's name.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// Extensions in the order in which they are looked for, without the dot.
    pub fn extensions(self) -> &'static [&'static str] {
        self.row().2
    }

    /// The codec that the name promises; a header may say otherwise.
    pub fn codec(self) -> Codec {
        match self {
            Self::Wav => Codec::Slin,
            Self::Wav16 => Codec::Slin16,
            Self::Au => Codec::Ulaw,
            Self::Samples(codec) | Self::Frames(codec) => codec,
        }
    }

    fn row(self) -> &'static (Self, &'static str, &'static [&'static str]) {
        static UNNAMED: (FileFormat, &str, &[&str]) = (FileFormat::Wav, "unnamed", &[]);
        FORMATS.iter().find(|(format, ..)| *format == self).unwrap_or(&UNNAMED)
    }
}

impl fmt::Display for FileFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_extension_leads_back_to_its_format_alone() {
        for format in FileFormat::all() {
            assert_eq!(FileFormat::from_name(format.name()), Some(format));
            for extension in format.extensions() {
                assert_eq!(FileFormat::from_extension(extension), Some(format), "{extension}");
                assert_eq!(unreadable(extension), None);
            }
        }
    }

    #[test]
    fn frame_formats_have_a_constant_size() {
        for format in FileFormat::all() {
            assert!(format.codec().bytes_in(format.codec().frame()).is_some(), "{format}");
        }
    }

    #[test]
    fn capital_wav_is_gsm_as_in_asterisk() {
        assert_eq!(FileFormat::from_extension("WAV"), None);
        assert_eq!(unreadable("WAV"), Some("GSM in RIFF/WAVE"));
    }
}
