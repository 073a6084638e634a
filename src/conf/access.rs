//! `permit` and `deny` lines, of which the last that fits decides.

use std::net::IpAddr;

use crate::{Network, Reader};

/// Which addresses may come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessList {
    /// Whether a network is permitted, in the order of the lines.
    rules: Vec<(bool, Network)>,
}

impl AccessList {
    /// Reads the lines of both options in their order; `!` before an address turns its sense round.
    pub fn read(reader: &mut Reader<'_>, permit: &'static str, deny: &'static str) -> Self {
        let mut rules = Vec::new();
        for entry in reader.all_of(&[permit, deny]) {
            let permits = entry.key.eq_ignore_ascii_case(permit);
            for piece in entry.value.split(',').map(str::trim).filter(|piece| !piece.is_empty()) {
                let (permits, network) = match piece.strip_prefix('!') {
                    Some(rest) => (!permits, rest.trim()),
                    None => (permits, piece),
                };
                match network.parse::<Network>() {
                    Ok(network) => rules.push((permits, network)),
                    Err(reason) => reader.reject(entry, &reason),
                }
            }
        }
        Self { rules }
    }

    /// Whether an address may come; without any rule everybody may.
    #[must_use]
    pub fn permits(&self, address: IpAddr) -> bool {
        let last = self.rules.iter().rev().find(|(_, network)| network.contains(address));
        last.is_none_or(|(permits, _)| *permits)
    }

    /// Whether there is no rule.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// The rules in their order: whether one permits, and whom.
    pub fn rules(&self) -> impl Iterator<Item = (bool, Network)> {
        self.rules.iter().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{MemoryFiles, Problems, load};

    fn check(lines: &str, permitted: &[&str], denied: &[&str]) {
        let files = MemoryFiles::new().file("a", format!("[a]\n{lines}"));
        let mut problems = Problems::new();
        let document = load(&files, "a", &mut problems);
        let mut reader = Reader::new(document.section("a").unwrap(), &mut problems);
        let list = AccessList::read(&mut reader, "permit", "deny");
        assert!(problems.is_empty(), "{problems}");
        let check = |address: &&str| list.permits(address.parse().unwrap());
        assert!(permitted.iter().all(check), "{lines}");
        assert!(!denied.iter().any(check), "{lines}");
    }

    #[test]
    fn the_last_rule_that_fits_decides() {
        check("", &["192.0.2.1", "::1"], &[]);
        check("deny=0.0.0.0/0\npermit=10.0.0.0/8,192.0.2.1\n", &["10.1.1.1", "192.0.2.1"], &["192.0.2.2"]);
        check("permit=10.0.0.0/8\ndeny=0.0.0.0/0.0.0.0\n", &["::1"], &["10.1.1.1"]);
        check("deny=0.0.0.0/0,!10.0.0.1\n", &["10.0.0.1"], &["10.0.0.2"]);
    }
}
