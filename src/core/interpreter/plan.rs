//! The dialplan as calls run it: the compiled plan with its applications found and literal arguments parsed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Zoned;
use jiff::tz::TimeZone;
use obelus_conf::{Allowances, Document, Location, Problems};
use obelus_dialplan::{ApplicationId, Lookup, Plan, Query, Script, Source, Template, Wanted};

use crate::Core;
use crate::app::{App, Arguments};
use crate::channel::Position;
use crate::clock::Clock;
use crate::interpreter::check::{WARNINGS, Words};
use crate::interpreter::lint::{self, World};
use crate::registry::Registry;

/// A plan and what its steps run.
pub struct LoadedPlan {
    script: Arc<Script>,
    plan: Arc<Plan>,
    allowances: Allowances,
    applications: Vec<Application>,
    depends_on_time: bool,
    /// The arguments of steps without substitutions, by the step's index.
    literal: Vec<Option<Arguments>>,
    /// Which steps have run, by their index, where somebody wants to know.
    ran: Option<Arc<[AtomicBool]>>,
}

/// An application's name as it is shown, and the application if there is one.
type Application = (Arc<str>, Option<Arc<dyn App>>);

/// What loading found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LoadReport {
    /// How many contexts there are.
    pub contexts: usize,
    /// How many extensions.
    pub extensions: usize,
    /// How many priorities.
    pub priorities: usize,
}

/// One step, ready to run.
pub(crate) struct Ready<'a> {
    pub(crate) name: &'a Arc<str>,
    pub(crate) app: Option<&'a Arc<dyn App>>,
    pub(crate) template: &'a Template,
    pub(crate) arguments: Option<&'a Arguments>,
}

impl LoadedPlan {
    /// A plan without any extension.
    pub fn empty() -> LoadedPlan {
        LoadedPlan {
            script: Arc::default(),
            plan: Arc::default(),
            allowances: Allowances::default(),
            applications: Vec::new(),
            depends_on_time: false,
            literal: Vec::new(),
            ran: None,
        }
    }

    /// Compiles and checks `extensions.conf`; problems say what is wrong, and the rest works.
    pub fn load(registry: &Registry, document: &Document, problems: &mut Problems) -> LoadedPlan {
        let script = Script::parse(document, problems);
        let allowances = Allowances::of(document);
        let plan = LoadedPlan { allowances, ..LoadedPlan::compile(registry, Arc::new(script), problems) };
        plan.allowances.apply(problems);
        plan
    }

    /// The same plan with the applications of another PBX.
    pub fn moved_to(&self, registry: &Registry) -> LoadedPlan {
        let plan = LoadedPlan::prepare(registry, self.script.clone(), self.plan.clone());
        LoadedPlan { allowances: self.allowances.clone(), ran: self.ran.clone(), ..plan }
    }

    /// The plan, remembering from now on which steps run, here and where it is moved to.
    pub fn remembering(self) -> LoadedPlan {
        let ran = self.literal.iter().map(|_| AtomicBool::new(false)).collect();
        LoadedPlan { ran: Some(ran), ..self }
    }

    /// All steps with the place of each, and whether it has run; none unless the plan remembers.
    pub fn coverage(&self) -> impl Iterator<Item = (&Location, bool)> {
        let ran = self.ran.as_deref().unwrap_or_default().iter().map(|ran| ran.load(Ordering::Relaxed));
        self.plan.steps().map(|step| step.priority.location()).zip(ran)
    }

    pub(crate) fn mark(&self, at: obelus_dialplan::Position) {
        let Some(ran) = &self.ran else { return };
        if let Some(ran) = self.plan.index_of(at).and_then(|index| ran.get(index)) {
            ran.store(true, Ordering::Relaxed);
        }
    }

    /// What only the whole configuration shows, for `obelus check`: variables that nobody sets, unknown devices.
    pub fn lint(&self, registry: &Registry, world: &World, problems: &mut Problems) {
        let mut found = Problems::new();
        lint::lint(&self.plan, registry, world, &mut found);
        self.allowances.apply(&mut found);
        self.allowances.check(WARNINGS, &mut found);
        problems.append(found);
    }

    /// Compiles and checks a script.
    pub fn compile(registry: &Registry, script: Arc<Script>, problems: &mut Problems) -> LoadedPlan {
        let source = Source { registrar: "pbx_config", script: &script };
        let plan = Plan::compile(&[source], &TimeZones, problems);
        plan.check(&Words(registry), problems);
        LoadedPlan::prepare(registry, script, Arc::new(plan))
    }

    fn prepare(registry: &Registry, script: Arc<Script>, plan: Arc<Plan>) -> LoadedPlan {
        let named = |name: &str| {
            let app = registry.app(name).cloned();
            (app.as_ref().map_or_else(|| Arc::from(name), |app| Arc::from(app.name())), app)
        };
        let applications: Vec<Application> = plan.applications().iter().map(|name| named(name)).collect();
        let mut literal = Vec::new();
        for priority in plan
            .contexts()
            .iter()
            .flat_map(|context| context.extensions())
            .flat_map(|exten| exten.priorities())
        {
            let app = applications.get(priority.application().index()).and_then(|(_, app)| app.as_ref());
            let text = priority.arguments().literal();
            literal.push(app.zip(text).and_then(|(app, text)| Arguments::parse(app.help(), text).ok()));
        }
        let depends_on_time = plan.depends_on_time();
        let allowances = Allowances::default();
        LoadedPlan { script, plan, allowances, applications, depends_on_time, literal, ran: None }
    }

    /// What it was compiled from, for changes and for saving.
    pub fn script(&self) -> &Arc<Script> {
        &self.script
    }

    /// The compiled plan.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// How large it is.
    pub fn report(&self) -> LoadReport {
        let contexts = self.plan.contexts();
        let extensions = contexts.iter().map(|context| context.extensions().len()).sum();
        LoadReport { contexts: contexts.len(), extensions, priorities: self.literal.len() }
    }

    /// Whether a call hangs up where an extension has no more priorities, or waits for digits.
    pub(crate) fn auto_fall_through(&self) -> bool {
        self.plan.general().auto_fallthrough
    }

    /// Looks for a part of an extension.
    pub(crate) fn find(
        &self,
        clock: &Clock,
        position: &Position,
        wanted: Wanted<'_>,
        caller: &str,
    ) -> Option<obelus_dialplan::Position> {
        match self.plan.find(
            &Query {
                context: &position.context,
                extension: &position.exten,
                caller_id: caller,
                now: &self.now(clock),
            },
            wanted,
        ) {
            Lookup::Found(at) => Some(at),
            Lookup::CouldMatchMore | Lookup::NotFound(_) => None,
        }
    }

    /// Whether a position exists for a caller now.
    pub fn exists(&self, clock: &Clock, position: &Position, caller: &str) -> bool {
        let query = Query {
            context: &position.context,
            extension: &position.exten,
            caller_id: caller,
            now: &self.now(clock),
        };
        self.plan.exists(&query, Wanted::Priority(position.priority))
    }

    /// Whether `digits` are, or could with more digits become, an extension of the context.
    pub fn could_match(&self, clock: &Clock, context: &str, digits: &str, caller: &str) -> bool {
        let query = Query { context, extension: digits, caller_id: caller, now: &self.now(clock) };
        self.plan.can_match(&query, Wanted::Priority(1))
    }

    /// Whether more digits could make another extension of the context.
    pub fn could_match_more(&self, clock: &Clock, context: &str, digits: &str, caller: &str) -> bool {
        let query = Query { context, extension: digits, caller_id: caller, now: &self.now(clock) };
        self.plan.match_more(&query, Wanted::Priority(1))
    }

    /// The number of the priority that has this label.
    pub fn number_of_label(
        &self,
        core: &Core,
        context: &str,
        exten: &str,
        label: &str,
        caller: &str,
    ) -> Option<u32> {
        let query = Query { context, extension: exten, caller_id: caller, now: &self.now(&core.clock) };
        match self.plan.find(&query, Wanted::Label(label)) {
            Lookup::Found(at) => self.plan.priority_of(at).map(|priority| priority.number()),
            Lookup::CouldMatchMore | Lookup::NotFound(_) => None,
        }
    }

    /// The hint of an extension: devices, then perhaps a comma and a name.
    pub fn hint(&self, clock: &Clock, context: &str, exten: &str) -> Option<(String, String)> {
        let query = Query { context, extension: exten, caller_id: "", now: &self.now(clock) };
        let Lookup::Found(at) = self.plan.find(&query, Wanted::Hint) else { return None };
        let hint = self.plan.extension_of(at)?.hint()?;
        Some((hint.text().source().to_owned(), hint.name().to_owned()))
    }

    /// Another part of the same extension, if no other extension comes before it.
    pub(crate) fn beside(
        &self,
        at: obelus_dialplan::Position,
        wanted: Wanted<'_>,
    ) -> Option<obelus_dialplan::Position> {
        self.plan.beside(at, wanted)
    }

    /// The number of a priority.
    pub(crate) fn number_of(&self, at: obelus_dialplan::Position) -> Option<u32> {
        self.plan.priority_of(at).map(|priority| priority.number())
    }

    /// The time for a search; any will do where none is asked for, as it costs more than a search.
    fn now(&self, clock: &Clock) -> Zoned {
        if self.depends_on_time { clock.zoned() } else { Zoned::default() }
    }

    pub(crate) fn step(&self, at: obelus_dialplan::Position) -> Option<Ready<'_>> {
        let priority = self.plan.priority_of(at)?;
        let (name, app) = self.application(priority.application())?;
        let arguments = self.literal.get(self.plan.index_of(at)?)?.as_ref();
        Some(Ready { name, app: app.as_ref(), template: priority.arguments(), arguments })
    }

    fn application(&self, id: ApplicationId) -> Option<&Application> {
        self.applications.get(id.index())
    }

    pub(crate) fn location(&self, at: obelus_dialplan::Position) -> Option<String> {
        self.plan.priority_of(at).map(|priority| priority.location().to_string())
    }
}

/// Finds the time zones that includes name.
struct TimeZones;

impl obelus_dialplan::LoadScope for TimeZones {
    fn time_zone(&self, name: &str) -> Option<TimeZone> {
        TimeZone::get(name).ok()
    }
}
