//! One repository on GitHub, as the installation may see it.

use covermark_github::{GitHub, RepositoryClient};
use covermark_types::{InstallationId, Provider, RepositoryId, RepositoryName};

use super::rights::Rights;
use crate::{Feedback, FeedbackError, render::Place};

/// Where to ask, and what may be asked.
pub(crate) struct Site {
    pub(crate) place: Place,
    pub(crate) client: RepositoryClient,
    pub(crate) rights: Rights,
}

impl Site {
    /// The repository under this name, with these rights.
    pub(crate) fn new(
        app: &Feedback,
        github: &GitHub,
        (provider, repository, name): (&Provider, RepositoryId, &RepositoryName),
        installation: InstallationId,
        rights: Rights,
    ) -> Self {
        let permissions = rights.permissions();
        Self {
            place: Place {
                pages: app.public_url.clone(),
                provider: provider.clone(),
                web: github.endpoints().web.clone(),
                repository,
                name: name.clone(),
            },
            client: github.repository_client(installation, repository, name, &permissions),
            rights,
        }
    }

    /// The repository as our rows have it; `None` when the App does not see it, or nobody has told us of its rights yet.
    pub(crate) async fn remembered(
        app: &Feedback,
        provider: &Provider,
        repository: RepositoryId,
    ) -> Result<Option<Self>, FeedbackError> {
        let Some(row) = app.table.repository(provider, repository).await? else { return Ok(None) };
        let (None, Some(installation)) = (row.removed_at, row.installation) else { return Ok(None) };
        let Some(known) = app.table.installation(provider, installation).await? else { return Ok(None) };
        let github = app.apps.github_for(provider, Some(installation)).await?;
        let rights = Rights::of(&known.permissions);
        Ok(Some(Self::new(app, &github, (provider, repository, &row.name), installation, rights)))
    }
}
