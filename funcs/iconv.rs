//! `ICONV(from,to,text)`: a text from one character set into another.

use async_trait::async_trait;
use encoding_rs::{EncoderResult, Encoding};
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::bytes::text;

pub(crate) struct Iconv;

static HELP: Help = Help {
    synopsis: "Converts charsets of strings.",
    arguments: &[
        Argument::required("in-charset", ""),
        Argument::required(
            "out-charset",
            "Perhaps with //TRANSLIT, for the nearest characters, or //IGNORE, to leave out what it has not.",
        ),
        Argument::rest("string", true, ""),
    ],
    description: "Values are UTF-8 in Obelus: a result that is no UTF-8 text is refused. What comes from telephones has been converted already; the use left is ICONV(UTF-8,ASCII//TRANSLIT,name) for those that take ASCII only.",
    see_also: &[],
};

#[async_trait]
impl DialplanFunction for Iconv {
    fn name(&self) -> &'static str {
        "ICONV"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${ICONV(UTF-8,ASCII//TRANSLIT,Müller & Søn)}", "Muller & Son"),
            ("${ICONV(utf8,us-ascii//IGNORE,Müller)}", "Mller"),
        ]
    }

    async fn read(&self, _channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 3);
        let (from, to) = (arguments.required(0, "in-charset")?, arguments.required(1, "out-charset")?);
        let (to, misfit) = match to.to_ascii_uppercase().split_once("//") {
            Some((to, "TRANSLIT")) => (to.to_owned(), Misfit::Nearest),
            Some((to, "IGNORE")) => (to.to_owned(), Misfit::LeaveOut),
            Some((_, other)) => {
                return Err(FunctionError::arguments(format!(
                    "`//{other}` is neither //TRANSLIT nor //IGNORE"
                )));
            }
            None => (to.to_owned(), Misfit::Refuse),
        };
        let decoded = Charset::find(from)?.decode(arguments.text(2))?;
        text(Charset::find(&to)?.encode(&decoded, &misfit)?)
    }
}

/// What becomes of a character that the new set has not.
enum Misfit {
    Refuse,
    LeaveOut,
    Nearest,
}

enum Charset {
    Ascii,
    Latin1,
    Other(&'static Encoding),
}

impl Charset {
    /// The sets that `iconv -l` calls so; those of the WHATWG, where Latin-1 and ASCII are not Windows-1252.
    fn find(name: &str) -> Result<Charset, FunctionError> {
        match name.to_ascii_uppercase().as_str() {
            "ASCII" | "US-ASCII" | "ANSI_X3.4-1968" | "646" => Ok(Charset::Ascii),
            "ISO-8859-1" | "ISO8859-1" | "ISO_8859-1" | "LATIN1" | "L1" => Ok(Charset::Latin1),
            other => Encoding::for_label(other.replace("ISO8859", "ISO-8859").as_bytes())
                .map(Charset::Other)
                .ok_or_else(|| FunctionError::arguments(format!("there is no character set `{name}`"))),
        }
    }

    fn decode(&self, text: &str) -> Result<String, FunctionError> {
        let illegal = || FunctionError::arguments("the text is not of its character set");
        match self {
            Charset::Ascii if text.is_ascii() => Ok(text.to_owned()),
            Charset::Ascii => Err(illegal()),
            Charset::Latin1 => Ok(text.bytes().map(char::from).collect()),
            Charset::Other(encoding) => encoding
                .decode_without_bom_handling_and_without_replacement(text.as_bytes())
                .map(std::borrow::Cow::into_owned)
                .ok_or_else(illegal),
        }
    }

    fn encode(&self, text: &str, misfit: &Misfit) -> Result<Vec<u8>, FunctionError> {
        let mut bytes = Vec::with_capacity(text.len());
        for char in text.chars() {
            if self.push(char, &mut bytes) {
                continue;
            }
            match misfit {
                Misfit::Refuse => {
                    return Err(FunctionError::failed(format!("the new character set has no `{char}`")));
                }
                Misfit::LeaveOut => {}
                Misfit::Nearest => bytes.extend(deunicode::deunicode_char(char).unwrap_or("?").bytes()),
            }
        }
        Ok(bytes)
    }

    /// Appends a character; says whether the set has it.
    fn push(&self, char: char, bytes: &mut Vec<u8>) -> bool {
        match (self, u8::try_from(char)) {
            (Charset::Ascii, Ok(byte)) if byte.is_ascii() => bytes.push(byte),
            (Charset::Latin1, Ok(byte)) => bytes.push(byte),
            (Charset::Ascii | Charset::Latin1, _) => return false,
            (Charset::Other(encoding), _) => return push_encoded(encoding, char, bytes),
        }
        true
    }
}

fn push_encoded(encoding: &'static Encoding, char: char, bytes: &mut Vec<u8>) -> bool {
    let mut room = [0; 16];
    let mut encoder = encoding.new_encoder();
    let source = char.encode_utf8(&mut [0; 4]).to_owned();
    let (result, _, written) = encoder.encode_from_utf8_without_replacement(&source, &mut room, true);
    bytes.extend(room.iter().take(written));
    matches!(result, EncoderResult::InputEmpty)
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, refuses};

    #[tokio::test]
    async fn sets_are_known_by_the_names_of_iconv() {
        check("${ICONV(latin1,UTF-8,abc)}${ICONV(UTF-8,utf-8,ä)}${ICONV(utf-8,KOI8-R,x)}", "abcäx").await;
        check("${ICONV(UTF-8,ASCII//TRANSLIT,Łódź €)}", "Lodz EUR").await;
        check("${ICONV(ISO8859-1,UTF-8,ä)}", "Ã¤").await;
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused() {
        refuses("ICONV(UTF-8,ASCII,ä)", "the new character set has no `ä`").await;
        refuses("ICONV(UTF-8,ISO-8859-1,ä)", "the result is no UTF-8 text").await;
        refuses("ICONV(ASCII,UTF-8,ä)", "the text is not of its character set").await;
        refuses("ICONV(klingon,UTF-8,x)", "there is no character set `klingon`").await;
        refuses("ICONV(UTF-8,ASCII//LOUD,x)", "`//LOUD` is neither //TRANSLIT nor //IGNORE").await;
    }
}
