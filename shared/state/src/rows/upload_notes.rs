//! What people are told about an upload, bounded: what does not fit is counted, not kept.

use serde::{Deserialize, Serialize};

use super::cut;

/// Entries of each list that are kept. With the texts' bounds: at most 230 KB of a row's 400.
const MAX_DROPPED: usize = 100;
const MAX_UNREADABLE: usize = 50;
const MAX_WARNINGS: usize = 50;
/// Bytes of each text that are kept.
const MAX_TEXT: usize = 1024;

/// What went wrong with an upload, for the comment and the upload's page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct UploadNotes {
    /// Files of the upload that no parser could read, at most 50.
    pub unreadable: Vec<UnreadableFile>,
    /// How many those were in all.
    pub unreadable_total: u64,
    /// Paths in reports that are not in the repository, at most 100.
    pub dropped: Vec<DroppedPath>,
    /// How many those were in all.
    pub dropped_total: u64,
    /// Sentences about what was read but is doubtful, at most 50.
    pub warnings: Vec<String>,
    /// The formats that were found: `lcov`, `cobertura`, …
    pub formats: Vec<String>,
}

/// A file of an upload that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnreadableFile {
    /// Its name in the upload.
    pub file: String,
    /// The reason's code.
    pub code: String,
    /// One sentence: what it seems to be, what to do.
    pub reason: String,
}

/// A path that was left out of the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DroppedPath {
    /// As the report has it.
    pub path: String,
    /// The reason's code.
    pub reason: String,
}

impl UploadNotes {
    /// The notes cut to what a row may hold; totals are never less than what was there.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.unreadable_total = self.unreadable_total.max(self.unreadable.len() as u64);
        self.dropped_total = self.dropped_total.max(self.dropped.len() as u64);
        self.unreadable.truncate(MAX_UNREADABLE);
        self.dropped.truncate(MAX_DROPPED);
        self.warnings.truncate(MAX_WARNINGS);
        self.formats.sort_unstable();
        self.formats.dedup();
        self.formats.truncate(MAX_WARNINGS);
        let files = self.unreadable.iter_mut().flat_map(|file| [&mut file.file, &mut file.code, &mut file.reason]);
        let paths = self.dropped.iter_mut().flat_map(|dropped| [&mut dropped.path, &mut dropped.reason]);
        for text in files.chain(paths).chain(&mut self.warnings).chain(&mut self.formats) {
            cut(text, MAX_TEXT);
        }
        self
    }
}
