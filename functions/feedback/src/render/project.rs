//! The project's numbers, the same on every face: comment, checks, statuses and report page.
//!
//! The number that a difference stands beside is of what both sides have, or it would be a difference of something else.
//! Where that is not all, all is named as well. A rule that asks for a number judges all of the head, and then that is the
//! number.

use super::{
    Place, comment,
    escape::{NAME, code_in_line},
    numbers::count,
};
use crate::judge::{Base, BaseReason, Kind, NoBase, Outcome, Verdicts, Wanted};

/// The numbers as texts.
pub(super) struct Numbers {
    /// What is judged: `84.71 %`.
    pub share: String,
    /// The other number with its words, where there is another: `85.71 % in all`.
    pub other: Option<String>,
    /// The difference to the base, of what both sides have: `(+0.12)`.
    pub difference: Option<String>,
    /// Whether the difference belongs to the other number.
    pub apart: bool,
}

/// The numbers of the project.
pub(super) fn numbers(verdicts: &Verdicts) -> Numbers {
    let (style, all) = (verdicts.style, verdicts.project.totals);
    let whole = Numbers { share: style.project(&all), other: None, difference: None, apart: false };
    let Some(both) = verdicts.project.compared else { return whole };
    let difference = style.difference(&both.head, &both.base);
    if both.head == all {
        return Numbers { difference, ..whole };
    }
    let asked = verdicts.main(Kind::Project).and_then(|judged| judged.wanted.as_ref());
    let part = style.project(&both.head);
    if matches!(asked, Some(Wanted::Percent(_))) {
        return Numbers { other: Some(part), difference, apart: true, ..whole };
    }
    Numbers { share: part, other: Some(format!("{} in all", whole.share)), difference, apart: false }
}

impl Numbers {
    /// As one text without links: `84.71 % (+0.12)`, `75.00 % (−25.00), 85.71 % in all`.
    pub(super) fn told(&self) -> String {
        let difference = self.difference.as_ref().map(|text| format!(" {text}")).unwrap_or_default();
        let (first, second) = if self.apart { ("", &*difference) } else { (&*difference, "") };
        let other = self.other.as_ref().map(|other| format!(", {other}{second}")).unwrap_or_default();
        format!("{}{first}{other}", self.share)
    }
}

/// The project's line of the comment: compared with what, and how many uploads the numbers come from.
pub(super) fn line(verdicts: &Verdicts, place: &Place) -> String {
    let uploads = count(verdicts.uploads.here, "upload", "uploads");
    let end = format!("{uploads} · [report]({})", place.report(verdicts));
    let numbers = numbers(verdicts);
    let share = format!("**{}**", numbers.share);
    let compared = compared(verdicts, place);
    let mut line = match &verdicts.base {
        Base::Found(_) => {
            let difference = numbers.difference.map(|text| format!(" {text}")).unwrap_or_default();
            match (numbers.other, numbers.apart) {
                (None, _) => format!("Project {share}{difference} {compared} · {end}"),
                (Some(other), false) => format!("Project {share}{difference} {compared} · {other} · {end}"),
                (Some(other), true) => format!("Project {share} · {other}{difference} {compared} · {end}"),
            }
        }
        Base::Missing { .. } => format!("Project {share} · {compared} · {end}"),
    };
    line.push_str(&judgement(verdicts));
    for remark in comment::remarks(verdicts) {
        line.push_str("  \n");
        line.push_str(&remark);
    }
    line.push('\n');
    line
}

/// With what, or why with nothing.
fn compared(verdicts: &Verdicts, place: &Place) -> String {
    match &verdicts.base {
        Base::Found(base) => {
            let commit = format!("[`{}`]({})", base.sha.short(), place.commit(&base.sha));
            let branch = base.branch.as_ref().map(|name| format!(" on {}", code_in_line(name, NAME)));
            let behind = match base.behind {
                0 => String::new(),
                behind => format!(", {} behind", count(behind, "commit", "commits")),
            };
            let chosen = if base.reason == BaseReason::Chosen { ", chosen by an upload" } else { "" };
            format!("compared with {commit}{}{behind}{chosen}", branch.unwrap_or_default())
        }
        Base::Missing { branch, why } => {
            let name = branch.as_ref().map(|name| code_in_line(name, NAME));
            let why = match (why, name) {
                (NoBase::NoReport, Some(name)) => format!(" yet: no report on {name}"),
                (NoBase::NoReport, None) => " yet: no report for the commits before this one".to_owned(),
                (NoBase::Unrelated, Some(name)) => format!(": GitHub knows no commit where this left {name}"),
                (NoBase::Unrelated, None) => ": GitHub knows no commit before this one".to_owned(),
            };
            format!("nothing to compare with{why}")
        }
    }
}

/// What the project's check says, where the verdict line does not.
fn judgement(verdicts: &Verdicts) -> String {
    let Some(judged) = verdicts.main(Kind::Project).filter(|_| verdicts.waiting.is_none()) else {
        return String::new();
    };
    match (&judged.wanted, judged.outcome) {
        (Some(_), Outcome::AdjustedBase { .. }) => {
            " · no less than the base without the removed code, so the check passes".to_owned()
        }
        (Some(_), Outcome::OnlyRemoved) => " · no more uncovered lines than before, so the check passes".to_owned(),
        (Some(_), Outcome::FullyCoveredPatch) => " · every changed line is covered, so the check passes".to_owned(),
        (Some(_), Outcome::NotAffected) => " · nothing that changed is measured, so the check passes".to_owned(),
        (Some(wanted @ Wanted::Percent(_)), Outcome::Missed) if judged.informational => {
            format!(" · {} would be asked for", verdicts.style.wanted(wanted))
        }
        (Some(wanted @ Wanted::Percent(_)), Outcome::Missed) => {
            format!(" · **{} is asked for**", verdicts.style.wanted(wanted))
        }
        (Some(Wanted::Base(_)), Outcome::Missed) if !judged.informational => {
            " · **the check fails: coverage must not fall**".to_owned()
        }
        _ => String::new(),
    }
}
