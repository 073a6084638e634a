//! Priorities and searches of the dialplan: loops that one call runs through the interpreter.
//!
//! A loop counts to a number in two priorities, and has more of one kind between them; the difference of two loops
//! is what that kind costs.

use crate::error::BenchError;
use crate::options::Options;
use crate::pbx::{Configuration, Pbx};
use crate::report::{Figure, PRIORITY};
use crate::sipp::Load;
use std::fmt::Write;

/// The rounds of a loop.
const ROUNDS: u32 = 500_000;

/// The priorities of one kind in a round.
const SAME: u32 = 8;

/// The extensions of the big plan.
const MANY: u32 = 100_000;

/// CPU-ns for priorities of several kinds, and for searches in a small and a big plan.
pub(crate) fn measure(options: &Options) -> Result<Vec<Figure>, BenchError> {
    let rounds = if options.short { ROUNDS / 5 } else { ROUNDS };
    let small = Pbx::start(&options.program, &plan(rounds, 10))?;
    let bare = run(&small, "bare", rounds)?;
    let noop = run(&small, "noop", rounds)?;
    let set = run(&small, "set", rounds)?;
    let length = run(&small, "length", rounds)?;
    let number = run(&small, "number", rounds)?;
    let pattern = run(&small, "pattern", rounds)?;
    drop(small);
    let big = Pbx::start(&options.program, &plan(rounds, MANY))?;
    let big_length = run(&big, "length", rounds)?;
    let big_number = run(&big, "number", rounds)?;
    let big_pattern = run(&big, "pattern", rounds)?;
    let each = |more: f64| (more - bare) / f64::from(SAME);
    let search = |with: f64, without: f64| (with - without) / f64::from(SAME);
    Ok(vec![
        Figure::new("priority, mean of Set and GotoIf", bare / 2.0, "CPU-ns").beside(PRIORITY),
        Figure::new("priority, NoOp(${EXTEN})", each(noop), "CPU-ns").beside(PRIORITY),
        Figure::new("priority, Set(x=$[${x} + 1])", each(set), "CPU-ns").beside(PRIORITY),
        Figure::new("number among 10 extensions", search(number, length), "CPU-ns"),
        Figure::new("number among 100,000 extensions", search(big_number, big_length), "CPU-ns"),
        Figure::new("pattern among 10 extensions", search(pattern, length), "CPU-ns"),
        Figure::new("pattern among 100,000 extensions", search(big_pattern, big_length), "CPU-ns"),
    ])
}

/// CPU-ns for a round of the loop of that extension.
fn run(pbx: &Pbx, extension: &str, rounds: u32) -> Result<f64, BenchError> {
    let before = pbx.cpu_time()?;
    let load = Load { pbx: pbx.sip(), number: extension, rate: 1, total: 1, scenario: None, hold: 0 };
    let outcome = load.run()?;
    if outcome.failed > 0 || outcome.successful == 0 {
        return Err(pbx.failure("did not answer at the end of a loop"));
    }
    Ok((pbx.cpu_time()? - before).as_secs_f64() * 1e9 / f64::from(rounds))
}

fn plan(rounds: u32, extensions: u32) -> Configuration {
    let mut text = "[bench]\n".to_owned();
    let over = "same => n,Answer()\n same => n,Wait(5)\n";
    // A search is what a function that asks for an extension costs more than one that does nearly nothing.
    let kinds = [
        ("bare", ""),
        ("noop", "NoOp(${EXTEN})"),
        ("set", "Set(x=$[${x} + 1])"),
        ("length", "NoOp(${LEN(bench,100003,1)})"),
        ("number", "NoOp(${DIALPLAN_EXISTS(bench,100003,1)})"),
        ("pattern", "NoOp(${DIALPLAN_EXISTS(bench,345678,1)})"),
    ];
    for (name, kind) in kinds {
        // Writing into a String cannot fail.
        let _ = writeln!(
            text,
            "exten => {name},1,Set(x=0)\n same => n,Set(i=0)\n same => n(again),Set(i=$[${{i}} + 1])"
        );
        let count = if kind.is_empty() { 0 } else { SAME };
        (0..count).for_each(|_| {
            let _ = writeln!(text, " same => n,{kind}");
        });
        let _ = writeln!(text, " same => n,GotoIf($[${{i}} < {rounds}]?again)\n {over}");
    }
    for number in 100_000..100_000 + extensions {
        let _ = writeln!(text, "exten => {number},1,Hangup()");
    }
    let _ = writeln!(text, "exten => _2XXX,1,Hangup()\nexten => _3[1-5]X.,1,Hangup()");
    let endpoint = "[sipp]\ntype = endpoint\ncontext = bench\ndisallow = all\nallow = ulaw\n";
    Configuration { pjsip: endpoint.into(), extensions: text }
}
