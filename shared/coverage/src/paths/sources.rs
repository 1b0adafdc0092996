//! The folders that a report's paths may be relative to: those that it names, and its own.

use super::normal::{self, Normal};

/// Cleaned once for all paths of a report.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(super) named: Vec<Normal>,
    /// The folder of the report file. Coverage tools write next to what they measured, at most a few folders down.
    pub(super) own: Option<Normal>,
}

impl Sources {
    pub(crate) fn new(folders: &[String]) -> Sources {
        Sources { named: folders.iter().filter_map(|folder| normal::normalise(folder)).collect(), own: None }
    }

    /// With the folder of the report file of this name.
    pub(crate) fn of_report(mut self, filename: &str) -> Sources {
        self.own = normal::normalise(filename).and_then(|mut file| {
            file.path.truncate(file.path.rfind('/')?);
            Some(file)
        });
        self
    }
}
