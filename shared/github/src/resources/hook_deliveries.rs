//! The deliveries of the App's webhook, as GitHub remembers them: three days on github.com, seven on an Enterprise
//! Server (<https://docs.github.com/rest/apps/webhooks>).

use std::collections::BTreeMap;

use bytes::Bytes;
use covermark_types::{AppId, DeliveryId, InstallationId, RepositoryId, Timestamp};
use reqwest::Method;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    client::GitHub,
    error::Error,
    lenient,
    page::{PER_PAGE, next_parameter},
    webhook::{Delivery, Fetched},
};

/// Bytes of a delivery that are read: GitHub sends no payload above 25 MB, and shows ours and its headers beside it.
const DELIVERY_LIMIT: usize = 32 * 1024 * 1024;

/// One attempt to deliver something. Attempts of one delivery have the same GUID.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HookDelivery {
    /// GitHub's id of the attempt.
    pub id: u64,
    /// The delivery's GUID.
    pub guid: DeliveryId,
    /// When it was tried.
    pub delivered_at: Timestamp,
    /// Whether it repeats an earlier one.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub redelivery: bool,
    /// What the hook answered; 0 when it did not.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub status_code: u16,
    /// GitHub's word for it: `OK`, or what went wrong.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub status: String,
    /// The event's name.
    pub event: String,
    /// The event's action, where it has one.
    #[serde(default)]
    pub action: Option<String>,
    /// The installation that it was for.
    #[serde(default)]
    pub installation_id: Option<InstallationId>,
    /// The repository that it is about.
    #[serde(default)]
    pub repository_id: Option<RepositoryId>,
}

impl HookDelivery {
    /// Whether the hook took it: any 2xx.
    #[must_use]
    pub fn was_taken(&self) -> bool {
        (200..300).contains(&self.status_code)
    }
}

/// A page of attempts, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookDeliveries {
    /// The attempts.
    pub items: Vec<HookDelivery>,
    /// Where to go on; `None` at the end. An opaque text of GitHub's.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct Full<'a> {
    guid: DeliveryId,
    event: String,
    #[serde(borrow)]
    request: Sent<'a>,
}

#[derive(Deserialize)]
struct Sent<'a> {
    #[serde(default, deserialize_with = "lenient::nullable")]
    headers: BTreeMap<String, serde_json::Value>,
    #[serde(borrow)]
    payload: &'a RawValue,
}

impl GitHub {
    /// A page of the App's deliveries, from `cursor` on: `GET /app/hook/deliveries`.
    ///
    /// # Errors
    /// As every call to GitHub.
    pub async fn hook_deliveries(&self, cursor: Option<&str>) -> Result<HookDeliveries, Error> {
        let mut request = self.request(Method::GET, &["app", "hook", "deliveries"]).query("per_page", PER_PAGE);
        if let Some(cursor) = cursor {
            request = request.query("cursor", cursor);
        }
        let reply = self.send_as_app(&request).await?;
        let next = reply.header("link").and_then(|link| next_parameter(link, "cursor"));
        // A listing that does not move on would be read for ever.
        if next.is_some() && next.as_deref() == cursor {
            return Err(Error::Malformed { call: request.call(), path: "link".to_owned() });
        }
        Ok(HookDeliveries { items: reply.json()?, next })
    }

    /// What was sent with an attempt: `GET /app/hook/deliveries/{id}`. It is as good as a signed delivery, and says that
    /// it is none.
    ///
    /// # Errors
    /// [`Error::NotFound`] when GitHub remembers it no longer.
    pub async fn hook_delivery(&self, id: u64) -> Result<Fetched<Delivery>, Error> {
        let request = self.request(Method::GET, &["app", "hook", "deliveries", &id.to_string()]).limit(DELIVERY_LIMIT);
        let reply = self.send_as_app(&request).await?;
        let malformed = || Error::Malformed { call: request.call(), path: "request.payload".to_owned() };
        let full: Full<'_> = serde_json::from_slice(&reply.body).map_err(|_| malformed())?;
        let header = |name: &str| {
            let found = full.request.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
            found.1.as_str()
        };
        let target_id: Option<AppId> =
            header("X-GitHub-Hook-Installation-Target-ID").and_then(|text| text.parse().ok());
        let body = Bytes::copy_from_slice(full.request.payload.get().as_bytes());
        Ok(Fetched::from_github(Delivery { id: full.guid, event: full.event, target_id, body }))
    }

    /// Asks GitHub to send a delivery again: `POST /app/hook/deliveries/{id}/attempts`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when GitHub has forgotten it, after three days (Enterprise Server: seven).
    pub async fn redeliver(&self, attempt: u64) -> Result<(), Error> {
        let id = attempt.to_string();
        let request = self.request(Method::POST, &["app", "hook", "deliveries", &id, "attempts"]);
        self.send_as_app(&request).await.map(|_| ())
    }
}
