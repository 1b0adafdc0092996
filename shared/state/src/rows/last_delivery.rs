//! The last delivery that was worked on, for each installation and each repository, and what became of it: what the
//! pages show. Written by `sync` when it ends a delivery's job, so that taking a delivery in costs nothing more.

use covermark_types::{DeliveryId, InstallationId, Provider, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::cut;
use crate::{
    Error, Table, Write,
    table::{Condition, Key, Update, item, key_text, number, row},
};

/// Bytes of a reason that are kept.
const MAX_WHY: usize = 500;
/// Bytes of an event's name that are kept.
const MAX_EVENT: usize = 100;

/// Whose last delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Concerned {
    /// An installation.
    Installation(InstallationId),
    /// A repository.
    Repository(RepositoryId),
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// What it told of is in our state.
    Done,
    /// It could not be worked on yet, and is tried again by itself.
    Waiting,
    /// It was given up. A redelivery is asked for, or it lies in the dead letters.
    Failed,
}

/// The last delivery about something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastDelivery {
    /// Its GUID.
    pub delivery: DeliveryId,
    /// GitHub's name of the event.
    pub event: String,
    /// When it came in.
    #[serde(with = "millisecond::required")]
    pub received_at: Timestamp,
    /// What became of it.
    pub fate: Fate,
    /// Why it waits or failed: a sentence for operators, cut to 500 bytes.
    #[serde(default)]
    pub why: Option<String>,
    /// When that was known.
    #[serde(with = "millisecond::required")]
    pub at: Timestamp,
}

fn key(provider: &Provider, of: Concerned) -> Key {
    let whose = match of {
        Concerned::Installation(id) => format!("INSTALLATION#{id}"),
        Concerned::Repository(id) => format!("REPO#{id}"),
    };
    Key::new(format!("HEARD#{provider}#{whose}"), "HEARD")
}

impl Table {
    /// Notes what became of a delivery, unless one that came in later is known.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn note_delivery(&self, provider: &Provider, of: Concerned, last: &LastDelivery) -> Result<Write, Error> {
        let mut last = last.clone();
        cut(&mut last.event, MAX_EVENT);
        if let Some(why) = &mut last.why {
            cut(why, MAX_WHY);
        }
        let key = key(provider, of);
        let later = Condition::new("attribute_not_exists(#pk) OR #received_at <= :received")
            .value(":received", number(last.received_at.as_millisecond()));
        Ok(self.update(&key, Update::merge(item(&key, &last)?).when(later)).await?.write)
    }

    /// The last delivery about something; `None` when none was worked on yet.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn last_delivery(&self, provider: &Provider, of: Concerned) -> Result<Option<LastDelivery>, Error> {
        self.get(&key(provider, of)).await
    }

    /// The last deliveries about several things, in the order given, those without any left out.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn last_deliveries(
        &self,
        provider: &Provider,
        of: &[Concerned],
    ) -> Result<Vec<(Concerned, LastDelivery)>, Error> {
        let keys: Vec<_> = of.iter().map(|one| key(provider, *one)).collect();
        let items = self.batch_get(&keys).await?;
        let found = of.iter().zip(&keys).filter_map(|(one, key)| {
            let item = items.iter().find(|item| key_text(item, "pk") == key.pk)?;
            Some(row(item).map(|last| (*one, last)))
        });
        found.collect()
    }
}
