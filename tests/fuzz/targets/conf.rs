//! Configuration: several files that include each other, and every way to read a value.

use obelus_conf::{Document, MemoryFiles, Problems, Reader, Section, load};
use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

/// The first part of the input is `main.conf`; each other part begins with the line that names its file.
pub fn conf(data: &[u8]) {
    let files = files(data);
    let begun = Instant::now();
    let mut problems = Problems::new();
    let document = load(&files, "main.conf", &mut problems);
    assert!(begun.elapsed().as_secs() < 5, "loading took too long");
    problems.sort();
    assert_eq!(problems.iter().count(), problems.errors() + problems.warnings());
    problems.iter().for_each(|problem| assert!(!problem.to_string().is_empty()));
    check_places(&document);
    // A flood of inherited entries is the loader's to bound; reading a few sections tells enough.
    document.sections.iter().take(64).for_each(read);
}

/// Files for the loader, with some `#exec`.
pub(crate) fn files(data: &[u8]) -> MemoryFiles {
    let mut parts = crate::parts(data).map(String::from_utf8_lossy);
    let main = parts.next().unwrap_or_default();
    let files = MemoryFiles::new().file("main.conf", main).command("/bin/date", "[executed]\na = b\n");
    parts.fold(files, |files, part| {
        let (name, text) = part.split_once('\n').unwrap_or((&part, ""));
        files.file(name.trim(), text)
    })
}

/// Every location is a line of a file that was read.
fn check_places(document: &Document) {
    let places: BTreeSet<(&str, u32)> = document
        .files
        .iter()
        .flat_map(|file| (1..).zip(file.text.lines()).map(|(number, _)| (&*file.path, number)))
        .collect();
    for section in &document.sections {
        let locations = section.entries.iter().map(|entry| &entry.location).chain([&section.location]);
        for location in locations.take(1000) {
            assert!(places.contains(&(&*location.file, location.line)), "{location} of [{}]", section.name);
        }
    }
}

fn read(section: &Section) {
    let mut problems = Problems::new();
    let mut reader = Reader::new(section, &mut problems);
    black_box((
        reader.text("a"),
        reader.boolean("a"),
        reader.integer("a", -5..=5),
        reader.decimal("a", 0.0..=1.0),
    ));
    black_box((reader.duration_seconds("b", 0..=60), reader.duration_milliseconds("b", 0..=60_000)));
    black_box((reader.choice("b", &[("yes", 1), ("maybe", 2)]), reader.list("b"), reader.host("b")));
    black_box((reader.ip("c"), reader.address("c", 5060), reader.network("c")));
    black_box((reader.entries_with_prefix("set_"), reader.all("exten")));
    reader.unserved("d", &["no"]);
    let finished = reader.finish();
    assert_eq!(finished, !section.is_broken && problems.errors() == 0, "{problems:?}");
}
