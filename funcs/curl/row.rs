//! An answer such as `a=1&b=2` as names and values for `HASH`.

use super::options::HashCompat;
use crate::uridecode::decode;

/// The names and the values, each with commas between them; commas in them have a backslash before them.
pub(super) fn split(answer: &str, how: HashCompat) -> (String, String) {
    let pairs = answer.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (names, values): (Vec<String>, Vec<String>) =
        pairs.map(|(name, value)| (field(name, how), field(value, how))).unzip();
    (names.join(","), values.join(","))
}

fn field(text: &str, how: HashCompat) -> String {
    let text = if how == HashCompat::Legacy { text.replace('+', " ") } else { text.to_owned() };
    String::from_utf8_lossy(&decode(&text)).replace('\\', "\\\\").replace(',', "\\,")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_parted() {
        let check = |answer, how, names: &str, values: &str| {
            assert_eq!(split(answer, how), (names.to_owned(), values.to_owned()), "{answer}");
        };
        check("a=1%2C5&b=x+y&c", HashCompat::Yes, "a,b,c", "1\\,5,x+y,");
        check("a+b=x+y", HashCompat::Legacy, "a b", "x y");
    }
}
