//! How the App's webhook is configured; what was sent to it is in `hook_deliveries`
//! (<https://docs.github.com/rest/apps/webhooks>).

use covermark_types::Secret;
use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use crate::{client::GitHub, error::Error, lenient};

/// How the App's webhook is configured.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct HookConfig {
    /// Where deliveries go; empty when there is no webhook.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub url: String,
    /// `json` or `form`.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub content_type: String,
    /// `0`: GitHub checks our certificate; `1`: it does not. GitHub sends it as a text or as a number.
    #[serde(default, deserialize_with = "text")]
    pub insecure_ssl: String,
}

fn text<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    Ok(match serde_json::Value::deserialize(deserializer)? {
        serde_json::Value::String(text) => text,
        serde_json::Value::Number(number) => number.to_string(),
        _ => String::new(),
    })
}

impl GitHub {
    /// Where the App's webhook sends to; `None` when it is switched off, or there is none.
    ///
    /// # Errors
    /// As every call to GitHub.
    pub async fn hook_address(&self) -> Result<Option<String>, Error> {
        match self.hook_config().await {
            Ok(config) => Ok(Some(config.url).filter(|url| !url.is_empty())),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The webhook's configuration: `GET /app/hook/config`.
    ///
    /// # Errors
    /// [`Error::NotFound`] when the App has no webhook.
    pub async fn hook_config(&self) -> Result<HookConfig, Error> {
        self.send_as_app(&self.request(Method::GET, &["app", "hook", "config"]).conditional()).await?.json()
    }

    /// Gives the webhook a new secret and leaves the rest: `PATCH /app/hook/config`.
    ///
    /// # Errors
    /// As for every call.
    pub async fn set_hook_secret(&self, secret: &Secret) -> Result<(), Error> {
        let body = json!({ "secret": secret.expose() });
        let request = self.request(Method::PATCH, &["app", "hook", "config"]).json(&body);
        self.send_as_app(&request).await.map(|_| ())
    }
}
