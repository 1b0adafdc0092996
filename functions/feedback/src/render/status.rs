//! The verdicts' sentences: one each, number first, under 140 characters.

use covermark_coverage::Totals;
use covermark_github::Annotation;

use super::{
    Place, checks,
    numbers::{count, grouped},
};
use crate::judge::{
    Base, DiffUnknown, Judged, Judgement, Measured, Outcome, PatchTotals, State, Style, Verdicts, Waiting, Wanted, Why,
};

/// The longest description that GitHub takes, in characters.
pub(crate) const LONGEST: usize = 140;

/// What all say when no upload could be read.
const UNREADABLE: &str = "No upload could be read; there is nothing to judge";

/// What a verdict says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerdictState {
    /// Not judged yet.
    Pending,
    /// Nothing stands in the way of merging.
    Success,
    /// Nothing is said any more, and something was: a required check that stayed pending would never let anything merge.
    Neutral,
    /// Merging is advised against.
    Failure,
    /// Nothing could be judged although something should have been: not a way around the check.
    Error,
}

/// A verdict as it should stand on the commit, as a check run or as a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WantedVerdict {
    /// The check run's name and the status's context: `covermark/project`, or with the repository's own prefix.
    pub context: String,
    /// What it says.
    pub state: VerdictState,
    /// The sentence, at most [`LONGEST`] characters.
    pub description: String,
    /// Markdown for a check run's page; empty for the sentence alone.
    pub summary: String,
    /// Remarks in the diff, for a check run only; adjacent lines in one.
    pub annotations: Vec<Annotation>,
}

/// The verdicts that the repository asks for: none for what it has switched off, unless something stands there already.
pub(super) fn verdicts(verdicts: &Verdicts, place: &Place) -> Vec<WantedVerdict> {
    let is_posted = |one: &&Judgement| {
        one.judged.state() != State::Silent || verdicts.standing.contains(&one.context(&verdicts.context_prefix))
    };
    let posted = verdicts.judgements.iter().filter(is_posted);
    let wanted = posted.map(|one| {
        let (state, sentence) = match &verdicts.waiting {
            Some(waiting) => (VerdictState::Pending, still(waiting)),
            // Not a success: a report that nobody can read must not be a way around the check.
            None if verdicts.uploads.nothing_readable() && one.judged.state() != State::Silent => {
                (VerdictState::Error, UNREADABLE.to_owned())
            }
            None => (state(&one.judged), without(verdicts, sentence(verdicts, one))),
        };
        let description = cut(sentence);
        WantedVerdict {
            context: one.context(&verdicts.context_prefix),
            state,
            summary: checks::summary(verdicts, place, one, &description),
            annotations: checks::annotations(verdicts, one),
            description,
        }
    });
    wanted.collect()
}

fn state(judged: &Judged) -> VerdictState {
    match judged.state() {
        State::Pass => VerdictState::Success,
        State::Silent => VerdictState::Neutral,
        State::Fail => VerdictState::Failure,
        State::Error => VerdictState::Error,
    }
}

/// What all say while uploads are to come.
fn still(waiting: &Waiting) -> String {
    let text = so_far(waiting);
    let names: Vec<_> = waiting.missing.iter().map(|name| one_line(name)).collect();
    if names.is_empty() { text } else { format!("{text}, waiting for {}", names.join(", ")) }
}

/// How many uploads are here; of how many, when that is known.
pub(super) fn so_far(waiting: &Waiting) -> String {
    if waiting.expected > waiting.here {
        return format!("{} of {}", waiting.here, count(waiting.expected, "upload", "uploads"));
    }
    count(waiting.here, "upload", "uploads")
}

/// The sentence, with what never came when the verdict was given without it.
fn without(verdicts: &Verdicts, sentence: String) -> String {
    if verdicts.incomplete.is_empty() {
        return sentence;
    }
    let names: Vec<_> = verdicts.incomplete.iter().map(|name| one_line(name)).collect();
    format!("{sentence} · without {}", names.join(", "))
}

/// What came of one judgement, the number first.
pub(super) fn sentence(verdicts: &Verdicts, one: &Judgement) -> String {
    let (judged, style) = (&one.judged, verdicts.style);
    match judged.outcome {
        Outcome::Empty { passed } => return empty(passed).to_owned(),
        Outcome::NotJudged(Why::NothingReadable) => return UNREADABLE.to_owned(),
        Outcome::NotJudged(Why::SomeUnreadable) => {
            let all = count(verdicts.uploads.here, "upload", "uploads");
            return format!("{} of {all} could not be read; nothing is judged", verdicts.uploads.unreadable);
        }
        Outcome::NotJudged(Why::CiFailed) => return "CI failed; coverage is not judged".to_owned(),
        _ => {}
    }
    let told = if judged.informational && judged.outcome == Outcome::Missed { "Informational: " } else { "" };
    let text = match &one.measured {
        Measured::Project { head, base, in_part } => {
            let base = base.as_ref().map(|base| (base, if *in_part { left_out(verdicts) } else { String::new() }));
            project(verdicts, judged, head, base)
        }
        Measured::Patch(totals) => patch(*totals, judged, style),
        Measured::Changes(Some(0)) => "No file changed without being touched".to_owned(),
        Measured::Changes(Some(files)) => {
            format!("{} lost coverage without being touched", count(*files, "file", "files"))
        }
        Measured::Changes(None) => "Not known: nothing to compare with".to_owned(),
    };
    format!("{told}{text}")
}

/// `base` comes with what was left out of the comparison.
fn project(verdicts: &Verdicts, judged: &Judged, head: &Totals, base: Option<(&Totals, String)>) -> String {
    let style = verdicts.style;
    if judged.outcome == Outcome::AutoPassed {
        return "Passes: no report with this flag was uploaded".to_owned();
    }
    if head.ratio(style.metric).total == 0 {
        return "No line is code that coverage is measured for".to_owned();
    }
    let share = style.project(head);
    let compared = match (&verdicts.base, base) {
        (Base::Found(commit), Some((base, left_out))) => {
            let difference = style.difference(head, base).map(|text| format!(" {text}")).unwrap_or_default();
            format!("{share}{difference} vs {}{left_out}", commit.sha.short())
        }
        _ => share,
    };
    match judged.outcome {
        Outcome::NotJudged(Why::NoBase) => format!("{compared}. No report for the base commit; nothing to compare"),
        Outcome::NotJudged(Why::NothingOnBase) => {
            format!("{compared}. The base's report has none of it; nothing to compare")
        }
        Outcome::NotJudged(Why::NothingInCommon) => {
            format!("{compared}. Head and base have no flag in common; nothing to compare")
        }
        Outcome::Tolerated if matches!(judged.wanted, Some(Wanted::Base(_))) => {
            format!("{compared}, within the threshold of {} %", judged.threshold)
        }
        Outcome::OnlyRemoved => format!("{compared}, but no more uncovered lines than before"),
        Outcome::AdjustedBase { base } => {
            format!("{compared}, not below the base without the removed lines ({})", style.share(base))
        }
        Outcome::FullyCoveredPatch => format!("{compared}, but every changed line is covered"),
        Outcome::NotAffected => format!("{compared}, but nothing that changed is measured"),
        outcome => match &judged.wanted {
            Some(Wanted::Percent(_)) if judged.informational && outcome == Outcome::Missed => {
                format!("{compared} (would need {})", asked(style, judged))
            }
            Some(Wanted::Percent(_)) => format!("{compared} (needs {})", asked(style, judged)),
            Some(Wanted::Uncovered(before)) => {
                let ratio = head.ratio(style.metric);
                let lacks = grouped(ratio.total - ratio.covered);
                format!("{compared}; {lacks} uncovered, {} before", grouped(*before))
            }
            _ => compared,
        },
    }
}

/// What was decided about an upload that is empty on purpose.
pub(super) fn empty(passed: bool) -> &'static str {
    match passed {
        true => "No report needed: what was changed needs no test",
        false => "No report was uploaded, and what was changed needs one",
    }
}

/// What only one of the two sides has, so that neither number speaks of it.
fn left_out(verdicts: &Verdicts) -> String {
    let mut names =
        verdicts.left_out.iter().map(|one| one.flag.as_deref().map_or("unflagged uploads".to_owned(), one_line));
    let Some(first) = names.next() else { return String::new() };
    match names.len() {
        0 => format!(" leaving out {first}"),
        1 => format!(" leaving out {first} and {}", names.next().unwrap_or_default()),
        more => format!(" leaving out {first} and {more} more"),
    }
}

fn patch(patch: PatchTotals, judged: &Judged, style: Style) -> String {
    let totals = &match patch {
        PatchTotals::Unknown(why) => return unknown(why).to_owned(),
        PatchTotals::NothingMeasured => return "No changed line is code that coverage is measured for".to_owned(),
        PatchTotals::Lines(totals) => totals,
    };
    if judged.outcome == Outcome::AutoPassed {
        return format!(
            "{} of changed lines covered; passes: no report with this flag was uploaded",
            style.patch(totals)
        );
    }
    let Some(wanted) = &judged.wanted else {
        return format!(
            "{} of changed lines covered. No report for the base commit; nothing to compare",
            style.patch(totals)
        );
    };
    let asked = asked(style, judged);
    match judged.outcome {
        Outcome::Missed if judged.informational => {
            format!("{} of changed lines covered (would need {asked})", style.patch_below(totals, wanted))
        }
        Outcome::Missed | Outcome::Tolerated => {
            format!("{} of changed lines covered (needs {asked})", style.patch_below(totals, wanted))
        }
        _ => format!("{} of changed lines covered (needs {asked})", style.patch(totals)),
    }
}

/// What is asked for, with the tolerance where it decided.
fn asked(style: Style, judged: &Judged) -> String {
    let wanted = judged.wanted.as_ref().map(|wanted| style.wanted(wanted)).unwrap_or_default();
    if judged.outcome == Outcome::Tolerated {
        return format!("{wanted}, threshold {} %", judged.threshold);
    }
    wanted
}

fn unknown(why: DiffUnknown) -> &'static str {
    match why {
        DiffUnknown::TooLarge => "Not known: the change is too large for GitHub's diff",
        DiffUnknown::Broken => "Not known: GitHub's diff could not be read",
        DiffUnknown::NotAllowed => "Not known: Covermark may not read the diff",
        DiffUnknown::TotalsAlone => "Not known: only totals were reported, no lines",
        DiffUnknown::NoParent => "Not known: GitHub did not tell what the merge queue put this on",
    }
}

/// Statuses are plain text to GitHub, but one line they must be.
fn one_line(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn cut(mut text: String) -> String {
    if text.chars().count() >= LONGEST {
        text = text.chars().take(LONGEST - 2).collect();
        text.push('…');
    }
    text
}
