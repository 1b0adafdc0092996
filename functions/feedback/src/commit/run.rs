//! The order of the steps, under the lease.

use covermark_github::{Error, GitHub};
use covermark_state::rows::{
    repository::Repository,
    timing::{Queued, Timing},
};
use covermark_types::{InstallationId, PullNumber, RepositoryName};

use super::{
    Done, Trigger,
    ci::Ci,
    lease::Lease,
    news::{News, news},
    notes, queue, renamed,
    rounds::Came,
    settle, timer,
};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    assemble::{self, Assembled},
    evidence::{Site, configuration, pull, rights::Rights},
};

/// Does all that is to be done for a commit now.
pub(crate) async fn run(
    app: &Feedback,
    key: &CommitKey,
    trigger: Trigger,
    timing: Timing,
) -> Result<Done, FeedbackError> {
    if trigger == Trigger::Again {
        notes::forget(app, key).await?;
    }
    let assembled = assemble::assemble(app, key, None).await?;
    let said_something = assembled.row.empty_upload.is_some() || timing.queued.is_some();
    if assembled.uploads.is_empty() && !said_something {
        return Ok(Done::skipped(Skip::NothingUploaded));
    }
    let news = news(app, key, &assembled, &timing, trigger).await?;
    if let News::No(skip) = news {
        return Ok(Done::skipped(skip));
    }
    notes::begin(app, &assembled).await?;
    let repository = match app.table.repository(&key.provider, key.repository).await? {
        Some(repository) if repository.removed_at.is_none() => repository,
        _ => return stop(app, key, Skip::RepositoryUnknown).await,
    };
    let Some(installation) = repository.installation else { return stop(app, key, Skip::NotInstalled).await };
    let github = app.apps.github_for(&key.provider, Some(installation)).await?;
    let before = github.calls();
    let name = &repository.name;
    let run = Run { app, key, news, timing: &timing, github: &github, name, installation, tried: false };
    let outcome = match run.with_rights(assembled).await {
        Err(FeedbackError::GitHub(moved @ Error::Redirected { .. })) => run.under_new_name(&repository, moved).await,
        outcome => outcome,
    };
    // What GitHub said of its limits binds the other functions too.
    app.apps.keep_budgets(&key.provider).await;
    let mut done = match outcome {
        Err(FeedbackError::GitHub(Error::InstallationGone { .. })) => return stop(app, key, Skip::NotInstalled).await,
        Err(FeedbackError::GitHub(Error::Suspended { .. })) => return stop(app, key, Skip::Suspended).await,
        done => done?,
    };
    done.github_calls = github.calls().saturating_sub(before);
    Ok(done)
}

async fn stop(app: &Feedback, key: &CommitKey, reason: Skip) -> Result<Done, FeedbackError> {
    notes::finished(app, key, "", &[reason]).await?;
    Ok(Done::skipped(reason))
}

/// One run: what it works with, and why.
#[derive(Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) app: &'a Feedback,
    pub(super) key: &'a CommitKey,
    pub(super) news: News,
    pub(super) timing: &'a Timing,
    pub(super) github: &'a GitHub,
    pub(super) name: &'a RepositoryName,
    pub(super) installation: InstallationId,
    /// Whether it is only tried: nothing is written down.
    pub(super) tried: bool,
}

impl Run<'_> {
    /// Runs with the rights that we remember; when GitHub refuses a token with those, with the ones it names.
    async fn with_rights(&self, assembled: Assembled) -> Result<Done, FeedbackError> {
        let rights = self.rights().await?;
        match Box::pin(self.under_lease(&self.site(rights), assembled)).await {
            Err(FeedbackError::GitHub(Error::Rejected(answer))) if answer.call.ends_with("/access_tokens") => {
                tracing::warn!(cause = %answer, "the installation has other rights than we remember");
                let (rights, assembled) =
                    (self.ask_for_rights().await?, assemble::assemble(self.app, self.key, None).await?);
                Box::pin(self.under_lease(&self.site(rights), assembled)).await
            }
            done => done,
        }
    }

    /// Runs again where the repository is now. `moved` is what GitHub said to the name that we remembered.
    async fn under_new_name(&self, known: &Repository, moved: Error) -> Result<Done, FeedbackError> {
        let Some(name) = renamed::look_up(self.app, self.github, self.installation, known).await? else {
            return Err(moved.into());
        };
        let assembled = assemble::assemble(self.app, self.key, None).await?;
        Box::pin(Run { name: &name, ..*self }.with_rights(assembled)).await
    }

    /// The rights that we remember; where we remember none, those that GitHub names.
    pub(super) async fn rights(&self) -> Result<Rights, FeedbackError> {
        match self.app.table.installation(&self.key.provider, self.installation).await? {
            Some(row) => Ok(Rights::of(&row.permissions)),
            None => self.ask_for_rights().await,
        }
    }

    async fn ask_for_rights(&self) -> Result<Rights, FeedbackError> {
        Ok(Rights::of(&self.github.installation(self.installation).await?.permissions))
    }

    pub(super) fn site(&self, rights: Rights) -> Site {
        let which = (&self.key.provider, self.key.repository, self.name);
        Site::new(self.app, self.github, which, self.installation, rights)
    }

    async fn under_lease(&self, site: &Site, assembled: Assembled) -> Result<Done, FeedbackError> {
        if self.news == News::IfCiEnded && !self.ci_ended(site).await? {
            return Ok(Done::skipped(Skip::StillWaiting));
        }
        let queued = queue::queued(self.timing, &assembled);
        let number = match assembled.row.pull.filter(|_| queued.is_none()) {
            Some(number) => Some(number),
            None => self.pull_of_commit(site).await?,
        };
        // A branch's name is anybody's to choose: the head of an open pull request is judged as that, whatever it is called.
        let queued = queued.filter(|_| number.is_none());
        match self.under_pulls_lease(site, number, queued.as_ref(), assembled).await? {
            Came::Done(done) => Ok(*done),
            Came::Elsewhere(other) => {
                let assembled = assemble::assemble(self.app, self.key, None).await?;
                match self.under_pulls_lease(site, Some(other), None, assembled).await? {
                    Came::Done(done) => Ok(*done),
                    Came::Elsewhere(_) => Err(FeedbackError::Contended),
                }
            }
        }
    }

    async fn under_pulls_lease(
        &self,
        site: &Site,
        number: Option<PullNumber>,
        queued: Option<&Queued>,
        assembled: Assembled,
    ) -> Result<Came, FeedbackError> {
        let lease = Lease::take(self.app, self.key, number).await?;
        let came = Box::pin(self.rounds(site, number, queued, assembled, &lease)).await;
        lease.give_back(self.app).await;
        came
    }

    /// Whether CI ended, which is all that can have changed; when not, somebody comes back.
    async fn ci_ended(&self, site: &Site) -> Result<bool, FeedbackError> {
        // The commit's own rules would cost as much as the answer that they are for; ours know the usual names.
        let policy = configuration::defaults().policy;
        let ci = settle::how_far_is_ci(self.app, site, self.key, &policy).await?;
        if !matches!(ci, Ci::Ended { .. }) {
            if let Some(until) = self.timing.until {
                timer::arm(self.app, self.key, until).await?;
            }
            return Ok(false);
        }
        Ok(true)
    }

    /// The open pull request at this commit, which is the commit's from now on.
    pub(super) async fn pull_of_commit(&self, site: &Site) -> Result<Option<PullNumber>, FeedbackError> {
        match pull::of_commit(&site.client, self.key.repository, &self.key.sha).await {
            Ok(Some(number)) if self.tried => Ok(Some(number)),
            Ok(Some(number)) => {
                notes::amend(self.app, self.key, |row| row.pull = Some(number)).await?;
                Ok(Some(number))
            }
            Err(FeedbackError::GitHub(Error::Forbidden(_))) | Ok(None) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
