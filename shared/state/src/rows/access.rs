//! When somebody's access last changed at GitHub, as far as was heard: answers of GitHub's that are older than that must
//! be asked for again, whoever keeps them.

use covermark_types::{AccountId, Provider, Timestamp, UserId};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::ttl;
use crate::{
    Error, Table, Write,
    table::{Condition, Key, Update, number, row},
};

/// No answer about access is kept for nearly as long.
const KEPT_SECONDS: i64 = 30 * 24 * 3600;

/// Whose access.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum AccessOf {
    /// One person's, to anything.
    User(UserId),
    /// Anybody's, to what an account owns.
    Account(AccountId),
}

#[derive(Serialize, Deserialize)]
struct Changed {
    #[serde(with = "millisecond::required")]
    changed_at: Timestamp,
}

fn key(provider: &Provider, of: AccessOf) -> Key {
    let whose = match of {
        AccessOf::User(id) => format!("USER#{id}"),
        AccessOf::Account(id) => format!("ACCOUNT#{id}"),
    };
    Key::new(format!("ACCESS#{provider}#{whose}"), "ACCESS")
}

impl Table {
    /// Notes that access changed at `at`; a later moment that is known stays.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn note_access_change(&self, provider: &Provider, of: AccessOf, at: Timestamp) -> Result<Write, Error> {
        let moment = number(at.as_millisecond());
        let later = Condition::new("attribute_not_exists(#pk) OR #changed_at < :at").value(":at", moment.clone());
        let update = Update::default().set("changed_at", moment).set("ttl", number(ttl(at, KEPT_SECONDS))).when(later);
        Ok(self.update(&key(provider, of), update).await?.write)
    }

    /// When any of these last changed; `None` when nothing was heard of it. What was learnt of GitHub at that moment or
    /// before is not to be used any longer.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn access_changed_at(&self, provider: &Provider, of: &[AccessOf]) -> Result<Option<Timestamp>, Error> {
        let keys: Vec<_> = of.iter().map(|one| key(provider, *one)).collect();
        let items = self.batch_get(&keys).await?;
        let changes: Vec<Changed> = items.iter().map(row).collect::<Result<_, _>>()?;
        Ok(changes.into_iter().map(|change| change.changed_at).max())
    }
}
