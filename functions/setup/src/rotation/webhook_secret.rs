//! The webhook secret: accepted first, told to GitHub then, the one before accepted to the end of an overlap.

use std::time::Duration;

use covermark_service::{
    credentials::{CredentialsError, LEAST_GAP, store_webhook, stored_webhook},
    webhook_document::{MOST, WebhookDocument},
};
use covermark_types::{Secret, Timestamp, random_hex};

use super::{Rotation, RotationError};

/// How long a new secret is only accepted before GitHub is told of it. Whoever takes deliveries in may have read the
/// secrets just before it was stored, and reads them again [`LEAST_GAP`] later at the earliest; the rest is for a vault
/// that shows what was written a moment late.
pub const SETTLE: Duration = LEAST_GAP.saturating_add(Duration::from_secs(5));

/// How far a rotation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The new secret is accepted, and GitHub is told at the earliest then.
    Settling {
        /// When to go on.
        until: Timestamp,
    },
    /// GitHub has been told. Both are accepted without end until [`Rotation::finish`].
    Told,
}

impl Rotation<'_> {
    /// Goes as far as it can: makes and stores a new secret where none is on its way; tells GitHub of one that everybody
    /// accepts by now. Telling it twice does no harm, and two that rotate at once end up with one secret.
    ///
    /// # Errors
    /// When vault or GitHub fail. Whatever GitHub signs with, it is accepted.
    pub async fn advance(&self) -> Result<Progress, RotationError> {
        let document = self.document().await?;
        let now = self.clock.now();
        let Some((secret, prepared)) = document.prepared() else {
            let secret = Secret::new(random_hex::<32>(self.random));
            let next = document.prepare(secret, now).ok_or(RotationError::TooMany(MOST))?;
            store_webhook(self.vault, self.provider, &next).await?;
            return Ok(Progress::Settling { until: now + SETTLE });
        };
        let until = prepared + SETTLE;
        if now < until {
            return Ok(Progress::Settling { until });
        }
        self.github().await?.set_hook_secret(secret).await?;
        Ok(Progress::Told)
    }

    /// After GitHub was told: the new secret is the one, and those before are accepted for `overlap` from now. The end.
    ///
    /// # Errors
    /// When the vault fails; then [`Rotation::advance`] leads here once more.
    pub async fn finish(&self, overlap: Duration) -> Result<Timestamp, RotationError> {
        let (document, now) = (self.document().await?, self.clock.now());
        let until = now + overlap;
        let stored = store_webhook(self.vault, self.provider, &document.promote(now, until)).await;
        // The answer may have been lost after the writing took effect. Whoever went on then would begin another rotation.
        match stored {
            Err(_) if self.document().await.is_ok_and(|document| document.prepared().is_none()) => Ok(until),
            stored => Ok(stored.map(|()| until)?),
        }
    }

    async fn document(&self) -> Result<WebhookDocument, RotationError> {
        let stored = stored_webhook(self.vault, self.provider).await?;
        Ok(stored.ok_or_else(|| CredentialsError::NotConfigured(self.provider.clone()))?)
    }
}
