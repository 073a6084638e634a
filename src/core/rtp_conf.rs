//! `rtp.conf`: the ports of audio and the rules that hold for every RTP session.

use std::time::Duration;

use obelus_conf::{ConfiguredSection, OptionHelp, Problem, Problems, Reader};
use obelus_engine::{EngineConfig, Rules, StrictRtp};

use crate::files::ConfigFolder;

/// The file.
const FILE: &str = "rtp.conf";

/// Samples of an 8 kHz clock in a millisecond.
const SAMPLES_PER_MILLISECOND: u64 = 8;

/// The settings of rtp.conf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RtpConf {
    /// The first UDP port.
    pub start: u16,
    /// The last one.
    pub end: u16,
    /// Which sources of packets are accepted.
    pub strict: StrictRtp,
    /// How many packets in sequence a new source must send.
    pub probation: u32,
    /// Time between RTCP reports.
    pub rtcp_interval: Duration,
    /// A digit of which no packet comes for so long is over.
    pub digit_timeout: Duration,
}

impl Default for RtpConf {
    fn default() -> RtpConf {
        RtpConf {
            start: 5000,
            end: 31_000,
            strict: StrictRtp::Yes,
            probation: Rules::DEFAULT_PROBATION,
            rtcp_interval: Duration::from_millis(5000),
            digit_timeout: Duration::from_millis(1200 / SAMPLES_PER_MILLISECOND),
        }
    }
}

/// Options of Asterisk that are not served, and the values that ask for what is done anyway.
const UNSERVED: [(&str, &[&str]); 18] = [
    ("rtpchecksums", &["yes"]),
    ("srtpreplayprotection", &["yes"]),
    // Endpoints must ask for ICE, which is refused there.
    ("icesupport", &["yes", "no"]),
    ("stunaddr", &[""]),
    ("stunaddr_reresolve_ttl_0", &["no", "yes"]),
    ("stun_acl", &[""]),
    ("stun_deny", &[""]),
    ("stun_permit", &[""]),
    ("stun_blacklist", &[""]),
    ("stun_software_attribute", &["yes", "no"]),
    ("turnaddr", &[""]),
    ("turnusername", &[""]),
    ("turnpassword", &[""]),
    ("ice_acl", &[""]),
    ("ice_deny", &[""]),
    ("ice_permit", &[""]),
    ("ice_blacklist", &[""]),
    ("dtls_mtu", &["1200"]),
];

impl ConfiguredSection for RtpConf {
    const OPTIONS: &'static [OptionHelp] = &[
        OptionHelp { name: "rtpstart", default: "5000", synopsis: "The first UDP port." },
        OptionHelp { name: "rtpend", default: "31000", synopsis: "The last UDP port." },
        OptionHelp {
            name: "strictrtp",
            default: "yes",
            synopsis: "Packets from elsewhere are dropped: `yes`, `seqno` (whatever their pace) or `no`.",
        },
        OptionHelp {
            name: "probation",
            default: "4",
            synopsis: "Packets in sequence that a new source must send.",
        },
        OptionHelp {
            name: "rtcpinterval",
            default: "5000",
            synopsis: "Milliseconds between RTCP reports, 500 to 60000.",
        },
        OptionHelp {
            name: "dtmftimeout",
            default: "1200",
            synopsis: "A digit without its end is over after so many samples of an 8 kHz clock.",
        },
    ];

    fn read(reader: &mut Reader<'_>) -> Option<RtpConf> {
        for (name, accepted) in UNSERVED {
            reader.unserved(name, accepted);
        }
        let default = RtpConf::default();
        let strict = |text: &str| match text {
            text if text.eq_ignore_ascii_case("seqno") => Some(StrictRtp::Seqno),
            text if obelus_conf::is_true(text) => Some(StrictRtp::Yes),
            text if obelus_conf::is_false(text) => Some(StrictRtp::No),
            _ => None,
        };
        let timeout = reader.integer("dtmftimeout", 1..=800_000_u32).map(u64::from);
        let timeout = timeout.map(|samples| Duration::from_millis(samples.div_ceil(SAMPLES_PER_MILLISECOND)));
        let conf = RtpConf {
            start: reader.integer("rtpstart", 1024..=u16::MAX).unwrap_or(default.start),
            end: reader.integer("rtpend", 1024..=u16::MAX).unwrap_or(default.end),
            strict: reader.parsed("strictrtp", "yes, no or seqno", strict).unwrap_or(default.strict),
            probation: reader.integer("probation", 2..=1000_u32).unwrap_or(default.probation),
            rtcp_interval: reader
                .duration_milliseconds("rtcpinterval", 500..=60_000)
                .unwrap_or(default.rtcp_interval),
            digit_timeout: timeout.unwrap_or(default.digit_timeout),
        };
        if conf.start >= conf.end {
            let section = reader.section();
            let place = section.entry("rtpend").or(section.entry("rtpstart"));
            let place = place.map_or(&section.location, |entry| &entry.location);
            let message =
                format!("rtpstart={} and rtpend={} leave no room for a pair of ports", conf.start, conf.end);
            reader.report(Problem::error(place.clone(), message));
        }
        Some(conf)
    }
}

/// Reads rtp.conf; where it is missing or wrong, the defaults hold.
pub fn load(folder: &ConfigFolder, problems: &mut Problems) -> RtpConf {
    let document = folder.load_if_there(FILE, problems);
    for section in document.concrete() {
        let is_known =
            ["general", "ice_host_candidates"].iter().any(|name| section.name.eq_ignore_ascii_case(name));
        if !is_known {
            problems.error(section.location.clone(), format!("unknown section [{}] in {FILE}", section.name));
        }
    }
    if let Some(candidates) = document.section("ice_host_candidates")
        && let Some(first) = candidates.entries.first()
    {
        problems.error(first.location.clone(), "ICE is not served yet".to_owned());
    }
    let Some(section) = document.section("general") else { return RtpConf::default() };
    let mut reader = Reader::new(section, problems);
    let conf = RtpConf::read(&mut reader);
    conf.filter(|_| reader.finish()).unwrap_or_default()
}

impl RtpConf {
    /// The engine's configuration with these ports.
    pub fn engine(&self) -> EngineConfig {
        EngineConfig { rtp_start: self.start, rtp_end: self.end, ..EngineConfig::default() }
    }

    /// How sources are learned; `symmetric` is the endpoint's `rtp_symmetric`.
    pub fn rules(&self, symmetric: bool) -> Rules {
        Rules { strict: self.strict, probation: self.probation, symmetric }
    }
}

#[cfg(test)]
mod tests {
    use obelus_conf::MemoryFiles;

    use super::*;

    fn check(text: &str, expected: &RtpConf, complaint: &str) {
        let mut problems = Problems::new();
        let files = MemoryFiles::new().file(FILE, text);
        assert_eq!(&load(&ConfigFolder::of(files), &mut problems), expected, "{text}");
        assert_eq!(problems.to_string().trim(), complaint, "{text}");
    }

    #[test]
    fn what_is_documented_is_read() {
        let gaps = obelus_conf::documentation_gaps::<RtpConf>();
        let unserved = UNSERVED.map(|(name, _)| name);
        assert_eq!(gaps.iter().filter(|gap| !unserved.iter().any(|name| gap.contains(name))).count(), 0);
    }

    #[test]
    fn ports_and_rules_are_read() {
        check("", &RtpConf::default(), "");
        let text = "[general]\nrtpstart=10000\nrtpend=20000\nstrictrtp=seqno\nprobation=8\nrtcpinterval=2000\n\
                    dtmftimeout=3000\nicesupport=false\n";
        let conf = RtpConf {
            start: 10_000,
            end: 20_000,
            strict: StrictRtp::Seqno,
            probation: 8,
            rtcp_interval: Duration::from_secs(2),
            digit_timeout: Duration::from_millis(375),
        };
        check(text, &conf, "");
    }

    #[test]
    fn what_is_wrong_is_said_and_the_defaults_hold() {
        let range = "rtp.conf:3: rtpstart=10000 and rtpend=10000 leave no room for a pair of ports";
        check("[general]\nrtpstart=10000\nrtpend=10000\n", &RtpConf::default(), range);
        let stun = "rtp.conf:2: `stunaddr = stun.example.com` in [general] is not served yet";
        check("[general]\nstunaddr=stun.example.com\n", &RtpConf::default(), stun);
        let unknown = "rtp.conf:2: unknown option `rtpstrat` in [general]; did you mean `rtpstart`?";
        check("[general]\nrtpstrat=1\n", &RtpConf::default(), unknown);
    }
}
