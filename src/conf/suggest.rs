//! "Did you mean …?": the nearest of the words that would have been right.

/// Longer words are not compared: nobody mistypes them, and the time grows with the square.
const LONGEST: usize = 64;

/// A word this short is the beginning of too many others.
const SHORTEST_PREFIX: usize = 3;

/// The candidate that was probably meant by `word`, if one is near enough.
///
/// Near is a Damerau-Levenshtein distance (a swap of neighbours counts one) of at most a third of the
/// word's length, or one being the beginning of the other. Case does not matter. Of equally near
/// candidates the first wins.
pub fn suggest<'a, I>(word: &str, candidates: I) -> Option<&'a str>
where
    I: IntoIterator<Item = &'a str>,
{
    let word: Vec<char> = lower(word);
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    // Every other word of one letter is a single edit away from this one.
    let bound = (word.len() / 3).max(usize::from(word.len() > 1));
    let mut best: Option<(usize, &str)> = None;
    for candidate in candidates {
        let other = lower(candidate);
        let Some(distance) = distance_within(&word, &other, bound) else { continue };
        if best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn lower(word: &str) -> Vec<char> {
    word.chars().take(LONGEST + 1).flat_map(char::to_lowercase).collect()
}

fn distance_within(word: &[char], other: &[char], bound: usize) -> Option<usize> {
    if other.is_empty() || other.len() > LONGEST {
        return None;
    }
    let shorter = word.len().min(other.len());
    let is_prefix = shorter >= SHORTEST_PREFIX && (word.starts_with(other) || other.starts_with(word));
    if word.len().abs_diff(other.len()) > bound {
        return is_prefix.then_some(bound + 1);
    }
    match damerau_levenshtein(word, other) {
        distance if distance <= bound => Some(distance),
        _ => is_prefix.then_some(bound + 1),
    }
}

/// The restricted form (optimal string alignment): no part is edited twice.
fn damerau_levenshtein(a: &[char], b: &[char]) -> usize {
    let width = b.len() + 1;
    let mut before: Vec<usize> = vec![0; width];
    let mut last: Vec<usize> = (0..width).collect();
    let mut row: Vec<usize> = vec![0; width];
    for (i, &from) in a.iter().enumerate() {
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let mut cost = (last[j] + usize::from(from != to)).min(last[j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && from == b[j - 1] && a[i - 1] == to {
                cost = cost.min(before[j - 1] + 1);
            }
            row[j + 1] = cost;
        }
        std::mem::swap(&mut before, &mut last);
        std::mem::swap(&mut last, &mut row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(word: &str, expected: Option<&str>) {
        let names = ["context", "qualify_frequency", "dtmf_mode", "allow", "disallow", "aors", "auth"];
        assert_eq!(suggest(word, names), expected, "{word}");
    }

    #[test]
    fn near_words_are_found() {
        check("qualfy_frequency", Some("qualify_frequency"));
        check("contxet", Some("context"));
        check("Context", Some("context"));
        check("dtmfmode", Some("dtmf_mode"));
        check("alow", Some("allow"));
        check("aor", Some("aors"));
    }

    #[test]
    fn a_beginning_is_enough() {
        check("qualify", Some("qualify_frequency"));
        check("dtmf", Some("dtmf_mode"));
    }

    #[test]
    fn far_words_are_not_suggested() {
        check("transport", None);
        check("", None);
        check("zz", None);
        check("a", None);
        check(&"x".repeat(10_000), None);
    }
}
