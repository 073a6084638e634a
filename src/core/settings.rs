//! The daemon's own settings: directories, names and limits.

use std::path::PathBuf;
use std::sync::Arc;

/// What `obelus.conf` (or `asterisk.conf`) says.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where things are.
    pub directories: Directories,
    /// `systemname`: begins unique ids; empty for none.
    pub system_name: Arc<str>,
    /// `entityid`: this machine among others.
    pub entity_id: Arc<str>,
    /// `defaultlanguage` of prompts.
    pub language: Arc<str>,
    /// `maxcalls`: channels at once; more are refused.
    pub max_calls: Option<usize>,
    /// How verbose the log is at the start.
    pub verbose: u8,
    /// How much debugging is logged at the start.
    pub debug: u8,
    /// The user that `core show settings` names.
    pub run_user: Arc<str>,
    /// `live_dangerously`: whether AMI and other outsiders may use dangerous functions.
    pub live_dangerously: bool,
    /// `[files]`: the socket that consoles connect to.
    pub console: ConsoleSocket,
}

/// The consoles' socket: its name in the run directory, and who may connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsoleSocket {
    /// `astctl`.
    pub name: Arc<str>,
    /// `astctlpermissions`, as chmod(2) takes them.
    pub mode: u32,
    /// `astctlowner`; empty for the user who runs the PBX.
    pub owner: Arc<str>,
    /// `astctlgroup`; empty for his group.
    pub group: Arc<str>,
}

impl Default for ConsoleSocket {
    fn default() -> ConsoleSocket {
        ConsoleSocket { name: "obelus.ctl".into(), mode: 0o600, owner: "".into(), group: "".into() }
    }
}

/// Directories, by the names of `[directories]`.
#[derive(Clone, Debug)]
pub struct Directories {
    /// `astetcdir`: configuration.
    pub etc: PathBuf,
    /// `astvarlibdir`: state.
    pub var_lib: PathBuf,
    /// `astdbdir`: the database.
    pub db: PathBuf,
    /// `astdatadir`: sounds.
    pub data: PathBuf,
    /// `astspooldir`: call files, recordings, voicemail.
    pub spool: PathBuf,
    /// `astrundir`: the console's socket.
    pub run: PathBuf,
    /// `astlogdir`: logs.
    pub log: PathBuf,
    /// `astagidir`: AGI programs.
    pub agi: PathBuf,
    /// `astkeydir`: keys.
    pub keys: PathBuf,
    /// `astmoddir`: read by nobody but shown.
    pub modules: PathBuf,
}

impl Directories {
    /// Everything below one folder, as a checkout and the tests use it.
    pub fn below(etc: PathBuf, data: PathBuf, var: PathBuf) -> Directories {
        Directories {
            etc,
            db: var.join("db"),
            spool: var.join("spool"),
            run: var.join("run"),
            log: var.join("log"),
            agi: data.join("agi-bin"),
            keys: var.join("keys"),
            modules: var.join("modules"),
            var_lib: var,
            data,
        }
    }
}

impl Settings {
    /// Settings with these directories and everything else by default.
    pub fn new(directories: Directories) -> Settings {
        Settings {
            directories,
            system_name: "".into(),
            entity_id: "".into(),
            language: "en".into(),
            max_calls: None,
            verbose: 0,
            debug: 0,
            run_user: "".into(),
            live_dangerously: false,
            console: ConsoleSocket::default(),
        }
    }
}
