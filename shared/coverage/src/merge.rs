//! Many uploads, one report.
//!
//! Hits are added over distinct uploads, so a merge remembers which uploads it holds ([`Report::parts`]) and an upload
//! that is already in is passed over: the same upload delivered twice, or a commit report merged with one of its own
//! parts, counts once. Lines and branches join without counting and need no such care.

use std::collections::BTreeMap;

use crate::{FileReport, Report};

/// Merges reports. Commutative and associative over distinct uploads, and each upload counts once, where an upload is
/// its content: two that are equal in every line are one. When two merged reports share some uploads but neither holds
/// the other, hit counts (not states, not branches) of the shared uploads are added twice.
#[must_use]
pub fn merge<'a>(reports: impl IntoIterator<Item = &'a Report>) -> Report {
    let chosen = distinct(reports.into_iter().filter(|report| !report.is_empty()).collect());
    if let [(only, _)] = chosen.as_slice() {
        return (*only).clone();
    }
    let mut by_path: BTreeMap<&str, Vec<&FileReport>> = BTreeMap::new();
    for (report, _) in &chosen {
        report.files().iter().for_each(|file| by_path.entry(file.path()).or_default().push(file));
    }
    let files = by_path
        .into_values()
        .filter_map(|files| files.split_first().map(|(first, rest)| first.merged(rest.iter().copied())))
        .collect();
    let mut parts: Vec<u64> = chosen.into_iter().flat_map(|(_, parts)| parts).collect();
    parts.sort_unstable();
    parts.dedup();
    Report::with_parts(files, parts)
}

/// The reports that are not contained in another one, with their parts. The largest are looked at first.
fn distinct(reports: Vec<&Report>) -> Vec<(&Report, Vec<u64>)> {
    let mut candidates: Vec<_> = reports.into_iter().map(|report| (report, report.parts())).collect();
    candidates.sort_by(|(_, a), (_, b)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    let mut chosen: Vec<(&Report, Vec<u64>)> = Vec::new();
    for (report, parts) in candidates {
        if !chosen.iter().any(|(_, held)| parts.iter().all(|part| held.binary_search(part).is_ok())) {
            chosen.push((report, parts));
        }
    }
    chosen
}

#[cfg(test)]
mod tests;
