//! `Talk`: a dialog and the offer/answer exchange in it.

use super::OfferState;
use crate::dialog::Dialog;
use crate::transaction::ServerId;
use crate::ua::RequestId;

/// What every phase of a session has per dialog.
#[derive(Debug)]
pub(crate) struct Talk {
    pub(crate) dialog: Dialog,
    pub(crate) offer: OfferState,
    /// An offer was answered in this dialog, so a description in the 2xx only repeats it.
    pub(crate) agreed: bool,
    /// Our UPDATE with an offer.
    pub(crate) our_update: Option<RequestId>,
    /// The other side's UPDATE or PRACK with an offer.
    pub(crate) their_offer: Option<ServerId>,
}

impl Talk {
    pub(crate) fn new(dialog: Dialog, offer: OfferState) -> Self {
        Self { dialog, offer, agreed: false, our_update: None, their_offer: None }
    }

    /// A description is sent.
    pub(crate) fn sent(&mut self) {
        self.agreed |= self.offer == OfferState::Received;
        self.offer = self.offer.after_sending();
    }

    /// A description came.
    pub(crate) fn received(&mut self) {
        self.agreed |= self.offer == OfferState::Sent;
        self.offer = self.offer.after_receiving();
    }

    /// The request with the offer failed: both sides go on as before.
    pub(crate) fn roll_back(&mut self) {
        self.offer = OfferState::Idle;
    }
}
