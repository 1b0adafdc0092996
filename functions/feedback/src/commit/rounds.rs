//! Rounds of evidence, judgement and posting, as long as uploads come in meanwhile.

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

impl Run<'_> {
    /// Goes round until what was posted speaks of all that is there.
    pub(super) async fn rounds(
        &self,
        site: &Site,
        number: Option<PullNumber>,
        queued: Option<&Queued>,
        mut assembled: Assembled,
        lease: &Lease,
    ) -> Result<Done, FeedbackError> {
        let mut memory = Memory::default();
        for round in 0..ROUNDS {
            // The first time it is as fresh as the commit's lease, which nobody else has had since.
            if round > 0 {
                assembled = assemble::assemble(self.app, self.key, Some(assembled)).await?;
            }
            let speaks_of = evidence(&assembled.uploads, self.app.clock.now());
            let (done, waits) = match queued {
                Some(queued) => Box::pin(self.queue_round(site, lease, queued, &assembled, &mut memory)).await?,
                None => Box::pin(self.round(site, lease, number, &assembled, &mut memory)).await?,
            };
            notes::finished(self.app, self.key, &speaks_of, &done.skipped).await?;
            let now = self.app.clock.now();
            let (provider, repository) = (&self.key.provider, self.key.repository);
            let uploads = self.app.table.uploads_of(provider, repository, &self.key.sha, now).await?;
            let uploads = Sifted::of(uploads).counted;
            // While others are still to come, they are taken along a few at a time.
            if waits || evidence(&uploads, now) == speaks_of {
                return Ok(done);
            }
        }
        Err(FeedbackError::Contended)
    }

    /// One round; whether more is waited for.
    async fn round(
        &self,
        site: &Site,
        lease: &Lease,
        number: Option<PullNumber>,
        assembled: &Assembled,
        memory: &mut Memory,
    ) -> Result<(Done, bool), FeedbackError> {
        let mut skipped = Vec::new();
        let mut pull = None;
        if let Some(number) = number {
            let before = assembled.row.posted.is_some();
            let no_more = match Box::pin(memory.look(self.app, site, self.key, number, before)).await? {
                Seen::Pull => {
                    pull = Some(number);
                    None
                }
                Seen::Moved => Some(Skip::HeadMoved),
                Seen::Closed => Some(Skip::PullClosed),
                Seen::Nothing(skip) => {
                    skipped.push(skip);
                    None
                }
            };
            if let Some(skip) = no_more {
                settle::over(self.app, self.key, assembled).await?;
                return Ok((Done::skipped(skip), false));
            }
        }
        if pull.is_none() {
            skipped.push(Skip::NoPull);
            let (branch, parent) = (assembled.row.branch.clone(), assembled.row.parent.clone());
            memory.look_at_push(self.app, site, self.key, branch, parent).await?;
        }
        let set = settle::look(self.app, site, self.key, assembled, memory, self.timing).await?;
        let verdicts = self.judged(site, pull, assembled, memory, &set, &mut skipped).await?;
        let mut wanted = render(&verdicts, &site.place);
        if set.here == 0 && set.waiting().is_some() {
            // Pending verdicts are seen at once; a comment that says nothing yet would only be noise.
            wanted.comment = None;
        }
        let contexts = wanted.verdicts.iter().map(|verdict| verdict.context.clone()).collect();
        let posted = match pull {
            Some(number) => {
                let found = memory.comment.take().unwrap_or(Found::Nothing);
                Box::pin(post::to_pull(self.app, site, lease, self.key, number, &wanted, found)).await?
            }
            None => post::to_commit(self.app, site, lease, self.key, &wanted).await?,
        };
        settle::note(self.app, self.key, assembled, &set, contexts).await?;
        skipped.extend(set.skip);
        let waits = set.waiting().is_some();
        if waits {
            memory.keep(self.app, self.key).await;
        }
        Ok((done(verdicts, posted, skipped, memory), waits))
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
