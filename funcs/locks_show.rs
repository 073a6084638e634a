//! `dialplan locks show`: the locks that channels hold or wait for.

use std::collections::HashMap;
use std::fmt::Write;
use std::sync::Arc;

use async_trait::async_trait;
use obelus_core::cli::{CliCall, CliCommand, CliError};

use crate::locks::Locks;

pub(crate) struct LocksShow(pub(crate) Arc<Locks>);

#[async_trait]
impl CliCommand for LocksShow {
    fn syntax(&self) -> &'static str {
        "dialplan locks show"
    }

    fn synopsis(&self) -> &'static str {
        "List func_lock locks"
    }

    fn description(&self) -> &'static str {
        "Lists the locks of LOCK and TRYLOCK that are held or waited for: how many channels have asked for each, and who holds it."
    }

    async fn run(&self, call: CliCall<'_>) -> Result<String, CliError> {
        if !call.arguments().is_empty() {
            return Err(CliError::Usage(self.syntax().to_owned()));
        }
        let channels = call.core.channels.all();
        let names: HashMap<u64, _> = channels.iter().map(|channel| (channel.id(), channel.name())).collect();
        let locks = self.0.all();
        let mut text = format!("func_lock locks:\n{:<40} Requesters Owner\n", "Name");
        for lock in &locks {
            let owner =
                lock.holder.and_then(|holder| names.get(&holder)).map_or("(unlocked)", |name| &**name);
            let _ = writeln!(text, "{:<40} {:<10} {owner}", lock.name, lock.requesters);
        }
        let _ = writeln!(text, "{} total locks listed.", locks.len());
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use obelus_core::testing::TestPbx;

    use super::*;

    async fn shown(pbx: &TestPbx, locks: &Arc<Locks>) -> String {
        let words = ["dialplan", "locks", "show"];
        let call = CliCall { core: &pbx.core, words: &words, fixed: 3, console: None };
        LocksShow(locks.clone()).run(call).await.unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_lock_is_listed_while_it_is_held() {
        let pbx = TestPbx::new(|_, _| {});
        let locks = Arc::new(Locks::default());
        let (mut channel, _far) = pbx.channel();
        assert!(locks.take(&mut channel, "door", Duration::ZERO).await);
        let line = format!("{:<40} {:<10} {}\n", "door", 1, channel.name());
        let head = format!("func_lock locks:\n{:<40} Requesters Owner\n", "Name");
        assert_eq!(shown(&pbx, &locks).await, format!("{head}{line}1 total locks listed.\n"));
        assert!(locks.give_back(&channel, "door"));
        assert_eq!(shown(&pbx, &locks).await, format!("{head}0 total locks listed.\n"));
    }
}
