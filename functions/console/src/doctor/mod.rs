//! The doctor: looks at every link of the chain from a webhook to a comment, and says of each what was seen, what it comes
//! to, and what to do next. It changes nothing.
//!
//! One module for the pages (`/doctor`, `…/doctor`) and for `covermark doctor`. Checks are data ([`Check`]); where a reason
//! has a code in `feedback`, the check has the same.

mod advice;
mod budget;
mod deliveries;
mod finding;
mod instance;
mod pull;
mod reports;
mod repository;
mod runs;
mod when;

use std::sync::Arc;

use covermark_service::{credentials::Apps, repository_hooks::RepositoryHooks};
use covermark_state::{Error, Table, queue::Measured, rows::repository::Repository};
use covermark_types::{Clock, Provider, PullNumber, RepositoryName};
use url::Url;

pub use self::finding::{Check, Diagnosis, Section, Verdict};
pub(crate) use self::{budget::in_words as budget_in_words, when::ago};

/// What the doctor looks at.
pub struct Doctor {
    /// What we remember.
    pub table: Table,
    /// The connected Apps.
    pub apps: Arc<Apps>,
    /// The webhooks of repositories, and our own address.
    pub hooks: Arc<RepositoryHooks>,
    /// Where people reach us; `None` where nobody has said it (the command line).
    pub public_url: Option<Url>,
    /// The queues, by name, as far as they can be seen from here.
    pub queues: Vec<(&'static str, Arc<dyn Measured>)>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// For whom the doctor looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Who operates this Covermark: everything, with what programs said.
    Operator,
    /// Who is signed in and may see the repository.
    Member,
    /// Anybody, at a public repository. GitHub is not asked for them: a stranger must not use up the App's requests.
    Anybody,
}

impl Doctor {
    /// The whole instance.
    ///
    /// # Errors
    /// When our own storage does not answer; everything else is a finding.
    pub async fn instance(&self) -> Result<Diagnosis, Error> {
        instance::look(self).await
    }

    /// The repository of this name, for its operator; one that is not known is a finding.
    ///
    /// # Errors
    /// As [`Doctor::instance`].
    pub async fn repository_named(&self, provider: &Provider, name: &RepositoryName) -> Result<Diagnosis, Error> {
        match self.table.repository_by_name(provider, name).await? {
            Some(repository) => self.repository(&repository, Audience::Operator).await,
            None => Ok(repository::unknown(name)),
        }
    }

    /// The pull request of a repository of this name, for its operator.
    ///
    /// # Errors
    /// As [`Doctor::instance`].
    pub async fn pull_named(
        &self,
        provider: &Provider,
        name: &RepositoryName,
        number: PullNumber,
    ) -> Result<Diagnosis, Error> {
        match self.table.repository_by_name(provider, name).await? {
            Some(repository) => self.pull(&repository, number, Audience::Operator).await,
            None => Ok(repository::unknown(name)),
        }
    }

    /// One repository.
    ///
    /// # Errors
    /// As [`Doctor::instance`].
    pub async fn repository(&self, repository: &Repository, audience: Audience) -> Result<Diagnosis, Error> {
        Ok(shown(repository::look(self, repository, audience).await?, audience))
    }

    /// One pull request: why there is no comment, or that there is one.
    ///
    /// # Errors
    /// As [`Doctor::instance`].
    pub async fn pull(
        &self,
        repository: &Repository,
        number: PullNumber,
        audience: Audience,
    ) -> Result<Diagnosis, Error> {
        Ok(shown(pull::look(self, repository, number, audience).await?, audience))
    }
}

fn shown(diagnosis: Diagnosis, audience: Audience) -> Diagnosis {
    if audience == Audience::Operator { diagnosis } else { diagnosis.for_visitors() }
}
