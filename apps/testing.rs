//! What the tests of all applications begin with.

use std::path::Path;
use std::sync::Arc;

use obelus_core::conf::{MemoryFiles, Problems};
use obelus_core::engine::testing::Seen;
use obelus_core::engine::{Sound, Source};
use obelus_core::events::{Delivery, Event, EventKind, Listener};
use obelus_core::files::ConfigFolder;
use obelus_core::media::Codec;
use obelus_core::music::Music;
use obelus_core::testing::TestPbx;

/// A PBX with every application and this dialplan.
pub(crate) fn pbx(dialplan: &str) -> TestPbx {
    let pbx = TestPbx::new(|_, registry| crate::register(registry));
    pbx.dialplan(dialplan);
    pbx
}

/// The same PBX with the classes of music `default` and `jazz`, each a file of ten seconds.
pub(crate) fn music(pbx: TestPbx) -> TestPbx {
    let files = MemoryFiles::new().file(
        "musiconhold.conf",
        "[default]\nmode=playlist\nentry=/m/default\n[jazz]\nmode=playlist\nentry=/m/jazz\n",
    );
    for name in ["/m/default", "/m/jazz"] {
        let sound = Sound::new(Codec::Ulaw, vec![0xff; 80_000]).expect("a codec of constant size");
        pbx.core.sounds.put(name, sound);
    }
    let folder = ConfigFolder::of(files);
    pbx.core.music.store(Arc::new(Music::load(&folder, Path::new(""), &mut Problems::new())));
    pbx
}

/// What the checker says of a priority.
pub(crate) fn complaint(application: &str) -> String {
    let pbx = TestPbx::new(|_, registry| crate::register(registry));
    let problems = pbx.load(&format!("[internal]\nexten => s,1,{application}\n"));
    problems.iter().map(|problem| problem.message.clone()).collect::<Vec<_>>().join("; ")
}

/// The prompts that a priority plays, in their order; those of [`prompts`] exist.
pub(crate) async fn said(application: &str) -> String {
    let (name, arguments) = application.split_once('(').expect("an application");
    let arguments = arguments.strip_suffix(')').expect("a parenthesis");
    let pbx = pbx("");
    let names = prompts();
    for (number, name) in names.iter().enumerate() {
        // The sound of a prompt is its number, again and again.
        let payload = (number as u16).to_be_bytes().repeat(80);
        pbx.core.sounds.put(name, Sound::new(Codec::Ulaw, payload).expect("a codec of constant size"));
    }
    let (mut channel, far) = pbx.channel();
    channel.run_app(name, arguments).await.expect("the application ran");
    let name_of = |seen: &Seen| match seen {
        Seen::Play(_, Source::Sound(sound), _) => {
            let number = u16::from_be_bytes(sound.payload().get(..2)?.try_into().ok()?);
            names.get(usize::from(number)).cloned()
        }
        _ => None,
    };
    far.port().seen().iter().filter_map(name_of).collect::<Vec<_>>().join(" ")
}

/// All prompts that sayings are made of.
fn prompts() -> Vec<String> {
    let tens = (30..100).step_by(10);
    let digits =
        (0..=20).chain(tens).flat_map(|number| [format!("digits/{number}"), format!("digits/h-{number}")]);
    let days = (0..12).flat_map(|number| [format!("digits/day-{number}"), format!("digits/mon-{number}")]);
    let letters =
        ('a'..='z').flat_map(|letter| [format!("letters/{letter}"), format!("phonetic/{letter}_p")]);
    let codes = (33..127).map(|code| format!("letters/ascii{code}"));
    let words = "digits/hundred digits/h-hundred digits/thousand digits/h-thousand digits/million digits/star \
        digits/pound digits/minus digits/oclock digits/oh digits/a-m digits/p-m digits/at letters/dollar dollars and \
        cents cent uppercase lowercase call calls callx1 new beep";
    digits
        .chain(days)
        .chain(letters)
        .chain(codes)
        .chain(words.split_whitespace().map(str::to_owned))
        .collect()
}

/// What the variable `WAY` is at the end of a call that runs these priorities.
pub(crate) async fn way(priorities: &str) -> String {
    let pbx = pbx(&format!("[internal]\nexten => s,1,{priorities}\n"));
    let mut listener = pbx.core.events.listen(EventKind::VarSet.bit(), None);
    pbx.call("internal", "s").is_over().await;
    let mut way = String::new();
    while let Some(Delivery::Event(record)) = listener.try_next() {
        if let Event::VarSet { name, value, .. } = &record.event
            && &**name == "WAY"
        {
            way = value.to_string();
        }
    }
    way
}

/// The results in the `DialEnd` events that have come.
pub(crate) fn dial_ends(listener: &mut Listener) -> Vec<String> {
    let results = std::iter::from_fn(|| listener.try_next()).filter_map(|delivery| match delivery {
        Delivery::Event(record) => match &record.event {
            Event::DialEnd { status, .. } => Some(status.to_string()),
            _ => None,
        },
        Delivery::Lost(_) => None,
    });
    results.collect()
}
