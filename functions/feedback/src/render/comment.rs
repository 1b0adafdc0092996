//! The comment: verdict, what was wrong, the uncovered lines by file, the project with its base, and the rest folded.

use covermark_coverage::compare::{PatchFile, Uncovered};
use covermark_types::PullNumber;

use super::{
    Place,
    details::details,
    escape::{self, code_in_line, plain, sentence},
    heading::heading,
    marker,
    numbers::count,
};
use crate::judge::{Base, Kind, Outcome, PatchCoverage, Remark, Verdicts, Wanted};

/// The longest text that we write, in bytes. GitHub refuses a comment of more than 65,536 characters.
pub(crate) const LONGEST: usize = 60_000;
/// The most rows of the table: more is not read but scrolled past.
const ROWS: usize = 50;
/// The most links to lines in one row.
const RANGES: usize = 12;
/// The most unreadable files that stand in the open; the others are folded away.
pub(crate) const UNREADABLE_IN_THE_OPEN: usize = 3;

/// The whole text, marker included.
pub(crate) fn text(verdicts: &Verdicts, place: &Place, pull: PullNumber) -> String {
    let head = format!("{}\n### {}\n", marker(place, pull), heading(verdicts));
    let trouble = trouble(verdicts);
    let project = if verdicts.uploads.nothing_readable() { String::new() } else { project(verdicts, place) };
    let details = details(verdicts);
    let room = LONGEST.saturating_sub(head.len() + trouble.len() + project.len() + details.len());
    let table = match &verdicts.patch {
        Some(PatchCoverage::Lines { files, .. }) => table(files, verdicts, place, pull, room),
        _ => String::new(),
    };
    format!("{head}{trouble}{table}{project}{details}")
}

/// What was wrong, each in a line of its own, and what is still waited for.
fn trouble(verdicts: &Verdicts) -> String {
    let mut lines = Vec::new();
    if let Some(waiting) = &verdicts.waiting {
        let names: Vec<_> = waiting.missing.iter().take(10).map(|name| code_in_line(name, escape::NAME)).collect();
        let more = waiting.missing.len() - names.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        if !names.is_empty() {
            let they = if waiting.missing.len() == 1 { "it is" } else { "they are" };
            lines.push(format!("Waiting for {}{more}. No verdict before {they} here or overdue.", names.join(", ")));
        }
    }
    let uploads = &verdicts.uploads;
    for file in uploads.files.iter().take(UNREADABLE_IN_THE_OPEN) {
        lines.push(super::details::unreadable(file));
    }
    let folded = uploads.files.len().saturating_sub(UNREADABLE_IN_THE_OPEN);
    if folded > 0 {
        lines.push(format!("{} could not be read either; see below.", count(folded, "more file", "more files")));
    }
    if uploads.left_out > 0 {
        let were = if uploads.left_out == 1 { "was left out: its path is" } else { "were left out: their paths are" };
        lines.push(format!(
            "{} {were} not in the repository. Which, and how to fix it, is below.",
            count(uploads.left_out, "file", "files")
        ));
    }
    if lines.is_empty() { String::new() } else { format!("{}\n\n", lines.join("  \n")) }
}

/// The files with uncovered lines, as many rows as there is room for.
fn table(files: &[PatchFile], verdicts: &Verdicts, place: &Place, pull: PullNumber, room: usize) -> String {
    let lacking: Vec<_> = files.iter().filter(|file| !file.uncovered.is_empty()).collect();
    if lacking.is_empty() {
        return String::new();
    }
    let mut text = "| File | Change | Not covered |\n|---|---|---|\n".to_owned();
    let mut shown = 0;
    for file in lacking.iter().take(ROWS) {
        let row = row(file, verdicts, place, pull);
        // What is kept free is for the line that says how many were cut.
        if text.len() + row.len() + 64 > room {
            break;
        }
        text.push_str(&row);
        shown += 1;
    }
    let more = lacking.len() - shown;
    if more > 0 {
        text.push_str(&format!("| *and {}* | | |\n", count(more, "more file", "more files")));
    }
    text.push('\n');
    text
}

fn row(file: &PatchFile, verdicts: &Verdicts, place: &Place, pull: PullNumber) -> String {
    let address = place.file(pull, &file.path);
    let mut lines: Vec<_> = file.uncovered.iter().take(RANGES).map(|uncovered| range(uncovered, &address)).collect();
    if file.uncovered.len() > RANGES {
        lines.push(format!("*and {} more*", file.uncovered.len() - RANGES));
    }
    let path = plain(&file.path, escape::PATH);
    format!("| [{path}]({address}) | {} | {} |\n", verdicts.style.patch(&file.totals), lines.join(", "))
}

fn range(uncovered: &Uncovered, address: &str) -> String {
    match uncovered {
        Uncovered::Lines { start, end } if start == end => format!("[{start}]({address}R{start})"),
        Uncovered::Lines { start, end } => format!("[{start}–{end}]({address}R{start}-R{end})"),
        Uncovered::Partial { line, taken, total } => {
            let branches = if *total == 1 { "branch" } else { "branches" };
            format!("[{line}]({address}R{line}) *({taken} of {total} {branches})*")
        }
    }
}

/// The project, compared with what, and how many uploads the numbers come from.
fn project(verdicts: &Verdicts, place: &Place) -> String {
    let style = verdicts.style;
    let totals = &verdicts.project.totals;
    let uploads = count(verdicts.uploads.here, "upload", "uploads");
    let share = format!("**{}**", style.project(totals));
    let mut line = match &verdicts.base {
        Base::Found(base) => {
            let difference = style.difference(totals, &base.totals).map(|text| format!(" {text}")).unwrap_or_default();
            let commit = format!("[`{}`]({})", base.sha.short(), place.commit(&base.sha));
            let branch = base.branch.as_ref().map(|name| format!(" on {}", code_in_line(name, escape::NAME)));
            let behind = match base.behind {
                0 => String::new(),
                behind => format!(", {} behind", count(behind, "commit", "commits")),
            };
            format!(
                "Project {share}{difference} compared with {commit}{}{behind} · {uploads}",
                branch.unwrap_or_default()
            )
        }
        Base::Missing { branch, .. } => {
            let branch = branch.as_ref().map_or_else(
                || "for the commits before this one".to_owned(),
                |name| format!("on {}", code_in_line(name, escape::NAME)),
            );
            format!("Project {share} · nothing to compare with yet: no report {branch} · {uploads}")
        }
    };
    line.push_str(&judgement(verdicts));
    for remark in &verdicts.remarks {
        line.push_str("  \n");
        line.push_str(&sentence(self::remark(*remark)));
    }
    line.push('\n');
    line
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

fn remark(remark: Remark) -> &'static str {
    match remark {
        Remark::NoHistory => {
            "Covermark may not read the history here (it lacks `contents: read`), so this compares with the tip of the \
             branch as GitHub last reported it."
        }
        Remark::BaseReportGone => {
            "The report of that commit itself is gone; only its sums are known, so indirect changes are not."
        }
        Remark::ChosenBaseUnknown => {
            "An upload asked to be compared with a commit that has no report, so this compares with the usual one."
        }
        Remark::TooManyFlags => "There are more flags than are told apart, so some of them are not listed.",
    }
}
