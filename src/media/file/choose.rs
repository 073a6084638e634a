//! Which file is played for a name, a language and a codec: pure choices, the folders are read by the caller.

use super::FileFormat;
use crate::codec::Codec;
use crate::transcode::Transcoder;

/// Asterisk's language of last resort.
const DEFAULT_LANGUAGE: &str = "en";

/// The paths without extension under which a sound is looked for, in order.
///
/// `xx_YY` falls back to `xx`, then to no language at all, then to `en`; an absolute name has no language.
pub fn candidates(name: &str, language: &str) -> Vec<String> {
    if name.starts_with('/') {
        return vec![name.to_owned()];
    }
    let mut paths = Vec::new();
    let mut rest = language;
    while !rest.is_empty() {
        paths.push(format!("{rest}/{name}"));
        rest = rest.rsplit_once('_').map_or("", |(shorter, _)| shorter);
    }
    paths.push(name.to_owned());
    let default = format!("{DEFAULT_LANGUAGE}/{name}");
    if !paths.contains(&default) {
        paths.push(default);
    }
    paths
}

/// The best of the formats in which a sound exists, for a channel that speaks `codec`.
///
/// The channel's own codec wins; then Asterisk's order: cheapest translation, nearest sample rate, best quality,
/// and among equals the first. `None` if none can be converted.
pub fn choose(existing: &[FileFormat], codec: Codec) -> Option<FileFormat> {
    let rank = |format: &FileFormat| {
        let from = format.codec();
        let cost = Transcoder::cost(from, codec).ok()?;
        let gap = from.sample_rate().abs_diff(codec.sample_rate());
        Some((cost, gap, u8::MAX - from.quality()))
    };
    let ranked = existing.iter().filter_map(|format| Some((rank(format)?, *format)));
    ranked.min_by_key(|&(rank, _)| rank).map(|(_, format)| format)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(extensions: &[&str], codec: Codec, expected: Option<&str>) {
        let existing: Vec<_> =
            extensions.iter().filter_map(|text| FileFormat::from_extension(text)).collect();
        assert_eq!(choose(&existing, codec).map(FileFormat::name), expected, "{extensions:?} for {codec}");
    }

    #[test]
    fn the_codec_of_the_channel_wins() {
        check(&["wav", "alaw", "ulaw"], Codec::Ulaw, Some("pcm"));
        check(&["wav", "alaw", "ulaw"], Codec::Alaw, Some("alaw"));
        check(&["wav", "g729"], Codec::G729, Some("g729"));
        check(&["sln16", "wav"], Codec::Slin, Some("wav"));
    }

    #[test]
    fn linear_is_better_than_the_other_law() {
        check(&["alaw", "wav"], Codec::Ulaw, Some("wav"));
        check(&["alaw", "sln16"], Codec::Ulaw, Some("alaw"));
    }

    #[test]
    fn the_nearest_rate_is_taken() {
        check(&["sln48", "sln16"], Codec::Ulaw, Some("sln16"));
        check(&["sln", "sln12"], Codec::Slin16, Some("sln12"));
    }

    #[test]
    fn what_cannot_be_converted_is_not_chosen() {
        check(&["g729", "gsm"], Codec::Ulaw, None);
        check(&["g729", "alaw"], Codec::Ulaw, Some("alaw"));
        check(&[], Codec::Ulaw, None);
    }

    #[test]
    fn languages_fall_back_to_the_plain_one_then_none_then_english() {
        assert_eq!(
            candidates("digits/1", "en_GB_f"),
            ["en_GB_f/digits/1", "en_GB/digits/1", "en/digits/1", "digits/1"]
        );
        assert_eq!(candidates("hello", "de"), ["de/hello", "hello", "en/hello"]);
        assert_eq!(candidates("hello", ""), ["hello", "en/hello"]);
        assert_eq!(candidates("/tmp/hello", "de"), ["/tmp/hello"]);
    }
}
