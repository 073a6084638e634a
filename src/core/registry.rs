//! What is loaded: applications, functions, technologies, commands and modules, by name.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use smallvec::SmallVec;

use crate::action::Action;
use crate::app::App;
use crate::channel_tech::ChannelTech;
use crate::cli::{CliCommand, Commands};
use crate::function::DialplanFunction;
use crate::message::MessageTech;
use crate::module::Module;
use crate::module_names::PROVIDERS;

/// Collects everything at the start; two things of one name are an error of the programmer, reported by name.
#[derive(Default)]
pub struct Registry {
    apps: BTreeMap<String, Arc<dyn App>>,
    functions: BTreeMap<&'static str, Arc<dyn DialplanFunction>>,
    techs: HashMap<String, Arc<dyn ChannelTech>>,
    message_techs: BTreeMap<&'static str, Arc<dyn MessageTech>>,
    modules: Vec<Arc<dyn Module>>,
    actions: BTreeMap<String, Arc<dyn Action>>,
    new_commands: Vec<Arc<dyn CliCommand>>,
    commands: Commands,
    clashes: Vec<String>,
    expected_functions: &'static [&'static str],
    left_out: BTreeMap<String, &'static str>,
}

impl Registry {
    /// Adds an application.
    pub fn add_app(&mut self, app: impl App + 'static) {
        let name = app.name();
        if self.apps.insert(name.to_lowercase(), Arc::new(app)).is_some() {
            self.clashes.push(format!("application {name}"));
        }
    }

    /// Adds a function.
    pub fn add_function(&mut self, function: impl DialplanFunction + 'static) {
        let name = function.name();
        if self.functions.insert(name, Arc::new(function)).is_some() {
            self.clashes.push(format!("function {name}"));
        }
    }

    /// Names the functions that users of Asterisk expect, whether they are there or not.
    pub fn expect_functions(&mut self, names: &'static [&'static str]) {
        self.expected_functions = names;
    }

    /// Adds a channel technology.
    pub fn add_tech(&mut self, tech: Arc<dyn ChannelTech>) {
        let name = tech.name();
        if self.techs.insert(name.to_lowercase(), tech).is_some() {
            self.clashes.push(format!("channel technology {name}"));
        }
    }

    /// Adds what sends messages of one technology.
    pub fn add_message_tech(&mut self, tech: Arc<dyn MessageTech>) {
        let name = tech.name();
        if self.message_techs.insert(name, tech).is_some() {
            self.clashes.push(format!("message technology {name}"));
        }
    }

    /// Puts an application in the place of the one of the same name, if there is one.
    pub fn replace_app(&mut self, app: impl App + 'static) {
        self.apps.insert(app.name().to_lowercase(), Arc::new(app));
    }

    /// Puts a function in the place of the one of the same name, if there is one.
    pub fn replace_function(&mut self, function: impl DialplanFunction + 'static) {
        self.functions.insert(function.name(), Arc::new(function));
    }

    /// Puts a technology in the place of the one of the same name, if there is one.
    pub fn replace_tech(&mut self, tech: Arc<dyn ChannelTech>) {
        self.techs.insert(tech.name().to_lowercase(), tech);
    }

    /// Adds a console command.
    pub fn add_command(&mut self, command: impl CliCommand + 'static) {
        self.new_commands.push(Arc::new(command));
    }

    /// Adds a module; modules start in this order and stop in the reverse one.
    pub fn add_module(&mut self, module: Arc<dyn Module>) {
        self.modules.push(module);
    }

    /// Adds an action of the manager interface.
    pub fn add_action(&mut self, action: impl Action + 'static) {
        let name = action.info().name;
        if self.actions.insert(name.to_lowercase(), Arc::new(action)).is_some() {
            self.clashes.push(format!("action {name}"));
        }
    }

    /// Takes out a module and the applications and functions that Asterisk has in it.
    pub fn leave_out(&mut self, module: &'static str, provides: &'static [&'static str]) {
        self.modules.retain(|loaded| loaded.name() != module);
        for name in provides {
            let was_there =
                self.apps.remove(&name.to_lowercase()).is_some() | self.functions.remove(*name).is_some();
            if was_there {
                self.left_out.insert(name.to_lowercase(), module);
            }
        }
    }

    /// Ends the collecting; the error names what was added twice.
    pub fn finish(mut self) -> Result<Registry, String> {
        let mut seen = std::collections::HashSet::new();
        for command in &self.new_commands {
            if !seen.insert(command.syntax()) {
                self.clashes.push(format!("command `{}`", command.syntax()));
            }
        }
        if !self.clashes.is_empty() {
            return Err(format!("registered twice: {}", self.clashes.join(", ")));
        }
        self.commands = Commands::new(std::mem::take(&mut self.new_commands));
        Ok(self)
    }

    /// The application of this name, in any case.
    pub fn app(&self, name: &str) -> Option<&Arc<dyn App>> {
        let lower: SmallVec<[u8; 32]> = name.bytes().map(|byte| byte.to_ascii_lowercase()).collect();
        self.apps.get(std::str::from_utf8(&lower).ok()?)
    }

    /// All applications by name.
    pub fn apps(&self) -> impl Iterator<Item = &Arc<dyn App>> {
        self.apps.values()
    }

    /// The function of exactly this name.
    pub fn function(&self, name: &str) -> Option<&Arc<dyn DialplanFunction>> {
        self.functions.get(name)
    }

    /// Why an application or function that Asterisk has is not there; nothing for a name that nobody knows.
    pub fn why_missing(&self, name: &str) -> Option<String> {
        if let Some(module) = self.left_out.get(&name.to_lowercase()) {
            return Some(format!("is left out with {module} in modules.conf"));
        }
        let mut known = PROVIDERS.iter().flat_map(|(_, provides)| *provides).chain(self.expected_functions);
        known.any(|known| known.eq_ignore_ascii_case(name)).then(|| "is not served yet".to_owned())
    }

    /// All functions by name.
    pub fn functions(&self) -> impl Iterator<Item = &Arc<dyn DialplanFunction>> {
        self.functions.values()
    }

    /// The technology of this name, in any case.
    pub fn tech(&self, name: &str) -> Option<&Arc<dyn ChannelTech>> {
        self.techs.get(&name.to_lowercase())
    }

    /// All technologies.
    pub fn techs(&self) -> impl Iterator<Item = &Arc<dyn ChannelTech>> {
        self.techs.values()
    }

    /// What sends messages to destinations that begin with exactly this name.
    pub fn message_tech(&self, name: &str) -> Option<&Arc<dyn MessageTech>> {
        self.message_techs.get(name)
    }

    /// The modules in start order.
    pub fn modules(&self) -> &[Arc<dyn Module>] {
        &self.modules
    }

    /// The module of this name.
    pub fn module(&self, name: &str) -> Option<&Arc<dyn Module>> {
        let bare = name.strip_suffix(".so").unwrap_or(name);
        self.modules.iter().find(|module| module.name().eq_ignore_ascii_case(bare))
    }

    /// The action of this name, in any case.
    pub fn action(&self, name: &str) -> Option<&Arc<dyn Action>> {
        self.actions.get(&name.to_lowercase())
    }

    /// All actions by name.
    pub fn actions(&self) -> impl Iterator<Item = &Arc<dyn Action>> {
        self.actions.values()
    }

    /// The console commands.
    pub fn commands(&self) -> &Commands {
        &self.commands
    }
}
