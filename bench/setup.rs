//! Calls set up and ended: sipp calls, Obelus dials, sipp answers. No media flows.

use crate::error::BenchError;
use crate::options::Options;
use crate::pbx::{Configuration, Pbx, free_port};
use crate::report::{Figure, SETUP};
use crate::sipp::{Answering, Load};
use std::net::SocketAddr;
use std::time::Duration;

/// Calls a second. The more there are, the less a call pays for waking threads.
const RATES: [u32; 2] = [50, 200];

/// Calls of a run.
const TOTAL: u32 = 1000;

/// Transactions are kept for 32 s after their end (RFC 3261 timers H and J); what that costs belongs to the call.
const AFTERWARDS: Duration = Duration::from_secs(34);

/// CPU-ms for a call, both of its legs, at several rates.
pub(crate) fn measure(options: &Options) -> Result<Vec<Figure>, BenchError> {
    RATES.into_iter().map(|rate| measure_rate(options, rate)).collect()
}

fn measure_rate(options: &Options, rate: u32) -> Result<Figure, BenchError> {
    let phone = free_port()?;
    let pbx = Pbx::start(&options.program, &configuration(phone))?;
    let _phone = Answering::start(phone)?;
    let load = |total| Load { pbx: pbx.sip(), number: "9100", rate, total, scenario: None, hold: 500 }.run();
    // The first calls touch memory and code that all others find warm.
    load(rate)?;
    let before = pbx.cpu_time()?;
    let outcome = load(if options.short { TOTAL / 5 } else { TOTAL })?;
    std::thread::sleep(AFTERWARDS);
    let used = pbx.cpu_time()? - before;
    if outcome.successful == 0 {
        return Err(pbx.failure("set up no call"));
    }
    let each = used.as_secs_f64() * 1e3 / f64::from(outcome.successful);
    let name = format!("call set up and ended, {rate}/s");
    Ok(Figure::new(name, each, "CPU-ms").beside(SETUP).remark(outcome.remark()))
}

/// A trunk that everything is dialled through; calls come from sipp's own user and from `caller`.
pub(crate) fn configuration(phone: SocketAddr) -> Configuration {
    let endpoint = "type = endpoint\ncontext = bench\ndisallow = all\nallow = ulaw\ndirect_media = no\n";
    Configuration {
        pjsip: format!(
            "[sipp]\n{endpoint}\n[caller]\n{endpoint}\n[callee]\n{endpoint}aors = callee\n\n\
             [callee]\ntype = aor\ncontact = sip:callee@{phone}\n"
        ),
        extensions: "[bench]\nexten => _9X.,1,Dial(PJSIP/${EXTEN}@callee)\n same => n,Hangup()\n".into(),
    }
}
