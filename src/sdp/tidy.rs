//! Makes a body out of what phones send that a strict reader takes: only the lines that matter here, with
//! single spaces, without what only an archive would want to know.

/// The lines that are read; times, bandwidths and contacts are not.
const READ: &[u8] = b"voscma";
/// Lines that may be there and are not read. Others are left for the reader to refuse.
const SKIPPED: &[u8] = b"biuekptrz";

/// The body as it is read.
pub(crate) fn tidy(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body).replace('\0', "");
    let mut tidied = String::with_capacity(text.len());
    let mut seen = Seen::default();
    for line in text.split(['\r', '\n']).map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(line) = seen.tidy_line(line) {
            tidied.push_str(&line);
            tidied.push_str("\r\n");
        }
    }
    tidied
}

/// What was seen already of what may be there once.
#[derive(Default)]
struct Seen {
    origin: bool,
    name: bool,
    session_address: bool,
    media: bool,
}

impl Seen {
    fn tidy_line(&mut self, line: &str) -> Option<String> {
        let (key, value) = match line.as_bytes() {
            [key, b'=', ..] => (*key, line.get(2..).unwrap_or_default().trim()),
            _ => return Some(line.to_owned()),
        };
        if SKIPPED.contains(&key) {
            return None;
        }
        let value = match key {
            b'o' if std::mem::replace(&mut self.origin, true) => return None,
            b'o' => origin(value)?,
            b's' if std::mem::replace(&mut self.name, true) || self.media => return None,
            b'c' if !self.media && std::mem::replace(&mut self.session_address, true) => return None,
            b'c' => single_spaced(value),
            b'm' => {
                self.media = true;
                media(value)
            }
            _ => value.to_owned(),
        };
        Some(if READ.contains(&key) { format!("{}={value}", char::from(key)) } else { line.to_owned() })
    }
}

fn single_spaced(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// An origin that cannot be read is left out: nothing depends on it.
fn origin(value: &str) -> Option<String> {
    let words: Vec<&str> = value.split_whitespace().collect();
    let [_, _, version, ..] = words.as_slice() else { return None };
    (words.len() == 6 && version.parse::<u64>().is_ok()).then(|| words.join(" "))
}

/// A stream that is switched off may come without formats.
fn media(value: &str) -> String {
    let words: Vec<&str> = value.split_whitespace().collect();
    match words.as_slice() {
        [_, "0", _] => format!("{} 0", words.join(" ")),
        _ => words.join(" "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, expected: &[&str]) {
        assert_eq!(tidy(body.as_bytes()).split_terminator("\r\n").collect::<Vec<_>>(), expected);
    }

    #[test]
    fn line_ends_and_spaces_are_made_regular() {
        check("v=0\ns=-\n\nm=audio  4000 RTP/AVP   0 8 \n", &["v=0", "s=-", "m=audio 4000 RTP/AVP 0 8"]);
        check("v=0\r\n  c= IN  IP4 192.0.2.1 \r\n", &["v=0", "c=IN IP4 192.0.2.1"]);
        check("v=0\rs=a\0b\r", &["v=0", "s=ab"]);
    }

    #[test]
    fn what_is_not_read_is_left_out() {
        check("v=0\r\nb=AS:1.5\r\nt=now later\r\nk=clear:x\r\ns=x\r\n", &["v=0", "s=x"]);
        check("v=0\r\no=me\r\no=- 1 2 IN IP4 h\r\n", &["v=0"]);
        check("v=0\r\no=- 1 99999999999999999999 IN IP4 h\r\n", &["v=0"]);
        check("v=0\r\ns=a\r\ns=b\r\nc=IN IP4 a\r\nc=IN IP4 b\r\n", &["v=0", "s=a", "c=IN IP4 a"]);
    }

    #[test]
    fn rubbish_stays_for_the_reader_to_refuse() {
        check("hello\r\nv=0\r\nq=1\r\n", &["hello", "v=0", "q=1"]);
    }

    #[test]
    fn a_stream_that_is_off_needs_no_formats() {
        check("m=video 0 RTP/AVP\r\n", &["m=video 0 RTP/AVP 0"]);
        check("m=video 9 RTP/AVP\r\n", &["m=video 9 RTP/AVP"]);
    }
}
