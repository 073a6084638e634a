//! Scenario files: TOML, read whole and checked, with the line of every expectation.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};
use obelus_core::caller_id::Party;
use serde::Deserialize;
use toml::Spanned;

use crate::acts::{self, Act};
use crate::expectation::{Expectation, Expected, Wanted};

/// A scenario ends after so many seconds, whatever its calls do.
const LIMIT: f64 = 3600.0;

/// When a scenario begins that does not say so: a Monday at noon in UTC.
const BEGIN: &str = "2026-03-02T12:00:00Z";

/// A file of scenarios.
#[derive(Debug)]
pub struct ScenarioFile {
    /// Its path, as it was given.
    pub path: PathBuf,
    /// The folder of the configuration that it is about, if it names one.
    pub configuration: Option<PathBuf>,
    /// The scenarios in order.
    pub scenarios: Vec<Scenario>,
}

/// One call, what everybody does, and what must happen.
#[derive(Debug)]
pub struct Scenario {
    /// What it shows.
    pub name: String,
    /// The line of its name.
    pub line: usize,
    pub(crate) extension: String,
    pub(crate) context: String,
    pub(crate) caller: Party,
    pub(crate) device: String,
    pub(crate) at: Zoned,
    pub(crate) limit: Duration,
    pub(crate) acts: Vec<Act>,
    pub(crate) devices: Vec<(String, Vec<Vec<Act>>)>,
    pub(crate) variables: BTreeMap<String, String>,
    pub(crate) globals: BTreeMap<String, String>,
    pub(crate) database: BTreeMap<String, String>,
    pub(crate) device_states: BTreeMap<String, String>,
    pub(crate) outside: BTreeMap<String, String>,
    pub(crate) expected: Vec<Expected>,
    pub(crate) never: Vec<Expected>,
    pub(crate) leaves: Vec<(String, String, usize)>,
}

/// Why a file cannot be played.
#[derive(Debug, thiserror::Error)]
#[error("{path}:{line}: {message}", path = path.display())]
pub struct ScenarioError {
    /// The file.
    pub path: PathBuf,
    /// The line, from one.
    pub line: usize,
    /// What is wrong there.
    pub message: String,
}

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    configuration: Option<PathBuf>,
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    scenario: Vec<RawScenario>,
}

/// What holds for every scenario that does not say otherwise.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Defaults {
    context: Option<String>,
    caller: Option<String>,
    device: Option<String>,
    at: Option<Spanned<String>>,
    #[serde(default)]
    devices: BTreeMap<String, Spanned<Script>>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    globals: BTreeMap<String, String>,
    #[serde(default)]
    database: BTreeMap<String, String>,
    #[serde(default)]
    device_states: BTreeMap<String, String>,
    #[serde(default)]
    outside: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawScenario {
    name: Spanned<String>,
    calls: Spanned<String>,
    does: Option<Spanned<String>>,
    limit: Option<f64>,
    context: Option<String>,
    caller: Option<String>,
    device: Option<String>,
    at: Option<Spanned<String>>,
    #[serde(default)]
    devices: BTreeMap<String, Spanned<Script>>,
    #[serde(default)]
    variables: BTreeMap<String, String>,
    #[serde(default)]
    globals: BTreeMap<String, String>,
    #[serde(default)]
    database: BTreeMap<String, String>,
    #[serde(default)]
    device_states: BTreeMap<String, String>,
    #[serde(default)]
    outside: BTreeMap<String, String>,
    #[serde(default)]
    expect: Vec<Spanned<Expectation>>,
    #[serde(default)]
    never: Vec<Spanned<Expectation>>,
    #[serde(default)]
    leaves: BTreeMap<String, Spanned<String>>,
}

/// The acts of a device, for all calls or for one after the other.
#[derive(Clone, Deserialize)]
#[serde(untagged, expecting = "the acts of a far end, or a list of them, one for each call")]
enum Script {
    Always(String),
    InTurn(Vec<String>),
}

/// Where the lines of a text begin.
struct Lines<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Lines<'_> {
    fn of(&self, span: Range<usize>) -> usize {
        let before = self.text.get(..span.start).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    fn error(&self, span: Range<usize>, message: impl Into<String>) -> ScenarioError {
        ScenarioError { path: self.path.to_owned(), line: self.of(span), message: message.into() }
    }
}

impl ScenarioFile {
    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong first, with its line.
    pub fn parse(path: &Path, text: &str) -> Result<ScenarioFile, ScenarioError> {
        let lines = Lines { path, text };
        let raw: RawFile = toml::from_str(text)
            .map_err(|error| lines.error(error.span().unwrap_or(0..0), error.message().trim()))?;
        let scenarios = raw.scenario.into_iter().map(|scenario| scenario.read(&raw.defaults, &lines));
        let scenarios = scenarios.collect::<Result<Vec<_>, _>>()?;
        let folder = path.parent().unwrap_or(Path::new(""));
        let configuration =
            raw.configuration.map(|configuration| folder.join(configuration).components().collect());
        Ok(ScenarioFile { path: path.to_owned(), configuration, scenarios })
    }
}

impl RawScenario {
    fn read(self, defaults: &Defaults, lines: &Lines<'_>) -> Result<Scenario, ScenarioError> {
        let called = self.calls.get_ref().as_str();
        let (extension, context) = match called.split_once('@') {
            Some((extension, context)) => (extension, Some(context.to_owned())),
            None => (called, None),
        };
        let context = context.or(self.context).or_else(|| defaults.context.clone());
        let context = context.ok_or_else(|| {
            lines.error(self.calls.span(), "no context: write `calls = \"number@context\"`, or `context = …`")
        })?;
        let at = self.at.as_ref().or(defaults.at.as_ref());
        let at = match at {
            Some(at) => time(at.get_ref()).map_err(|message| lines.error(at.span(), message))?,
            None => time(BEGIN).map_err(|message| lines.error(0..0, message))?,
        };
        let caller = self.caller.or_else(|| defaults.caller.clone()).unwrap_or_default();
        let limit = Duration::try_from_secs_f64(self.limit.unwrap_or(LIMIT));
        Ok(Scenario {
            line: lines.of(self.name.span()),
            name: self.name.into_inner(),
            extension: extension.to_owned(),
            context,
            caller: Party::parse(&caller),
            device: self
                .device
                .or_else(|| defaults.device.clone())
                .unwrap_or_else(|| "PJSIP/caller".to_owned()),
            at,
            limit: limit.map_err(|_| lines.error(self.calls.span(), "the limit is no number of seconds"))?,
            acts: self
                .does
                .as_ref()
                .map(|does| read_acts(does, does.get_ref(), lines))
                .transpose()?
                .unwrap_or_default(),
            devices: read_devices(merged(&defaults.devices, self.devices), lines)?,
            variables: merged(&defaults.variables, self.variables),
            globals: merged(&defaults.globals, self.globals),
            database: merged(&defaults.database, self.database),
            device_states: merged(&defaults.device_states, self.device_states),
            outside: merged(&defaults.outside, self.outside),
            expected: read_expectations(self.expect, lines)?,
            never: read_expectations(self.never, lines)?,
            leaves: self
                .leaves
                .into_iter()
                .map(|(name, value)| {
                    let line = lines.of(value.span());
                    (name, value.into_inner(), line)
                })
                .collect(),
        })
    }
}

fn merged<T: Clone>(defaults: &BTreeMap<String, T>, own: BTreeMap<String, T>) -> BTreeMap<String, T> {
    let mut all = defaults.clone();
    all.extend(own);
    all
}

fn read_acts<T>(at: &Spanned<T>, text: &str, lines: &Lines<'_>) -> Result<Vec<Act>, ScenarioError> {
    acts::parse(text).map_err(|message| lines.error(at.span(), message))
}

type Devices = Vec<(String, Vec<Vec<Act>>)>;

fn read_devices(
    devices: BTreeMap<String, Spanned<Script>>,
    lines: &Lines<'_>,
) -> Result<Devices, ScenarioError> {
    let mut read = Vec::new();
    for (device, script) in devices {
        if !device.contains('/') {
            return Err(lines.error(script.span(), format!("`{device}` is no device; write \"PJSIP/1001\"")));
        }
        let texts = match script.get_ref() {
            Script::Always(text) => vec![text],
            Script::InTurn(texts) => texts.iter().collect(),
        };
        let acts =
            texts.into_iter().map(|text| read_acts(&script, text, lines)).collect::<Result<Vec<_>, _>>()?;
        read.push((device, acts));
    }
    Ok(read)
}

fn read_expectations(
    expectations: Vec<Spanned<Expectation>>,
    lines: &Lines<'_>,
) -> Result<Vec<Expected>, ScenarioError> {
    let read = |expectation: Spanned<Expectation>| {
        let (span, line) = (expectation.span(), lines.of(expectation.span()));
        let wanted = Wanted::of(expectation.into_inner()).map_err(|message| lines.error(span, message))?;
        Ok(Expected { line, wanted })
    };
    expectations.into_iter().map(read).collect()
}

/// `2026-03-02T10:00[Europe/Berlin]`, `2026-03-02T10:00:00Z`, or a time without a zone, which is UTC.
fn time(text: &str) -> Result<Zoned, String> {
    if let Ok(zoned) = text.parse::<Zoned>() {
        return Ok(zoned);
    }
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp.to_zoned(TimeZone::UTC));
    }
    let civil = text.parse::<DateTime>().map_err(|error| format!("`{text}` is no time: {error}"))?;
    civil.to_zoned(TimeZone::UTC).map_err(|error| format!("`{text}` is no time: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> Result<ScenarioFile, String> {
        ScenarioFile::parse(Path::new("a/b.toml"), text).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_are_for_all_and_a_scenario_says_otherwise() {
        let file = check(
            "configuration = \"office\"\n[defaults]\ncontext = \"in\"\ncaller = \"1001\"\n[defaults.devices]\n\"PJSIP/1\" = \"busy\"\n\
             [[scenario]]\nname = \"x\"\ncalls = \"100\"\nat = \"2026-03-02T10:00[Europe/Berlin]\"\n\
             devices = { \"PJSIP/2\" = [\"busy\", \"answers\"] }\nexpect = [\n  { runs = \"Dial\" },\n  { ends = 17 },\n]\n",
        )
        .expect("a file");
        assert_eq!(file.configuration.as_deref(), Some(Path::new("a/office")));
        let scenario = &file.scenarios[0];
        assert_eq!(
            (scenario.context.as_str(), scenario.caller.number.text(), scenario.line),
            ("in", "1001", 8)
        );
        assert_eq!(scenario.devices.iter().map(|(_, acts)| acts.len()).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(scenario.at.to_string(), "2026-03-02T10:00:00+01:00[Europe/Berlin]");
        assert_eq!(scenario.expected.iter().map(|expected| expected.line).collect::<Vec<_>>(), [13, 14]);
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        let one = |text: &str| check(&format!("[[scenario]]\nname = \"x\"\n{text}")).expect_err("a mistake");
        assert!(one("calls = \"1\"\n").starts_with("a/b.toml:3: no context"));
        assert!(one("calls = \"1@a\"\ndoes = \"sings\"\n").starts_with("a/b.toml:4: `sings` is nothing"));
        assert!(one("calls = \"1@a\"\nexpects = []\n").starts_with("a/b.toml:4: unknown field `expects`"));
        assert!(one("calls = \"1@a\"\nat = \"soon\"\n").starts_with("a/b.toml:4: `soon` is no time"));
        assert!(
            one("calls = \"1@a\"\nexpect = [{ runs = \"a\", plays = \"b\" }]\n").starts_with("a/b.toml:4: ")
        );
        assert!(
            one("calls = \"1@a\"\n[scenario.devices]\nphone = \"busy\"\n")
                .starts_with("a/b.toml:5: `phone` is no device")
        );
    }
}
