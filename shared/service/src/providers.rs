//! Which GitHubs there are: the table's list, kept for seconds.

use std::sync::Arc;

use covermark_state::{Error, Table, rows::provider::ConnectedProvider};
use covermark_types::{Clock, Provider, Timestamp};
use tokio::sync::Mutex;

use crate::credentials::NOTHING_LIFETIME;

/// The providers whose secrets the template makes: they may be filled without the table being told.
const WELL_KNOWN: [&str; 2] = ["gh", "ghe"];

/// The list of connected providers. A name that a stranger made up costs at most one small Query each
/// [`NOTHING_LIFETIME`], whatever many they make up.
pub(crate) struct Directory {
    table: Table,
    clock: Arc<dyn Clock>,
    read: Mutex<Option<(Timestamp, Arc<Vec<ConnectedProvider>>)>>,
}

impl Directory {
    pub(crate) fn new(table: Table, clock: Arc<dyn Clock>) -> Self {
        Self { table, clock, read: Mutex::default() }
    }

    pub(crate) fn table(&self) -> &Table {
        &self.table
    }

    /// `gh` and `ghe`.
    pub(crate) fn well_known() -> impl Iterator<Item = Provider> {
        WELL_KNOWN.iter().filter_map(|name| name.parse().ok())
    }

    /// The list, at most [`NOTHING_LIFETIME`] old.
    pub(crate) async fn list(&self) -> Result<Arc<Vec<ConnectedProvider>>, Error> {
        let now = self.clock.now();
        // The lock is held while reading: of many that find it old, one reads.
        let mut read = self.read.lock().await;
        match &*read {
            Some((at, list)) if now.duration_since(*at).unsigned_abs() < NOTHING_LIFETIME => Ok(list.clone()),
            _ => {
                let list = Arc::new(self.table.providers().await?);
                *read = Some((now, list.clone()));
                Ok(list)
            }
        }
    }

    /// Makes the next question read the table.
    pub(crate) async fn forget(&self) {
        *self.read.lock().await = None;
    }

    /// Whether secrets may be stored for `provider`. Once listed it is known without looking again.
    pub(crate) async fn knows(&self, provider: &Provider) -> Result<bool, Error> {
        if WELL_KNOWN.contains(&provider.as_str()) {
            return Ok(true);
        }
        let lists = |list: &[ConnectedProvider]| list.iter().any(|one| one.slug == *provider);
        if self.read.lock().await.as_ref().is_some_and(|(_, list)| lists(list)) {
            return Ok(true);
        }
        Ok(lists(&self.list().await?))
    }
}
