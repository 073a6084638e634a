//! `obelus check`: what is wrong is named by file and line.

use expect_test::{ExpectFile, expect_file};

use crate::support::Etc;
use crate::support::program::run;

/// Runs `obelus check` and compares what it prints, without the folder's name.
async fn says(etc: &Etc, status: i32, expected: ExpectFile) {
    let done = run(etc, &["check"]).await;
    expected.assert_eq(&done.out.replace(&format!("{}/", etc.path().display()), ""));
    assert_eq!((done.status, done.err.as_str()), (status, ""));
}

#[tokio::test]
async fn a_right_configuration_is_passed_in_silence() {
    let etc = Etc::with_dialplan("exten => 100,1,Answer()\n same => n,Playback(hello-world)\n");
    says(&etc, 0, expect_file!["../golden/check-silence.txt"]).await;
}

#[tokio::test]
async fn every_mistake_in_the_dialplan_is_named() {
    let etc = Etc::usual();
    etc.write(
        "extensions.conf",
        "[general]\nautofallthru = yes\n\
         [internal]\n\
         exten => 100,1,Playbak(hello-world)\n\
         exten => 101,1,Dial(PJSIP/1001,30,tq)\n\
         exten => 102,1,Set(X=${LENN(abc)})\n\
         exten => 103,1,NoOp(${X)\n\
         exten => 104,1,Goto(105,1)\n\
         exten => 105,2,NoOp()\n\
         exten => _1[23,1,NoOp()\n\
         exten => 106,1,Goto(missing)\n\
         exten => 107,1,NoOp($[1 + ])\n\
         exten => 108,1\n\
         same = n,NoOp()\n\
         include => nowhere\n\
         extn => 109,1,NoOp()\n\
         exten => 110,1,Gosub(nowhere,s,1)\n\
         exten => 100,1,NoOp(twice)\n",
    );
    says(&etc, 1, expect_file!["../golden/check-dialplan.txt"]).await;
}

#[tokio::test]
async fn every_mistake_in_pjsip_conf_is_named() {
    let etc = Etc::usual();
    etc.append(
        "pjsip.conf",
        "\n[1005](phone)\nqualfy_frequency=60\naors=1005\n\
         [1005]\ntype=aor\nqualfy_frequency=60\nmax_contacts=many\n\
         [1006](fone)\ntype=endpoint\n\
         [1007]\ntype=endpint\n\
         [1008](phone)\nauth=1080\naors=1001\n\
         [1009](phone)\naors=1001\nallow=ulau\ndtmf_mode=rfc4734\n\
         [trunk](phone)\naors=1001\nmedia_encryption=sdes\n\
         [reg]\ntype=registration\nserver_uri=sip:example.com\n\
         [udp2]\ntype=transport\nprotocol=udp\nbind=300.0.0.1\n",
    );
    says(&etc, 1, expect_file!["../golden/check-pjsip.txt"]).await;
}

#[tokio::test]
async fn every_mistake_in_the_other_files_is_named() {
    let etc = Etc::usual();
    etc.append("obelus.conf", "verbos = 3\nmaxcalls = lots\nrunuser = asterisk\n[directory]\n");
    etc.write(
        "rtp.conf",
        "[general]\nrtpstart = 20000\nrtpend = 10000\nstrictrtp = maybe\nicesupport = yes\n",
    );
    etc.write("logger.conf", "[general]\ndateformt = %F\n[logfiles]\nmessages = error,warnings\n[logfile]\n");
    etc.write("features.conf", "[general]\ntransferdigittimeout = soon\n[featuremap]\nblindxfr = #1\n");
    etc.write("modules.conf", "[modules]\nautoload = yes\nnoload = app_dail.so\nnolod = app_dial.so\n");
    says(&etc, 1, expect_file!["../golden/check-others.txt"]).await;
}

#[tokio::test]
async fn text_that_is_no_configuration_is_named() {
    let etc = Etc::usual();
    etc.write("rtp.conf", "rtpstart = 1\n[general\nrtpend\n");
    etc.write("logger.conf", "#include nowhere.conf\n#inclde more.conf\n[logfiles](!missing)\n");
    says(&etc, 1, expect_file!["../golden/check-no-configuration.txt"]).await;
}

#[tokio::test]
async fn settings_that_are_missing_are_named() {
    let etc = Etc::usual();
    std::fs::remove_file(etc.file("obelus.conf")).unwrap();
    std::fs::remove_file(etc.file("extensions.conf")).unwrap();
    says(&etc, 1, expect_file!["../golden/check-missing.txt"]).await;
}

#[tokio::test]
async fn two_who_want_one_port_are_named_with_both_places() {
    let etc = Etc::usual();
    etc.write("manager.conf", "[general]\nenabled = yes\nbindaddr = 127.0.0.1\nport = 5038\n");
    etc.write("http.conf", "[general]\nenabled = yes\nbindaddr = 127.0.0.1\nbindport = 5038\n");
    etc.append("pjsip.conf", "[more]\ntype=transport\nprotocol=tcp\nbind=0.0.0.0:5038\n");
    says(&etc, 1, expect_file!["../golden/check-ports.txt"]).await;
    let started = run(&etc, &["-f"]).await;
    let said = format!("{}{}", started.out, started.err);
    assert_ne!(started.status, 0, "{said}");
    assert!(said.contains("manager.conf:4: ") && said.contains("which"), "{said}");
}
