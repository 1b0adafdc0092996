//! The tables that are folded away, or stand where the repository's own layout puts them: flags, components, files, and
//! the sums of both sides. Each is bounded and says how much it leaves out.

use covermark_coverage::Totals;

use super::{
    escape::{self, code, code_in_line, plain},
    numbers::{count, grouped},
};
use crate::judge::{Base, Carried, ComponentCarried, ComponentLine, FileChange, FlagLine, Style, Verdicts};

/// The most rows of one table.
const ROWS: usize = 50;
/// Files that are listed when a layout asks for them and says no number.
const FILES: usize = 10;

/// The flags; empty when there are none.
pub(super) fn flags(verdicts: &Verdicts) -> String {
    let row = |flag: &FlagLine| {
        let name = format!("{}{}", code(&flag.name, escape::NAME), carried(flag.carried.as_ref()));
        let absent = if matches!(verdicts.base, Base::Found(_)) { "*new*" } else { "–" };
        let sides = (flag.head.as_ref(), flag.base.as_ref());
        let numbers = numbers(verdicts.style, sides, flag.patch.as_ref(), absent);
        format!("| {name} | {numbers} |\n")
    };
    // In a layout of the repository's own the incumbent's rule holds; our own comment always says how old they are.
    let hidden = verdicts.comment.as_ref().is_some_and(|rule| rule.layout.is_some() && !rule.show_carryforward_flags);
    let (carried, shown): (Vec<_>, Vec<_>) =
        verdicts.flags.iter().cloned().partition(|flag| hidden && flag.carried.is_some());
    let mut text = table("Flag", &shown, row, "flag", "flags");
    if !carried.is_empty() {
        let flags = count(carried.len(), "flag was", "flags were");
        text.push_str(&format!("\n{flags} carried forward and not shown (`comment.show_carryforward_flags`).\n"));
    }
    text
}

/// The components; empty when the repository has none.
pub(super) fn components(verdicts: &Verdicts) -> String {
    let row = |component: &ComponentLine| {
        let name = format!("{}{}", plain(&component.name, escape::NAME), component_carried(component.carried.as_ref()));
        let measured = Some(&component.head).filter(|head| head.lines > 0);
        let sides = (measured, component.base.as_ref());
        let numbers = numbers(verdicts.style, sides, component.patch.as_ref(), "–");
        format!("| {name} | {numbers} |\n")
    };
    table("Component", &verdicts.components, row, "component", "components")
}

/// The files that the pull request touches, those that lack most first; empty when it touches none that is measured.
pub(super) fn files(verdicts: &Verdicts, limit: Option<u32>) -> String {
    let measured = |file: &&FileChange| file.in_diff && (file.head.is_some() || file.base.is_some());
    let mut files: Vec<_> = verdicts.files.iter().filter(measured).collect();
    if files.is_empty() {
        return String::new();
    }
    let lacks = |file: &FileChange| {
        let ratio = file.patch.unwrap_or_default().ratio(verdicts.style.metric);
        ratio.total - ratio.covered
    };
    files.sort_by(|a, b| lacks(b).cmp(&lacks(a)).then_with(|| a.path.cmp(&b.path)));
    let most = limit.map_or(FILES, |limit| usize::try_from(limit).unwrap_or(FILES)).min(ROWS);
    let mut text = "| File | Coverage | Δ | Change |\n|---|---:|---:|---:|\n".to_owned();
    let absent = if verdicts.project.compared.is_some() { "*new*" } else { "–" };
    for file in files.iter().take(most) {
        let sides = (file.head.as_ref(), file.base.as_ref());
        let numbers = numbers(verdicts.style, sides, file.patch.as_ref(), absent);
        let gone = if file.head.is_none() { " *(not measured any more)*" } else { "" };
        text.push_str(&format!("| {}{gone} | {numbers} |\n", code(&file.path, escape::PATH)));
    }
    text.push_str(&more(files.len(), most, "file", "files"));
    text
}

/// The sums of both sides.
pub(super) fn sums(verdicts: &Verdicts) -> String {
    let Some(compared) = &verdicts.project.compared else { return String::new() };
    let (style, head, base) = (verdicts.style, &compared.head, &compared.base);
    let name = match &verdicts.base {
        Base::Found(base) => code(base.sha.short(), escape::NAME),
        Base::Missing { .. } => "base".to_owned(),
    };
    let difference = style.difference(head, base).unwrap_or_default();
    let mut text = format!(
        "| Project | {name} | {} | Δ |\n|---|---:|---:|---:|\n| Coverage | {} | {} | {} |\n",
        code(verdicts.head.short(), escape::NAME),
        style.project(base),
        style.project(head),
        difference.trim_matches(['(', ')']),
    );
    let rows = [
        ("Files", base.files, head.files),
        ("Lines", base.lines, head.lines),
        ("Hits", base.hits, head.hits),
        ("Partials", base.partials, head.partials),
        ("Misses", base.misses, head.misses),
        ("Branches", base.branches, head.branches),
        ("Branches taken", base.branches_hit, head.branches_hit),
    ];
    for (what, before, after) in rows {
        if before > 0 || after > 0 {
            text.push_str(&format!(
                "| {what} | {} | {} | {} |\n",
                grouped(before),
                grouped(after),
                step(before, after)
            ));
        }
    }
    text
}

fn step(before: u64, after: u64) -> String {
    match after.checked_sub(before) {
        Some(0) => "unchanged".to_owned(),
        Some(more) => format!("+{}", grouped(more)),
        None => format!("−{}", grouped(before - after)),
    }
}

fn table<T>(head: &str, lines: &[T], row: impl Fn(&T) -> String, one: &str, many: &str) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let rows: String = lines.iter().take(ROWS).map(row).collect();
    let more = more(lines.len(), ROWS, one, many);
    format!("| {head} | Coverage | Δ | Change |\n|---|---:|---:|---:|\n{rows}{more}")
}

fn more(all: usize, shown: usize, one: &str, many: &str) -> String {
    let more = all.saturating_sub(shown);
    if more == 0 {
        return String::new();
    }
    format!("| *and {}* | | | |\n", count(more, &format!("more {one}"), &format!("more {many}")))
}

/// Coverage, difference, coverage of the change. What is missing is said in the first cell; `absent` stands for the
/// difference to a base that has nothing of it.
fn numbers(
    style: Style,
    (head, base): (Option<&Totals>, Option<&Totals>),
    patch: Option<&Totals>,
    absent: &str,
) -> String {
    let Some(head) = head else { return "*no report here* | |".to_owned() };
    let difference = base.and_then(|base| style.difference(head, base)).unwrap_or_else(|| absent.to_owned());
    let measured = patch.filter(|patch| patch.ratio(style.metric).total > 0);
    let patch = measured.map_or_else(|| "–".to_owned(), |patch| style.patch(patch));
    format!("{} | {} | {patch}", style.project(head), difference.trim_matches(['(', ')']))
}

fn component_carried(from: Option<&ComponentCarried>) -> String {
    let Some(ComponentCarried { carried, in_part }) = from else { return String::new() };
    let text = self::carried(Some(carried));
    if *in_part { text.replacen("*(carried", "*(in part carried", 1) } else { text }
}

/// Where a carried report comes from.
fn carried(carried: Option<&Carried>) -> String {
    let Some(Carried { from, behind, .. }) = carried else { return String::new() };
    let age = match behind {
        Some(behind) => format!(", {} ago", count(*behind, "commit", "commits")),
        None => String::new(),
    };
    format!(" *(carried forward from {}{age})*", code_in_line(from.short(), escape::NAME))
}
