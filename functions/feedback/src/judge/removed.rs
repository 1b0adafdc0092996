//! When a project may fall: taking covered code away makes the share smaller though nothing got worse
//! (`removed_code_behavior`).

use covermark_coverage::{Metric, Ratio, Report, Totals, compare, diff::Diff};
use covermark_policy::{RemovedCode, StatusRule, Target};

use super::{Judged, Outcome};

/// What the decision rests on.
pub(crate) struct Removal<'a> {
    pub(crate) head: &'a Report,
    pub(crate) base: Option<&'a Report>,
    /// Sums of the head and of the base.
    pub(crate) totals: (Totals, Totals),
    pub(crate) diff: Option<&'a Diff>,
    pub(crate) metric: Metric,
}

/// Why a project passes all the same; `None` when it does not.
pub(crate) fn forgiven(rule: &StatusRule, judged: &Judged, removal: &Removal<'_>) -> Option<Outcome> {
    match rule.removed_code {
        RemovedCode::Off => None,
        RemovedCode::AdjustBase => adjusted(rule, judged, removal),
        RemovedCode::RemovalsOnly => removals_only(removal),
        RemovedCode::FullyCoveredPatch => fully_covered(removal),
    }
}

/// Compares with the base as it would be without the removed lines. When its report or the diff is gone, the numbers that
/// are left decide: not one more line may be uncovered than before.
fn adjusted(rule: &StatusRule, judged: &Judged, removal: &Removal<'_>) -> Option<Outcome> {
    if rule.target != Target::Auto {
        return None;
    }
    let (head, base) = (removal.totals.0.ratio(removal.metric), removal.totals.1.ratio(removal.metric));
    let uncovered = |ratio: Ratio| ratio.total.saturating_sub(ratio.covered);
    let no_worse = || (uncovered(head) <= uncovered(base)).then_some(Outcome::OnlyRemoved);
    let (Some(report), Some(diff)) = (removal.base, removal.diff) else { return no_worse() };
    let adjusted = compare::adjusted_base(report, diff).ratio(removal.metric);
    match judged.threshold.allows_drop(head, adjusted) {
        Some(true) => Some(Outcome::AdjustedBase { base: adjusted }),
        Some(false) => None,
        // All that the base measured was removed.
        None => no_worse(),
    }
}

fn removals_only(removal: &Removal<'_>) -> Option<Outcome> {
    let (base, diff) = (removal.base?, removal.diff?);
    let only = compare::patch(removal.head, diff).totals.lines == 0
        && compare::removed(base, diff).lines > 0
        && compare::indirect(base, removal.head, diff).is_empty();
    only.then_some(Outcome::OnlyRemoved)
}

fn fully_covered(removal: &Removal<'_>) -> Option<Outcome> {
    let (base, diff) = (removal.base?, removal.diff?);
    if !compare::indirect(base, removal.head, diff).is_empty() {
        return None;
    }
    let patch = compare::patch(removal.head, diff).totals.ratio(removal.metric);
    match (patch.total, patch.is_full()) {
        (0, _) => Some(Outcome::NotAffected),
        (_, true) => Some(Outcome::FullyCoveredPatch),
        _ => None,
    }
}
