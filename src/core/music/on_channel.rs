//! A channel that listens to music.

use std::sync::Arc;
use std::time::Duration;

use obelus_engine::{FinishReason, PlayId, PlayOptions, Source};
use obelus_media::Codec;

use crate::channel::Channel;
use crate::channel_tech::LegCommand;
use crate::events::{Event, EventKind};
use crate::music::Class;
use crate::music::sequence::{Sequence, Track};
use crate::verbose;

/// What a channel listens to, and where it stopped to listen.
#[derive(Default)]
pub(crate) struct Listening {
    playing: Option<Playing>,
    left: Option<Left>,
    /// The other side of the bridge holds.
    held: bool,
}

/// Music that sounds. Two plays are in the engine, so that there is no gap between them.
struct Playing {
    sequence: Sequence,
    now: Option<Piece>,
    next: Option<Piece>,
    /// Plays that failed in a row.
    failures: usize,
}

struct Piece {
    play: PlayId,
    track: Option<Track>,
}

/// Where the music stopped: it goes on from there.
struct Left {
    class: Arc<Class>,
    file: usize,
    play: PlayId,
    position: Duration,
}

impl Channel {
    /// Starts the music of the first class that exists of: `CHANNEL(musicclass)`, `suggested` and `default`.
    ///
    /// With `preferchannelclass=no` the first two are asked in the other order. Says whether music plays now.
    pub async fn start_music(&mut self, suggested: &str) -> bool {
        let own = self.facts().music_class.clone();
        let music = self.core().music.load_full();
        let wishes = if music.prefers_channel { [&own, suggested] } else { [suggested, &own] };
        let class = wishes.iter().chain(&["default"]).filter(|name| !name.is_empty()).find_map(|name| {
            let class = music.class(name);
            if class.is_none() && !music.classes().is_empty() {
                tracing::warn!(channel = %self.name(), class = name, "there is no such class of music on hold");
            }
            class
        });
        match class {
            Some(class) => self.play_music(class.clone()).await,
            None => false,
        }
    }

    /// Starts the music of this class, whatever `CHANNEL(musicclass)` says; of another one where there is no such class.
    pub async fn start_music_of(&mut self, class: &str) -> bool {
        let known = self.core().music.load().class(class).cloned();
        match known {
            Some(class) => self.play_music(class).await,
            None => self.start_music(class).await,
        }
    }

    /// Whether music plays.
    pub fn listens_to_music(&self) -> bool {
        self.music.playing.is_some()
    }

    /// Stops the music; started again, it goes on where it stopped.
    pub fn stop_music(&mut self) {
        let Some(playing) = self.music.playing.take() else { return };
        // The one that waits goes first, lest it should begin.
        if let Some(port) = self.media() {
            for piece in playing.next.iter().chain(&playing.now) {
                let _ = port.stop_play(piece.play);
            }
        }
        self.music_is_over(&playing);
    }

    fn music_is_over(&mut self, playing: &Playing) {
        self.music.left = playing.left();
        verbose!(self.core(), 3, "Stopped music on hold on {}", self.name());
        self.publish(EventKind::MusicOnHoldStop, Event::MusicOnHoldStop);
    }

    async fn play_music(&mut self, class: Arc<Class>) -> bool {
        if class.answered_only && !self.is_up() {
            verbose!(
                self.core(),
                3,
                "The channel '{}' is not answered yet. Ignore the moh request.",
                self.name()
            );
            return false;
        }
        if self.music.playing.as_ref().is_some_and(|playing| playing.sequence.class.name == class.name) {
            return true;
        }
        self.stop_music();
        verbose!(
            self.core(),
            3,
            "Started music on hold, class '{}', on channel '{}'",
            class.name,
            self.name()
        );
        let name = class.name.clone();
        self.publish_with(EventKind::MusicOnHoldStart, |channel| Event::MusicOnHoldStart {
            channel,
            class: name,
        });
        let (sequence, from) = self.resume(class);
        let mut playing = Playing { sequence, now: None, next: None, failures: 0 };
        self.fill(&mut playing, from).await;
        self.music.playing = Some(playing);
        true
    }

    /// Where the class goes on, or begins.
    fn resume(&mut self, class: Arc<Class>) -> (Sequence, Duration) {
        match self.music.left.take() {
            Some(left) if left.class.name == class.name && left.class.files == class.files => {
                (Sequence::from(class, left.file), left.position)
            }
            _ => (Sequence::new(class, &self.core().random), Duration::ZERO),
        }
    }

    /// Hands the engine what it lacks of two plays; the first file begins at `from`.
    async fn fill(&mut self, playing: &mut Playing, mut from: Duration) {
        while playing.wants_more() {
            let track = playing.sequence.advance(&self.core().random).filter(|_| playing.may_try());
            let Some(track) = track else {
                // Silence instead of nothing: the far end shall not take the call for dead.
                playing.put(self.play_piece(None, Source::Silence(None), PlayOptions::default()));
                return;
            };
            let Some(source) = self.open_track(&playing.sequence, track).await else {
                playing.failures += 1;
                continue;
            };
            let (repeat, start) = match track {
                Track::File(file) => (playing.sequence.is_endless(file), std::mem::take(&mut from)),
                Track::Announcement => (false, Duration::ZERO),
            };
            let queue = playing.now.is_some();
            let options = PlayOptions { repeat, from: start, queue };
            let Some(piece) = self.play_piece(Some(track), source, options) else { return };
            playing.put(Some(piece));
        }
    }

    async fn open_track(&self, sequence: &Sequence, track: Track) -> Option<Source> {
        let name = sequence.name(track)?;
        let language = self.facts().language.clone();
        let opened = self.core().sounds.open(name, &language, self.codec().unwrap_or(Codec::Ulaw)).await;
        let class = &sequence.class.name;
        opened.inspect_err(|error| tracing::warn!(%class, %error, "unable to play music on hold")).ok()
    }

    fn play_piece(&self, track: Option<Track>, source: Source, options: PlayOptions) -> Option<Piece> {
        let play = self.media()?.play(source, options).ok()?;
        Some(Piece { play, track })
    }

    /// A play is over, perhaps one of the music's.
    pub(crate) async fn music_finished(&mut self, play: PlayId, reason: FinishReason, position: Duration) {
        if let Some(left) = self.music.left.as_mut().filter(|left| left.play == play) {
            left.position = position;
        }
        let Some(mut playing) = self.music.playing.take_if(|playing| playing.is_playing(play)) else {
            return;
        };
        match reason {
            FinishReason::Ended | FinishReason::Failed => {
                playing.finished(play, reason);
                self.fill(&mut playing, Duration::ZERO).await;
                self.music.playing = Some(playing);
            }
            FinishReason::Stopped | FinishReason::Replaced => {
                self.music_is_over(&playing);
                if let Some(left) = self.music.left.as_mut().filter(|left| left.play == play) {
                    left.position = position;
                }
            }
        }
    }

    /// A listener pressed a digit: it may be that of another class.
    pub(crate) async fn choose_music(&mut self, digit: char) {
        if !self.listens_to_music() {
            return;
        }
        let chosen = self.core().music.load().class_of_digit(digit).cloned();
        if let Some(class) = chosen {
            self.play_music(class).await;
        }
    }

    /// The other side of the bridge holds, or holds no more; a technology that passes that on gets no music here.
    pub(crate) async fn held_by_other(&mut self, held: bool) {
        if std::mem::replace(&mut self.music.held, held) == held {
            return;
        }
        self.facts().on_hold = held;
        self.core().device_changed(self.handle().device());
        self.tell(LegCommand::Hold(held)).await;
        if self.facts().passes_hold_on {
            return;
        }
        match held {
            true => {
                let suggested = self.music_of_holder().unwrap_or_default();
                self.start_music(&suggested).await;
            }
            false => self.stop_music(),
        }
    }

    /// The class that the holding party's endpoint suggests.
    fn music_of_holder(&self) -> Option<Arc<str>> {
        let bridge = self.facts().bridge.clone()?;
        let holder = self.core().bridges.find(&bridge)?.other(self.handle())?;
        let suggested = holder.facts().suggested_music.clone();
        Some(suggested)
    }
}

impl Playing {
    fn wants_more(&self) -> bool {
        let endless = |piece: &Piece| match piece.track {
            Some(Track::File(file)) => self.sequence.is_endless(file),
            Some(Track::Announcement) => false,
            None => true,
        };
        match (&self.now, &self.next) {
            (None, _) => true,
            (Some(now), None) => !endless(now),
            (Some(_), Some(_)) => false,
        }
    }

    /// Not when every file has failed since the last that could be played.
    fn may_try(&self) -> bool {
        self.failures <= self.sequence.class.files.len()
    }

    fn put(&mut self, piece: Option<Piece>) {
        let place = if self.now.is_none() { &mut self.now } else { &mut self.next };
        *place = piece;
    }

    fn is_playing(&self, play: PlayId) -> bool {
        self.now.iter().chain(&self.next).any(|piece| piece.play == play)
    }

    fn finished(&mut self, play: PlayId, reason: FinishReason) {
        match reason {
            FinishReason::Failed => self.failures += 1,
            _ => self.failures = 0,
        }
        if self.now.take_if(|now| now.play == play).is_some() {
            self.now = self.next.take();
        } else {
            self.next = None;
        }
    }

    fn left(&self) -> Option<Left> {
        let piece = self.now.as_ref()?;
        let (file, position) = match piece.track? {
            Track::File(file) => (file, Duration::ZERO),
            Track::Announcement => return None,
        };
        Some(Left { class: self.sequence.class.clone(), file, play: piece.play, position })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use obelus_conf::{MemoryFiles, Problems};
    use obelus_engine::Sound;
    use obelus_engine::testing::Seen;

    use super::*;
    use crate::events::Delivery;
    use crate::files::ConfigFolder;
    use crate::music::Music;
    use crate::testing::{Far, TestPbx};

    const SECOND: Duration = Duration::from_secs(1);

    /// Files of so many seconds each, and the classes that play them.
    fn pbx(files: &[(&str, usize)], classes: &str) -> TestPbx {
        let pbx = TestPbx::new(|_, _| {});
        for (number, (name, seconds)) in files.iter().enumerate() {
            // The sound of a file is its number.
            let payload = vec![number as u8; seconds * 8000];
            pbx.core.sounds.put(name, Sound::new(Codec::Ulaw, payload).unwrap());
        }
        let mut problems = Problems::new();
        let folder = ConfigFolder::of(MemoryFiles::new().file("musiconhold.conf", classes));
        pbx.core.music.store(Arc::new(Music::load(&folder, Path::new("/nowhere"), &mut problems)));
        assert_eq!(problems.errors(), 0);
        pbx
    }

    /// The numbers of the files that were played, with where they began if that was not the start; `-` for silence.
    fn played(far: &Far) -> String {
        let piece = |seen: &Seen| match seen {
            Seen::Play(_, Source::Sound(sound), options) => {
                let from = options.from.as_millis();
                let from = if from > 0 { format!("@{from}") } else { String::new() };
                Some(format!("{}{from}{}", sound.payload()[0], if options.repeat { "…" } else { "" }))
            }
            Seen::Play(..) => Some("-".to_owned()),
            _ => None,
        };
        far.port().seen().iter().filter_map(piece).collect::<Vec<_>>().join(" ")
    }

    const TWO: (&[(&str, usize)], &str) =
        (&[("/m/0", 1), ("/m/1", 2)], "[default]\nmode=playlist\nentry=/m/0\nentry=/m/1\n");

    #[tokio::test(start_paused = true)]
    async fn files_follow_each_other_without_a_gap() {
        let pbx = pbx(TWO.0, TWO.1);
        let (mut channel, far) = pbx.channel();
        assert!(channel.start_music("").await);
        channel.wait(SECOND / 2).await.unwrap();
        assert_eq!(played(&far), "0 1");
        channel.wait(SECOND * 3).await.unwrap();
        assert_eq!(played(&far), "0 1 0 1");
        assert!(channel.start_music("default").await);
        assert_eq!(played(&far), "0 1 0 1");
    }

    #[tokio::test(start_paused = true)]
    async fn one_file_is_repeated_by_the_engine() {
        let pbx = pbx(&[("/m/0", 1)], "[default]\nmode=playlist\nentry=/m/0\n");
        let (mut channel, far) = pbx.channel();
        channel.start_music("").await;
        channel.wait(SECOND * 10).await.unwrap();
        assert_eq!(played(&far), "0…");
    }

    #[tokio::test(start_paused = true)]
    async fn music_goes_on_where_it_stopped() {
        let pbx = pbx(TWO.0, TWO.1);
        let (mut channel, far) = pbx.channel();
        channel.start_music("").await;
        channel.wait(SECOND * 2).await.unwrap();
        channel.stop_music();
        assert!(!channel.listens_to_music());
        channel.wait(SECOND).await.unwrap();
        assert_eq!(far.port().playing(), None);
        channel.start_music("").await;
        channel.wait(SECOND / 10).await.unwrap();
        assert_eq!(played(&far), "0 1 0 1@1000 0");
    }

    #[tokio::test(start_paused = true)]
    async fn a_prompt_ends_the_music() {
        let pbx = pbx(TWO.0, TWO.1);
        let (mut channel, far) = pbx.channel();
        let kinds = EventKind::MusicOnHoldStart.bit() | EventKind::MusicOnHoldStop.bit();
        let mut listener = pbx.core.events.listen(kinds, None);
        channel.start_music("").await;
        channel.wait(SECOND / 2).await.unwrap();
        channel.play("beep", "").await.unwrap();
        assert!(!channel.listens_to_music());
        assert_eq!(far.port().playing(), None);
        let Some(Delivery::Event(start)) = listener.try_next() else { panic!("an event") };
        assert!(matches!(&start.event, Event::MusicOnHoldStart { class, .. } if &**class == "default"));
        let Some(Delivery::Event(stop)) = listener.try_next() else { panic!("an event") };
        assert!(matches!(&stop.event, Event::MusicOnHoldStop(_)));
        assert!(listener.try_next().is_none());
        channel.start_music("").await;
        channel.wait(SECOND / 10).await.unwrap();
        assert!(played(&far).ends_with("0@500 1"), "{}", played(&far));
    }

    #[tokio::test(start_paused = true)]
    async fn an_announcement_comes_before_every_file() {
        let pbx =
            pbx(&[("/m/0", 1), ("thanks", 1)], "[default]\nmode=playlist\nentry=/m/0\nannouncement=thanks\n");
        let (mut channel, far) = pbx.channel();
        channel.start_music("").await;
        channel.wait(SECOND * 5 / 2).await.unwrap();
        assert_eq!(played(&far), "1 0 1 0");
    }

    #[tokio::test(start_paused = true)]
    async fn what_cannot_be_played_is_silence() {
        let pbx = pbx(&[], TWO.1);
        let (mut channel, far) = pbx.channel();
        assert!(channel.start_music("").await);
        channel.wait(SECOND).await.unwrap();
        assert_eq!(played(&far), "-");
        let none = TestPbx::new(|_, _| {});
        assert!(!none.channel().0.start_music("default").await);
    }

    #[tokio::test(start_paused = true)]
    async fn one_bad_file_is_passed_over() {
        let pbx = pbx(&[("/m/0", 1)], TWO.1);
        let (mut channel, far) = pbx.channel();
        channel.start_music("").await;
        channel.wait(SECOND * 5 / 2).await.unwrap();
        assert_eq!(played(&far), "0 0 0 0");
    }

    #[tokio::test(start_paused = true)]
    async fn a_class_is_chosen_by_wish_and_by_digit() {
        let classes = "[default]\nmode=playlist\nentry=/m/0\n[jazz]\nmode=playlist\nentry=/m/1\ndigit=2\n";
        let pbx = pbx(TWO.0, classes);
        let (mut channel, far) = pbx.channel();
        channel.start_music("jazz").await;
        channel.facts().music_class = "default".into();
        channel.stop_music();
        channel.start_music("jazz").await;
        channel.start_music_of("jazz").await;
        channel.start_music_of("none").await;
        far.presses('1');
        far.presses('2');
        channel.wait(SECOND).await.unwrap();
        assert_eq!(played(&far), "1… 0… 1… 0… 1…");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_is_not_answered_may_get_none() {
        let pbx = pbx(&[("/m/0", 1)], "[default]\nmode=playlist\nentry=/m/0\nansweredonly=yes\n");
        let (mut channel, _far) = pbx.channel();
        assert!(!channel.start_music("").await);
        channel.set_state(crate::channel::ChannelState::Up);
        assert!(channel.start_music("").await);
    }
}
