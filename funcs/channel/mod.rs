//! `CHANNEL(item)`: what is known of the channel.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::channel::{AmaFlags, Facts, ForwardsLeft};
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};
use obelus_core::media::Codec;
use obelus_core::mention::Mention;

use crate::number::scan_integer;

mod groups;

pub(crate) struct ChannelItem;

static HELP: Help = Help {
    synopsis: "Gets/sets various pieces of information about the channel.",
    arguments: &[Argument::rest(
        "item",
        true,
        "One of the items below, or one that the channel's technology knows: rtp,dest or pjsip,call-id.",
    )],
    description: "To read and write: accountcode, amaflags, callgroup, language, max_forwards, musicclass, namedcallgroup, namedpickupgroup, peeraccount, pickupgroup, tenantid, tonezone, userfield. To read: appdata, appname, audionativeformat, audioreadformat, audiowriteformat, callid, channeltype, checkhangup, context, device_name, dtmf_features, exten, linkedid, name, onhold, parkinglot, peer, state, uniqueid, videonativeformat. To write: hangup_handler_push, hangup_handler_pop and hangup_handler_wipe add a Gosub target that runs when the channel is hung up, the last two in the place of the newest and of all.",
    see_also: &["CALLERID", "TIMEOUT", "MASTER_CHANNEL"],
};

#[async_trait]
impl DialplanFunction for ChannelItem {
    fn name(&self) -> &'static str {
        "CHANNEL"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${CHANNEL(channeltype)} ${CHANNEL(state)}", "Test Down"),
            ("Set(CHANNEL(language)=de)\n${CHANNEL(language)}", "de"),
            ("Set(CHANNEL(tonezone)=de)\n${CHANNEL(tonezone)}", "de"),
        ]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let item = arguments.trim();
        read(channel, &item.to_ascii_lowercase())
            .or_else(|| channel.leg_property(item))
            .ok_or_else(|| FunctionError::arguments(format!("unknown or unavailable item `{item}`")))
    }

    fn mentions<'a>(&self, arguments: &'a str, value: Option<&'a str>) -> Vec<Mention<'a>> {
        let is_handler = arguments.trim().to_ascii_lowercase().starts_with("hangup_handler_");
        let target = value.filter(|target| is_handler && !target.trim().is_empty());
        target.map(|target| Mention::Subroutine(target.into())).into_iter().collect()
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let item = arguments.trim().to_ascii_lowercase();
        if let Some(handlers) = item.strip_prefix("hangup_handler_") {
            return change_handlers(channel, handlers, value);
        }
        if item == "tonezone" && !channel.core().indications.has(value) {
            return Err(is_no(value, "country whose tones are known"));
        }
        if write(&mut channel.facts(), &item, value)? {
            return write_other_half(channel, &item, value);
        }
        let is_known = read(channel, &item).or_else(|| channel.leg_property(&item)).is_some();
        let reason = if is_known { "can only be read" } else { "is unknown or unavailable" };
        Err(FunctionError::arguments(format!("the item `{item}` {reason}")))
    }
}

/// An item that every channel has.
fn read(channel: &Channel, item: &str) -> Option<String> {
    let handle = channel.handle();
    Some(match item {
        "name" | "channame" => channel.name().to_string(),
        "uniqueid" => handle.unique_id().to_string(),
        "channeltype" => handle.technology().to_owned(),
        "device_name" => handle.device().to_owned(),
        "audionativeformat" => formats(&native(channel)),
        // There is no video, so no format of it either.
        "videonativeformat" => formats(&[]),
        "audioreadformat" | "audiowriteformat" => {
            let native = native(channel);
            channel.codec().or(native.first().copied()).map_or("", Codec::name).to_owned()
        }
        "peer" => peer(channel).unwrap_or_default(),
        item => return fact(&channel.facts(), item),
    })
}

/// What its audio is in; a pipe between channels for which nothing was asked carries samples.
fn native(channel: &Channel) -> Vec<Codec> {
    let codecs = channel.codec().map_or_else(|| channel.codecs(), |codec| vec![codec]);
    if codecs.is_empty() && channel.media().is_some() { vec![Codec::Slin] } else { codecs }
}

fn fact(facts: &Facts, item: &str) -> Option<String> {
    let flag = |flag: bool| u8::from(flag).to_string();
    Some(match item {
        "accountcode" => facts.account_code.to_string(),
        "amaflags" => facts.ama_flags.number().to_string(),
        "appdata" => facts.data.clone(),
        "appname" => facts.application.to_string(),
        "callgroup" => groups::print(facts.call_group),
        "callid" => facts.call_number().map_or_else(String::new, |number| format!("[C-{number:08x}]")),
        "checkhangup" => flag(facts.hung_up.is_some()),
        "context" => facts.position.context.to_string(),
        "exten" => facts.position.exten.to_string(),
        "hangupsource" => facts.hangup_source.to_string(),
        "language" => facts.language.to_string(),
        "linkedid" => facts.linked_id.to_string(),
        "max_forwards" => facts.forwards_left.0.to_string(),
        "musicclass" => facts.music_class.to_string(),
        "namedcallgroup" => facts.named_call_groups.to_string(),
        "namedpickupgroup" => facts.named_pickup_groups.to_string(),
        "onhold" => flag(facts.on_hold),
        "peeraccount" => facts.peer_account.to_string(),
        "pickupgroup" => groups::print(facts.pickup_group),
        "state" => facts.state.word().to_owned(),
        "tenantid" => facts.tenant_id.to_string(),
        "tonezone" => facts.tone_zone.to_string(),
        "userfield" => facts.user_field.to_string(),
        // Nobody can set them, so that they are never anything else.
        "dtmf_features" | "parkinglot" => String::new(),
        _ => return None,
    })
}

/// Sets an item; says whether there is one of this name to set.
fn write(facts: &mut Facts, item: &str, value: &str) -> Result<bool, FunctionError> {
    match item {
        "accountcode" => facts.account_code = value.into(),
        "amaflags" => facts.ama_flags = AmaFlags::parse(value).ok_or_else(|| is_no(value, "AMA flag"))?,
        "callgroup" => facts.call_group = groups::parse(value)?,
        "language" => facts.language = value.into(),
        "max_forwards" => facts.forwards_left = forwards(value)?,
        "musicclass" => facts.music_class = value.into(),
        "namedcallgroup" => facts.named_call_groups = value.into(),
        "namedpickupgroup" => facts.named_pickup_groups = value.into(),
        "peeraccount" => facts.peer_account = value.into(),
        "pickupgroup" => facts.pickup_group = groups::parse(value)?,
        "tenantid" => facts.tenant_id = value.into(),
        "tonezone" => facts.tone_zone = value.into(),
        "userfield" => facts.user_field = value.into(),
        _ => return Ok(false),
    }
    Ok(true)
}

/// The other half of a Local channel has the same items; the two accounts cross, as each is the other's peer.
fn write_other_half(channel: &Channel, item: &str, value: &str) -> Result<(), FunctionError> {
    let Some(half) = channel.facts().other_half.clone() else { return Ok(()) };
    let Some(other) = channel.core().channels.find(&half.unique_id) else { return Ok(()) };
    let item = match item {
        "accountcode" => "peeraccount",
        "peeraccount" => "accountcode",
        item => item,
    };
    write(&mut other.facts(), item, value).map(|_| ())
}

fn is_no(value: &str, what: &str) -> FunctionError {
    FunctionError::arguments(format!("`{value}` is no {what}"))
}

fn forwards(value: &str) -> Result<ForwardsLeft, FunctionError> {
    let number = scan_integer(value).and_then(|(number, _)| i32::try_from(number).ok());
    number.map(ForwardsLeft).ok_or_else(|| is_no(value, "number of forwards"))
}

fn change_handlers(channel: &mut Channel, change: &str, target: &str) -> Result<(), FunctionError> {
    match change {
        "push" => {}
        "pop" => {
            channel.pop_hangup_handler();
        }
        "wipe" => channel.wipe_hangup_handlers(),
        _ => return Err(is_no(change, "change of the hang-up handlers; there are push, pop and wipe")),
    }
    if !target.trim().is_empty() {
        channel.push_hangup_handler(target.trim());
    }
    Ok(())
}

/// The other channel of a bridge of two.
fn peer(channel: &Channel) -> Option<String> {
    let bridge = channel.facts().bridge.clone()?;
    let members = channel.core().bridges.find(&bridge)?.members();
    let mut others = members.iter().filter(|member| *member != channel.handle());
    let other = others.next()?;
    others.next().is_none().then(|| other.name().to_string())
}

/// `(ulaw|alaw)`, as Asterisk lists formats.
fn formats(codecs: &[Codec]) -> String {
    let names: Vec<&str> = codecs.iter().map(|codec| codec.name()).collect();
    format!("({})", if names.is_empty() { "nothing".to_owned() } else { names.join("|") })
}

#[cfg(test)]
mod tests {
    use obelus_core::bridge::OtherHalf;
    use obelus_core::channel_tech::LegEvent;
    use obelus_core::dial::Caller;

    use crate::testing::{Bench, check, refuses};

    #[tokio::test]
    async fn the_other_half_of_a_local_channel_hears_of_it() {
        let mut bench = Bench::new();
        let (other, _far) = bench.pbx.channel();
        bench.channel.facts().other_half = Some(OtherHalf {
            unique_id: other.handle().unique_id().clone(),
            is_first: true,
            may_leave: true,
        });
        bench
            .run("Set(CHANNEL(accountcode)=own)\nSet(CHANNEL(peeraccount)=theirs)\nSet(CHANNEL(language)=de)\n")
            .await;
        let facts = other.facts();
        assert_eq!((&*facts.account_code, &*facts.peer_account, &*facts.language), ("theirs", "own", "de"));
    }

    #[tokio::test]
    async fn a_channel_tells_about_itself() {
        let mut bench = Bench::new();
        let text = "${CHANNEL(name)} ${CHANNEL(device_name)} ${CHANNEL(context)},${CHANNEL(exten)} \
                    ${CHANNEL(audionativeformat)} ${CHANNEL(audioreadformat)} ${CHANNEL(videonativeformat)} \
                    ${CHANNEL(checkhangup)}${CHANNEL(onhold)} ${CHANNEL(callid)}[${CHANNEL(peer)}]";
        assert_eq!(
            bench.run(text).await,
            "Test/1001-00000000 Test/1001 test,s (ulaw) ulaw (nothing) 00 [C-00000000][]"
        );
        let ids = bench.run("${CHANNEL(uniqueid)} ${CHANNEL(linkedid)} ${UNIQUEID}").await;
        assert_eq!(ids, "1772452800.0 1772452800.0 1772452800.0");
        bench.channel.hang_up(obelus_core::cause::Cause::USER_BUSY);
        assert_eq!(bench.run("${CHANNEL(CheckHangup)}").await, "1");
    }

    #[tokio::test]
    async fn items_are_set() {
        for (item, value, expected) in [
            ("accountcode", "sales", "sales"),
            ("amaflags", "billing", "2"),
            ("callgroup", "1,3-5", "1, 3, 4, 5"),
            ("pickupgroup", "63", "63"),
            ("namedcallgroup", "a,b", "a,b"),
            ("MusicClass", "jazz", "jazz"),
            ("max_forwards", "10", "10"),
            ("peeraccount", "x", "x"),
            ("tenantid", "t1", "t1"),
            ("userfield", "\"u\"", "\"u\""),
        ] {
            check(&format!("Set(CHANNEL({item})={value})\n${{CHANNEL({item})}}"), expected).await;
        }
        check("${CHANNEL(max_forwards)} ${CHANNEL(amaflags)}[${CHANNEL(tonezone)}]", "20 3[]").await;
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused() {
        refuses("CHANNEL(secure_bridge_media)", "unknown or unavailable item `secure_bridge_media`").await;
        let mut bench = Bench::new();
        for (item, value, reason) in [
            ("state", "Up", "the item `state` can only be read"),
            ("rxgain", "3", "the item `rxgain` is unknown or unavailable"),
            ("tonezone", "atlantis", "`atlantis` is no country whose tones are known"),
            ("max_forwards", "few", "`few` is no number of forwards"),
            ("amaflags", "gratis", "`gratis` is no AMA flag"),
            ("callgroup", "64", "`64` is no group; there are 0 to 63"),
            (
                "hangup_handler_add",
                "s,1",
                "`add` is no change of the hang-up handlers; there are push, pop and wipe",
            ),
        ] {
            let error = bench.channel.assign(&format!("CHANNEL({item})"), value).await.expect_err(item);
            assert_eq!(error.to_string(), reason);
        }
    }

    #[tokio::test]
    async fn a_channel_placed_by_this_one_has_a_forward_less() {
        let mut bench = Bench::new();
        bench.run("Set(CHANNEL(max_forwards)=1)\n").await;
        let placed = bench.pbx.core.request("Test/2", &Caller::of(&bench.channel)).await.unwrap();
        assert_eq!(placed.facts().forwards_left.0, 0);
        let refused = bench.pbx.core.request("Test/3", &Caller::of(&placed)).await;
        assert_eq!(refused.err().unwrap().cause, obelus_core::cause::Cause::USER_BUSY);
    }

    #[tokio::test(start_paused = true)]
    async fn hangup_handlers_run_newest_first_where_they_were_pushed() {
        let bench = Bench::new();
        bench.pbx.dialplan(
            "[test]\n\
             exten => 1,1,Set(CHANNEL(hangup_handler_push)=gone,1)\n\
             same => n,Set(CHANNEL(hangup_handler_wipe)=first,1(a))\n\
             same => n,Set(CHANNEL(hangup_handler_push)=second,1)\n\
             same => n,Set(CHANNEL(hangup_handler_pop)=third,1(b))\n\
             exten => gone,1,Set(GLOBAL(ORDER)=${ORDER}gone)\n\
             exten => first,1,Set(GLOBAL(ORDER)=${ORDER}1${ARG1})\n\
             exten => second,1,Set(GLOBAL(ORDER)=${ORDER}2)\n\
             exten => third,1,Set(GLOBAL(ORDER)=${ORDER}3${ARG1})\n",
        );
        let far = bench.pbx.call("test", "1");
        far.does(LegEvent::Ringing);
        while bench.pbx.core.channels.find(&far.name).is_some() {
            tokio::task::yield_now().await;
        }
        assert_eq!(bench.pbx.core.globals.get("ORDER").as_deref(), Some("3b1a"));
    }
}
