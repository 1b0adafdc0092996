//! Reconciliations: when the state was last made level with GitHub's, for a provider and for each installation, how it
//! ended, and what it found. A row is written while it runs, so that a page shows how far it is.

use covermark_types::{InstallationId, Provider, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::cut;
use crate::{
    Error, Table, Write,
    table::{Condition, Key, Update, item, key_text, number, row},
};

/// Bytes of a reason that are kept.
const MAX_WHY: usize = 500;

/// What was made level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reconciled {
    /// The list of all installations of a provider. Each one's repositories are a reconciliation of their own.
    Provider,
    /// One installation and all its repositories.
    Installation(InstallationId),
}

/// How far a reconciliation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is under way, or its end was lost with the process.
    Running,
    /// It came to its end.
    Complete,
    /// It could not; it is tried again by itself, at the latest with the next one.
    Failed,
}

/// What a reconciliation did so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Installations that GitHub listed; 1 for that of an installation.
    #[serde(default)]
    pub installations: u64,
    /// Repositories that GitHub listed.
    #[serde(default)]
    pub repositories: u64,
    /// How many repositories there are to list, as far as GitHub said.
    #[serde(default)]
    pub expected: Option<u64>,
    /// Rows that were not as GitHub has it.
    #[serde(default)]
    pub changed: u64,
    /// What GitHub no longer has: installations buried, repositories let go.
    #[serde(default)]
    pub removed: u64,
    /// Requests to GitHub.
    #[serde(default)]
    pub calls: u64,
}

/// The last reconciliation of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// When it began: everything that GitHub had then is in our state once it is complete.
    pub started_at: Timestamp,
    /// How far it is.
    pub outcome: Outcome,
    /// What it did so far.
    pub counts: Counts,
}

/// A reconciliation's row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reconcile {
    /// When it began.
    #[serde(with = "millisecond::required")]
    pub started_at: Timestamp,
    /// When the row was last written: the end, once it has ended.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
    /// How far it is.
    pub outcome: Outcome,
    /// Why it failed: a sentence for operators, cut to 500 bytes.
    #[serde(default)]
    pub why: Option<String>,
    /// What it did so far.
    #[serde(flatten)]
    pub counts: Counts,
    /// When the last complete one began. Not written by one that is not complete.
    #[serde(default, skip_serializing, with = "millisecond::optional")]
    pub complete_at: Option<Timestamp>,
}

fn key(provider: &Provider, of: Reconciled) -> Key {
    let whose = match of {
        Reconciled::Provider => "PROVIDER".to_owned(),
        Reconciled::Installation(id) => format!("INSTALLATION#{id}"),
    };
    Key::new(format!("RECONCILE#{provider}#{whose}"), "RECONCILE")
}

impl Table {
    /// Notes how far a reconciliation is, unless one that began later is known.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn note_reconcile(
        &self,
        provider: &Provider,
        of: Reconciled,
        run: Run,
        why: Option<&str>,
        now: Timestamp,
    ) -> Result<Write, Error> {
        let mut why = why.map(ToOwned::to_owned);
        if let Some(why) = &mut why {
            cut(why, MAX_WHY);
        }
        let Run { started_at, outcome, counts } = run;
        let row = Reconcile { started_at, at: now, outcome, why, counts, complete_at: None };
        let key = key(provider, of);
        let later = Condition::new("attribute_not_exists(#pk) OR #started_at <= :started")
            .value(":started", number(started_at.as_millisecond()));
        let mut update = Update::merge(item(&key, &row)?);
        if outcome == Outcome::Complete {
            update = update.set("complete_at", number(started_at.as_millisecond()));
        }
        Ok(self.update(&key, update.when(later)).await?.write)
    }

    /// The last reconciliation of something; `None` before the first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn last_reconcile(&self, provider: &Provider, of: Reconciled) -> Result<Option<Reconcile>, Error> {
        self.get(&key(provider, of)).await
    }

    /// The last reconciliations of several installations, in the order given, those without any left out.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn last_reconciles(
        &self,
        provider: &Provider,
        of: &[InstallationId],
    ) -> Result<Vec<(InstallationId, Reconcile)>, Error> {
        let keys: Vec<_> = of.iter().map(|id| key(provider, Reconciled::Installation(*id))).collect();
        let items = self.batch_get(&keys).await?;
        let found = of.iter().zip(&keys).filter_map(|(id, key)| {
            let item = items.iter().find(|item| key_text(item, "pk") == key.pk)?;
            Some(row(item).map(|run| (*id, run)))
        });
        found.collect()
    }
}
