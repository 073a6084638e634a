//! What the rest of the configuration gives the dialplan: variables of channels, and devices.

use obelus_core::conf::{Document, Problems};
use obelus_core::files::ConfigFolder;
use obelus_core::interpreter::World;

/// Reads the files that name devices; what is wrong with them is for their modules to say.
pub fn of(folder: &ConfigFolder) -> World {
    let mut world = World::default();
    if folder.has("pjsip.conf") {
        sip(&folder.load("pjsip.conf", &mut Problems::new()), &mut world);
    }
    world
}

/// Endpoints and their `set_var`.
fn sip(document: &Document, world: &mut World) {
    let endpoints = document.concrete().filter(|section| section.value("type") == Some("endpoint"));
    let devices = world.devices.entry("pjsip".to_owned()).or_default();
    for endpoint in endpoints {
        devices.insert(endpoint.name.to_string());
        let assignments = endpoint.entries.iter().filter(|entry| entry.key.eq_ignore_ascii_case("set_var"));
        let names = assignments.filter_map(|entry| entry.value.split_once('=').map(|(name, _)| name.trim()));
        world.variables.extend(names.map(|name| name.trim_start_matches('_').to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::conf::MemoryFiles;

    use super::*;

    #[test]
    fn endpoints_are_devices_and_set_variables() {
        let text = "[phone](!)\ntype = endpoint\nset_var = __TENANT=7\n[1001](phone)\nset_var = DESK=3\n[1001]\ntype = aor\n[x]\ntype = auth\n";
        let world = of(&ConfigFolder::of(MemoryFiles::new().file("pjsip.conf", text)));
        assert_eq!(world.devices["pjsip"].iter().collect::<Vec<_>>(), ["1001"]);
        assert!(["TENANT", "DESK"].iter().all(|name| world.variables.contains(*name)));
        assert!(of(&ConfigFolder::of(MemoryFiles::new())).devices.is_empty());
    }
}
