//! What every function on AWS has that a browser enters, made from its environment once, before the first event.

use std::sync::Arc;

use covermark_state::Table;
use covermark_types::{Clock, Random, SystemClock, SystemRandom};
use url::Url;

use crate::{
    access::{Access, InstanceRules, Parts},
    aws::{Cloud, StartError},
    config::{self, Reader},
    credentials::Apps,
};

/// The parts.
pub struct Front {
    /// AWS, for what a function has besides.
    pub cloud: Cloud,
    /// The table.
    pub table: Table,
    /// The connected Apps.
    pub apps: Arc<Apps>,
    /// Who is signed in, and what they may do.
    pub access: Access,
    /// Where people reach us.
    pub public_url: Url,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where ids come from.
    pub random: Arc<dyn Random>,
}

impl Front {
    /// Reads the environment and connects.
    ///
    /// # Errors
    /// Names what is missing or wrong in the environment.
    pub async fn on_aws() -> Result<Self, StartError> {
        let mut reader = Reader::new(&config::from_environment);
        let [table, prefix] = [config::TABLE, config::SECRETS_PREFIX].map(|name| reader.text(name));
        let public_url = reader.public_url();
        reader.finish(())?;
        let rules = InstanceRules::from_environment()?;
        let cloud = Cloud::connect().await?;
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let (table, vault) = (cloud.table(table), cloud.vault(prefix.clone()));
        let apps = cloud.apps(prefix, &table, clock.clone());
        let access = Access::new(Parts {
            table: table.clone(),
            apps: apps.clone(),
            vault,
            rules,
            public_url: public_url.clone(),
            clock: clock.clone(),
            random: random.clone(),
        });
        Ok(Self { cloud, table, apps, access, public_url, clock, random })
    }
}
