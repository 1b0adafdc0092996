//! What is asked about a commit of a merge queue.

use covermark_state::rows::timing::Queued;

use super::{Memory, Site, base, configuration};
use crate::{Feedback, FeedbackError, app::CommitKey};

impl Memory {
    /// The commit's ancestors, the rules at it (they are the pull request's, merged), and the pull request's change.
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
            self.read_diff(site, queued.pull),
        );
        (self.compared, self.configuration) = (Some(compared?), Some(configuration?));
        if let Some(diff) = diff? {
            self.diff = Some(diff);
        }
        Ok(())
    }
}

/// The branch that a queue merges into: `gh-readonly-queue/{base}/pr-…`.
fn target(branch: &str) -> Option<&str> {
    Some(branch.split_once('/')?.1.rsplit_once('/')?.0)
}
