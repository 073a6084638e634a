//! `CALLERID(datatype[,CID])`: who calls.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::caller_id::Party;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

use crate::party::{Part, is, not_kept, words};

pub(crate) struct CallerId;

static HELP: Help = Help {
    synopsis: "Gets or sets Caller*ID data on the channel.",
    arguments: &[
        Argument::required(
            "datatype",
            "all, name, name-valid, name-pres, num, num-valid, num-pres, pres or tag; these also behind ANI- or without more ANI; ANI2, RDNIS, DNID.",
        ),
        Argument::rest(
            "CID",
            false,
            "A caller id to take apart instead of the channel's, for all, name and num.",
        ),
    ],
    description: "A presentation is allowed, allowed_not_screened, allowed_passed_screen, allowed_failed_screen, prohib, prohib_not_screened, prohib_passed_screen, prohib_failed_screen or unavailable; `pres` stands for name and number together.",
    see_also: &["CONNECTEDLINE", "REDIRECTING"],
};

#[async_trait]
impl DialplanFunction for CallerId {
    fn name(&self) -> &'static str {
        "CALLERID"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${CALLERID(all)}", "\"Alice\" <1001>"),
            ("Set(CALLERID(num-pres)=prohib)\n${CALLERID(num)} ${CALLERID(pres)}", "1001 prohib"),
            ("${CALLERID(num,Bob <1002>)}", "1002"),
        ]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let words = words(arguments.required(0, "datatype")?);
        if let Some(caller_id) = arguments.get(1) {
            return Ok(Part::parse(&words)?.read(&Party::parse(caller_id)));
        }
        let facts = channel.facts();
        match Whose::parse(&words)? {
            Whose::Caller(part) => Ok(part.read(&facts.caller)),
            Whose::Ani(part) => Ok(part.read(&facts.ani)),
            Whose::Ani2 => Ok(format!("{:02}", facts.ani2)),
            Whose::Dialed => Ok(facts.dialed.to_string()),
            Whose::Redirecting => Ok(facts
                .redirecting
                .as_ref()
                .map_or("", |redirecting| redirecting.from.number.text())
                .to_owned()),
        }
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        match Whose::parse(&words(arguments.required(0, "datatype")?))? {
            Whose::Caller(part) => {
                let mut caller = channel.facts().caller.clone();
                part.write(&mut caller, value)?;
                channel.change_caller(|party| *party = caller);
            }
            Whose::Ani(part) => part.write(&mut channel.facts().ani, value)?,
            Whose::Ani2 => {
                let kind = value.trim().parse().ok().filter(|kind| *kind < 100);
                channel.facts().ani2 = kind.ok_or_else(|| {
                    FunctionError::arguments(format!("`{value}` is no number of two digits"))
                })?;
            }
            Whose::Dialed => channel.facts().dialed = value.trim().into(),
            Whose::Redirecting => {
                let number = Some(Arc::from(value.trim_start()));
                channel.facts().redirecting.get_or_insert_default().from.number.value = number;
            }
        }
        Ok(())
    }
}

/// The party or number that a data type begins with.
enum Whose {
    Caller(Part),
    Ani(Part),
    Ani2,
    Dialed,
    Redirecting,
}

impl Whose {
    fn parse(words: &[&str]) -> Result<Whose, FunctionError> {
        match words {
            [word] if is(word, "rdnis") => Ok(Whose::Redirecting),
            [word] if is(word, "ani2") => Ok(Whose::Ani2),
            [word] if is(word, "ani") => Part::parse(&["num"]).map(Whose::Ani),
            [word, rest @ ..] if is(word, "ani") => Part::parse(rest).map(Whose::Ani),
            [word, rest @ ..] if is(word, "dnid") => match rest {
                [] => Ok(Whose::Dialed),
                [number] if number.to_ascii_lowercase().starts_with("num") => Ok(Whose::Dialed),
                _ => Err(not_kept("subaddresses and numbering plans")),
            },
            [word, ..] if is(word, "priv") => Err(not_kept("private versions")),
            words => Part::parse(words).map(Whose::Caller),
        }
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::events::{Delivery, Event, EventKind};

    use crate::testing::{Bench, check, refuses};

    #[tokio::test]
    async fn the_numbers_of_a_call_are_apart() {
        check("${CALLERID(ani)} ${CALLERID(ANI-all)} [${CALLERID(rdnis)}]", "1001 \"Alice\" <1001> []").await;
        check("Set(CALLERID(ani)=7)\n${CALLERID(ANI-num)}${CALLERID(num)}", "71001").await;
        check("Set(CALLERID(RDNIS)=8)\n${CALLERID(rdnis)}${REDIRECTING(from-num)}", "88").await;
        check("Set(CALLERID(dnid)=9)\n${CALLERID(DNID)}${CALLERID(dnid-num)}", "99").await;
        check("Set(CALLERID(ani2)=27)\n${CALLERID(ani2)}", "27").await;
        check("${CALLERID(ani2)} ${CALLINGANI2}", "00 0").await;
        check("${CALLERID(name,\"Smith, Bob\" <(555) 1-2>)}", "Smith, Bob").await;
    }

    #[tokio::test]
    async fn a_change_is_told() {
        let mut bench = Bench::new();
        let mut listener = bench.pbx.core.events.listen(EventKind::NewCallerId.bit(), None);
        bench.run("Set(CALLERID(all)=Bob <2>)\n").await;
        let Some(Delivery::Event(record)) = listener.try_next() else { panic!("nothing was told") };
        let Event::NewCallerId(who) = &record.event else { panic!("another event") };
        assert_eq!(who.facts.caller.to_string(), "\"Bob\" <2>");
    }

    #[tokio::test]
    async fn unknown_data_types_are_refused() {
        refuses("CALLERID()", "the argument `datatype` is missing").await;
        refuses("CALLERID(shoe)", "`shoe` is no part of a party").await;
        refuses("CALLERID(priv-num)", "Obelus keeps no private versions of parties").await;
        let mut bench = Bench::new();
        assert!(bench.channel.assign("CALLERID(ani2)", "100").await.is_err());
    }
}
