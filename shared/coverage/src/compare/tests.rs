//! Stories of changes and what they do to coverage.

use super::{Presence, Uncovered, indirect, patch};
use crate::diff::Diff;
use crate::{Branches, FileReport, Line, Metric, Report, Totals};

/// `"1 2! 4~"`: line 1 hit, 2 missed, 4 partial.
fn file(path: &str, lines: &str) -> FileReport {
    let lines = lines.split_whitespace().map(|line| {
        let number = line.trim_end_matches(['!', '~']).parse().unwrap();
        let branches = line.ends_with('~').then_some(Branches { taken: 1, total: 2, approximate: false });
        Line { number, hits: u32::from(!line.ends_with('!')), branches }
    });
    FileReport::from_lines(path, lines)
}

fn report<const N: usize>(files: [(&str, &str); N]) -> Report {
    Report::from_files(files.map(|(path, lines)| file(path, lines)).to_vec())
}

fn diff(text: &str) -> Diff {
    Diff::parse(text.as_bytes()).unwrap()
}

const CHANGE: &str = "diff --git a/a.rs b/a.rs
--- a/a.rs
+++ b/a.rs
@@ -2,1 +2,8 @@
-x
+2
+3
+4
+5
+6
+7
+8
+9
diff --git a/b.rs b/renamed.rs
rename from b.rs
rename to renamed.rs
--- a/b.rs
+++ b/renamed.rs
@@ -1,0 +2 @@
+2
diff --git a/README.md b/README.md
--- a/README.md
+++ b/README.md
@@ -1 +1 @@
-a
+b
diff --git a/gone.rs b/gone.rs
deleted file mode 100644
--- a/gone.rs
+++ /dev/null
@@ -1 +0,0 @@
-a
";

#[test]
fn patch_coverage_counts_the_added_executable_lines() {
    let head = report([("a.rs", "1! 2 3! 5! 6~ 8! 9! 10!"), ("renamed.rs", "1! 2"), ("gone.rs", "1!"), ("c.rs", "1!")]);
    let patch = patch(&head, &diff(CHANGE));
    let expected = Totals { files: 2, lines: 7, hits: 2, partials: 1, misses: 4, branches: 2, branches_hit: 1 };
    assert_eq!(patch.totals, expected);
    assert_eq!(patch.totals.ratio(Metric::Codecov).percent(2, crate::Rounding::Down).unwrap(), "28.57");
    let paths: Vec<_> = patch.files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["a.rs", "renamed.rs"]);
    let left = [
        Uncovered::Lines { start: 3, end: 5 },
        Uncovered::Partial { line: 6, taken: 1, total: 2 },
        Uncovered::Lines { start: 8, end: 9 },
    ];
    assert_eq!(patch.files[0].uncovered, left);
    assert_eq!(patch.files[1].uncovered, []);
}

#[test]
fn a_change_without_measured_lines_has_no_percentage() {
    let patch = patch(&report([("other.rs", "1")]), &diff(CHANGE));
    assert_eq!((patch.totals, patch.files.len()), (Totals::default(), 0));
    assert_eq!(patch.totals.ratio(Metric::Codecov).percent(2, crate::Rounding::Down), None);
}

#[test]
fn added_lines_far_apart_are_not_joined() {
    let text = "--- a/a\n+++ b/a\n@@ -1,0 +2 @@\n+x\n@@ -5,0 +7 @@\n+x\n";
    let patch = patch(&report([("a", "2! 7!")]), &diff(text));
    let apart = [Uncovered::Lines { start: 2, end: 2 }, Uncovered::Lines { start: 7, end: 7 }];
    assert_eq!(patch.files[0].uncovered, apart);
}

#[test]
fn untouched_lines_that_changed_are_found_where_they_moved_to() {
    let base = report([
        ("a.rs", "1 2 3 4!"),
        ("b.rs", "1 2"),
        ("same.rs", "1 2!"),
        ("worse.rs", "7 8~ 9"),
        ("gone.rs", "1"),
        ("unmeasured.rs", "1"),
    ]);
    let head = report([
        ("a.rs", "1 2! 3 10! 11"),
        ("renamed.rs", "1! 2! 3"),
        ("same.rs", "1 2!"),
        ("worse.rs", "7~ 8 9"),
        ("fresh.rs", "1 2!"),
    ]);
    let found = indirect(&base, &head, &diff(CHANGE));
    let shown: Vec<_> = found
        .iter()
        .map(|file| {
            format!("{} {:?} worse {:?} better {:?}", file.path, file.presence, file.newly_missed, file.newly_covered)
        })
        .collect();
    insta::assert_snapshot!(shown.join("\n"), @"
    a.rs Both worse [10] better [11]
    fresh.rs OnlyHead worse [2] better [1]
    renamed.rs Both worse [1] better []
    unmeasured.rs OnlyBase worse [] better []
    worse.rs Both worse [7] better [8]
    ");
    assert_eq!(found[3].presence, Presence::OnlyBase);
}

#[test]
fn nothing_changes_between_a_report_and_itself() {
    let both = report([("a.rs", "1 2! 3~"), ("b.rs", "1")]);
    assert_eq!(indirect(&both, &both, &Diff::default()), []);
}
