//! What the head is compared with: the commit where the pull request left its base branch, or the nearest one before it
//! that has a report.

use covermark_github::Error;
use covermark_state::rows::commit::CommitRow;
use covermark_types::CommitSha;

use super::{Site, pull::Ends};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    judge::{Base, BaseCommit, BaseReason, NoBase, Remark},
    totals,
};

/// How far back is looked: one page of GitHub's, one batch of the table's.
const ANCESTORS: u8 = 100;

/// The base, where its report is, and what the reader must know of it.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub(crate) base: Base,
    /// The blob key of its report.
    pub(crate) report: Option<String>,
    pub(crate) remarks: Vec<Remark>,
    pub(crate) skipped: Vec<Skip>,
}

/// The base of a pull request.
pub(crate) async fn of_pull(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    ends: &Ends,
) -> Result<Compared, FeedbackError> {
    let branch = Some(ends.base_branch.clone());
    if !site.rights.contents {
        return without_history(app, key, vec![ends.base.clone()], branch).await;
    }
    let merge_base = match site.client.compare(&ends.base, &ends.head).await {
        Ok(comparison) => comparison.merge_base,
        Err(Error::Forbidden(_)) => return without_history(app, key, vec![ends.base.clone()], branch).await,
        // The branch was pushed over and its old tip is gone, or the two have no common past.
        Err(Error::NotFound(_)) => return Ok(none(branch, NoBase::Unrelated)),
        Err(error) => return Err(error.into()),
    };
    let own = app.table.reports_of(&key.provider, key.repository, std::slice::from_ref(&merge_base)).await?;
    if let Some(row) = own.into_iter().next() {
        return Ok(found(row, 0, branch, BaseReason::MergeBase));
    }
    // History lists the commits of merged branches too. What they reported was of the branch, not of what it was merged
    // into; in a stack of pull requests, though, the branch below is what this one is compared with.
    let on_base =
        |row: &CommitRow| row.pull.is_none() && row.branch.as_ref().is_none_or(|name| *name == ends.base_branch);
    nearest(app, site, key, Start { sha: &merge_base, skip: 0, reason: BaseReason::BeforeMergeBase }, branch, on_base)
        .await
}

/// The base of a commit on a branch: its parent, or the nearest commit before that.
pub(crate) async fn before(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    branch: Option<String>,
    parent: Option<CommitSha>,
) -> Result<Compared, FeedbackError> {
    if !site.rights.contents {
        return without_history(app, key, parent.into_iter().collect(), branch).await;
    }
    // After a merge the merged branch's own last commit is nearer than the one that it was merged into.
    nearest(app, site, key, Start { sha: &key.sha, skip: 1, reason: BaseReason::BeforeParent }, branch, |row| {
        row.pull.is_none()
    })
    .await
}

/// Where a search begins: at this commit, or after so many.
struct Start<'a> {
    sha: &'a CommitSha,
    skip: usize,
    reason: BaseReason,
}

/// The nearest of the commits from there on that has a report and is `preferred`, else the nearest of any that has one.
async fn nearest(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    from: Start<'_>,
    branch: Option<String>,
    preferred: impl Fn(&CommitRow) -> bool,
) -> Result<Compared, FeedbackError> {
    let ancestors = match site.client.commits(from.sha, ANCESTORS).await {
        Ok(ancestors) => ancestors,
        Err(Error::Forbidden(_)) => return without_history(app, key, Vec::new(), branch).await,
        Err(Error::NotFound(_) | Error::Rejected(_)) => return Ok(none(branch, NoBase::NoReport)),
        Err(error) => return Err(error.into()),
    };
    let ancestors: Vec<_> = ancestors.into_iter().skip(from.skip).filter(|sha| *sha != key.sha).collect();
    let mut reports = app.table.reports_of(&key.provider, key.repository, &ancestors).await?;
    if reports.is_empty() {
        return Ok(none(branch, NoBase::NoReport));
    }
    let row = reports.swap_remove(reports.iter().position(preferred).unwrap_or_default());
    let behind = ancestors.iter().position(|sha| *sha == row.sha).unwrap_or_default();
    let reason = match from.reason {
        BaseReason::BeforeParent if behind == 0 => BaseReason::Parent,
        reason => reason,
    };
    Ok(found(row, behind, branch, reason))
}

/// Without the right to read the history: the commits that were named to us, and a word about it.
async fn without_history(
    app: &Feedback,
    key: &CommitKey,
    candidates: Vec<CommitSha>,
    branch: Option<String>,
) -> Result<Compared, FeedbackError> {
    let reports = app.table.reports_of(&key.provider, key.repository, &candidates).await?;
    let mut compared = match reports.into_iter().next() {
        Some(row) => found(row, 0, branch, BaseReason::Tip),
        None => none(branch, NoBase::NoReport),
    };
    compared.remarks.push(Remark::NoHistory);
    compared.skipped.push(Skip::NoContents);
    Ok(compared)
}

fn found(row: CommitRow, behind: usize, branch: Option<String>, reason: BaseReason) -> Compared {
    let totals = row.totals.as_ref().map(totals::of_row).unwrap_or_default();
    let base = Base::Found(BaseCommit { sha: row.sha, branch, behind, totals, reason, incomplete: false });
    Compared { base, report: row.report, remarks: Vec::new(), skipped: Vec::new() }
}

fn none(branch: Option<String>, why: NoBase) -> Compared {
    Compared { base: Base::Missing { branch, why }, report: None, remarks: Vec::new(), skipped: vec![Skip::NoBase] }
}
