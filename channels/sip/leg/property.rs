//! `CHANNEL(pjsip,…)`, `CHANNEL(rtp,…)`, `CHANNEL(rtcp,…)` and the names of endpoint, contact and aor.

use std::net::SocketAddr;

use obelus_core::engine::{PortHandle, Quality};

use super::SipLeg;
use super::shared::Facts;

/// Where nothing is known, as Asterisk prints it.
const NO_ADDRESS: &str = "(null)";

impl SipLeg {
    /// The value of `CHANNEL(name)`; the name has its arguments behind commas.
    pub(super) fn read_property(&self, name: &str) -> Option<String> {
        let mut words = name.split(',').map(str::trim);
        let (what, item, media) = (words.next()?, words.next().unwrap_or_default(), words.next());
        match what {
            "endpoint" => Some(self.endpoint.name.to_string()),
            "aor" => Some(self.aor.as_deref().unwrap_or_default().to_owned()),
            "contact" => Some(self.contact.as_deref().unwrap_or_default().to_owned()),
            "pjsip" => dialog_item(&self.shared.facts(), item),
            "direct_media" => self.direct_media(),
            "rtp" if is_audio(media) => self.rtp_item(item),
            "rtcp" if is_audio(media) => numbers(self.port.as_deref()?, item),
            // chan_sip's order of the words.
            "rtpqos" if item == "audio" => numbers(self.port.as_deref()?, media?),
            _ => None,
        }
    }

    /// Where the far end listens, if another telephone may send there.
    fn direct_media(&self) -> Option<String> {
        let settings = &self.endpoint.media.direct;
        let facts = self.shared.facts();
        let (codec, address) = (facts.codec?, facts.dialog.remote_media?);
        let seen = self.port.as_deref()?.stats().remote;
        let behind_nat = settings.not_behind_nat && seen.is_some_and(|seen| seen != address);
        let held = if facts.is_held { " held" } else { "" };
        let may = settings.enabled && !behind_nat && !address.ip().is_unspecified();
        may.then(|| format!("{address} {codec}{held}"))
    }

    fn rtp_item(&self, item: &str) -> Option<String> {
        let port = self.port.as_deref()?;
        Some(match item {
            "src" => written(self.shared.facts().dialog.local_media.or(port.local_addr())),
            "dest" => written(port.stats().remote.or(self.shared.facts().dialog.remote_media)),
            "direct" => written(self.shared.facts().direct_media),
            "secure" => "0".to_owned(),
            "hold" => u8::from(self.shared.facts().is_held).to_string(),
            _ => return None,
        })
    }
}

fn is_audio(media: Option<&str>) -> bool {
    media.is_none_or(|media| media.is_empty() || media == "audio")
}

fn written(address: Option<SocketAddr>) -> String {
    address.map_or_else(|| NO_ADDRESS.to_owned(), |address| address.to_string())
}

fn numbers(port: &PortHandle, item: &str) -> Option<String> {
    let statistics = port.stats().rtp;
    let quality = match item.to_ascii_lowercase().as_str() {
        "all_jitter" => Quality::Jitter,
        "all_rtt" => Quality::RoundTrip,
        "all_loss" => Quality::Loss,
        "all_mes" => Quality::Mes,
        word if word.starts_with("all") => Quality::All,
        _ => return statistics.value(item).map(|value| value.to_string()),
    };
    Some(statistics.quality(quality))
}

fn dialog_item(facts: &Facts, item: &str) -> Option<String> {
    let dialog = &facts.dialog;
    Some(match item {
        "call-id" => dialog.call_id.to_string(),
        "secure" => "0".to_owned(),
        "target_uri" => dialog.target.to_string(),
        "local_uri" => dialog.local.to_string(),
        "local_tag" => dialog.local_tag.to_string(),
        "remote_uri" => dialog.remote.to_string(),
        "remote_tag" => dialog.remote_tag.to_string(),
        "request_uri" => facts.invite.as_ref().map(|invite| invite.uri_text().to_owned()).unwrap_or_default(),
        "t38state" => "DISABLED".to_owned(),
        "local_addr" => dialog.local_address.as_deref().unwrap_or_default().to_owned(),
        "remote_addr" => dialog.remote_address.map(|address| address.to_string()).unwrap_or_default(),
        _ => return None,
    })
}
