//! The variables that are not set but derived: `EXTEN`, `CHANNEL`, `EPOCH` and the like.

use std::fmt::Write;

use crate::channel::Channel;
use crate::settings::Settings;

impl Channel {
    /// Appends a derived variable's value; says whether there is one of this name.
    pub(super) fn builtin(&self, name: &str, out: &mut String) -> bool {
        // The names are all in capitals: most variables of a plan are told apart by their first letter.
        if !name.starts_with(|letter: char| letter.is_ascii_uppercase()) {
            return false;
        }
        match name {
            "EXTEN" => out.push_str(&self.facts().position.exten),
            "CONTEXT" => out.push_str(&self.facts().position.context),
            "PRIORITY" => push(out, self.facts().position.priority),
            "CHANNEL" => out.push_str(self.name()),
            "UNIQUEID" => out.push_str(self.handle.unique_id()),
            "HANGUPCAUSE" => push(out, self.facts().cause.number()),
            "EPOCH" => push(out, self.core.clock.since_epoch().as_secs()),
            "CALLINGPRES" => push(out, self.facts().caller.presentation().number()),
            "CALLINGANI2" => push(out, self.facts().ani2),
            "CALLINGTON" | "CALLINGTNS" => out.push('0'),
            "HINT" | "HINTNAME" => return self.hint(name == "HINTNAME", out),
            _ => return daemon(&self.core.settings.load(), name, out),
        }
        true
    }

    /// `false` where the extension has no hint.
    fn hint(&self, name: bool, out: &mut String) -> bool {
        let position = self.position();
        let Some((devices, called)) = self.plan.hint(&self.core.clock, &position.context, &position.exten)
        else {
            return false;
        };
        out.push_str(if name { &called } else { &devices });
        true
    }
}

fn push(out: &mut String, value: impl std::fmt::Display) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{value}");
}

/// `SYSTEMNAME`, `ENTITYID` and the directories.
fn daemon(settings: &Settings, name: &str, out: &mut String) -> bool {
    let directories = &settings.directories;
    let directory = match name {
        "SYSTEMNAME" => {
            out.push_str(&settings.system_name);
            return true;
        }
        "ENTITYID" => {
            out.push_str(&settings.entity_id);
            return true;
        }
        "ASTETCDIR" => &directories.etc,
        "ASTMODDIR" => &directories.modules,
        "ASTVARLIBDIR" => &directories.var_lib,
        "ASTDBDIR" => &directories.db,
        "ASTKEYDIR" => &directories.keys,
        "ASTDATADIR" => &directories.data,
        "ASTAGIDIR" => &directories.agi,
        "ASTSPOOLDIR" => &directories.spool,
        "ASTRUNDIR" => &directories.run,
        "ASTLOGDIR" => &directories.log,
        _ => return false,
    };
    push(out, directory.display());
    true
}
