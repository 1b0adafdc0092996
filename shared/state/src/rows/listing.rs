//! How far a long list was read when a function's time ended: what was listed until then, slice by slice, and the page
//! to go on with. Only a list that does not fit into one function's time has such rows; they end with it.

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use covermark_types::{InstallationId, Provider, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::{reconcile::Counts, ttl};
use crate::{
    Error, Table,
    table::{Item, Key, Query, item, key_text, number, row, without_nulls},
};

/// A list that nobody went on with for a day is read anew.
const KEPT_SECONDS: i64 = 24 * 3600;

/// How far the list of an installation's repositories was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing {
    /// When the reading began.
    pub started_at: Timestamp,
    /// The next page to read.
    pub next: u32,
    /// How many repositories the list has; `None` when that changed while it was read, or was never said.
    pub total: Option<u64>,
    /// What the reading did so far.
    pub counts: Counts,
    /// What was listed, in no order.
    pub ids: Vec<RepositoryId>,
}

#[derive(Serialize, Deserialize)]
struct Slice {
    #[serde(with = "millisecond::required")]
    started_at: Timestamp,
    next: u32,
    #[serde(default)]
    total: Option<u64>,
    #[serde(flatten)]
    counts: Counts,
}

fn partition(provider: &Provider, id: InstallationId) -> String {
    format!("LISTING#{provider}#{id}")
}

fn key(provider: &Provider, id: InstallationId, started_at: Timestamp, next: u32) -> Key {
    Key::new(partition(provider, id), format!("{:020}#{next:06}", started_at.as_millisecond()))
}

impl Table {
    /// Keeps a slice of a list: what was listed since the slice before.
    ///
    /// # Errors
    /// When the table cannot be written, or the slice is larger than a row can be (some 90,000 repositories).
    pub async fn put_listing(
        &self,
        provider: &Provider,
        id: InstallationId,
        slice: &Listing,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Listing { started_at, next, total, counts, ids } = slice;
        let key = key(provider, id, *started_at, *next);
        let row = Slice { started_at: *started_at, next: *next, total: *total, counts: *counts };
        let mut item = without_nulls(item(&key, &row)?);
        item.insert("ids".to_owned(), AttributeValue::B(Blob::new(pack(ids))));
        item.insert("ttl".to_owned(), number(ttl(now, KEPT_SECONDS)));
        self.put(item, None).await.map(drop)
    }

    /// How far the list that was begun then was read: all its slices together. `None` when nothing is known of it.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn listing(
        &self,
        provider: &Provider,
        id: InstallationId,
        started_at: Timestamp,
    ) -> Result<Option<Listing>, Error> {
        let items = self.query_items(Query::table(partition(provider, id))).await?;
        let mut whole: Option<Listing> = None;
        // In the order of their keys, so the last slice says where to go on.
        for item in &items {
            let slice: Slice = row(item)?;
            if slice.started_at.as_millisecond() != started_at.as_millisecond() {
                continue;
            }
            let Slice { next, total, counts, .. } = slice;
            let mut ids = whole.map(|whole| whole.ids).unwrap_or_default();
            ids.extend(unpacked(item)?);
            whole = Some(Listing { started_at, next, total, counts, ids });
        }
        Ok(whole)
    }

    /// Forgets all slices of an installation's lists.
    ///
    /// # Errors
    /// When the table cannot be used.
    pub async fn drop_listing(&self, provider: &Provider, id: InstallationId) -> Result<(), Error> {
        for item in self.query_items(Query::table(partition(provider, id))).await? {
            self.delete(&Key::new(key_text(&item, "pk"), key_text(&item, "sk")), None).await?;
        }
        Ok(())
    }
}

/// The ids in order, each as its distance from the one before, seven bits a byte: three bytes for most.
fn pack(ids: &[RepositoryId]) -> Vec<u8> {
    let mut ids: Vec<u64> = ids.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let (mut packed, mut before) = (Vec::with_capacity(ids.len() * 4), 0);
    for id in ids {
        let mut distance = id - before;
        before = id;
        while distance >= 0x80 {
            packed.push((distance as u8 & 0x7f) | 0x80);
            distance >>= 7;
        }
        packed.push(distance as u8);
    }
    packed
}

fn unpacked(item: &Item) -> Result<Vec<RepositoryId>, Error> {
    let malformed = || Error::Malformed {
        key: format!("{} {}", key_text(item, "pk"), key_text(item, "sk")),
        reason: "the list of ids is cut or damaged".to_owned(),
    };
    let Some(AttributeValue::B(packed)) = item.get("ids") else { return Err(malformed()) };
    let (mut ids, mut before, mut distance, mut shift) = (Vec::new(), 0_u64, 0_u64, 0);
    for byte in packed.as_ref() {
        if shift > 63 {
            return Err(malformed());
        }
        distance |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 != 0 {
            shift += 7;
            continue;
        }
        before = before.checked_add(distance).ok_or_else(malformed)?;
        ids.push(RepositoryId(before));
        (distance, shift) = (0, 0);
    }
    if shift == 0 { Ok(ids) } else { Err(malformed()) }
}
