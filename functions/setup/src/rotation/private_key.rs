//! The private key: GitHub makes it (no App can), and takes several at a time. The new one is tried before it is stored;
//! the one before stays beside it until GitHub no longer knows it.

use covermark_github::{AppCredentials, Error, key_fingerprint, private_key};
use covermark_service::credentials::store_app;
use covermark_types::Secret;
use url::Url;

use super::{Rotation, RotationError};

/// A key that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewKey {
    /// The fingerprint of the new one, as GitHub shows it.
    pub fingerprint: String,
    /// The fingerprint of the one before: to be deleted at GitHub.
    pub previous: String,
    /// Where at GitHub.
    pub settings: Url,
}

/// Whether GitHub takes a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStanding {
    /// It signs.
    Accepted,
    /// It was deleted at GitHub.
    Deleted,
}

/// A key that we have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownKey {
    /// Its fingerprint, as GitHub shows it.
    pub fingerprint: String,
    /// Whether GitHub takes it.
    pub standing: KeyStanding,
}

impl Rotation<'_> {
    /// Takes a new private key into use, and keeps the one before for whoever has read it already.
    ///
    /// # Errors
    /// When it cannot be read, or GitHub does not accept it for the connected App; then nothing is stored.
    pub async fn replace_private_key(&self, pasted: &str) -> Result<NewKey, RotationError> {
        let former = self.app().await?;
        let key = private_key(pasted)?;
        let (fingerprint, previous) = (key_fingerprint(&key)?, key_fingerprint(&former.private_key)?);
        if fingerprint == previous {
            return Err(RotationError::SameKey(fingerprint));
        }
        let alone = AppCredentials { private_key: key.clone(), previous_private_key: None, ..former.clone() };
        let found = match self.client(&alone)?.app().await {
            Err(Error::Unauthorized(_) | Error::NotFound(_)) => return Err(RotationError::UnknownKey(former.app_id)),
            answer => answer?,
        };
        if found.id != former.app_id {
            return Err(RotationError::OtherApp { expected: former.app_id, found: found.id });
        }
        let slug = found.slug.as_deref().unwrap_or(&former.slug);
        let settings = found.owner().settings_page(&former.endpoints.web, slug, "");
        let both = AppCredentials { previous_private_key: Some(former.private_key.clone()), ..alone };
        store_app(self.vault, self.provider, &both).await?;
        Ok(NewKey { fingerprint, previous, settings })
    }

    /// Our keys, the newest first. A previous one that GitHub no longer knows is forgotten here too.
    ///
    /// # Errors
    /// When vault or GitHub fail.
    pub async fn private_keys(&self) -> Result<Vec<KnownKey>, RotationError> {
        let app = self.app().await?;
        let mut keys = vec![self.known_key(&app, &app.private_key).await?];
        if let Some(previous) = &app.previous_private_key {
            let known = self.known_key(&app, previous).await?;
            // Only beside one that works: with two dead keys nobody knows which of them was meant to live.
            if known.standing == KeyStanding::Deleted && keys[0].standing == KeyStanding::Accepted {
                let without = AppCredentials { previous_private_key: None, ..app.clone() };
                store_app(self.vault, self.provider, &without).await?;
            }
            keys.push(known);
        }
        Ok(keys)
    }

    async fn known_key(&self, app: &AppCredentials, key: &Secret) -> Result<KnownKey, RotationError> {
        let alone = AppCredentials { private_key: key.clone(), previous_private_key: None, ..app.clone() };
        let standing = match self.client(&alone)?.app().await {
            Ok(_) => KeyStanding::Accepted,
            Err(Error::Unauthorized(_)) => KeyStanding::Deleted,
            Err(error) => return Err(error.into()),
        };
        Ok(KnownKey { fingerprint: key_fingerprint(key)?, standing })
    }
}
