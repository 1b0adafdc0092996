//! Questions to the commit graph.

use std::collections::{BTreeMap, BTreeSet};

use covermark_types::CommitSha;

use super::Commit;

type Commits = BTreeMap<CommitSha, Commit>;

/// `sha` and everything before it.
pub(crate) fn ancestors(commits: &Commits, sha: &CommitSha) -> BTreeSet<CommitSha> {
    let mut seen = BTreeSet::new();
    let mut open = vec![sha.clone()];
    while let Some(next) = open.pop() {
        if let Some(commit) = commits.get(&next)
            && seen.insert(next)
        {
            open.extend(commit.parents.iter().cloned());
        }
    }
    seen
}

/// The best common ancestor: the latest, which no other common ancestor can follow.
pub(crate) fn merge_base(commits: &Commits, one: &CommitSha, other: &CommitSha) -> Option<CommitSha> {
    let (one, other) = (ancestors(commits, one), ancestors(commits, other));
    one.intersection(&other).max_by_key(|sha| commits.get(*sha).map_or(0, |commit| commit.sequence)).cloned()
}

/// How many commits `head` has that `base` has not, and the other way round.
pub(crate) fn ahead_behind(commits: &Commits, base: &CommitSha, head: &CommitSha) -> (usize, usize) {
    let (base, head) = (ancestors(commits, base), ancestors(commits, head));
    (head.difference(&base).count(), base.difference(&head).count())
}

/// `sha` and everything before it, newest first.
pub(crate) fn log<'a>(commits: &'a Commits, sha: &CommitSha) -> Vec<&'a Commit> {
    let mut found: Vec<&Commit> = ancestors(commits, sha).iter().filter_map(|sha| commits.get(sha)).collect();
    found.sort_by_key(|commit| std::cmp::Reverse(commit.sequence));
    found
}
