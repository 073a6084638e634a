//! Every command with right, missing, wrong and too many arguments, and what Asterisk 22 answers to each.

use super::{answers, pbx};

/// What a command answers that is used wrongly.
const USAGE: &str = "520-Invalid command syntax.  Proper usage follows:";

const UNKNOWN: &str = "510 Invalid or unknown command";

/// A line of a program; what is answered: `usage`, [`UNKNOWN`] or the text behind `200 result=`.
type Row = (&'static str, &'static str);

async fn check(rows: &[Row]) {
    let pbx = pbx();
    let (mut channel, _far) = pbx.channel();
    let lines: Vec<&str> = rows.iter().map(|row| row.0).collect();
    let (answers, _) = answers(&mut channel, &lines).await;
    for ((line, expected), answer) in rows.iter().zip(answers) {
        let expected = match *expected {
            "usage" => USAGE.to_owned(),
            UNKNOWN => UNKNOWN.to_owned(),
            result => format!("200 result={result}"),
        };
        assert_eq!(answer, expected, "{line}");
    }
}

#[tokio::test(start_paused = true)]
async fn words_make_a_command() {
    check(&[
        ("ANSWER", "0"),
        ("ANSWER x", "0"),
        (" answer", "0"),
        ("\"ANSWER\"", "0"),
        ("ANSWER \"", "0"),
        ("CHANNEL", UNKNOWN),
        ("CHANNEL  STATUS", "6"),
        ("CHANNEL STATUS nosuch", "-1"),
        ("CHANNEL STATUS a b", "usage"),
        ("DATABASE", UNKNOWN),
        ("DATABASE SHOW", UNKNOWN),
        ("SAY", UNKNOWN),
        ("ASYNCAGI", UNKNOWN),
        ("ASYNCAGI BREAK x", "0"),
        ("FOO BAR BAZ", UNKNOWN),
        ("\"\"", UNKNOWN),
        ("", UNKNOWN),
        ("NOOP x y z", "0"),
        ("EXEC", "usage"),
        ("HANGUP nosuch", "-1"),
        ("HANGUP a b", "usage"),
        ("VERBOSE", "usage"),
        ("VERBOSE hi", "1"),
        ("VERBOSE hi x", "1"),
        ("VERBOSE hi 1 2", "1"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_key_store() {
    check(&[
        ("DATABASE GET", "usage"),
        ("DATABASE GET a", "usage"),
        ("DATABASE GET a b", "0"),
        ("DATABASE GET a b c", "usage"),
        ("DATABASE PUT a b", "usage"),
        ("DATABASE PUT a b \"x \\\"y\\\" z\"", "1"),
        ("DATABASE GET a b", "1 (x \"y\" z)"),
        ("DATABASE PUT a b c d", "usage"),
        ("DATABASE PUT a/q b v", "1"),
        ("DATABASE GET a q/b", "1 (v)"),
        ("DATABASE PUT a e \"\"", "1"),
        ("DATABASE GET a e", "1 ()"),
        ("DATABASE DEL a", "usage"),
        ("DATABASE DEL a b", "1"),
        ("DATABASE DEL a b", "1"),
        ("DATABASE DEL a b c", "usage"),
        ("DATABASE DELTREE", "usage"),
        ("DATABASE DELTREE a", "0"),
        ("DATABASE DELTREE a", "1"),
        ("DATABASE DELTREE a b c", "usage"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn variables() {
    check(&[
        ("GET VARIABLE", "usage"),
        ("GET VARIABLE nosuch", "0"),
        ("GET VARIABLE x y", "usage"),
        ("GET VARIABLE \"\"", "0"),
        ("GET VARIABLE HINT", "0"),
        ("GET VARIABLE HANGUPCAUSE", "1 (0)"),
        ("SET VARIABLE", "usage"),
        ("SET VARIABLE a", "usage"),
        ("SET VARIABLE a b c", "usage"),
        ("SET VARIABLE a \"\"", "1"),
        ("GET VARIABLE a", "1 ()"),
        ("SET VARIABLE _inh 1", "1"),
        ("GET VARIABLE inh", "1 (1)"),
        ("GET VARIABLE _inh", "0"),
        ("SET VARIABLE x \"a\\nb, c)\"", "1"),
        ("GET VARIABLE x", "1 (anb, c))"),
        ("GET VARIABLE ${x}", "0"),
        ("GET VARIABLE x:1", "0"),
        ("SET VARIABLE x a\\ b", "1"),
        ("GET VARIABLE x", "1 (a b)"),
        ("SET VARIABLE x a\"b c\"d", "1"),
        ("GET VARIABLE x", "1 (ab cd)"),
        ("GET FULL VARIABLE", "usage"),
        ("GET FULL VARIABLE x", "1 (x)"),
        ("GET FULL VARIABLE ${x}", "1 (ab cd)"),
        ("GET FULL VARIABLE ${nosuch}", "1 ()"),
        ("GET FULL VARIABLE ${x} nosuch", "0"),
        ("GET FULL VARIABLE ${x} a b", "usage"),
        ("GET FULL VARIABLE \"\"", "1 ()"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn settings_of_the_call() {
    check(&[
        ("SET AUTOHANGUP", "usage"),
        ("SET AUTOHANGUP x", "usage"),
        ("SET AUTOHANGUP 100", "0"),
        ("SET AUTOHANGUP 1.5x", "0"),
        ("SET AUTOHANGUP -1", "0"),
        ("SET AUTOHANGUP 0 1", "usage"),
        ("SET AUTOHANGUP 0", "0"),
        ("SET CALLERID", "1"),
        ("SET CONTEXT", "usage"),
        ("SET CONTEXT a b", "usage"),
        ("SET EXTENSION", "usage"),
        ("SET EXTENSION a b", "usage"),
        ("SET PRIORITY", "usage"),
        ("SET PRIORITY x", "usage"),
        ("SET PRIORITY 1 b", "usage"),
        ("SET MUSIC", "usage"),
        ("SET MUSIC x", "0"),
        ("TDD MODE", "usage"),
        ("TDD MODE mate", "0"),
        ("TDD MODE on y", "usage"),
        ("SPEECH CREATE", "0"),
        ("SPEECH CREATE x y", "0"),
        ("SPEECH SET a", "usage"),
        ("SPEECH SET a b", "0"),
        ("SPEECH DESTROY x", "0"),
        ("SPEECH LOAD GRAMMAR a", "usage"),
        ("SPEECH RECOGNIZE a", "usage"),
        ("SPEECH RECOGNIZE a 1 2 3", "0"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn texts_and_digits() {
    check(&[
        ("RECEIVE CHAR", "usage"),
        ("RECEIVE CHAR 10 b", "usage"),
        ("RECEIVE TEXT", "usage"),
        ("RECEIVE TEXT 10", "-1"),
        ("RECEIVE TEXT 10 b", "usage"),
        ("SEND TEXT", "usage"),
        ("SEND TEXT a b", "usage"),
        ("SEND IMAGE", "usage"),
        ("SEND IMAGE x", "0"),
        ("SEND IMAGE x y", "usage"),
        ("WAIT FOR DIGIT", "usage"),
        ("WAIT FOR DIGIT 10", "0"),
        ("WAIT FOR DIGIT x", "usage"),
        ("WAIT FOR DIGIT 10 b", "usage"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn prompts_and_subroutines() {
    check(&[
        ("STREAM FILE", "usage"),
        ("STREAM FILE beep", "usage"),
        ("STREAM FILE beep \"\" x", "usage"),
        ("STREAM FILE beep \"\" 1 2", "usage"),
        ("STREAM FILE no-such \"\" 7", "-1 endpos=7"),
        ("STREAM FILE hello-world \"\" 800000", "0 endpos=8000"),
        ("STREAM FILE hello-world \"\" -100", "0 endpos=8000"),
        ("STREAM FILE \"\" \"\"", "-1 endpos=0"),
        ("GET OPTION", "usage"),
        ("GET OPTION beep", "usage"),
        ("GET OPTION hello-world \"\" x", "0 endpos=8000"),
        ("GET OPTION beep \"\" 10 b", "usage"),
        ("GET OPTION no-such \"\" 10", "-1 endpos=0"),
        ("GET DATA", "usage"),
        ("GET DATA beep x", " (timeout)"),
        ("GET DATA beep 10 0", "-1"),
        ("GET DATA beep 10 x", "-1"),
        ("GET DATA beep 10 2 z", " (timeout)"),
        ("GET DATA \"\" 10", " (timeout)"),
        ("GET DATA no-such 10", "-1"),
        ("CONTROL STREAM FILE", "usage"),
        ("CONTROL STREAM FILE beep", "usage"),
        ("CONTROL STREAM FILE beep \"\"", "0 endpos=-1"),
        ("GET VARIABLE CPLAYBACKSTATUS", "1 (SUCCESS)"),
        ("GET VARIABLE CPLAYBACKOFFSET", "1 (-1)"),
        ("GET VARIABLE CPLAYBACKSTOPKEY", "0"),
        ("CONTROL STREAM FILE no-such \"\"", "-1 endpos=-1"),
        ("GET VARIABLE CPLAYBACKSTATUS", "1 (ERROR)"),
        ("GET VARIABLE CPLAYBACKOFFSET", "1 (-1)"),
        ("CONTROL STREAM FILE beep \"\" x", "usage"),
        ("CONTROL STREAM FILE beep \"\" 1000 # * 0 10", "0 endpos=-1"),
        ("CONTROL STREAM FILE beep \"\" 1000 # * 0 x", "usage"),
        ("CONTROL STREAM FILE beep \"\" 1000 # * 0 10 y", "usage"),
        ("GOSUB a b", "usage"),
        ("GOSUB a b 1", "-1 Gosub label not found"),
        ("GOSUB \"\" s 1", "-1 Gosub label not found"),
        ("GOSUB subs s 1 a b", "usage"),
        ("RECORD FILE", "usage"),
        ("RECORD FILE a wav #", "usage"),
        ("RECORD FILE a wav # x", "usage"),
        ("RECORD FILE a no-such # 300", "-1 (writefile)"),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn sayings() {
    check(&[
        ("SAY ALPHA a", "usage"),
        ("SAY ALPHA a \"\" x", "usage"),
        ("SAY ALPHA a \"\" a b", "usage"),
        ("SAY ALPHA \"\" \"\"", "0"),
        ("SAY DIGITS 1", "usage"),
        ("SAY DIGITS x \"\"", "usage"),
        ("SAY DIGITS 1x \"\"", "0"),
        ("SAY DIGITS \"\" \"\"", "usage"),
        ("SAY DIGITS 1 \"\" x", "usage"),
        ("SAY NUMBER 1", "usage"),
        ("SAY NUMBER 1x \"\"", "0"),
        ("SAY NUMBER -1 \"\"", "0"),
        ("SAY NUMBER 1 \"\" f g", "usage"),
        ("SAY PHONETIC a", "usage"),
        ("SAY PHONETIC \"\" \"\"", "0"),
        ("SAY PHONETIC a \"\" b", "usage"),
        ("SAY DATE x \"\"", "usage"),
        ("SAY TIME 0", "usage"),
        ("SAY DATETIME 0", "usage"),
        ("SAY DATETIME x \"\"", "usage"),
    ])
    .await;
}
