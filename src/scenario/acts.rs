//! What a far end does, in words: `rings 3, answers, talks 10, hangs up`.

use std::time::Duration;

use obelus_core::cause::Cause;

/// One thing that a far end does.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Act {
    /// It rings, for so long before the next act.
    Rings(Duration),
    /// Nothing happens for so long.
    Waits(Duration),
    /// It sends sound before the answer.
    Progress,
    /// It answers.
    Answers,
    /// It waits until it is played this prompt.
    Hears(String),
    /// It presses digits, a tenth of a second each.
    Presses(String),
    /// It puts the call on hold, or takes it back.
    Holds(bool),
    /// It ends the call, or refuses it.
    Ends(Cause),
    /// It cannot be called at all.
    Absent(Cause),
}

/// Reads acts between commas.
pub(crate) fn parse(text: &str) -> Result<Vec<Act>, String> {
    text.split(',').map(str::trim).filter(|act| !act.is_empty()).map(act).collect()
}

fn act(text: &str) -> Result<Act, String> {
    let (verb, rest) = text.split_once(' ').map_or((text, ""), |(verb, rest)| (verb, rest.trim()));
    let act = match (verb, rest) {
        ("rings", rest) => Act::Rings(seconds(rest)?),
        ("waits" | "talks", rest) if !rest.is_empty() => Act::Waits(seconds(rest)?),
        ("progresses", "") => Act::Progress,
        ("answers", "") => Act::Answers,
        ("hears", prompt) if !prompt.is_empty() => Act::Hears(prompt.to_owned()),
        ("presses", digits) if is_digits(digits) => Act::Presses(digits.to_owned()),
        ("holds", "") => Act::Holds(true),
        ("resumes", "") => Act::Holds(false),
        ("hangs", rest) => Act::Ends(match rest.strip_prefix("up").map(str::trim) {
            Some("") => Cause::NORMAL_CLEARING,
            Some(cause) => cause_of(cause)?,
            None => return Err(unknown(text)),
        }),
        ("is", "busy") | ("busy", "") => Act::Ends(Cause::USER_BUSY),
        ("declines", "") => Act::Ends(Cause::CALL_REJECTED),
        ("refuses", cause) if !cause.is_empty() => Act::Ends(cause_of(cause)?),
        ("is", "absent") | ("absent", "") => Act::Absent(Cause::SUBSCRIBER_ABSENT),
        _ => return Err(unknown(text)),
    };
    Ok(act)
}

fn unknown(text: &str) -> String {
    format!(
        "`{text}` is nothing that a far end does; it `rings N`, `waits N`, `talks N`, `progresses`, `answers`, \
         `hears PROMPT`, `presses DIGITS`, `holds`, `resumes`, `hangs up [CAUSE]`, `declines`, `refuses CAUSE`, or it is \
         `busy` or `absent`"
    )
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|char| "0123456789*#ABCD".contains(char))
}

fn cause_of(text: &str) -> Result<Cause, String> {
    Cause::parse(text)
        .ok_or_else(|| format!("`{text}` is no cause; write its number, or its name as in `BUSY`"))
}

fn seconds(text: &str) -> Result<Duration, String> {
    if text.is_empty() {
        return Ok(Duration::ZERO);
    }
    let number = text.parse::<f64>().ok().and_then(|number| Duration::try_from_secs_f64(number).ok());
    number.ok_or_else(|| format!("`{text}` is no number of seconds"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_words() {
        let acts = parse("rings 2.5, answers, hears welcome, presses 12#, talks 10, hangs up").expect("acts");
        assert_eq!(
            acts,
            [
                Act::Rings(Duration::from_millis(2500)),
                Act::Answers,
                Act::Hears("welcome".into()),
                Act::Presses("12#".into()),
                Act::Waits(Duration::from_secs(10)),
                Act::Ends(Cause::NORMAL_CLEARING),
            ]
        );
        assert_eq!(parse("busy"), Ok(vec![Act::Ends(Cause::USER_BUSY)]));
        assert_eq!(parse("is absent"), Ok(vec![Act::Absent(Cause::SUBSCRIBER_ABSENT)]));
        assert_eq!(parse("rings"), Ok(vec![Act::Rings(Duration::ZERO)]));
        assert_eq!(parse("hangs up 34"), Ok(vec![Act::Ends(Cause::NORMAL_CIRCUIT_CONGESTION)]));
    }

    #[test]
    fn what_nobody_does_is_refused() {
        for wrong in ["sings", "presses x", "waits", "waits long", "hangs on", "refuses", "answers now"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
