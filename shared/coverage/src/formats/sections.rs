//! The files of one report under construction: a path may come up many times (test names, inner classes).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{MAX_FILES, MAX_PATH, WarningCode};
use crate::FileReport;
use crate::model::{FileBuilder, Repeat};

#[derive(Debug, Default)]
pub(super) struct Sections {
    files: Vec<FileReport>,
    index: HashMap<Box<str>, usize>,
}

/// Why a section was not kept.
pub(super) enum Refused {
    Path,
    TooMany,
}

impl Refused {
    /// What to warn of.
    pub(super) fn code(self) -> WarningCode {
        match self {
            Refused::Path => WarningCode::BadPath,
            Refused::TooMany => WarningCode::TooManyFiles,
        }
    }
}

impl Sections {
    /// Takes what the builder holds as one more section of `path`. A section without lines still names its file, so
    /// that an empty file is not mistaken for one that was left out.
    pub(super) fn add(&mut self, path: &str, builder: &mut FileBuilder, repeat: Repeat) -> Result<(), Refused> {
        if path.is_empty() || path.len() > MAX_PATH {
            builder.clear();
            return Err(Refused::Path);
        }
        if self.files.len() >= MAX_FILES && !self.index.contains_key(path) {
            builder.clear();
            return Err(Refused::TooMany);
        }
        let section = builder.finish(path, repeat);
        match self.index.entry(path.into()) {
            Entry::Occupied(known) => {
                let file = &mut self.files[*known.get()];
                *file = file.merged([&section]);
            }
            Entry::Vacant(free) => {
                free.insert(self.files.len());
                self.files.push(section);
            }
        }
        Ok(())
    }

    pub(super) fn into_files(self) -> Vec<FileReport> {
        self.files
    }
}
