//! New secrets in place of old ones, without a delivery or a call being refused in between.
//!
//! Both ways are the same: first both are good with us, then GitHub changes over, then the old one ends. Where that is, is
//! written in the vault's documents alone; whoever is interrupted, asks again and goes on from there.

mod client_secret;
mod private_key;
mod verify;
mod webhook_secret;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use covermark_github::{AppCredentials, GitHub};
use covermark_service::{
    credentials::{self, CredentialsError},
    http_client::{self, ClientError},
};
use covermark_state::vault::Vault;
use covermark_types::{AppId, Clock, Provider, Random};

pub use private_key::{KeyStanding, KnownKey, NewKey};
pub use verify::Redelivery;
pub use webhook_secret::{Progress, SETTLE};

/// Changes one provider's secrets.
pub struct Rotation<'a> {
    /// Where they lie.
    pub vault: &'a dyn Vault,
    /// Whose.
    pub provider: &'a Provider,
    /// The process's HTTP client.
    pub http: &'a reqwest::Client,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where new secrets come from.
    pub random: &'a dyn Random,
}

/// Why a rotation does not go on. What was reached stays: asking again goes on from there.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// Nothing to rotate, or no way to the vault.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// GitHub refused, or did not answer.
    #[error("GitHub did not do what was asked")]
    GitHub(#[from] covermark_github::Error),
    /// The provider's certificate authority cannot be read.
    #[error("the provider's certificate authority cannot be used")]
    Client(#[from] ClientError),
    /// Rotated again and again within one overlap.
    #[error(
        "{0} webhook secrets are accepted at this moment, and no more are tried for one delivery. The oldest end by \
         themselves; `covermark credentials show` says when"
    )]
    TooMany(usize),
    /// The new private key cannot be read.
    #[error("the new private key cannot be used")]
    Key(#[from] covermark_github::KeyProblem),
    /// It is in use already.
    #[error("this private key is the one in use ({0}). Generate another one at GitHub, and give that one")]
    SameKey(String),
    /// GitHub says that it is another App's.
    #[error("the new private key belongs to App {found}, and App {expected} is connected here. Nothing was stored")]
    OtherApp {
        /// The connected App.
        expected: AppId,
        /// The key's.
        found: AppId,
    },
    /// GitHub does not know it.
    #[error(
        "GitHub does not accept the new private key for App {0}: it is another App's, or was deleted. Nothing was stored"
    )]
    UnknownKey(AppId),
    /// GitHub does not take the pair.
    #[error("GitHub does not accept the new client secret for client ID {0}. Nothing was stored")]
    WrongClientSecret(String),
    /// GitHub answered something else.
    #[error("GitHub answered \"{0}\" when the client secret was tried. Nothing was stored; is the App suspended?")]
    NotTried(String),
}

impl Rotation<'_> {
    async fn app(&self) -> Result<AppCredentials, RotationError> {
        let stored = credentials::stored_app(self.vault, self.provider).await?;
        Ok(stored.ok_or_else(|| CredentialsError::NotConfigured(self.provider.clone()))?)
    }

    /// The connected App's client.
    async fn github(&self) -> Result<GitHub, RotationError> {
        let app = self.app().await?;
        self.client(&app)
    }

    fn client(&self, app: &AppCredentials) -> Result<GitHub, RotationError> {
        Ok(GitHub::new(self.http_of(app)?, app, self.clock.clone())?)
    }

    fn http_of(&self, app: &AppCredentials) -> Result<reqwest::Client, RotationError> {
        Ok(match &app.private_ca {
            Some(pem) => http_client::build(Some(pem.as_bytes()))?,
            None => self.http.clone(),
        })
    }
}
