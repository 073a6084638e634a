//! The daemon's own settings: `obelus.conf` (or `asterisk.conf`), then `OBELUS_…` of the environment, then arguments.

use std::path::{Path, PathBuf};

use config::{Config, ConfigError, Environment, Map, Source, Value};
use obelus_core::conf::{self, Document, Problem, Problems, Reader};
use obelus_core::files::ConfigFolder;
use obelus_core::settings::{ConsoleSocket, Directories, Settings};

use crate::process::Identity;

/// Where the settings are looked for when nobody names a file.
const USUAL_PLACES: [&str; 3] = ["etc/obelus.conf", "/etc/obelus/obelus.conf", "/etc/asterisk/asterisk.conf"];

/// What the command line says about the daemon.
#[derive(Clone, Debug, Default)]
pub struct Overrides {
    /// `-C`: the file to read.
    pub file: Option<PathBuf>,
    /// `-v`, counted; added to nothing, it replaces what the file says.
    pub verbose: Option<u8>,
    /// `-d`, counted.
    pub debug: Option<u8>,
    /// `-M`: the most calls at a time.
    pub max_calls: Option<u64>,
    /// `-X`: `#exec` may run programs.
    pub exec_includes: Option<bool>,
    /// `-g`.
    pub dump_core: Option<bool>,
    /// `-U`.
    pub run_user: Option<String>,
    /// `-G`.
    pub run_group: Option<String>,
}

/// The settings, and what else the start needs to know.
#[derive(Clone, Debug)]
pub struct Daemon {
    /// The file that was read.
    pub file: PathBuf,
    /// The settings for everybody.
    pub settings: Settings,
    /// `execincludes`: whether `#exec` may run programs.
    pub exec_includes: bool,
    /// `nocolor`.
    pub plain: bool,
    /// `disable_remote_console_shell`: `!command` of consoles runs nothing.
    pub no_shell: bool,
    /// `quiet`: nothing is printed at the start.
    pub quiet: bool,
    /// `maxfiles`: how many files may be open; `None` for as many as the system permits.
    pub max_files: Option<u64>,
    /// `dumpcore`: a crash leaves its core behind.
    pub dump_core: bool,
    /// `runuser` and `rungroup`.
    pub identity: Identity,
}

impl Daemon {
    /// Reads the settings; what is wrong goes to `problems`, and defaults stand in for it.
    pub fn load(overrides: &Overrides, problems: &mut Problems) -> Result<Daemon, ConfigError> {
        let file = overrides.file.clone().or_else(usual_place).unwrap_or_else(|| USUAL_PLACES[0].into());
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let document = ConfigFolder::new(&folder, false).load(&name, problems);
        check(&document, problems);
        let config = Config::builder()
            .add_source(ConfSource(document))
            .add_source(Environment::with_prefix("OBELUS").separator("__"))
            .set_override_option("options.verbose", overrides.verbose)?
            .set_override_option("options.debug", overrides.debug)?
            .set_override_option("options.maxcalls", overrides.max_calls)?
            .set_override_option("options.execincludes", overrides.exec_includes)?
            .set_override_option("options.dumpcore", overrides.dump_core)?
            .set_override_option("options.runuser", overrides.run_user.clone())?
            .set_override_option("options.rungroup", overrides.run_group.clone())?
            .build()?;
        Ok(Daemon::of(&config, file, &folder))
    }

    fn of(config: &Config, file: PathBuf, folder: &Path) -> Daemon {
        let text = |key: &str| config.get_string(&format!("options.{key}")).unwrap_or_default();
        let flag = |key: &str| conf::is_true(&text(key));
        let number = |key: &str| text(key).parse::<u64>().ok();
        let level = |key: &str| number(key).unwrap_or(0).min(10) as u8;
        let mut system_name = text("systemname");
        if system_name.is_empty() && flag("autosystemname") {
            system_name = obelus_interfaces::host::name();
        }
        let language = text("defaultlanguage");
        let settings = Settings {
            system_name: system_name.into(),
            entity_id: text("entityid").into(),
            language: if language.is_empty() { "en".into() } else { language.into() },
            max_calls: number("maxcalls").map(|most| most as usize).filter(|most| *most > 0),
            verbose: level("verbose"),
            debug: level("debug"),
            live_dangerously: flag("live_dangerously"),
            console: console_socket(config),
            ..Settings::new(directories(config, folder))
        };
        Daemon {
            file,
            settings,
            exec_includes: flag("execincludes"),
            plain: flag("nocolor"),
            no_shell: flag("disable_remote_console_shell"),
            quiet: flag("quiet"),
            max_files: number("maxfiles"),
            dump_core: flag("dumpcore"),
            identity: Identity { user: text("runuser"), group: text("rungroup") },
        }
    }

    /// The configuration folder.
    pub fn folder(&self) -> ConfigFolder {
        ConfigFolder::new(&self.settings.directories.etc, self.exec_includes)
    }
}

/// The consoles' socket, as `[files]` says.
fn console_socket(config: &Config) -> ConsoleSocket {
    let text = |key: &str| config.get_string(&format!("files.{key}")).ok().filter(|text| !text.is_empty());
    let usual = ConsoleSocket::default();
    ConsoleSocket {
        name: text("astctl").map_or(usual.name, Into::into),
        mode: text("astctlpermissions").and_then(|text| octal(&text)).unwrap_or(usual.mode),
        owner: text("astctlowner").map_or(usual.owner, Into::into),
        group: text("astctlgroup").map_or(usual.group, Into::into),
    }
}

/// A mode such as `0660`.
fn octal(text: &str) -> Option<u32> {
    u32::from_str_radix(text, 8).ok().filter(|mode| *mode <= 0o777)
}

fn check_files(mut reader: Reader<'_>) {
    for name in ["astctl", "astctlowner", "astctlgroup"] {
        reader.text(name);
    }
    reader.parsed("astctlpermissions", "a mode such as 0660", octal);
    let _ = reader.finish();
}

fn usual_place() -> Option<PathBuf> {
    USUAL_PLACES.iter().map(PathBuf::from).find(|place| place.is_file())
}

/// The directories; those that are relative lie relative to the file that names them.
fn directories(config: &Config, folder: &Path) -> Directories {
    let named = |key: &str| {
        let path = config.get_string(&format!("directories.{key}")).ok()?;
        // Without the dots of `astetcdir => .`: problems name files as people do.
        Some(folder.join(path).components().collect::<PathBuf>())
    };
    let etc = named("astetcdir").unwrap_or_else(|| folder.to_owned());
    let usual = usual_directories(&etc);
    let var_lib = named("astvarlibdir").unwrap_or(usual.var_lib);
    let data = named("astdatadir").unwrap_or(usual.data);
    Directories {
        db: named("astdbdir").unwrap_or_else(|| var_lib.clone()),
        keys: named("astkeydir").unwrap_or_else(|| var_lib.clone()),
        agi: named("astagidir").unwrap_or_else(|| data.join("agi-bin")),
        spool: named("astspooldir").unwrap_or(usual.spool),
        run: named("astrundir").unwrap_or(usual.run),
        log: named("astlogdir").unwrap_or(usual.log),
        modules: named("astmoddir").unwrap_or(usual.modules),
        etc,
        var_lib,
        data,
    }
}

/// Where Debian keeps these things for the configuration in `/etc/<name>`; anywhere else all lies beside it.
fn usual_directories(etc: &Path) -> Directories {
    let Some(name) = etc.strip_prefix("/etc").ok().filter(|name| !name.as_os_str().is_empty()) else {
        let beside = etc.parent().unwrap_or(Path::new("")).to_owned();
        return Directories::below(etc.to_owned(), beside.clone(), beside.join("var"));
    };
    let below = |root: &str| Path::new(root).join(name);
    Directories {
        spool: below("/var/spool"),
        run: below("/var/run"),
        log: below("/var/log"),
        modules: below("/usr/lib").join("modules"),
        ..Directories::below(etc.to_owned(), below("/var/lib"), below("/var/lib"))
    }
}

/// Reports what is unknown or wrong in the file.
fn check(document: &Document, problems: &mut Problems) {
    for section in document.concrete() {
        match section.name.as_ref() {
            "directories" => check_directories(Reader::new(section, problems)),
            "options" => check_options(Reader::new(section, problems)),
            "files" => check_files(Reader::new(section, problems)),
            "compat" => {}
            other => {
                let near = conf::suggest(other, ["directories", "options", "files", "compat"]);
                let message = format!("unknown section [{other}]");
                problems.push(Problem::error(section.location.clone(), message).suggesting(near));
            }
        }
    }
}

const DIRECTORIES: [&str; 12] = [
    "astetcdir",
    "astmoddir",
    "astvarlibdir",
    "astdbdir",
    "astkeydir",
    "astdatadir",
    "astagidir",
    "astspooldir",
    "astrundir",
    "astlogdir",
    "astsbindir",
    "astcachedir",
];

fn check_directories(mut reader: Reader<'_>) {
    for name in DIRECTORIES {
        reader.text(name);
    }
    let _ = reader.finish();
}

/// Options that ask for something this daemon does anyway, with the values that do.
const ANYWAY: [(&str, &[&str]); 25] = [
    ("alwaysfork", &["no"]),
    ("nofork", &["yes", "no"]),
    ("console", &["yes", "no"]),
    ("timestamp", &["yes", "no"]),
    ("highpriority", &["yes", "no"]),
    ("initcrypto", &["yes", "no"]),
    ("dontwarn", &["yes", "no"]),
    ("cache_record_files", &["no"]),
    ("cache_media_frames", &["yes", "no"]),
    ("transcode_via_sln", &["yes", "no"]),
    ("transmit_silence", &["no"]),
    ("transmit_silence_during_record", &["no"]),
    ("mindtmfduration", &["80"]),
    ("rtp_use_dynamic", &["yes"]),
    ("rtp_pt_dynamic", &["35"]),
    ("languageprefix", &["yes"]),
    ("lockmode", &["lockfile", "flock"]),
    ("lightbackground", &["yes", "no"]),
    ("forceblackbackground", &["yes", "no"]),
    ("hideconnect", &["no"]),
    ("lockconfdir", &["no"]),
    ("stdexten", &["gosub"]),
    ("hide_messaging_ami_events", &["no"]),
    ("sounds_search_custom_dir", &["no"]),
    ("cache_pools", &["yes", "no"]),
];

fn check_options(mut reader: Reader<'_>) {
    for name in [
        "systemname",
        "entityid",
        "defaultlanguage",
        "documentation_language",
        "channel_storage_backend",
        "runuser",
        "rungroup",
    ] {
        reader.text(name);
    }
    for name in [
        "autosystemname",
        "live_dangerously",
        "execincludes",
        "nocolor",
        "quiet",
        "dumpcore",
        "disable_remote_console_shell",
    ] {
        reader.boolean(name);
    }
    for name in ["verbose", "debug", "maxcalls", "maxfiles"] {
        reader.integer::<u64>(name, 0..=1_000_000);
    }
    for (name, values) in ANYWAY {
        reader.unserved(name, values);
    }
    for name in ["maxload", "minmemfree", "record_cache_dir", "log_level", "trace", "refdebug"] {
        reader.unserved(name, &[]);
    }
    let _ = reader.finish();
}

/// A `.conf` document as a source of the `config` crate: `options.verbose`.
#[derive(Clone, Debug)]
struct ConfSource(Document);

impl Source for ConfSource {
    fn clone_into_box(&self) -> Box<dyn Source + Send + Sync> {
        Box::new(self.clone())
    }

    fn collect(&self) -> Result<Map<String, Value>, ConfigError> {
        let mut map = Map::new();
        for section in self.0.concrete() {
            let mut entries: Map<String, Value> = Map::new();
            for entry in &section.entries {
                let origin = entry.location.to_string();
                entries.insert(entry.key.to_lowercase(), Value::new(Some(&origin), entry.value.to_string()));
            }
            map.insert(section.name.to_lowercase(), Value::from(entries));
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn daemon(text: &str) -> (Daemon, Vec<String>) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("obelus.conf");
        std::fs::write(&file, text).expect("written");
        let mut problems = Problems::new();
        let overrides = Overrides { file: Some(file), verbose: Some(4), ..Overrides::default() };
        let daemon = Daemon::load(&overrides, &mut problems).expect("loads");
        problems.sort();
        let told = problems
            .iter()
            .map(|problem| problem.to_string().replace(&format!("{}/", folder.path().display()), ""));
        (daemon, told.collect())
    }

    #[test]
    fn arguments_win_over_the_file() {
        let (daemon, problems) =
            daemon("[directories]\nastvarlibdir => state\n[options]\nverbose = 2\nmaxcalls = 7\n");
        assert_eq!(problems, Vec::<String>::new());
        assert_eq!((daemon.settings.verbose, daemon.settings.max_calls), (4, Some(7)));
        assert!(daemon.settings.directories.db.ends_with("state"));
    }

    #[test]
    fn the_consoles_socket_has_a_name_and_a_mode() {
        let (daemon, problems) =
            daemon("[files]\nastctlpermissions = 0660\nastctlgroup = asterisk\nastctl = asterisk.ctl\n");
        assert_eq!(problems, Vec::<String>::new());
        let expected = ConsoleSocket {
            name: "asterisk.ctl".into(),
            mode: 0o660,
            owner: "".into(),
            group: "asterisk".into(),
        };
        assert_eq!(daemon.settings.console, expected);
        let (daemon, problems) = self::daemon("[files]\nastctlpermissions = 888\nastctlpermision = 0660\n");
        assert_eq!((daemon.settings.console, problems.len()), (ConsoleSocket::default(), 2));
    }

    #[test]
    fn what_is_unknown_or_not_served_is_named() {
        let (_, problems) = daemon("[options]\nverbos = 2\nmaxload = 3\nalwaysfork = yes\n[option]\n");
        assert_eq!(problems.len(), 4, "{problems:#?}");
        assert_eq!(
            problems[0],
            "obelus.conf:2: unknown option `verbos` in [options]; did you mean `verbose`?"
        );
    }
}
