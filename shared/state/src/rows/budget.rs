//! GitHub's rate budget of each installation, and of the App itself: what is left of it as far as was last heard, and
//! before which moment nothing may be asked.
//!
//! Every function that asks GitHub shares an installation's budget, so what one of them was told binds them all.

use covermark_types::{InstallationId, Provider, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{cut, ttl};
use crate::{
    Error, Table, Write,
    table::{Condition, Key, Update, key_text, number, row, text},
};

/// Bytes of a reason that are kept.
const MAX_WHY: usize = 500;
/// A budget is an hour's; what nobody used for a week says nothing.
const KEPT_SECONDS: i64 = 7 * 24 * 3600;

/// Who asks GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Whose {
    /// The App itself, with its JWT.
    App,
    /// An installation, with its tokens.
    Installation(InstallationId),
}

/// A rate budget.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Budget {
    /// Requests an hour; `None` before GitHub named it.
    #[serde(default)]
    pub limit: Option<u64>,
    /// What was left of them when GitHub last answered.
    #[serde(default)]
    pub remaining: Option<u64>,
    /// When the hour ends and all are there again.
    #[serde(default, with = "millisecond::optional")]
    pub reset_at: Option<Timestamp>,
    /// When GitHub said so.
    #[serde(default, with = "millisecond::optional")]
    pub seen_at: Option<Timestamp>,
    /// Nothing may be asked before this moment; long past or absent when nothing forbids.
    #[serde(default, with = "millisecond::optional")]
    pub not_before: Option<Timestamp>,
    /// What GitHub said when it was reached; cut to 500 bytes.
    #[serde(default)]
    pub why: Option<String>,
}

impl Budget {
    /// How long one has to wait at `now`, if one has to.
    #[must_use]
    pub fn wait(&self, now: Timestamp) -> Option<std::time::Duration> {
        let wait = self.not_before?.duration_since(now);
        std::time::Duration::try_from(wait).ok().filter(|wait| !wait.is_zero())
    }
}

/// What an answer of GitHub's said of a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// Requests an hour.
    pub limit: u64,
    /// What is left of them.
    pub remaining: u64,
    /// When all are there again.
    pub reset_at: Timestamp,
    /// When GitHub answered.
    pub seen_at: Timestamp,
}

fn key(provider: &Provider, whose: Whose) -> Key {
    let whose = match whose {
        Whose::App => "APP".to_owned(),
        Whose::Installation(id) => format!("INSTALLATION#{id}"),
    };
    Key::new(format!("BUDGET#{provider}#{whose}"), "BUDGET")
}

impl Table {
    /// Notes what GitHub said, unless it said something later; `not_before` stays.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn note_budget(&self, provider: &Provider, whose: Whose, heard: Heard) -> Result<Write, Error> {
        let seen = number(heard.seen_at.as_millisecond());
        let later = Condition::new("attribute_not_exists(#seen_at) OR #seen_at < :seen").value(":seen", seen.clone());
        let update = Update::default()
            .set("limit", number(heard.limit))
            .set("remaining", number(heard.remaining))
            .set("reset_at", number(heard.reset_at.as_millisecond()))
            .set("seen_at", seen)
            .set("ttl", number(ttl(heard.seen_at, KEPT_SECONDS)))
            .when(later);
        Ok(self.update(&key(provider, whose), update).await?.write)
    }

    /// Forbids asking GitHub before `not_before`; a later moment that is known stays.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn ask_not_before(
        &self,
        provider: &Provider,
        whose: Whose,
        not_before: Timestamp,
        why: &str,
    ) -> Result<Write, Error> {
        let mut why = why.to_owned();
        cut(&mut why, MAX_WHY);
        let moment = number(not_before.as_millisecond());
        let later = Condition::new("attribute_not_exists(#not_before) OR #not_before < :moment")
            .value(":moment", moment.clone());
        let update = Update::default()
            .set("not_before", moment)
            .set("why", text(why))
            .set("ttl", number(ttl(not_before, KEPT_SECONDS)))
            .when(later);
        Ok(self.update(&key(provider, whose), update).await?.write)
    }

    /// A budget as far as it is known.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn budget(&self, provider: &Provider, whose: Whose) -> Result<Option<Budget>, Error> {
        self.get(&key(provider, whose)).await
    }

    /// The budgets of several, in the order given, the unknown ones left out.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn budgets(&self, provider: &Provider, of: &[Whose]) -> Result<Vec<(Whose, Budget)>, Error> {
        let keys: Vec<_> = of.iter().map(|whose| key(provider, *whose)).collect();
        let items = self.batch_get(&keys).await?;
        let found = of.iter().zip(&keys).filter_map(|(whose, key)| {
            let item = items.iter().find(|item| key_text(item, "pk") == key.pk)?;
            Some(row(item).map(|budget| (*whose, budget)))
        });
        found.collect()
    }
}
