//! A repository's own webhooks (<https://docs.github.com/rest/repos/webhooks>). All of it needs `repository_hooks: write`,
//! which an App asks for only where its own webhook cannot be used.

use std::fmt;

use covermark_types::Secret;
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    client::RepositoryClient,
    error::Error,
    lenient,
    page::{PER_PAGE, Page},
};

/// GitHub's id of a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HookId(pub u64);

impl fmt::Display for HookId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A hook, as far as it matters whether it is ours and still as we want it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RepositoryWebhook {
    /// Its id.
    pub id: HookId,
    /// Whether GitHub sends anything.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub active: bool,
    /// The events that it is for.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub events: Vec<String>,
    #[serde(default, deserialize_with = "lenient::nullable")]
    config: Config,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
struct Config {
    #[serde(default, deserialize_with = "lenient::nullable")]
    url: String,
}

impl RepositoryWebhook {
    /// Where it sends to.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.config.url
    }
}

/// A hook as it should be.
pub struct WantedWebhook<'a> {
    /// Where it sends to.
    pub url: &'a str,
    /// What it is signed with.
    pub secret: &'a Secret,
    /// The events that it is for.
    pub events: &'a [&'a str],
}

impl WantedWebhook<'_> {
    fn body(&self) -> Value {
        json!({
            "active": true,
            "events": self.events,
            "config": { "url": self.url, "content_type": "json", "secret": self.secret.expose(), "insecure_ssl": "0" },
        })
    }
}

impl RepositoryClient {
    /// A page (from 1) of the repository's hooks, 100 at a time: `GET /repos/{owner}/{repo}/hooks`.
    ///
    /// # Errors
    /// [`Error::NotFound`] or [`Error::Forbidden`] without the permission.
    pub async fn webhooks_page(&self, page: u32) -> Result<Page<RepositoryWebhook>, Error> {
        let request =
            self.request(Method::GET, &["hooks"]).query("per_page", PER_PAGE).query("page", &page.to_string());
        let reply = self.send(&request).await?;
        Page::of(reply.json()?, page, &reply)
    }

    /// Makes a hook: `POST /repos/{owner}/{repo}/hooks`. GitHub pings it by itself.
    ///
    /// # Errors
    /// [`Error::Rejected`] when one with the same address is there already, or the repository has its most of 20.
    pub async fn create_webhook(&self, wanted: &WantedWebhook<'_>) -> Result<RepositoryWebhook, Error> {
        let mut body = wanted.body();
        body["name"] = json!("web");
        self.send(&self.request(Method::POST, &["hooks"]).json(&body)).await?.json()
    }

    /// Makes a hook be as wanted: `PATCH /repos/{owner}/{repo}/hooks/{hook_id}`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is gone.
    pub async fn update_webhook(&self, id: HookId, wanted: &WantedWebhook<'_>) -> Result<RepositoryWebhook, Error> {
        let request = self.request(Method::PATCH, &["hooks", &id.to_string()]).json(&wanted.body());
        self.send(&request).await?.json()
    }

    /// Has GitHub send a ping: `POST /repos/{owner}/{repo}/hooks/{hook_id}/pings`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the hook is gone.
    pub async fn ping_webhook(&self, id: HookId) -> Result<(), Error> {
        // A second ping does no harm.
        let request = self.request(Method::POST, &["hooks", &id.to_string(), "pings"]).repeatable();
        self.send(&request).await.map(drop)
    }

    /// Takes a hook away: `DELETE /repos/{owner}/{repo}/hooks/{hook_id}`. One that is gone already is no error.
    ///
    /// # Errors
    /// As every call to GitHub.
    pub async fn delete_webhook(&self, id: HookId) -> Result<(), Error> {
        let request = self.request(Method::DELETE, &["hooks", &id.to_string()]).repeatable();
        match self.send(&request).await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }
}
