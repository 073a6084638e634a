//! Typed reading of one section: every value has a type, and what nobody asked for is an error.

use std::fmt::Display;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use crate::number::{integer, is_false, is_true};
use crate::{Entry, HostPort, Network, Problem, Problems, Section, suggest};

/// Reads the entries of a section, each once and with its type.
///
/// Keys are compared without case. Where a key is repeated the last line wins, as in Asterisk. A value
/// that cannot be read is reported at its line and is `None`, as an absent one is.
pub struct Reader<'a> {
    section: &'a Section,
    problems: &'a mut Problems,
    asked: Vec<&'static str>,
    prefixes: Vec<&'static str>,
    usable: bool,
}

impl<'a> Reader<'a> {
    /// A reader that reports to `problems`.
    #[must_use]
    pub fn new(section: &'a Section, problems: &'a mut Problems) -> Self {
        Self { section, problems, asked: Vec::new(), prefixes: Vec::new(), usable: !section.is_broken }
    }

    /// The section being read.
    #[must_use]
    pub fn section(&self) -> &'a Section {
        self.section
    }

    /// The keys that were asked for so far, in order.
    pub fn asked(&self) -> impl Iterator<Item = &'static str> {
        self.asked.iter().copied()
    }

    /// The entry itself, for values of the caller's own kind.
    pub fn entry(&mut self, name: &'static str) -> Option<&'a Entry> {
        self.asked.push(name);
        self.section.entry(name)
    }

    /// The text as it is written; empty if nothing stands after the `=`.
    pub fn text(&mut self, name: &'static str) -> Option<&'a str> {
        self.entry(name).map(|entry| &*entry.value)
    }

    /// Yes (`yes`, `true`, `y`, `t`, `1`, `on`) or no (`no`, `false`, `n`, `f`, `0`, `off`).
    pub fn boolean(&mut self, name: &'static str) -> Option<bool> {
        self.parsed(name, "yes or no", |text| match () {
            () if is_true(text) => Some(true),
            () if is_false(text) => Some(false),
            () => None,
        })
    }

    /// A whole number in a range, also in hexadecimal (`0x1F`) or octal (`017`).
    pub fn integer<T>(&mut self, name: &'static str, range: RangeInclusive<T>) -> Option<T>
    where
        T: TryFrom<i64> + PartialOrd + Display,
    {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        self.parsed(name, &expected, |text| {
            T::try_from(integer(text)?).ok().filter(|number| range.contains(number))
        })
    }

    /// A number with or without a fraction, in a range.
    pub fn decimal(&mut self, name: &'static str, range: RangeInclusive<f64>) -> Option<f64> {
        let expected = format!("a number from {} to {}", range.start(), range.end());
        self.parsed(name, &expected, |text| text.parse().ok().filter(|number| range.contains(number)))
    }

    /// A whole number of seconds in a range.
    pub fn duration_seconds(&mut self, name: &'static str, range: RangeInclusive<u32>) -> Option<Duration> {
        let expected = format!("a whole number of seconds from {} to {}", range.start(), range.end());
        self.parsed(name, &expected, |text| number_in(text, &range))
            .map(|seconds| Duration::from_secs(u64::from(seconds)))
    }

    /// A whole number of milliseconds in a range.
    pub fn duration_milliseconds(
        &mut self,
        name: &'static str,
        range: RangeInclusive<u32>,
    ) -> Option<Duration> {
        let expected = format!("a whole number of milliseconds from {} to {}", range.start(), range.end());
        self.parsed(name, &expected, |text| number_in(text, &range))
            .map(|milliseconds| Duration::from_millis(u64::from(milliseconds)))
    }

    /// One of some words; case does not matter.
    pub fn choice<T: Clone>(&mut self, name: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let entry = self.entry(name)?;
        let chosen = choices.iter().find(|(word, _)| entry.value.eq_ignore_ascii_case(word));
        if let Some((_, value)) = chosen {
            return Some(value.clone());
        }
        let words = || choices.iter().map(|(word, _)| *word);
        let nearest = suggest(&entry.value, words());
        let mut message = format!("`{}` is no `{name}` in [{}]", entry.value, entry.written_in);
        if nearest.is_none() {
            let known: Vec<String> = words().map(|word| format!("`{word}`")).collect();
            message = format!("{message}; it can be {}", known.join(", "));
        }
        self.report(Problem::error(entry.location.clone(), message).suggesting(nearest));
        None
    }

    /// The words between the commas, trimmed and without empty ones.
    pub fn list(&mut self, name: &'static str) -> Option<Vec<&'a str>> {
        let text = self.text(name)?;
        Some(text.split(',').map(str::trim).filter(|word| !word.is_empty()).collect())
    }

    /// All entries of a key that may be repeated, in order.
    pub fn all(&mut self, name: &'static str) -> Vec<&'a Entry> {
        self.all_of(&[name])
    }

    /// All entries of some keys whose order among each other matters, as with `permit` and `deny`.
    pub fn all_of(&mut self, names: &[&'static str]) -> Vec<&'a Entry> {
        self.asked.extend(names);
        let is_meant = |entry: &&Entry| names.iter().any(|name| entry.key.eq_ignore_ascii_case(name));
        self.section.entries.iter().filter(is_meant).collect()
    }

    /// All entries whose key begins with a prefix, in order.
    pub fn entries_with_prefix(&mut self, prefix: &'static str) -> Vec<&'a Entry> {
        self.prefixes.push(prefix);
        self.section.entries.iter().filter(|entry| has_prefix(&entry.key, prefix)).collect()
    }

    /// An IP address without a port.
    pub fn ip(&mut self, name: &'static str) -> Option<IpAddr> {
        self.parsed(name, "an IP address", |text| {
            text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text).parse().ok()
        })
    }

    /// An IP address with a port, which may be left out in favour of `default_port`.
    pub fn address(&mut self, name: &'static str, default_port: u16) -> Option<SocketAddr> {
        self.parsed(name, "an IP address with an optional port", |text| {
            let host = HostPort::from_str(text).ok()?;
            Some(SocketAddr::new(host.host.parse().ok()?, host.port.unwrap_or(default_port)))
        })
    }

    /// A host name or address with an optional port.
    pub fn host(&mut self, name: &'static str) -> Option<HostPort> {
        self.parsed(name, "a host with an optional port", |text| text.parse().ok())
    }

    /// A network: an address with an optional `/24` or `/255.255.255.0`.
    pub fn network(&mut self, name: &'static str) -> Option<Network> {
        self.parsed(name, "an address or network", |text| text.parse().ok())
    }

    /// A value of any kind; `expected` completes the sentence "`x` is not …".
    pub fn parsed<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let entry = self.entry(name)?;
        let value = parse(&entry.value);
        if value.is_none() {
            self.reject(entry, &format!("`{}` is not {expected}", entry.value));
        }
        value
    }

    /// An option that is known and whose feature is not there.
    ///
    /// `accepted` are the values that ask for what happens anyway; any other is an error.
    pub fn unserved(&mut self, name: &'static str, accepted: &[&str]) {
        for entry in self.all(name) {
            let same = |word: &&str| {
                word.eq_ignore_ascii_case(&entry.value)
                    || (is_true(word) && is_true(&entry.value))
                    || (is_false(word) && is_false(&entry.value))
            };
            if accepted.iter().any(same) {
                continue;
            }
            let setting = format!("`{name} = {}` in [{}]", entry.value, entry.written_in);
            self.report(Problem::error(entry.location.clone(), format!("{setting} is not served yet")));
        }
    }

    /// Reports what is wrong with the value of an entry.
    pub fn reject(&mut self, entry: &Entry, message: &str) {
        let message = format!("`{}` in [{}]: {message}", entry.key, entry.written_in);
        self.report(Problem::error(entry.location.clone(), message));
    }

    /// Reports that an option without which the section cannot be used is not there.
    pub fn missing(&mut self, name: &str) {
        let message = format!("[{}] needs the option `{name}`", self.section.name);
        self.report(Problem::error(self.section.location.clone(), message));
    }

    /// Reports any problem; an error makes the section unusable.
    pub fn report(&mut self, problem: Problem) {
        self.usable &= problem.severity != crate::Severity::Error;
        self.problems.push(problem);
    }

    /// Reports every option that nobody asked for; says whether the section can be used.
    #[must_use]
    pub fn finish(self) -> bool {
        self.finish_knowing(|_| None)
    }

    /// As [`finish`](Self::finish), where an option may stand in the wrong section: `owner` names the right one.
    #[must_use]
    pub fn finish_knowing(mut self, owner: impl Fn(&str) -> Option<&'static str>) -> bool {
        for entry in &self.section.entries {
            if !self.was_asked(&entry.key) {
                let mut message = format!("unknown option `{}` in [{}]", entry.key, entry.written_in);
                let owner = owner(&entry.key);
                if let Some(owner) = owner {
                    message.push_str(&format!("; it belongs to {owner}"));
                }
                let nearest = suggest(&entry.key, self.asked()).filter(|_| owner.is_none());
                self.report(Problem::error(entry.location.clone(), message).suggesting(nearest));
            }
        }
        self.usable
    }

    fn was_asked(&self, key: &str) -> bool {
        self.asked.iter().any(|name| key.eq_ignore_ascii_case(name))
            || self.prefixes.iter().any(|prefix| has_prefix(key, prefix))
    }
}

fn number_in(text: &str, range: &RangeInclusive<u32>) -> Option<u32> {
    integer(text).and_then(|number| u32::try_from(number).ok()).filter(|number| range.contains(number))
}

fn has_prefix(key: &str, prefix: &str) -> bool {
    key.get(..prefix.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ConfiguredSection, MemoryFiles, OptionHelp, documentation_gaps, load};

    #[derive(Clone, Debug, PartialEq)]
    enum DtmfMode {
        Rfc4733,
        Inband,
    }

    #[derive(Debug, PartialEq)]
    struct Endpoint {
        context: String,
        dtmf_mode: DtmfMode,
        qualify: Duration,
        variables: usize,
    }

    impl ConfiguredSection for Endpoint {
        const OPTIONS: &'static [OptionHelp] = &[
            OptionHelp { name: "context", default: "default", synopsis: "Where calls begin." },
            OptionHelp { name: "dtmf_mode", default: "rfc4733", synopsis: "How digits travel." },
            OptionHelp { name: "qualify_frequency", default: "0", synopsis: "Seconds between OPTIONS." },
            OptionHelp { name: "set_var", default: "", synopsis: "A variable of every call." },
            OptionHelp { name: "ice_support", default: "no", synopsis: "Whether to use ICE." },
        ];

        fn read(reader: &mut Reader<'_>) -> Option<Self> {
            reader.unserved("ice_support", &["no"]);
            let modes = [("rfc4733", DtmfMode::Rfc4733), ("inband", DtmfMode::Inband)];
            Some(Self {
                context: reader.text("context").unwrap_or("default").to_owned(),
                dtmf_mode: reader.choice("dtmf_mode", &modes).unwrap_or(DtmfMode::Rfc4733),
                qualify: reader.duration_seconds("qualify_frequency", 0..=86_400).unwrap_or_default(),
                variables: reader.all("set_var").len(),
            })
        }
    }

    fn check(text: &str, expected: &[&str]) -> Endpoint {
        let files = MemoryFiles::new().file("pjsip.conf", text);
        let mut problems = Problems::new();
        let document = load(&files, "pjsip.conf", &mut problems);
        let mut reader = Reader::new(document.section("alice").unwrap(), &mut problems);
        let endpoint = Endpoint::read(&mut reader).unwrap();
        assert_eq!(reader.finish(), expected.is_empty(), "{text}");
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(lines, expected, "{text}");
        endpoint
    }

    #[test]
    fn a_good_section_becomes_a_value() {
        let text = "[alice]\nCONTEXT = a\ncontext = b\ndtmf_mode=InBand\nqualify_frequency = 30\n\
                    set_var = a=1\nset_var = b=2\nice_support = off\n";
        let expected = Endpoint {
            context: "b".into(),
            dtmf_mode: DtmfMode::Inband,
            qualify: Duration::from_secs(30),
            variables: 2,
        };
        assert_eq!(check(text, &[]), expected);
    }

    #[test]
    fn an_unknown_option_is_an_error_with_the_nearest_name() {
        check(
            "[alice]\nqualfy_frequency = 30\ntransport = udp\n",
            &[
                "pjsip.conf:2: unknown option `qualfy_frequency` in [alice]; \
                 did you mean `qualify_frequency`?",
                "pjsip.conf:3: unknown option `transport` in [alice]",
            ],
        );
    }

    #[test]
    fn a_bad_value_is_reported_at_its_line() {
        check(
            "[alice]\ndtmf_mode = inbnd\nqualify_frequency = often\n",
            &[
                "pjsip.conf:2: `inbnd` is no `dtmf_mode` in [alice]; did you mean `inband`?",
                "pjsip.conf:3: `qualify_frequency` in [alice]: `often` is not a whole number of seconds \
                 from 0 to 86400",
            ],
        );
        check(
            "[alice]\ndtmf_mode = 7\n",
            &["pjsip.conf:2: `7` is no `dtmf_mode` in [alice]; it can be `rfc4733`, `inband`"],
        );
    }

    #[test]
    fn a_feature_that_is_not_there_is_refused() {
        check(
            "[alice]\nice_support=yes\n",
            &["pjsip.conf:2: `ice_support = yes` in [alice] is not served yet"],
        );
    }

    #[test]
    fn a_bad_template_is_blamed_where_it_stands() {
        check(
            "[phone](!)\ncontxt = a\n[alice](phone)\n",
            &["pjsip.conf:2: unknown option `contxt` in [phone]; did you mean `context`?"],
        );
    }

    #[test]
    fn gaps_between_reading_and_documentation_are_found() {
        assert_eq!(documentation_gaps::<Endpoint>(), Vec::<String>::new());
    }

    #[test]
    fn every_type_reads_its_value() {
        let text = "[a]\nbind = 127.0.0.1\nbind6 = [::1]:5061\nip = ::1\nhost = pbx.example:5060\n\
                    net = 10.0.0.0/8\nnumber = 0x10\ngain = -1.5\nlist = a, b ,,c\n\
                    wait = 250\nx-one = 1\nx-two = 2\npermit = 10.0.0.1\ndeny = 0.0.0.0/0\n";
        let files = MemoryFiles::new().file("a.conf", text);
        let mut problems = Problems::new();
        let document = load(&files, "a.conf", &mut problems);
        let mut reader = Reader::new(document.section("a").unwrap(), &mut problems);
        assert_eq!(reader.address("bind", 5060), "127.0.0.1:5060".parse().ok());
        assert_eq!(reader.address("bind6", 5060), "[::1]:5061".parse().ok());
        assert_eq!(reader.ip("ip"), "::1".parse().ok());
        assert_eq!(reader.host("host"), "pbx.example:5060".parse().ok());
        assert_eq!(reader.network("net"), "10.0.0.0/8".parse().ok());
        assert_eq!(reader.integer("number", 1..=20_u8), Some(16));
        assert_eq!(reader.decimal("gain", -10.0..=10.0), Some(-1.5));
        assert_eq!(reader.list("list"), Some(vec!["a", "b", "c"]));
        assert_eq!(reader.duration_milliseconds("wait", 0..=1000), Some(Duration::from_millis(250)));
        assert_eq!(reader.entries_with_prefix("x-").len(), 2);
        let acl: Vec<&str> = reader.all_of(&["permit", "deny"]).iter().map(|entry| &*entry.key).collect();
        assert_eq!(acl, ["permit", "deny"]);
        assert!(reader.finish());
        assert!(problems.is_empty(), "{problems}");
    }

    #[test]
    fn what_a_section_lacks_is_reported_at_its_header() {
        let section = load(&MemoryFiles::new().file("a", "\n[x]\n"), "a", &mut Problems::new());
        let mut problems = Problems::new();
        let mut reader = Reader::new(section.section("x").unwrap(), &mut problems);
        reader.missing("context");
        assert!(!reader.finish());
        assert_eq!(problems.to_string(), "a:2: [x] needs the option `context`");
    }
}
