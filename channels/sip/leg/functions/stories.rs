//! The examples of every function, run on a PJSIP channel without a worker.

use std::sync::Arc;

use obelus_core::Core;
use obelus_core::channel::{Channel, Origin};
use obelus_core::channel_tech::{ChannelSetup, NewLeg};
use obelus_core::engine::RtpOptions;
use obelus_core::media::Codec;
use obelus_core::testing::TestPbx;
use tokio::sync::mpsc;

use crate::leg::{Incoming, Link, Shared, SipLeg};
use crate::testing::{Wire, config};
use crate::worker::{CallKey, Queue};

fn channel(core: &Arc<Core>) -> Channel {
    let config = config("[a]\ntype=aor\n[1001]\ntype=endpoint\nallow=ulaw,alaw\naors=a\n");
    let shared = Arc::new(Shared::default());
    let invite = Wire::new("INVITE", "sip:600@pbx")
        .from("<sip:1001@pbx;user=phone>;isup-oli=27")
        .line("User-Agent: Phone 1.0")
        .line("X-Tag: one")
        .line("X-Tag: two");
    {
        let mut facts = shared.facts();
        facts.invite = Some(Arc::new(invite.request()));
        facts.response = Some(Arc::new(Wire::response(200, "X-Answer: yes\r\n")));
        facts.codecs = vec![Codec::Ulaw, Codec::Alaw];
    }
    let (_, events) = mpsc::channel(1);
    let leg = SipLeg::incoming(Incoming {
        name: "PJSIP/1001-00000001".to_owned(),
        endpoint: config.endpoints.find("1001").unwrap().clone(),
        port: core.engine.open_rtp(RtpOptions::new([127, 0, 0, 1].into())).unwrap(),
        shared,
        link: Link { queue: Queue::to_nobody(), key: CallKey::new() },
        events,
    });
    let new = NewLeg { leg: Box::new(leg), setup: ChannelSetup::default() };
    Channel::new(core, "PJSIP", new, Origin::default())
}

#[tokio::test(start_paused = true)]
async fn every_example_is_true() {
    let pbx = TestPbx::new(|_, registry| super::register(registry));
    let mut channel = channel(&pbx.core);
    let registry = pbx.core.registry();
    let functions: Vec<_> =
        registry.functions().filter(|function| function.name().starts_with("PJSIP_")).collect();
    assert_eq!(functions.len(), 8);
    for function in functions {
        assert!(function.help().synopsis.ends_with('.'), "{}", function.name());
        assert!(!function.examples().is_empty() || !function.readable(), "{}", function.name());
        for (expression, expected) in function.examples() {
            assert_eq!(channel.evaluate(expression).await, *expected, "{expression}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_is_said() {
    let pbx = TestPbx::new(|_, registry| super::register(registry));
    let mut channel = channel(&pbx.core);
    let registry = pbx.core.registry();
    let mut check = async |name: &str, arguments: &str, value: &str, expected: &str| {
        let result = registry.function(name).unwrap().write(&mut channel, arguments, value).await;
        assert_eq!(result.unwrap_err().to_string(), expected, "{name}({arguments})={value}");
    };
    let late =
        "headers can be set on an outbound channel only, before it is called: use the b option of Dial";
    check("PJSIP_HEADER", "add,X-One", "1", late).await;
    check("PJSIP_HEADER", "add", "1", "this function requires a header name").await;
    check("PJSIP_HEADER_PARAM", "To,uri,x", "1", "only the From header is served").await;
    check("PJSIP_MEDIA_OFFER", "audio", "ulw", "unknown codec `ulw`; did you mean `ulaw`?").await;
    check("PJSIP_MEDIA_OFFER", "video", "h264", "video is not served").await;
    check("PJSIP_SEND_SESSION_REFRESH", "", "update", "it is not allowed on an unanswered channel").await;
    let modes = "`x` is no DTMF mode; there are rfc4733, inband, info, auto, auto_info and none";
    check("PJSIP_DTMF_MODE", "", "x", modes).await;
}

#[tokio::test(start_paused = true)]
async fn other_channels_have_no_sip_headers() {
    let pbx = TestPbx::new(|_, registry| super::register(registry));
    let (mut channel, _far) = pbx.channel();
    let registry = pbx.core.registry();
    let read = registry.function("PJSIP_HEADER").unwrap().read(&mut channel, "read,From").await;
    assert_eq!(read.unwrap_err().to_string(), "this function requires a PJSIP channel");
}
