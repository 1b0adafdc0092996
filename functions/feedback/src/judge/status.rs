//! The statuses that the repository asks for: which of them there are for this commit, and what each comes to.
//!
//! The order of gates and cases is the incumbent's, so that a file written for it means the same here. What differs does
//! so on purpose: a set of uploads that is not complete fails nobody, and neither does a change that is not known.

use std::borrow::Cow;

use covermark_coverage::{Report, Totals, compare, diff::Diff};
use covermark_policy::{FlagNotUploaded, Policy, ProjectRule, StatusBase, StatusKind, StatusRule};

use super::{
    Judged, Judgement, Measured, Outcome, PatchTotals, Scope, Style, Why,
    removed::{self, Removal},
    sides::Cut,
    target,
    verdicts::DiffUnknown,
};

/// All that the judgements of one commit have in common.
pub(crate) struct Court<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) style: Style,
    /// Whether it is a pull request's commit, or a merge queue's.
    pub(crate) pull: bool,
    /// The branch that the commit is on: the pull request's own.
    pub(crate) branch: Option<&'a str>,
    pub(crate) diff: Option<Result<&'a Diff, DiffUnknown>>,
    pub(crate) head: &'a Cut<'a>,
    /// The head's sums, when no lines were reported.
    pub(crate) sums: Option<Totals>,
    pub(crate) base: Option<&'a Cut<'a>>,
    /// The two sides as far as they can be compared.
    pub(crate) compared: &'a Pair<'a>,
    /// Sums of flags of the base, when its uploads were not read one by one.
    pub(crate) base_sums: &'a dyn Fn(&str) -> Option<Totals>,
    /// Whether the two sides have nothing in common.
    pub(crate) incomparable: bool,
    /// Whether uploads that were waited for never came.
    pub(crate) incomplete: bool,
    /// Why nothing is judged, whatever was reported.
    pub(crate) stopped: Option<Why>,
    /// What was decided about an upload that is empty on purpose.
    pub(crate) empty: Option<bool>,
}

/// Two reports to be compared.
pub(crate) struct Pair<'a> {
    pub(crate) head: Cow<'a, Report>,
    /// The base's report; `None` when there is none or it is gone.
    pub(crate) base: Option<Cow<'a, Report>>,
    /// The base's sums, which outlive its report.
    pub(crate) base_totals: Option<Totals>,
    /// Whether what only one of the two sides has was left out.
    pub(crate) in_part: bool,
}

impl Pair<'_> {
    fn borrowed(&self) -> Pair<'_> {
        let base = self.base.as_deref().map(Cow::Borrowed);
        Pair { head: Cow::Borrowed(&*self.head), base, base_totals: self.base_totals, in_part: self.in_part }
    }
}

impl Court<'_> {
    /// All judgements, in the configuration's order.
    pub(crate) fn judgements(&self, known_flags: &[&str]) -> Vec<Judgement> {
        let rules = self.policy.statuses_for(known_flags);
        let mut judgements = Vec::with_capacity(rules.len());
        for (kind, rule) in rules {
            let scope = self.scope(kind, &rule, known_flags);
            if !self.is_due(kind, &rule) {
                continue;
            }
            let (measured, judged) = self.judge(kind, &rule, &scope);
            judgements.push(Judgement { title: rule.title, scope, measured, judged });
        }
        judgements
    }

    /// Whose status it is. Titles are unique within a kind, and flags and components make theirs from their names.
    fn scope(&self, kind: StatusKind, rule: &StatusRule, known_flags: &[&str]) -> Scope {
        let own = |one: &StatusRule| one.title == rule.title;
        if self.policy.statuses.of(kind).iter().any(own) {
            return Scope::Whole;
        }
        for flag in known_flags {
            let mut titles = self.policy.flags.rule(flag).statuses.iter().filter(|(of, _)| *of == kind);
            if titles.any(|(_, one)| rule.title == format!("{}{flag}", one.title)) {
                return Scope::Flag((*flag).to_owned());
            }
        }
        let mut components = self.policy.components.iter();
        let component = components.find(|component| component.statuses.iter().any(|(of, one)| *of == kind && own(one)));
        component.map_or(Scope::Whole, |component| Scope::Component {
            id: component.id.clone(),
            name: component.name.clone(),
        })
    }

    /// Whether the status is posted at all.
    fn is_due(&self, kind: StatusKind, rule: &StatusRule) -> bool {
        let for_pulls = rule.only_pulls || rule.base == StatusBase::Pull || kind == StatusKind::Patch;
        if for_pulls && !self.pull {
            return false;
        }
        if self.branch.is_some_and(|branch| !rule.branches.matches(branch)) {
            return false;
        }
        if self.empty.is_some() {
            return true;
        }
        let enough = |flag: &String| {
            let needed = self.policy.flags.rule(flag).after_n_builds;
            self.head.uploads_with(flag) >= usize::try_from(needed).unwrap_or(usize::MAX)
        };
        rule.flags.iter().all(enough)
            && !(rule.flag_not_uploaded == FlagNotUploaded::Exclude && self.none_uploaded(rule))
    }

    fn none_uploaded(&self, rule: &StatusRule) -> bool {
        !rule.flags.is_empty() && rule.flags.iter().all(|flag| self.head.uploads_with(flag) == 0)
    }

    fn judge(&self, kind: StatusKind, rule: &StatusRule, scope: &Scope) -> (Measured, Judged) {
        let pair = self.pair(rule, scope);
        let (measured, mut judged) = match kind {
            StatusKind::Project => self.project(rule, scope, &pair),
            StatusKind::Patch => self.patch(rule, &pair),
            StatusKind::Changes => self.changes(rule, &pair),
        };
        if rule.flag_not_uploaded == FlagNotUploaded::Pass && self.none_uploaded(rule) {
            judged.outcome = Outcome::AutoPassed;
        }
        if judged.outcome == Outcome::Missed && self.incomplete {
            judged.outcome = Outcome::NotJudged(Why::Incomplete);
        }
        if let Some(why) = self.stopped {
            judged.outcome = Outcome::NotJudged(why);
        }
        if self.stopped == Some(Why::CiFailed) {
            judged.if_not_found = target::state(rule.if_ci_failed);
        }
        if let Some(passed) = self.empty {
            judged.outcome = Outcome::Empty { passed };
        }
        (measured, judged)
    }

    /// The two reports that a rule is about.
    fn pair(&self, rule: &StatusRule, scope: &Scope) -> Pair<'_> {
        let selects = |path: &str| rule.paths.selects(path);
        let component = match scope {
            Scope::Component { id, .. } => self.policy.components.iter().find(|component| component.id == *id),
            _ => None,
        };
        // A component that is bound to flags of which none is here has nothing, not everything.
        let by_flags = !rule.flags.is_empty() || component.is_some_and(|component| !component.flags.is_empty());
        if by_flags {
            let of = |side: &Cut<'_>| Cow::<Report>::Owned(side.of_flags(&rule.flags).filtered(selects));
            let base = self.base.map(of).filter(|base| !base.is_empty());
            let sums = || match rule.flags.as_slice() {
                [flag] if rule.paths.is_empty() => (self.base_sums)(flag),
                _ => None,
            };
            let base_totals = base.as_ref().map(|base| base.totals()).or_else(sums);
            return Pair { head: of(self.head), base, base_totals, in_part: false };
        }
        if rule.paths.is_empty() {
            return self.compared.borrowed();
        }
        let base = self.compared.base.as_ref().map(|base| Cow::Owned(base.filtered(selects)));
        let base_totals = base.as_ref().map(|base: &Cow<'_, Report>| base.totals());
        let head = Cow::Owned(self.compared.head.filtered(selects));
        Pair { head, base, base_totals, in_part: self.compared.in_part }
    }

    fn project(&self, rule: &StatusRule, scope: &Scope, pair: &Pair<'_>) -> (Measured, Judged) {
        let whole = *scope == Scope::Whole && rule.flags.is_empty();
        // A number that is asked for needs nothing to compare with: then all that the head has counts.
        let alone = whole && matches!(rule.target, covermark_policy::Target::Percent(_));
        let head = match alone {
            _ if self.sums.is_some() && whole && rule.paths.is_empty() => self.sums.unwrap_or_default(),
            true => self.head.whole.filtered(|path| rule.paths.selects(path)).totals(),
            false => pair.head.totals(),
        };
        let base = pair.base_totals;
        // All of the head against a part of the base would be a difference of nothing.
        let compared = base.filter(|_| !alone || head == pair.head.totals());
        let measured = Measured::Project { head, base: compared, in_part: pair.in_part && compared.is_some() };
        if whole && self.incomparable && !alone {
            return (measured, target::not_judged(rule, None, Why::NothingInCommon));
        }
        let uncovered = self.policy.project_rule == ProjectRule::Uncovered;
        let mut judged = target::project(rule, &head, base.as_ref(), self.style.metric, uncovered);
        if judged.outcome == Outcome::Missed {
            let removal = Removal {
                head: &pair.head,
                base: pair.base.as_deref(),
                totals: (head, base.unwrap_or_default()),
                diff: self.diff.and_then(Result::ok),
                metric: self.style.metric,
            };
            judged.outcome = removed::forgiven(rule, &judged, &removal).unwrap_or(Outcome::Missed);
        }
        (measured, judged)
    }

    fn patch(&self, rule: &StatusRule, pair: &Pair<'_>) -> (Measured, Judged) {
        let whole = rule.flags.is_empty() && rule.paths.is_empty();
        let head = if whole { &*self.head.whole } else { &*pair.head };
        let totals = match self.diff {
            Some(Ok(diff)) => PatchTotals::of(compare::patch(head, diff).totals, self.style.metric),
            Some(Err(why)) => PatchTotals::Unknown(why),
            None => PatchTotals::NothingMeasured,
        };
        // What the base has is a number to reach here, whatever flags it comes from.
        (Measured::Patch(totals), target::patch(rule, totals, pair.base_totals.as_ref(), self.style.metric))
    }

    /// Files that are on both sides and lost coverage where nobody touched them.
    fn changes(&self, rule: &StatusRule, pair: &Pair<'_>) -> (Measured, Judged) {
        // Nothing to compare with fails nobody here, whatever the rule says.
        let unknown = |why| {
            let judged = Judged { if_not_found: super::State::Pass, ..target::not_judged(rule, None, why) };
            (Measured::Changes(None), judged)
        };
        let diff = match self.diff {
            Some(Ok(diff)) => diff,
            Some(Err(why)) => return unknown(Why::DiffUnknown(why)),
            // A push has no diff of its own here: without one every line that moved would seem to change.
            None => return unknown(Why::NoBase),
        };
        let base = pair.base.as_deref().filter(|_| !self.incomparable);
        let Some(base) = base else { return unknown(Why::NoBase) };
        let lost =
            |file: &compare::IndirectFile| file.presence == compare::Presence::Both && !file.newly_missed.is_empty();
        let files = compare::indirect(base, &pair.head, diff).iter().filter(|file| lost(file)).count();
        let outcome = if files == 0 { Outcome::Met } else { Outcome::Missed };
        let judged = Judged { outcome, ..target::not_judged(rule, None, Why::NoBase) };
        (Measured::Changes(Some(files)), judged)
    }
}
