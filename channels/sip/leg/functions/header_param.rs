//! `PJSIP_HEADER_PARAM(From,header|uri,name)`: parameters of From.

use async_trait::async_trait;
use obelus_core::channel::Channel;
use obelus_core::function::{DialplanFunction, FunctionError};
use obelus_core::help::{Argument, Help};

use super::leg;
use crate::leg::ParamPlace;

pub(super) struct PjsipHeaderParam;

static HELP: Help = Help {
    synopsis: "Get or set header/URI parameters on a PJSIP channel.",
    arguments: &[
        Argument::required("header_name", "`From`; parameters of other headers are not served."),
        Argument::required("parameter_type", "`header` for those behind the URI, `uri` for those inside it."),
        Argument::required("parameter_name", "The parameter."),
    ],
    description: "Reading gives the parameter of the INVITE that came. Writing sets it in the INVITE that will be \
                  sent, in a pre-dial handler.",
    see_also: &["PJSIP_HEADER"],
};

#[async_trait]
impl DialplanFunction for PjsipHeaderParam {
    fn name(&self) -> &'static str {
        "PJSIP_HEADER_PARAM"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    fn examples(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("${PJSIP_HEADER_PARAM(From,uri,user)}", "phone"),
            ("${PJSIP_HEADER_PARAM(From,header,isup-oli)}", "27"),
            ("${PJSIP_HEADER_PARAM(From,header,none)}", ""),
        ]
    }

    fn writable(&self) -> bool {
        true
    }

    async fn read(&self, channel: &mut Channel, arguments: &str) -> Result<String, FunctionError> {
        let (place, name) = parse(arguments)?;
        let invite = leg(channel)?.invite();
        let value = invite.as_ref().and_then(|invite| {
            let from = invite.from().ok()?;
            let params = match place {
                ParamPlace::Header => from.params,
                ParamPlace::Uri => from.uri.params(),
            };
            Some(params.find(name)?.unquoted().into_owned())
        });
        Ok(value.unwrap_or_default())
    }

    async fn write(&self, channel: &mut Channel, arguments: &str, value: &str) -> Result<(), FunctionError> {
        let (place, name) = parse(arguments)?;
        let written = leg(channel)?.written();
        let written = written.ok_or_else(|| {
            FunctionError::failed("parameters can be set on an outbound channel only, before it is called")
        })?;
        match written.add_from_param(place, name, value) {
            true => Ok(()),
            false => Err(FunctionError::failed("a parameter is a word, and its value too")),
        }
    }
}

fn parse(arguments: &str) -> Result<(ParamPlace, &str), FunctionError> {
    let mut words = arguments.split(',').map(str::trim);
    let mut next = || words.next().unwrap_or_default();
    let (header, place, name) = (next(), next(), next());
    if !header.eq_ignore_ascii_case("From") {
        return Err(FunctionError::arguments("only the From header is served"));
    }
    if name.is_empty() {
        return Err(FunctionError::arguments("this function requires a parameter name"));
    }
    let place = match place.to_ascii_lowercase().as_str() {
        "header" => ParamPlace::Header,
        "uri" => ParamPlace::Uri,
        place => {
            let reason = format!("parameter type `{place}` must be `header` or `uri`");
            return Err(FunctionError::arguments(reason));
        }
    };
    Ok((place, name))
}
