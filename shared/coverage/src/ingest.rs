//! One upload, from unpacked files to one report under the repository's paths.
//!
//! Nothing that goes wrong is lost: every file that could not be read, every path that was left out and every record
//! that was passed over comes back with its reason, because somebody will ask in a comment.

use std::collections::{BTreeMap, HashSet};

use crate::formats::{self, Format, Parsed, ReadError, Unreadable, Warning};
use crate::paths::{self, DropReason, Dropped, Network, Resolved, Resolver, Rules, Sources};
use crate::payload::{FileFixes, Payload, Problem, ProblemReason, Upload};
use crate::{FileReport, Report};

/// What became of an upload.
#[derive(Debug, Clone, Default)]
pub struct Ingested {
    /// The coverage of everything that could be read.
    pub report: Report,
    /// The report files that were read, in the upload's order, with their formats.
    pub formats: Vec<(String, Format)>,
    /// The report files that were not, with what they seem to be.
    pub unreadable: Vec<(String, Unreadable)>,
    /// The files that could not even be unpacked.
    pub problems: Vec<Problem>,
    /// The paths that were left out, each once, in the order they came.
    pub dropped: Vec<Dropped>,
    /// How many files the repository's rules leave out ([`Rules::ignored`]).
    pub ignored: u64,
    /// What was passed over inside the files that were read.
    pub warnings: Vec<(String, Warning)>,
}

/// Reads all files of an upload and brings their paths to the repository's, by `rules` and the upload's file list.
/// Without rules of the repository's own: [`paths::NoRules`].
#[must_use]
pub fn ingest(payload: &Payload, rules: &dyn Rules) -> Ingested {
    let mut reader = Reader::new(&payload.ignored_lines);
    let network = Network::new(&payload.network);
    let resolver = Resolver::new(&network, rules);
    for file in &payload.files {
        reader.file(&file.filename, formats::parse(&file.filename, &file.bytes), &resolver);
    }
    reader.ingested.problems.clone_from(&payload.problems);
    reader.finish()
}

/// The same of an upload that is still packed: each file is unpacked while it is read, and never in memory as a whole.
#[must_use]
pub fn ingest_packed(upload: &Upload<'_>, rules: &dyn Rules) -> Ingested {
    let mut reader = Reader::new(&upload.ignored_lines);
    let network = Network::new(&upload.network);
    let resolver = Resolver::new(&network, rules);
    for file in &upload.files {
        let name = &file.filename;
        let reason = match upload.unpack(file, |from| formats::read(name, from)) {
            Ok(Ok(parsed)) => {
                reader.file(name, Ok(parsed), &resolver);
                continue;
            }
            Ok(Err(ReadError::Unreadable(unreadable))) => {
                reader.file(name, Err(unreadable), &resolver);
                continue;
            }
            // A stream that fails without a reason has been cut off.
            Ok(Err(ReadError::Io(_))) => ProblemReason::Compression,
            Err(reason) => reason,
        };
        reader.ingested.problems.push(Problem { filename: name.clone(), reason });
    }
    reader.finish()
}

/// An upload, half read.
struct Reader<'a> {
    ignored_lines: &'a BTreeMap<String, FileFixes>,
    ingested: Ingested,
    files: Vec<FileReport>,
    dropped: HashSet<String>,
}

impl<'a> Reader<'a> {
    fn new(ignored_lines: &'a BTreeMap<String, FileFixes>) -> Reader<'a> {
        Reader { ignored_lines, ingested: Ingested::default(), files: Vec::new(), dropped: HashSet::new() }
    }

    fn file(&mut self, name: &str, parsed: Result<Parsed, Unreadable>, resolver: &Resolver<'_>) {
        let parsed = match parsed {
            Ok(parsed) => parsed,
            Err(unreadable) => return self.ingested.unreadable.push((name.to_owned(), unreadable)),
        };
        self.ingested.formats.push((name.to_owned(), parsed.format));
        let warnings = parsed.warnings.iter().cloned();
        self.ingested.warnings.extend(warnings.map(|warning| (name.to_owned(), warning)));
        for result in resolve(parsed, name, resolver) {
            match result {
                Ok(None) => self.ingested.ignored += 1,
                Ok(Some(file)) => self.files.push(without_hints(file, self.ignored_lines)),
                Err(path) if self.dropped.insert(path.path.clone()) => self.ingested.dropped.push(path),
                Err(_) => {}
            }
        }
    }

    fn finish(mut self) -> Ingested {
        self.ingested.report = Report::from_files(self.files);
        self.ingested
    }
}

/// The files of one report under the repository's paths. A root that some paths turn out to have is tried for those
/// that were not found: `/weird/build/src/a.go` being `src/a.go` makes `/weird/build/main.go` be `main.go`, which its
/// name alone would not.
fn resolve(parsed: Parsed, filename: &str, resolver: &Resolver<'_>) -> Vec<Result<Option<FileReport>, Dropped>> {
    let sources = Sources::new(&parsed.sources).of_report(filename);
    let first: Vec<_> = parsed
        .files
        .into_iter()
        // Nobody misses a file without lines, wherever it is.
        .filter(|file| !file.is_empty())
        .map(|file| {
            let resolved = resolver.resolve(file.path(), &sources);
            (file, resolved)
        })
        .collect();
    let root = if resolver.network.is_empty() { None } else { common_root(&first, resolver.network) };
    first
        .into_iter()
        .map(|(file, resolved)| match resolved {
            Ok(Resolved::Found(path)) => Ok(Some(file.with_path(&path))),
            Ok(Resolved::Ignored) => Ok(None),
            Err(dropped) => {
                let inside = inside(root.as_deref(), &dropped).ok_or(dropped.clone())?;
                match resolver.resolve(&inside, &Sources::default()) {
                    Ok(Resolved::Found(path)) if path.eq_ignore_ascii_case(&inside) => Ok(Some(file.with_path(&path))),
                    Ok(Resolved::Ignored) => Ok(None),
                    _ => Err(dropped),
                }
            }
        })
        .collect()
}

/// The root that all resolved paths of a report have, if it is one and the same. When none was resolved, the folder
/// that all are in, if each of them is a file of the repository from there: several files
/// (`/strange/build/{main,util}.c`), or those of a Go module (`example.com/tool/main.go` where `go.mod` is).
fn common_root(files: &[(FileReport, Result<Resolved, Dropped>)], network: &Network) -> Option<String> {
    let mut found = files.iter().filter_map(|(file, resolved)| match resolved {
        Ok(Resolved::Found(path)) => root(file.path(), path),
        _ => None,
    });
    if let Some(first) = found.next() {
        return found.all(|root| root == first).then_some(first);
    }
    let ours = files.iter().filter(|(_, resolved)| !matches!(resolved, Err(why) if why.reason == DropReason::Outside));
    let paths: Vec<String> = ours.filter_map(|(file, _)| paths::spelled(file.path())).collect();
    let first = paths.first()?;
    let shared = |path: &String| first.bytes().zip(path.bytes()).take_while(|(a, b)| a == b).count();
    let length = paths.iter().map(shared).min()?;
    let folder = &first[..first.as_bytes()[..length].iter().rposition(|byte| *byte == b'/')? + 1];
    let is_there = |path: &String| path.strip_prefix(folder).is_some_and(|inside| network.contains(inside));
    let enough = paths.len() > 1 || (first.ends_with(".go") && network.contains("go.mod"));
    (enough && paths.iter().all(is_there)).then(|| folder.to_owned())
}

/// What stands before the repository's path in the report's path.
fn root(raw: &str, path: &str) -> Option<String> {
    let mut spelled = paths::spelled(raw)?;
    let length = spelled.strip_suffix(path)?.len();
    spelled.truncate(length);
    (length > 1).then_some(spelled)
}

/// A path without the root, unless it is the machine's own.
fn inside(root: Option<&str>, dropped: &Dropped) -> Option<String> {
    let spelled = paths::spelled(&dropped.path).filter(|_| dropped.reason != DropReason::Outside)?;
    spelled.strip_prefix(root?).map(str::to_owned)
}

/// Without the lines that the uploader found not to be code.
fn without_hints(file: FileReport, ignored_lines: &BTreeMap<String, FileFixes>) -> FileReport {
    match ignored_lines.get(file.path()) {
        Some(fixes) => file.without(|line| fixes.drops(line)),
        None => file,
    }
}

#[cfg(test)]
mod tests;
