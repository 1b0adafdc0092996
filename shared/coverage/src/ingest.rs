//! One upload, from unpacked files to one report under the repository's paths.
//!
//! Nothing that goes wrong is lost: every file that could not be read, every path that was left out and every record
//! that was passed over comes back with its reason, because somebody will ask in a comment.

use std::collections::HashSet;

use crate::formats::{self, Format, Parsed, Unreadable, Warning};
use crate::paths::{self, Dropped, Network, Sources};
use crate::payload::Payload;
use crate::{FileReport, Report};

/// What became of an upload.
#[derive(Debug, Clone, Default)]
pub struct Ingested {
    /// The coverage of everything that could be read.
    pub report: Report,
    /// The report files that were read, in the upload's order, with their formats.
    pub formats: Vec<(String, Format)>,
    /// The report files that were not, with what they seem to be. Files that could not even be unpacked are in
    /// [`Payload::problems`].
    pub unreadable: Vec<(String, Unreadable)>,
    /// The paths that were left out, each once, in the order they came.
    pub dropped: Vec<Dropped>,
    /// What was passed over inside the files that were read.
    pub warnings: Vec<(String, Warning)>,
}

/// Reads all files of an upload and brings their paths to the repository's.
#[must_use]
pub fn ingest(payload: &Payload) -> Ingested {
    let network = Network::new(&payload.network);
    let mut ingested = Ingested::default();
    let mut files = Vec::new();
    let mut dropped = HashSet::new();
    for file in &payload.files {
        match formats::parse(&file.filename, &file.bytes) {
            Ok(parsed) => {
                ingested.formats.push((file.filename.clone(), parsed.format));
                let warnings = parsed.warnings.iter().cloned();
                ingested.warnings.extend(warnings.map(|warning| (file.filename.clone(), warning)));
                for result in resolve(parsed, &network) {
                    match result {
                        Ok(file) => files.push(without_hints(file, payload)),
                        Err(path) if dropped.insert(path.path.clone()) => ingested.dropped.push(path),
                        Err(_) => {}
                    }
                }
            }
            Err(unreadable) => ingested.unreadable.push((file.filename.clone(), unreadable)),
        }
    }
    ingested.report = Report::from_files(files);
    ingested
}

/// The files of one report under the repository's paths. A root that some paths turn out to have is tried for those
/// that were not found: `/weird/build/src/a.go` being `src/a.go` makes `/weird/build/main.go` be `main.go`, which its
/// name alone would not.
fn resolve(parsed: Parsed, network: &Network) -> Vec<Result<FileReport, Dropped>> {
    let sources = Sources::new(&parsed.sources);
    let first: Vec<_> = parsed
        .files
        .into_iter()
        // Nobody misses a file without lines, wherever it is.
        .filter(|file| !file.is_empty())
        .map(|file| {
            let resolved = network.resolve_below(file.path(), &sources);
            (file, resolved)
        })
        .collect();
    let found = first.iter().filter_map(|(file, path)| root(file.path(), path.as_ref().ok()?));
    let root = if network.is_empty() { None } else { agreed(found) };
    first
        .into_iter()
        .map(|(file, resolved)| {
            let path = resolved.or_else(|dropped| below(root.as_deref(), &dropped, network).ok_or(dropped))?;
            Ok(file.with_path(&path))
        })
        .collect()
}

/// What stands before the repository's path in the report's path.
fn root(raw: &str, path: &str) -> Option<String> {
    let mut spelled = paths::spelled(raw)?;
    let length = spelled.strip_suffix(path)?.len();
    spelled.truncate(length);
    (length > 1).then_some(spelled)
}

/// The root, when all files that have one have the same.
fn agreed(mut roots: impl Iterator<Item = String>) -> Option<String> {
    let first = roots.next()?;
    roots.all(|root| root == first).then_some(first)
}

fn below(root: Option<&str>, dropped: &Dropped, network: &Network) -> Option<String> {
    let spelled = paths::spelled(&dropped.path)?;
    let inside = spelled.strip_prefix(root?)?;
    network.resolve(inside, &[]).ok().filter(|path| path.eq_ignore_ascii_case(inside))
}

/// Without the lines that the uploader found not to be code.
fn without_hints(file: FileReport, payload: &Payload) -> FileReport {
    match payload.ignored_lines.get(file.path()) {
        Some(fixes) => file.without(|line| fixes.drops(line)),
        None => file,
    }
}

#[cfg(test)]
mod tests;
