//! `CDR(name[,options])`: the call's record.

use async_trait::async_trait;
use jiff::tz::TimeZone;
use obelus_core::cdr::{Book, CallRecord, FIELDS, Shape};
use obelus_core::channel::{AmaFlags, Channel};
use obelus_core::function::{DialplanFunction, FunctionArguments, FunctionError};
use obelus_core::help::{Argument, Help};

pub(crate) struct Cdr;

static HELP: Help = Help {
    synopsis: "Gets or sets a CDR variable.",
    arguments: &[
        Argument::required(
            "name",
            "clid, src, dst, dcontext, channel, dstchannel, lastapp, lastdata, start, answer, end, duration, billsec, disposition, amaflags, accountcode, peeraccount, uniqueid, linkedid, tenantid, peertenantid, userfield, sequence, or a name of one's own.",
        ),
        Argument::optional(
            "options",
            "`f`: billsec and duration with a fraction. `u`: start, answer and end as seconds, disposition and amaflags as numbers.",
        ),
    ],
    description: "Reads the newest record of the channel. Of the fields named above only accountcode, amaflags and userfield can be written; other names are the dialplan's own and stand in records as `CDR(name)`. Nothing is there while no records are kept (cdr.conf).",
    see_also: &["CDR_PROP", "ForkCDR", "ResetCDR"],
};

/// Runs `work` on the channel's book; nothing while no records are kept.
pub(crate) fn book<T>(channel: &Channel, work: impl FnOnce(&mut Book, &str) -> T) -> Option<T> {
    let id = channel.handle().unique_id().clone();
    channel.core().cdr.with(|book| work(book, &id))
}

#[async_trait]
impl DialplanFunction for Cdr {
    fn name(&self) -> &'static str {
        "CDR"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[("Set(CDR(accountcode)=sales)\n${CHANNEL(accountcode)}", "sales")]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let name = arguments.required(0, "name")?;
        let options = arguments.text(1);
        let shape = Shape { raw: options.contains('u'), fraction: options.contains('f') };
        let now = channel.core().clock.now();
        let record: Option<CallRecord> = book(channel, |book, id| book.current(id, now)).flatten();
        Ok(record.map(|record| record.field(name, shape, &TimeZone::system(), now)).unwrap_or_default())
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let arguments = FunctionArguments::split(arguments, 2);
        let name = arguments.required(0, "name")?.to_ascii_lowercase();
        match name.as_str() {
            "accountcode" => channel.facts().account_code = value.into(),
            "amaflags" => {
                let flags = AmaFlags::parse(value)
                    .ok_or_else(|| FunctionError::arguments(format!("`{value}` is no way to bill a call")))?;
                channel.facts().ama_flags = flags;
            }
            "userfield" => {
                book(channel, |book, id| book.set_user_field(id, value));
            }
            name if FIELDS.contains(&name) => {
                return Err(FunctionError::arguments(format!("the field `{name}` can only be read")));
            }
            name => {
                book(channel, |book, id| book.set_variable(id, name, value));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use obelus_core::cdr::CdrOptions;
    use obelus_core::testing::TestPbx;

    #[tokio::test(start_paused = true)]
    async fn a_channel_reads_what_it_did_just_before() {
        let pbx = TestPbx::new(|_, registry| crate::register(registry));
        pbx.core.cdr.begin(&pbx.core, CdrOptions::default(), 0);
        let (mut channel, _far) = pbx.channel();
        channel.assign("CDR(colour)", "blue").await.unwrap();
        channel.assign("CDR(userfield)", "a note").await.unwrap();
        channel.answer().await.unwrap();
        channel.wait(std::time::Duration::from_secs(3)).await.unwrap();
        for (expression, expected) in [
            ("CDR(colour)", "blue"),
            ("CDR(userfield)", "a note"),
            ("CDR(src)", "1001"),
            ("CDR(billsec)", "3"),
            ("CDR(billsec,f)", "3.000000"),
            ("CDR(disposition,u)", "1"),
            ("CDR(start,u)", "1772452800.000000"),
            ("CDR(end)", ""),
        ] {
            assert_eq!(channel.read(expression).await, Ok(Some(expected.to_owned())), "{expression}");
        }
        assert!(channel.assign("CDR(src)", "1").await.is_err());
        channel.assign("CDR_PROP(disable)", "1").await.unwrap();
        drop(channel);
        assert_eq!(pbx.core.cdr.with(|book| book.take_finished()), Some(Vec::new()));
    }

    #[tokio::test(start_paused = true)]
    async fn without_records_there_is_nothing_to_read() {
        let pbx = TestPbx::new(|_, registry| crate::register(registry));
        let (mut channel, _far) = pbx.channel();
        channel.assign("CDR(colour)", "blue").await.unwrap();
        assert_eq!(channel.read("CDR(colour)").await, Ok(Some(String::new())));
    }
}
