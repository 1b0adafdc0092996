//! The GitHubs that an App is connected for, in one partition, so that they can be listed without a Scan. Nothing in it
//! is secret: keys and secrets are the vault's.
//!
//! Beside it, what was last heard of each one's webhook: whether deliveries reach us is known to the function that they
//! reach, and asked for by the one that sets the App up.

use covermark_types::{AppId, DeliveryId, Provider, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};
use url::Url;

use super::ttl;
use crate::{
    Error, Table,
    table::{Key, Query, item, number, without_nulls},
};

/// As long as GitHub's own log of deliveries on an Enterprise Server, and longer than on github.com.
const PING_SECONDS: i64 = 8 * 24 * 3600;

/// A GitHub with an App of ours.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectedProvider {
    /// What it is called here: `gh`, `ghe`, or a further name.
    pub slug: Provider,
    /// What people open.
    pub web_url: Url,
    /// Where its REST API answers.
    pub api_url: Url,
    /// The App's name in addresses.
    pub app_slug: String,
    /// The App's id.
    pub app_id: AppId,
    /// The App's client ID.
    pub client_id: String,
    /// Whether it is reached with a certificate authority of its own; the authority lies with the credentials.
    #[serde(default)]
    pub private_ca: bool,
    /// When the credentials were last stored.
    #[serde(with = "millisecond::required")]
    pub connected_at: Timestamp,
    /// By whom: a login, `set-up code`, or `command line`.
    pub connected_by: String,
}

/// A `ping` of GitHub's that was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ping {
    /// Its GUID.
    pub delivery: DeliveryId,
    /// When it came, its signature checked.
    #[serde(with = "millisecond::required")]
    pub received_at: Timestamp,
}

const PARTITION: &str = "PROVIDERS";

fn key(slug: &Provider) -> Key {
    Key::new(PARTITION, slug.as_str())
}

fn ping_key(slug: &Provider) -> Key {
    Key::new(format!("PING#{slug}"), "PING")
}

impl Table {
    /// Remembers that an App is connected, in place of the one before.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_provider(&self, provider: &ConnectedProvider) -> Result<(), Error> {
        self.put(without_nulls(item(&key(&provider.slug), provider)?), None).await.map(|_| ())
    }

    /// All of them, by name.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn providers(&self) -> Result<Vec<ConnectedProvider>, Error> {
        self.query(Query::table(PARTITION)).await
    }

    /// One of them.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn provider(&self, slug: &Provider) -> Result<Option<ConnectedProvider>, Error> {
        self.get(&key(slug)).await
    }

    /// Remembers a `ping` that was taken in, in place of the one before.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn put_ping(&self, slug: &Provider, ping: &Ping) -> Result<(), Error> {
        let mut item = item(&ping_key(slug), ping)?;
        item.insert("ttl".to_owned(), number(ttl(ping.received_at, PING_SECONDS)));
        self.put(item, None).await.map(|_| ())
    }

    /// The last `ping` that was taken in.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn ping(&self, slug: &Provider, now: Timestamp) -> Result<Option<Ping>, Error> {
        self.get_live(&ping_key(slug), now).await
    }
}
