//! Objects as people see them: every option with its value, as `pjsip show endpoint` and the dialplan functions
//! give it.

use obelus_core::conf::{is_false, is_true};

use super::groups;
use super::{
    Aor, Auth, DomainAlias, Endpoint, Global, Identify, ObjectType, Registration, System, Transport,
};

/// What stands in place of a password.
const HIDDEN: &str = "********";

/// Options whose `yes` and `no` Asterisk shows as they are and not as `true` and `false`.
const SHOWN_AS_WRITTEN: [&str; 9] = [
    "100rel",
    "timers",
    "trust_connected_line",
    "send_connected_line",
    "mwi_subscribe_replaces_unsolicited",
    "webrtc",
    "media_encryption",
    "security_negotiation",
    "brief_registration",
];

/// An object whose options can be shown.
pub trait Shown: ObjectType {
    /// The value of an option where what is written is not what is shown.
    fn special(&self, _option: &str) -> Option<String> {
        None
    }

    /// The value of an option that Asterisk or Obelus has; `None` where there is no such option.
    fn setting(&self, option: &str) -> Option<String> {
        let served = Self::OPTIONS.iter().find(|known| known.name == option).map(|known| known.default);
        let unserved = || Self::UNSERVED.iter().find(|known| known.name == option);
        let default =
            served.or_else(|| unserved().map(|known| known.accepted.first().copied().unwrap_or_default()))?;
        let written: Vec<&str> = self.source().values(option).collect();
        let value = match (Self::is_repeated(option), written.as_slice()) {
            (_, []) => default.to_owned(),
            (true, values) => values.join(","),
            (false, [.., last]) => (*last).to_owned(),
        };
        let is_flag = matches!(default, "yes" | "no") && !SHOWN_AS_WRITTEN.contains(&option);
        Some(self.special(option).unwrap_or_else(|| if is_flag { truth(&value) } else { value }))
    }

    /// All options with their values, by name.
    fn settings(&self) -> Vec<(&'static str, String)> {
        let served = Self::OPTIONS.iter().map(|option| option.name);
        let names = served.chain(Self::UNSERVED.iter().map(|option| option.name));
        let mut all: Vec<_> = names.filter_map(|name| Some((name, self.setting(name)?))).collect();
        all.sort_by_key(|(name, _)| *name);
        all
    }

    /// Whether each line of an option adds to those before it.
    fn is_repeated(option: &str) -> bool {
        matches!(
            option,
            "contact"
                | "match"
                | "set_var"
                | "local_net"
                | "permit"
                | "deny"
                | "contact_permit"
                | "contact_deny"
                | "acl"
                | "contact_acl"
        )
    }
}

fn truth(value: &str) -> String {
    match value {
        value if is_true(value) => "true".to_owned(),
        value if is_false(value) => "false".to_owned(),
        value => value.to_owned(),
    }
}

impl Shown for Endpoint {
    fn special(&self, option: &str) -> Option<String> {
        Some(match option {
            // Asterisk shows the same list for both.
            "allow" | "disallow" => self.media.codecs.to_string(),
            "callerid" => self.caller_text(),
            "callerid_privacy" => self.identity.caller.number.presentation.word().to_owned(),
            "call_group" => groups::to_text(self.calls.call_group),
            "pickup_group" => groups::to_text(self.calls.pickup_group),
            "sdp_owner" => self.media.sdp_owner.to_string(),
            "sdp_session" => self.media.sdp_session.to_string(),
            _ => return None,
        })
    }
}

impl Endpoint {
    fn caller_text(&self) -> String {
        let caller = &self.identity.caller;
        match (caller.name.text(), caller.number.text()) {
            ("", "") => "<unknown>".to_owned(),
            ("", number) => number.to_owned(),
            (name, "") => name.to_owned(),
            (name, number) => format!("\"{name}\" <{number}>"),
        }
    }
}

impl Shown for Aor {
    fn special(&self, option: &str) -> Option<String> {
        let seconds = || self.qualify.timeout.unwrap_or_default().as_secs_f64();
        (option == "qualify_timeout").then(|| format!("{:.6}", seconds()))
    }
}

impl Shown for Auth {
    fn special(&self, option: &str) -> Option<String> {
        let is_secret = matches!(option, "password" | "password_digest" | "md5_cred");
        let is_set = self.source.values(option).any(|value| !value.is_empty());
        (is_secret && is_set).then(|| HIDDEN.to_owned())
    }
}

impl Shown for Transport {
    fn special(&self, option: &str) -> Option<String> {
        match option {
            "bind" => Some(self.bind.to_string()),
            "tos" => Some(self.tos.to_string()),
            // TLS is not there to verify anybody.
            "verify_server" | "verify_client" | "require_client_cert" => Some("No".to_owned()),
            _ => None,
        }
    }
}

impl Shown for Identify {
    fn special(&self, option: &str) -> Option<String> {
        let networks = self.networks.iter().map(ToString::to_string);
        let hosts = self.hosts.iter().map(|host| match host.port {
            Some(port) => format!("{}:{port}", host.host),
            None => host.host.clone(),
        });
        (option == "match").then(|| networks.chain(hosts).collect::<Vec<_>>().join(","))
    }
}

impl Shown for Global {
    fn special(&self, option: &str) -> Option<String> {
        let order =
            || self.identifier_order.iter().map(|identifier| identifier.word()).collect::<Vec<_>>().join(",");
        (option == "endpoint_identifier_order").then(order)
    }
}

impl Shown for Registration {}

impl Shown for System {}

impl Shown for DomainAlias {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::config;

    #[test]
    fn options_are_shown_as_asterisk_shows_them() {
        let config = config(
            "[x]\ntype=aor\nqualify_frequency=30\ncontact=sip:a@h\ncontact=sip:b@h\n\
             [e]\ntype=endpoint\nallow=ulaw,alaw\ndirect_media=no\ncallerid=Al <1>\naors=x\ncall_group=1-3\nset_var=A=1\nset_var=B=2\n\
             [p]\ntype=auth\nusername=u\npassword=hunter2\n",
        );
        let endpoint = config.endpoints.find("e").unwrap();
        let check =
            |option: &str, expected: Option<&str>| assert_eq!(endpoint.setting(option).as_deref(), expected);
        check("allow", Some("(ulaw|alaw)"));
        check("direct_media", Some("false"));
        check("rtp_symmetric", Some("false"));
        check("100rel", Some("yes"));
        check("timers_min_se", Some("90"));
        check("ice_support", Some("false"));
        check("callerid", Some("\"Al\" <1>"));
        check("call_group", Some("1, 2, 3"));
        check("set_var", Some("A=1,B=2"));
        check("nonsense", None);
        assert_eq!(config.aors.find("x").unwrap().setting("contact").as_deref(), Some("sip:a@h,sip:b@h"));
        assert_eq!(config.auths.find("p").unwrap().setting("password").as_deref(), Some(HIDDEN));
        assert!(!format!("{:?}", config.auths.find("p").unwrap().settings()).contains("hunter2"));
    }
}
