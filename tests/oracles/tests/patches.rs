//! Our patch coverage is diff-cover's, on the same report and the same diff.

use std::collections::BTreeMap;

use covermark_coverage::{
    LineState, Report,
    compare::{Uncovered, files, patch},
    diff::Diff,
};
use covermark_oracles::{PatchOracle, oracles, read, upload};

fn head(oracle: &PatchOracle) -> Report {
    upload(&oracle.report, &oracle.listed).report
}

fn diff(oracle: &PatchOracle) -> Diff {
    Diff::parse(&read(&oracle.diff)).unwrap_or_else(|error| panic!("{}: {error}", oracle.name))
}

/// The missed lines of a range that is shown as one; lines that are not executable in it do not count.
fn missed(report: &Report, path: &str, uncovered: &[Uncovered]) -> Vec<u32> {
    let mut numbers = Vec::new();
    for part in uncovered {
        if let Uncovered::Lines { start, end } = part {
            let lines = report.file(path).into_iter().flat_map(|file| file.lines_between(*start, *end));
            numbers.extend(lines.filter(|line| line.state() == LineState::Miss).map(|line| line.number));
        }
    }
    numbers
}

#[test]
fn patch_coverage_is_diff_covers() {
    let oracles = oracles();
    assert!(oracles.patches.len() >= 8);
    for oracle in &oracles.patches {
        let (head, diff) = (head(oracle), diff(oracle));
        let patch = patch(&head, &diff);
        let ours: BTreeMap<_, _> = patch
            .files
            .iter()
            .map(|file| (file.path.as_str(), (file.totals.lines, missed(&head, &file.path, &file.uncovered))))
            .collect();
        let theirs: BTreeMap<_, _> = oracle
            .files
            .iter()
            .filter(|(_, file)| file.lines > 0)
            .map(|(path, file)| (path.as_str(), (file.lines, file.missed.clone())))
            .collect();
        assert_eq!(ours, theirs, "{}", oracle.name);
        assert_eq!((patch.totals.lines, patch.totals.misses), (oracle.lines, oracle.missed), "{}", oracle.name);
    }
}

#[test]
fn the_file_table_says_the_same() {
    for oracle in oracles().patches {
        let (head, diff) = (head(&oracle), diff(&oracle));
        let table = files(&Report::default(), &head, &diff);
        let lines: u64 = table.iter().map(|file| file.patch.lines).sum();
        let missed: u64 = table.iter().map(|file| file.patch.misses).sum();
        assert_eq!((lines, missed), (oracle.lines, oracle.missed), "{}", oracle.name);
    }
}
