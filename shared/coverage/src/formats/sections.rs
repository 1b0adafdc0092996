//! The files of one report under construction: a path may come up many times (test names, inner classes).

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{MAX_FILES, MAX_PATH, WarningCode};
use crate::FileReport;
use crate::model::{FileBuilder, Repeat, join};

#[derive(Debug, Default)]
pub(super) struct Sections {
    files: Vec<FileReport>,
    index: HashMap<Box<str>, usize>,
    /// Further sections of a file, not merged yet: each merge costs the whole file, so it waits for as much.
    waiting: HashMap<usize, Waiting>,
}

#[derive(Debug)]
struct Waiting {
    sections: Vec<FileReport>,
    weight: usize,
    repeat: Repeat,
}

impl Waiting {
    fn merge_into(&mut self, file: &mut FileReport) {
        let sections = std::mem::take(&mut self.sections);
        let all: Vec<&FileReport> = std::iter::once(&*file).chain(&sections).collect();
        if let Some(merged) = join(&all, self.repeat) {
            *file = merged;
        }
        self.weight = 0;
    }
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
                let new = || Waiting { sections: Vec::new(), weight: 0, repeat };
                let waiting = self.waiting.entry(*known.get()).or_insert_with(new);
                waiting.weight += section.weight();
                waiting.sections.push(section);
                if waiting.weight >= file.weight().max(1024) {
                    waiting.merge_into(file);
                }
            }
            Entry::Vacant(free) => {
                free.insert(self.files.len());
                self.files.push(section);
            }
        }
        Ok(())
    }

    pub(super) fn into_files(mut self) -> Vec<FileReport> {
        for (index, mut waiting) in self.waiting {
            waiting.merge_into(&mut self.files[index]);
        }
        self.files
    }
}
