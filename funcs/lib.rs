//! Dialplan functions, one file each.
//!
//! A new function is one file, one `mod` line and one `add_function` line here.

mod abs;
mod calendar;
mod callerid;
mod channel;
mod connectedline;
mod cut;
mod database;
mod db;
mod db_delete;
mod db_exists;
mod db_keycount;
mod db_keys;
mod device_state;
mod encoded;
mod filter;
mod global;
mod hangupcause;
mod hangupcause_keys;
mod if_condition;
mod len;
mod math;
mod max;
mod min;
mod number;
mod party;
mod passthru;
mod rand;
mod redirecting;
mod replace;
mod strftime;
mod strptime;
#[cfg(test)]
mod testing;
mod timeout;
mod tolower;
mod toupper;

use obelus_core::registry::Registry;

/// Enters all functions.
pub fn register(registry: &mut Registry) {
    registry.add_function(abs::Abs);
    registry.add_function(callerid::CallerId);
    registry.add_function(channel::ChannelItem);
    registry.add_function(connectedline::ConnectedLine);
    registry.add_function(cut::Cut);
    registry.add_function(db::Db);
    registry.add_function(db_delete::DbDelete);
    registry.add_function(db_exists::DbExists);
    registry.add_function(db_keycount::DbKeyCount);
    registry.add_function(db_keys::DbKeys);
    registry.add_function(device_state::DeviceState);
    registry.add_function(filter::Filter);
    registry.add_function(global::Global);
    registry.add_function(hangupcause::HangupCause);
    registry.add_function(hangupcause_keys::HangupCauseKeys);
    registry.add_function(if_condition::If);
    registry.add_function(len::Len);
    registry.add_function(math::Math);
    registry.add_function(max::Max);
    registry.add_function(min::Min);
    registry.add_function(passthru::PassThru);
    registry.add_function(rand::Rand);
    registry.add_function(redirecting::Redirecting);
    registry.add_function(replace::Replace);
    registry.add_function(strftime::Strftime);
    registry.add_function(strptime::Strptime);
    registry.add_function(timeout::Timeout);
    registry.add_function(tolower::ToLower);
    registry.add_function(toupper::ToUpper);
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, check};

    #[tokio::test]
    async fn every_example_gives_the_value_that_it_shows() {
        let registry = Bench::new().pbx.core.registry();
        for function in registry.functions() {
            assert!(!function.examples().is_empty(), "{} has no example", function.name());
            for (expression, value) in function.examples() {
                assert!(
                    expression.contains(function.name()),
                    "{expression} does not show {}",
                    function.name()
                );
                check(expression, value).await;
            }
        }
    }

    #[test]
    fn every_function_explains_itself() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _entered = runtime.enter();
        let registry = Bench::new().pbx.core.registry();
        for function in registry.functions() {
            let (name, help) = (function.name(), function.help());
            assert!(help.synopsis.ends_with('.') && help.description.ends_with('.'), "{name}: a full stop");
            assert!(function.readable() || function.writable(), "{name} is good for nothing");
            assert!(!help.see_also.contains(&name), "{name} refers to itself");
        }
    }
}
