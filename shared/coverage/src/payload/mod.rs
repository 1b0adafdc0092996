//! The body of an upload: what codecov-cli PUTs (JSON with base64 and zlib inside), what older uploaders put (sections of
//! text), or one report as it is, plain or compressed.
//!
//! Unpacking is bounded before it happens: how much may come out in all, how much for each byte that goes in, how many
//! files, how many paths. A file that cannot be unpacked becomes a [`Problem`]; the others are still used.

mod body;
mod fixes;
mod legacy;
mod stream;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use stream::{Body, PackedFile, Upload};

/// What may come out of one upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of all report files together after decompression.
    pub total_bytes: usize,
    /// Bytes out for each byte in, beyond the first [`Limits::RATIO_SLACK`] of a file. zlib can reach 1,032.
    pub ratio: usize,
    /// Report files.
    pub files: usize,
    /// Paths in the file list, and files in the list of lines to leave out.
    pub paths: usize,
}

impl Limits {
    /// Small files may be as repetitive as they like.
    pub const RATIO_SLACK: usize = 8 * 1024 * 1024;
}

impl Default for Limits {
    /// 256 MiB, 400-fold, 10,000 files, 1,000,000 paths.
    fn default() -> Self {
        Limits { total_bytes: 256 * 1024 * 1024, ratio: 400, files: 10_000, paths: 1_000_000 }
    }
}

/// An upload, unpacked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Payload {
    /// The report files in the order of the upload.
    pub files: Vec<PayloadFile>,
    /// The repository's files, as the uploader listed them; empty when it did not.
    pub network: Vec<String>,
    /// Lines that the uploader found not to be code (`report_fixes`; `path_fixes` in old clients), by repository path.
    pub ignored_lines: BTreeMap<String, FileFixes>,
    /// Files of the upload that could not be unpacked.
    pub problems: Vec<Problem>,
}

/// One report file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PayloadFile {
    /// The name on the machine that uploaded it, often absolute; `report` for a body that is one plain report.
    pub filename: String,
    /// Its content, decompressed.
    pub bytes: Vec<u8>,
}

/// What is not code in one source file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFixes {
    /// The file's last line; reports of lines after it are wrong (Kotlin's inlining).
    pub eof: Option<u32>,
    /// Lines to leave out, ascending.
    pub lines: Vec<u32>,
}

impl FileFixes {
    /// Whether a line should be left out of the report.
    #[must_use]
    pub fn drops(&self, line: u32) -> bool {
        self.eof.is_some_and(|eof| line > eof) || self.lines.binary_search(&line).is_ok()
    }
}

/// A file of the upload that is not in [`Payload::files`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Its name.
    pub filename: String,
    /// Why.
    pub reason: ProblemReason,
}

/// Why a file could not be unpacked. Displays as a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ProblemReason {
    /// Its base64 is damaged.
    #[error("Its base64 text is damaged; upload it again.")]
    Base64,
    /// Its compressed data is damaged or cut off.
    #[error("Its compressed data is damaged or cut off; upload it again.")]
    Compression,
    /// It does not fit into what an upload may have.
    #[error("It is larger than an upload may be ({limit} bytes unpacked, all files together).")]
    TooLarge {
        /// [`Limits::total_bytes`].
        limit: usize,
    },
    /// It grows more than any report does.
    #[error("It unpacks to more than {limit} times its size, which no real report does.")]
    Ratio {
        /// [`Limits::ratio`].
        limit: usize,
    },
}

impl ProblemReason {
    /// The stable name for scripts.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            ProblemReason::Base64 => "bad-base64",
            ProblemReason::Compression => "bad-compression",
            ProblemReason::TooLarge { .. } => "too-large",
            ProblemReason::Ratio { .. } => "bad-ratio",
        }
    }
}

/// A body of which nothing can be used. Displays as a sentence; trying again does not help.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PayloadError {
    /// The uploader's JSON does not parse, most often because the upload broke off.
    #[error("The upload's JSON breaks off or is damaged at line {line}, column {column}; upload it again.")]
    Json {
        /// Line in the body, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// More entries than [`Limits`] allow.
    #[error("The upload has {what}: more than {limit} are not read.")]
    TooMany {
        /// Of what: `too many files`.
        what: &'static str,
        /// How many are read.
        limit: usize,
    },
    /// The body itself cannot be unpacked.
    #[error("The upload as a whole cannot be unpacked. {0}")]
    Body(ProblemReason),
}

/// Unpacks all of an upload into memory. [`Body`] reads it as a stream.
///
/// # Errors
/// When nothing of it can be used. A body in an unknown form is not an error: it is one report, which
/// [`crate::formats::parse`] will name.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Payload, PayloadError> {
    let body = Body::new(bytes, limits)?;
    let upload = body.open()?;
    let mut payload = Payload::default();
    for file in &upload.files {
        let filename = file.filename.clone();
        match upload.unpack(file, stream::all) {
            Ok(bytes) => payload.files.push(PayloadFile { filename, bytes }),
            Err(reason) if file.is_body() => return Err(PayloadError::Body(reason)),
            Err(reason) => payload.problems.push(Problem { filename, reason }),
        }
    }
    payload.network = upload.network;
    payload.ignored_lines = upload.ignored_lines;
    Ok(payload)
}
