//! What of a message may be shown in the log.

use obelus_core::action::Message;

/// In the place of a value.
const MASK: &str = "****";

/// Ends of names whose values nobody may read, in small letters.
const NAMES: [&str; 8] =
    ["secret", "password", "passwd", "md5_cred", "password_digest", "token", "tlsprivatekey", "pin"];

/// The lines of a message behind one another, secrets masked.
pub(crate) fn shown(message: &Message) -> String {
    let lines: Vec<String> = message.lines().map(|line| line_shown(message, line)).collect();
    lines.join(" | ")
}

fn line_shown(message: &Message, line: &str) -> String {
    let Some((name, value)) = line.split_once(':') else { return line.to_owned() };
    let lower = name.trim().to_ascii_lowercase();
    let is_hidden = match lower.as_str() {
        // Whoever reads the answer to a challenge can try passwords on it without asking us.
        "key" => message.get("Action").eq_ignore_ascii_case("Login"),
        "value" => is_secret(message.get("Variable")) || is_secret(message.get("Var")),
        "variable" => return format!("{name}: {}", pairs_shown(value.trim_start())),
        // UpdateConfig: `Var-000001: secret` names what `Value-000001` is.
        other => match other.strip_prefix("value-").or_else(|| other.strip_prefix("match-")) {
            Some(number) => is_secret(message.get(&format!("Var-{number}"))),
            None => is_secret(other),
        },
    };
    if is_hidden { format!("{name}: {MASK}") } else { line.to_owned() }
}

/// `a=1,SIP_PASSWORD=****`; all behind a secret is hidden, since commas in it cannot be told from others.
fn pairs_shown(pairs: &str) -> String {
    let mut shown = String::new();
    for pair in pairs.split_inclusive(',') {
        match pair.split_once('=') {
            Some((name, _)) if is_secret(name.trim()) => {
                shown.push_str(name);
                shown.push('=');
                shown.push_str(MASK);
                return shown;
            }
            _ => shown.push_str(pair),
        }
    }
    shown
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    NAMES.iter().any(|secret| {
        name.strip_suffix(secret).is_some_and(|rest| !rest.ends_with(|last: char| last.is_ascii_alphabetic()))
            || (secret.len() > 3 && name.ends_with(secret))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(lines: &[&str], expected: &str) {
        let message = Message::new(lines.iter().map(|line| (*line).to_owned()).collect());
        assert_eq!(shown(&message), expected);
    }

    #[test]
    fn a_login_shows_neither_password_nor_answer() {
        check(&["Action: Login", "Username: a", "secret:s3"], "Action: Login | Username: a | secret: ****");
        check(&["action: login", "AuthType: MD5", "Key: 0a1b"], "action: login | AuthType: MD5 | Key: ****");
        check(&["Action: DBGet", "Key: phones/1"], "Action: DBGet | Key: phones/1");
    }

    #[test]
    fn what_is_named_like_a_secret_is_hidden_where_it_is_set() {
        check(
            &[
                "Action: UpdateConfig",
                "Var-000000: secret",
                "Value-000000: x",
                "Match-000000: y",
                "Value-000001: z",
            ],
            "Action: UpdateConfig | Var-000000: secret | Value-000000: **** | Match-000000: **** | Value-000001: z",
        );
        check(
            &["Action: Setvar", "Variable: SIP_PASSWORD", "Value: x"],
            "Action: Setvar | Variable: SIP_PASSWORD | Value: ****",
        );
        check(
            &["Action: Originate", "Variable: a=1,USER_PIN=2,3", "Variable: spin=4"],
            "Action: Originate | Variable: a=1,USER_PIN=**** | Variable: spin=4",
        );
    }
}
