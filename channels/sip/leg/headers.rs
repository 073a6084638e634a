//! `Written`: the headers that a channel sets for the INVITE of its call, `PJSIP_HEADER(add,…)` and its like.

use obelus_sip::message::{HeaderError, HeaderList};

/// Headers by name, in the order in which they were added, and parameters of From.
#[derive(Debug, Default)]
pub(crate) struct Written {
    list: Vec<(String, String)>,
    from_params: Vec<(ParamPlace, String)>,
}

/// Where a parameter of From stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ParamPlace {
    /// Behind the URI.
    Header,
    /// Inside the URI.
    Uri,
}

impl Written {
    /// Adds a header.
    pub(crate) fn add(&mut self, name: &str, value: &str) -> Result<(), HeaderError> {
        HeaderList::new().push(name, value)?;
        self.list.push((name.to_owned(), value.to_owned()));
        Ok(())
    }

    /// The value of the header of this name and number, counted from 1.
    pub(crate) fn value(&self, name: &str, number: usize) -> Option<&str> {
        let index = self.index(name, number)?;
        self.list.get(index).map(|(_, value)| value.as_str())
    }

    /// Replaces that header; `false` if there is none.
    pub(crate) fn update(&mut self, name: &str, number: usize, value: &str) -> Result<bool, HeaderError> {
        HeaderList::new().push(name, value)?;
        let Some(found) = self.index(name, number).and_then(|index| self.list.get_mut(index)) else {
            return Ok(false);
        };
        value.clone_into(&mut found.1);
        Ok(true)
    }

    /// Takes out all headers whose name fits, `X-*` for all that begin so; gives how many.
    pub(crate) fn remove(&mut self, pattern: &str) -> usize {
        let before = self.list.len();
        self.list.retain(|(name, _)| !fits(pattern, name));
        before - self.list.len()
    }

    /// The names that fit a pattern, each once.
    pub(crate) fn names(&self, pattern: &str) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for (name, _) in self.list.iter().filter(|(name, _)| fits(pattern, name)) {
            if !names.iter().any(|known| known.eq_ignore_ascii_case(name)) {
                names.push(name);
            }
        }
        names
    }

    pub(crate) fn append_to(&self, headers: &mut HeaderList) {
        for (name, value) in &self.list {
            // Each was tried when it was added.
            let _ = headers.push(name, value);
        }
    }

    /// Adds a parameter to From; `false` if its name or value is not a word.
    pub(crate) fn add_from_param(&mut self, place: ParamPlace, name: &str, value: &str) -> bool {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.!~*'%+".contains(&byte);
        let is_word = |text: &str| text.bytes().all(is_plain);
        if name.is_empty() || !is_word(name) || !is_word(value) {
            return false;
        }
        let equals = if value.is_empty() { "" } else { "=" };
        self.from_params.push((place, format!(";{name}{equals}{value}")));
        true
    }

    /// From with the parameters that were added.
    pub(crate) fn with_params(&self, from: String) -> String {
        if self.from_params.is_empty() {
            return from;
        }
        let of = |wanted: ParamPlace| -> String {
            self.from_params
                .iter()
                .filter(|(place, _)| *place == wanted)
                .map(|(_, text)| text.as_str())
                .collect()
        };
        let Some((uri, _)) = from.rsplit_once('>') else { return from };
        format!("{uri}{}>{}", of(ParamPlace::Uri), of(ParamPlace::Header))
    }

    fn index(&self, name: &str, number: usize) -> Option<usize> {
        let mut found =
            self.list.iter().enumerate().filter(|(_, (known, _))| known.eq_ignore_ascii_case(name));
        found.nth(number.checked_sub(1)?).map(|(index, _)| index)
    }
}

/// Whether a name is the pattern, or begins with it before a `*`.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(start) => name.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start)),
        None => name.eq_ignore_ascii_case(pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_added_changed_and_taken_out() {
        let mut written = Written::default();
        written.add("X-One", "1").unwrap();
        written.add("X-Two", "2").unwrap();
        written.add("x-one", "3").unwrap();
        assert_eq!((written.value("X-ONE", 2), written.value("X-One", 3)), (Some("3"), None));
        assert_eq!(written.names("X-*"), ["X-One", "X-Two"]);
        assert_eq!(written.update("X-One", 2, "4"), Ok(true));
        assert_eq!(written.update("X-Three", 1, "4"), Ok(false));
        assert_eq!(written.remove("X-T*"), 1);
        let mut headers = HeaderList::new();
        written.append_to(&mut headers);
        assert_eq!(headers.as_bytes(), b"X-One: 1\r\nx-one: 4\r\n");
    }

    #[test]
    fn from_gets_its_parameters_inside_and_outside() {
        let mut written = Written::default();
        assert!(written.add_from_param(ParamPlace::Uri, "cpc", "payphone"));
        assert!(written.add_from_param(ParamPlace::Header, "flag", ""));
        assert!(!written.add_from_param(ParamPlace::Header, "x", "a;b"));
        assert_eq!(written.with_params("\"A\" <sip:a@h>".to_owned()), "\"A\" <sip:a@h;cpc=payphone>;flag");
    }

    #[test]
    fn what_the_stack_writes_cannot_be_written() {
        assert!(Written::default().add("Call-ID", "x").is_err());
        assert!(Written::default().add("X-Bad\r\n", "x").is_err());
    }
}
