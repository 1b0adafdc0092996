//! A commit of a merge queue: it is judged by its pull request's rules, and nothing is said about it on the pull request.
//!
//! What was uploaded for it counts. When CI has ended and nothing was, the pull request's own verdict stands for it: the
//! queue waits for the contexts that branch protection asks for, so they are always concluded there.

use covermark_github::webhook::queued_pull;
use covermark_state::rows::timing::{Queued, Timing};

use super::{Done, lease::Lease, rounds::done, run::Run, settle};
use crate::{
    FeedbackError, Skip,
    app::CommitKey,
    assemble::{self, Assembled},
    evidence::{Memory, Seen, Site},
    judge::Verdicts,
    post,
    render::render,
};

/// What is known of the commit's place in a queue: from GitHub, or from the branch that uploads named.
pub(super) fn queued(timing: &Timing, assembled: &Assembled) -> Option<Queued> {
    timing.queued.clone().or_else(|| {
        let branch = assembled.row.branch.clone()?;
        let pull = queued_pull(&branch)?;
        Some(Queued { branch, pull, base: None, since: assembled.row.created_at })
    })
}

impl Run<'_> {
    /// One round for a commit of a queue; whether more is waited for.
    pub(super) async fn queue_round(
        &self,
        site: &Site,
        lease: &Lease,
        queued: &Queued,
        assembled: &Assembled,
        memory: &mut Memory,
    ) -> Result<(Done, bool), FeedbackError> {
        let mut skipped = vec![Skip::InQueue];
        Box::pin(memory.look_at_queue(self.app, site, self.key, queued)).await?;
        let mut set = settle::look(self.app, site, self.key, assembled, memory, self.timing).await?;
        let waits = set.waiting().is_some();
        let carried =
            if set.here == 0 && !waits { Box::pin(self.of_the_pull(site, queued, &mut skipped)).await? } else { None };
        let verdicts = match carried {
            Some(verdicts) => verdicts,
            None => self.judged(site, Some(queued.pull), assembled, memory, &set, &mut skipped).await?,
        };
        let verdicts = Verdicts { standing: self.standing(assembled), ..verdicts };
        let mut wanted = render(&verdicts, &site.place);
        wanted.comment = None;
        let contexts = wanted.verdicts.iter().map(|verdict| verdict.context.clone()).collect();
        let posted = post::to_commit(self.app, site, lease, self.key, &wanted).await?;
        set.not_yet(&posted.skipped, assembled, self.app.clock.now());
        settle::note(self.app, self.key, assembled, &set, contexts).await?;
        skipped.extend(set.skip);
        Ok((done(verdicts, posted, skipped, memory), waits))
    }

    /// The verdict of the pull request's own head; `None` when that cannot be had.
    async fn of_the_pull(
        &self,
        site: &Site,
        queued: &Queued,
        skipped: &mut Vec<Skip>,
    ) -> Result<Option<Verdicts>, FeedbackError> {
        let head = match site.client.pull(queued.pull).await {
            Ok(pull) => pull.head.sha,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let key = CommitKey { sha: head, ..self.key.clone() };
        let assembled = assemble::assemble(self.app, &key, None).await?;
        let CommitKey { provider, repository, sha } = &key;
        let timing = self.app.table.timing(provider, *repository, sha).await?.unwrap_or_default();
        let mut memory = Memory::default();
        if !matches!(Box::pin(memory.look(self.app, site, &key, queued.pull, true)).await?, Seen::Pull) {
            return Ok(None);
        }
        let run = Run { key: &key, timing: &timing, ..*self };
        // Nothing more is waited for here: the pull request has been let into the queue.
        let set = settle::look(self.app, site, &key, &assembled, &memory, &timing).await?.at_once();
        let pull = Some(queued.pull);
        run.judged(site, pull, &assembled, &mut memory, &set, skipped).await.map(Some)
    }
}
