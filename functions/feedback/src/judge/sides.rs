//! The two sides of a comparison, told apart by the flags of their uploads.
//!
//! Like is compared with like: when one side lacks a flag that the other has, the uploads with nothing but such flags are
//! left out of the comparison, and that is said. Filters (`ignore`, `paths`) are laid over finished reports, because two
//! cuts of one upload count as one upload when they are merged.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use covermark_coverage::{Report, Totals, merge};
use covermark_policy::{Component, Policy};

use super::parts::{Carried, ComponentCarried, LeftOut, NotCarried, Side};

/// Flags of one commit that are told apart, the first by name; more are a mistake of the workflow's.
pub(crate) const MOST_FLAGS: usize = 200;

/// What an upload is known by when two commits are compared: one of its flags, or that it has none.
pub(crate) type Key = Option<String>;

/// The report of one upload, or of what stands in for one.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// The upload's flags.
    pub flags: Vec<String>,
    /// Its report.
    pub report: Arc<Report>,
    /// Where it comes from.
    pub source: Source,
}

/// Where a part comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    /// It was uploaded for this commit.
    Uploaded,
    /// It was uploaded for an earlier one, with its flag.
    Carried(Carried),
}

impl Part {
    /// What it is known by.
    pub(crate) fn keys(&self) -> impl Iterator<Item = Key> + '_ {
        self.flags.iter().cloned().map(Some).chain(self.flags.is_empty().then_some(None))
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|own| own == flag)
    }
}

/// What a commit reported.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reported<'a> {
    /// All of it, merged.
    pub whole: &'a Report,
    /// The uploads one by one and what was carried forward; empty when no upload has a flag and nothing was carried.
    pub parts: &'a [Part],
}

/// What the base reported.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct BaseReported<'a> {
    /// All of it with what was carried forward to it; `None` when it is gone.
    pub whole: Option<&'a Report>,
    /// The uploads one by one, when they were needed.
    pub parts: Option<&'a [Part]>,
    /// What its uploads and what was carried are known by; `None` when nothing tells them apart.
    pub keys: Option<&'a BTreeSet<Key>>,
    /// Sums of its flags, by the rules that hold now; flags that are not in it are not known.
    pub sums: Option<&'a BTreeMap<String, Totals>>,
}

/// One side, after `ignore`.
pub(crate) struct Cut<'a> {
    policy: &'a Policy,
    pub(crate) whole: Cow<'a, Report>,
    parts: &'a [Part],
}

impl<'a> Cut<'a> {
    pub(crate) fn new(reported: Reported<'a>, policy: &'a Policy) -> Self {
        let Reported { whole, parts } = reported;
        let joins = |part: &&Part| part.flags.iter().all(|flag| policy.flags.rule(flag).joined);
        let carried = parts.iter().any(|part| part.source != Source::Uploaded);
        let whole = if !parts.iter().all(|part| joins(&part)) {
            Cow::Owned(merge(parts.iter().filter(joins).map(|part| &*part.report)))
        } else if carried {
            let carried = parts.iter().filter(|part| part.source != Source::Uploaded);
            Cow::Owned(merge(std::iter::once(whole).chain(carried.map(|part| &*part.report))))
        } else {
            Cow::Borrowed(whole)
        };
        Self { policy, whole: without_ignored(whole, policy), parts }
    }

    /// What the uploads are known by, with what was carried.
    pub(crate) fn keys(&self) -> BTreeSet<Key> {
        if self.parts.is_empty() { BTreeSet::from([None]) } else { self.parts.iter().flat_map(Part::keys).collect() }
    }

    /// The flags, with those that were carried.
    pub(crate) fn flags(&self) -> BTreeSet<String> {
        self.parts.iter().flat_map(|part| part.flags.iter().cloned()).collect()
    }

    /// Whether the uploads are there one by one.
    pub(crate) fn is_told_apart(&self) -> bool {
        !self.parts.is_empty()
    }

    /// How many real uploads have this flag.
    pub(crate) fn uploads_with(&self, flag: &str) -> usize {
        self.parts.iter().filter(|part| part.source == Source::Uploaded && part.has(flag)).count()
    }

    /// Where the report of this flag was carried from, when it was not uploaded.
    pub(crate) fn carried(&self, flag: &str) -> Option<Carried> {
        self.parts.iter().filter(|part| part.has(flag)).find_map(|part| match &part.source {
            Source::Carried(carried) => Some(carried.clone()),
            Source::Uploaded => None,
        })
    }

    /// Where what is reported of this component was carried from: of several commits the one that is farthest away. A
    /// component carries nothing forward by itself; it is a view of reports, and its flags do.
    pub(crate) fn component_carried(&self, component: &Component) -> Option<ComponentCarried> {
        let by_flags =
            |part: &&Part| component.flags.is_empty() || part.flags.iter().any(|flag| component.flags.matches(flag));
        let of_it = |part: &&Part| {
            let files = part.report.files();
            files.iter().any(|file| component.paths.selects(file.path()) && !self.policy.ignores(file.path()))
        };
        let (mut uploaded, mut oldest) = (false, None::<&Carried>);
        for part in self.parts.iter().filter(by_flags).filter(of_it) {
            match &part.source {
                Source::Uploaded => uploaded = true,
                Source::Carried(one) if oldest.is_none_or(|oldest| one.at < oldest.at) => oldest = Some(one),
                Source::Carried(_) => {}
            }
        }
        oldest.map(|carried| ComponentCarried { carried: carried.clone(), in_part: uploaded })
    }

    /// The uploads that have one of these keys.
    pub(crate) fn of_keys(&self, keys: &BTreeSet<Key>) -> Cow<'_, Report> {
        let belongs = |part: &&Part| part.keys().any(|key| keys.contains(&key));
        if self.parts.iter().all(|part| belongs(&part)) {
            return Cow::Borrowed(&self.whole);
        }
        let joins = |part: &&Part| part.flags.iter().all(|flag| self.policy.flags.rule(flag).joined);
        let parts = self.parts.iter().filter(belongs).filter(joins);
        without_ignored(Cow::Owned(merge(parts.map(|part| &*part.report))), self.policy)
    }

    /// What the uploads with one of these flags report of the flags' files.
    pub(crate) fn of_flags(&self, flags: &[String]) -> Report {
        let parts = self.parts.iter().filter(|part| flags.iter().any(|flag| part.has(flag)));
        let merged = merge(parts.map(|part| &*part.report));
        let rules: Vec<_> = flags.iter().map(|flag| self.policy.flags.rule(flag)).collect();
        merged.filtered(|path| {
            !self.policy.ignores(path)
                && rules.iter().any(|rule| rule.paths.selects(path) && !rule.ignore.matches(path))
        })
    }

    /// What is reported of a component: of its files, by uploads with its flags when it has any.
    pub(crate) fn of_component(&self, component: &Component) -> Report {
        if component.flags.is_empty() {
            return self.whole.filtered(|path| component.paths.selects(path));
        }
        let flags: Vec<_> = self.flags().into_iter().filter(|flag| component.flags.matches(flag)).collect();
        self.of_flags(&flags).filtered(|path| component.paths.selects(path))
    }
}

fn without_ignored<'a>(report: Cow<'a, Report>, policy: &Policy) -> Cow<'a, Report> {
    if policy.ignore.is_empty() { report } else { Cow::Owned(report.filtered(|path| !policy.ignores(path))) }
}

/// What only one of the two sides has: first what the head lacks.
pub(crate) fn left_out(
    head: &BTreeSet<Key>,
    base: &BTreeSet<Key>,
    not_carried: &BTreeMap<String, NotCarried>,
) -> Vec<LeftOut> {
    let lacking = |from: &BTreeSet<Key>, other: &BTreeSet<Key>, lacking: Side| -> Vec<LeftOut> {
        let only = from.difference(other).cloned();
        only.map(|flag| {
            let why = flag.as_ref().filter(|_| lacking == Side::Head).and_then(|flag| not_carried.get(flag));
            LeftOut { not_carried: why.cloned(), flag, lacking }
        })
        .collect()
    };
    let mut left_out = lacking(base, head, Side::Head);
    left_out.extend(lacking(head, base, Side::Base));
    left_out
}
