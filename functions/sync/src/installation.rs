//! One installation and the list of its repositories.

use std::collections::HashSet;

use covermark_github::{AccountKind, Error as GitHubError, GitHub};
use covermark_state::rows::{
    installation::{Installation, Selection},
    repository::Repository,
};
use covermark_types::{AccountId, AppId, InstallationId, Provider, RepositoryId, Timestamp};

use crate::{Sync, SyncError};

/// Reads the installation; what GitHub no longer has becomes a tombstone, and its repositories are let go.
pub(crate) async fn level(app: &Sync, provider: &Provider, id: InstallationId) -> Result<(), SyncError> {
    let github = app.apps.github(provider).await?;
    let seen_at = app.clock.now();
    match github.installation(id).await {
        Ok(found) => {
            let app_id = app.apps.credentials(provider).await?.app_id;
            store(app, provider, app_id, &found, seen_at).await?;
            // GitHub mints no token for a suspended installation: its list stays as it was.
            if found.suspended_at.is_some() {
                return Ok(());
            }
            repositories(app, &github, provider, id).await
        }
        Err(GitHubError::NotFound(_) | GitHubError::InstallationGone { .. }) => gone(app, provider, id, seen_at).await,
        Err(error) => Err(error.into()),
    }
}

/// Writes what GitHub says of an installation.
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
    tracing::info!(github_installation_id = %id, detached, "installation gone");
    Ok(())
}

/// Reads the list to its end, page by page, then lets go what is not on it. A listing that fails half-way takes nothing
/// away.
async fn repositories(app: &Sync, github: &GitHub, provider: &Provider, id: InstallationId) -> Result<(), SyncError> {
    let client = github.installation_client(id);
    let started = app.clock.now();
    let mut listed: HashSet<RepositoryId> = HashSet::new();
    let (mut next, mut total) = (Some(1), None);
    while let Some(page) = next {
        let seen_at = app.clock.now();
        let found = client.repositories_page(page).await?;
        let rows: Vec<Repository> =
            found.items.iter().map(|repository| row(provider, Some(id), repository, seen_at)).collect();
        listed.extend(rows.iter().map(|row| row.id));
        app.table.put_repositories(&rows).await?;
        (next, total) = (found.next, found.total);
    }
    // What moved from page to page while the list was read is on none of them. Then nothing is taken away; the next
    // reading is complete.
    if total.is_some_and(|total| total != listed.len() as u64) {
        tracing::info!(github_installation_id = %id, listed = listed.len(), total, "the list changed while it was read");
        return Ok(());
    }
    for known in app.table.repositories_of(provider, id).await? {
        if !listed.contains(&known.id) {
            app.table.remove_repository(provider, known.id, id, started).await?;
        }
    }
    app.table.set_installation_reconciled(provider, id, started).await?;
    tracing::info!(github_installation_id = %id, repositories = listed.len(), "repositories read");
    Ok(())
}

/// A repository as GitHub shows it, as the row that we keep.
pub(crate) fn row(
    provider: &Provider,
    installation: Option<InstallationId>,
    found: &covermark_github::Repository,
    seen_at: Timestamp,
) -> Repository {
    Repository {
        provider: provider.clone(),
        id: found.id,
        name: found.name.clone(),
        owner_id: found.owner.as_ref().map_or(AccountId(0), |owner| owner.id),
        installation,
        private: found.private,
        archived: found.archived,
        fork: found.fork,
        // An empty repository has no branch yet.
        default_branch: found.default_branch.clone().unwrap_or_default(),
        updated_at: found.updated_at.unwrap_or(seen_at),
        seen_at,
        removed_at: None,
        version: 0,
    }
}
