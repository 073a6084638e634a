//! Memory: after the start, and for each bridged call that talks.

use crate::error::BenchError;
use crate::options::Options;
use crate::pbx::{Pbx, free_port};
use crate::phones::Phones;
use crate::report::{CALL, Figure, IDLE};
use crate::setup;
use std::time::Duration;

/// The calls that are up at once.
const CALLS: usize = 200;

/// MB without calls, and KB for each of 200 calls.
pub(crate) fn measure(options: &Options) -> Result<Vec<Figure>, BenchError> {
    let here = free_port()?;
    let pbx = Pbx::start(&options.program, &setup::configuration(here))?;
    std::thread::sleep(Duration::from_secs(3));
    let idle = pbx.resident()?;
    let mut phones = Phones::start(pbx.sip(), here, CALLS, 0, options.seconds(5))?;
    let up = phones.wait_until_talking()?;
    let talking = pbx.resident()?;
    phones.wait_until_timed()?;
    phones.wait_until_counted()?;
    let heard = phones.report()?;
    if up == 0 {
        return Err(pbx.failure("set up no call"));
    }
    let each = talking.saturating_sub(idle) as f64 / 1024.0 / up as f64;
    Ok(vec![
        Figure::new("memory without calls", idle as f64 / 1e6, "MB").beside(IDLE),
        Figure::new(format!("memory of a call, {up} up"), each, "KB").beside(CALL).remark(heard.remark()),
    ])
}
