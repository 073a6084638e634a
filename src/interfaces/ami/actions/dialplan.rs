//! `ShowDialPlan`, `DialplanExtensionAdd` and `DialplanExtensionRemove`.

use async_trait::async_trait;
use obelus_core::action::{Action, ActionCall, ActionInfo, Block, Classes, Reply};
use obelus_core::conf::{Location, is_true};
use obelus_core::dialplan::{Context, EditError, Exten, Extension, Plan, Script, Start};
use obelus_core::interpreter::ChangeError;

use super::leading_number;

pub(super) struct ShowDialPlan;

static SHOW: ActionInfo = super::info(
    "ShowDialPlan",
    Classes::CONFIG.with(Classes::REPORTING),
    "Show dialplan contexts and extensions",
    &[("Extension", "Only what this extension finds."), ("Context", "Only this context.")],
);

/// What has been listed.
#[derive(Default)]
struct Counts {
    items: usize,
    extensions: usize,
    priorities: usize,
    contexts: usize,
}

#[async_trait]
impl Action for ShowDialPlan {
    fn info(&self) -> &'static ActionInfo {
        &SHOW
    }

    async fn run(&self, call: ActionCall<'_>) {
        let loaded = call.core.dialplan.load_full();
        let plan = loaded.plan();
        let (context, exten) = (call.message.get("Context"), call.message.get("Extension"));
        if !context.is_empty() && plan.context(context).is_none() {
            return call.reply.error(format_args!("Did not find context {context}"));
        }
        let mut counts = Counts::default();
        let mut list = Reply::new(call.message.get("ActionID"));
        for shown in plan.contexts().iter().filter(|shown| context.is_empty() || shown.name() == context) {
            match exten {
                "" => push_context(&mut list, plan, shown, &mut counts),
                exten => {
                    for searched in plan.search_order(shown.name(), None) {
                        push_matches(&mut list, plan, searched, exten, &mut counts);
                    }
                }
            }
        }
        if !exten.is_empty() && counts.extensions == 0 {
            return match context {
                "" => call.reply.error(format_args!("Did not find extension {exten} in any context")),
                context => call.reply.error(format_args!("Did not find extension {exten}@{context}")),
            };
        }
        call.reply.list("DialPlan list will follow");
        call.reply.append(&list);
        call.reply
            .list_ends("ShowDialPlanComplete", counts.items)
            .put("ListExtensions", counts.extensions)
            .put("ListPriorities", counts.priorities)
            .put("ListContexts", counts.contexts);
    }
}

fn item<'a>(list: &'a mut Reply, context: &Context, counts: &mut Counts) -> Block<'a> {
    counts.items += 1;
    let mut block = list.item("ListDialplan");
    block.put("Context", context.name());
    block
}

fn push_context(list: &mut Reply, plan: &Plan, context: &Context, counts: &mut Counts) {
    counts.contexts += 1;
    for extension in context.extensions() {
        push_extension(list, plan, context, extension, counts);
    }
    for include in context.includes() {
        let registrar = plan.registrar(include.registrar());
        item(list, context, counts).put("IncludeContext", include.text()).put("Registrar", registrar);
    }
    push_rest(list, plan, context, "", counts);
    for switch in context.switches() {
        let what = format!("{}/{}", switch.name(), switch.data().source());
        let registrar = plan.registrar(switch.registrar());
        item(list, context, counts).put("Switch", what).put("Registrar", registrar);
    }
}

fn push_matches(list: &mut Reply, plan: &Plan, context: &Context, exten: &str, counts: &mut Counts) {
    counts.contexts += 1;
    for extension in context.extensions().iter().filter(|extension| extension.matches(exten)) {
        push_extension(list, plan, context, extension, counts);
    }
    push_rest(list, plan, context, exten, counts);
}

fn push_rest(list: &mut Reply, plan: &Plan, context: &Context, exten: &str, counts: &mut Counts) {
    for pattern in context.ignore_patterns().filter(|pattern| exten.is_empty() || exten.starts_with(pattern))
    {
        let registrar = plan.registrar(0);
        item(list, context, counts).put("IgnorePattern", pattern).put("Registrar", registrar);
    }
}

fn push_extension(
    list: &mut Reply,
    plan: &Plan,
    context: &Context,
    extension: &Extension,
    counts: &mut Counts,
) {
    counts.extensions += 1;
    if let Some(hint) = extension.hint() {
        counts.priorities += 1;
        let mut block = item(list, context, counts);
        block.put("Extension", extension.name()).put("Priority", "hint");
        block.put("Application", hint.text().source()).put("Registrar", plan.registrar(hint.registrar()));
    }
    for priority in extension.priorities() {
        counts.priorities += 1;
        let mut block = item(list, context, counts);
        block.put("Extension", extension.name());
        if let Some(label) = priority.label() {
            block.put("ExtensionLabel", label);
        }
        block
            .put("Priority", priority.number())
            .put("Application", plan.application(priority.application()))
            .put("AppData", priority.arguments().source())
            .put("Registrar", plan.registrar(priority.registrar()));
    }
}

pub(super) struct Add;

static ADD: ActionInfo = super::info(
    "DialplanExtensionAdd",
    Classes::SYSTEM,
    "Add an extension to the dialplan",
    &[
        ("Context", "The context, which is made if it is not there."),
        ("Extension", "The extension, with /caller behind it if it is for one caller."),
        ("Priority", "A number, or hint."),
        ("Application", "The application, or the devices of the hint."),
        ("ApplicationData", "Its arguments."),
        ("Replace", "yes: it may take the place of one that is there."),
    ],
);

/// Where lines that a program adds stand.
fn place() -> Location {
    Location::new("AMI", 0)
}

#[async_trait]
impl Action for Add {
    fn info(&self) -> &'static ActionInfo {
        &ADD
    }

    async fn run(&self, call: ActionCall<'_>) {
        let get = |header| call.message.get(header);
        let (context, name, priority, application) =
            (get("Context"), get("Extension"), get("Priority"), get("Application"));
        if [context, name, priority, application].iter().any(|text| text.is_empty()) {
            return call.reply.error(
                "Context, Extension, Priority, and Application must be defined for DialplanExtensionAdd.",
            );
        }
        let Some(priority) = start(priority) else {
            return call.reply.error("The priority specified was invalid.");
        };
        let exten = Exten {
            is_same: false,
            name: name.to_owned(),
            priority,
            plus: 0,
            label: None,
            application: application.to_owned(),
            arguments: get("ApplicationData").to_owned(),
            location: place(),
        };
        let replace = is_true(get("Replace"));
        let edit = |script: &mut Script| script.add_exten(context, exten.clone(), replace);
        match call.core.change_dialplan(&place(), edit) {
            Ok(()) => call.reply.ack("Added requested extension"),
            Err(ChangeError::Edit(EditError::Taken { .. })) => {
                call.reply.error("That extension and priority already exist at that context");
            }
            Err(error) => {
                tracing::warn!(%error, "AMI: DialplanExtensionAdd");
                call.reply.error("Failed to add extension");
            }
        }
    }
}

fn start(text: &str) -> Option<Start> {
    match text {
        "hint" => Some(Start::Hint),
        text => leading_number(text)
            .and_then(|number| u32::try_from(number).ok())
            .filter(|number| *number > 0)
            .map(Start::Number),
    }
}

pub(super) struct Remove;

static REMOVE: ActionInfo = super::info(
    "DialplanExtensionRemove",
    Classes::SYSTEM,
    "Remove an extension from the dialplan",
    &[
        ("Context", "The context."),
        ("Extension", "The extension, with /caller behind it if it is for one caller."),
        ("Priority", "Only this priority, or hint."),
    ],
);

#[async_trait]
impl Action for Remove {
    fn info(&self) -> &'static ActionInfo {
        &REMOVE
    }

    async fn run(&self, call: ActionCall<'_>) {
        let (context, name) = (call.message.get("Context"), call.message.get("Extension"));
        if context.is_empty() || name.is_empty() {
            return call.reply.error("Context and Extension must be provided for DialplanExtensionRemove");
        }
        let priority = match call.message.get("Priority") {
            "" => None,
            text => match start(text) {
                Some(priority) => Some(priority),
                None => return call.reply.error("The priority specified was invalid."),
            },
        };
        let removed = std::cell::Cell::new(0);
        let edit = |script: &mut Script| {
            removed.set(script.remove_exten(context, name, priority.as_ref()));
            Ok(())
        };
        let changed = call.core.change_dialplan(&place(), edit);
        match (changed, removed.get(), priority) {
            (Ok(()), 1.., Some(_)) => call.reply.ack("Removed the requested priority from the extension"),
            (Ok(()), 1.., None) => call.reply.ack("Removed the requested extension"),
            _ => call.reply.error("Failed to remove requested extension"),
        }
    }
}
