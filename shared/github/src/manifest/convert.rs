//! The code that GitHub sends back after a manifest, turned into the App's credentials: `POST
//! /app-manifests/{code}/conversions`. It works once, within an hour, for whoever has the code.

use std::sync::Arc;

use covermark_types::{AppId, Clock, Secret};
use reqwest::Method;
use serde::Deserialize;
use url::Url;

use crate::{
    credentials::AppCredentials, endpoints::Endpoints, error::Error, lenient, request::Auth, request::Request,
    resources::installations::Account, transport::Transport,
};

/// Bytes of the answer that are read: a key and a few texts.
const LIMIT: usize = 256 * 1024;

/// What GitHub made.
#[derive(Clone)]
pub struct Created {
    /// Everything but the webhook secret.
    pub app: AppCredentials,
    /// What deliveries are signed with; `None` when GitHub made none, and one must be set.
    pub webhook_secret: Option<Secret>,
    /// Whose it is.
    pub owner: Option<Account>,
    /// The App's public page.
    pub page: Option<Url>,
}

/// How a conversion is done.
pub struct Conversion {
    /// The client to send with. It must not follow redirections by itself.
    pub http: reqwest::Client,
    /// The GitHub that the code came from.
    pub endpoints: Endpoints,
    /// Its own certificate authority, kept with the credentials.
    pub private_ca: Option<String>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

#[derive(Deserialize)]
struct Answer {
    id: AppId,
    slug: String,
    client_id: String,
    client_secret: Secret,
    pem: Secret,
    #[serde(default)]
    webhook_secret: Option<Secret>,
    #[serde(default)]
    html_url: Option<Url>,
    #[serde(default, deserialize_with = "lenient::nullable")]
    owner: Option<Account>,
}

/// Turns `code` into an App's credentials. Sent once: it cannot be done twice.
///
/// # Errors
/// [`Error::NotFound`] for a code that is unknown, was used, or is older than an hour.
pub async fn convert(with: Conversion, code: &Secret) -> Result<Created, Error> {
    // The code is a credential: in messages the path stands for itself.
    let request =
        Request::new(Method::POST, &with.endpoints.api, &["app-manifests", code.expose(), "conversions"]).limit(LIMIT);
    let transport = Transport::new(with.http, with.clock);
    let reply = transport.send(&request.named("POST /app-manifests/{code}/conversions"), &Auth::Nobody).await?;
    let answer: Answer = reply.json()?;
    Ok(Created {
        app: AppCredentials {
            endpoints: with.endpoints,
            private_ca: with.private_ca,
            previous_private_key: None,
            app_id: answer.id,
            slug: answer.slug,
            client_id: answer.client_id,
            client_secret: answer.client_secret,
            private_key: answer.pem,
        },
        webhook_secret: answer.webhook_secret.filter(|secret| !secret.is_empty()),
        owner: answer.owner,
        page: answer.html_url,
    })
}
