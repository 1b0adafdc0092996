//! Who may upload for a repository, by what right, and what the right is bound to.
//!
//! In this order: the instance's global token; a token that was given out; a token of GitHub Actions; and without any, a
//! public repository if the instance says so, or a fork's pull request that GitHub confirms. Whoever holds nothing learns
//! nothing about which private repositories there are: what is said of one that we know is said of one that we do not.

mod fork;
mod github;
mod oidc;
mod refusals;
mod tokens;
mod trial;

pub(crate) use github::{Look, problem};
pub(crate) use trial::head_of;

use covermark_github::{RunId, oidc::Verifier};
use covermark_service::problem::Problem;
use covermark_state::rows::{repository::Repository, upload::OpenedBy};
use covermark_types::{Clock, CommitSha, Provider, PullNumber, RepositoryName};
use std::sync::Arc;

use crate::{
    Upload,
    fields::CommitFields,
    token::{self, Shown},
};

/// What a process remembers of what it has looked at: GitHub's keys, the forks' runs, trial merges.
pub struct Proofs {
    verifier: Verifier,
    forks: fork::Memory,
    trials: trial::Memory,
}

impl Proofs {
    /// Nothing yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { verifier: Verifier::new(clock), forks: fork::Memory::default(), trials: trial::Memory::default() }
    }
}

/// What is asked, as far as it matters to whether it may be.
pub(crate) struct Ask {
    /// Which GitHub.
    pub(crate) provider: Provider,
    /// The repository as the client names it.
    pub(crate) repository: RepositoryName,
    /// The credential.
    pub(crate) shown: Shown,
    /// The commit, if the request names one.
    pub(crate) commit: Option<CommitSha>,
    /// What it says of the commit.
    pub(crate) pull: Option<PullNumber>,
    /// And of its branch.
    pub(crate) branch: Option<String>,
    /// The workflow run that it says it is from.
    pub(crate) run: Option<RunId>,
    /// Whether a fork without a secret may ask this at all.
    pub(crate) forks: bool,
}

/// A request that may go on.
pub(crate) struct Access {
    /// The repository, as GitHub names it now.
    pub(crate) repository: Repository,
    /// By what right.
    pub(crate) by: OpenedBy,
    /// What holds whatever the client says.
    pub(crate) bound: Bound,
}

/// What is known of the request's commit, from GitHub and not from the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bound {
    /// The pull request.
    pub(crate) pull: Option<PullNumber>,
    /// The branch; of a fork `owner:branch`.
    pub(crate) branch: Option<String>,
    /// The pull request's head, when the request's commit is GitHub's trial merge of it.
    pub(crate) head: Option<CommitSha>,
}

impl Bound {
    /// What the client says, with what is known in its place. A fork names no parent: it would choose its own base.
    pub(crate) fn amend(&self, said: CommitFields, by: OpenedBy) -> CommitFields {
        CommitFields {
            branch: self.branch.clone().or(said.branch),
            pull: self.pull.or(said.pull),
            parent: said.parent.filter(|_| by.may_be_a_base()),
        }
    }
}

/// Admits a request or says why not.
pub(crate) async fn admit(app: &Upload, ask: &Ask) -> Result<Access, Problem> {
    let token = match &ask.shown {
        Shown::Token(token) => token,
        Shown::Unreadable => return Err(refusals::unreadable_token()),
        Shown::Nothing => return without_token(app, ask).await,
    };
    if app.global_token.as_ref().is_some_and(|global| !global.is_empty() && global.matches(token.expose())) {
        let known = app.table.repository_by_name(&ask.provider, &ask.repository).await?;
        let known = known.ok_or_else(|| refusals::unknown_repository(&ask.repository))?;
        return covered(known, OpenedBy::GlobalToken, Bound::default());
    }
    if token::looks_like_oidc(token) {
        return oidc::admit(app, ask, token).await;
    }
    tokens::admit(app, ask, token).await
}

async fn without_token(app: &Upload, ask: &Ask) -> Result<Access, Problem> {
    let known = app.table.repository_by_name(&ask.provider, &ask.repository).await?;
    // A private repository is answered as one that is not there.
    let Some(repository) = known.filter(|known| !known.private) else {
        return Err(refusals::no_token(&ask.repository));
    };
    if app.settings.public_without_token {
        return covered(repository, OpenedBy::Public, Bound::default());
    }
    let bound = fork::admit(app, ask, &repository).await?;
    covered(repository, OpenedBy::Fork, bound)
}

fn covered(repository: Repository, by: OpenedBy, bound: Bound) -> Result<Access, Problem> {
    if repository.installation.is_some() {
        return Ok(Access { repository, by, bound });
    }
    Err(refusals::left(&repository.name))
}
