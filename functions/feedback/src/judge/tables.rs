//! The lists of a verdict: flags, components, files.

use std::collections::HashSet;

use covermark_coverage::{Report, Totals, compare, diff::Diff};
use covermark_policy::Policy;

use super::{
    parts::{ComponentLine, FileChange, FlagLine},
    sides::Cut,
    status::Pair,
};

/// The lines of the flags, by name.
pub(crate) fn flags(
    known: &[&str],
    head: &Cut<'_>,
    base: Option<&Cut<'_>>,
    base_sums: &dyn Fn(&str) -> Option<Totals>,
    diff: Option<&Diff>,
) -> Vec<FlagLine> {
    let here = head.flags();
    let line = |name: &&str| {
        let one = [(*name).to_owned()];
        let report = here.contains(*name).then(|| head.of_flags(&one));
        let of_base = |base: &Cut<'_>| base.flags().contains(*name).then(|| base.of_flags(&one).totals());
        FlagLine {
            name: (*name).to_owned(),
            head: report.as_ref().map(Report::totals),
            base: base.and_then(of_base).or_else(|| base_sums(name)),
            patch: report.as_ref().zip(diff).map(|(report, diff)| compare::patch(report, diff).totals),
            carried: head.carried(name),
        }
    };
    known.iter().map(line).collect()
}

/// The lines of the components, in the configuration's order.
pub(crate) fn components(
    policy: &Policy,
    head: &Cut<'_>,
    pair: &Pair<'_>,
    base: Option<&Cut<'_>>,
    diff: Option<&Diff>,
) -> Vec<ComponentLine> {
    let line = |component: &covermark_policy::Component| {
        let report = head.of_component(component);
        let by_flags = !component.flags.is_empty();
        let selects = |path: &str| component.paths.selects(path);
        let totals = report.totals();
        // What is left out of the comparison must not seem to have been gained or lost in a component.
        let comparable = by_flags || pair.head.filtered(selects).totals() == totals;
        let base_totals = if by_flags {
            base.filter(|base| base.is_told_apart()).map(|base| base.of_component(component).totals())
        } else {
            pair.base.as_ref().map(|base| base.filtered(selects).totals())
        };
        ComponentLine {
            id: component.id.clone(),
            name: component.name.clone(),
            head: totals,
            base: base_totals.filter(|_| comparable),
            patch: diff.map(|diff| compare::patch(&report, diff).totals),
            carried: head.component_carried(component),
        }
    };
    policy.components.iter().map(line).collect()
}

/// The files that the diff touches or whose coverage changed.
pub(crate) fn files(pair: &Pair<'_>, diff: Option<&Diff>) -> Vec<FileChange> {
    let Some(diff) = diff else { return Vec::new() };
    let Some(base) = &pair.base else {
        let files = compare::patch(&pair.head, diff).files;
        let mut files: Vec<_> = files.into_iter().map(|file| without_base(&pair.head, &file)).collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        return files;
    };
    let touched: HashSet<&str> =
        diff.files.iter().flat_map(|file| [file.new.as_deref(), file.old.as_deref()]).flatten().collect();
    let changes = compare::files(base, &pair.head, diff).into_iter();
    changes
        .map(|change| {
            let in_diff = touched.contains(change.path.as_str());
            FileChange {
                path: change.path,
                renamed_from: change.renamed_from,
                head: change.head,
                base: change.base,
                patch: (in_diff && change.head.is_some()).then_some(change.patch),
                in_diff,
            }
        })
        .collect()
}

fn without_base(head: &Report, file: &compare::PatchFile) -> FileChange {
    FileChange {
        path: file.path.clone(),
        renamed_from: None,
        head: head.file(&file.path).map(covermark_coverage::FileReport::totals),
        base: None,
        patch: Some(file.totals),
        in_diff: true,
    }
}
