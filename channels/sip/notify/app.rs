//! `PJSIPNotify(to,headers)`: send a NOTIFY to a URI, or in the call.

use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};

use super::{Notice, Target, in_call, notify};
use crate::driver::Driver;

pub(crate) struct PjsipNotify(pub(crate) Arc<Driver>);

static HELP: Help = Help {
    synopsis: "Send a NOTIFY to either an arbitrary URI, or inside a SIP dialog.",
    arguments: &[
        Argument::optional(
            "to",
            "A SIP URI, which default_outbound_endpoint sends to; the channel's own call if left away.",
        ),
        Argument::rest(
            "headers",
            true,
            "A type of pjsip_notify.conf, or headers as &name=value&name=value; Content-Type and Content make the body.",
        ),
    ],
    description: "Sends a NOTIFY that nobody subscribed to. What becomes of it is in the log.",
    see_also: &[],
};

#[async_trait]
impl App for PjsipNotify {
    fn name(&self) -> &'static str {
        "PJSIPNotify"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let headers = arguments.text(1);
        let notice = self.0.notices.load().find(headers).cloned().unwrap_or_else(|| notice_of(headers));
        let sent = match arguments.get(0) {
            Some(uri) => notify(&self.0, Target::Uri(uri), &notice).await,
            None => in_call(channel, notice),
        };
        match sent {
            Ok(()) => Ok(Flow::Continue),
            Err(error) => Err(AppError::failed(error.to_string())),
        }
    }
}

/// `&name=value&name=value`.
fn notice_of(headers: &str) -> Notice {
    Notice::of(headers.split('&').filter_map(|header| header.split_once('=')))
}
