//! `[applicationmap]` of features.conf: applications that a caller runs with a code while it talks.

use std::sync::Arc;

use crate::bridge::Bridge;
use crate::channel::{Channel, ChannelCommand, Interrupted};
use crate::channel_tech::LegCommand;
use crate::features::{FeaturesConf, is_code};

/// One entry: `name => code,self|peer,Application[(arguments)][,music class]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MappedApp {
    /// The name by which `DYNAMIC_FEATURES` allows it.
    pub name: String,
    /// The code.
    pub code: String,
    /// Whether it runs on the other channel of the call; else on the one that pressed the code.
    pub on_peer: bool,
    /// The application.
    pub app: String,
    /// Its arguments, in which variables are substituted when it runs.
    pub arguments: String,
    /// The class of music that the other hears meanwhile; empty for none.
    pub music_class: String,
}

impl MappedApp {
    /// Reads an entry.
    ///
    /// # Errors
    /// What is wrong, for the one who wrote it.
    pub(super) fn parse(name: &str, text: &str) -> Result<MappedApp, String> {
        let mut parts = text.splitn(3, ',').map(str::trim);
        let mut next = || parts.next().filter(|part| !part.is_empty());
        let (Some(code), Some(on), Some(call)) = (next(), next(), next()) else {
            return Err("write code,self|peer,Application[(arguments)][,music class]".to_owned());
        };
        if !is_code(code) {
            return Err(format!(
                "`{code}` is no code: it is made of digits, `*`, `#` and the letters A to D"
            ));
        }
        // Who may press it was said behind a slash once; Asterisk does not read it any more.
        let on = on.split('/').next().unwrap_or(on);
        let on_peer = match on.to_ascii_lowercase().as_str() {
            "self" | "caller" => false,
            "peer" | "callee" => true,
            _ => return Err(format!("`{on}` is neither self nor peer")),
        };
        let (app, arguments, music_class) = split_call(call);
        if app.is_empty() {
            return Err("there is no application".to_owned());
        }
        Ok(MappedApp {
            name: name.to_owned(),
            code: code.to_owned(),
            on_peer,
            app: app.to_owned(),
            arguments: arguments.to_owned(),
            music_class: music_class.to_owned(),
        })
    }
}

/// Application, arguments and music class of `App(a,b),class`, `App,"a,b",class` and `App,a,class`.
fn split_call(call: &str) -> (&str, &str, &str) {
    let head = call.split(',').next().unwrap_or(call);
    if let Some((app, rest)) = call.split_once('(').filter(|_| head.contains('(')) {
        let (arguments, behind) = rest.rsplit_once(')').unwrap_or((rest, ""));
        return (app.trim(), arguments, behind.trim_start_matches(',').trim());
    }
    let Some((app, rest)) = call.split_once(',') else { return (call, "", "") };
    let rest = rest.trim();
    if let Some((arguments, behind)) = rest.strip_prefix('"').and_then(|rest| rest.split_once('"')) {
        return (app.trim(), arguments, behind.trim_start_matches(',').trim());
    }
    let (arguments, class) = rest.split_once(',').unwrap_or((rest, ""));
    (app.trim(), arguments.trim(), class.trim())
}

impl FeaturesConf {
    /// The applications that a value of `DYNAMIC_FEATURES` allows, with their codes.
    pub(crate) fn mapped(&self, names: &str) -> Vec<(String, Arc<MappedApp>)> {
        let mut found = Vec::new();
        for name in names.split('#').map(str::trim).filter(|name| !name.is_empty()) {
            if let Some(app) = self.application(name) {
                found.push((app.code.clone(), app.clone()));
            } else if let Some(group) = self.groups.iter().find(|group| group.0.eq_ignore_ascii_case(name)) {
                let member = |(name, code): &(String, String)| {
                    let app = self.application(name)?.clone();
                    Some((if code.is_empty() { app.code.clone() } else { code.clone() }, app))
                };
                found.extend(group.1.iter().filter_map(member));
            } else {
                tracing::warn!(name, "DYNAMIC_FEATURES: features.conf has no such feature or group");
            }
        }
        found
    }

    fn application(&self, name: &str) -> Option<&Arc<MappedApp>> {
        self.applications.iter().find(|app| app.name.eq_ignore_ascii_case(name))
    }
}

impl Channel {
    /// Runs an application of `[applicationmap]` on this channel, or has it run on the other one.
    pub(crate) async fn run_mapped(
        &mut self,
        bridge: &Bridge,
        mapped: &Arc<MappedApp>,
    ) -> Result<(), Interrupted> {
        self.set_variable("DYNAMIC_FEATURENAME", mapped.name.as_str());
        let Some(other) = bridge.other(self.handle()) else { return Ok(()) };
        let pressed_by = self.name().clone();
        if !mapped.on_peer {
            return self.run_on_this_side(bridge, mapped, &pressed_by).await;
        }
        let (bridge, mapped) = (bridge.clone(), mapped.clone());
        let work = ChannelCommand::Run(Box::new(move |channel| {
            Box::pin(async move {
                channel.set_variable("DYNAMIC_FEATURENAME", mapped.name.as_str());
                // An interruption is met again where the channel waits in the bridge.
                let _ = channel.run_on_this_side(&bridge, &mapped, &pressed_by).await;
            })
        }));
        if other.send(work).is_err() {
            tracing::debug!(channel = %other.name(), "it cannot run an application now");
        }
        Ok(())
    }

    async fn run_on_this_side(
        &mut self,
        bridge: &Bridge,
        mapped: &MappedApp,
        pressed_by: &str,
    ) -> Result<(), Interrupted> {
        self.set_variable("DYNAMIC_WHO_ACTIVATED", pressed_by);
        let music = !mapped.music_class.is_empty();
        let other = bridge.other(self.handle());
        if let Some(other) = other.as_ref().filter(|_| music) {
            let _ = other.show(LegCommand::Hold(true));
        }
        bridge.suspend(self.handle());
        let arguments = self.evaluate(&mapped.arguments).await;
        let ran = self.run_app(&mapped.app, &arguments).await;
        bridge.resume(self.handle());
        if let Some(other) = other.filter(|_| music) {
            let _ = other.show(LegCommand::Hold(false));
        }
        match ran {
            Ok(_) => Ok(()),
            Err(crate::app::AppError::Interrupted(interrupted)) => Err(interrupted),
            Err(crate::app::AppError::Failed(reason)) => {
                tracing::warn!(channel = %self.name(), feature = mapped.name, reason, "a mapped application failed");
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: Result<(&str, bool, &str, &str, &str), &str>) {
        let read = MappedApp::parse("x", text);
        let read =
            read.as_ref().map(|app| (&*app.code, app.on_peer, &*app.app, &*app.arguments, &*app.music_class));
        assert_eq!(read.map_err(|reason| reason.split(' ').next().unwrap_or("")), expected, "{text}");
    }

    #[test]
    fn an_entry_names_code_side_and_application() {
        check("#9,peer,Playback,tt-monkeys", Ok(("#9", true, "Playback", "tt-monkeys", "")));
        check("*1,self/both,NoOp(a,b),default", Ok(("*1", false, "NoOp", "a,b", "default")));
        check("*1,caller,Set,\"X=1,2\",jazz", Ok(("*1", false, "Set", "X=1,2", "jazz")));
        check("*1,callee,Echo", Ok(("*1", true, "Echo", "", "")));
        check("*1,nobody,Echo", Err("`nobody`"));
        check("*1,self", Err("write"));
        check("x,self,Echo", Err("`x`"));
    }
}
