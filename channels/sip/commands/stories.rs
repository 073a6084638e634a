//! What the console prints, in Asterisk's layout.

use expect_test::{Expect, expect};
use obelus_core::testing::TestPbx;

use crate::contact::Status;
use crate::testing::driver;

const CONFIG: &str = "\
[udp]
type=transport
bind=0.0.0.0
tos=cs3
[1001]
type=auth
username=alice
password=hunter2
[1001]
type=aor
max_contacts=2
contact=sip:1001@192.0.2.1:5060
contact=sip:a-name-that-is-much-too-long@a-host-that-is-much-too-long.example.com
[1001]
type=endpoint
allow=ulaw
aors=1001
auth=1001
outbound_auth=1001
transport=udp
callerid=Alice <55501>
[1002]
type=endpoint
allow=alaw
aors=1001
device_state_busy_at=3
[trunk]
type=identify
endpoint=1002
match=192.0.2.0/24,198.51.100.7:5080
match_header=X-Trunk: gold
";

async fn check(line: &str, expected: Expect) {
    let pbx = TestPbx::new(|core, registry| {
        let driver = driver(core, CONFIG);
        let contacts = driver.locations.contacts.of("1001");
        contacts.first().unwrap().health.set(Status::Reachable, std::time::Duration::from_micros(12_345));
        super::register(&driver, registry);
    });
    let printed = pbx.core.registry().commands().run(&pbx.core, line, None).await;
    let printed = printed.unwrap_or_else(|error| format!("error: {error}\n"));
    expected.assert_eq(&format!("> {line}\n{printed}"));
}

#[tokio::test(start_paused = true)]
async fn endpoints() {
    check(
        "pjsip show endpoints",
        expect![[r#"
        > pjsip show endpoints

         Endpoint:  <Endpoint/CID.....................................>  <State.....>  <Channels.>
            I/OAuth:  <AuthId/UserName...........................................................>
                Aor:  <Aor............................................>  <MaxContact>
              Contact:  <Aor/ContactUri..........................> <Hash....> <Status> <RTT(ms)..>
          Transport:  <TransportId........>  <Type>  <cos>  <tos>  <BindAddress..................>
           Identify:  <Identify/Endpoint.........................................................>
                Match:  <criteria.........................>
            Channel:  <ChannelId......................................>  <State.....>  <Time.....>
                Exten: <DialedExten...........>  CLCID: <ConnectedLineCID.......>
        ==========================================================================================

         Endpoint:  1001/55501                                           Not in use    0 of inf
            OutAuth:  1001/alice
             InAuth:  1001/alice
                Aor:  1001                                               2
              Contact:  1001/sip:1001@192.0.2.1:5060               ba164bfe69 Avail        12.345
              Contact:  1001/sip:a-name-that-is-much-too-long@a-ho b34d6c7f02 NonQual         nan
          Transport:  udp                       udp      0     96  0.0.0.0:5060

         Endpoint:  1002                                                 Not in use    0 of 3
                Aor:  1001                                               2
              Contact:  1001/sip:1001@192.0.2.1:5060               ba164bfe69 Avail        12.345
              Contact:  1001/sip:a-name-that-is-much-too-long@a-ho b34d6c7f02 NonQual         nan
           Identify:  trunk/1002
                Match: 192.0.2.0/24
                Match: 198.51.100.7:5080/32
               Header: X-Trunk: gold


        Objects found: 2

    "#]],
    )
    .await;
    check(
        "pjsip list endpoints like ^1001",
        expect![[r#"
        > pjsip list endpoints like ^1001

         Endpoint:  <Endpoint/CID.....................................>  <State.....>  <Channels.>
        ==========================================================================================

         Endpoint:  1001/55501                                           Not in use    0 of inf

        Objects found: 1

    "#]],
    )
    .await;
    check(
        "pjsip list endpoints like x",
        expect![[r#"
        > pjsip list endpoints like x
        No objects found.

    "#]],
    )
    .await;
    check(
        "pjsip list endpoints like (",
        expect![[r#"
        > pjsip list endpoints like (
        error: '(' is not a regular expression
    "#]],
    )
    .await;
    check(
        "pjsip show endpoint 1003",
        expect![[r#"
        > pjsip show endpoint 1003
        Unable to find object 1003.

    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn parts() {
    check("pjsip show aor 1001", expect![[r#"
        > pjsip show aor 1001

              Aor:  <Aor..............................................>  <MaxContact>
            Contact:  <Aor/ContactUri............................> <Hash....> <Status> <RTT(ms)..>
        ==========================================================================================

              Aor:  1001                                                 2
            Contact:  1001/sip:1001@192.0.2.1:5060                 ba164bfe69 Avail        12.345
            Contact:  1001/sip:a-name-that-is-much-too-long@a-host b34d6c7f02 NonQual         nan


         ParameterName        : ParameterValue
         ========================================================================================================================
         authenticate_qualify : false
         brief_registration   : raise
         contact              : sip:1001@192.0.2.1:5060,sip:a-name-that-is-much-too-long@a-host-that-is-much-too-long.example.com
         default_expiration   : 3600
         mailboxes            : 
         max_contacts         : 2
         maximum_expiration   : 7200
         minimum_expiration   : 60
         outbound_proxy       : 
         qualify_2xx_only     : false
         qualify_frequency    : 0
         qualify_timeout      : 3.000000
         remove_existing      : false
         remove_unavailable   : false
         support_path         : false
         voicemail_extension  : 

    "#]]).await;
    check(
        "pjsip show auth 1001",
        expect![[r#"
        > pjsip show auth 1001

          I/OAuth:  <AuthId/UserName.............................................................>
        ==========================================================================================

             Auth:  1001/alice

         ParameterName            : ParameterValue
         =========================================
         auth_type                : digest
         md5_cred                 : 
         nonce_lifetime           : 32
         oauth_clientid           : 
         oauth_secret             : 
         password                 : ********
         password_digest          : 
         realm                    : 
         refresh_token            : 
         supported_algorithms_uac : 
         supported_algorithms_uas : 
         username                 : alice

    "#]],
    )
    .await;
    check(
        "pjsip show contacts",
        expect![[r#"
        > pjsip show contacts

          Contact:  <Aor/ContactUri..............................> <Hash....> <Status> <RTT(ms)..>
        ==========================================================================================

          Contact:  1001/sip:1001@192.0.2.1:5060                   ba164bfe69 Avail        12.345
          Contact:  1001/sip:a-name-that-is-much-too-long@a-host-t b34d6c7f02 NonQual         nan

        Objects found: 2

    "#]],
    )
    .await;
    check(
        "pjsip show identify trunk",
        expect![[r#"
            > pjsip show identify trunk

             Identify:  <Identify/Endpoint...........................................................>
                  Match:  <criteria...........................>
            ==========================================================================================

             Identify:  trunk/1002
                  Match: 192.0.2.0/24
                  Match: 198.51.100.7:5080/32
                 Header: X-Trunk: gold


             ParameterName     : ParameterValue
             =============================================================================
             endpoint          : 1002
             match             : 192.0.2.0/255.255.255.0,198.51.100.7:5080/255.255.255.255
             match_header      : X-Trunk: gold
             match_request_uri : 
             srv_lookups       : true

        "#]],
    )
    .await;
    check(
        "pjsip list transports",
        expect![[r#"
        > pjsip list transports

        Transport:  <TransportId........>  <Type>  <cos>  <tos>  <BindAddress....................>
        ==========================================================================================

        Transport:  udp                       udp      0     96  0.0.0.0:5060

        Objects found: 1

    "#]],
    )
    .await;
    check(
        "pjsip show channels",
        expect![[r#"
        > pjsip show channels
        No objects found.

    "#]],
    )
    .await;
    check(
        "pjsip show registrations",
        expect![[r#"
        > pjsip show registrations
        No objects found.

    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn the_rest() {
    check(
        "pjsip qualify 1001",
        expect![[r#"
        > pjsip qualify 1001
        Qualifying AOR '1001' on endpoint '1001'
    "#]],
    )
    .await;
    check(
        "pjsip qualify 9",
        expect![[r#"
        > pjsip qualify 9
        error: Unable to retrieve endpoint 9
    "#]],
    )
    .await;
    check(
        "pjsip qualify",
        expect![[r#"
        > pjsip qualify
        error: Usage: pjsip qualify <endpoint>
    "#]],
    )
    .await;
    check(
        "pjsip show qualify endpoint 1001",
        expect![[r#"
        > pjsip show qualify endpoint 1001
         * AOR '1001' on endpoint '1001'
          Qualify frequency    : 0 sec
          Qualify timeout      : 3000 ms
          Qualify 2xx only     : no
          Authenticate qualify : no

    "#]],
    )
    .await;
    check(
        "pjsip reload qualify aor 1001",
        expect![[r#"
        > pjsip reload qualify aor 1001
        Synchronizing AOR '1001'
    "#]],
    )
    .await;
    check(
        "pjsip show identifiers",
        expect![[r#"
        > pjsip show identifiers
        Identifier Names:   
        ip                  
        username            
        anonymous           
        header              
        request_uri         
        auth_username       
    "#]],
    )
    .await;
    check(
        "pjsip show unidentified_requests",
        expect![[r#"
        > pjsip show unidentified_requests
        No objects found.

    "#]],
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_endpoint_with_all_its_options() {
    let pbx = TestPbx::new(|core, registry| super::register(&driver(core, CONFIG), registry));
    let printed =
        pbx.core.registry().commands().run(&pbx.core, "pjsip show endpoint 1001", None).await.unwrap();
    for line in ["allow", "context", "timers_min_se", "webrtc", "direct_media"] {
        assert!(printed.contains(&format!("\n {line:<34} : ")), "{line}: {printed}");
    }
    let settings = pbx.core.registry().commands().run(&pbx.core, "pjsip show settings", None).await.unwrap();
    assert!(settings.contains("\nGlobal Settings:\n\n ParameterName") && settings.contains("\n timer_t1 "));
}

#[tokio::test(start_paused = true)]
async fn names_complete() {
    let pbx = TestPbx::new(|core, registry| super::register(&driver(core, CONFIG), registry));
    let complete = |line: &str| pbx.core.registry().commands().complete(&pbx.core, line);
    assert_eq!(complete("pjsip show endpoint 100"), ["1001", "1002"]);
    assert_eq!(complete("pjsip show identify "), ["trunk"]);
    assert_eq!(complete("pjsip show endpoints "), ["like"]);
    assert_eq!(complete("pjsip qualify 1"), ["1001", "1002"]);
    assert_eq!(complete("pjsip show qualify aor "), ["1001"]);
}

#[tokio::test(start_paused = true)]
async fn the_logger_is_switched() {
    let pbx = TestPbx::new(|core, registry| super::register(&driver(core, CONFIG), registry));
    let check = async |arguments: &str, expected: &str| {
        let line = format!("pjsip set logger {arguments}");
        let printed = pbx.core.registry().commands().run(&pbx.core, &line, None).await;
        assert_eq!(printed.unwrap_or_else(|error| format!("{error}\n")).trim_end(), expected, "{line}");
    };
    check("on", "PJSIP Logging enabled").await;
    check("host 192.0.2.1", "PJSIP Logging Enabled for host: 192.0.2.1").await;
    check("add 10.0.0.0/8", "PJSIP Logging Enabled for host: 10.0.0.0/8").await;
    check("host nobody.invalid", "Failed to add address 'nobody.invalid' for logging").await;
    check("method invite", "PJSIP Logging Enabled for SIP Methods: INVITE").await;
    check("methodadd bye", "PJSIP Logging Enabled for SIP Methods: INVITE, BYE").await;
    check("methodadd BYE", "Method 'BYE' is already enabled").await;
    check("method nonsense", "'NONSENSE' is not a SIP method").await;
    check("off", "PJSIP Logging disabled").await;
    check("pcap x", "verbose and pcap are not served yet").await;
    check("", "Usage: pjsip set logger {on|off|host|add|method|methodadd} [<value>]").await;
}
