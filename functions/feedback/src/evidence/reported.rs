//! What the base reported, read as cheaply as the question allows: its report and the sums of its flags are one blob each.
//! Its uploads are read one by one only where the two sides cannot be compared without.

use std::collections::{BTreeMap, BTreeSet};

use covermark_coverage::{Report, Totals, merge};
use covermark_policy::Policy;
use covermark_state::rows::{
    commit::CommitRow,
    commit_parts::{CarriedRow, FlagSums},
};
use sha2::{Digest as _, Sha256};

use crate::{
    Feedback, FeedbackError,
    assemble::{self, MAX_SHARD},
    judge::{BaseReported, Carried, FlagLine, Key, Part, Source},
    totals,
};

/// What the base reported.
#[derive(Default)]
pub(crate) struct OfBase {
    whole: Option<Report>,
    parts: Option<Vec<Part>>,
    keys: Option<BTreeSet<Key>>,
    sums: BTreeMap<String, Totals>,
}

impl OfBase {
    pub(crate) fn view(&self) -> BaseReported<'_> {
        BaseReported {
            whole: self.whole.as_ref(),
            parts: self.parts.as_deref(),
            keys: self.keys.as_ref(),
            sums: Some(&self.sums),
        }
    }

    /// Whether its report is to be had.
    pub(crate) fn is_there(&self) -> bool {
        self.whole.is_some()
    }
}

/// Reads it. `head` is what the head's uploads are known by, with what was carried.
pub(crate) async fn read(
    app: &Feedback,
    base: &CommitRow,
    head: &BTreeSet<Key>,
    policy: &Policy,
) -> Result<OfBase, FeedbackError> {
    let Some(key) = &base.report else { return Ok(OfBase::default()) };
    let carried: &[CarriedRow] = base.concluded.as_ref().map_or(&[], |concluded| &concluded.carried);
    let keys = keys(base, carried);
    let told_apart = head.iter().chain(keys.iter().flatten()).any(Option::is_some);
    let (whole, sums, handed) = futures::join!(
        assemble::load(app, key),
        async { if told_apart { sums(app, key, &rules(base, carried, policy)).await } else { Ok(None) } },
        handed_on(app, carried),
    );
    let (whole, sums, handed) = (whole?, sums?, handed?);
    let parts = if told_apart && needs_parts(head, keys.as_ref(), sums.is_some(), policy) {
        let mut parts = assemble::parts_of(app, base).await?;
        parts.extend(handed.iter().cloned());
        Some(parts)
    } else {
        None
    };
    // The parts bring what was carried with them; without them it is laid into the whole here.
    let whole = match (whole, &parts) {
        (Some(whole), None) if !handed.is_empty() => {
            Some(merge(std::iter::once(&whole).chain(handed.iter().map(|part| &*part.report))))
        }
        (whole, _) => whole,
    };
    Ok(OfBase { whole, parts, keys, sums: sums.unwrap_or_default() })
}

/// What its uploads are known by; `None` for a row of before flags were kept.
fn keys(base: &CommitRow, carried: &[CarriedRow]) -> Option<BTreeSet<Key>> {
    if base.flags.is_empty() {
        return None;
    }
    let own = base.flags.iter().map(|flag| flag.name.clone());
    Some(own.chain(carried.iter().map(|one| Some(one.name.clone()))).collect())
}

/// Whether the sums do not do.
fn needs_parts(head: &BTreeSet<Key>, base: Option<&BTreeSet<Key>>, has_sums: bool, policy: &Policy) -> bool {
    let Some(base) = base else { return true };
    // What the head lacks must be taken out of the base's report.
    let must_leave_out = !base.is_subset(head) && !base.is_disjoint(head);
    let mut flags = head.iter().chain(base).flatten();
    let by_flags = flags.clone().any(|flag| {
        let rule = policy.flags.rule(flag);
        !rule.joined || !rule.statuses.is_empty()
    });
    let kinds = [&policy.statuses.project, &policy.statuses.patch, &policy.statuses.changes];
    let has_flags = kinds.iter().any(|rules| rules.iter().any(|rule| !rule.flags.is_empty()));
    let components = policy.components.iter().any(|component| !component.flags.is_empty());
    must_leave_out || by_flags || has_flags || components || (flags.next().is_some() && !has_sums)
}

async fn handed_on(app: &Feedback, carried: &[CarriedRow]) -> Result<Vec<Part>, FeedbackError> {
    let load = |row: &CarriedRow| {
        let row = row.clone();
        async move {
            let report = assemble::load(app, &row.report).await?;
            let behind = row.behind.and_then(|behind| usize::try_from(behind).ok());
            let carried = Carried { from: row.from, behind, at: row.at };
            let (flags, source) = (vec![row.name], Source::Carried(carried));
            Ok::<_, FeedbackError>(report.map(|report| Part { flags, report: report.into(), source }))
        }
    };
    let parts = futures::future::try_join_all(carried.iter().map(load)).await?;
    Ok(parts.into_iter().flatten().collect())
}

/// The sums of its flags, if they were made by the rules that hold now.
async fn sums(app: &Feedback, report: &str, rules: &str) -> Result<Option<BTreeMap<String, Totals>>, FeedbackError> {
    let Some(bytes) = app.blobs.get(&FlagSums::blob_key(report), MAX_SHARD).await? else { return Ok(None) };
    let Ok(kept) = serde_json::from_slice::<FlagSums>(&bytes) else { return Ok(None) };
    let of_rows = |(flag, sums): (String, _)| (flag, totals::of_row(&sums));
    Ok((kept.rules == rules).then(|| kept.flags.into_iter().map(of_rows).collect()))
}

/// Keeps the sums of a commit's flags for those that are compared with it.
pub(crate) async fn keep_sums(
    app: &Feedback,
    row: &CommitRow,
    carried: &[CarriedRow],
    lines: &[FlagLine],
    policy: &Policy,
) -> Result<(), FeedbackError> {
    let flags: BTreeMap<_, _> =
        lines.iter().filter_map(|line| Some((line.name.clone(), totals::row(&line.head?)))).collect();
    let (Some(report), false) = (&row.report, flags.is_empty()) else { return Ok(()) };
    let sums = FlagSums { rules: rules(row, carried, policy), flags };
    let Ok(bytes) = serde_json::to_vec(&sums) else { return Ok(()) };
    Ok(app.blobs.put(&FlagSums::blob_key(report), bytes.into()).await?)
}

/// Digest of all that a flag's sums depend on besides the uploads.
fn rules(row: &CommitRow, carried: &[CarriedRow], policy: &Policy) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update((text.len() as u64).to_le_bytes());
        hash.update(text);
    };
    policy.ignore.texts().for_each(&mut add);
    for flag in row.flags.iter().filter_map(|flag| flag.name.as_deref()) {
        add(flag);
        let rule = policy.flags.rule(flag);
        rule.paths.texts().for_each(&mut add);
        add("");
        rule.ignore.texts().for_each(&mut add);
    }
    carried.iter().for_each(|one| add(&one.report));
    hex::encode(hash.finalize())
}
