//! Whether all uploads are there: the rule. Pure; who asks GitHub and who waits is elsewhere.
//!
//! The set is complete when what the repository's rules or the base commit lead to expect is here, when CI said so
//! (`upload-complete`), or when CI has ended well and nothing is missing. When CI has ended without some of it, or the time
//! is up, the set is incomplete: it is judged, says what is missing, and fails nobody. What is carried forward from the
//! base is waited for, but not missed in the end.

use std::{collections::BTreeMap, time::Duration};

use covermark_policy::{ExpectedUploads, Policy};
use covermark_state::rows::{timing::Timing, upload::Upload};
use covermark_types::Timestamp;

use super::{
    ci::Ci,
    kinds,
    uploads::{PATIENCE, is_announced, is_here},
};

/// How long further uploads are waited for when neither the rules nor a base nor CI tells how many there will be.
const BLIND: Duration = Duration::from_secs(5 * 60);

/// How long after a merge queue asked its CI may take to be seen.
const GRACE: Duration = Duration::from_secs(2 * 60);

/// All that the rule looks at.
pub(super) struct Facts<'a> {
    /// The commit's uploads, whatever their state.
    pub(super) uploads: &'a [Upload],
    /// What the base commit had; `None` without one.
    pub(super) before: Option<&'a Timing>,
    /// The repository's rules.
    pub(super) policy: &'a Policy,
    /// Whether CI said that no more will come.
    pub(super) said_complete: bool,
    /// When the commit was first heard of.
    pub(super) since: Timestamp,
    /// Whether it is a commit of a merge queue.
    pub(super) queued: bool,
    /// The time.
    pub(super) now: Timestamp,
}

/// How far the set is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Set {
    /// Nothing more is expected.
    Complete,
    /// More is expected.
    Waiting {
        /// How many there will be; as many as are here when nobody knows.
        expected: usize,
        /// What is waited for, as people know it.
        missing: Vec<String>,
        /// When it is looked at again at the latest.
        until: Timestamp,
    },
    /// More was expected and will not come, as far as can be told.
    Incomplete(Vec<String>),
}

/// What is expected and not here.
struct Lack {
    /// As people know it.
    names: Vec<String>,
    /// How many.
    count: usize,
    /// The part of it that nothing stands in for.
    missed: Vec<String>,
    /// How many of them nothing is carried forward for.
    firm: usize,
    /// Whether it is known what makes the set complete.
    known: bool,
}

impl Facts<'_> {
    /// Decides; `None` when that needs a look at CI.
    pub(super) fn decide(&self, ci: Option<&Ci>) -> Option<Set> {
        let set = self.of_uploads(ci)?;
        if !self.policy.notify.require_ci_to_pass || matches!(set, Set::Waiting { .. }) {
            return Some(set);
        }
        // A set that is complete says nothing of whether CI passes.
        Some(match ci? {
            Ci::Running(names) if self.now < self.deadline() => self.wait(self.here(), names.clone(), self.deadline()),
            _ => set,
        })
    }

    fn of_uploads(&self, ci: Option<&Ci>) -> Option<Set> {
        let here = self.here();
        let lack = self.lack();
        if let Some(set) = self.announced(&lack) {
            return Some(set);
        }
        let deadline = self.deadline();
        if self.said_complete {
            return Some(Set::Complete);
        }
        if self.policy.notify.manual_trigger {
            let missing = vec!["`upload-complete`".to_owned()];
            return Some(self.wait(here, missing, deadline));
        }
        if lack.known && lack.count == 0 && here > 0 {
            return Some(Set::Complete);
        }
        if self.now >= deadline {
            return Some(Self::ended(here, &lack));
        }
        if !self.policy.notify.wait_for_ci {
            return Some(if lack.count == 0 && here > 0 { Set::Complete } else { self.wait_for(&lack, deadline) });
        }
        let ci = ci?;
        Some(match ci {
            Ci::Running(names) if lack.names.is_empty() => self.wait(here, names.clone(), deadline),
            Ci::Running(_) => self.wait_for(&lack, deadline),
            Ci::Ended { well: true } => Self::ended(here, &lack),
            Ci::Ended { well: false } if lack.names.is_empty() && !lack.known => {
                Set::Incomplete(vec!["what failed jobs of CI would have uploaded".to_owned()])
            }
            Ci::Ended { well: false } => Self::ended(here, &lack),
            Ci::Nothing if lack.firm == 0 && here > 0 => Set::Complete,
            Ci::Unreadable if lack.firm == 0 && here > 0 => {
                let until = self.last() + BLIND.min(self.policy.notify.wait);
                if self.now >= until { Set::Complete } else { self.wait(here, vec!["more".to_owned()], until) }
            }
            Ci::Nothing | Ci::Unreadable if self.queued && here == 0 => self.wait_for(&lack, self.since + GRACE),
            Ci::Nothing | Ci::Unreadable => self.wait_for(&lack, deadline),
        })
    }

    /// When what is there has to do.
    pub(super) fn deadline(&self) -> Timestamp {
        self.last() + self.policy.notify.wait
    }

    fn here(&self) -> usize {
        self.uploads.iter().filter(|upload| is_here(upload)).count()
    }

    /// When something last happened: that is what the deadline counts from.
    fn last(&self) -> Timestamp {
        let times = self.uploads.iter().flat_map(|upload| [Some(upload.opened_at), upload.processed_at]);
        times.flatten().max().unwrap_or(self.since).max(self.since)
    }

    /// Uploads that were announced a moment ago are waited for whatever else is known.
    fn announced(&self, lack: &Lack) -> Option<Set> {
        let soon: Vec<&Upload> = self.uploads.iter().filter(|upload| is_announced(upload, self.now)).collect();
        let until = soon.iter().map(|upload| upload.opened_at + PATIENCE).max()?;
        let mut missing: Vec<_> = soon.iter().map(|upload| kinds::label(&kinds::kind(upload))).collect();
        missing.sort_unstable();
        missing.extend(lack.names.iter().filter(|name| !missing.contains(name)).cloned().collect::<Vec<_>>());
        let expected = (self.here() + soon.len()).max(self.here() + lack.count);
        Some(Set::Waiting { expected, missing, until })
    }

    fn lack(&self) -> Lack {
        let here = self.here();
        if let Some(wanted) = self.wanted_number() {
            let count = wanted.saturating_sub(here);
            let names = if count == 0 { Vec::new() } else { vec![format!("{count} more")] };
            return Lack { missed: names.clone(), names, count, firm: count, known: true };
        }
        if let ExpectedUploads::Named(wanted) = &self.policy.expected {
            let names: Vec<_> = wanted.iter().filter(|name| !self.has(name)).cloned().collect();
            let count = names.len();
            return Lack { missed: names.clone(), names, count, firm: count, known: true };
        }
        let Some(before) = self.before.filter(|before| !before.kinds.is_empty()) else {
            return Lack { names: Vec::new(), count: 0, missed: Vec::new(), firm: 0, known: false };
        };
        let now = kinds::count(self.uploads.iter().filter(|upload| is_here(upload)));
        let (names, count) = kinds::lacking(&before.kinds, &now);
        let firm = before.kinds.iter().filter(|(kind, _)| !kinds::is_carried(kind, &self.policy.flags));
        let (_, firm) = kinds::lacking(&firm.map(|(kind, count)| (kind.clone(), *count)).collect(), &now);
        let never_here: BTreeMap<_, _> = before
            .kinds
            .iter()
            .filter(|(kind, _)| !now.contains_key(*kind) && !kinds::is_carried(kind, &self.policy.flags))
            .map(|(kind, count)| (kind.clone(), *count))
            .collect();
        let (missed, _) = kinds::lacking(&never_here, &BTreeMap::new());
        // A base that was itself still waiting tells the least that there will be, and no more.
        Lack { names, count, missed, firm, known: before.concluded }
    }

    /// How many uploads the rules ask for.
    fn wanted_number(&self) -> Option<usize> {
        let configured = match self.policy.expected {
            ExpectedUploads::Count(count) => count,
            _ => 0,
        };
        let number = configured.max(self.policy.notify.after_n_builds);
        (number > 0).then_some(number as usize)
    }

    /// Whether an upload of this name or flag is here.
    fn has(&self, wanted: &str) -> bool {
        let called =
            |upload: &&Upload| upload.name.as_deref() == Some(wanted) || upload.flags.iter().any(|flag| flag == wanted);
        self.uploads.iter().filter(|upload| is_here(upload)).any(|upload| called(&upload))
    }

    fn wait_for(&self, lack: &Lack, until: Timestamp) -> Set {
        let missing = if lack.names.is_empty() { vec!["the first one".to_owned()] } else { lack.names.clone() };
        self.wait(self.here() + lack.count, missing, until)
    }

    /// Waits, unless the time is up.
    fn wait(&self, expected: usize, missing: Vec<String>, until: Timestamp) -> Set {
        if self.now >= until { Set::Incomplete(missing) } else { Set::Waiting { expected, missing, until } }
    }

    /// Nothing more will come.
    fn ended(here: usize, lack: &Lack) -> Set {
        match (here, lack.missed.is_empty()) {
            (0, true) => Set::Incomplete(vec!["any upload".to_owned()]),
            (_, true) => Set::Complete,
            (_, false) => Set::Incomplete(lack.missed.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
