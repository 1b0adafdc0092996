//! Whether a delivery that GitHub signs now is taken in: one of the last days is asked for again. It has the GUID of the
//! one before, so it is known and does nothing.

use std::time::Duration;

use covermark_github::{GitHub, HookDelivery};

use super::{Rotation, RotationError};

/// GitHub makes a redelivery within a second or two.
const PAUSE: Duration = Duration::from_secs(1);

/// What became of the delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redelivery {
    /// It was taken in.
    Accepted,
    /// It was not: what was answered (0: nobody was reached), and GitHub's words for it.
    Refused(u16, String),
    /// GitHub has not sent it yet.
    UnderWay,
    /// GitHub has nothing to send again: it has delivered nothing for days.
    NothingSent,
}

impl Rotation<'_> {
    /// Asks for the newest delivery once more and looks up to `patience` times, a second apart, what came of it.
    ///
    /// # Errors
    /// When GitHub does not answer.
    pub async fn verify(&self, patience: u32) -> Result<Redelivery, RotationError> {
        let github = self.github().await?;
        let before = github.hook_deliveries(None).await?.items;
        let Some(newest) = before.first() else { return Ok(Redelivery::NothingSent) };
        match github.redeliver(newest.id).await {
            // Forgotten between two calls.
            Err(error) if error.is_not_found() => return Ok(Redelivery::NothingSent),
            outcome => outcome?,
        }
        for look in 0..patience {
            if look > 0 {
                tokio::time::sleep(PAUSE).await;
            }
            if let Some(attempt) = fresh(&github, &before, newest).await? {
                return Ok(if attempt.was_taken() {
                    Redelivery::Accepted
                } else {
                    Redelivery::Refused(attempt.status_code, attempt.status)
                });
            }
        }
        Ok(Redelivery::UnderWay)
    }
}

async fn fresh(
    github: &GitHub,
    before: &[HookDelivery],
    newest: &HookDelivery,
) -> Result<Option<HookDelivery>, RotationError> {
    let is_new =
        |attempt: &HookDelivery| attempt.guid == newest.guid && before.iter().all(|earlier| earlier.id != attempt.id);
    Ok(github.hook_deliveries(None).await?.items.into_iter().find(is_new))
}
