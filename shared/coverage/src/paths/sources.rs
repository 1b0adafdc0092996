//! The folders that a report's paths may be relative to: those that it names, and its own.

use std::cell::Cell;

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

/// How often folders may still be tried for the paths of an upload. A hundred folders of a thousand levels each would be
/// tried a hundred thousand times for each of half a million files; real reports need a few for each.
#[derive(Debug)]
pub(crate) struct Tries(Cell<u32>);

impl Default for Tries {
    /// Ten million: some seconds.
    fn default() -> Self {
        Tries(Cell::new(10_000_000))
    }
}

impl Tries {
    /// Whether one more is allowed.
    pub(super) fn take(&self) -> bool {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        left > 0
    }
}
