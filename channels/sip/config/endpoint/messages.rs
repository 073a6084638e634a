//! Text messages from and to an endpoint outside calls.

use std::sync::Arc;

use obelus_core::conf::Reader;

use crate::config::values::{pieces, text};

/// Text messages from and to an endpoint outside calls.
#[derive(Clone, Debug)]
pub struct Messages {
    /// The context that handles those that come; that of calls where empty.
    pub context: Arc<str>,
    /// Whether one that is answered with a 3xx is sent to where that points.
    pub follow_redirect: bool,
}

impl Messages {
    pub(super) fn read(reader: &mut Reader<'_>) -> Messages {
        Messages { context: text(reader, "message_context"), follow_redirect: follow_redirect(reader) }
    }
}

/// `follow_redirect_methods`: a list of methods, of which Asterisk knows one.
fn follow_redirect(reader: &mut Reader<'_>) -> bool {
    let mut follows = false;
    for (entry, method) in pieces(reader, "follow_redirect_methods") {
        if method.eq_ignore_ascii_case("message") {
            follows = true;
        } else {
            reader.reject(
                entry,
                &format!("redirects of `{method}` are not followed; `message` is the one that can be"),
            );
        }
    }
    follows
}
