//! One number against what is asked for, as integers.

use covermark_coverage::{Metric, Ratio, Totals};
use covermark_policy::{NotFound, Percent, StatusRule, Target};

use super::{Judged, Outcome, PatchTotals, State, Wanted, Why};

/// The project: not below the base (auto) or the number that is asked for; with `uncovered`, not more uncovered lines
/// than the base has.
pub(crate) fn project(
    rule: &StatusRule,
    head: &Totals,
    base: Option<&Totals>,
    metric: Metric,
    uncovered: bool,
) -> Judged {
    let (head, base) = (head.ratio(metric), base.map(|base| base.ratio(metric)));
    let judged = against(rule, head, base, Why::NothingOnHead);
    let (true, Some(Wanted::Base(base))) = (uncovered, &judged.wanted) else { return judged };
    if head.total == 0 {
        return judged;
    }
    let left = |ratio: Ratio| ratio.total.saturating_sub(ratio.covered);
    let outcome = if left(head) <= left(*base) { Outcome::Met } else { Outcome::Missed };
    Judged { outcome, wanted: Some(Wanted::Uncovered(left(*base))), ..judged }
}

/// The patch: as good as the base's project (auto) or the number that is asked for.
pub(crate) fn patch(rule: &StatusRule, patch: PatchTotals, base: Option<&Totals>, metric: Metric) -> Judged {
    let base = base.map(|base| base.ratio(metric));
    match patch {
        PatchTotals::Lines(totals) => against(rule, totals.ratio(metric), base, Why::NothingChanged),
        PatchTotals::Unknown(why) => not_judged(rule, base, Why::DiffUnknown(why)),
        PatchTotals::NothingMeasured => not_judged(rule, base, Why::NothingChanged),
    }
}

fn against(rule: &StatusRule, ratio: Ratio, base: Option<Ratio>, nothing: Why) -> Judged {
    if ratio.total == 0 {
        return not_judged(rule, base, nothing);
    }
    let Some(wanted) = wanted(rule, base) else {
        return not_judged(rule, base, if base.is_some() { Why::NothingOnBase } else { Why::NoBase });
    };
    let outcome = outcome(ratio, &wanted, rule.threshold).unwrap_or(Outcome::NotJudged(nothing));
    Judged { outcome, wanted: Some(wanted), ..not_judged(rule, base, Why::NoBase) }
}

fn wanted(rule: &StatusRule, base: Option<Ratio>) -> Option<Wanted> {
    match rule.target {
        Target::Percent(percent) => Some(Wanted::Percent(percent)),
        Target::Auto => base.filter(|base| base.total > 0).map(Wanted::Base),
    }
}

/// There is nothing to judge, or nothing to judge it by.
pub(crate) fn not_judged(rule: &StatusRule, base: Option<Ratio>, why: Why) -> Judged {
    Judged {
        outcome: Outcome::NotJudged(why),
        wanted: wanted(rule, base),
        threshold: rule.threshold,
        informational: rule.informational,
        if_not_found: state(rule.if_not_found),
    }
}

/// What the rule wants for a case in which nothing is judged.
pub(crate) fn state(wanted: NotFound) -> State {
    match wanted {
        NotFound::Success => State::Pass,
        NotFound::Failure => State::Fail,
        NotFound::Error => State::Error,
        NotFound::Ignore => State::Silent,
    }
}

/// `None` when there is nothing to measure.
fn outcome(ratio: Ratio, wanted: &Wanted, threshold: Percent) -> Option<Outcome> {
    let met = |threshold: Percent| match wanted {
        Wanted::Percent(percent) => percent.reached_by(ratio, threshold),
        Wanted::Base(base) => threshold.allows_drop(ratio, *base),
        Wanted::Uncovered(base) => Some(ratio.total.saturating_sub(ratio.covered) <= *base),
    };
    Some(match (met(Percent::ZERO)?, met(threshold)?) {
        (true, _) => Outcome::Met,
        (false, true) => Outcome::Tolerated,
        (false, false) => Outcome::Missed,
    })
}
