//! Whole configurations: what loads, and what is said of what does not.

use std::net::SocketAddr;

use obelus_core::conf::{ConfiguredSection, MemoryFiles, load};
use obelus_sip::digest::{Algorithm, Secret};

use super::*;

/// Loads a text; the problems are one line each, without the file's name.
fn load_text(text: &str) -> (Config, Vec<String>) {
    let files = MemoryFiles::new().file("pjsip.conf", text);
    let mut problems = Problems::new();
    let document = load(&files, "pjsip.conf", &mut problems);
    let config = Config::load(&document, &mut problems);
    problems.sort();
    let lines = problems.iter().map(|problem| problem.to_string().replace("pjsip.conf:", ""));
    (config, lines.collect())
}

fn check(text: &str, expected: &[&str]) -> Config {
    let (config, problems) = load_text(text);
    assert_eq!(problems, expected, "{text}");
    config
}

const PHONE: &str = "\
[udp]
type=transport
bind=0.0.0.0:5060
[1001]
type=auth
username=1001
password=secret
[1001]
type=aor
max_contacts=2
[1001]
type=endpoint
context=internal
allow=!all,ulaw,alaw
auth=1001
aors=1001
transport=udp
";

#[test]
fn a_phone_is_linked_to_its_parts() {
    let config = check(PHONE, &[]);
    let phone = config.endpoints.find("1001").unwrap();
    assert_eq!(phone.auth.first().map(|auth| &auth.secret), Some(&Secret::Password("secret".into())));
    assert_eq!(phone.aors.first().map(|aor| aor.max_contacts), Some(2));
    assert_eq!(phone.transport.as_ref().map(|transport| transport.bind.port()), Some(5060));
    assert_eq!(phone.media.codecs.to_string(), "(ulaw|alaw)");
    assert_eq!(config.endpoints_of("1001").len(), 1);
    assert!(config.endpoints.find_at("1001", "example.com").is_none());
}

#[test]
fn a_complaint_beaten_aor_in_place_of_aors() {
    let config = check(
        "[1001]\ntype=aor\n[1001]\ntype=endpoint\nallow=ulaw\naor=1001\n",
        &["6: unknown option `aor` in [1001]; did you mean `aors`?"],
    );
    assert!(config.endpoints.is_empty());
    assert_eq!(config.aors.len(), 1);
}

#[test]
fn an_option_of_another_type_of_section_is_sent_there() {
    check(
        "[1001]\ntype=endpoint\nallow=ulaw\nmax_contacts=1\nqualify_frequency=60\n",
        &[
            "4: unknown option `max_contacts` in [1001]; it belongs to type=aor",
            "5: unknown option `qualify_frequency` in [1001]; it belongs to type=aor",
        ],
    );
}

#[test]
fn names_that_lead_nowhere_get_a_suggestion() {
    check(
        "[phone-1001]\ntype=auth\nusername=a\npassword=b\n[1001]\ntype=endpoint\nallow=ulaw\nauth=phone1001\naors=1002\n\
         [id]\ntype=identify\nendpoint=1010\nmatch=192.0.2.1\n",
        &[
            "8: `auth` of [1001]: there is no auth `phone1001`; did you mean `phone-1001`?",
            "9: `aors` of [1001]: there is no aor `1002`",
            "12: `endpoint` of [id]: there is no endpoint `1010`; did you mean `1001`?",
        ],
    );
}

#[test]
fn a_faulty_part_is_named_at_its_own_line_and_where_it_is_used() {
    let config = check(
        "[a]\ntype=aor\nmax_contcts=1\n[p]\ntype=auth\nusername=x\n[1]\ntype=endpoint\nallow=ulaw\naors=a,b\n\
         [2]\ntype=endpoint\nallow=ulaw\naors=b\nauth=p\n[b]\ntype=aor\n",
        &[
            "3: unknown option `max_contcts` in [a]; did you mean `max_contacts`?",
            "4: [p] has neither a password nor a password_digest for MD5",
            "10: `aors` of [1]: the aor `a` has errors and is left out",
            "15: `auth` of [2]: the auth `p` has errors and is left out",
        ],
    );
    assert_eq!(config.endpoints.names().collect::<Vec<_>>(), ["1"]);
    assert_eq!(config.endpoints.find("1").unwrap().aors.len(), 1);
}

#[test]
fn a_type_is_known_served_or_neither() {
    check(
        "[a]\ntype=phoneprov\n[b]\ntype=endpont\n[c]\ncontext=x\n[global]\nuser_agent=x\n[d]\ntype=wizard\n",
        &[
            "2: type `phoneprov` of [a] is not served yet",
            "4: unknown type `endpont` of [b]; did you mean `endpoint`?",
            "5: [c] has no `type`",
            "10: unknown type `wizard` of [d]",
        ],
    );
}

#[test]
fn two_objects_of_one_name_are_one_too_many() {
    check(
        "[a]\ntype=aor\n[a]\ntype=aor\n[g]\ntype=global\n[h]\ntype=global\n",
        &[
            "3: [a] is a second aor of that name; the first is at 1",
            "7: [h] is a second section of `type = global`, of which there is one",
        ],
    );
}

#[test]
fn two_transports_cannot_have_one_socket() {
    let config = check(
        "[a]\ntype=transport\nbind=0.0.0.0\n[b]\ntype=transport\nbind=192.0.2.1:5060\n[c]\ntype=transport\nprotocol=tcp\nbind=0.0.0.0\n\
         [d]\ntype=transport\nbind=[::]\n[e]\ntype=transport\nbind=0.0.0.0:5062\n",
        &["4: [b] binds UDP 192.0.2.1:5060, which [a] at 1 does already"],
    );
    assert_eq!(config.transports.names().collect::<Vec<_>>(), ["a", "c", "d", "e"]);
}

#[test]
fn tls_is_refused_once() {
    check(
        "[tls]\ntype=transport\nprotocol=tls\nbind=0.0.0.0:5061\ncert_file=/etc/a.pem\nverify_client=yes\n\
         [udp]\ntype=transport\nbind=0.0.0.0\ncert_file=/etc/a.pem\n[x]\ntype=transport\nprotocol=upd\n",
        &[
            "3: `protocol = tls` in [tls] is not served yet",
            "10: `cert_file = /etc/a.pem` in [udp] is not served yet: ignored",
            "11: [x] needs the option `bind`",
            "13: `upd` is no `protocol` in [x]; did you mean `udp`?",
        ],
    );
}

#[test]
fn a_transport_tells_inside_from_outside() {
    let config = check(
        "[a]\ntype=transport\nbind=[::1]:5070\nlocal_net=10.0.0.0/8,192.168.0.0/255.255.0.0\nlocal_net=fd00::/8\n\
         external_signaling_address=pbx.example.com\nexternal_signaling_port=5090\nexternal_media_address=192.0.2.9\n\
         tos=cs3\ncos=5\ntcp_keepalive_enable=yes\ntcp_keepalive_idle_time=60\n",
        &[],
    );
    let transport = config.transports.find("a").unwrap();
    let is_local = |address: &str| transport.is_local(address.parse().unwrap());
    assert!(is_local("10.1.1.1") && is_local("192.168.7.7") && is_local("fd00::1") && !is_local("192.0.2.1"));
    assert_eq!((transport.tos, transport.cos), (0x60, 5));
    assert_eq!(transport.external_signaling.port, Some(5090));
    assert_eq!(
        transport.tcp_keepalive.map(|keepalive| (keepalive.idle.as_secs(), keepalive.probes)),
        Some((60, 5))
    );
}

#[test]
fn a_codec_list_that_leaves_nothing_is_an_error() {
    check(
        "[a]\ntype=endpoint\naors=x\nallow=ulaw\ndisallow=all\n[b]\ntype=endpoint\naors=x\nallow=ulav,h264\n\
         [c]\ntype=endpoint\naors=x\n[x]\ntype=aor\n",
        &[
            "5: `disallow` in [a]: no audio codec is left, so that no call is possible",
            "9: `allow` in [b]: unknown codec `ulav`; did you mean `ulaw`?",
            "9: `allow` in [b]: no audio codec is left, so that no call is possible",
            "10: [c] has no `allow`, so that no call is possible",
        ],
    );
}

#[test]
fn what_is_not_served_is_passed_over_with_a_warning_unless_it_protects() {
    let config = check(
        "[a](!)\ntype=endpoint\naors=x\nallow=ulaw\nice_support=no\ndirect_media=yes\nmailboxes=1@default\n\
         [secret](a)\nmedia_encryption=sdes\n[known](a)\nstir_shaken=verify\n\
         [plain](a)\n[other](a)\n[x]\ntype=aor\nmailboxes=\n",
        &[
            "7: `mailboxes = 1@default` in [a] is not served yet: ignored",
            "9: `media_encryption = sdes` in [secret] is not served yet",
            "11: `stir_shaken = verify` in [known] is not served yet",
        ],
    );
    assert_eq!(config.endpoints.names().collect::<Vec<_>>(), ["plain", "other"]);
}

/// What FreePBX writes for an extension.
#[test]
fn an_endpoint_of_freepbx_is_not_lost_for_what_is_not_served() {
    let config = check(
        "[101]\ntype=aor\nmax_contacts=1\nremove_existing=yes\nmaximum_expiration=7200\nminimum_expiration=60\nqualify_frequency=60\n\
         [101-auth]\ntype=auth\nauth_type=userpass\npassword=x\nusername=101\n\
         [101]\ntype=endpoint\naors=101\nauth=101-auth\ntos_audio=ef\ntos_video=af41\ncos_audio=5\ncos_video=4\n\
         disallow=all\nallow=ulaw,alaw,g722\ncontext=from-internal\ncallerid=device <101>\ndtmf_mode=rfc4733\ndirect_media=no\n\
         mailboxes=101@default\nmwi_subscribe_replaces_unsolicited=yes\naggregate_mwi=yes\nuse_avpf=no\nrtcp_mux=no\nmax_audio_streams=1\n\
         max_video_streams=1\nbundle=no\nice_support=no\nmedia_use_received_transport=no\ntrust_id_inbound=yes\nuser_eq_phone=no\n\
         send_connected_line=no\nmedia_encryption=no\ntimers=yes\ntimers_min_se=90\nmedia_encryption_optimistic=no\nrefer_blind_progress=yes\n\
         rtp_timeout=30\nrtp_timeout_hold=300\nrtp_keepalive=0\nsend_pai=yes\nrtp_symmetric=yes\nrewrite_contact=yes\nforce_rport=yes\n\
         language=en\none_touch_recording=on\nrecord_on_feature=apprecord\nrecord_off_feature=apprecord\nnamed_call_group=sales, support\n\
         named_pickup_group=sales\ndevice_state_busy_at=2\nmessage_context=sms\nt38_udptl=yes\n",
        &[
            "17: `tos_audio = ef` in [101] is not served yet: ignored",
            "18: `tos_video = af41` in [101] is not served yet: ignored",
            "19: `cos_audio = 5` in [101] is not served yet: ignored",
            "20: `cos_video = 4` in [101] is not served yet: ignored",
            "27: `mailboxes = 101@default` in [101] is not served yet: ignored",
            "28: `mwi_subscribe_replaces_unsolicited = yes` in [101] is not served yet: ignored",
            "53: `one_touch_recording = on` in [101] is not served yet: ignored",
            "54: `record_on_feature = apprecord` in [101] is not served yet: ignored",
            "55: `record_off_feature = apprecord` in [101] is not served yet: ignored",
            "60: `t38_udptl = yes` in [101] is not served yet: ignored",
        ],
    );
    let calls = &config.endpoints.find("101").unwrap().calls;
    assert_eq!((&*calls.named_call_groups, &*calls.named_pickup_groups), ("sales,support", "sales"));
    assert_eq!(calls.busy_at, Some(2));
}

#[test]
fn a_faulty_acl_closes_the_door() {
    let config = check(
        "[a]\ntype=acl\ndeny=nowhere\n[b]\ntype=acl\ndeny=192.0.2.1\n",
        &[
            "1: the acl [a] has errors, so that every request is refused with 403",
            "3: `deny` in [a]: `nowhere` is no IP address",
        ],
    );
    assert!(config.is_closed);
    assert!(!check("[b]\ntype=acl\ndeny=192.0.2.1\n", &[]).is_closed);
    let (config, _) = load_text("[b]\ntype=acl\ndeny=192.0.2.1\n[b]\ntype=acl\ndeny=192.0.2.2\n");
    assert!(config.is_closed);
}

#[test]
fn every_kind_of_endpoint_option_is_read() {
    let config = check(
        "[x]\ntype=aor\n[a]\ntype=endpoint\naors=x\nallow=ulaw\ncallerid=\"Alice\" <1001>\ncallerid_privacy=prohib\ncallerid_tag=t\n\
         call_group=1,3-4\nset_var=A=1\nset_var=B=2\nset_var=A=3\ndevice_state_busy_at=2\nidentify_by=auth_username,ip\n\
         rtp_timeout=30\ndtmf_mode=auto_info\n100rel=peer_supported\ntimers=forced\noutbound_proxy=sip:192.0.2.1\\;lr\n\
         deny=0.0.0.0/0\npermit=10.0.0.0/8\nincoming_call_offer_pref=remote_first\nfrom_user=bob\n",
        &[],
    );
    let endpoint = config.endpoints.find("a").unwrap();
    assert_eq!(endpoint.identity.caller.to_string(), "\"Alice\" <1001>");
    assert_eq!(endpoint.identity.caller.number.presentation.word(), "prohib");
    assert_eq!(endpoint.calls.call_group, 0b1_1010);
    assert_eq!(*endpoint.calls.variables, [("B".into(), "2".into()), ("A".into(), "3".into())]);
    assert_eq!(endpoint.identify_by, [Identifier::AuthUsername, Identifier::Ip]);
    assert_eq!(endpoint.media.timeout.map(|timeout| timeout.as_secs()), Some(30));
    assert_eq!(endpoint.session.reliability, Reliability::PeerSupported);
    assert_eq!(endpoint.session.timers, TimerMode::Always);
    assert_eq!(endpoint.session.outbound_proxy.as_ref().map(|uri| uri.as_str()), Some("sip:192.0.2.1;lr"));
    let lists = obelus_core::acl::AccessLists::default();
    assert!(endpoint.access.permits(&lists, "10.1.1.1".parse().unwrap()));
    assert!(!endpoint.access.permits(&lists, "11.1.1.1".parse().unwrap()));
}

#[test]
fn bad_values_are_named() {
    check(
        "[x]\ntype=aor\ncontact=mailto:a@b\nminimum_expiration=100\nmaximum_expiration=50\n[a]\ntype=endpoint\nallow=ulaw\naors=y\n\
         call_group=64\nset_var=novalue\nidentify_by=usernam\nfrom_user=a b\ntimers_sess_expires=95\ntimers_min_se=100\n\
         media_address=a:b:c:5060x y\ndtmf_mode=rfc2833\n[y]\ntype=aor\n",
        &[
            "3: `contact` in [x]: `mailto:a@b` is not a SIP URI such as sip:alice@192.0.2.1:5060",
            "4: [x] has a minimum_expiration of 100 above its maximum_expiration of 50",
            "10: `call_group` in [a]: `64` is no group; groups are 0 to 63, as in 1,3-5",
            "11: `set_var` in [a]: it must be `NAME=value`",
            "12: `identify_by` in [a]: unknown word `usernam`; did you mean `username`?",
            "13: `from_user` in [a]: ` ` may not stand in a user name",
            "14: [a] has `timers_sess_expires` below `timers_min_se`",
            "16: `media_address` in [a]: `a:b:c:5060x y` is not an address or host name",
            "17: `rfc2833` is no `dtmf_mode` in [a]; did you mean `rfc4733`?",
        ],
    );
}

#[test]
fn hashes_may_stand_for_a_password() {
    let hash = "0123456789abcdef0123456789abcdef";
    let config = check(
        &format!(
            "[g]\ntype=global\ndefault_auth_algorithms_uas=SHA-256,MD5\ndefault_realm=pbx\n\
             [a]\ntype=auth\nauth_type=md5\nusername=a\nmd5_cred={hash}\nsupported_algorithms_uas=MD5\n\
             [b]\ntype=auth\nusername=b\npassword=x\n"
        ),
        &[],
    );
    let auth = |name| config.auths.find(name).unwrap();
    assert_eq!(auth("a").uas_algorithms, [Algorithm::Md5]);
    assert_eq!(auth("b").uas_algorithms, [Algorithm::Sha256, Algorithm::Md5]);
    assert_eq!(auth("b").challenge_realm(&config.global.default_realm), "pbx");
    check(
        &format!(
            "[a]\ntype=auth\nusername=a\npassword_digest=SHA-256:{hash}\n[b]\ntype=auth\nauth_type=google_oauth\nusername=b\n"
        ),
        &[
            "4: `password_digest` in [a]: the digest must have 64 hexadecimal digits",
            "7: `auth_type = google_oauth` in [b] is not served yet",
        ],
    );
}

#[test]
fn the_narrowest_source_wins() {
    let config = check(
        "[x]\ntype=aor\n[a]\ntype=endpoint\nallow=ulaw\naors=x\n[net](!)\ntype=identify\nendpoint=a\n\
         [wide](net)\nmatch=10.0.0.0/8\n[narrow](net)\nmatch=10.1.0.0/16,trunk.example.com\n[one](net)\nmatch=10.1.1.1\n\
         [port](net)\nmatch=10.1.1.1:5080\n[header](net)\nmatch_header=X-Trunk: /^gold/\n",
        &[],
    );
    let found = |source: &str| {
        let source: SocketAddr = source.parse().unwrap();
        let found = config.sources.find_host(source).or_else(|| config.sources.find_network(source));
        found.map_or("", |identify| &identify.name).to_owned()
    };
    assert_eq!(found("10.9.9.9:5060"), "wide");
    assert_eq!(found("10.1.9.9:5060"), "narrow");
    assert_eq!(found("10.1.1.1:5060"), "one");
    assert_eq!(found("[::ffff:10.1.1.1]:5080"), "port");
    assert_eq!(found("192.0.2.1:5060"), "");
    assert_eq!(config.identifies.find("narrow").unwrap().hosts.len(), 1);
}

#[test]
fn an_identify_must_name_something_to_match() {
    check(
        "[x]\ntype=aor\n[a]\ntype=endpoint\nallow=ulaw\naors=x\n[i]\ntype=identify\nendpoint=a\n[j]\ntype=identify\nendpoint=a\n\
         match=300.1.1.1,10.0.0.0/40\nmatch_header=X-A\n",
        &[
            "7: [i] needs the option `match`",
            "13: `match` in [j]: `300.1.1.1` is no address, network or host name",
            "13: `match` in [j]: `40` is no network mask",
            "14: `match_header` in [j]: it must be `Name: value`",
        ],
    );
}

#[test]
fn the_global_section_has_asterisks_defaults() {
    let config = check("", &[]);
    assert_eq!(&*config.global.default_realm, "asterisk");
    assert_eq!(
        config.global.identifier_order,
        [
            Identifier::Ip,
            Identifier::Username,
            Identifier::Anonymous,
            Identifier::Header,
            Identifier::RequestUri,
            Identifier::AuthUsername,
        ]
    );
    let config = check(
        "[global]\ntype=global\nendpoint_identifier_order=auth_username,ip\nkeep_alive_interval=0\ndebug=192.0.2.1\nmax_forwards=10\n\
         [system]\ntype=system\ntimer_t1=1000\ntimer_b=32000\n",
        &[],
    );
    assert_eq!(config.global.keep_alive, None);
    assert_eq!(config.global.debug, Debug::Host([192, 0, 2, 1].into()));
    assert_eq!(config.global.identifier_order.first(), Some(&Identifier::AuthUsername));
    assert_eq!(config.system.timer_b.as_secs(), 64);
}

proptest::proptest! {
    /// Whatever a file says, loading it ends without a panic.
    #[test]
    fn any_text_loads(lines in proptest::collection::vec(line(), 0..40)) {
        load_text(&lines.concat());
    }
}

fn line() -> impl proptest::strategy::Strategy<Value = String> {
    use proptest::prelude::*;
    let options: Vec<&'static str> = Endpoint::OPTIONS
        .iter()
        .chain(Aor::OPTIONS)
        .chain(Auth::OPTIONS)
        .chain(Transport::OPTIONS)
        .chain(Identify::OPTIONS)
        .chain(Global::OPTIONS)
        .map(|option| option.name)
        .collect();
    let value = prop_oneof!["[ -~]{0,20}", "[0-9.:/,!-]{0,20}", "(yes|no|all|sip:a@b|1001|x)", "\\PC{0,8}"];
    let option =
        (proptest::sample::select(options), value).prop_map(|(name, value)| format!("{name}={value}\n"));
    let kind = proptest::sample::select(TYPES.to_vec()).prop_map(|kind| format!("[x]\ntype={kind}\n"));
    prop_oneof![3 => option, 1 => kind]
}

#[test]
fn a_registration_of_ours_needs_two_uris_and_a_line_an_endpoint() {
    check(
        "[a]\ntype=registration\nserver_uri=sip:h\n[b]\ntype=registration\nserver_uri=h\nclient_uri=sip:a@h\n\
         [c]\ntype=registration\nserver_uri=sip:h\nclient_uri=sip:a@h\nline=yes\n\
         [d]\ntype=registration\nserver_uri=sip:h\nclient_uri=sip:a@h\nline=yes\nendpoint=nobody\noutbound_auth=none\n",
        &[
            "1: [a] needs the option `client_uri`",
            "6: `server_uri` in [b]: `h` is not a SIP URI such as sip:alice@example.com",
            "12: [c] has `line` without `endpoint`",
            "18: `endpoint` of [d]: there is no endpoint `nobody`",
            "19: `outbound_auth` of [d]: there is no auth `none`",
        ],
    );
}
