//! Who comes in, and who does not.

use md5::{Digest, Md5};
use tokio::time::{Duration, Instant};

use super::house::{ADMIN, House, value};

#[tokio::test(start_paused = true)]
async fn a_program_logs_in_and_out() {
    let house = House::new(ADMIN);
    house.pbx.core.set_booted();
    let mut program = house.connect().await;
    assert_eq!(
        program.asks(&["Action: Ping"]).await,
        "Response: Error\r\nMessage: Permission denied\r\n\r\n"
    );
    let login = ["action: login", "username: admin", "secret: s3cret", "actionid: 1"];
    assert_eq!(
        program.asks(&login).await,
        "Response: Success\r\nActionID: 1\r\nMessage: Authentication accepted\r\n\r\n"
    );
    assert_eq!(
        program.block().await,
        "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 0\r\nLastReload: 0\r\nStatus: Fully Booted\r\n\r\n"
    );
    // Its own login is an event like any other.
    assert!(program.block().await.starts_with("Event: SuccessfulAuth\r\nPrivilege: security,all\r\n"));
    let again = program.asks(&login).await;
    assert_eq!(value(&again, "Message"), "Already authenticated");
    assert_eq!(
        program.asks(&["Action: Ping", "ActionID: 2"]).await,
        "Response: Success\r\nActionID: 2\r\nPing: Pong\r\nTimestamp: 1772452800.000000\r\n\r\n"
    );
    program.says(&["Action: Logoff"]).await;
    assert_eq!(program.rest().await, "Response: Goodbye\r\nMessage: Thanks for all the fish.\r\n\r\n");
    assert!(house.ami.connected().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_challenge_is_answered() {
    let house = House::new(ADMIN);
    let check = async |secret: &str| {
        let mut program = house.connect().await;
        let challenge = program.asks(&["Action: Challenge", "AuthType: MD5"]).await;
        let challenge = value(&challenge, "Challenge").to_owned();
        let key: String =
            Md5::digest(format!("{challenge}{secret}")).iter().map(|byte| format!("{byte:02x}")).collect();
        let key = format!("Key: {key}");
        let answer = program.asks(&["Action: Login", "AuthType: md5", "Username: admin", &key]).await;
        value(&answer, "Response").to_owned()
    };
    assert_eq!(check("s3cret").await, "Success");
    assert_eq!(check("secret").await, "Error");
    let mut program = house.connect().await;
    let answer = program.asks(&["Action: Challenge"]).await;
    assert_eq!(value(&answer, "Message"), "Must specify AuthType");
    let key = "Key: d41d8cd98f00b204e9800998ecf8427e";
    let answer = program.asks(&["Action: Login", "AuthType: md5", "Username: admin", key]).await;
    assert_eq!(value(&answer, "Message"), "Authentication failed", "no challenge was asked for");
}

#[tokio::test(start_paused = true)]
async fn strangers_look_alike_and_wait() {
    let conf = "[admin]\nsecret = x\n[far]\nsecret = x\ndeny = 0.0.0.0/0\n[open]\nread = all\n";
    let house = House::new(conf);
    for (name, secret) in [("admin", "y"), ("nobody", "x"), ("far", "x"), ("open", ""), ("", "")] {
        let began = Instant::now();
        let mut program = house.connect().await;
        let (name, secret) = (format!("Username: {name}"), format!("Secret: {secret}"));
        program.says(&["Action: Login", &name, &secret]).await;
        assert_eq!(
            program.rest().await,
            "Response: Error\r\nMessage: Authentication failed\r\n\r\n",
            "{name}"
        );
        assert_eq!(began.elapsed(), Duration::from_secs(1), "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_log_in_must_go() {
    let house = House::new("[general]\nauthtimeout = 10\n");
    let began = Instant::now();
    assert_eq!(house.connect().await.rest().await, "");
    assert_eq!(began.elapsed(), Duration::from_secs(10));
    assert_eq!(house.ami.strangers.load(std::sync::atomic::Ordering::Relaxed), 0);
}

#[tokio::test(start_paused = true)]
async fn a_user_may_be_let_in_only_once() {
    let house = House::new("[admin]\nsecret = s3cret\nallowmultiplelogin = no\n");
    let first = house.admin("off").await;
    let mut second = house.connect().await;
    let login = ["Action: Login", "Username: admin", "Secret: s3cret"];
    assert_eq!(value(&second.asks(&login).await, "Message"), "Login Already In Use");
    drop(first);
    tokio::time::sleep(Duration::from_secs(1)).await;
    let mut third = house.connect().await;
    assert_eq!(value(&third.asks(&login).await, "Response"), "Success");
}

#[tokio::test(start_paused = true)]
async fn an_action_needs_its_class() {
    let house = House::new("[admin]\nsecret = s3cret\nread = all\nwrite = call\n");
    let mut program = house.admin("security").await;
    program.event("SuccessfulAuth").await;
    let answer = program.asks(&["Action: Command", "Command: core show uptime"]).await;
    assert_eq!(value(&answer, "Message"), "Permission denied");
    let event = program.block().await;
    assert_eq!(value(&event, "Event"), "RequestNotAllowed");
    assert_eq!(value(&event, "RequestType"), "Action: Command");
    assert_eq!(value(&event, "RemoteAddress"), "IPV4/TCP/192.0.2.7/40000");
    let list = program.asks(&["Action: ListCommands"]).await;
    assert!(list.contains("\r\nHangup: Hangup channel.  (Priv: system,call,all)\r\n"), "{list}");
    assert!(list.contains("\r\nLogin: Login Manager.  (Priv: <none>)\r\n"), "{list}");
    assert!(!list.contains("Command: Execute"), "{list}");
}
