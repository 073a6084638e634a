//! `DBdeltree(family[/keytree])`: delete a part of the key store.

use async_trait::async_trait;
use obelus_core::app::{App, AppError, Arguments, Flow};
use obelus_core::channel::Channel;
use obelus_core::help::{Argument, Help};
use obelus_core::verbose;

pub(crate) struct DbDelTree;

static HELP: Help = Help {
    synopsis: "Delete a family or keytree from the key store.",
    arguments: &[Argument::rest("family[/keytree]", true, "What is deleted, with everything below it.")],
    description: "Deletes all keys of the family, or those below the key, from the store that DB() reads.",
    see_also: &["DB", "DB_DELETE"],
};

#[async_trait]
impl App for DbDelTree {
    fn name(&self) -> &'static str {
        "DBdeltree"
    }

    fn help(&self) -> &'static Help {
        &HELP
    }

    async fn run(&self, channel: &mut Channel, arguments: &Arguments) -> Result<Flow, AppError> {
        let path = arguments.whole().trim().trim_matches('/').to_owned();
        let core = channel.core().clone();
        match channel.meanwhile(core.database.delete_tree(&path)).await {
            Ok(0) => verbose!(core, 3, "DBdeltree: there is nothing at {path}"),
            Ok(count) => verbose!(core, 3, "DBdeltree: {count} entries of {path} deleted"),
            Err(error) => tracing::warn!(channel = %channel.name(), path, %error, "DBdeltree"),
        }
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::pbx;

    #[tokio::test(start_paused = true)]
    async fn what_is_below_goes_and_the_rest_stays() {
        let pbx = pbx("");
        let (mut channel, _far) = pbx.channel();
        let database = pbx.core.database.clone();
        for (family, key) in [("cid/de", "1"), ("cid/fr", "2"), ("cidx", "3")] {
            database.put(family, key, "x").await.expect("stored");
        }
        let left = async || {
            database.entries("").await.expect("a list").into_iter().map(|row| row.0).collect::<Vec<_>>()
        };
        channel.run_app("DBdeltree", "cid/de").await.expect("it ran");
        assert_eq!(left().await, ["/cid/fr/2", "/cidx/3"]);
        channel.run_app("DBdeltree", "/cid/").await.expect("it ran");
        assert_eq!(left().await, ["/cidx/3"]);
        channel.run_app("DBdeltree", "nothing").await.expect("it ran");
    }
}
