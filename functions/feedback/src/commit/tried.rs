//! A run that is only tried: what would be said of a commit with further uploads, without saying or keeping it.
//!
//! Nothing is waited for, since nobody will come back: it is judged what is there, and what is missing is named.

use covermark_coverage::Totals;
use covermark_state::rows::repository::Repository;
use covermark_types::PullNumber;

use super::{news::News, run::Run, settle};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    assemble::Assembled,
    evidence::{Memory, Seen, Site},
    judge::{PatchCoverage, Style},
    post::ShownVerdict,
    render::render,
};

/// What would be said.
#[derive(Debug, Default)]
pub(crate) struct TriedOut {
    /// The project's sums and how to write them.
    pub(crate) coverage: Option<(Totals, Style)>,
    /// Sums of the pull request's changed lines, when they are known.
    pub(crate) patch: Option<Totals>,
    /// The comment's whole text; `None` where there would be none.
    pub(crate) comment: Option<String>,
    /// The verdicts on the commit.
    pub(crate) verdicts: Vec<ShownVerdict>,
    /// Why something would not be posted.
    pub(crate) skipped: Vec<Skip>,
    /// Calls to GitHub while this ran.
    pub(crate) github_calls: u64,
}

/// Tries it.
pub(crate) async fn try_out(
    app: &Feedback,
    key: &CommitKey,
    repository: &Repository,
    assembled: Assembled,
) -> Result<TriedOut, FeedbackError> {
    let Some(installation) = repository.installation else {
        return Ok(TriedOut { skipped: vec![Skip::NotInstalled], ..TriedOut::default() });
    };
    let timing = app.table.timing(&key.provider, key.repository, &key.sha).await?.unwrap_or_default();
    let github = app.apps.github_for(&key.provider, Some(installation)).await?;
    let before = github.calls();
    let (name, news) = (&repository.name, News::Yes);
    let run = Run { app, key, news, timing: &timing, github: &github, name, installation, tried: true };
    let site = run.site(run.rights().await?);
    let outcome = Box::pin(run.tried(&site, &assembled)).await;
    app.apps.keep_budgets(&key.provider).await;
    Ok(TriedOut { github_calls: github.calls().saturating_sub(before), ..outcome? })
}

impl Run<'_> {
    async fn tried(&self, site: &Site, assembled: &Assembled) -> Result<TriedOut, FeedbackError> {
        let mut memory = Memory::tried();
        let mut skipped = Vec::new();
        let pull = self.open_pull(site, assembled, &mut memory, &mut skipped).await?;
        if pull.is_none() {
            skipped.push(Skip::NoPull);
            let (branch, parent) = (assembled.row.branch.clone(), assembled.row.parent.clone());
            memory.look_at_push(self.app, site, self.key, branch, parent).await?;
        }
        let set = settle::look(self.app, site, self.key, assembled, &memory, self.timing).await?.at_once();
        let verdicts = self.judged(site, pull, assembled, &mut memory, &set, &mut skipped).await?;
        let wanted = render(&verdicts, &site.place);
        skipped.extend(set.skip);
        skipped.sort_unstable();
        skipped.dedup();
        let patch = match verdicts.patch {
            Some(PatchCoverage::Lines { totals, .. }) => Some(totals),
            _ => None,
        };
        Ok(TriedOut {
            coverage: Some((verdicts.project.totals, verdicts.style)),
            patch,
            comment: wanted.comment.map(|comment| comment.text),
            verdicts: wanted.verdicts.iter().map(ShownVerdict::of).collect(),
            skipped,
            github_calls: 0,
        })
    }

    /// The pull request that it would be posted on, seen as any run sees it.
    async fn open_pull(
        &self,
        site: &Site,
        assembled: &Assembled,
        memory: &mut Memory,
        skipped: &mut Vec<Skip>,
    ) -> Result<Option<PullNumber>, FeedbackError> {
        let mut number = assembled.row.pull;
        if let Some(named) = number {
            match Box::pin(memory.look(self.app, site, self.key, named, false)).await? {
                Seen::Pull => return Ok(Some(named)),
                Seen::Nothing(skip) => skipped.push(skip),
                Seen::Moved => skipped.push(Skip::HeadMoved),
                Seen::Closed => skipped.push(Skip::PullClosed),
            }
            *memory = Memory::tried();
        }
        let named = number.take();
        let Some(other) = self.pull_of_commit(site).await?.filter(|other| Some(*other) != named) else {
            return Ok(None);
        };
        match Box::pin(memory.look(self.app, site, self.key, other, false)).await? {
            Seen::Pull => {
                skipped.clear();
                Ok(Some(other))
            }
            _ => Ok(None),
        }
    }
}
