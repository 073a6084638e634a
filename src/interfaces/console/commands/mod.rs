//! The console's commands, one file for each family; Asterisk's words, layouts and texts.

mod applications;
mod bridge_technologies;
mod bridges;
mod channel;
mod channel_types;
mod channels;
mod codecs;
mod combined_states;
mod config_files;
mod database;
mod device_states;
mod dialplan;
mod features;
mod file_convert;
mod formats;
mod functions;
mod hangup;
mod hangup_handlers;
mod help;
mod hints;
mod indications;
mod legal;
mod modules;
mod music;
mod open_files;
mod originate;
mod presence_states;
mod redirect;
mod reload;
mod rtcp;
mod rtp;
mod settings;
mod stop;
#[cfg(test)]
mod stories;
mod switches;
mod sysinfo;
mod task_processors;
mod text;
mod threads;
mod translation;
mod ulimit;
mod uptime;
mod version;
mod wait_fully_booted;

use std::sync::Arc;

use obelus_core::registry::Registry;

use crate::control::{Control, Stop};
use crate::logger::Logger;

/// Enters the commands that belong to no feature.
pub fn register(registry: &mut Registry, control: &Arc<dyn Control>, logger: &Arc<Logger>) {
    registry.add_command(help::Help { syntax: "core show help [<topic>]" });
    registry.add_command(help::Help { syntax: "help [<topic>]" });
    register_shows(registry, control, logger);
    register_actions(registry, control);
    register_database(registry);
    dialplan::register(registry, control);
}

fn register_shows(registry: &mut Registry, control: &Arc<dyn Control>, logger: &Arc<Logger>) {
    registry.add_command(channels::ShowChannels);
    registry.add_command(channels::ShowCalls);
    registry.add_command(channel::ShowChannel);
    registry.add_command(applications::ShowApplications);
    registry.add_command(applications::ShowApplication);
    registry.add_command(functions::ShowFunctions);
    registry.add_command(functions::ShowFunction);
    registry.add_command(channel_types::ShowChannelTypes);
    registry.add_command(channel_types::ShowChannelType);
    registry.add_command(codecs::ShowCodecs);
    registry.add_command(codecs::ShowCodec);
    registry.add_command(translation::ShowTranslation);
    registry.add_command(hints::ShowHints);
    registry.add_command(hints::ShowHint);
    registry.add_command(uptime::ShowUptime(control.clone()));
    registry.add_command(version::ShowVersion);
    registry.add_command(settings::ShowSettings { control: control.clone(), logger: logger.clone() });
    registry.add_command(sysinfo::ShowSysinfo);
    registry.add_command(modules::ModuleShow);
    registry.add_command(bridges::ShowAll);
    registry.add_command(bridges::Show);
    registry.add_command(music::ShowClasses);
    registry.add_command(music::ShowFiles);
    registry.add_command(rtp::ShowSettings);
    registry.add_command(rtp::SetDebug);
    let reports = Arc::new(rtcp::Reports::default());
    registry.add_command(rtcp::SetDebug(reports.clone()));
    registry.add_command(rtcp::SetStats(reports));
    registry.add_command(bridge_technologies::Show);
    registry.add_command(config_files::List);
    register_inside(registry);
    register_tables(registry);
}

/// What is asked about the program itself.
fn register_inside(registry: &mut Registry) {
    registry.add_command(task_processors::Show);
    registry.add_command(task_processors::ShowOne);
    registry.add_command(task_processors::ShowAlerted);
    registry.add_command(task_processors::Ping);
    registry.add_command(task_processors::Reset);
    registry.add_command(task_processors::ResetAll);
    registry.add_command(threads::ShowThreads);
    registry.add_command(threads::ShowLocks);
    registry.add_command(ulimit::Ulimit);
    registry.add_command(open_files::Show);
    registry.add_command(legal::Legal {
        syntax: "core show license",
        synopsis: "Show the license(s) for this copy of Obelus",
        text: legal::LICENSE,
    });
    registry.add_command(legal::Legal {
        syntax: "core show warranty",
        synopsis: "Show the warranty (if any) for this copy of Obelus",
        text: legal::WARRANTY,
    });
}

/// What is known without a call.
fn register_tables(registry: &mut Registry) {
    registry.add_command(formats::ShowFileFormats);
    registry.add_command(formats::ShowImageFormats);
    registry.add_command(formats::ShowSounds);
    registry.add_command(formats::ShowSound);
    registry.add_command(combined_states::Show);
    registry.add_command(switches::ShowSwitches);
    registry.add_command(switches::ShowConfigMappings);
    registry.add_command(indications::Show);
    registry.add_command(indications::Add);
    registry.add_command(indications::Remove);
    registry.add_command(features::Show);
    registry.add_command(hangup_handlers::Show);
    registry.add_command(presence_states::List);
    registry.add_command(presence_states::Change);
}

fn register_actions(registry: &mut Registry, control: &Arc<dyn Control>) {
    for how in [Stop::Now, Stop::Gracefully, Stop::WhenConvenient] {
        registry.add_command(stop::CoreStop { how, control: control.clone() });
        registry.add_command(stop::CoreRestart { how, control: control.clone() });
    }
    registry.add_command(stop::AbortShutdown(control.clone()));
    registry.add_command(wait_fully_booted::WaitFullyBooted);
    registry.add_command(reload::CoreReload(control.clone()));
    registry.add_command(reload::ModuleReload(control.clone()));
    registry.add_command(music::Reload(control.clone()));
    registry.add_command(music::Unregister);
    registry.add_command(hangup::RequestHangup);
    registry.add_command(originate::ChannelOriginate);
    registry.add_command(redirect::ChannelRedirect);
    registry.add_command(bridges::Destroy);
    registry.add_command(bridges::Kick);
    registry.add_command(bridge_technologies::Suspend { suspend: true });
    registry.add_command(bridge_technologies::Suspend { suspend: false });
    registry.add_command(config_files::Reload(control.clone()));
    registry.add_command(file_convert::Convert);
    registry.add_command(device_states::List);
    registry.add_command(device_states::Change);
}

fn register_database(registry: &mut Registry) {
    registry.add_command(database::Show);
    registry.add_command(database::ShowKey);
    registry.add_command(database::Get);
    registry.add_command(database::Put);
    registry.add_command(database::Del);
    registry.add_command(database::DelTree);
}
