//! What is asked about a commit of a merge queue.

use covermark_coverage::diff::Diff;
use covermark_state::rows::timing::Queued;
use covermark_types::CommitSha;

use super::{Memory, Site, base, configuration};
use crate::{Feedback, FeedbackError, app::CommitKey, judge::DiffUnknown};

impl Memory {
    /// The commit's ancestors, the rules at it (they are the pull request's, merged), and what it changes of
    /// the commit that the queue put it on.
    pub(crate) async fn look_at_queue(
        &mut self,
        app: &Feedback,
        site: &Site,
        key: &CommitKey,
        queued: &Queued,
    ) -> Result<(), FeedbackError> {
        if self.compared.is_some() {
            return Ok(());
        }
        let branch = target(&queued.branch).map(str::to_owned);
        let (compared, configuration, diff) = futures::join!(
            base::before(app, site, key, branch, queued.base.clone()),
            configuration::read(app, site, &key.sha),
            change(site, queued.base.as_ref(), &key.sha),
        );
        (self.compared, self.configuration) = (Some(compared?), Some(configuration?));
        self.diff = Some(diff?);
        Ok(())
    }
}

/// The change, in the lines of the queue's commit. The pull request's own diff has others: what was merged meanwhile, or
/// waits before it, has moved them.
async fn change(
    site: &Site,
    base: Option<&CommitSha>,
    head: &CommitSha,
) -> Result<Result<Diff, DiffUnknown>, FeedbackError> {
    let Some(base) = base else { return Ok(Err(DiffUnknown::NoParent)) };
    super::parsed(site.client.compare_diff(base, head).await, head.short()).await
}

/// The branch that a queue merges into: `gh-readonly-queue/{base}/pr-…`.
fn target(branch: &str) -> Option<&str> {
    Some(branch.split_once('/')?.1.rsplit_once('/')?.0)
}
