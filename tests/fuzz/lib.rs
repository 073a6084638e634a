//! What the fuzzer runs: one function per target, each given any bytes at all.
//!
//! A target finds more than panics: what is written must be readable again, what two ways must agree on is
//! compared, and at the end of a story nothing may be left in a table.

#[path = "targets/ami.rs"]
mod ami_target;
#[path = "targets/conf.rs"]
mod conf_target;
#[path = "targets/dialplan.rs"]
mod dialplan_target;
#[path = "targets/rtp.rs"]
mod rtp_target;
#[path = "targets/sdp.rs"]
mod sdp_target;
#[path = "targets/sip_framing.rs"]
mod sip_framing_target;
#[path = "targets/sip_message.rs"]
mod sip_message_target;
#[path = "targets/sip_story.rs"]
mod sip_story;

pub use ami_target::ami;
pub use conf_target::conf;
pub use dialplan_target::dialplan;
pub use rtp_target::rtp;
pub use sdp_target::sdp;
pub use sip_framing_target::sip_framing;
pub use sip_message_target::sip_message;

/// Cuts an input at each `%%`: the parts of inputs that have some, such as messages or files.
fn parts(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(data);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let cut = bytes.windows(2).position(|pair| pair == b"%%");
        rest = cut.map(|at| &bytes[at + 2..]);
        Some(&bytes[..cut.unwrap_or(bytes.len())])
    })
}
