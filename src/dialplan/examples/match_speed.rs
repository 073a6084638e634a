//! ns for a number in a context of 10 and of 100,000 extensions, looked for in no order.
#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement prints times")]

use std::hint::black_box;
use std::time::Instant;

use jiff::Zoned;
use obelus_conf::{MemoryFiles, Problems};
use obelus_dialplan::{EmptyLoadScope, Lookup, Plan, Query, Script, Source, Wanted};

const SEARCHES: u32 = 2_000_000;

fn plan(extensions: u32) -> Plan {
    let plain = (0..extensions).map(|number| format!("exten => {},1,Hangup()\n", 100_000 + number));
    let patterns = (0..extensions).map(|number| format!("exten => _{}X.,1,Hangup()\n", 200_000 + number));
    let text: String = std::iter::once("[internal]\n".to_owned()).chain(plain).chain(patterns).collect();
    let mut problems = Problems::new();
    let files = MemoryFiles::new().file("extensions.conf", text);
    let document = obelus_conf::load(&files, "extensions.conf", &mut problems);
    let script = Script::parse(&document, &mut problems);
    Plan::compile(&[Source { registrar: "pbx_config", script: &script }], &EmptyLoadScope, &mut problems)
}

fn measure(plan: &Plan, extensions: u32, first: u32, tail: &str) -> f64 {
    let now = Zoned::default();
    let mut number = 1_u32;
    let mut next = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (number >> 8) % extensions
    };
    let numbers: Vec<String> = (0..100_000).map(|_| format!("{}{tail}", first + next())).collect();
    let begin = Instant::now();
    for number in numbers.iter().cycle().take(SEARCHES as usize) {
        let query = Query { context: "internal", extension: number, caller_id: "1001", now: &now };
        let found = plan.find(black_box(&query), Wanted::Priority(1));
        assert!(matches!(found, Lookup::Found(_)));
    }
    begin.elapsed().as_secs_f64() * 1e9 / f64::from(SEARCHES)
}

fn main() {
    for extensions in [10, 1_000, 100_000] {
        let plan = plan(extensions);
        let (number, pattern) =
            (measure(&plan, extensions, 100_000, ""), measure(&plan, extensions, 200_000, "55"));
        println!("{extensions:>7} extensions: number {number:.0} ns, pattern {pattern:.0} ns");
    }
}
