//! What stands behind `Local/`: `exten[@context][/options]`.

use std::sync::Arc;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Address {
    pub(crate) exten: Arc<str>,
    pub(crate) context: Arc<str>,
    /// Both halves leave a call that can do without them: no `n` was given.
    pub(crate) may_leave: bool,
}

impl Address {
    /// Options: `n` keeps the two halves in the call for good.
    pub(crate) fn parse(text: &str) -> Result<Address, String> {
        let (place, options) = text.split_once('/').unwrap_or((text, ""));
        if let Some(unknown) = options.chars().find(|option| *option != 'n') {
            return Err(format!("Local/{text}: the option `{unknown}` is not served; there is `n`"));
        }
        let (exten, context) = place.split_once('@').unwrap_or((place, "default"));
        if exten.is_empty() || context.is_empty() {
            return Err(format!("Local/{text} names no extension; write Local/exten@context"));
        }
        let may_leave = !options.contains('n');
        Ok(Address { exten: exten.into(), context: context.into(), may_leave })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_extension_context_and_options() {
        let check = |text: &str, exten: &str, context: &str, may_leave: bool| {
            assert_eq!(
                Address::parse(text),
                Ok(Address { exten: exten.into(), context: context.into(), may_leave }),
                "{text}"
            );
        };
        check("1002@internal/n", "1002", "internal", false);
        check("1002", "1002", "default", true);
        assert!(Address::parse("1002@internal/x").is_err());
        assert!(Address::parse("@internal").is_err());
    }
}
