//! Registrations: each is challenged, proves its password and is stored.

use crate::error::BenchError;
use crate::options::Options;
use crate::pbx::{Configuration, Pbx};
use crate::report::{Figure, REGISTER};
use crate::sipp::Load;
use std::fmt::Write;

/// The scenario; a line of the table is a user and his credentials.
const SCENARIO: &str = include_str!("register.xml");

/// Registrations a second.
const RATE: u32 = 200;

/// As many telephones take turns, so that contacts are refreshed as well as made.
const USERS: u32 = 500;

/// CPU-µs for a registration: two requests and two responses.
pub(crate) fn measure(options: &Options) -> Result<Vec<Figure>, BenchError> {
    let pbx = Pbx::start(&options.program, &configuration())?;
    let users = users();
    let load = |total| Load {
        pbx: pbx.sip(),
        number: "registrar",
        rate: RATE,
        total,
        scenario: Some((SCENARIO, &users)),
        hold: 0,
    };
    load(RATE).run()?;
    let before = pbx.cpu_time()?;
    let outcome = load(RATE * options.seconds(20)).run()?;
    // What is stored behind the registrar's back belongs to it.
    std::thread::sleep(std::time::Duration::from_secs(2));
    let used = pbx.cpu_time()? - before;
    if outcome.successful == 0 {
        return Err(pbx.failure("registered nobody"));
    }
    let each = used.as_secs_f64() * 1e6 / f64::from(outcome.successful);
    let name = format!("registration with password, {RATE}/s");
    Ok(vec![Figure::new(name, each, "CPU-µs").beside(REGISTER).remark(outcome.remark())])
}

fn users() -> String {
    (0..USERS).fold("SEQUENTIAL\n".to_owned(), |mut text, user| {
        // Writing into a String cannot fail.
        let _ = writeln!(text, "phone{user};[authentication username=phone{user} password=secret{user}]");
        text
    })
}

fn configuration() -> Configuration {
    let mut pjsip = String::new();
    for user in 0..USERS {
        let _ = write!(
            pjsip,
            "[phone{user}]\ntype = endpoint\ncontext = bench\nallow = ulaw\nauth = phone{user}\naors = phone{user}\n\
             [phone{user}]\ntype = auth\nauth_type = userpass\nusername = phone{user}\npassword = secret{user}\n\
             [phone{user}]\ntype = aor\nmax_contacts = 1\nremove_existing = yes\n"
        );
    }
    Configuration { pjsip, extensions: "[bench]\nexten => s,1,Hangup()\n".into() }
}
