//! The examples of every function, run on a channel of a PBX with a registered phone.

use obelus_core::testing::TestPbx;

use crate::testing::driver;

const CONFIG: &str = "[1001]\ntype=aor\nmax_contacts=2\nqualify_frequency=60\ncontact=sip:1001@192.0.2.1:5060\n\
    [1001]\ntype=endpoint\ncontext=internal\nallow=ulaw\naors=1001\n";

#[tokio::test(start_paused = true)]
async fn every_example_is_true() {
    let pbx = TestPbx::new(|core, registry| super::register(&driver(core, CONFIG), registry));
    let (mut channel, _far) = pbx.channel();
    channel.set_variable("TRUNK_URI", "\"Trunk, main\" <sip:trunk.example.com>");
    let registry = pbx.core.registry();
    let functions: Vec<_> =
        registry.functions().filter(|function| function.name().starts_with("PJSIP_")).collect();
    assert_eq!(functions.len(), 6);
    for function in functions {
        assert!(
            !function.examples().is_empty() && function.help().synopsis.ends_with('.'),
            "{}",
            function.name()
        );
        for (expression, expected) in function.examples() {
            assert_eq!(channel.evaluate(expression).await, *expected, "{expression}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_not_there_is_said() {
    let pbx = TestPbx::new(|core, registry| super::register(&driver(core, CONFIG), registry));
    let (mut channel, _far) = pbx.channel();
    let registry = pbx.core.registry();
    let mut check = async |name: &str, arguments: &str, expected: &str| {
        let result = registry.function(name).unwrap().read(&mut channel, arguments).await;
        assert_eq!(result.unwrap_err().to_string(), expected, "{name}({arguments})");
    };
    check("PJSIP_AOR", "", "the name of the AOR is missing").await;
    check("PJSIP_AOR", "1001", "the name of the field is missing").await;
    check("PJSIP_AOR", "1002,contact", "there is no PJSIP AOR '1002'").await;
    check(
        "PJSIP_AOR",
        "1001,max_contcts",
        "a PJSIP AOR has no field `max_contcts`; did you mean `max_contacts`?",
    )
    .await;
    check("PJSIP_ENDPOINT", "1001,x", "a PJSIP endpoint has no field `x`").await;
    check("PJSIP_CONTACT", "1001@@00,uri", "there is no PJSIP contact '1001@@00'").await;
    check("PJSIP_DIAL_CONTACTS", "9", "there is no PJSIP endpoint '9'").await;
    check("PJSIP_PARSE_URI", "sip:h", "the part of the URI is missing").await;
    check("PJSIP_PARSE_URI_FROM", "NOTHING,host", "the variable `NOTHING` holds no URI").await;
}
