//! Texts letter by letter.

/// Which letters are announced as small or capital before they are said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// None.
    #[default]
    Ignored,
    /// All: `a` of `SayAlphaCase`.
    All,
    /// Small ones: `l`.
    Lower,
    /// Capitals: `u`.
    Upper,
}

/// What is said for a sign that has a name of its own.
fn named(sign: char) -> Option<&'static str> {
    Some(match sign {
        '*' => "digits/star",
        '#' => "digits/pound",
        '!' => "letters/exclaimation-point",
        '@' => "letters/at",
        '$' => "letters/dollar",
        '-' => "letters/dash",
        '.' => "letters/dot",
        '=' => "letters/equals",
        '+' => "letters/plus",
        '/' => "letters/slash",
        ' ' => "letters/space",
        _ => return None,
    })
}

/// Letters, digits and signs; what is not in ASCII has no prompt.
pub(super) fn letters(text: &str, case: Case) -> Vec<String> {
    let mut prompts = Vec::new();
    for sign in text.chars() {
        match (sign, case) {
            ('A'..='Z', Case::All | Case::Upper) => prompts.push("uppercase".to_owned()),
            ('a'..='z', Case::All | Case::Lower) => prompts.push("lowercase".to_owned()),
            _ => {}
        }
        prompts.extend(match sign {
            'a'..='z' | 'A'..='Z' => Some(format!("letters/{}", sign.to_ascii_lowercase())),
            '0'..='9' => Some(format!("digits/{sign}")),
            sign => {
                let by_code = || sign.is_ascii_graphic().then(|| format!("letters/ascii{}", u32::from(sign)));
                named(sign).map(str::to_owned).or_else(by_code)
            }
        });
    }
    prompts
}

/// The alphabet of the aviators, in which nine is "niner"; other signs as letters are said.
pub(super) fn phonetic(text: &str) -> Vec<String> {
    let say = |sign: char| match sign {
        'a'..='z' | 'A'..='Z' | '9' => Some(format!("phonetic/{}_p", sign.to_ascii_lowercase())),
        '0'..='8' => Some(format!("digits/{sign}")),
        sign => named(sign).map(str::to_owned),
    };
    text.chars().filter_map(say).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, case: Case, expected: &str) {
        assert_eq!(letters(text, case).join(" "), expected, "{text}");
    }

    #[test]
    fn signs_have_names_or_numbers() {
        check("a1*", Case::Ignored, "letters/a digits/1 digits/star");
        check("!?é", Case::Ignored, "letters/exclaimation-point letters/ascii63");
    }

    #[test]
    fn small_and_capital_letters_are_announced_on_demand() {
        check("aB", Case::Ignored, "letters/a letters/b");
        check("aB", Case::All, "lowercase letters/a uppercase letters/b");
        check("aB", Case::Lower, "lowercase letters/a letters/b");
        check("aB", Case::Upper, "letters/a uppercase letters/b");
    }

    #[test]
    fn nine_is_niner() {
        assert_eq!(phonetic("A-89").join(" "), "phonetic/a_p letters/dash digits/8 phonetic/9_p");
    }
}
