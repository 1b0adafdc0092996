//! Many uploads, one report.
//!
//! Hits are added over distinct uploads, so a merge remembers which uploads it holds ([`Report::parts`]) and an upload
//! that is already in is passed over: the same upload delivered twice, or a commit report merged with one of its own
//! parts, counts once. Lines and branches join without counting and need no such care.

use crate::model::{Repeat, join};
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
    let files = by_path(&chosen.iter().map(|(report, _)| report.files()).collect::<Vec<_>>());
    let mut parts: Vec<u64> = chosen.into_iter().flat_map(|(_, parts)| parts).collect();
    parts.sort_unstable();
    parts.dedup();
    Report::with_parts(files, parts)
}

/// Walks through the sorted files of all reports at once.
fn by_path(reports: &[&[FileReport]]) -> Vec<FileReport> {
    let mut left = reports.to_vec();
    let mut merged = Vec::with_capacity(left.iter().map(|files| files.len()).max().unwrap_or(0));
    let mut same = Vec::with_capacity(left.len());
    loop {
        left.retain(|files| !files.is_empty());
        let Some(first) = left.first().and_then(|files| files.first()).map(FileReport::path) else { return merged };
        // Reports of one build have the same files, so the first one's path is nearly always everybody's.
        let all = left.iter().all(|files| files[0].path() == first);
        let path = left.iter().map(|files| files[0].path()).filter(|_| !all).min().unwrap_or(first);
        same.clear();
        for files in left.iter_mut().filter(|files| all || files[0].path() == path) {
            same.push(&files[0]);
            *files = &files[1..];
        }
        merged.extend(join(&same, Repeat::Add));
    }
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
