//! `allow` and `disallow`: which codecs an endpoint may use, in which order, in which frames.

use std::fmt;
use std::time::Duration;

use obelus_media::Codec;

use crate::error;

/// Formats that Asterisk knows and that carry no audio: accepted in lists, and not served.
const OTHERS: &[&str] =
    &["jpeg", "png", "h261", "h263", "h263p", "h264", "h265", "mpeg4", "vp8", "vp9", "red", "t140", "t38"];

/// What is wrong with an entry of a list. The rest of the list is taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// No format of this name; [`Codec::names`] are the candidates for a suggestion.
    #[error("unknown codec `{0}`")]
    UnknownCodec(String),
    /// The number behind the colon is none, or the codec has no such frames.
    #[error("`{entry}`: {codec} has frames of {shortest} to {longest} ms")]
    Framing {
        /// The entry as it was written.
        entry: String,
        /// The codec's name.
        codec: &'static str,
        /// Its shortest frame in milliseconds.
        shortest: u128,
        /// Its longest frame in milliseconds.
        longest: u128,
    },
}

/// Codecs in order of preference.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodecList {
    entries: Vec<Entry>,
    others: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    codec: Codec,
    /// The frame length that the list demands.
    framing: Option<Duration>,
}

/// Whether a list allows or disallows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Allow,
    Disallow,
}

impl Effect {
    fn inverse(self) -> Self {
        match self {
            Self::Allow => Self::Disallow,
            Self::Disallow => Self::Allow,
        }
    }
}

impl CodecList {
    /// No codec.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in an `allow` line: `!all,ulaw,g722:20`; what is named anew goes to the end.
    ///
    /// # Errors
    /// All entries that cannot be taken; the others are.
    pub fn allow(&mut self, list: &str) -> Result<(), Vec<ListError>> {
        self.update(list, Effect::Allow)
    }

    /// Takes in a `disallow` line.
    ///
    /// # Errors
    /// All entries that cannot be taken; the others are.
    pub fn disallow(&mut self, list: &str) -> Result<(), Vec<ListError>> {
        self.update(list, Effect::Disallow)
    }

    /// The codecs in their order.
    #[must_use]
    pub fn codecs(&self) -> Vec<Codec> {
        self.entries.iter().map(|entry| entry.codec).collect()
    }

    /// Whether a codec is in the list.
    #[must_use]
    pub fn contains(&self, codec: Codec) -> bool {
        self.entries.iter().any(|entry| entry.codec == codec)
    }

    /// Whether no codec is in the list.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The frame length of a codec: what the list demands, else the codec's own.
    #[must_use]
    pub fn framing(&self, codec: Codec) -> Duration {
        let entry = self.entries.iter().find(|entry| entry.codec == codec);
        entry.and_then(|entry| entry.framing).unwrap_or(codec.frame())
    }

    /// The video, image and text formats that were allowed by name and are not served.
    #[must_use]
    pub fn unserved(&self) -> &[&'static str] {
        &self.others
    }

    fn update(&mut self, list: &str, effect: Effect) -> Result<(), Vec<ListError>> {
        let list = list.trim();
        // `(ulaw|alaw)` is how lists are printed; read back it replaces what there is.
        let printed = list.strip_prefix('(').and_then(|list| list.strip_suffix(')'));
        if printed.is_some() {
            self.update_all(effect.inverse());
        }
        let entries = printed.unwrap_or(list).split([',', '|']).map(str::trim);
        let results = entries.filter(|entry| !entry.is_empty()).map(|entry| self.take(entry, effect));
        let errors: Vec<ListError> = results.filter_map(Result::err).collect();
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }

    fn take(&mut self, entry: &str, effect: Effect) -> Result<(), ListError> {
        let (name, effect) = match entry.strip_prefix('!') {
            Some(name) => (name.trim(), effect.inverse()),
            None => (entry, effect),
        };
        let (name, framing) = match name.rsplit_once(':') {
            Some((name, framing)) => (name.trim(), Some(framing.trim())),
            None => (name, None),
        };
        if name.eq_ignore_ascii_case("all") {
            self.update_all(effect);
            return Ok(());
        }
        if let Some(other) = OTHERS.iter().find(|other| other.eq_ignore_ascii_case(name)) {
            self.update_other(other, effect);
            return Ok(());
        }
        let codec = Codec::from_name(name).map_err(|unknown| ListError::UnknownCodec(unknown.name))?;
        let framing = framing.map(|text| read_framing(entry, codec, text)).transpose()?.flatten();
        self.update_one(Entry { codec, framing }, effect);
        Ok(())
    }

    fn update_all(&mut self, effect: Effect) {
        match effect {
            Effect::Allow => {
                for codec in Codec::ALL {
                    self.update_one(Entry { codec: *codec, framing: None }, Effect::Allow);
                }
            }
            Effect::Disallow => *self = Self::new(),
        }
    }

    fn update_one(&mut self, entry: Entry, effect: Effect) {
        match effect {
            Effect::Allow if !self.contains(entry.codec) => self.entries.push(entry),
            Effect::Allow => {}
            Effect::Disallow => self.entries.retain(|known| known.codec != entry.codec),
        }
    }

    fn update_other(&mut self, name: &'static str, effect: Effect) {
        self.others.retain(|other| *other != name);
        if effect == Effect::Allow {
            self.others.push(name);
        }
    }
}

/// 0 is the codec's own frame length, as in Asterisk.
fn read_framing(entry: &str, codec: Codec, text: &str) -> Result<Option<Duration>, ListError> {
    let (shortest, longest) = (codec.shortest_frame(), codec.longest_frame());
    match text.parse().map(Duration::from_millis) {
        Ok(Duration::ZERO) => Ok(None),
        Ok(framing) if (shortest..=longest).contains(&framing) => Ok(Some(framing)),
        Ok(_) | Err(_) => Err(ListError::Framing {
            entry: entry.to_owned(),
            codec: codec.name(),
            shortest: shortest.as_millis(),
            longest: longest.as_millis(),
        }),
    }
}

impl FromIterator<Codec> for CodecList {
    fn from_iter<I: IntoIterator<Item = Codec>>(codecs: I) -> Self {
        let mut list = Self::new();
        for codec in codecs {
            list.update_one(Entry { codec, framing: None }, Effect::Allow);
        }
        list
    }
}

/// As Asterisk prints it: `(ulaw|alaw)`.
impl fmt::Display for CodecList {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&error::list(&self.codecs()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines of `allow`, or of `disallow` after a minus sign; the list they make, or the first problem.
    fn check(lines: &[&str], expected: &str) {
        let mut list = CodecList::new();
        let mut problems = Vec::new();
        for line in lines {
            let result = match line.strip_prefix('-') {
                Some(line) => list.disallow(line),
                None => list.allow(line),
            };
            problems.extend(result.err().into_iter().flatten());
        }
        let shown = problems.first().map_or(list.to_string(), ToString::to_string);
        assert_eq!(shown, expected, "{lines:?}");
    }

    #[test]
    fn lists_add_and_remove_in_order() {
        check(&["ulaw,alaw"], "(ulaw|alaw)");
        check(&["-all", "alaw", "ulaw"], "(alaw|ulaw)");
        check(&["!all, opus , G722,ulaw"], "(opus|g722|ulaw)");
        check(&["ulaw|alaw,ulaw"], "(ulaw|alaw)");
        check(&["ulaw,alaw,!ulaw"], "(alaw)");
        check(&["ulaw,alaw", "-alaw"], "(ulaw)");
        check(&["ulaw", "(gsm|alaw)"], "(gsm|alaw)");
        check(&["ulaw", "-all"], "(nothing)");
        check(&[""], "(nothing)");
    }

    #[test]
    fn all_is_everything_in_asterisks_order() {
        let mut list = CodecList::new();
        list.allow("opus,all").unwrap();
        assert_eq!(list.codecs().first(), Some(&Codec::Opus));
        assert_eq!(list.codecs().len(), Codec::ALL.len());
        list.disallow("all,!g722").unwrap();
        assert_eq!(list.codecs(), [Codec::G722]);
    }

    #[test]
    fn a_frame_length_goes_behind_a_colon() {
        let mut list = CodecList::new();
        list.allow("g722:40,ulaw,alaw:0").unwrap();
        let framings = [Codec::G722, Codec::Ulaw, Codec::Alaw].map(|codec| list.framing(codec).as_millis());
        assert_eq!(framings, [40, 20, 20]);
    }

    #[test]
    fn video_is_taken_note_of() {
        let mut list = CodecList::new();
        list.allow("ulaw,h264,VP8,!h264").unwrap();
        assert_eq!((list.to_string().as_str(), list.unserved()), ("(ulaw)", &["vp8"][..]));
    }

    #[test]
    fn problems_are_named_and_the_rest_is_taken() {
        check(&["ulow,alaw"], "unknown codec `ulow`");
        check(&["ulaw:5"], "`ulaw:5`: ulaw has frames of 10 to 140 ms");
        check(&["ulaw:x"], "`ulaw:x`: ulaw has frames of 10 to 140 ms");
        let mut list = CodecList::new();
        assert_eq!(list.allow("ulow,alaw,gsn").unwrap_err().len(), 2);
        assert_eq!(list.to_string(), "(alaw)");
    }
}
