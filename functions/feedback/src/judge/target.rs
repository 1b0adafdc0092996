//! One number against what is asked for, as integers.

use covermark_coverage::{Metric, Ratio, Totals};
use covermark_policy::{Percent, StatusRule, Target};

use super::{Judged, Outcome, Wanted};

/// The project: not below the base (auto) or the number that is asked for.
pub(crate) fn project(rule: &StatusRule, head: &Totals, base: Option<&Totals>, metric: Metric) -> Judged {
    let mut judged = against(rule, head.ratio(metric), base.map(|base| base.ratio(metric)));
    let uncovered = |ratio: Ratio| ratio.total.saturating_sub(ratio.covered);
    if let (Outcome::Missed, Some(Wanted::Base(base))) = (judged.outcome, &judged.wanted) {
        // Taking covered code away makes the share fall though nothing got worse.
        if uncovered(head.ratio(metric)) <= uncovered(*base) {
            judged.outcome = Outcome::OnlyRemoved;
        }
    }
    judged
}

/// The patch: as good as the base's project (auto) or the number that is asked for.
pub(crate) fn patch(rule: &StatusRule, patch: &Totals, base: Option<&Totals>, metric: Metric) -> Judged {
    against(rule, patch.ratio(metric), base.map(|base| base.ratio(metric)))
}

fn against(rule: &StatusRule, ratio: Ratio, base: Option<Ratio>) -> Judged {
    let wanted = match rule.target {
        Target::Percent(percent) => Some(Wanted::Percent(percent)),
        Target::Auto => base.filter(|base| base.total > 0).map(Wanted::Base),
    };
    let outcome = wanted.as_ref().and_then(|wanted| outcome(ratio, wanted, rule.threshold));
    let outcome = outcome.unwrap_or(Outcome::NotJudged);
    Judged { outcome, wanted, threshold: rule.threshold, informational: rule.informational }
}

/// `None` when there is nothing to measure.
fn outcome(ratio: Ratio, wanted: &Wanted, threshold: Percent) -> Option<Outcome> {
    let met = |threshold: Percent| match wanted {
        Wanted::Percent(percent) => percent.reached_by(ratio, threshold),
        Wanted::Base(base) => threshold.allows_drop(ratio, *base),
    };
    Some(match (met(Percent::ZERO)?, met(threshold)?) {
        (true, _) => Outcome::Met,
        (false, true) => Outcome::Tolerated,
        (false, false) => Outcome::Missed,
    })
}
