//! From the paths that reports write to the paths of the repository.
//!
//! Reports name files as the build machine saw them: absolute, below a container's mount, relative to a source folder,
//! as a Go import path. The repository's own [`Rules`] come first. With the commit's file list ([`Network`]) a path is
//! then looked up; without one, known CI roots are taken off and the rest is believed. A path that leads nowhere, or to
//! two places, is dropped with a reason: a guess would show somebody a wrong number.

mod network;
mod normal;
mod outside;
mod roots;
mod rules;
mod sources;
#[cfg(test)]
mod tests;

pub use network::Network;
pub use rules::{NoRules, Rules};
pub(crate) use rules::{Resolved, Resolver};
pub(crate) use sources::{Sources, Tries};

/// A report's path in the one spelling that all are compared in; `None` when it is none.
pub(crate) fn spelled(raw: &str) -> Option<String> {
    normal::normalise(raw).map(|path| path.spelled())
}

/// A path of a report that is not used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dropped {
    /// As the report wrote it.
    pub path: String,
    /// Why.
    pub reason: DropReason,
}

/// Why a path is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// It belongs to the machine and not to the repository: a system header, an installed package, a toolchain. Worth
    /// no warning, unless nothing else was found.
    Outside,
    /// No file of the repository ends like it.
    Unknown,
    /// Several files of the repository end like it.
    Ambiguous,
    /// Absolute, outside every known CI folder, and no file list came with the upload to look it up in.
    Absolute,
    /// Empty, too long, or leading out of the repository.
    Invalid,
}

impl DropReason {
    /// The stable name for scripts and rows.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            DropReason::Outside => "outside-repository",
            DropReason::Unknown => "unknown-path",
            DropReason::Ambiguous => "ambiguous-path",
            DropReason::Absolute => "absolute-path",
            DropReason::Invalid => "invalid-path",
        }
    }
}

/// What happened, to be read after "these files were left out:".
impl std::fmt::Display for DropReason {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            DropReason::Outside => "the file belongs to the system, a toolchain or an installed package",
            DropReason::Unknown => "the path is not in the repository",
            DropReason::Ambiguous => "several files of the repository end in this path",
            DropReason::Absolute => "the path is absolute, and no list of the repository's files came with the upload",
            DropReason::Invalid => "the path is empty, too long or leads out of the repository",
        })
    }
}

impl std::fmt::Display for Dropped {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "`{}`: {}", self.path.replace('`', "'"), self.reason)
    }
}
