//! Whether deliveries arrive: the `ping` that GitHub sends when a webhook is made, asked for once more where it came too
//! early to be let in, and waited for.

use covermark_github::{Error, GitHub, HookAttempt};
use covermark_state::{Table, rows::provider::ConnectedProvider};
use covermark_types::Timestamp;

/// What is known of the test delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It came, signed as it should be.
    Arrived(Timestamp),
    /// GitHub was asked to send it again; it is under way.
    UnderWay,
    /// GitHub's last try failed: our answer's status (0: nobody answered), GitHub's words.
    Failed(u16, String),
    /// GitHub has sent nothing within its memory that could be sent again.
    NothingSent,
}

/// Looks for the `ping`, and has it sent again if it did not get in since the credentials were stored.
///
/// # Errors
/// When GitHub or the table does not answer.
pub async fn arrival(
    github: &GitHub,
    table: &Table,
    provider: &ConnectedProvider,
    now: Timestamp,
) -> Result<Arrival, ArrivalError> {
    if let Some(ping) = table.ping(&provider.slug, now).await?
        && ping.received_at >= provider.connected_at
    {
        return Ok(Arrival::Arrived(ping.received_at));
    }
    let attempts = github.recent_hook_attempts().await?;
    let Some(latest) = attempts.iter().find(|attempt| attempt.event == "ping") else {
        return Ok(Arrival::NothingSent);
    };
    let tried =
        |attempt: &HookAttempt| attempt.redelivery && attempt.delivered_at.is_none_or(|at| at >= provider.connected_at);
    if tried(latest) && !(200..300).contains(&latest.status_code) && !is_too_early(latest) {
        return Ok(Arrival::Failed(latest.status_code, latest.status.clone()));
    }
    // Asking again is harmless: at most one each time that the page is looked at.
    github.redeliver(latest.id).await?;
    Ok(Arrival::UnderWay)
}

/// The function that takes deliveries in had read the secrets a moment before they were stored.
fn is_too_early(attempt: &HookAttempt) -> bool {
    matches!(attempt.status_code, 403 | 404)
}

/// Why it is not known.
#[derive(Debug, thiserror::Error)]
pub enum ArrivalError {
    /// GitHub does not answer.
    #[error(transparent)]
    GitHub(#[from] Error),
    /// The table does not answer.
    #[error(transparent)]
    State(#[from] covermark_state::Error),
}
