//! `musiconhold.conf`.

use std::path::Path;
use std::sync::Arc;

use obelus_conf::{Problem, Problems, Reader};

use crate::files::ConfigFolder;
use crate::music::{Class, Music};

/// The file.
pub(super) const FILE: &str = "musiconhold.conf";

impl Music {
    /// Reads musiconhold.conf, and which files its folders have; a class with an error is left out.
    ///
    /// Folders that are not absolute are below `data`.
    pub fn load(folder: &ConfigFolder, data: &Path, problems: &mut Problems) -> Music {
        let document = folder.load_if_there(FILE, problems);
        let mut music = Music::default();
        for section in document.concrete() {
            let mut reader = Reader::new(section, problems);
            if section.name.eq_ignore_ascii_case("general") {
                music.prefers_channel = reader.boolean("preferchannelclass").unwrap_or(true);
                reader.unserved("cachertclasses", &["no"]);
                let _ = reader.finish();
                continue;
            }
            let Some(class) = Class::read(reader, data) else { continue };
            match music.class(&class.name) {
                Some(_) => {
                    let reason = format!("the class [{}] is there already", class.name);
                    problems.push(Problem::error(section.location.clone(), reason));
                }
                None => music.classes.push(Arc::new(class)),
            }
        }
        music
    }
}

#[cfg(test)]
mod tests {
    use obelus_conf::MemoryFiles;

    use super::*;
    use crate::music::{Mode, Order};

    fn load(text: &str, data: &Path) -> (Music, Vec<String>) {
        let mut problems = Problems::new();
        let folder = ConfigFolder::of(MemoryFiles::new().file(FILE, text));
        let music = Music::load(&folder, data, &mut problems);
        (music, problems.iter().map(ToString::to_string).collect())
    }

    fn check(text: &str, problem: &str) {
        let (_, problems) = load(text, Path::new("/data"));
        assert_eq!(problems, [problem], "{text}");
    }

    #[test]
    fn a_folder_gives_its_files_in_the_order_of_their_names() {
        let data = tempfile::tempdir().unwrap();
        let moh = data.path().join("moh");
        std::fs::create_dir(&moh).unwrap();
        for name in ["b.ulaw", "b.wav", "A.gsm", "c.sln16", ".hidden.wav", "README", "x.c"] {
            std::fs::write(moh.join(name), "").unwrap();
        }
        std::fs::create_dir(moh.join("folder.wav")).unwrap();
        let (music, problems) = load("[default]\nmode=files\ndirectory=moh\n", data.path());
        assert_eq!(problems, Vec::<String>::new());
        let class = music.class("Default").unwrap();
        let names: Vec<&str> = class.files.iter().filter_map(|path| path.rsplit('/').next()).collect();
        assert_eq!(names, ["A", "b", "c"]);
        assert_eq!(class.mode, Mode::Files(moh));
    }

    #[test]
    fn a_class_has_options() {
        let text = "[general]\npreferchannelclass=no\n[ads](!)\nmode=playlist\n[sales](ads)\nentry=/m/one\nentry=/m/two\n\
            sort=randstart\nloop_last=yes\nannouncement=queue-thankyou\ndigit=#\nansweredonly=yes\n";
        let (music, problems) = load(text, Path::new("/data"));
        assert_eq!(problems, Vec::<String>::new());
        assert!(!music.prefers_channel);
        let [class] = music.classes() else { panic!("one class") };
        assert_eq!(class.files, ["/m/one", "/m/two"]);
        assert_eq!((class.order, class.digit, class.loops_last), (Order::RandomStart, Some('#'), true));
        assert_eq!((class.announcement.as_deref(), class.answered_only), (Some("queue-thankyou"), true));
        assert_eq!(music.class_of_digit('#').map(|class| &*class.name), Some("sales"));
    }

    #[test]
    fn what_cannot_be_played_is_named() {
        check("[a]\nmode=files\n", "musiconhold.conf:1: [a] needs the option `directory`");
        check("[a]\ndirectory=moh\n", "musiconhold.conf:1: [a] needs the option `mode`");
        check("[a]\nmode=playlist\n", "musiconhold.conf:1: [a] needs the option `entry`");
        check(
            "[a]\nmode=custom\napplication=/usr/bin/mpg123\nformat=ulaw\n",
            "musiconhold.conf:2: `mode` in [a]: mode `custom` runs a program, which is not served yet; there are files and playlist",
        );
        check(
            "[a]\nmode=tape\n",
            "musiconhold.conf:2: `mode` in [a]: there is no mode `tape`; there are files and playlist",
        );
        check(
            "[a]\nmode=playlist\nentry=/a\nentry=http://x/y.ulaw\n",
            "musiconhold.conf:4: `entry` in [a]: music from the network is not served yet; write the path of a file",
        );
        check(
            "[a]\nmode=playlist\nentry=/a\nentry=b\n",
            "musiconhold.conf:4: `entry` in [a]: the path of a file begins with `/`",
        );
        check(
            "[a]\nmode=files\ndirectory=/nowhere\nentry=/a\n",
            "musiconhold.conf:4: `entry` in [a]: only mode=playlist has entries",
        );
        check(
            "[a]\nmode=files\ndirectory=/nowhere\nsort=beta\n",
            "musiconhold.conf:4: `beta` is no `sort` in [a]; it can be `alpha`, `random`, `randstart`",
        );
        check(
            "[a]\nmode=playlist\nentry=/a\n[A]\nmode=playlist\nentry=/b\n",
            "musiconhold.conf:4: the class [A] is there already",
        );
    }
}
