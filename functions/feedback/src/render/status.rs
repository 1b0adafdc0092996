//! The two statuses: one sentence each, number first, under 140 characters.

use covermark_github::Annotation;

use super::numbers::count;
use crate::judge::{
    Base, DiffUnknown, Judged, Judgement, Measured, Outcome, PatchTotals, State, Style, Verdicts, Wanted,
};

/// The longest description that GitHub takes, in characters.
pub(crate) const LONGEST: usize = 140;

/// What a verdict says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum VerdictState {
    /// Not judged yet.
    Pending,
    /// Nothing stands in the way of merging.
    Success,
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

/// The statuses that the verdicts ask for: none for what the repository has switched off.
pub(crate) fn statuses(verdicts: &Verdicts) -> Vec<WantedVerdict> {
    let posted = verdicts.judgements.iter().filter(|one| one.judged.state() != State::Silent);
    let statuses = posted.map(|one| {
        let (state, description) = unfinished(verdicts).unwrap_or_else(|| judgement(verdicts, one));
        let (context, description) = (one.context(&verdicts.context_prefix), cut(description));
        WantedVerdict { context, state, description, summary: String::new(), annotations: Vec::new() }
    });
    statuses.collect()
}

fn judgement(verdicts: &Verdicts, one: &Judgement) -> (VerdictState, String) {
    match &one.measured {
        Measured::Project { .. } => project(verdicts, &one.judged),
        Measured::Patch(totals) => patch(*totals, &one.judged, verdicts.style),
        Measured::Changes(Some(0)) => (state(&one.judged), "No file changed without being touched".to_owned()),
        Measured::Changes(Some(files)) => {
            (state(&one.judged), format!("{} lost coverage without being touched", count(*files, "file", "files")))
        }
        Measured::Changes(None) => (state(&one.judged), "Not known: nothing to compare with".to_owned()),
    }
}

/// What both say while there is nothing to judge yet, or nothing at all.
fn unfinished(verdicts: &Verdicts) -> Option<(VerdictState, String)> {
    if let Some(waiting) = &verdicts.waiting {
        let mut text = format!("{} of {}", waiting.here, count(waiting.expected, "upload", "uploads"));
        let names: Vec<_> = waiting.missing.iter().map(|name| one_line(name)).collect();
        if !names.is_empty() {
            text = format!("{text}, waiting for {}", names.join(", "));
        }
        return Some((VerdictState::Pending, text));
    }
    // Not a success: a report that nobody can read must not be a way around the check. Not a failure: nothing was judged.
    let nothing = verdicts.uploads.nothing_readable();
    nothing.then(|| (VerdictState::Error, "No upload could be read; there is nothing to judge".to_owned()))
}

fn state(judged: &Judged) -> VerdictState {
    if judged.fails() { VerdictState::Failure } else { VerdictState::Success }
}

fn project(verdicts: &Verdicts, judged: &Judged) -> (VerdictState, String) {
    let (style, totals) = (verdicts.style, &verdicts.project.totals);
    if totals.ratio(style.metric).total == 0 {
        return (VerdictState::Success, "No line is code that coverage is measured for".to_owned());
    }
    let share = style.project(totals);
    let compared = match &verdicts.base {
        Base::Found(base) => {
            let difference = style.difference(totals, &base.totals).map(|text| format!(" {text}")).unwrap_or_default();
            format!("{share}{difference} vs {}", base.sha.short())
        }
        Base::Missing { .. } => share,
    };
    let informational = judged.informational && judged.outcome == Outcome::Missed;
    let text = match (&judged.wanted, judged.outcome) {
        (None, _) => format!("{compared}. No report for the base commit; nothing to compare"),
        (Some(Wanted::Percent(_)), Outcome::Missed) if informational => {
            format!("Informational: {compared} (would need {})", asked(style, judged))
        }
        (Some(_), Outcome::Missed) if informational => format!("Informational: {compared}"),
        (Some(Wanted::Percent(_)), _) => format!("{compared} (needs {})", asked(style, judged)),
        (Some(_), Outcome::Tolerated) => format!("{compared}, within the threshold of {} %", judged.threshold),
        (Some(_), Outcome::AdjustedBase { .. }) => format!("{compared}, but not without the removed code"),
        (Some(_), Outcome::OnlyRemoved) => format!("{compared}, but no more uncovered lines than before"),
        (Some(_), _) => compared,
    };
    (state(judged), text)
}

fn patch(patch: PatchTotals, judged: &Judged, style: Style) -> (VerdictState, String) {
    let totals = &match patch {
        PatchTotals::Unknown(why) => return (VerdictState::Success, unknown(why).to_owned()),
        PatchTotals::NothingMeasured => {
            return (VerdictState::Success, "No changed line is code that coverage is measured for".to_owned());
        }
        PatchTotals::Lines(totals) => totals,
    };
    let Some(wanted) = &judged.wanted else {
        let text = format!(
            "{} of changed lines covered. No report for the base commit; nothing to compare",
            style.patch(totals)
        );
        return (VerdictState::Success, text);
    };
    let text = match judged.outcome {
        Outcome::Missed if judged.informational => {
            format!("Informational: {} (would need {})", style.patch_below(totals, wanted), asked(style, judged))
        }
        Outcome::Missed | Outcome::Tolerated => {
            format!("{} of changed lines covered (needs {})", style.patch_below(totals, wanted), asked(style, judged))
        }
        _ => format!("{} of changed lines covered (needs {})", style.patch(totals), asked(style, judged)),
    };
    (state(judged), text)
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
