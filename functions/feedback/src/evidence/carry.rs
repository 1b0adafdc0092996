//! Carrying forward: what the base has of a flag that was not uploaded for the head, under the head's line numbers.
//!
//! One step is enough, because the base was judged itself and has what was carried to it. Its age is that of the upload
//! that it all began with, so nothing lives on for ever by being handed along: what is too old is dropped, and that is
//! said. Without a whole diff between the two nothing is carried, for its lines could not be placed. And a flag whose
//! upload comes under another name now is over: carried, it would count the same tests twice, the old ones for ever.
//!
//! Components carry nothing by themselves: they are views of reports, and what is carried of their flags is in them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use covermark_coverage::{Report, compare, diff::Diff, merge, shard};
use covermark_policy::Policy;
use covermark_state::rows::{
    commit::CommitRow,
    commit_parts::{CarriedRow, bounded_carried},
    upload::Upload,
};
use covermark_types::Timestamp;
use sha2::{Digest as _, Sha256};

use super::{Site, base::Compared};
use crate::{
    Feedback, FeedbackError,
    app::CommitKey,
    assemble,
    commit::kinds,
    judge::{Base, BaseReason, Carried, DiffUnknown, NotCarried, Part, Source},
};

/// How old an upload may be, in days, and how many commits back.
const OLDEST_DAYS: u64 = 30;
const FARTHEST: usize = 100;

/// What is carried to the head, and what is not.
#[derive(Debug, Default)]
pub(crate) struct Carrying {
    pub(crate) parts: Vec<Part>,
    /// The same for the head's row.
    pub(crate) rows: Vec<CarriedRow>,
    pub(crate) not_carried: BTreeMap<String, NotCarried>,
}

/// What the decision rests on.
pub(crate) struct Ground<'a> {
    pub(crate) app: &'a Feedback,
    pub(crate) site: &'a Site,
    pub(crate) key: &'a CommitKey,
    pub(crate) policy: &'a Policy,
    pub(crate) compared: &'a Compared,
    /// The pull request's change: from the merge base to the head.
    pub(crate) change: Option<Result<&'a Diff, DiffUnknown>>,
    /// What was uploaded for the head, one by one where flags tell it apart.
    pub(crate) uploaded: &'a [Part],
    /// The head's uploads, whatever their state.
    pub(crate) uploads: &'a [Upload],
}

/// Something that may be carried.
struct Candidate {
    flag: String,
    carried: Carried,
    /// Where the report is, when it was carried to the base as well; else the base's uploads have it.
    report: Option<String>,
}

/// Carries forward what the rules want carried.
pub(crate) async fn forward(ground: Ground<'_>) -> Result<Carrying, FeedbackError> {
    let mut carrying = Carrying::default();
    let Some(base) = ground.compared.row.as_deref() else { return Ok(carrying) };
    let now = ground.app.clock.now();
    let mut fresh = Vec::new();
    for candidate in candidates(&ground, base) {
        match stale(&candidate.carried, now) {
            Some(why) => drop(carrying.not_carried.insert(candidate.flag, why)),
            None => fresh.push(candidate),
        }
    }
    if fresh.is_empty() {
        return Ok(carrying);
    }
    let own;
    let diff = match diff(&ground).await? {
        Change::Known(diff) => diff,
        Change::Read(diff) => {
            own = diff;
            &own
        }
        Change::Unknown => {
            for Candidate { flag, carried, .. } in fresh {
                carrying.not_carried.insert(flag, NotCarried::DiffUnknown { from: carried.from });
            }
            return Ok(carrying);
        }
    };
    // The base's uploads are read once, and only when one of them is carried.
    let needs_uploads = fresh.iter().any(|candidate| candidate.report.is_none());
    let uploads = if needs_uploads { assemble::parts_of(ground.app, base).await? } else { Vec::new() };
    let renamed = if needs_uploads { renamed(&ground, base).await? } else { BTreeMap::new() };
    for candidate in fresh {
        if let Some(to) = renamed.get(&candidate.flag).filter(|_| candidate.report.is_none()) {
            carrying.not_carried.insert(candidate.flag, NotCarried::Renamed { to: to.clone() });
            continue;
        }
        let report = match &candidate.report {
            Some(key) => assemble::load(ground.app, key).await?,
            None => of_flag(&uploads, &candidate.flag),
        };
        let Some(report) = report else {
            carrying.not_carried.insert(candidate.flag, NotCarried::Gone { from: candidate.carried.from });
            continue;
        };
        let (part, row) = place(ground.app, candidate, &report, diff).await?;
        carrying.parts.push(part);
        carrying.rows.push(row);
    }
    carrying.rows = bounded_carried(carrying.rows);
    Ok(carrying)
}

/// The flags of the base that the head has no upload of and that the rules want carried: its own uploads first.
fn candidates(ground: &Ground<'_>, base: &CommitRow) -> Vec<Candidate> {
    let is_wanted = |flag: &str| {
        let uploaded = ground.uploaded.iter().any(|part| part.flags.iter().any(|own| own == flag));
        !uploaded && ground.policy.flags.rule(flag).carryforward
    };
    let behind = ground.compared.distance();
    let own = base.flags.iter().filter_map(|flag| flag.name.as_ref()).map(|flag| Candidate {
        flag: flag.clone(),
        carried: Carried { from: base.sha.clone(), behind, at: base.created_at },
        report: None,
    });
    let mut found: Vec<_> = own.filter(|candidate| is_wanted(&candidate.flag)).collect();
    for row in base.concluded.iter().flat_map(|concluded| &concluded.carried) {
        if !is_wanted(&row.name) || found.iter().any(|candidate| candidate.flag == row.name) {
            continue;
        }
        let before = row.behind.and_then(|behind| usize::try_from(behind).ok());
        found.push(Candidate {
            flag: row.name.clone(),
            carried: Carried {
                from: row.from.clone(),
                behind: behind.zip(before).map(|(near, far)| near + far),
                at: row.at,
            },
            report: Some(row.report.clone()),
        });
    }
    found
}

/// The flags of the base that the head's uploads have another name for: the same job uploads under the same name, but with
/// a flag that the base did not know and without the old one.
async fn renamed(ground: &Ground<'_>, base: &CommitRow) -> Result<BTreeMap<String, String>, FeedbackError> {
    let known: BTreeSet<&str> = base.flags.iter().filter_map(|flag| flag.name.as_deref()).collect();
    let news = ground.uploads.iter().filter(|upload| upload.shard.is_some()).filter_map(|upload| {
        let flag = upload.flags.iter().find(|flag| !known.contains(flag.as_str()))?;
        Some((kinds::origin(upload)?, flag.clone()))
    });
    let news: BTreeMap<_, _> = news.collect();
    if news.is_empty() {
        return Ok(BTreeMap::new());
    }
    let now = ground.app.clock.now();
    let before = ground.app.table.uploads_of(&base.provider, base.repository, &base.sha, now).await?;
    // A job that uploads several flags says nothing of which of them became which.
    let mut flags_of: BTreeMap<_, BTreeSet<&String>> = BTreeMap::new();
    for upload in before.iter().filter(|upload| upload.shard.is_some()) {
        if let Some(origin) = kinds::origin(upload) {
            flags_of.entry(origin).or_default().extend(&upload.flags);
        }
    }
    let alone = flags_of.into_iter().filter_map(|(origin, flags)| {
        let mut flags = flags.into_iter();
        let (flag, to) = (flags.next()?, news.get(&origin)?);
        flags.next().is_none().then(|| (flag.clone(), to.clone()))
    });
    Ok(alone.collect())
}

fn stale(carried: &Carried, now: Timestamp) -> Option<NotCarried> {
    let days = now.duration_since(carried.at).as_secs().max(0).unsigned_abs() / (24 * 3600);
    let too_far = carried.behind.is_some_and(|behind| behind > FARTHEST);
    (days > OLDEST_DAYS || too_far).then(|| NotCarried::Stale { from: carried.from.clone(), days })
}

enum Change<'a> {
    Known(&'a Diff),
    Read(Diff),
    Unknown,
}

/// What changed between the base and the head. For the merge base that is the pull request's own change.
async fn diff<'a>(ground: &Ground<'a>) -> Result<Change<'a>, FeedbackError> {
    let Base::Found(base) = &ground.compared.base else { return Ok(Change::Unknown) };
    match (base.reason, ground.change) {
        (BaseReason::MergeBase, Some(Ok(diff))) => return Ok(Change::Known(diff)),
        // What CI chose need not be an ancestor, and then GitHub's comparison begins somewhere else.
        (BaseReason::MergeBase, Some(Err(_))) | (BaseReason::Chosen | BaseReason::Tip, _) => {
            return Ok(Change::Unknown);
        }
        _ => {}
    }
    let text = match ground.site.client.compare_diff(&base.sha, &ground.key.sha).await {
        Ok(text) => text,
        Err(error) if error.is_not_found() => return Ok(Change::Unknown),
        Err(
            covermark_github::Error::DiffTooLarge(_)
            | covermark_github::Error::TooLarge { .. }
            | covermark_github::Error::Forbidden(_),
        ) => return Ok(Change::Unknown),
        Err(error) => return Err(error.into()),
    };
    let parsed = tokio::task::spawn_blocking(move || Diff::parse(&text)).await?;
    Ok(parsed.map_or(Change::Unknown, Change::Read))
}

fn of_flag(parts: &[Part], flag: &str) -> Option<Report> {
    let of_flag: Vec<_> = parts.iter().filter(|part| part.flags.iter().any(|own| own == flag)).collect();
    (!of_flag.is_empty()).then(|| merge(of_flag.iter().map(|part| &*part.report)))
}

/// The report under the head's line numbers, stored where every shard is.
async fn place(
    app: &Feedback,
    candidate: Candidate,
    report: &Report,
    diff: &Diff,
) -> Result<(Part, CarriedRow), FeedbackError> {
    let moved = compare::shift(report, diff);
    let bytes = shard::encode(&moved);
    let key = format!("shards/{}", hex::encode(Sha256::digest(&bytes)));
    if candidate.report.as_deref() != Some(&*key) {
        app.blobs.put(&key, bytes.into()).await?;
    }
    let Candidate { flag, carried, .. } = candidate;
    let row = CarriedRow {
        name: flag.clone(),
        from: carried.from.clone(),
        behind: carried.behind.and_then(|behind| u32::try_from(behind).ok()),
        at: carried.at,
        report: key,
    };
    Ok((Part { flags: vec![flag], report: Arc::new(moved), source: Source::Carried(carried) }, row))
}
