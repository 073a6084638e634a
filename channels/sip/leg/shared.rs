//! What a leg may read of its call while its worker has it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use obelus_core::channel_tech::Ended;
use obelus_core::media::Codec;
use obelus_sdp::DtmfMode;
use obelus_sip::StatusCode;
use obelus_sip::message::{Request, Response};

/// Orders of one leg that may wait for its worker.
const MOST_ORDERS: u32 = 64;

/// What leg and worker share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    facts: Mutex<Facts>,
    outstanding: AtomicU32,
}

/// What is known of the call.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// The codec in use.
    pub(crate) codec: Option<Codec>,
    /// The codecs that could be used.
    pub(crate) codecs: Vec<Codec>,
    /// Whether the far end holds the call.
    pub(crate) is_held: bool,
    /// Where the far end sends its audio, if not to us.
    pub(crate) direct_media: Option<SocketAddr>,
    /// How digits go, if that was changed.
    pub(crate) dtmf: Option<DtmfMode>,
    /// How it ended.
    pub(crate) ended: Option<Ended>,
    /// The channel's name, as the leg was made.
    pub(crate) channel: Arc<str>,
    /// Who talks to whom, as SIP names them.
    pub(crate) dialog: Dialog,
    /// What refuses the call, where its cause does not say it.
    pub(crate) refusal: Option<StatusCode>,
    /// The INVITE that came.
    pub(crate) invite: Option<Arc<Request>>,
    /// The last response to ours.
    pub(crate) response: Option<Arc<Response>>,
}

/// A dialog's names.
#[derive(Debug, Default)]
pub(crate) struct Dialog {
    pub(crate) call_id: Box<str>,
    pub(crate) local_tag: Box<str>,
    pub(crate) remote_tag: Box<str>,
    /// Our own address, with its display name.
    pub(crate) local: Box<str>,
    /// That of the far end.
    pub(crate) remote: Box<str>,
    /// Where requests go.
    pub(crate) target: Box<str>,
    /// The transport's local address.
    pub(crate) local_address: Option<Box<str>>,
    /// Where messages come from.
    pub(crate) remote_address: Option<SocketAddr>,
    /// Where the far end wants media.
    pub(crate) remote_media: Option<SocketAddr>,
    /// Where it was told to send media.
    pub(crate) local_media: Option<SocketAddr>,
}

impl Shared {
    pub(crate) fn facts(&self) -> MutexGuard<'_, Facts> {
        self.facts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether one more order may wait.
    pub(crate) fn may_order(&self) -> bool {
        let before = self.outstanding.fetch_add(1, Ordering::AcqRel);
        if before >= MOST_ORDERS {
            self.outstanding.fetch_sub(1, Ordering::AcqRel);
        }
        before < MOST_ORDERS
    }

    /// An order has been carried out.
    pub(crate) fn obeyed(&self) {
        self.outstanding.fetch_sub(1, Ordering::AcqRel);
    }
}
