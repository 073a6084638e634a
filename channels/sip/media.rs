//! A call's audio: what descriptions agree on, told to the engine.

use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use obelus_core::engine::{
    DigitMode, Direction, EngineError, Payload, PayloadMap, Port, PortHandle, RtpOptions, RtpSettings,
    SendFormat, SourceRules,
};
use obelus_core::media::Codec;
use obelus_core::rtp_conf::RtpConf;
use obelus_sdp::{
    Answer, Capabilities, Description, DtmfMethod, DtmfMode, Format, Negotiated, Outcome, SdpError, Session,
};
use obelus_sip::message::{Body, Headers};

use crate::config::{Endpoint, Media as Settings};
use crate::driver::Driver;
use crate::transport::Path;

/// A call's audio as signalling sees it.
#[derive(Debug)]
pub(crate) struct Media {
    port: PortHandle,
    session: Session,
    /// The session's random number.
    number: u64,
    capabilities: Capabilities,
    settings: Arc<Endpoint>,
    rtp: Arc<RtpConf>,
    agreed: Option<Negotiated>,
    /// Where the far end is told to send instead of to us.
    direct: Option<SocketAddr>,
}

/// What a new agreement changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Change {
    /// The other side put us on hold, or took us back.
    pub(crate) held: Option<bool>,
    /// Codec or address are other ones than before.
    pub(crate) moved: bool,
    /// A host that must be looked up before anything can be sent.
    pub(crate) host: Option<String>,
}

impl Media {
    /// Opens a port for a call of this endpoint that is signalled by this path; `remote` is where its media will
    /// probably go, `near` a port that this one will probably be joined to.
    pub(crate) fn open(
        driver: &Driver,
        endpoint: &Arc<Endpoint>,
        path: &Path,
        remote: Option<IpAddr>,
        near: Option<&PortHandle>,
    ) -> Result<(Port, Media), EngineError> {
        let settings = &endpoint.media;
        let told = settings.address.as_deref().and_then(|host| driver.media_host(host));
        let is_ipv6 = remote.map_or(path.source.is_ipv6(), |remote| remote.is_ipv6());
        let mut options = RtpOptions::new(bind_address(settings, told, path, is_ipv6)).near(near);
        // Whether the other side shares ports is not known yet, so the second one is there in any case.
        options.rtcp_mux = false;
        let port = driver.core.engine.open_rtp(options)?;
        let number = driver.core.random.number() >> 33;
        let handle = port.handle().clone();
        let media = Media {
            session: Session::new(number, &settings.sdp_owner, &settings.sdp_session),
            number,
            capabilities: Capabilities {
                codecs: settings.codecs.clone(),
                policies: settings.policies,
                dtmf: settings.dtmf,
                address: told.unwrap_or_else(|| path.media_address()),
                ports: handle.local_addr().map(|local| local.port()).into_iter().collect(),
                rtcp_mux: settings.rtcp_mux,
                use_ptime: settings.use_ptime,
                ..Capabilities::default()
            },
            port: handle,
            settings: endpoint.clone(),
            rtp: driver.rtp.load_full(),
            agreed: None,
            direct: None,
        };
        Ok((port, media))
    }

    /// Has the far end send there, from the next description on, or to us again; whether that is a change.
    pub(crate) fn direct(&mut self, target: Option<SocketAddr>) -> bool {
        if self.direct == target {
            return false;
        }
        self.direct = target;
        if let Some(agreed) = &self.agreed {
            self.configure(agreed);
        }
        true
    }

    /// What descriptions are made of: our own address and port, or those of whom the far end is to send to.
    fn described(&self) -> Cow<'_, Capabilities> {
        match self.direct {
            None => Cow::Borrowed(&self.capabilities),
            Some(target) => Cow::Owned(Capabilities {
                address: target.ip(),
                ports: vec![target.port()],
                ..self.capabilities.clone()
            }),
        }
    }

    pub(crate) fn port(&self) -> &PortHandle {
        &self.port
    }

    /// Sets how digits go, before anything is agreed on or for the next offer.
    pub(crate) fn set_dtmf(&mut self, mode: DtmfMode) {
        self.capabilities.dtmf = mode;
        if let Some(agreed) = &self.agreed {
            self.configure(agreed);
        }
    }

    /// Leaves these codecs only, in this order, for what is offered or answered from now on.
    pub(crate) fn set_codecs(&mut self, codecs: obelus_sdp::CodecList) {
        self.capabilities.codecs = codecs;
    }

    /// How digits are sent.
    pub(crate) fn digit_method(&self) -> DtmfMethod {
        self.capabilities.dtmf.method(self.agreed.as_ref().is_some_and(|agreed| agreed.dtmf.is_some()))
    }

    /// The codec in use.
    pub(crate) fn codec(&self) -> Option<Codec> {
        self.agreed.as_ref().map(|agreed| agreed.send.codec)
    }

    /// The codecs that both sides know, or that the endpoint may use while nothing is agreed on.
    pub(crate) fn codecs(&self) -> Vec<Codec> {
        match &self.agreed {
            Some(agreed) => agreed.codecs().collect(),
            None => self.capabilities.codecs.codecs(),
        }
    }

    /// Where the other side was told to send media, and where it wants it.
    pub(crate) fn addresses(&self) -> (Option<SocketAddr>, Option<SocketAddr>) {
        let local =
            self.port.local_addr().map(|local| SocketAddr::new(self.capabilities.address, local.port()));
        (local, self.agreed.as_ref().and_then(|agreed| agreed.remote))
    }

    /// Whether the other side holds the call.
    pub(crate) fn is_held(&self) -> bool {
        self.agreed.as_ref().is_some_and(|agreed| agreed.held_by_remote)
    }

    /// An offer; `wished` are the codecs of the other leg, best first.
    pub(crate) fn offer(&mut self, wished: &[Codec]) -> Result<Body, SdpError> {
        self.session.offer(&self.capabilities, wished).map(Body::sdp)
    }

    /// An offer of what is in use, for a refresh.
    pub(crate) fn offer_again(&mut self) -> Result<Body, SdpError> {
        let codecs = self.codecs();
        let mut capabilities = self.described().into_owned();
        for codec in capabilities.codecs.codecs().into_iter().filter(|codec| !codecs.contains(codec)) {
            // The names are the list's own, so nothing is unknown.
            let _ = capabilities.codecs.disallow(codec.name());
        }
        self.session.offer(&capabilities, &codecs).map(Body::sdp)
    }

    /// An offer of all that the endpoint may use, in a call that goes on.
    pub(crate) fn offer_all_again(&mut self) -> Result<Body, SdpError> {
        let capabilities = self.described().into_owned();
        self.session.offer(&capabilities, &[]).map(Body::sdp)
    }

    /// The answer, or an offer, of a call that is about to end.
    pub(crate) fn last_description(&mut self, offer: Option<&Description>) -> Result<Body, SdpError> {
        self.capabilities.direction = obelus_sdp::Direction::Inactive;
        match offer {
            Some(offer) => {
                self.session.answer(&self.capabilities, &[], offer).map(|answer| Body::sdp(answer.body))
            }
            None => self.offer_again(),
        }
    }

    /// Forgets an offer that came to nothing.
    pub(crate) fn withdraw(&mut self) {
        self.session.withdraw_offer();
    }

    /// The first answer, which may be made again with another wish while it is not sent.
    pub(crate) fn first_answer(&mut self, wished: &[Codec], offer: &Description) -> Result<Answer, SdpError> {
        let settings = &self.settings.media;
        self.session = Session::new(self.number, &settings.sdp_owner, &settings.sdp_session);
        self.session.answer(&self.capabilities, wished, offer)
    }

    /// Answers a later offer, and does what is agreed on.
    pub(crate) fn answer(&mut self, offer: &Description) -> Result<(Body, Change), SdpError> {
        let capabilities = self.described().into_owned();
        // The codec in use stays the first; the others are named behind it.
        let mut wished: Vec<Codec> = self.codec().into_iter().filter(|codec| offers(offer, *codec)).collect();
        if !wished.is_empty() {
            wished.extend(capabilities.codecs.codecs());
        }
        let answer = self.session.answer(&capabilities, &wished, offer)?;
        let change = self.agree(&answer.outcome);
        Ok((Body::sdp(answer.body), change))
    }

    /// Takes the answer to our offer, and does what is agreed on.
    pub(crate) fn accept(&mut self, answer: &Description) -> Result<Change, SdpError> {
        let outcome = self.session.accept_answer(&self.capabilities, answer)?;
        Ok(self.agree(&outcome))
    }

    /// Does what is agreed on.
    pub(crate) fn agree(&mut self, outcome: &Outcome) -> Change {
        let Some(agreed) = outcome.first() else { return Change::default() };
        let change = self.change_to(agreed);
        self.configure(agreed);
        if change.held.is_some() {
            // A port that is closed has nobody to hear the hold.
            let _ = self.port.hold(agreed.held_by_remote);
        }
        self.agreed = Some(agreed.clone());
        change
    }

    fn change_to(&self, agreed: &Negotiated) -> Change {
        let was_held = self.is_held();
        let moved = self
            .agreed
            .as_ref()
            .is_none_or(|before| (before.send.codec, before.remote) != (agreed.send.codec, agreed.remote));
        Change {
            held: (was_held != agreed.held_by_remote).then_some(agreed.held_by_remote),
            moved,
            host: agreed.remote_name.as_ref().map(|(host, _)| host.clone()),
        }
    }

    /// Sends this codec from now on, if the other side takes it; says whether it does.
    pub(crate) fn choose(&mut self, codec: Codec) -> bool {
        let Some(mut agreed) = self.agreed.take() else { return false };
        let chosen = agreed.choose(codec);
        self.configure(&agreed);
        self.agreed = Some(agreed);
        chosen
    }

    /// The name of the host that media is to be sent to, while its address is not known.
    pub(crate) fn unknown_host(&self) -> Option<&str> {
        self.agreed.as_ref()?.remote_name.as_ref().map(|(host, _)| host.as_str())
    }

    /// The host of the other side's media has this address.
    pub(crate) fn resolve(&mut self, address: IpAddr) {
        if let Some(mut agreed) = self.agreed.take() {
            agreed.resolve(address);
            self.configure(&agreed);
            self.agreed = Some(agreed);
        }
    }

    fn configure(&self, agreed: &Negotiated) {
        if let Err(error) = self.port.configure(self.rtp_settings(agreed)) {
            tracing::debug!(%error, "a media port takes no settings any more");
        }
    }

    fn rtp_settings(&self, agreed: &Negotiated) -> RtpSettings {
        let settings = &self.settings.media;
        let send = SendFormat {
            codec: agreed.send.codec,
            payload_type: agreed.send.payload_type,
            frame: agreed.ptime,
        };
        RtpSettings {
            remote: agreed.remote,
            remote_rtcp: agreed.remote_rtcp,
            receive: payload_map(agreed),
            send: Some(send),
            digits: digits(self.digit_method(), agreed),
            search_digits: self.digit_method() == DtmfMethod::Inband,
            rtcp_mux: agreed.rtcp_mux,
            rtcp: self.direct.is_none(),
            direction: Direction { send: agreed.direction.sends(), receive: agreed.direction.receives() },
            rules: SourceRules(self.rtp.rules(settings.symmetric)),
            // Nothing comes while the far end sends elsewhere, and nothing is sent.
            timeout: settings.timeout.filter(|_| self.direct.is_none()),
            timeout_on_hold: settings.timeout_on_hold.filter(|_| self.direct.is_none()),
            keepalive: settings.keepalive.filter(|_| self.direct.is_none()),
            rtcp_interval: self.rtp.rtcp_interval,
            digit_timeout: self.rtp.digit_timeout.max(Duration::from_millis(1)),
        }
    }
}

/// Where the RTP socket is bound: the endpoint's address if it says so, the transport's if it has one, else all.
fn bind_address(settings: &Settings, told: Option<IpAddr>, path: &Path, is_ipv6: bool) -> IpAddr {
    let of_transport = path.bound_to.filter(|address| address.is_ipv6() == is_ipv6);
    match told.filter(|_| settings.bind_to_address).or(of_transport) {
        Some(address) => address,
        None if is_ipv6 => Ipv6Addr::UNSPECIFIED.into(),
        None => Ipv4Addr::UNSPECIFIED.into(),
    }
}

/// Whether a description offers a codec.
fn offers(offer: &Description, codec: Codec) -> bool {
    let formats =
        offer.streams.iter().flat_map(|stream| &stream.payloads).filter_map(|payload| payload.format);
    formats.filter_map(Format::codec).any(|offered| offered == codec)
}

fn payload_map(agreed: &Negotiated) -> PayloadMap {
    agreed.receive.iter().fold(PayloadMap::new(), |map, (number, format)| {
        let payload = match format {
            Format::Codec(codec) => Payload::Voice(*codec),
            Format::TelephoneEvent(rate) => Payload::Digits(*rate),
            Format::ComfortNoise(_) => Payload::Noise,
        };
        map.with(*number, payload)
    })
}

/// Digits that are to go as events, to a phone that knows none, go as tones. Nobody looks for tones of that phone:
/// who expects them says so with `dtmf_mode = inband` or `auto`.
fn digits(method: DtmfMethod, agreed: &Negotiated) -> DigitMode {
    match (method, agreed.dtmf) {
        (DtmfMethod::Rfc4733, Some(events)) => {
            DigitMode::Events { payload_type: events.send, rate: events.rate }
        }
        (DtmfMethod::Rfc4733, None) | (DtmfMethod::Inband, _) => DigitMode::InBand,
        (DtmfMethod::Info | DtmfMethod::None, _) => DigitMode::Signalled,
    }
}

/// The session description of a message; `None` where there is none.
pub(crate) fn description_of(headers: &Headers) -> Option<Result<Description, SdpError>> {
    let body = headers.part("application/sdp").filter(|body| !body.is_empty())?;
    Some(Description::parse(body).map_err(SdpError::from))
}

/// The family of the address that the first audio stream of a description names.
pub(crate) fn address_of(description: &Description) -> Option<IpAddr> {
    let hosts = description.streams.iter().filter_map(|stream| stream.host.as_ref());
    let mut addresses = hosts.filter_map(|host| match host {
        obelus_sdp::Host::Address(address) => Some(*address),
        obelus_sdp::Host::Name(_) => None,
    });
    addresses.next()
}
