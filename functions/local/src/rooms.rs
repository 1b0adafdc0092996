//! The parts that every command works on, in two places: a data folder of this machine, or a deployment on AWS. What
//! they are made of is known here alone.

use std::{path::Path, sync::Arc};

use anyhow::Context as _;
use covermark_service::{aws::Cloud, credentials::Apps, http_client, repository_hooks::RepositoryHooks};
use covermark_state::{
    Table,
    queue::{Graves, Queue},
    rows::dead_letter::QueueName,
    vault::{FileVault, Vault},
};
use covermark_sync::{PATIENCE, Sync};
use covermark_types::{Clock, Provider, Random, SystemClock, SystemRandom};

use crate::{database::Database, private};

/// Table, vault and what reads them. They survive a restart, and are shared with a server that runs on them.
pub struct Rooms {
    /// The table.
    pub table: Table,
    /// The credentials.
    pub vault: Arc<dyn Vault>,
    /// The connected Apps, with one cache of tokens for all functions.
    pub apps: Arc<Apps>,
    /// The process's HTTP client.
    pub http: reqwest::Client,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where secrets come from.
    pub random: Arc<dyn Random>,
    folder: Option<Folder>,
}

/// What only a data folder has.
struct Folder {
    database: Database,
    /// The vault as files, which can be listed.
    vault: FileVault,
}

impl Rooms {
    /// Opens the data folder, making what is not there yet. `private_ca` is PEM text of certificates to trust besides
    /// the public ones.
    ///
    /// # Errors
    /// When others can enter the folder, or it cannot be used.
    pub async fn in_folder(data: &Path, private_ca: Option<&[u8]>) -> anyhow::Result<Self> {
        private::folder(data)?;
        let http = http_client::build(private_ca)?;
        let database = Database::open(&data.join(private::DATABASE)).await?;
        let table = database.table(&http);
        table.create_if_missing().await.context("the table cannot be made")?;
        let vault = FileVault::new(data.join("vault"));
        Ok(Self::on(table, Arc::new(vault.clone()), http, Some(Folder { database, vault })))
    }

    /// The parts of a deployment: its table, and its secrets, whose names start with `prefix`. Region and credentials
    /// are the environment's or the profile's.
    ///
    /// # Errors
    /// When no region is named; whether the credentials do is known at the first call.
    pub async fn in_cloud(table: &str, prefix: &str, private_ca: Option<&[u8]>) -> anyhow::Result<Self> {
        let http = http_client::build(private_ca)?;
        let cloud = Cloud::through(http.clone()).await;
        cloud.region().context("no AWS region is named: set AWS_REGION, or AWS_PROFILE to a profile that has one")?;
        Ok(Self::on(cloud.table(table.to_owned()), cloud.vault(prefix.to_owned()), http, None))
    }

    fn on(table: Table, vault: Arc<dyn Vault>, http: reqwest::Client, folder: Option<Folder>) -> Self {
        let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
        let apps = Arc::new(Apps::new(vault.clone(), table.clone(), clock.clone(), http.clone()));
        Self { table, vault, apps, http, clock, random, folder }
    }

    /// The providers that have an App connected. A folder is listed, because [`Apps`] would remember for half a minute
    /// that there is none, and the import may be next.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn connected(&self) -> anyhow::Result<Vec<Provider>> {
        let Some(folder) = &self.folder else { return Ok(self.apps.providers().await?) };
        let names = folder.vault.names().await?;
        Ok(names.iter().filter_map(|name| name.strip_suffix("/app")?.parse().ok()).collect())
    }

    /// The `sync` function on these rooms.
    pub fn sync(
        &self,
        sync: Arc<dyn Queue>,
        feedback: Arc<dyn Queue>,
        graves: Vec<(QueueName, Arc<dyn Graves>)>,
        hooks: Option<Arc<RepositoryHooks>>,
    ) -> Sync {
        let (table, apps, clock) = (self.table.clone(), self.apps.clone(), self.clock.clone());
        Sync { table, apps, sync, feedback, graves, hooks, patience: PATIENCE, clock }
    }

    /// Ends the embedded database cleanly, if there is one.
    pub async fn close(self) {
        if let Some(folder) = self.folder {
            folder.database.close().await;
        }
    }
}
