//! What GitHub is asked before a request is believed: workflow runs and pull requests, through our installation. Two
//! tokens, because an App that may not read runs would be given none for both.

use covermark_github::{Error, GitHub, Permission, PullRequest, RepositoryClient, Resource, RunId, WorkflowRun};
use covermark_service::{credentials::CredentialsError, problem::Problem};
use covermark_state::rows::repository::Repository;
use covermark_types::{CommitSha, Fault as _, FaultClass, InstallationId, PullNumber};
use http::StatusCode;

use crate::Upload;

/// Looks at one repository.
pub(crate) struct Look<'a> {
    app: &'a Upload,
    github: GitHub,
    installation: InstallationId,
    repository: &'a Repository,
}

impl<'a> Look<'a> {
    /// `None` when the App is not installed on it, or there is none.
    pub(crate) async fn at(app: &'a Upload, repository: &'a Repository) -> Result<Option<Self>, Problem> {
        let Some(installation) = repository.installation else { return Ok(None) };
        match app.apps.github_for(&repository.provider, Some(installation)).await {
            Ok(github) => Ok(Some(Self { app, github, installation, repository })),
            Err(CredentialsError::NotConfigured(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The client for this repository, with no more than `permissions`.
    pub(crate) fn client(&self, permissions: &[Permission]) -> RepositoryClient {
        let Repository { id, name, .. } = self.repository;
        self.github.repository_client(self.installation, *id, name, permissions)
    }

    /// A workflow run; `None` when the App may not read runs, `Some(None)` when there is no such run.
    pub(crate) async fn run(&self, run: RunId) -> Result<Option<Option<WorkflowRun>>, Problem> {
        let answer = self.client(&[Permission::read(Resource::Actions)]).workflow_run(run).await;
        self.keep_budgets().await;
        match answer {
            Ok(found) => Ok(Some(Some(found))),
            Err(Error::NotFound(_)) => Ok(Some(None)),
            Err(error) if error.is_not_granted() => Ok(None),
            Err(error) => Err(problem(&error)),
        }
    }

    /// The workflow runs for a commit; `None` when the App may not read runs.
    pub(crate) async fn runs_of(&self, commit: &CommitSha) -> Result<Option<Vec<WorkflowRun>>, Problem> {
        let answer = self.client(&[Permission::read(Resource::Actions)]).workflow_runs(commit).await;
        self.keep_budgets().await;
        match answer {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(Some(Vec::new())),
            Err(error) if error.is_not_granted() => Ok(None),
            Err(error) => Err(problem(&error)),
        }
    }

    /// A pull request, if there is one of that number.
    pub(crate) async fn pull(&self, number: PullNumber) -> Result<Option<PullRequest>, Problem> {
        let answer = self.client(&[Permission::read(Resource::PullRequests)]).pull(number).await;
        self.keep_budgets().await;
        match answer {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(problem(&error)),
        }
    }

    /// The pull requests that a commit belongs to.
    pub(crate) async fn pulls_of(&self, commit: &CommitSha) -> Result<Vec<PullRequest>, Problem> {
        let pulls = Permission::read(Resource::PullRequests);
        let found = match self.client(&[pulls, Permission::read(Resource::Contents)]).pulls_for_commit(commit).await {
            // Contents is optional, and there is no token with it where it was not granted.
            Err(Error::Rejected(_)) => self.client(&[pulls]).pulls_for_commit(commit).await,
            found => found,
        };
        self.keep_budgets().await;
        match found {
            Err(error) if error.is_not_granted() => Ok(Vec::new()),
            found => found.map_err(|error| problem(&error)),
        }
    }

    /// What GitHub said of its limits binds the other functions too.
    pub(crate) async fn keep_budgets(&self) {
        self.app.apps.keep_budgets(&self.repository.provider).await;
    }
}

/// What a failure of GitHub's is to an uploader: 503 where its own three tries may do, 429 where they would come too
/// soon.
pub(crate) fn problem(error: &Error) -> Problem {
    tracing::warn!(%error, "GitHub could not be asked about an upload");
    match (error, error.class()) {
        (Error::RateLimited { wait, .. }, _) => Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            format!(
                "GitHub's rate limit is reached, so the upload could not be verified. Run the job again in {} minutes, or \
                 upload with a token: then GitHub is not asked.",
                wait.as_secs().div_ceil(60).max(1)
            ),
        ),
        (_, FaultClass::Retry(_)) => Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "GitHub does not answer, so the upload could not be verified. Try again in a minute, or upload with a token: \
             then GitHub is not asked.",
        ),
        _ => Problem::new(
            StatusCode::FORBIDDEN,
            "GitHub does not let the App look, so the upload could not be verified. Upload with a token, or let the \
             operator look at the App's permissions.",
        ),
    }
}
