//! Whether deliveries arrive: the `ping` that GitHub sends when a webhook is made, asked for once more where it came too
//! early to be let in, and waited for.

use covermark_github::{Error, GitHub, HookDelivery};
use covermark_state::{Table, rows::provider::ConnectedProvider};
use covermark_types::Timestamp;

/// What is known of the test delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It came, signed as it should be.
    Arrived(Timestamp),
    /// The ping is older than GitHub's log, and another event, this one, was delivered since.
    Delivered(String, Timestamp),
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
    let attempts = github.hook_deliveries(None).await?.items;
    let Some(latest) = attempts.iter().find(|attempt| attempt.event == "ping") else {
        return Ok(delivered_since(&attempts, provider));
    };
    let tried = |attempt: &HookDelivery| attempt.redelivery && attempt.delivered_at >= provider.connected_at;
    if tried(latest) && !latest.was_taken() && !is_too_early(latest) {
        return Ok(Arrival::Failed(latest.status_code, latest.status.clone()));
    }
    let asked_just_now = tried(latest) && now.duration_since(latest.delivered_at).as_secs() < JUST_NOW_SECONDS;
    if !asked_just_now || is_too_early(latest) {
        github.redeliver(latest.id).await?;
    }
    Ok(Arrival::UnderWay)
}

fn delivered_since(attempts: &[HookDelivery], provider: &ConnectedProvider) -> Arrival {
    let mut delivered = attempts.iter().filter(|attempt| attempt.was_taken());
    match delivered.find(|attempt| attempt.delivered_at >= provider.connected_at) {
        Some(attempt) => Arrival::Delivered(attempt.event.clone(), attempt.delivered_at),
        None => Arrival::NothingSent,
    }
}

/// How long a delivery that GitHub calls delivered may take to be seen here.
const JUST_NOW_SECONDS: i64 = 10;

/// The function that takes deliveries in had read the secrets a moment before they were stored.
fn is_too_early(attempt: &HookDelivery) -> bool {
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
