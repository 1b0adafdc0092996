//! A repository that has another name than we remember, because its webhook is late or lost.
//!
//! GitHub leads reads from the old name to the new one and refuses writes, so a whole run goes well until it posts.

use covermark_github::{GitHub, Permission, Resource};
use covermark_state::rows::repository::Repository;
use covermark_types::{InstallationId, RepositoryName};

use crate::{Feedback, FeedbackError};

/// Asks for the repository's name now and remembers it; `None` when GitHub knows no other one.
pub(super) async fn look_up(
    app: &Feedback,
    github: &GitHub,
    installation: InstallationId,
    known: &Repository,
) -> Result<Option<RepositoryName>, FeedbackError> {
    let seen_at = app.clock.now();
    let permissions = [Permission::read(Resource::Metadata)];
    let found = github.repository_client(installation, known.id, &known.name, &permissions).repository().await?;
    if found.id != known.id || found.name == known.name {
        return Ok(None);
    }
    tracing::info!(github_repository_id = known.id.0, "a repository has another name than we knew");
    // The name alone, at the age that the row had: whatever `sync` reads replaces it.
    app.table.put_repository(&Repository { name: found.name.clone(), seen_at, ..known.clone() }).await?;
    Ok(Some(found.name))
}
