//! Offers and answers of one SIP session, from the first INVITE to the last re-INVITE.

use std::collections::BTreeMap;

use obelus_media::Codec;

use crate::capabilities::Capabilities;
use crate::description::Description;
use crate::error::SdpError;
use crate::format::Format;
use crate::local::{LocalAudio, LocalCodec, Slot, describe};
use crate::negotiated::{Declined, Negotiated, Outcome, Outgoing};
use crate::numbers::Numbers;
use crate::parameters::Parameters;
use crate::stream::{MediaKind, Payload, Stream};

/// An answer to send, and what it comes to.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The body.
    pub body: String,
    /// What is agreed on.
    pub outcome: Outcome,
}

/// The descriptions of one SIP session.
///
/// The id of its `o=` line stays, the version rises by one whenever a body differs from the one before
/// (RFC 3264 8). The order of the `m=` lines stays too: a stream that ends keeps its place with port 0.
#[derive(Clone, Debug)]
pub struct Session {
    id: u64,
    version: u64,
    owner: String,
    name: String,
    /// What holds for each `m=` line.
    slots: Vec<Slot>,
    numbers: BTreeMap<usize, Numbers>,
    /// An offer of ours that may still be answered, again after a provisional answer.
    offered: Option<Vec<Slot>>,
    /// The last body sent, without its version.
    sent: Option<sdp_types::Session>,
}

impl Session {
    /// A session of this random id; `owner` is `sdp_owner`, of which the first word counts, `name` is
    /// `sdp_session`.
    #[must_use]
    pub fn new(id: u64, owner: &str, name: &str) -> Self {
        Self {
            id,
            version: id,
            owner: owner.to_owned(),
            name: name.to_owned(),
            slots: Vec::new(),
            numbers: BTreeMap::new(),
            offered: None,
            sent: None,
        }
    }

    /// Makes an offer, the first one or another; `core` is what the channel would like to send, best first,
    /// and empty if it does not mind.
    ///
    /// Streams that were agreed on keep their places; with fewer ports than streams the last ones end, with
    /// more ports streams are added.
    ///
    /// # Errors
    /// [`SdpError::NothingToOffer`] if no codec is left, [`SdpError::NoPort`] without a port.
    pub fn offer(&mut self, capabilities: &Capabilities, core: &[Codec]) -> Result<String, SdpError> {
        let configured = capabilities.codecs.codecs();
        let codecs = match core {
            [] => configured,
            core => capabilities.policies.outgoing_offer.resolve(core, &configured),
        };
        let codecs: Vec<Codec> = codecs.into_iter().filter(|codec| is_carried(*codec)).collect();
        if codecs.is_empty() {
            return Err(SdpError::NothingToOffer);
        }
        let slots = self.offered_slots(capabilities, &codecs);
        if !slots.iter().any(|slot| matches!(slot, Slot::Audio(_))) {
            return Err(SdpError::NoPort);
        }
        self.offered = Some(slots.clone());
        Ok(self.write(&slots, capabilities))
    }

    fn offered_slots(&mut self, capabilities: &Capabilities, codecs: &[Codec]) -> Vec<Slot> {
        let mut ports = capabilities.ports.iter().copied();
        let mut events = capabilities.dtmf.offers_events();
        let mut slots = Vec::new();
        for slot in std::mem::take(&mut self.slots) {
            let next = match &slot {
                Slot::Declined { .. } => slot.clone(),
                Slot::Audio(audio) => match ports.next() {
                    Some(port) => self.offered_slot(capabilities, codecs, port, &mut events, slots.len()),
                    None => Slot::removed(audio),
                },
            };
            slots.push(next);
            self.slots.push(slot);
        }
        for port in ports {
            slots.push(self.offered_slot(capabilities, codecs, port, &mut events, slots.len()));
        }
        slots
    }

    /// Only the first audio stream carries digits, as in Asterisk.
    fn offered_slot(
        &mut self,
        capabilities: &Capabilities,
        codecs: &[Codec],
        port: u16,
        events: &mut bool,
        index: usize,
    ) -> Slot {
        let events = std::mem::take(events);
        Slot::Audio(LocalAudio::offer(
            capabilities,
            codecs,
            port,
            events,
            self.numbers.entry(index).or_default(),
        ))
    }

    /// Takes in the answer to the last offer; a later answer to the same offer may correct it.
    ///
    /// # Errors
    /// If no stream is agreed on; what was agreed on before still holds.
    pub fn accept_answer(
        &mut self,
        capabilities: &Capabilities,
        answer: &Description,
    ) -> Result<Outcome, SdpError> {
        let mut slots = self.offered.clone().ok_or(SdpError::Unexpected)?;
        let mut outcome = Outcome::default();
        for (index, slot) in slots.iter_mut().enumerate() {
            let Slot::Audio(local) = slot else { continue };
            match accept(index, capabilities, local, answer.streams.get(index)) {
                Ok(negotiated) => outcome.audio.push(negotiated),
                Err(reason) => {
                    outcome.declined.push(Declined { index, kind: MediaKind::Audio, reason });
                    *slot = Slot::removed(local);
                }
            }
        }
        if outcome.audio.is_empty() {
            return Err(outcome.failure());
        }
        self.slots = slots;
        Ok(outcome)
    }

    /// Forgets an offer that was refused: what was agreed on before still holds.
    pub fn withdraw_offer(&mut self) {
        self.offered = None;
    }

    /// Answers an offer; `core` is what the channel would like to send, best first, and empty if it does not
    /// mind.
    ///
    /// Every stream of the offer is answered in its place; those that are not served with port 0.
    ///
    /// # Errors
    /// If no stream is agreed on, with the [status](SdpError::status) that refuses the request; what was
    /// agreed on before still holds.
    pub fn answer(
        &mut self,
        capabilities: &Capabilities,
        core: &[Codec],
        offer: &Description,
    ) -> Result<Answer, SdpError> {
        let mut ports = capabilities.ports.iter().copied();
        let mut slots = Vec::new();
        let mut outcome = Outcome::default();
        for (index, stream) in offer.streams.iter().enumerate() {
            let events = capabilities.dtmf.offers_events() && outcome.audio.is_empty();
            let answered = choose(capabilities, core, stream).and_then(|codecs| {
                let port = ports.next().ok_or(Some(SdpError::NoPort))?;
                Ok(LocalAudio::answer(capabilities, codecs, port, events, stream))
            });
            match answered {
                Ok(local) => {
                    outcome.audio.extend(answered_with(index, capabilities, &local, stream));
                    slots.push(Slot::Audio(local));
                }
                Err(reason) => {
                    outcome.declined.push(Declined { index, kind: stream.kind.clone(), reason });
                    slots.push(Slot::declined(stream));
                }
            }
        }
        if outcome.audio.is_empty() {
            return Err(outcome.failure());
        }
        self.offered = None;
        self.remember(&slots);
        let body = self.write(&slots, capabilities);
        self.slots = slots;
        Ok(Answer { body, outcome })
    }

    /// The numbers of an answer are those of the offer; later offers of ours keep them.
    fn remember(&mut self, slots: &[Slot]) {
        for (index, slot) in slots.iter().enumerate() {
            let Slot::Audio(local) = slot else { continue };
            let numbers = self.numbers.entry(index).or_default();
            for own in &local.codecs {
                numbers.adopt(own.number, Format::Codec(own.codec));
            }
            for (number, rate) in &local.events {
                numbers.adopt(*number, Format::TelephoneEvent(*rate));
            }
        }
    }

    fn write(&mut self, slots: &[Slot], capabilities: &Capabilities) -> String {
        let (owner, name) = (&self.owner, &self.name);
        let mut body = describe(slots, capabilities.address, owner, name, capabilities.compact);
        if self.sent.as_ref().is_some_and(|sent| *sent != body) {
            self.version = self.version.wrapping_add(1);
        }
        self.sent = Some(body.clone());
        body.origin.sess_id = self.id.to_string();
        body.origin.sess_version = self.version;
        body.to_string()
    }
}

/// Codecs without a payload type of Asterisk's are not negotiated there either.
fn is_carried(codec: Codec) -> bool {
    codec.preferred_payload_type().is_some()
}

/// The codecs of a stream that we can speak, each once.
fn known_codecs(payloads: &[Payload]) -> Vec<LocalCodec> {
    let mut known: Vec<LocalCodec> = Vec::new();
    for payload in payloads {
        let Some(codec) = payload.format.and_then(Format::codec) else { continue };
        let Some(parameters) = Parameters::read(codec, payload.fmtp.as_deref()) else { continue };
        if known.iter().all(|other| other.codec != codec) {
            known.push(LocalCodec { number: payload.number, codec, parameters });
        }
    }
    known
}

/// What an offered stream is answered with, or why it is declined; `None` if it is off.
///
/// This is the place where other kinds of streams would be served.
fn choose(
    capabilities: &Capabilities,
    core: &[Codec],
    stream: &Stream,
) -> Result<Vec<LocalCodec>, Option<SdpError>> {
    if stream.port == 0 || stream.kind != MediaKind::Audio {
        return Err(None);
    }
    if !capabilities.profile.accepts(&stream.transport) {
        return Err(Some(SdpError::Transport(stream.transport.clone())));
    }
    let policies = &capabilities.policies;
    let known = known_codecs(&stream.payloads);
    let offered: Vec<Codec> = known.iter().map(|known| known.codec).collect();
    let allowed = capabilities.codecs.codecs();
    let joint = policies.incoming_offer.resolve(&offered, &allowed);
    let wished = policies.outgoing_answer.resolve(core, &joint);
    let mut codecs = if wished.is_empty() { joint } else { wished };
    // Operations that do not look at the offer could name what was not offered.
    codecs.retain(|codec| offered.contains(codec));
    if policies.preferred_codec_only {
        codecs.truncate(1);
    }
    if codecs.is_empty() {
        return Err(Some(SdpError::NoCommonCodec { offered, allowed }));
    }
    Ok(codecs.into_iter().filter_map(|codec| answered_codec(codec, &known)).collect())
}

fn answered_codec(codec: Codec, offered: &[LocalCodec]) -> Option<LocalCodec> {
    let theirs = offered.iter().find(|offered| offered.codec == codec)?;
    let parameters = Parameters::offered(codec).joined(&theirs.parameters);
    Some(LocalCodec { number: theirs.number, codec, parameters })
}

/// What our answer comes to: we send the first codec of it, under the number that was offered.
fn answered_with(
    index: usize,
    capabilities: &Capabilities,
    local: &LocalAudio,
    remote: &Stream,
) -> Option<Negotiated> {
    let mut outgoing = local.codecs.iter().map(outgoing);
    let send = outgoing.next()?;
    Some(Negotiated::new(index, capabilities, local, remote, send, outgoing.collect()))
}

fn outgoing(local: &LocalCodec) -> Outgoing {
    Outgoing { codec: local.codec, payload_type: local.number, parameters: local.parameters.clone() }
}

/// What the answer to a stream of ours comes to, or why to nothing; `None` if it was switched off.
fn accept(
    index: usize,
    capabilities: &Capabilities,
    local: &LocalAudio,
    answer: Option<&Stream>,
) -> Result<Negotiated, Option<SdpError>> {
    let is_on = |stream: &&Stream| stream.port != 0 && stream.kind == MediaKind::Audio;
    let remote = answer.filter(is_on).ok_or(None)?;
    if !remote.is_rtp() || !capabilities.profile.accepts(&remote.transport) {
        return Err(Some(SdpError::Transport(remote.transport.clone())));
    }
    let known = known_codecs(&remote.payloads);
    let answered: Vec<Codec> = known.iter().map(|known| known.codec).collect();
    let offered: Vec<Codec> = local.codecs.iter().map(|own| own.codec).collect();
    let codecs = capabilities.policies.incoming_answer.resolve(&answered, &offered);
    let mut outgoing = codecs.into_iter().filter_map(|codec| {
        let theirs = known.iter().find(|known| known.codec == codec)?;
        let ours = local.codecs.iter().find(|own| own.codec == codec)?;
        let parameters = ours.parameters.joined(&theirs.parameters);
        Some(Outgoing { codec, payload_type: theirs.number, parameters })
    });
    let Some(send) = outgoing.next() else {
        return Err(Some(SdpError::NoCommonCodec { offered: answered, allowed: offered }));
    };
    Ok(Negotiated::new(index, capabilities, local, remote, send, outgoing.collect()))
}
