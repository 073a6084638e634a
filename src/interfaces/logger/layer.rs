//! The `tracing` layer: events become lines.

use std::fmt::{Debug, Write};
use std::sync::Arc;

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::fan::Fan;
use super::level::Level;
use super::line::{Line, Origin};

/// The span of a channel's task; its field `id` is the channel's unique id.
const CALL_SPAN: &str = "call";

/// Longer messages are cut: a line of the log is no place for a file.
const MESSAGE_LIMIT: usize = 32 * 1024;

/// Fields that are never shown, by the end of their names.
const SECRET_FIELDS: [&str; 5] = ["password", "secret", "token", "md5_cred", "private_key"];

/// The layer; its fan outlives every logger.
pub(super) struct FanLayer(Arc<Fan>);

/// The number of a call, kept with its span.
struct CallNumber(u64);

impl FanLayer {
    pub(super) fn new(fan: Arc<Fan>) -> FanLayer {
        FanLayer(fan)
    }

    pub(super) fn fan(&self) -> &Arc<Fan> {
        &self.0
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for FanLayer {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        match is_ours(metadata) || *metadata.level() <= tracing::Level::WARN {
            true => Interest::always(),
            false => Interest::never(),
        }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        is_ours(metadata) || *metadata.level() <= tracing::Level::WARN
    }

    fn max_level_hint(&self) -> Option<tracing::level_filters::LevelFilter> {
        Some(self.0.max_level())
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if attributes.metadata().name() != CALL_SPAN {
            return;
        }
        let mut number = FindNumber(None);
        attributes.record(&mut number);
        if let (Some(number), Some(span)) = (number.0, context.span(id)) {
            span.extensions_mut().insert(CallNumber(number));
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut level = level_of(metadata);
        if level == Level::Debug {
            let is_trace = *metadata.level() == tracing::Level::TRACE;
            let path = origin(metadata).path();
            match self.0.debugging(is_trace, path, || outermost_call(event, &context)) {
                Some(wanted) => level = wanted,
                None => return,
            }
        }
        let mut content = Content::default();
        match level {
            Level::Verbose => content.read_verbosity(event),
            Level::Custom(_) => level = content.read_custom(event),
            _ => {}
        }
        if !self.0.wants(level, content.verbose) {
            return;
        }
        event.record(&mut content);
        let (channel, call) = calls(event, &context);
        self.0.offer(&Arc::new(Line {
            time: Timestamp::now(),
            level,
            custom: content.custom,
            verbose: content.verbose,
            call,
            channel,
            thread: thread_number(),
            origin: origin(metadata),
            message: content.message,
            fields: content.fields,
        }));
    }
}

/// Debugging of other people's crates is theirs.
fn is_ours(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    target.starts_with("obelus") || matches!(target, "verbose" | "dtmf" | "security" | "custom")
}

fn level_of(metadata: &Metadata<'_>) -> Level {
    match metadata.target() {
        "verbose" => return Level::Verbose,
        "dtmf" => return Level::Dtmf,
        "security" => return Level::Security,
        "custom" => return Level::Custom(0),
        _ => {}
    }
    match *metadata.level() {
        tracing::Level::ERROR => Level::Error,
        tracing::Level::WARN => Level::Warning,
        tracing::Level::INFO => Level::Notice,
        tracing::Level::DEBUG | tracing::Level::TRACE => Level::Debug,
    }
}

fn origin(metadata: &Metadata<'static>) -> Origin {
    Origin {
        module: metadata.module_path().unwrap_or(metadata.target()),
        file: metadata.file().unwrap_or(""),
        line: metadata.line().unwrap_or(0),
    }
}

/// The number of the outermost call: a channel that was rung belongs to the call of the one that rang it.
fn outermost_call<S: Subscriber + for<'a> LookupSpan<'a>>(
    event: &Event<'_>,
    context: &Context<'_, S>,
) -> Option<u64> {
    calls(event, context).1
}

/// The numbers of the innermost and of the outermost call: the channel itself, and the one with which the call began.
fn calls<S: Subscriber + for<'a> LookupSpan<'a>>(
    event: &Event<'_>,
    context: &Context<'_, S>,
) -> (Option<u64>, Option<u64>) {
    let Some(scope) = context.event_scope(event) else { return (None, None) };
    let mut numbers = scope.filter_map(|span| span.extensions().get::<CallNumber>().map(|number| number.0));
    let inner = numbers.next();
    (inner, numbers.last().or(inner))
}

/// Finds 12 in `id = 1700000000.12`.
struct FindNumber(Option<u64>);

impl FindNumber {
    fn read(&mut self, field: &Field, text: &str) {
        if field.name() == "id" {
            self.0 = text.rsplit('.').next().and_then(|number| number.parse().ok());
        }
    }
}

impl Visit for FindNumber {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.read(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.read(field, &format!("{value:?}"));
    }
}

/// The message and fields of an event.
#[derive(Default)]
struct Content {
    message: String,
    fields: Vec<(&'static str, String)>,
    verbose: u8,
    is_verbose: bool,
    custom: Option<Arc<str>>,
}

impl Content {
    /// Reads the field `level` of a verbose line, before the rest is formatted.
    fn read_verbosity(&mut self, event: &Event<'_>) {
        let mut level = FindLevel(0);
        event.record(&mut level);
        self.verbose = level.0;
        self.is_verbose = true;
    }

    /// Reads the fields `place` and `custom` of a line of one of `custom_levels`.
    fn read_custom(&mut self, event: &Event<'_>) -> Level {
        let mut found = FindCustom::default();
        event.record(&mut found);
        self.custom = Some(found.name.into());
        Level::Custom(found.place)
    }

    /// Whether a field says only what the level is.
    fn is_of_level(&self, name: &str) -> bool {
        match name {
            "level" => self.is_verbose,
            "place" | "custom" => self.custom.is_some(),
            _ => false,
        }
    }

    fn keep(&mut self, field: &Field, value: std::fmt::Arguments<'_>) {
        let name: &'static str = field.name();
        if name == "message" {
            let _ = self.message.write_fmt(value);
            cut(&mut self.message);
        } else if is_secret(name) {
            self.fields.push((name, "****".to_owned()));
        } else if !self.is_of_level(name) {
            let mut text = value.to_string();
            cut(&mut text);
            self.fields.push((name, text));
        }
    }
}

impl Visit for Content {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.keep(field, format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.keep(field, format_args!("{value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.keep(field, format_args!("{value}"));
    }
}

struct FindLevel(u8);

impl Visit for FindLevel {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "level" {
            self.0 = u8::try_from(value).unwrap_or(u8::MAX);
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn Debug) {}
}

#[derive(Default)]
struct FindCustom {
    place: u8,
    name: String,
}

impl Visit for FindCustom {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if field.name() == "place" {
            self.place = u8::try_from(value).unwrap_or(u8::MAX);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "custom" {
            value.clone_into(&mut self.name);
        }
    }

    fn record_debug(&mut self, _field: &Field, _value: &dyn Debug) {}
}

fn is_secret(name: &str) -> bool {
    SECRET_FIELDS.iter().any(|secret| name.ends_with(secret))
}

fn cut(text: &mut String) {
    if text.len() > MESSAGE_LIMIT {
        let end = (0..=MESSAGE_LIMIT).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
}

/// The system's number of this thread, which stands in brackets behind the level.
pub(super) fn thread_number() -> u32 {
    thread_local! {
        static NUMBER: u32 = read_thread_number().unwrap_or_else(std::process::id);
    }
    NUMBER.with(|number| *number)
}

/// `/proc/thread-self` leads to `PID/task/NUMBER` where there is one.
fn read_thread_number() -> Option<u32> {
    let link = std::fs::read_link("/proc/thread-self").ok()?;
    link.file_name()?.to_str()?.parse().ok()
}
