//! Who may see what, as far as it is remembered here: answers of GitHub's that may no longer hold are given up, and a
//! person who took the App's authorization back is signed out everywhere.

use covermark_state::rows::access::AccessOf;
use covermark_types::{AccountId, Provider, UserId};

use crate::{Sync, SyncError};

/// Somebody may see more or less than before.
pub(crate) async fn changed(
    app: &Sync,
    provider: &Provider,
    user: Option<UserId>,
    organization: Option<AccountId>,
) -> Result<(), SyncError> {
    let now = app.clock.now();
    let whose = match (user, organization) {
        (Some(user), _) => AccessOf::User(user),
        (None, Some(organization)) => AccessOf::Account(organization),
        (None, None) => return Ok(()),
    };
    app.table.note_access_change(provider, whose, now).await?;
    if let Some(user) = user {
        app.table.forget_seen(provider, user).await?;
    }
    Ok(())
}

/// A person took back what the App may do in their name: their tokens are void at GitHub, and of no use here.
pub(crate) async fn revoked(app: &Sync, provider: &Provider, user: UserId) -> Result<(), SyncError> {
    let now = app.clock.now();
    app.table.note_access_change(provider, AccessOf::User(user), now).await?;
    app.table.forget_seen(provider, user).await?;
    let sessions = app.table.end_sessions_of(provider, user, now).await?;
    tracing::info!(user = %user, sessions, "a person took back what the App may do in their name");
    Ok(())
}
