//! Flags and components: parts of a project that are measured, carried and judged on their own.

use std::collections::BTreeMap;

use crate::{FlagPatterns, Patterns, StatusKind, StatusRule};

/// `flags` and `flag_management`. Ask for a flag with [`Flags::rule`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Flags {
    pub(crate) named: BTreeMap<String, FlagRule>,
    pub(crate) otherwise: FlagRule,
}

impl Flags {
    /// The rule of a flag: `flags.NAME` if it is there, whole; else `flag_management.default_rules` overlaid by the
    /// entry of `flag_management.individual_flags`.
    #[must_use]
    pub fn rule(&self, flag: &str) -> &FlagRule {
        self.named.get(flag).unwrap_or(&self.otherwise)
    }

    /// The flags that the file names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.named.keys().map(String::as_str)
    }

    /// What holds for flags that the file does not name.
    #[must_use]
    pub fn otherwise(&self) -> &FlagRule {
        &self.otherwise
    }
}

/// What holds for a flag.
#[derive(Debug, Clone, PartialEq)]
pub struct FlagRule {
    /// Its files; empty is all of them.
    pub paths: Patterns,
    /// Files that do not count for it.
    pub ignore: Patterns,
    /// Whether the base's coverage of it stands in while it was not uploaded.
    pub carryforward: bool,
    /// Its statuses need so many uploads of it; 0 needs none.
    pub after_n_builds: u32,
    /// Whether its uploads count for the project's sums.
    pub joined: bool,
    /// Its statuses. Their title begins with the `name_prefix`; the flag's name is still to be added, which
    /// [`Policy::statuses_for`](crate::Policy::statuses_for) does.
    pub statuses: Vec<(StatusKind, StatusRule)>,
}

impl Default for FlagRule {
    fn default() -> Self {
        FlagRule {
            paths: Patterns::default(),
            ignore: Patterns::default(),
            carryforward: false,
            after_n_builds: 0,
            joined: true,
            statuses: Vec::new(),
        }
    }
}

/// A part of the project by paths and flags (`component_management.individual_components`, over `default_rules`).
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// `component_id`: stays when the name changes.
    pub id: String,
    /// `name`, for people; the id without one.
    pub name: String,
    /// Its files; empty is all of them.
    pub paths: Patterns,
    /// Its flags; empty is all of them.
    pub flags: FlagPatterns,
    /// Its statuses, titles whole.
    pub statuses: Vec<(StatusKind, StatusRule)>,
}
