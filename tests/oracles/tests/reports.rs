//! What real tools wrote a moment ago is read as the tools themselves add it up.

use std::collections::BTreeMap;

use covermark_coverage::{Report, Totals, formats, paths::DropReason};
use covermark_oracles::{ReportOracle, Sums, oracles, read, upload};

fn parsed(oracle: &ReportOracle) -> formats::Parsed {
    match formats::parse(&oracle.file, &read(&oracle.file)) {
        Ok(parsed) => parsed,
        Err(unreadable) => panic!("{}: {unreadable}", oracle.file),
    }
}

/// What differs, as a list: one run then shows all of it.
fn differences(file: &str, said: &Sums, ours: &Totals) -> Vec<String> {
    let pairs = [
        ("lines", said.lines, ours.lines),
        ("lines that ran", said.lines_hit, ours.hits + ours.partials),
        ("branches", said.branches, ours.branches),
        ("branches taken", said.branches_hit, ours.branches_hit),
        ("functions", said.functions, ours.functions),
        ("functions called", said.functions_hit, ours.functions_hit),
    ];
    let differs = pairs.into_iter().filter_map(|(what, said, ours)| Some((what, said?, ours)));
    differs
        .filter(|(_, said, ours)| said != ours)
        .map(|(what, said, ours)| format!("{file}: the tool counts {said} {what}, we count {ours}"))
        .collect()
}

#[test]
fn every_report_is_recognised_and_warned_of_only_where_it_lacks_something() {
    for oracle in oracles().reports {
        let parsed = parsed(&oracle);
        assert_eq!(parsed.format.code(), oracle.format, "{}", oracle.file);
        let said: Vec<_> = parsed.warnings.iter().map(|warning| warning.code.code()).collect();
        assert_eq!(said, Vec::from_iter(oracle.warns.as_deref()), "{}: {:?}", oracle.file, parsed.warnings);
    }
}

#[test]
fn our_sums_are_the_tools_own() {
    let mut different = Vec::new();
    for oracle in oracles().reports {
        let totals = Report::from_files(parsed(&oracle).files).totals();
        different.extend(differences(&oracle.file, &oracle.sums, &totals));
    }
    assert!(different.is_empty(), "\n{}", different.join("\n"));
}

/// Which lines of which files are executable, and whether they ran.
fn lines(report: &Report) -> BTreeMap<String, Vec<(u32, bool)>> {
    let of = |file: &covermark_coverage::FileReport| file.lines().map(|line| (line.number, line.hits > 0)).collect();
    report.files().iter().map(|file| (file.path().to_owned(), of(file))).collect()
}

#[test]
fn one_run_written_in_several_formats_has_the_same_lines() {
    let oracles = oracles();
    let mut groups: BTreeMap<&str, Vec<&ReportOracle>> = BTreeMap::new();
    for oracle in &oracles.reports {
        if let Some(same) = &oracle.same {
            groups.entry(same).or_default().push(oracle);
        }
    }
    for (group, members) in groups {
        let files = &oracles.files[&members[0].run];
        let first = lines(&upload(&members[0].file, files).report);
        assert!(!first.is_empty(), "{group}");
        for other in &members[1..] {
            let second = lines(&upload(&other.file, files).report);
            let named = |lines: &BTreeMap<String, Vec<_>>| lines.keys().cloned().collect::<Vec<_>>();
            assert_eq!(named(&first), named(&second), "{} and {}", members[0].file, other.file);
            for (path, lines) in &first {
                assert_eq!(lines, &second[path], "{path} in {} and in {}", members[0].file, other.file);
            }
        }
    }
}

#[test]
fn every_path_leads_to_its_file_and_only_the_machines_own_are_left_out() {
    let oracles = oracles();
    for oracle in &oracles.reports {
        let ingested = upload(&oracle.file, &oracles.files[&oracle.run]);
        let left: Vec<_> = ingested.dropped.iter().filter(|it| it.reason != DropReason::Outside).collect();
        assert!(left.is_empty(), "{}: {left:?}", oracle.file);
        assert!(!ingested.report.is_empty(), "{}", oracle.file);
    }
}
