//! Step 2: all uploads of a commit become its report, and the commit's row points at it.
//!
//! Many runs may assemble the same commit at once. The report's key is the hash of what went in, and the row is written
//! only in the version that was read before the uploads were listed: whoever lists fewer uploads cannot overwrite.

mod tried;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use covermark_coverage::{Report, Totals, merge, shard};
use covermark_state::rows::{
    self,
    branch::BranchReport,
    commit::{CommitRow, CommitWrite},
    commit_parts::{FlagRow, bounded},
    upload::{Sifted, Upload, UploadState},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use sha2::{Digest as _, Sha256};

use crate::{
    Feedback, FeedbackError,
    app::CommitKey,
    judge::{MOST_FLAGS, Part, Source},
    totals,
};

pub(crate) use self::tried::{Tried, with_tried};

/// How often the work starts again because another run was faster.
const TRIES: usize = 12;
/// Branches that one commit's uploads may name.
const BRANCHES: usize = 10;
/// Shards that are fetched at once.
const FETCHES: usize = 8;
/// The largest shard or report that is read, in bytes.
pub(crate) const MAX_SHARD: u64 = 64 * 1024 * 1024;
/// Raised when merging changes what it makes of the same shards.
const MERGE_VERSION: &str = "1";

/// A commit with everything that was reported for it.
pub(crate) struct Assembled {
    pub(crate) row: CommitRow,
    pub(crate) report: Report,
    /// The uploads that count, oldest first, whatever their state.
    pub(crate) uploads: Vec<Upload>,
    /// Those of forks that do not, because the repository uploads for the commit itself.
    pub(crate) set_aside: Vec<Upload>,
    /// The uploads' reports one by one; empty when none has a flag.
    pub(crate) parts: Vec<Part>,
    /// How many processed uploads have no shard any more.
    pub(crate) gone: usize,
    shards: Shards,
}

impl Assembled {
    /// Sums that were reported without the lines that they are of, when there is nothing better.
    pub(crate) fn sums_alone(&self) -> Option<Totals> {
        self.row.totals.filter(|_| self.row.report.is_none()).map(|sums| totals::of_row(&sums))
    }
}

/// Shards that were read, by key. Kept only where uploads are told apart by their flags.
type Shards = HashMap<String, Arc<Report>>;

/// Brings the commit's report level with its uploads. `before` is what an earlier call in the same run came to: a report
/// of the same uploads is not read again.
pub(crate) async fn assemble(
    app: &Feedback,
    key: &CommitKey,
    before: Option<Assembled>,
) -> Result<Assembled, FeedbackError> {
    let mut before = before;
    for _ in 0..TRIES {
        let now = app.clock.now();
        // The row first: an upload that is processed between the two reads is then seen, not lost.
        let row = app.table.commit(&key.provider, key.repository, &key.sha).await?;
        let row = row.unwrap_or_else(|| CommitRow::new(key.provider.clone(), key.repository, key.sha.clone(), now));
        let uploads = app.table.uploads_of(&key.provider, key.repository, &key.sha, now).await?;
        let Sifted { counted: uploads, set_aside } = Sifted::of(uploads);
        let Merged { report, key: report_key, gone, shards } = merged(app, key, &row, &uploads, before.take()).await?;
        let parts = parts(&uploads, &shards);
        let mut wanted = row.clone();
        describe(&mut wanted, &uploads);
        wanted.report = report_key;
        wanted.totals = match wanted.report {
            Some(_) => Some(totals::row(&report.totals())),
            None => sums(&uploads),
        };
        if wanted == row {
            return Ok(Assembled { row, report, uploads, set_aside, parts, gone, shards });
        }
        wanted.updated_at = now;
        if let CommitWrite::Written(version) = app.table.put_commit(&wanted).await? {
            let row = CommitRow { version, ..wanted };
            note_branches(app, &row, &uploads).await;
            return Ok(Assembled { row, report, uploads, set_aside, parts, gone, shards });
        }
        before = Some(Assembled { row: wanted, report, uploads, set_aside, parts, gone, shards });
    }
    Err(FeedbackError::Contended)
}

/// Remembers the report as that of the branches that it was uploaded for: badges and the repository's page show it. They
/// are not worth failing a commit for.
async fn note_branches(app: &Feedback, row: &CommitRow, uploads: &[Upload]) {
    let of_branch = |upload: &&Upload| upload.pull.is_none() && upload.key.commit == row.sha;
    let branches: BTreeSet<&str> = uploads.iter().filter(of_branch).filter_map(|one| one.branch.as_deref()).collect();
    for report in branches.into_iter().take(BRANCHES).filter_map(|branch| BranchReport::of(branch, row)) {
        if let Err(error) = app.table.put_branch_report(&row.provider, row.repository, &report).await {
            tracing::warn!(cause = %error, commit = %row.sha, "a branch's newest report could not be remembered");
        }
    }
}

/// The uploads of another commit, one by one; for a base, whose report is at hand as a whole only.
pub(crate) async fn parts_of(app: &Feedback, commit: &CommitRow) -> Result<Vec<Part>, FeedbackError> {
    let now = app.clock.now();
    let uploads = app.table.uploads_of(&commit.provider, commit.repository, &commit.sha, now).await?;
    let uploads = Sifted::of(uploads).counted;
    let (shards, _) = load_all(app, &keys(&uploads), Shards::new()).await?;
    Ok(all_parts(&uploads, &shards))
}

struct Merged {
    report: Report,
    key: Option<String>,
    gone: usize,
    shards: Shards,
}

/// The merged report, its key, and how many shards are gone.
async fn merged(
    app: &Feedback,
    key: &CommitKey,
    row: &CommitRow,
    uploads: &[Upload],
    before: Option<Assembled>,
) -> Result<Merged, FeedbackError> {
    let wanted_shards = keys(uploads);
    if wanted_shards.is_empty() {
        return Ok(Merged { report: Report::default(), key: None, gone: 0, shards: Shards::new() });
    }
    let wanted = report_key(key, &wanted_shards);
    let told_apart = are_told_apart(uploads);
    let (mut known, mut old) = (Shards::new(), None);
    if let Some(before) = before {
        known = before.shards;
        old = (before.row.report.as_deref() == Some(&*wanted)).then_some((before.report, before.gone));
    }
    // Merged before from the same shards: one blob instead of all of them, and it may outlive them.
    if old.is_none() && row.report.as_deref() == Some(&*wanted) {
        old = load(app, &wanted).await?.map(|report| (report, 0));
    }
    let old = match old {
        Some((report, gone)) if !told_apart => {
            return Ok(Merged { report, key: Some(wanted), gone, shards: Shards::new() });
        }
        old => old,
    };
    let (shards, gone) = load_all(app, &wanted_shards, known).await?;
    if let Some((report, _)) = old {
        return Ok(Merged { report, key: Some(wanted), gone, shards });
    }
    let parts: Vec<_> = shards.values().cloned().collect();
    let (report, encoded) = tokio::task::spawn_blocking(move || {
        let report = merge(parts.iter().map(|part| &**part));
        let encoded = shard::encode(&report);
        (report, encoded)
    })
    .await?;
    app.blobs.put(&wanted, encoded.into()).await?;
    Ok(Merged { report, key: Some(wanted), gone, shards: if told_apart { shards } else { Shards::new() } })
}

/// The shards of these keys, and how many of them are gone.
async fn load_all(app: &Feedback, keys: &[&str], mut known: Shards) -> Result<(Shards, usize), FeedbackError> {
    known.retain(|key, _| keys.contains(&key.as_str()));
    let missing: Vec<&str> = keys.iter().copied().filter(|key| !known.contains_key(*key)).collect();
    let loads: Vec<_> = missing.iter().map(|key| load(app, key)).collect();
    let loaded: Vec<Option<Report>> = stream::iter(loads).buffered(FETCHES).try_collect().await?;
    let gone = loaded.iter().filter(|part| part.is_none()).count();
    let found = missing.iter().zip(loaded).filter_map(|(key, part)| Some(((*key).to_owned(), Arc::new(part?))));
    known.extend(found);
    Ok((known, gone))
}

/// The keys of the uploads' shards, each once, in order.
fn keys(uploads: &[Upload]) -> Vec<&str> {
    let mut keys: Vec<&str> = uploads.iter().filter_map(|upload| upload.shard.as_deref()).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn are_told_apart(uploads: &[Upload]) -> bool {
    uploads.iter().any(|upload| upload.shard.is_some() && !upload.flags.is_empty())
}

fn parts(uploads: &[Upload], shards: &Shards) -> Vec<Part> {
    if are_told_apart(uploads) { all_parts(uploads, shards) } else { Vec::new() }
}

fn all_parts(uploads: &[Upload], shards: &Shards) -> Vec<Part> {
    let names: BTreeSet<&String> = uploads.iter().flat_map(|upload| &upload.flags).collect();
    let known: BTreeSet<&String> = names.into_iter().take(MOST_FLAGS).collect();
    let part = |upload: &Upload| {
        let report = shards.get(upload.shard.as_deref()?)?.clone();
        let flags: BTreeSet<_> = upload.flags.iter().filter(|flag| known.contains(flag)).cloned().collect();
        Some(Part { flags: flags.into_iter().collect(), report, source: Source::Uploaded })
    };
    uploads.iter().filter_map(part).collect()
}

/// A shard or report; `None` when it is gone or not readable any more, which is said and not fatal.
pub(crate) async fn load(app: &Feedback, key: &str) -> Result<Option<Report>, FeedbackError> {
    let Some(bytes) = app.blobs.get(key, MAX_SHARD).await? else {
        tracing::warn!(key, "a report is gone");
        return Ok(None);
    };
    let decoded = tokio::task::spawn_blocking(move || shard::decode(&bytes)).await?;
    Ok(decoded.inspect_err(|error| tracing::error!(key, %error, "a report cannot be read")).ok())
}

fn report_key(key: &CommitKey, shards: &[&str]) -> String {
    let mut hash = Sha256::new();
    hash.update(MERGE_VERSION);
    for shard in shards {
        hash.update("\n");
        hash.update(shard);
    }
    format!("reports/{}/{}/{}/{}", key.provider, key.repository, key.sha, hex::encode(hash.finalize()))
}

/// The sums of uploads that have no lines: the newest one's. Sums of two cannot be put together, since nobody knows which
/// lines they have in common.
fn sums(uploads: &[Upload]) -> Option<rows::Totals> {
    let mut sums =
        uploads.iter().rev().filter(|upload| upload.state == UploadState::Processed && upload.shard.is_none());
    sums.find_map(|upload| upload.totals)
}

/// What the uploads say about the commit. The first one to say something is believed: a later one cannot move it, but for
/// what forks said before the repository's own uploads came.
fn describe(row: &mut CommitRow, uploads: &[Upload]) {
    if uploads.iter().any(|upload| upload.opened_by.may_be_a_base()) {
        row.forget_forks();
    }
    let here: Vec<_> = uploads
        .iter()
        .filter(|upload| matches!(upload.state, UploadState::Processed | UploadState::Unreadable))
        .collect();
    row.uploads = u32::try_from(here.len()).unwrap_or(u32::MAX);
    let forks = here.iter().filter(|upload| !upload.opened_by.may_be_a_base()).count();
    row.from_forks = u32::try_from(forks).unwrap_or(u32::MAX);
    row.flags = flags(uploads);
    if forks > 0 && row.hears_forks() {
        row.by_fork = true;
    }
    row.branch = row.branch.take().or_else(|| here.iter().find_map(|upload| upload.branch.clone()));
    row.pull = row.pull.or_else(|| here.iter().find_map(|upload| upload.pull));
    row.parent = row.parent.take().or_else(|| here.iter().find_map(|upload| upload.parent.clone()));
}

/// By what the uploads that could be read are told apart.
fn flags(uploads: &[Upload]) -> Vec<FlagRow> {
    let mut counts: BTreeMap<Option<String>, u32> = BTreeMap::new();
    for upload in uploads.iter().filter(|upload| upload.shard.is_some()) {
        let names: BTreeSet<_> = upload.flags.iter().cloned().map(Some).collect();
        let names = if names.is_empty() { BTreeSet::from([None]) } else { names };
        names.into_iter().for_each(|name| *counts.entry(name).or_default() += 1);
    }
    bounded(counts.into_iter().map(|(name, uploads)| FlagRow { name, uploads }).collect())
}
