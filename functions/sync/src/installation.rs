//! One installation, and what of it goes with it when it is gone.

use covermark_github::{AccountKind, Error as GitHubError};
use covermark_state::rows::{
    installation::{Installation, Selection},
    reconcile::{Counts, Outcome, Reconciled, Run},
};
use covermark_types::{AccountId, AppId, DeliveryId, InstallationId, Provider, Timestamp};

use crate::{Progress, Sync, SyncError, listing};

/// Reads the installation and its repositories; what GitHub no longer has becomes a tombstone, and its repositories are
/// let go.
pub(crate) async fn level(
    app: &Sync,
    provider: &Provider,
    id: InstallationId,
    delivery: Option<&DeliveryId>,
) -> Result<Progress, SyncError> {
    let github = app.github(provider, Some(id)).await?;
    let seen_at = app.clock.now();
    match github.installation(id).await {
        Ok(found) => {
            let app_id = app.apps.credentials(provider).await?.app_id;
            store(app, provider, app_id, &found, seen_at).await?;
            // GitHub mints no token for a suspended installation: its list stays as it was.
            if found.suspended_at.is_some() {
                let counts = Counts { installations: 1, calls: 1, ..Counts::default() };
                complete(app, provider, id, seen_at, counts).await?;
                return Ok(Progress::Done);
            }
            listing::begin(app, &github, provider, id, seen_at, delivery).await
        }
        Err(GitHubError::NotFound(_) | GitHubError::InstallationGone { .. }) => {
            gone(app, provider, id, seen_at).await?;
            Ok(Progress::Done)
        }
        Err(error) => Err(error.into()),
    }
}

/// Writes what GitHub says of an installation; whether that was new.
pub(crate) async fn store(
    app: &Sync,
    provider: &Provider,
    app_id: AppId,
    found: &covermark_github::Installation,
    seen_at: Timestamp,
) -> Result<(), SyncError> {
    // An installation on an enterprise names no account of its own.
    let (account_id, account, kind) = match &found.account {
        Some(account) => (account.id, account.login.clone(), account.kind),
        None => (AccountId(0), String::new(), AccountKind::Other),
    };
    let row = Installation {
        provider: provider.clone(),
        id: found.id,
        app_id: found.app_id.unwrap_or(app_id),
        account_id,
        account,
        account_type: kind_name(kind).to_owned(),
        selection: match found.selection {
            covermark_github::Selection::All => Selection::All,
            covermark_github::Selection::Selected => Selection::Selected,
        },
        permissions: found.permissions.clone(),
        events: found.events.clone(),
        suspended_at: found.suspended_at,
        created_at: found.created_at.unwrap_or(seen_at),
        updated_at: found.updated_at.unwrap_or(seen_at),
        seen_at,
        reconciled_at: None,
        version: 0,
    };
    let written = app.table.put_installation(&row).await?;
    tracing::info!(github_installation_id = %found.id, account = row.account, outcome = ?written, "installation read");
    Ok(())
}

fn kind_name(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::User => "User",
        AccountKind::Organization => "Organization",
        AccountKind::Bot => "Bot",
        AccountKind::Other => "Other",
    }
}

/// Buries an installation that GitHub no longer has.
async fn gone(app: &Sync, provider: &Provider, id: InstallationId, seen_at: Timestamp) -> Result<(), SyncError> {
    app.table.delete_installation(provider, id, seen_at).await?;
    let detached = app.table.detach_repositories(provider, id, seen_at).await?;
    let counts = Counts { calls: 1, removed: detached as u64, ..Counts::default() };
    complete(app, provider, id, seen_at, counts).await?;
    tracing::info!(github_installation_id = %id, detached, "installation gone");
    Ok(())
}

async fn complete(
    app: &Sync,
    provider: &Provider,
    id: InstallationId,
    started_at: Timestamp,
    counts: Counts,
) -> Result<(), SyncError> {
    let run = Run { started_at, outcome: Outcome::Complete, counts };
    app.table.note_reconcile(provider, Reconciled::Installation(id), run, None, app.clock.now()).await?;
    Ok(())
}
