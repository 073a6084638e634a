//! What may be asked of the program while it runs: to end, and to read its configuration again.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use async_trait::async_trait;
use jiff::Timestamp;
use obelus_core::Core;
use obelus_interfaces::control::{Control, ReloadError, Stop, reload_modules};
use tokio::sync::watch;

/// The program's side of [`Control`].
pub struct ProgramControl {
    core: Weak<Core>,
    wish: watch::Sender<Option<Stop>>,
    /// It is to begin again after its end.
    restarts: AtomicBool,
    /// Held while a reload is under way.
    reloading: tokio::sync::Mutex<()>,
    last_reload: Mutex<Option<Timestamp>>,
}

impl ProgramControl {
    /// Nobody wants anything yet.
    pub fn new(core: &Arc<Core>) -> ProgramControl {
        ProgramControl {
            core: Arc::downgrade(core),
            wish: watch::Sender::new(None),
            restarts: AtomicBool::new(false),
            reloading: tokio::sync::Mutex::default(),
            last_reload: Mutex::default(),
        }
    }

    /// Whether it is to begin again after its end.
    pub fn restarts(&self) -> bool {
        self.restarts.load(Ordering::Acquire)
    }

    /// Waits until the PBX is to end: at once, or when the last call is over, as was asked.
    pub async fn until_stop(&self) {
        let mut wish = self.wish.subscribe();
        loop {
            let wanted = *wish.borrow_and_update();
            let ready = async {
                match (wanted, self.core.upgrade()) {
                    (None, _) => std::future::pending().await,
                    (Some(Stop::Now), _) | (_, None) => {}
                    (Some(Stop::Gracefully | Stop::WhenConvenient), Some(core)) => {
                        core.channels.wait_until_none().await
                    }
                }
            };
            tokio::select! {
                () = ready => return,
                changed = wish.changed() => if changed.is_err() { return },
            }
        }
    }
}

impl ProgramControl {
    fn end(&self, how: Stop) {
        if let Some(core) = self.core.upgrade() {
            core.set_stopping(how != Stop::WhenConvenient);
        }
        self.wish.send_replace(Some(how));
    }
}

#[async_trait]
impl Control for ProgramControl {
    fn stop(&self, how: Stop) {
        self.restarts.store(false, Ordering::Release);
        self.end(how);
    }

    fn restart(&self, how: Stop) {
        self.restarts.store(true, Ordering::Release);
        self.end(how);
    }

    async fn stop_settled(&self) {
        let mut wish = self.wish.subscribe();
        let taken_back = async { drop(wish.wait_for(Option::is_none).await) };
        tokio::select! {
            () = self.until_stop() => {}
            () = taken_back => {}
        }
    }

    fn abort_stop(&self) -> bool {
        let waiting = self.wish.send_if_modified(|wish| match wish {
            Some(Stop::Gracefully | Stop::WhenConvenient) => {
                *wish = None;
                true
            }
            Some(Stop::Now) | None => false,
        });
        if let Some(core) = self.core.upgrade().filter(|_| waiting) {
            core.set_stopping(false);
        }
        waiting
    }

    async fn reload(&self, module: Option<&str>) -> Result<(), ReloadError> {
        let _alone = self.reloading.try_lock().map_err(|_| ReloadError::Busy)?;
        let Some(core) = self.core.upgrade() else { return Ok(()) };
        *self.last_reload.lock().unwrap_or_else(PoisonError::into_inner) = Some(core.clock.now());
        reload_modules(&core, module).await
    }

    fn last_reload(&self) -> Option<Timestamp> {
        *self.last_reload.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
