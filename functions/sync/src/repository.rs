//! One repository: renamed, transferred, made public, deleted.

use covermark_github::{Error as GitHubError, Permission, Resource};
use covermark_types::{DeliveryId, InstallationId, Provider, RepositoryId};

use crate::{Progress, Sync, SyncError, installation, listing};

/// Reads the repository under the name that we know; GitHub leads from a former name to the present one. One that we do
/// not know yet, or whose name now belongs to another, is found through its installation's list.
pub(crate) async fn level(
    app: &Sync,
    provider: &Provider,
    id: RepositoryId,
    hinted: Option<InstallationId>,
    delivery: Option<&DeliveryId>,
) -> Result<Progress, SyncError> {
    let known = app.table.repository(provider, id).await?;
    let Some(installation) = hinted.or(known.as_ref().and_then(|row| row.installation)) else {
        // A hook of the repository's own, on one that no installation covers: nothing of ours depends on it.
        tracing::info!(github_repository_id = %id, "a repository without an installation; nothing to read");
        return Ok(Progress::Done);
    };
    let Some(known) = known else { return installation::level(app, provider, installation, delivery).await };
    let github = app.github(provider, Some(installation)).await?;
    let permissions = [Permission::read(Resource::Metadata)];
    let seen_at = app.clock.now();
    match github.repository_client(installation, id, &known.name, &permissions).repository().await {
        Ok(found) if found.id == id => {
            let row = listing::row(provider, Some(installation), &found, seen_at);
            app.table.put_repository(&row).await?;
            Ok(Progress::Done)
        }
        // What is suspended stays as it was; that it is suspended is read with the installation.
        Err(GitHubError::Suspended { .. }) => Ok(Progress::Done),
        // Deleted, taken from the installation, or transferred out of its reach: the list knows which. A token narrowed
        // to a repository that is not there is refused as invalid.
        Ok(_) | Err(GitHubError::NotFound(_) | GitHubError::Rejected(_) | GitHubError::InstallationGone { .. }) => {
            installation::level(app, provider, installation, delivery).await
        }
        Err(error) => Err(error.into()),
    }
}
