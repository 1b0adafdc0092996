//! Words: the number first, what it is made of, then what was passed over and left out.

use std::{collections::BTreeMap, io::Write};

use covermark_coverage::{Rounding, Totals, paths::DropReason};

use super::{By, Together, read::Finding};

/// So many paths are shown for each reason; all of them are in the JSON.
const SHOWN: usize = 10;

pub(super) fn finding(out: &mut dyn Write, finding: &Finding, by: By) -> std::io::Result<()> {
    let totals = finding.report.totals();
    writeln!(out, "{}: {}", finding.file, headline(&totals, by))?;
    let (bytes, speed) = (size(finding.bytes), speed(finding.bytes, finding.seconds));
    let format = finding.format;
    writeln!(out, "{format}, {}, {bytes} in {:.3} s{speed}\n", counted(totals.files, "file"), finding.seconds)?;
    numbers(out, &totals)?;
    if !finding.warnings.is_empty() {
        writeln!(out, "\n  Passed over in the report:")?;
        finding.warnings.iter().try_for_each(|warning| writeln!(out, "    {}", clean(&warning.to_string())))?;
    }
    left_out(out, finding)
}

pub(super) fn together(out: &mut dyn Write, together: &Together, count: usize, by: By) -> std::io::Result<()> {
    writeln!(out, "\nAll {count} reports merged: {}", headline(&together.totals, by))?;
    let (bytes, speed) = (size(together.bytes), speed(together.bytes, together.seconds));
    writeln!(out, "{}, {bytes} in {:.3} s{speed}\n", counted(together.totals.files, "file"), together.seconds)?;
    numbers(out, &together.totals)
}

fn headline(totals: &Totals, by: By) -> String {
    match totals.ratio(by.metric()).percent(2, Rounding::Down) {
        Some(percent) => format!("{percent} % covered"),
        None => "no line is measured".to_owned(),
    }
}

fn numbers(out: &mut dyn Write, totals: &Totals) -> std::io::Result<()> {
    let (hits, partials, misses) = (grouped(totals.hits), grouped(totals.partials), grouped(totals.misses));
    writeln!(out, "  lines      {:>12}   {hits} hit, {partials} partial, {misses} missed", grouped(totals.lines))?;
    if totals.branches > 0 {
        writeln!(out, "  branches   {:>12}   {} taken", grouped(totals.branches), grouped(totals.branches_hit))?;
    }
    if totals.functions > 0 {
        writeln!(out, "  functions  {:>12}   {} called", grouped(totals.functions), grouped(totals.functions_hit))?;
    }
    writeln!(out)?;
    for by in [By::Codecov, By::Line, By::LineAndBranch] {
        let percent = totals.ratio(by.metric()).percent(2, Rounding::Down).unwrap_or_else(|| "-".to_owned());
        writeln!(out, "  {:<11}{percent:>10} %   {}", by.name(), by.meaning())?;
    }
    Ok(())
}

fn left_out(out: &mut dyn Write, finding: &Finding) -> std::io::Result<()> {
    let mut by_reason: BTreeMap<DropReason, Vec<&str>> = BTreeMap::new();
    for left in &finding.dropped {
        by_reason.entry(left.reason).or_default().push(&left.path);
    }
    for (reason, paths) in by_reason {
        let count = counted(paths.len() as u64, "file");
        writeln!(out, "\n  Left out, {count} ({}): {reason}", reason.code())?;
        paths.iter().take(SHOWN).try_for_each(|path| writeln!(out, "    {}", clean(path)))?;
        if paths.len() > SHOWN {
            writeln!(out, "    and {} more; all of them are in what --json prints", paths.len() - SHOWN)?;
        }
    }
    Ok(())
}

/// What a stranger wrote must not move the cursor.
fn clean(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { '\u{FFFD}' } else { letter }).collect()
}

fn counted(count: u64, what: &str) -> String {
    format!("{} {what}{}", grouped(count), if count == 1 { "" } else { "s" })
}

/// `1,234,567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}

/// Of a small report the speed says nothing.
fn speed(bytes: u64, seconds: f64) -> String {
    if bytes < 100_000 || seconds <= 0.0 {
        return String::new();
    }
    format!(" ({:.0} MB/s)", bytes as f64 / 1e6 / seconds)
}
