//! The options of `CURLOPT`, as a channel keeps them.

use std::collections::BTreeMap;
use std::time::Duration;

use obelus_core::conf;
use obelus_core::function::FunctionError;

use crate::number::{scan_float, scan_integer};

/// What kind of value an option has.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Flag,
    Seconds,
    Number,
    Text,
    /// A header, of which there may be many.
    Header,
    Statuses,
    Choice(&'static [&'static str]),
    /// A yes or no, or `legacy`.
    HashCompat,
    /// Asterisk has it, Obelus has not, and why.
    NotServed(&'static str),
}

/// An option by its name.
#[derive(Debug)]
pub(crate) struct CurlOption {
    name: &'static str,
    kind: Kind,
}

const PROXIES: &[&str] = &["http", "socks4", "socks4a", "socks5", "socks5hostname"];

const OPTIONS: &[CurlOption] = &[
    CurlOption { name: "conntimeout", kind: Kind::Seconds },
    CurlOption { name: "cookie", kind: Kind::Text },
    CurlOption { name: "dnstimeout", kind: Kind::NotServed("names are looked up within conntimeout") },
    CurlOption { name: "failurecodes", kind: Kind::Statuses },
    CurlOption { name: "followlocation", kind: Kind::Flag },
    CurlOption { name: "ftptext", kind: Kind::NotServed("there is no FTP") },
    CurlOption { name: "ftptimeout", kind: Kind::NotServed("there is no FTP") },
    CurlOption { name: "hashcompat", kind: Kind::HashCompat },
    CurlOption { name: "header", kind: Kind::Flag },
    CurlOption { name: "httpauth", kind: Kind::Choice(&["basic"]) },
    CurlOption { name: "httpheader", kind: Kind::Header },
    CurlOption { name: "httptimeout", kind: Kind::Seconds },
    CurlOption { name: "maxredirs", kind: Kind::Number },
    CurlOption { name: "proxy", kind: Kind::Text },
    CurlOption { name: "proxyport", kind: Kind::Number },
    CurlOption { name: "proxytype", kind: Kind::Choice(PROXIES) },
    CurlOption { name: "proxyuserpwd", kind: Kind::Text },
    CurlOption { name: "referer", kind: Kind::Text },
    CurlOption { name: "ssl_cainfo", kind: Kind::Text },
    CurlOption { name: "ssl_capath", kind: Kind::Text },
    CurlOption { name: "ssl_cert", kind: Kind::Text },
    CurlOption { name: "ssl_certtype", kind: Kind::Choice(&["PEM"]) },
    CurlOption { name: "ssl_key", kind: Kind::Text },
    CurlOption { name: "ssl_keypasswd", kind: Kind::NotServed("keys must not be encrypted") },
    CurlOption { name: "ssl_keytype", kind: Kind::Choice(&["PEM"]) },
    CurlOption { name: "ssl_verifyhost", kind: Kind::Number },
    CurlOption { name: "ssl_verifypeer", kind: Kind::Flag },
    CurlOption { name: "useragent", kind: Kind::Text },
    CurlOption { name: "userpwd", kind: Kind::Text },
];

/// The option of a name, in any case.
pub(crate) fn find(name: &str) -> Result<&'static CurlOption, FunctionError> {
    OPTIONS
        .iter()
        .find(|option| option.name.eq_ignore_ascii_case(name.trim()))
        .ok_or_else(|| FunctionError::arguments(format!("there is no option `{name}`")))
}

/// A value that was set.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Flag(bool),
    Seconds(Duration),
    Number(i64),
    Text(String),
    Headers(Vec<(String, String)>),
    Statuses(Vec<u16>),
    HashCompat(HashCompat),
}

/// Whether an answer becomes a row for `HASH`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum HashCompat {
    #[default]
    No,
    Yes,
    /// With `+` for a blank.
    Legacy,
}

/// The options that were set.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Options(BTreeMap<&'static str, Value>);

impl Options {
    /// Sets an option.
    pub(crate) fn set(&mut self, option: &CurlOption, value: &str) -> Result<(), FunctionError> {
        let read = option.read(value)?;
        match (self.0.get_mut(option.name), read) {
            (Some(Value::Headers(known)), Value::Headers(new)) => known.extend(new),
            (_, read) => {
                self.0.insert(option.name, read);
            }
        }
        Ok(())
    }

    /// An option as `CURLOPT` shows it; of headers the first.
    pub(crate) fn shown(&self, option: &CurlOption) -> Option<String> {
        Some(match self.0.get(option.name)? {
            Value::Flag(flag) => u8::from(*flag).to_string(),
            Value::Seconds(time) if time.subsec_millis() == 0 => time.as_secs().to_string(),
            Value::Seconds(time) => format!("{:.3}", time.as_secs_f64()),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => text.clone(),
            Value::Headers(headers) => {
                headers.first().map(|(name, value)| format!("{name}: {value}")).unwrap_or_default()
            }
            Value::Statuses(statuses) => statuses.iter().map(u16::to_string).collect::<Vec<_>>().join(","),
            Value::HashCompat(HashCompat::No) => "no".to_owned(),
            Value::HashCompat(HashCompat::Yes) => "yes".to_owned(),
            Value::HashCompat(HashCompat::Legacy) => "legacy".to_owned(),
        })
    }

    /// A yes or no, if it was set.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        match self.0.get(name)? {
            Value::Flag(flag) => Some(*flag),
            _ => None,
        }
    }

    /// A time, if it was set.
    pub(super) fn seconds(&self, name: &str) -> Option<Duration> {
        match self.0.get(name)? {
            Value::Seconds(time) => Some(*time),
            _ => None,
        }
    }

    /// A number, if it was set.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    /// A text, if it was set and is not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Text(text) => Some(text.as_str()).filter(|text| !text.is_empty()),
            _ => None,
        }
    }

    /// The headers that were added.
    pub(super) fn headers(&self) -> &[(String, String)] {
        match self.0.get("httpheader") {
            Some(Value::Headers(headers)) => headers,
            _ => &[],
        }
    }

    /// Whether a status is a failure.
    pub(super) fn is_failure(&self, status: u16) -> bool {
        matches!(self.0.get("failurecodes"), Some(Value::Statuses(statuses)) if statuses.contains(&status))
    }

    /// What becomes of the answer.
    pub(super) fn hash_compat(&self) -> HashCompat {
        match self.0.get("hashcompat") {
            Some(Value::HashCompat(how)) => *how,
            _ => HashCompat::No,
        }
    }
}

impl CurlOption {
    fn read(&self, value: &str) -> Result<Value, FunctionError> {
        let is_no = |value: &str, what: &str| FunctionError::arguments(format!("`{value}` is no {what}"));
        match self.kind {
            Kind::Flag => Ok(Value::Flag(conf::is_true(value))),
            Kind::Seconds => scan_float(value)
                .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
                .map(Value::Seconds)
                .ok_or_else(|| is_no(value, "number of seconds")),
            Kind::Number => scan_integer(value)
                .map(|(number, _)| Value::Number(number))
                .ok_or_else(|| is_no(value, "number")),
            Kind::Text => Ok(Value::Text(value.to_owned())),
            Kind::Header => value
                .split_once(':')
                .map(|(name, value)| Value::Headers(vec![(name.trim().to_owned(), value.trim().to_owned())]))
                .ok_or_else(|| is_no(value, "header; write Name: value")),
            Kind::Statuses => {
                let status = |text: &str| text.trim().parse().map_err(|_| is_no(text, "status"));
                value.split(',').map(status).collect::<Result<_, _>>().map(Value::Statuses)
            }
            Kind::Choice(choices) => {
                let chosen = choices.iter().find(|choice| choice.eq_ignore_ascii_case(value.trim()));
                chosen.map(|chosen| Value::Text((*chosen).to_owned())).ok_or_else(|| {
                    FunctionError::arguments(format!("`{value}` is none of {}", choices.join(", ")))
                })
            }
            Kind::HashCompat if value.eq_ignore_ascii_case("legacy") => {
                Ok(Value::HashCompat(HashCompat::Legacy))
            }
            Kind::HashCompat if conf::is_true(value) => Ok(Value::HashCompat(HashCompat::Yes)),
            Kind::HashCompat => Ok(Value::HashCompat(HashCompat::No)),
            Kind::NotServed(reason) => {
                Err(FunctionError::arguments(format!("the option `{}` is not served: {reason}", self.name)))
            }
        }
    }
}
