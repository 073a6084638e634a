//! `core show codecs` and `core show codec`.

use std::fmt::Write;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};
use obelus_core::media::Codec;

use crate::usage::usage;

/// Asterisk's numbers count its formats for images, video, text and fax between Opus and SILK.
const FORMATS_WITHOUT_SOUND: usize = 14;

/// Asterisk's number of a codec; Codec 2 is the first of our list.
fn number(codec: Codec) -> usize {
    let place = Codec::ALL.iter().position(|known| *known == codec).unwrap_or(0) + 1;
    if codec > Codec::Opus { place + FORMATS_WITHOUT_SOUND } else { place }
}

/// The name of the family: all linear formats are `slin`.
fn family(codec: Codec) -> &'static str {
    codec.name().trim_end_matches(|letter: char| letter.is_ascii_digit() && is_rated(codec))
}

/// Whether the digits at the end of a name are its sample rate.
fn is_rated(codec: Codec) -> bool {
    ["slin", "speex", "silk"].iter().any(|family| codec.name().starts_with(family))
}

pub(super) struct ShowCodecs;

#[async_trait]
impl CliCommand for ShowCodecs {
    fn syntax(&self) -> &'static str {
        "core show codecs [audio|video|image|text]"
    }

    fn synopsis(&self) -> &'static str {
        "Displays a list of registered codecs"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let is_audio = match call.arguments() {
            [] => true,
            [kind] if ["video", "image", "text"].contains(&kind.to_lowercase().as_str()) => false,
            [kind] if kind.eq_ignore_ascii_case("audio") => true,
            _ => return Err(usage(self)),
        };
        let mut text = "Disclaimer: this command is for informational purposes only.\n\
                        \tIt does not indicate anything about your configuration.\n"
            .to_owned();
        let _ = writeln!(text, "{:>8} TYPE  {:<12} {:<16} QUALITY DESCRIPTION", "ID", "NAME", "FORMAT");
        let _ = writeln!(text, "{}", "-".repeat(96));
        for codec in Codec::ALL.iter().copied().filter(|_| is_audio) {
            let (id, family, name) = (number(codec), family(codec), codec.name());
            let (quality, description) = (codec.quality(), codec.description());
            let _ = writeln!(text, "{id:>8} audio {family:<12} {name:<16} {quality:>7} ({description})");
        }
        Ok(text)
    }
}

pub(super) struct ShowCodec;

#[async_trait]
impl CliCommand for ShowCodec {
    fn syntax(&self) -> &'static str {
        "core show codec <number>"
    }

    fn synopsis(&self) -> &'static str {
        "Shows a specific codec"
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        let [wanted] = call.arguments() else { return Err(usage(self)) };
        let wanted: usize = wanted.parse().map_err(|_| usage(self))?;
        let found = Codec::ALL.iter().find(|codec| number(**codec) == wanted);
        let codec = found.ok_or_else(|| CliError::failed(format!("Codec {wanted} not found")))?;
        Ok(format!("{wanted:>11} {} ({})\n", codec.description(), codec.name()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_have_asterisks_numbers_and_families() {
        let check = |codec, expected| assert_eq!((number(codec), family(codec)), expected);
        check(Codec::Codec2, (1, "codec2"));
        check(Codec::Ulaw, (3, "ulaw"));
        check(Codec::Slin16, (11, "slin"));
        check(Codec::G722, (24, "g722"));
        check(Codec::Opus, (28, "opus"));
        check(Codec::Silk8, (43, "silk"));
    }
}
