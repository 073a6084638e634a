//! Calls on a whole PBX, and the files that come of them.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::cause::Cause;
use obelus_core::channel::Channel;
use obelus_core::conf::MemoryFiles;
use obelus_core::files::ConfigFolder;
use obelus_core::help::{Argument, Help};
use obelus_core::settings::{Directories, Settings};
use obelus_core::testing::TestPbx;

use super::register;

/// Answers and waits.
struct Stay;

static HELP: Help = Help {
    synopsis: "Test.",
    arguments: &[Argument::optional("seconds", "")],
    description: "",
    see_also: &[],
};

#[async_trait]
impl App for Stay {
    fn name(&self) -> &'static str {
        "Stay"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        channel.answer().await?;
        let time = arguments.seconds(0).map_err(AppError::Failed)?;
        channel.wait(time.unwrap_or(Duration::ZERO)).await?;
        Ok(Flow::Continue)
    }
}

struct World {
    pbx: TestPbx,
    folder: tempfile::TempDir,
}

impl World {
    async fn with(files: &[(&'static str, &'static str)]) -> World {
        let folder = tempfile::tempdir().unwrap();
        let mut memory = MemoryFiles::new();
        for (name, text) in files {
            memory = memory.file(*name, *text);
        }
        let config = ConfigFolder::of(memory);
        let pbx = TestPbx::new(|core, registry| {
            registry.add_app(Stay);
            register(core, &config, Vec::new(), registry);
        });
        let path = folder.path().to_owned();
        let directories = Directories::below(path.join("etc"), path.join("share"), path);
        pbx.core.settings.store(Arc::new(Settings::new(directories)));
        pbx.dialplan("[internal]\nexten => 600,1,Stay(10)\n same => n,Stay(5)\n");
        for module in pbx.core.registry().modules() {
            module.start().await.unwrap();
        }
        World { pbx, folder }
    }

    async fn stop(&self) {
        for module in self.pbx.core.registry().modules() {
            module.stop().await;
        }
    }

    fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join("log").join(name)).unwrap_or_default()
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_is_in_every_file() {
    let world = World::with(&[
        ("cdr.conf", "[general]\n[csv]\nusegmtime=yes\nloguniqueid=yes\n"),
        (
            "cdr_custom.conf",
            "[mappings]\nMine.csv => ${CSV_QUOTE(${CDR(src)})},${CDR(billsec)},${CDR(disposition,u)}\n",
        ),
        ("cdr_json.conf", "[general]\nenabled=yes\n"),
    ])
    .await;
    let far = world.pbx.call("internal", "600");
    world.pbx.quiet().await;
    drop(far);
    world.stop().await;
    let csv = world.log("cdr-csv/Master.csv");
    let expected = "\"\",\"1001\",\"600\",\"internal\",\"\"\"Alice\"\" <1001>\",\"Test/1001-00000000\",\"\",\"Stay\",\"5\",\
        \"2026-03-02 12:00:00\",\"2026-03-02 12:00:00\",\"2026-03-02 12:00:15\",15,15,\"ANSWERED\",\"DOCUMENTATION\",";
    assert!(csv.starts_with(expected) && csv.lines().count() == 1, "{csv}");
    assert_eq!(world.log("cdr-custom/Mine.csv"), "\"1001\",15,8\n");
    let json: serde_json::Value = serde_json::from_str(world.log("cdr.jsonl").trim()).unwrap();
    assert_eq!((json["src"].as_str(), json["billsec"].as_i64()), (Some("1001"), Some(15)));
}

#[tokio::test(start_paused = true)]
async fn what_is_up_at_the_end_is_written_with_the_reason() {
    let world =
        World::with(&[("cdr.conf", "[general]\n"), ("cdr_json.conf", "[general]\nenabled=yes\n")]).await;
    let _far = world.pbx.call("internal", "600");
    tokio::time::sleep(Duration::from_secs(4)).await;
    world.stop().await;
    let json: serde_json::Value = serde_json::from_str(world.log("cdr.jsonl").trim()).unwrap();
    assert_eq!((json["reason"].as_str(), json["billsec"].as_i64()), (Some("shutdown"), Some(4)));
}

#[tokio::test(start_paused = true)]
async fn a_batch_waits_for_its_size() {
    let world = World::with(&[
        ("cdr.conf", "[general]\nbatch=yes\nsize=2\ntime=3600\n"),
        ("cdr_json.conf", "[general]\nenabled=yes\n"),
    ])
    .await;
    for expected in [0, 2, 2] {
        let far = world.pbx.call("internal", "600");
        tokio::time::sleep(Duration::from_secs(1)).await;
        far.hangs_up(Cause::NORMAL_CLEARING);
        world.pbx.quiet().await;
        // The files are written on threads outside of virtual time.
        tokio::time::sleep(Duration::from_secs(2)).await;
        for _ in 0..200 {
            if world.log("cdr.jsonl").lines().count() >= expected {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
            tokio::task::yield_now().await;
        }
        assert_eq!(world.log("cdr.jsonl").lines().count(), expected);
    }
    world.stop().await;
    assert_eq!(world.log("cdr.jsonl").lines().count(), 3);
}

#[tokio::test(start_paused = true)]
async fn without_cdr_conf_nothing_is_kept() {
    let world = World::with(&[("cdr_json.conf", "[general]\nenabled=yes\n")]).await;
    assert!(!world.pbx.core.cdr.is_kept());
    assert!(!world.pbx.core.events.wants(obelus_core::events::EventKind::NewExten));
}

#[tokio::test]
async fn a_pattern_that_asks_in_vain_is_an_error_with_its_line() {
    let memory = MemoryFiles::new()
        .file("cdr.conf", "[general]\n")
        .file("cdr_custom.conf", "[mappings]\nMaster.csv => ${CDR(src)},${SHELL(ls)}\n../x => 1\n");
    let config = ConfigFolder::of(memory);
    let pbx = TestPbx::new(|core, registry| register(core, &config, Vec::new(), registry));
    let mut problems = obelus_core::conf::Problems::new();
    pbx.core.registry().modules().iter().for_each(|module| module.check(&mut problems));
    let text = problems.to_string();
    assert!(
        text.contains("cdr_custom.conf:2")
            && text.contains("SHELL(ls)")
            && text.contains("cdr_custom.conf:3"),
        "{text}"
    );
}
