//! GitHub's deliveries that failed and that we have not done: how often each was asked for again, and when next. And how
//! far GitHub's log of deliveries was looked through.

use covermark_types::{DeliveryId, InstallationId, Provider, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{cut, ttl};
use crate::{
    Error, Table,
    table::{Key, Query, Update, item, number, text},
};

/// Longer than any GitHub remembers a delivery.
const KEPT_SECONDS: i64 = 9 * 24 * 3600;
/// The most that are looked after at once. What is beyond that is found again when there is room.
pub const MOST_OPEN: usize = 5_000;

/// A delivery that is to be asked for again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenDelivery {
    /// Its GUID.
    pub delivery: DeliveryId,
    /// GitHub's id of its last attempt.
    pub github_id: u64,
    /// GitHub's name of the event.
    pub event: String,
    /// The event's action, where it has one.
    #[serde(default)]
    pub action: Option<String>,
    /// The installation that it was for.
    #[serde(default)]
    pub installation: Option<InstallationId>,
    /// The repository that it is about.
    #[serde(default)]
    pub repository: Option<RepositoryId>,
    /// What we answered to the last attempt; 0 when GitHub did not reach us.
    pub status_code: u16,
    /// GitHub's word for that.
    pub status: String,
    /// When GitHub tried it first, as far as was seen.
    #[serde(with = "millisecond::required")]
    pub first_at: Timestamp,
    /// How often it was asked for again.
    pub asked: u32,
    /// When it may be asked for next.
    #[serde(with = "millisecond::required")]
    pub next_at: Timestamp,
}

/// How far GitHub's log was looked through.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookedThrough {
    /// Everything that GitHub delivered before this moment was looked at; `None` before the first time.
    #[serde(default, with = "millisecond::optional")]
    pub through: Option<Timestamp>,
    /// When somebody last looked.
    #[serde(default, with = "millisecond::optional")]
    pub at: Option<Timestamp>,
    /// Where to go on in a look that is not at its end, an opaque text of GitHub's.
    #[serde(default)]
    pub cursor: Option<String>,
    /// What that look will have looked through at its end.
    #[serde(default, with = "millisecond::optional")]
    pub then_through: Option<Timestamp>,
}

fn partition(provider: &Provider) -> String {
    format!("REDELIVERY#{provider}")
}

fn open_key(provider: &Provider, delivery: &DeliveryId) -> Key {
    Key::new(partition(provider), format!("OPEN#{delivery}"))
}

impl Table {
    /// How far GitHub's log of deliveries was looked through.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn looked_through(&self, provider: &Provider) -> Result<LookedThrough, Error> {
        Ok(self.get(&Key::new(partition(provider), "LOOKED")).await?.unwrap_or_default())
    }

    /// Notes how far it was looked through.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn set_looked_through(&self, provider: &Provider, looked: &LookedThrough) -> Result<(), Error> {
        let key = Key::new(partition(provider), "LOOKED");
        self.update(&key, Update::merge(item(&key, looked)?)).await.map(drop)
    }

    /// The deliveries that are to be asked for again, in no order.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn open_deliveries(&self, provider: &Provider) -> Result<Vec<OpenDelivery>, Error> {
        self.query(Query::table(partition(provider)).starting("OPEN#").most(MOST_OPEN)).await
    }

    /// Writes one of them.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_open_delivery(&self, provider: &Provider, open: &OpenDelivery) -> Result<(), Error> {
        let mut open = open.clone();
        for word in [&mut open.event, &mut open.status] {
            cut(word, 100);
        }
        if let Some(action) = &mut open.action {
            cut(action, 100);
        }
        let key = open_key(provider, &open.delivery);
        let update = Update::merge(item(&key, &open)?)
            .set("provider", text(provider.as_str()))
            .set("ttl", number(ttl(open.first_at, KEPT_SECONDS)));
        self.update(&key, update).await.map(drop)
    }

    /// Forgets one: it was taken, or given up.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn close_delivery(&self, provider: &Provider, delivery: &DeliveryId) -> Result<(), Error> {
        self.delete(&open_key(provider, delivery), None).await.map(drop)
    }
}
