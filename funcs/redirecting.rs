//! `REDIRECTING(datatype[,i])`: how the call came to be forwarded.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::channel::Redirecting as Forwarding;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help, OptionHelp};

use crate::connectedline::inhibits;
use crate::number::scan_integer;
use crate::party::{Part, is, not_kept, presentation, words};

pub(crate) struct Redirecting;

static HELP: Help = Help {
    synopsis: "Gets or sets Redirecting data on the channel.",
    arguments: &[
        Argument::required(
            "datatype",
            "A part as for CALLERID behind orig-, from- or to-: orig-num, from-name-pres, to-all; or reason, orig-reason, count.",
        ),
        Argument::options(&[OptionHelp::flag('i', "Keep the change inside: the far end is not told.")]),
    ],
    description: "A reason is unknown, cfu, cfb, cfnr, unavailable, time_of_day, dnd, deflection, follow_me, out_of_order, away, cf_dte or send_to_vm; other words travel as they are. `pres` sets the presentation of both ends of the forwarding.",
    see_also: &["CALLERID", "CONNECTEDLINE"],
};

#[async_trait]
impl DialplanFunction for Redirecting {
    fn name(&self) -> &'static str {
        "REDIRECTING"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[(
            "Set(REDIRECTING(from-num)=1001)\nSet(REDIRECTING(reason)=cfb)\n${REDIRECTING(from-num)} ${REDIRECTING(reason)} ${REDIRECTING(count)}",
            "1001 cfb 0",
        )]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let item = Item::parse(arguments)?;
        let forwarding = channel.facts().redirecting.clone().unwrap_or_default();
        Ok(item.read(&forwarding))
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let item = Item::parse(arguments.required(0, "datatype")?)?;
        let mut forwarding = channel.facts().redirecting.clone().unwrap_or_default();
        item.write(&mut forwarding, value.trim())?;
        if inhibits(&arguments)? {
            channel.facts().redirecting = Some(forwarding);
        } else {
            channel.redirecting_is(forwarding).await;
        }
        Ok(())
    }
}

enum Item {
    Original(Part),
    From(Part),
    To(Part),
    /// Of both ends.
    Presentation,
    Reason,
    OriginalReason,
    Count,
}

impl Item {
    fn parse(text: &str) -> Result<Item, FunctionError> {
        match words(text).as_slice() {
            [orig, reason] if is(orig, "orig") && is(reason, "reason") => Ok(Item::OriginalReason),
            [word, rest @ ..] if is(word, "orig") => Part::parse(rest).map(Item::Original),
            [word, rest @ ..] if is(word, "from") => Part::parse(rest).map(Item::From),
            [word, rest @ ..] if is(word, "to") => Part::parse(rest).map(Item::To),
            [word, ..] if is(word, "priv") => Err(not_kept("private versions")),
            [word] if is(word, "reason") => Ok(Item::Reason),
            [word] if is(word, "count") => Ok(Item::Count),
            [word] if word.to_ascii_lowercase().starts_with("pres") => Ok(Item::Presentation),
            _ => Err(FunctionError::arguments(format!("`{text}` is no part of a forwarding"))),
        }
    }

    fn read(&self, forwarding: &Forwarding) -> String {
        match self {
            Item::Original(part) => part.read(&forwarding.original),
            Item::From(part) => part.read(&forwarding.from),
            Item::To(part) => part.read(&forwarding.to),
            Item::Presentation => Part::Presentation.read(&forwarding.from),
            Item::Reason => or_unknown(&forwarding.reason),
            Item::OriginalReason => or_unknown(&forwarding.original_reason),
            Item::Count => forwarding.count.to_string(),
        }
    }

    fn write(&self, forwarding: &mut Forwarding, value: &str) -> Result<(), FunctionError> {
        match self {
            Item::Original(part) => part.write(&mut forwarding.original, value)?,
            Item::From(part) => part.write(&mut forwarding.from, value)?,
            Item::To(part) => part.write(&mut forwarding.to, value)?,
            Item::Presentation => {
                let presentation = presentation(value)?;
                for party in [&mut forwarding.from, &mut forwarding.to] {
                    (party.name.presentation, party.number.presentation) = (presentation, presentation);
                }
            }
            Item::Reason => forwarding.reason = reason(value)?.into(),
            Item::OriginalReason => forwarding.original_reason = reason(value)?.into(),
            Item::Count => {
                let count = scan_integer(value).and_then(|(count, _)| u32::try_from(count).ok());
                forwarding.count =
                    count.ok_or_else(|| FunctionError::arguments(format!("`{value}` is no count")))?;
            }
        }
        Ok(())
    }
}

/// Asterisk's words by their numbers, and the words of SIP for the same.
const REASONS: [(&str, &str); 13] = [
    ("unknown", ""),
    ("cfb", "user-busy"),
    ("cfnr", "no-answer"),
    ("unavailable", ""),
    ("cfu", "unconditional"),
    ("time_of_day", "time-of-day"),
    ("dnd", "do-not-disturb"),
    ("deflection", ""),
    ("follow_me", "follow-me"),
    ("out_of_order", "out-of-service"),
    ("away", ""),
    ("cf_dte", ""),
    ("send_to_vm", ""),
];

/// Asterisk's word for a reason by word or number; words that it does not know stay as they are.
fn reason(text: &str) -> Result<String, FunctionError> {
    if let Some((number, _)) = scan_integer(text) {
        let known = usize::try_from(number).ok().and_then(|number| REASONS.get(number));
        let known = known.ok_or_else(|| FunctionError::arguments(format!("`{text}` is no reason")))?;
        return Ok(known.0.to_owned());
    }
    let known =
        REASONS.iter().find(|row| row.0.eq_ignore_ascii_case(text) || row.1.eq_ignore_ascii_case(text));
    Ok(known.map_or(text, |row| row.0).to_owned())
}

fn or_unknown(reason: &str) -> String {
    if reason.is_empty() { "unknown".to_owned() } else { reason.to_owned() }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, check, refuses};

    #[tokio::test]
    async fn every_part_is_kept() {
        check(
            "${REDIRECTING(reason)} ${REDIRECTING(orig-reason)} ${REDIRECTING(pres)}",
            "unknown unknown unavailable",
        )
        .await;
        check("Set(REDIRECTING(reason)=no-answer)\nSet(REDIRECTING(orig-reason)=4)\n${REDIRECTING(reason)} ${REDIRECTING(orig-reason)}", "cfnr cfu").await;
        check("Set(REDIRECTING(reason)=\"my own\")\n${REDIRECTING(reason)}", "\"my own\"").await;
        check("Set(REDIRECTING(to-num)=2)\nSet(REDIRECTING(from-num)=1)\nSet(REDIRECTING(pres)=prohib)\n${REDIRECTING(to-num-pres)}${REDIRECTING(to-all)}", "prohib\"\" <2>").await;
        check("Set(REDIRECTING(count,i)=3)\n${REDIRECTING(count)}", "3").await;
        check("Set(REDIRECTING(orig-tag)=x)\n${REDIRECTING(orig-tag)}", "x").await;
    }

    #[tokio::test]
    async fn the_far_end_is_told_unless_it_is_not_to_know() {
        let mut bench = Bench::new();
        bench.run("Set(REDIRECTING(from-num,i)=1)\n").await;
        assert!(bench.far.told().is_empty());
        bench.run("Set(REDIRECTING(from-num)=1)\n").await;
        bench.far.is_told("Redirecting").await;
        assert!(bench.channel.assign("REDIRECTING(count)", "many").await.is_err());
        assert!(bench.channel.assign("REDIRECTING(reason)", "99").await.is_err());
    }

    #[tokio::test]
    async fn unknown_parts_are_refused() {
        refuses("REDIRECTING(from)", "`` is no part of a party").await;
        refuses("REDIRECTING(why)", "`why` is no part of a forwarding").await;
    }
}
