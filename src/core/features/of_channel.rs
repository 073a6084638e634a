//! The settings of features.conf as one channel has changed them.

use std::sync::Arc;

use crate::channel::Channel;
use crate::features::FeaturesConf;

/// What `FEATURE` and `FEATUREMAP` have set; kept in the channel's datastore.
#[derive(Clone)]
pub struct OwnFeatures {
    conf: Arc<FeaturesConf>,
    inherited: bool,
}

impl Channel {
    /// The settings of features.conf for this channel.
    pub fn features(&self) -> Arc<FeaturesConf> {
        match self.datastore.get::<OwnFeatures>() {
            Some(own) => own.conf.clone(),
            None => self.core().features.load_full(),
        }
    }

    /// Changes the settings for this channel; they do not follow features.conf any more.
    ///
    /// Where `change` fails, the settings stay.
    pub fn change_features<E>(
        &mut self,
        change: impl FnOnce(&mut FeaturesConf) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut conf = FeaturesConf::clone(&self.features());
        change(&mut conf)?;
        self.own_features().conf = Arc::new(conf);
        Ok(())
    }

    /// Whether the channels that this one places begin with its settings.
    pub fn passes_features_on(&self) -> bool {
        self.datastore.get::<OwnFeatures>().is_some_and(|own| own.inherited)
    }

    /// Decides whether the channels that this one places begin with its settings.
    pub fn pass_features_on(&mut self, inherited: bool) {
        self.own_features().inherited = inherited;
    }

    /// What channels that this one places begin with.
    pub(crate) fn inherited_features(&self) -> Option<OwnFeatures> {
        self.datastore.get::<OwnFeatures>().filter(|own| own.inherited).cloned()
    }

    fn own_features(&mut self) -> &mut OwnFeatures {
        let conf = self.features();
        self.datastore.get_or_insert_with(|| OwnFeatures { conf, inherited: false })
    }
}
