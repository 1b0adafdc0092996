//! What a person may see at GitHub, as it was when GitHub was last asked: the installations, and for each the
//! repositories with the person's rights.
//!
//! A list is written whole, after it was read to its end, and never by one that was begun earlier.

use std::io::{Read as _, Write as _};

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use covermark_types::{AccountId, InstallationId, Provider, RepositoryId, Timestamp, UserId};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::ttl;
use crate::{
    Error, Table, Write,
    table::{Condition, Key, Query, key_text, live, number},
};

/// How long a list is kept for when GitHub does not answer; whoever reads it decides how old it may be.
const KEPT_SECONDS: i64 = 24 * 60 * 60;
/// Most bytes of a list that is read back: what fits into a row is far smaller.
const MAX_UNPACKED: u64 = 64 * 1024 * 1024;

/// What a person may do in a repository; each includes those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Right {
    /// Nothing, not even know of it.
    None,
    /// Look.
    Read,
    /// Look and push.
    Write,
    /// Everything.
    Admin,
}

/// An installation that a person sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenInstallation {
    /// Its id.
    pub id: InstallationId,
    /// The account's id; `None` in lists that were kept before it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<AccountId>,
    /// The account's login.
    pub account: String,
    /// GitHub's word for the account: `Organization`, `User`, `Enterprise`.
    pub account_type: String,
    /// Whether it covers all of the account's repositories, those of the future too.
    pub all_repositories: bool,
    /// Whether it is suspended.
    pub suspended: bool,
}

/// A repository that a person sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenRepository {
    /// Its id.
    pub id: RepositoryId,
    /// Its name: `owner/name`.
    pub name: String,
    /// Whether only some may see it.
    pub private: bool,
    /// What the person may do.
    pub right: Right,
}

/// A list and the moment just before GitHub was asked for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen<T> {
    /// All of it.
    pub items: Vec<T>,
    /// As of when.
    pub at: Timestamp,
}

fn partition(provider: &Provider, user: UserId) -> String {
    format!("SEEN#{provider}#{user}")
}

fn installations(provider: &Provider, user: UserId) -> Key {
    Key::new(partition(provider, user), "INSTALLATIONS")
}

fn repositories(provider: &Provider, user: UserId, installation: InstallationId) -> Key {
    Key::new(partition(provider, user), format!("REPOSITORIES#{installation}"))
}

impl Table {
    /// The installations that a person saw.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn seen_installations(
        &self,
        provider: &Provider,
        user: UserId,
        now: Timestamp,
    ) -> Result<Option<Seen<SeenInstallation>>, Error> {
        self.get_seen(&installations(provider, user), now).await
    }

    /// Remembers the installations that a person sees.
    ///
    /// # Errors
    /// When the table cannot be written, or the list is larger than a row can be.
    pub async fn put_seen_installations(
        &self,
        provider: &Provider,
        user: UserId,
        seen: &Seen<SeenInstallation>,
    ) -> Result<Write, Error> {
        self.put_seen(&installations(provider, user), seen).await
    }

    /// The repositories of an installation that a person saw.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn seen_repositories(
        &self,
        provider: &Provider,
        user: UserId,
        installation: InstallationId,
        now: Timestamp,
    ) -> Result<Option<Seen<SeenRepository>>, Error> {
        self.get_seen(&repositories(provider, user, installation), now).await
    }

    /// Remembers the repositories of an installation that a person sees.
    ///
    /// # Errors
    /// When the table cannot be written, or the list is larger than a row can be.
    pub async fn put_seen_repositories(
        &self,
        provider: &Provider,
        user: UserId,
        installation: InstallationId,
        seen: &Seen<SeenRepository>,
    ) -> Result<Write, Error> {
        self.put_seen(&repositories(provider, user, installation), seen).await
    }

    /// Forgets all that a person saw.
    ///
    /// # Errors
    /// When the table cannot be used.
    pub async fn forget_seen(&self, provider: &Provider, user: UserId) -> Result<(), Error> {
        for item in self.query_items(Query::table(partition(provider, user))).await? {
            let key = Key::new(key_text(&item, "pk"), key_text(&item, "sk"));
            self.delete(&key, None).await?;
        }
        Ok(())
    }

    async fn get_seen<T: DeserializeOwned>(&self, key: &Key, now: Timestamp) -> Result<Option<Seen<T>>, Error> {
        let Some(item) = self.get_item(key).await?.filter(|item| live(item, now)) else { return Ok(None) };
        let malformed = |reason: String| Error::Malformed { key: format!("{} {}", key.pk, key.sk), reason };
        let (Some(AttributeValue::B(list)), Some(AttributeValue::N(at))) = (item.get("list"), item.get("at")) else {
            return Err(malformed("the list or its time is missing".to_owned()));
        };
        let at = at.parse().ok().and_then(|at| Timestamp::from_millisecond(at).ok());
        let at = at.ok_or_else(|| malformed("the time is none".to_owned()))?;
        let json = unpack(list.as_ref()).map_err(|error| malformed(error.to_string()))?;
        let items = serde_json::from_slice(&json).map_err(|error| malformed(error.to_string()))?;
        Ok(Some(Seen { items, at }))
    }

    async fn put_seen<T: Serialize>(&self, key: &Key, seen: &Seen<T>) -> Result<Write, Error> {
        let list = serde_json::to_vec(&seen.items).map_err(|error| Error::unreadable("a list", error))?;
        let list = pack(&list).map_err(|error| Error::unreadable("a list", error))?;
        let mut item = key.item();
        item.insert("list".to_owned(), AttributeValue::B(Blob::new(list)));
        item.insert("at".to_owned(), number(seen.at.as_millisecond()));
        item.insert("ttl".to_owned(), number(ttl(seen.at, KEPT_SECONDS)));
        let newer =
            Condition::new("attribute_not_exists(#pk) OR #at <= :at").value(":at", number(seen.at.as_millisecond()));
        self.put(item, Some(newer)).await
    }
}

/// Lists are kept compressed: the names of thousands of repositories must fit into one row.
fn pack(list: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(list)?;
    encoder.finish()
}

fn unpack(packed: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut list = Vec::new();
    DeflateDecoder::new(packed).take(MAX_UNPACKED).read_to_end(&mut list)?;
    Ok(list)
}
