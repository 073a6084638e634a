//! Bridged calls that talk: 50 packets of µ-law a second each way, between telephones in another process.

use crate::error::BenchError;
use crate::options::Options;
use crate::pbx::{Pbx, free_port};
use crate::phones::Phones;
use crate::report::{Figure, MEDIA};
use crate::setup;

/// CPU-µs for a bridged call and second, loss and added latency, for several numbers of calls.
pub(crate) fn measure(options: &Options) -> Result<Vec<Figure>, BenchError> {
    let mut figures = Vec::new();
    for &calls in &options.calls {
        figures.extend(measure_calls(options, calls)?);
    }
    Ok(figures)
}

fn measure_calls(options: &Options, calls: usize) -> Result<Vec<Figure>, BenchError> {
    let here = free_port()?;
    let pbx = Pbx::start(&options.program, &setup::configuration(here))?;
    let counted = options.seconds(10);
    let mut phones = Phones::start(pbx.sip(), here, calls, options.seconds(3), counted)?;
    let up = phones.wait_until_talking()?;
    phones.wait_until_timed()?;
    let before = pbx.cpu_time()?;
    let seconds = phones.wait_until_counted()?;
    let used = pbx.cpu_time()? - before;
    let heard = phones.report()?;
    if up == 0 {
        return Err(pbx.failure("set up no call"));
    }
    let each = used.as_secs_f64() * 1e6 / seconds / up as f64;
    let name = |what: &str| format!("{what}, {calls} calls");
    Ok(vec![
        Figure::new(name("bridged call and second"), each, "CPU-µs").beside(MEDIA).remark(heard.remark()),
        Figure::new(name("loss"), heard.loss(), "%"),
        Figure::new(name("latency, half of the packets"), heard.median as f64 / 1e3, "ms"),
        Figure::new(name("latency, 99 of 100"), heard.percentile_99 as f64 / 1e3, "ms"),
    ])
}
