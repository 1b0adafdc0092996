//! A whole report: files sorted by path.

use std::hash::Hasher;

use twox_hash::XxHash3_64;

use super::{FileReport, Repeat, Totals, join};

/// The coverage of a set of files, from one upload or merged from several. The default is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    files: Vec<FileReport>,
    /// The uploads in here, by digest; empty when this is itself one upload.
    parts: Vec<u64>,
}

impl Report {
    /// One upload's report. Files without a line are left out; files with the same path are merged, their hits added.
    #[must_use]
    pub fn from_files(mut files: Vec<FileReport>) -> Report {
        files.retain(|file| !file.is_empty());
        files.sort_by(|a, b| a.path().cmp(b.path()));
        let files = files
            .chunk_by(|a, b| a.path() == b.path())
            .filter_map(|same| join(&same.iter().collect::<Vec<_>>(), Repeat::Add))
            .collect();
        Report { files, parts: Vec::new() }
    }

    pub(crate) fn with_parts(files: Vec<FileReport>, parts: Vec<u64>) -> Report {
        Report { files, parts }
    }

    /// The files, sorted by path (by bytes), each path once.
    #[must_use]
    pub fn files(&self) -> &[FileReport] {
        &self.files
    }

    /// One file.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&FileReport> {
        self.files.binary_search_by(|file| file.path().cmp(path)).ok().map(|index| &self.files[index])
    }

    /// Whether no file was measured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// The files that `keep` wants: a flag's, a component's, what is not ignored.
    #[must_use]
    pub fn filtered(&self, mut keep: impl FnMut(&str) -> bool) -> Report {
        let files = self.files.iter().filter(|file| keep(file.path())).cloned().collect();
        Report { files, parts: self.parts() }
    }

    /// The sums over all files.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        self.files.iter().for_each(|file| totals += file.totals());
        totals
    }

    /// A 64-bit digest (XXH3) of all paths and all coverage.
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut hasher = XxHash3_64::new();
        for file in &self.files {
            hasher.write(&(file.path().len() as u64).to_le_bytes());
            hasher.write(file.path().as_bytes());
            hasher.write(&file.digest().to_le_bytes());
        }
        hasher.finish()
    }

    /// The digests of the uploads that were merged into this report, sorted; of itself when it is one upload.
    #[must_use]
    pub fn parts(&self) -> Vec<u64> {
        if self.parts.is_empty() { vec![self.digest()] } else { self.parts.clone() }
    }

    pub(crate) fn stored_parts(&self) -> &[u64] {
        &self.parts
    }
}
