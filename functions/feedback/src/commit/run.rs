//! The order of the steps, under the lease.

use covermark_github::{Error, GitHub};
use covermark_state::{
    jobs::{FeedbackJob, Job as _},
    rows::repository::Repository,
};
use covermark_types::{InstallationId, PullNumber, RepositoryName};

use super::{
    Done, Trigger,
    lease::Lease,
    notes, renamed,
    uploads::{self, PATIENCE, evidence, is_here},
};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    assemble::{self, Assembled},
    evidence::{Memory, Seen, Site, comments::Found, pull, rights::Rights},
    judge::PatchCoverage,
    post,
    render::{Place, render},
    verdict::{self, Case},
};

/// How often one run goes round because uploads came in while it posted; then the queue brings it again.
const ROUNDS: usize = 5;
/// While uploads are waited for, the comment changes no more often than this.
const QUIET: std::time::Duration = std::time::Duration::from_secs(5);

/// Does all that is to be done for a commit now.
pub(crate) async fn run(app: &Feedback, key: &CommitKey, trigger: Trigger) -> Result<Done, FeedbackError> {
    let assembled = assemble::assemble(app, key, None).await?;
    if !assembled.uploads.iter().any(is_here) {
        return Ok(Done::skipped(Skip::NothingUploaded));
    }
    if let Some(skip) = nothing_new(app, &assembled, trigger).await? {
        return Ok(Done::skipped(skip));
    }
    let repository = match app.table.repository(&key.provider, key.repository).await? {
        Some(repository) if repository.removed_at.is_none() => repository,
        _ => return stop(app, key, Skip::RepositoryUnknown).await,
    };
    let Some(installation) = repository.installation else { return stop(app, key, Skip::NotInstalled).await };
    let github = app.apps.github(&key.provider).await?;
    let before = github.calls();
    let run = Run { app, key, trigger, github: &github, name: &repository.name, installation };
    let outcome = match run.with_rights(assembled).await {
        Err(FeedbackError::GitHub(moved @ Error::Redirected { .. })) => run.under_new_name(&repository, moved).await,
        outcome => outcome,
    };
    let mut done = match outcome {
        Err(FeedbackError::GitHub(Error::InstallationGone { .. })) => return stop(app, key, Skip::NotInstalled).await,
        Err(FeedbackError::GitHub(Error::Suspended { .. })) => return stop(app, key, Skip::Suspended).await,
        done => done?,
    };
    done.github_calls = github.calls().saturating_sub(before);
    Ok(done)
}

/// Whether what was posted speaks of these uploads already, or will soon.
async fn nothing_new(app: &Feedback, assembled: &Assembled, trigger: Trigger) -> Result<Option<Skip>, FeedbackError> {
    let now = app.clock.now();
    let Some(posted) = assembled.row.posted.as_ref().filter(|posted| !posted.evidence.is_empty()) else {
        return Ok(None);
    };
    if trigger == Trigger::Upload && posted.evidence == evidence(&assembled.uploads, now) {
        return Ok(Some(Skip::AlreadyPosted));
    }
    let waiting = uploads::last_pending(&assembled.uploads, now).is_some();
    if waiting && now.duration_since(posted.at).unsigned_abs() < QUIET {
        come_back(app, assembled).await?;
        return Ok(Some(Skip::MoreToCome));
    }
    Ok(None)
}

/// When announced uploads stay away, somebody must conclude without them.
async fn come_back(app: &Feedback, assembled: &Assembled) -> Result<(), FeedbackError> {
    let now = app.clock.now();
    let Some(upload) = uploads::last_pending(&assembled.uploads, now) else { return Ok(()) };
    let waited = now.duration_since(upload.opened_at).unsigned_abs();
    let job = FeedbackJob::from(upload.key.clone());
    let delay = PATIENCE.saturating_sub(waited) + std::time::Duration::from_secs(1);
    Ok(app.queue.send(&job.to_body()?, delay).await?)
}

async fn stop(app: &Feedback, key: &CommitKey, reason: Skip) -> Result<Done, FeedbackError> {
    notes::finished(app, key, "", &[reason]).await?;
    Ok(Done::skipped(reason))
}

#[derive(Clone, Copy)]
struct Run<'a> {
    app: &'a Feedback,
    key: &'a CommitKey,
    trigger: Trigger,
    github: &'a GitHub,
    name: &'a RepositoryName,
    installation: InstallationId,
}

impl Run<'_> {
    /// Runs with the rights that we remember; when GitHub refuses a token with those, with the ones it names.
    async fn with_rights(&self, assembled: Assembled) -> Result<Done, FeedbackError> {
        let row = self.app.table.installation(&self.key.provider, self.installation).await?;
        let rights = match row {
            Some(row) => Rights::of(&row.permissions),
            None => self.ask_for_rights().await?,
        };
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

    async fn ask_for_rights(&self) -> Result<Rights, FeedbackError> {
        Ok(Rights::of(&self.github.installation(self.installation).await?.permissions))
    }

    fn site(&self, rights: Rights) -> Site {
        let permissions = rights.permissions();
        Site {
            place: Place {
                pages: self.app.public_url.clone(),
                provider: self.key.provider.clone(),
                web: self.github.endpoints().web.clone(),
                repository: self.key.repository,
                name: self.name.clone(),
            },
            client: self.github.repository_client(self.installation, self.key.repository, self.name, &permissions),
            rights,
        }
    }

    async fn under_lease(&self, site: &Site, assembled: Assembled) -> Result<Done, FeedbackError> {
        let number = match assembled.row.pull {
            Some(number) => Some(number),
            None => self.pull_of_commit(site).await?,
        };
        let lease = Lease::take(self.app, self.key, number).await?;
        let done = Box::pin(self.rounds(site, number, assembled, &lease)).await;
        lease.give_back(self.app).await;
        done
    }

    async fn pull_of_commit(&self, site: &Site) -> Result<Option<PullNumber>, FeedbackError> {
        match pull::of_commit(&site.client, self.key.repository, &self.key.sha).await {
            Ok(Some(number)) => {
                notes::amend(self.app, self.key, |row| row.pull = Some(number)).await?;
                Ok(Some(number))
            }
            Err(FeedbackError::GitHub(Error::Forbidden(_))) | Ok(None) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn rounds(
        &self,
        site: &Site,
        number: Option<PullNumber>,
        mut assembled: Assembled,
        lease: &Lease,
    ) -> Result<Done, FeedbackError> {
        let mut memory = Memory::default();
        for round in 0..ROUNDS {
            // Since the lease is ours nobody else posts: what is read from here on is what the posting rests on.
            assembled = assemble::assemble(self.app, self.key, Some(assembled)).await?;
            if round == 0
                && let Some(skip) = nothing_new(self.app, &assembled, self.trigger).await?
            {
                return Ok(Done::skipped(skip));
            }
            let now = self.app.clock.now();
            let speaks_of = evidence(&assembled.uploads, now);
            let done = Box::pin(self.round(site, lease, number, &assembled, &mut memory)).await?;
            notes::finished(self.app, self.key, &speaks_of, &done.skipped).await?;
            come_back(self.app, &assembled).await?;
            let CommitKey { provider, repository, sha } = self.key;
            let now = self.app.clock.now();
            let uploads = self.app.table.uploads_of(provider, *repository, sha, now).await?;
            // While others are still to come, their own jobs go on from here.
            if evidence(&uploads, now) == speaks_of || uploads::last_pending(&uploads, now).is_some() {
                return Ok(done);
            }
        }
        Err(FeedbackError::Contended)
    }

    async fn round(
        &self,
        site: &Site,
        lease: &Lease,
        number: Option<PullNumber>,
        assembled: &Assembled,
        memory: &mut Memory,
    ) -> Result<Done, FeedbackError> {
        let mut skipped = Vec::new();
        let mut pull = None;
        if let Some(number) = number {
            match Box::pin(memory.look(self.app, site, self.key, number)).await? {
                Seen::Pull => pull = Some(number),
                Seen::Moved => return Ok(Done::skipped(Skip::HeadMoved)),
                Seen::Nothing(skip) => skipped.push(skip),
            }
        }
        if pull.is_none() {
            skipped.push(Skip::NoPull);
            let (branch, parent) = (assembled.row.branch.clone(), assembled.row.parent.clone());
            memory.look_at_push(self.app, site, self.key, branch, parent).await?;
        }
        let case = Case {
            app: self.app,
            site,
            key: self.key,
            pull,
            assembled,
            uploads: uploads::summary(&assembled.uploads),
            waiting: uploads::waiting(&assembled.uploads, self.app.clock.now()),
            incomplete: Vec::new(),
        };
        let verdicts = Box::pin(verdict::reach(case, memory, &mut skipped)).await?;
        let wanted = render(&verdicts, &site.place);
        let mut posted = match pull {
            Some(number) => {
                let found = memory.comment.take().unwrap_or(Found::Nothing);
                post::to_pull(self.app, site, lease, self.key, number, &wanted, found).await?
            }
            None => post::to_commit(self.app, site, lease, self.key, &wanted).await?,
        };
        memory.comment = posted.found.take();
        skipped.append(&mut posted.skipped);
        skipped.sort_unstable();
        skipped.dedup();
        let patch = match verdicts.patch {
            Some(PatchCoverage::Lines { totals, .. }) => Some(totals),
            _ => None,
        };
        Ok(Done {
            coverage: Some((verdicts.project.totals, verdicts.style)),
            patch,
            comment: posted.comment,
            verdicts: posted.verdicts,
            skipped,
            github_calls: 0,
        })
    }
}
