//! The client secret: GitHub makes it, takes several at a time, and shows each once. The new one is tried before it is
//! stored; the one before needs no place here, since it works until it is deleted at GitHub.

use covermark_github::{
    AppCredentials,
    oauth::{OAuth, OAuthError},
};
use covermark_service::credentials::store_app;
use covermark_types::Secret;
use url::Url;

use super::{Rotation, RotationError};

impl Rotation<'_> {
    /// Takes a new client secret into use.
    ///
    /// # Errors
    /// When GitHub does not accept it for the connected App's client ID; then nothing is stored.
    pub async fn replace_client_secret(&self, secret: Secret) -> Result<(), RotationError> {
        let app = AppCredentials { client_secret: secret, ..self.app().await? };
        let oauth = OAuth::new(self.http_of(&app)?, &app, self.clock.clone());
        // Any address does: GitHub looks at the secret before it looks at anything else.
        let anywhere: &Url = &app.endpoints.web;
        match oauth.accepts_client(anywhere).await {
            Ok(true) => {}
            Ok(false) => return Err(RotationError::WrongClientSecret(app.client_id)),
            Err(OAuthError::GitHub(error)) => return Err(error.into()),
            Err(OAuthError::Refused { code, .. }) => return Err(RotationError::NotTried(code)),
        }
        Ok(store_app(self.vault, self.provider, &app).await?)
    }
}
