//! The comment: verdict, what was wrong, the uncovered lines by file, the project with its base, and the rest folded.

use covermark_coverage::compare::{PatchFile, Uncovered};
use covermark_policy::{CommentRule, LayoutToken, Section};
use covermark_types::PullNumber;

use super::{
    Place,
    details::details,
    escape::{self, code_in_line, plain, sentence},
    heading::heading,
    marker,
    numbers::count,
    project, sections, status,
};
use crate::judge::{Base, Judgement, Kind, LeftOut, NotCarried, PatchCoverage, Remark, Side, Verdicts};

/// The longest text that we write, in bytes. GitHub refuses a comment of more than 65,536 characters.
pub(crate) const LONGEST: usize = 60_000;
/// The most rows of the table: more is not read but scrolled past.
const ROWS: usize = 50;
/// The most failing checks, and the most flags of one side only, that have a line of their own.
const FAILING: usize = 5;
const LEFT_OUT: usize = 5;
/// The most links to lines in one row.
const RANGES: usize = 12;
/// The most unreadable files that stand in the open; the others are folded away.
pub(crate) const UNREADABLE_IN_THE_OPEN: usize = 3;

/// The whole text, marker included.
pub(crate) fn text(verdicts: &Verdicts, place: &Place, pull: PullNumber) -> String {
    format!("{}\n{}", marker(place, pull), body(verdicts, place))
}

/// The text as a check's page shows it as well.
pub(super) fn body(verdicts: &Verdicts, place: &Place) -> String {
    let head = format!("### {}\n", heading(verdicts));
    let trouble = trouble(verdicts);
    let rule = verdicts.comment.clone().unwrap_or_default();
    let nothing = verdicts.empty.is_some() || verdicts.uploads.nothing_readable();
    let project = if nothing || rule.hide_project_coverage { String::new() } else { project::line(verdicts, place) };
    let tail = if nothing { details(verdicts, Vec::new()) } else { tail(verdicts, place, &rule) };
    let room = LONGEST.saturating_sub(head.len() + trouble.len() + project.len() + tail.len());
    let missing = rule.layout.as_ref().is_none_or(|layout| has(layout, Section::MissingLines));
    let table = match &verdicts.patch {
        Some(PatchCoverage::Lines { files, .. }) if missing => table(files, verdicts, place, room),
        _ => String::new(),
    };
    format!("{head}{trouble}{table}{project}{tail}")
}

fn has(layout: &[LayoutToken], section: Section) -> bool {
    layout.iter().any(|token| token.section == section)
}

/// What stands below the project's line: folded away, or open and in the repository's own order.
fn tail(verdicts: &Verdicts, place: &Place, rule: &CommentRule) -> String {
    let Some(layout) = &rule.layout else {
        let own = [("flags", sections::flags(verdicts)), ("components", sections::components(verdicts))];
        return details(verdicts, own.into_iter().filter(|(_, text)| !text.is_empty()).collect());
    };
    let section = |token: &LayoutToken| match token.section {
        Section::Flags => ("flags", sections::flags(verdicts)),
        Section::Components => ("components", sections::components(verdicts)),
        Section::Files => ("files", sections::files(verdicts, token.limit)),
        Section::Diff => ("sums", sections::sums(verdicts)),
        Section::Footer | Section::ShortFooter => ("", format!("[All of the report]({})\n", place.report(verdicts))),
        // Always there, or not drawn in a comment.
        Section::Header | Section::MissingLines => ("", String::new()),
    };
    let mut wanted: Vec<_> = layout.iter().map(section).filter(|(_, text)| !text.is_empty()).collect();
    wanted.dedup();
    if rule.hide_comment_details {
        let (footer, folded): (Vec<_>, Vec<_>) = wanted.into_iter().partition(|(title, _)| title.is_empty());
        let footer: String = footer.into_iter().take(1).map(|(_, text)| text).collect();
        return format!("{}{footer}", details(verdicts, folded));
    }
    let open: Vec<_> = wanted.into_iter().map(|(_, text)| text).collect();
    format!("\n{}\n{}", open.join("\n"), details(verdicts, Vec::new()))
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
    if !verdicts.incomplete.is_empty() {
        let names: Vec<_> = verdicts.incomplete.iter().take(10).map(|name| code_in_line(name, escape::NAME)).collect();
        lines.push(format!(
            "Concluded without {}, which did not come in time: what only they cover is missing from these numbers.",
            names.join(", ")
        ));
    }
    if verdicts.empty == Some(false) {
        lines.push(
            "Upload a report, list what needs no test under `ignore` in `codecov.yml`, or insist with \
             `codecov-cli empty-upload --force`."
                .to_owned(),
        );
    }
    lines.extend(failing(verdicts));
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

/// The checks that fail besides those that the first line speaks of.
fn failing(verdicts: &Verdicts) -> Vec<String> {
    if verdicts.waiting.is_some() {
        return Vec::new();
    }
    let main = |one: &Judgement| one.is_main() && one.kind() != Kind::Changes;
    let others = verdicts.judgements.iter().filter(|one| !main(one) && one.judged.fails());
    let line = |one: &Judgement| {
        let context = code_in_line(&one.context(&verdicts.context_prefix), escape::PATH);
        format!("❌ {context}: {}", plain(&status::sentence(verdicts, one), escape::SENTENCE))
    };
    others.take(FAILING).map(line).collect()
}

/// The files with uncovered lines, as many rows as there is room for.
fn table(files: &[PatchFile], verdicts: &Verdicts, place: &Place, room: usize) -> String {
    let lacking: Vec<_> = files.iter().filter(|file| !file.uncovered.is_empty()).collect();
    if lacking.is_empty() {
        return String::new();
    }
    let mut text = "| File | Change | Not covered |\n|---|---|---|\n".to_owned();
    let mut shown = 0;
    for file in lacking.iter().take(ROWS) {
        let row = row(file, verdicts, place);
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

fn row(file: &PatchFile, verdicts: &Verdicts, place: &Place) -> String {
    // A commit of a branch has no diff to lead into; its file does as well.
    let address = verdicts.pull.map(|pull| place.file(pull, &file.path));
    let mut lines: Vec<_> =
        file.uncovered.iter().take(RANGES).map(|uncovered| range(uncovered, address.as_deref())).collect();
    if file.uncovered.len() > RANGES {
        lines.push(format!("*and {} more*", file.uncovered.len() - RANGES));
    }
    let path = plain(&file.path, escape::PATH);
    let path = address.map_or_else(|| path.clone(), |address| format!("[{path}]({address})"));
    format!("| {path} | {} | {} |\n", verdicts.style.patch(&file.totals), lines.join(", "))
}

fn range(uncovered: &Uncovered, address: Option<&str>) -> String {
    let link = |text: String, place: String| match address {
        Some(address) => format!("[{text}]({address}{place})"),
        None => text,
    };
    match uncovered {
        Uncovered::Lines { start, end } if start == end => link(start.to_string(), format!("R{start}")),
        Uncovered::Lines { start, end } => link(format!("{start}–{end}"), format!("R{start}-R{end}")),
        Uncovered::Partial { line, taken, total } => {
            let branches = if *total == 1 { "branch" } else { "branches" };
            format!("{} *({taken} of {total} {branches})*", link(line.to_string(), format!("R{line}")))
        }
    }
}

/// What the reader must know of the comparison, as Markdown.
pub(super) fn remarks(verdicts: &Verdicts) -> Vec<String> {
    // What is waited for was named as that.
    let waited: &[String] = verdicts.waiting.as_ref().map_or(&[], |waiting| &waiting.missing);
    let is_waited_for = |one: &LeftOut| one.flag.as_ref().is_some_and(|flag| waited.contains(flag));
    let left: Vec<_> = verdicts.left_out.iter().filter(|one| !is_waited_for(one)).collect();
    let mut lines: Vec<_> = left.iter().take(LEFT_OUT).map(|one| left_out(one)).collect();
    let more = left.len().saturating_sub(LEFT_OUT);
    if more > 0 {
        lines.push(format!("{} are on one side only as well.", count(more, "more flag", "more flags")));
    }
    if matches!(&verdicts.base, Base::Found(base) if base.incomplete) {
        lines.push("Uploads were missing there when its numbers were taken.".to_owned());
    }
    lines.extend(verdicts.remarks.iter().map(|remark| sentence(self::remark(*remark))));
    lines
}

fn left_out(left_out: &LeftOut) -> String {
    let what = match &left_out.flag {
        Some(flag) => code_in_line(flag, escape::NAME),
        None => "Uploads without a flag".to_owned(),
    };
    let has = if left_out.flag.is_some() { "has" } else { "have" };
    let whose = match left_out.lacking {
        Side::Head => "no report here",
        Side::Base => "no report on the base",
    };
    let why = match &left_out.not_carried {
        None => String::new(),
        Some(NotCarried::Stale { from, days }) => {
            format!("; the one of `{}` is {} old, too old to carry forward", from.short(), days_of(*days))
        }
        Some(NotCarried::DiffUnknown { from }) => {
            format!("; the one of `{}` cannot be carried forward: GitHub's diff is not complete", from.short())
        }
        Some(NotCarried::Gone { from }) => format!("; the one of `{}` is gone", from.short()),
        Some(NotCarried::Renamed { to }) => {
            format!("; it seems to be called {} now, so nothing is carried forward", code_in_line(to, escape::NAME))
        }
    };
    format!("{what} {has} {whose}, so the comparison is without it{why}.")
}

fn days_of(days: u64) -> String {
    count(usize::try_from(days).unwrap_or(usize::MAX), "day", "days")
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
        Remark::BaseTotalsAlone => "Of the base only totals were reported, so files and lines cannot be compared.",
        Remark::TooManyFlags => "There are more flags than are told apart, so some of them are not listed.",
    }
}
