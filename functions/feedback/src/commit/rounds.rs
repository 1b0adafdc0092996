//! Rounds of evidence, judgement and posting, as long as uploads come in meanwhile.

use std::collections::BTreeSet;

use covermark_state::rows::{timing::Queued, upload::Sifted};
use covermark_types::PullNumber;

use super::{
    Done,
    lease::Lease,
    notes,
    run::Run,
    settle,
    uploads::{self, evidence},
};
use crate::{
    FeedbackError, Skip,
    assemble::{self, Assembled},
    evidence::{Memory, Seen, Site, comments::Found},
    judge::{PatchCoverage, Verdicts},
    post,
    render::render,
    verdict::{self, Case},
};

/// How often one run goes round because uploads came in while it posted; then the queue brings it again.
const ROUNDS: usize = 5;

/// What the rounds came to.
pub(super) enum Came {
    /// What was to be done was done.
    Done(Box<Done>),
    /// The pull request is not open at this commit any more, and this one is.
    Elsewhere(PullNumber),
}

/// What one round came to.
enum Round {
    /// It was posted; whether more is waited for.
    Posted(Box<Done>, bool),
    /// As [`Came::Elsewhere`].
    Elsewhere(PullNumber),
}

impl Run<'_> {
    /// Goes round until what was posted speaks of all that is there.
    pub(super) async fn rounds(
        &self,
        site: &Site,
        number: Option<PullNumber>,
        queued: Option<&Queued>,
        mut assembled: Assembled,
        lease: &Lease,
    ) -> Result<Came, FeedbackError> {
        let mut memory = Memory::default();
        for round in 0..ROUNDS {
            // The first time it is as fresh as the commit's lease, which nobody else has had since.
            if round > 0 {
                assembled = assemble::assemble(self.app, self.key, Some(assembled)).await?;
            }
            let speaks_of = evidence(&assembled.uploads, self.app.clock.now());
            let (done, waits) = match queued {
                Some(queued) => {
                    let (done, waits) =
                        Box::pin(self.queue_round(site, lease, queued, &assembled, &mut memory)).await?;
                    (Box::new(done), waits)
                }
                None => match Box::pin(self.round(site, lease, number, &assembled, &mut memory)).await? {
                    Round::Posted(done, waits) => (done, waits),
                    Round::Elsewhere(other) => return Ok(Came::Elsewhere(other)),
                },
            };
            notes::finished(self.app, self.key, &speaks_of, &done.skipped).await?;
            let now = self.app.clock.now();
            let (provider, repository) = (&self.key.provider, self.key.repository);
            let uploads = self.app.table.uploads_of(provider, repository, &self.key.sha, now).await?;
            let uploads = Sifted::of(uploads).counted;
            // While others are still to come, they are taken along a few at a time.
            if waits || evidence(&uploads, now) == speaks_of {
                return Ok(Came::Done(done));
            }
        }
        Err(FeedbackError::Contended)
    }

    /// One round.
    async fn round(
        &self,
        site: &Site,
        lease: &Lease,
        number: Option<PullNumber>,
        assembled: &Assembled,
        memory: &mut Memory,
    ) -> Result<Round, FeedbackError> {
        let mut skipped = Vec::new();
        let mut pull = None;
        if let Some(number) = number {
            let why = self.why_not(site, number, assembled, memory).await?;
            // The first pull request that was named for a commit need not be the one that is open at it now.
            if matches!(why, Some(Skip::HeadMoved | Skip::PullClosed | Skip::PullNotFound))
                && let Some(other) = self.pull_of_commit(site).await?.filter(|other| *other != number)
            {
                return Ok(Round::Elsewhere(other));
            }
            match why {
                None => pull = Some(number),
                Some(skip @ (Skip::HeadMoved | Skip::PullClosed)) => {
                    settle::over(self.app, self.key, assembled).await?;
                    return Ok(Round::Posted(Box::new(Done::skipped(skip)), false));
                }
                Some(skip) => skipped.push(skip),
            }
        }
        if pull.is_none() {
            skipped.push(Skip::NoPull);
            let (branch, parent) = (assembled.row.branch.clone(), assembled.row.parent.clone());
            memory.look_at_push(self.app, site, self.key, branch, parent).await?;
        }
        let mut set = settle::look(self.app, site, self.key, assembled, memory, self.timing).await?;
        let mut verdicts = self.judged(site, pull, assembled, memory, &set, &mut skipped).await?;
        verdicts.standing = self.standing(assembled);
        let mut wanted = render(&verdicts, &site.place);
        let too_early = set.here == 0 && set.waiting().is_some();
        if too_early {
            // Pending verdicts are seen at once; a comment that says nothing yet would only be noise.
            wanted.comment = None;
        }
        let contexts = wanted.verdicts.iter().map(|verdict| verdict.context.clone()).collect();
        let mut posted = match pull {
            Some(number) => {
                let found = memory.comment.take().unwrap_or(Found::Nothing);
                Box::pin(post::to_pull(self.app, site, lease, self.key, number, &wanted, found)).await?
            }
            None => post::to_commit(self.app, site, lease, self.key, &wanted).await?,
        };
        set.not_yet(&posted.skipped, assembled, self.app.clock.now());
        if too_early {
            // It is not that nobody wants one: whoever asks the doctor meanwhile must not look for a switch.
            posted
                .skipped
                .iter_mut()
                .filter(|skip| **skip == Skip::CommentOff)
                .for_each(|skip| *skip = Skip::StillWaiting);
        }
        settle::note(self.app, self.key, assembled, &set, contexts).await?;
        skipped.extend(set.skip);
        let waits = set.waiting().is_some();
        if waits {
            memory.keep(self.app, self.key).await;
        }
        Ok(Round::Posted(Box::new(done(verdicts, posted, skipped, memory)), waits))
    }

    /// Looks at the pull request; why it is not this commit's, if it is not.
    async fn why_not(
        &self,
        site: &Site,
        number: PullNumber,
        assembled: &Assembled,
        memory: &mut Memory,
    ) -> Result<Option<Skip>, FeedbackError> {
        let before = assembled.row.posted.is_some();
        Ok(match Box::pin(memory.look(self.app, site, self.key, number, before)).await? {
            Seen::Pull => None,
            Seen::Moved => Some(Skip::HeadMoved),
            Seen::Closed => Some(Skip::PullClosed),
            Seen::Nothing(skip) => Some(skip),
        })
    }

    /// The contexts that stand on the commit, as far as we know.
    pub(super) fn standing(&self, assembled: &Assembled) -> BTreeSet<String> {
        let posted = assembled.row.posted.iter();
        let posted = posted.flat_map(|posted| posted.statuses.keys().chain(posted.checks.keys()));
        posted.chain(&self.timing.contexts).cloned().collect()
    }

    /// The verdicts over what was seen.
    pub(super) async fn judged(
        &self,
        site: &Site,
        pull: Option<PullNumber>,
        assembled: &Assembled,
        memory: &mut Memory,
        set: &settle::Seen,
        skipped: &mut Vec<Skip>,
    ) -> Result<Verdicts, FeedbackError> {
        let case = Case {
            app: self.app,
            site,
            key: self.key,
            pull,
            assembled,
            uploads: uploads::summary(&assembled.uploads, &assembled.set_aside),
            waiting: set.waiting(),
            incomplete: set.incomplete(),
            ci_failed: set.ci_failed.is_some(),
            tried: self.tried,
        };
        Box::pin(verdict::reach(case, memory, skipped)).await
    }
}

/// What came of a round.
pub(super) fn done(verdicts: Verdicts, mut posted: post::Posted, mut skipped: Vec<Skip>, memory: &mut Memory) -> Done {
    memory.comment = posted.found.take();
    skipped.append(&mut posted.skipped);
    skipped.sort_unstable();
    skipped.dedup();
    let patch = match verdicts.patch {
        Some(PatchCoverage::Lines { totals, .. }) => Some(totals),
        _ => None,
    };
    Done {
        pull: verdicts.pull,
        coverage: Some((verdicts.project.totals, verdicts.style)),
        patch,
        comment: posted.comment,
        verdicts: posted.verdicts,
        skipped,
        github_calls: 0,
    }
}
