//! What the head is compared with: the commit that CI asked for, else the commit where the pull request left its base
//! branch, else the nearest one before it that has a report.
//!
//! Reports with a fork's uploads in them are never a base (`Table::reports_of`), and one whose set of uploads was not
//! complete is only where no better one is near. The reason is kept with the choice: people are told.

use covermark_github::Error;
use covermark_state::rows::commit::CommitRow;
use covermark_types::CommitSha;

use super::{Site, pull::Ends, said::Said};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    judge::{Base, BaseCommit, BaseReason, NoBase, Remark},
    totals,
};

/// How many reports further back a complete one is preferred to an incomplete one.
const BETTER_WITHIN: usize = 10;

/// The base, where its report is, and what the reader must know of it.
#[derive(Clone, Debug)]
pub(crate) struct Compared {
    pub(crate) base: Base,
    /// What we keep of it.
    pub(crate) row: Option<Box<CommitRow>>,
    /// How many commits the head has that the base branch lacks.
    pub(crate) ahead: Option<usize>,
    /// Where the pull request leaves its base branch, when that is known.
    merge_base: Option<CommitSha>,
    pub(crate) remarks: Vec<Remark>,
    pub(crate) skipped: Vec<Skip>,
}

impl Compared {
    /// Where the pull request leaves its base branch, when that is known.
    pub(crate) fn merge_base(&self) -> Option<&CommitSha> {
        self.merge_base.as_ref()
    }

    /// How many commits the base lies before the head; `None` when nobody counted.
    pub(crate) fn distance(&self) -> Option<usize> {
        match &self.base {
            Base::Found(base) => self.ahead.map(|ahead| ahead + base.behind),
            Base::Missing { .. } => None,
        }
    }
}

/// The base of a pull request. `chosen` is what CI asked for.
pub(crate) async fn of_pull(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    ends: &Ends,
    chosen: Option<&CommitSha>,
    said: &Said,
) -> Result<Compared, FeedbackError> {
    let Some(chosen) = chosen.filter(|chosen| **chosen != key.sha) else {
        return of_branches(app, site, key, ends, said).await;
    };
    let rows = app.table.reports_of(&key.provider, key.repository, std::slice::from_ref(chosen)).await?;
    if let Some(row) = rows.into_iter().next() {
        return Ok(found(row, 0, Some(ends.base_branch.clone()), BaseReason::Chosen));
    }
    let mut compared = of_branches(app, site, key, ends, said).await?;
    compared.remarks.push(Remark::ChosenBaseUnknown);
    Ok(compared)
}

async fn of_branches(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    ends: &Ends,
    said: &Said,
) -> Result<Compared, FeedbackError> {
    let branch = Some(ends.base_branch.clone());
    if !site.rights.contents {
        return without_history(app, key, vec![ends.base.clone()], branch).await;
    }
    let comparison = match said.parted(&site.client, ends).await {
        Ok(comparison) => comparison,
        Err(Error::Forbidden(_)) => return without_history(app, key, vec![ends.base.clone()], branch).await,
        // The branch was pushed over and its old tip is gone, or the two have no common past.
        Err(Error::NotFound(_)) => return Ok(none(branch, NoBase::Unrelated)),
        Err(error) => return Err(error.into()),
    };
    let (merge_base, ahead) = (comparison.merge_base, usize::try_from(comparison.ahead).ok());
    let own = app.table.reports_of(&key.provider, key.repository, std::slice::from_ref(&merge_base)).await?;
    // A pull request that is merged already leaves its base branch at its own head.
    let own = own.into_iter().next().filter(|row| row.sha != key.sha);
    if let Some(row) = own.as_ref().filter(|row| is_complete(row)) {
        let compared = found(row.clone(), 0, branch, BaseReason::MergeBase);
        return Ok(Compared { ahead, merge_base: Some(merge_base), ..compared });
    }
    // History lists the commits of merged branches too. What they reported was of the branch, not of what it was merged
    // into; in a stack of pull requests, though, the branch below is what this one is compared with.
    let on_base =
        |row: &CommitRow| row.pull.is_none() && row.branch.as_ref().is_none_or(|name| *name == ends.base_branch);
    let from = Start { sha: &merge_base, skip: 0, reason: BaseReason::BeforeMergeBase, said };
    let walked = nearest(app, site, key, from, branch.clone(), on_base).await?;
    let better = walked.row.as_ref().is_some_and(|row| is_complete(row));
    let compared = match own {
        Some(row) if !better => found(row, 0, branch, BaseReason::MergeBase),
        _ => walked,
    };
    Ok(Compared { ahead, merge_base: Some(merge_base), ..compared })
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
    let said = Said::default();
    let from = Start { sha: &key.sha, skip: 1, reason: BaseReason::BeforeParent, said: &said };
    // After a merge the merged branch's own last commit is nearer than the one that it was merged into.
    let compared = nearest(app, site, key, from, branch, |row| row.pull.is_none()).await?;
    Ok(Compared { ahead: Some(1), ..compared })
}

/// Where a search begins: at this commit, or after so many.
struct Start<'a> {
    sha: &'a CommitSha,
    skip: usize,
    reason: BaseReason,
    said: &'a Said,
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
    let ancestors = match from.said.ancestors(&site.client, from.sha).await {
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
    let row = reports.swap_remove(best(&reports, preferred));
    let behind = ancestors.iter().position(|sha| *sha == row.sha).unwrap_or_default();
    let reason = match from.reason {
        BaseReason::BeforeParent if behind == 0 => BaseReason::Parent,
        BaseReason::BeforeMergeBase if row.sha == *from.sha => BaseReason::MergeBase,
        reason => reason,
    };
    Ok(found(row, behind, branch, reason))
}

/// The first that is preferred, or a complete one soon after it; else the first.
fn best(reports: &[CommitRow], preferred: impl Fn(&CommitRow) -> bool) -> usize {
    let mut fitting = reports.iter().enumerate().filter(|(_, row)| preferred(row)).take(1 + BETTER_WITHIN);
    let Some((first, row)) = fitting.next() else { return 0 };
    if is_complete(row) {
        return first;
    }
    fitting.find(|(_, row)| is_complete(row)).map_or(first, |(index, _)| index)
}

/// Whether no upload was missing when its verdict was given, as far as is known.
fn is_complete(row: &CommitRow) -> bool {
    row.concluded.as_ref().is_none_or(|concluded| !concluded.incomplete)
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
    let incomplete = !is_complete(&row);
    let base = Base::Found(BaseCommit { sha: row.sha.clone(), branch, behind, totals, reason, incomplete });
    Compared { base, row: Some(Box::new(row)), ahead: None, merge_base: None, remarks: Vec::new(), skipped: Vec::new() }
}

fn none(branch: Option<String>, why: NoBase) -> Compared {
    let base = Base::Missing { branch, why };
    Compared { base, row: None, ahead: None, merge_base: None, remarks: Vec::new(), skipped: vec![Skip::NoBase] }
}
