//! The numbers of a session under Asterisk's names: `CHANNEL(rtcp,…)` and the `RTPAUDIOQOS` variables.

use std::fmt;

use super::Spread;
use crate::Ssrc;

/// Everything that is counted of a session, at one moment. Times are in seconds.
///
/// `local` is what we measured on what we receive, `remote` what the other side reported of what we send.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Statistics {
    /// Our source.
    pub local_ssrc: Ssrc,
    /// The other side's source, 0 before its first packet.
    pub remote_ssrc: Ssrc,
    /// Packets sent.
    pub sent: u32,
    /// Bytes of media sent.
    pub sent_octets: u32,
    /// Packets received.
    pub received: u32,
    /// Bytes of media received.
    pub received_octets: u32,
    /// Packets received after a newer one.
    pub received_late: u32,
    /// Packets received again.
    pub received_twice: u32,
    /// Packets that did not reach us.
    pub lost: u32,
    /// Jitter of what we receive.
    pub local_jitter: Spread,
    /// Jitter of what the other side receives.
    pub remote_jitter: Spread,
    /// Packets lost on the way to us between two reports.
    pub local_loss: Spread,
    /// Packets lost on the way to the other side, as its reports summed them up.
    pub remote_loss: Spread,
    /// Round trips.
    pub round_trip: Spread,
    /// Media Experience Score of what we receive.
    pub local_mes: Spread,
    /// Media Experience Score of what the other side receives.
    pub remote_mes: Spread,
}

/// One number of [`Statistics`]; it is displayed as Asterisk prints it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A count.
    Count(u32),
    /// A time in seconds or a score; six decimals.
    Measure(f64),
}

impl fmt::Display for Value {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(count) => count.fmt(out),
            Self::Measure(measure) => write!(out, "{measure:.6}"),
        }
    }
}

/// The lines in which Asterisk sums a session up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// `all`, `RTPAUDIOQOS`.
    All,
    /// `all_jitter`, `RTPAUDIOQOSJITTER`.
    Jitter,
    /// `all_loss`, `RTPAUDIOQOSLOSS`.
    Loss,
    /// `all_rtt`, `RTPAUDIOQOSRTT`.
    RoundTrip,
    /// `all_mes`, `RTPAUDIOQOSMES`.
    Mes,
}

impl Statistics {
    /// The number that `CHANNEL(rtcp,name)` asks for, in any case of letters; `None` for an unknown name.
    ///
    /// `rxjitter` and `rxmes` are of what we receive, as Asterisk's manual has them.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<Value> {
        let name = name.to_ascii_lowercase();
        self.count(&name).map(Value::Count).or_else(|| self.measure(&name).map(Value::Measure))
    }

    fn count(&self, name: &str) -> Option<u32> {
        Some(match name {
            "txcount" => self.sent,
            "rxcount" => self.received,
            "txoctetcount" => self.sent_octets,
            "rxoctetcount" => self.received_octets,
            "txploss" => self.remote_lost(),
            "rxploss" => self.lost,
            "local_ssrc" => self.local_ssrc.0,
            "remote_ssrc" => self.remote_ssrc.0,
            _ => return None,
        })
    }

    fn measure(&self, name: &str) -> Option<f64> {
        Some(match name {
            "txjitter" => self.remote_jitter.last(),
            "rxjitter" => self.local_jitter.last(),
            "txmes" => self.remote_mes.last(),
            "rxmes" => self.local_mes.last(),
            "rtt" => self.round_trip.last(),
            "maxrtt" => self.round_trip.greatest(),
            "minrtt" => self.round_trip.least(),
            "normdevrtt" => self.round_trip.mean(),
            "stdevrtt" => self.round_trip.deviation(),
            _ => return self.of_side(name),
        })
    }

    /// `local_maxjitter` and its likes: a side, a summary, a subject.
    fn of_side(&self, name: &str) -> Option<f64> {
        let (side, name) = name.split_once('_')?;
        let [jitter, loss, mes] = match side {
            "local" => [&self.local_jitter, &self.local_loss, &self.local_mes],
            "remote" => [&self.remote_jitter, &self.remote_loss, &self.remote_mes],
            _ => return None,
        };
        let (summary, spread) = [("jitter", jitter), ("rxploss", loss), ("mes", mes)]
            .into_iter()
            .find_map(|(subject, spread)| Some((name.strip_suffix(subject)?, spread)))?;
        Some(match summary {
            "max" => spread.greatest(),
            "min" => spread.least(),
            "normdev" => spread.mean(),
            "stdev" => spread.deviation(),
            _ => return None,
        })
    }

    fn remote_lost(&self) -> u32 {
        self.remote_loss.last() as u32
    }

    /// A summary in the form that Asterisk's scripts take apart.
    #[must_use]
    pub fn quality(&self, quality: Quality) -> String {
        match quality {
            Quality::All => self.all(),
            Quality::Jitter => sides("", "jitter", &self.local_jitter, &self.remote_jitter),
            Quality::Loss => sides("  ", "lost", &self.local_loss, &self.remote_loss),
            Quality::RoundTrip => summary("     ", "rtt", &self.round_trip),
            Quality::Mes => sides("   ", "mes", &self.local_mes, &self.remote_mes),
        }
    }

    fn all(&self) -> String {
        format!(
            "ssrc={};themssrc={};lp={};rxjitter={:.6};rxcount={};txjitter={:.6};txcount={};rlp={};rtt={:.6};\
             rxmes={:.6};txmes={:.6}",
            self.local_ssrc.0,
            self.remote_ssrc.0,
            self.lost,
            self.local_jitter.last(),
            self.received,
            self.remote_jitter.last(),
            self.sent,
            self.remote_lost(),
            self.round_trip.last(),
            self.local_mes.last(),
            self.remote_mes.last(),
        )
    }
}

fn sides(indent: &str, subject: &str, local: &Spread, remote: &Spread) -> String {
    let received = summary(indent, &format!("rx{subject}"), local);
    received + &summary(indent, &format!("tx{subject}"), remote)
}

fn summary(indent: &str, subject: &str, spread: &Spread) -> String {
    let [min, max] = [spread.least(), spread.greatest()];
    let [avg, stdev] = [spread.mean(), spread.deviation()];
    format!(
        "{indent}min{subject}={min:010.6};{indent}max{subject}={max:010.6};\
         {indent}avg{subject}={avg:010.6};{indent}stdev{subject}={stdev:010.6};"
    )
}

/// Asterisk's Media Experience Score, 0 to 100, from means in seconds and packets per report.
///
/// An opinion score by the rating factor of ITU-T G.107, whose best value is 93.2, times 20.
#[must_use]
pub fn media_experience_score(round_trip: f64, jitter: f64, jitter_deviation: f64, lost: f64) -> f64 {
    let latency = round_trip * 1000.0 + jitter * 2.0 * jitter_deviation / 3.0 + 10.0;
    let delay = if latency < 160.0 { latency / 40.0 } else { (latency - 120.0) / 10.0 };
    20.0 * opinion(93.2 - delay - lost * 2.0)
}

/// The mean opinion score, 1 to 4.5, of a rating factor (ITU-T G.107, annex B).
fn opinion(rating: f64) -> f64 {
    if rating < 0.0 {
        return 1.0;
    }
    if rating > 100.0 {
        return 4.5;
    }
    1.0 + 0.035 * rating + rating * (rating - 60.0) * (100.0 - rating) * 7e-6
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(samples: &[f64]) -> Spread {
        let mut spread = Spread::default();
        samples.iter().for_each(|sample| spread.add(*sample));
        spread
    }

    fn statistics() -> Statistics {
        Statistics {
            local_ssrc: Ssrc(1),
            remote_ssrc: Ssrc(4_000_000_000),
            sent: 250,
            received: 249,
            lost: 1,
            local_jitter: spread(&[0.001, 0.003]),
            remote_loss: spread(&[0.0, 2.0]),
            round_trip: spread(&[0.05]),
            ..Statistics::default()
        }
    }

    fn check(name: &str, text: Option<&str>) {
        let value = statistics().value(name).map(|value| value.to_string());
        assert_eq!(value.as_deref(), text, "{name}");
    }

    #[test]
    fn channel_rtcp_finds_every_name() {
        check("txcount", Some("250"));
        check("RXPLOSS", Some("1"));
        check("txploss", Some("2"));
        check("remote_ssrc", Some("4000000000"));
        check("rxjitter", Some("0.003000"));
        check("local_normdevjitter", Some("0.002000"));
        check("local_minjitter", Some("0.001000"));
        check("remote_stdevrxploss", Some("1.000000"));
        check("remote_maxmes", Some("0.000000"));
        check("rtt", Some("0.050000"));
    }

    #[test]
    fn unknown_names_are_refused() {
        check("bogus", None);
        check("local_jitter", None);
        check("their_maxjitter", None);
        check("", None);
    }

    #[test]
    fn summaries_have_asterisks_form() {
        let all = "ssrc=1;themssrc=4000000000;lp=1;rxjitter=0.003000;rxcount=249;txjitter=0.000000;txcount=250;\
            rlp=2;rtt=0.050000;rxmes=0.000000;txmes=0.000000";
        assert_eq!(statistics().quality(Quality::All), all);
        let rtt =
            "     minrtt=000.050000;     maxrtt=000.050000;     avgrtt=000.050000;     stdevrtt=000.000000;";
        assert_eq!(statistics().quality(Quality::RoundTrip), rtt);
        assert!(
            statistics().quality(Quality::Jitter).starts_with("minrxjitter=000.001000;maxrxjitter=000.003")
        );
    }

    #[test]
    fn a_perfect_line_scores_88_and_a_broken_one_20() {
        assert!((media_experience_score(0.0, 0.0, 0.0, 0.0) - 88.1).abs() < 0.2);
        assert!((media_experience_score(3.0, 0.0, 0.0, 50.0) - 20.0).abs() < f64::EPSILON);
    }
}
