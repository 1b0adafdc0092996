//! Stories of changes and what they do to coverage.

use proptest::prelude::*;

use super::{Presence, Uncovered, adjusted_base, files, indirect, patch, removed, shift};
use crate::diff::Diff;
use crate::testing::{change, report as any_report};
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
    let expected = Totals {
        files: 2,
        lines: 7,
        hits: 2,
        partials: 1,
        misses: 4,
        branches: 2,
        branches_hit: 1,
        ..Totals::default()
    };
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

/// The lines of every file, in the spelling of [`file`].
fn spelled(report: &Report) -> String {
    let line = |line: Line| match line.state() {
        crate::LineState::Miss => format!(" {}!", line.number),
        crate::LineState::Partial => format!(" {}~", line.number),
        crate::LineState::Hit => format!(" {}", line.number),
    };
    report
        .files()
        .iter()
        .map(|file| format!("{}{}\n", file.path(), file.lines().map(line).collect::<String>()))
        .collect()
}

#[test]
fn a_report_that_is_carried_forward_follows_its_lines() {
    let old = report([("a.rs", "1 2 3! 9~"), ("b.rs", "1! 2"), ("gone.rs", "1"), ("same.rs", "7")]);
    insta::assert_snapshot!(spelled(&shift(&old, &diff(CHANGE))), @"
    a.rs 1 10! 16~
    renamed.rs 1! 3
    same.rs 7
    ");
    let unmoved = shift(&old, &Diff::default());
    assert_eq!((&unmoved, unmoved.parts()), (&old, old.parts()), "the same upload");
}

#[test]
fn a_copy_is_not_carried_forward_and_its_source_stays() {
    let copy = diff("diff --git a/a b/b\nsimilarity index 100%\ncopy from a\ncopy to b\n");
    let old = report([("a", "1 2!")]);
    assert_eq!(shift(&old, &copy), old);
    let head = report([("a", "1 2!"), ("b", "1! 2!")]);
    let found = indirect(&old, &head, &copy);
    assert_eq!((found.len(), found[0].path.as_str(), found[0].newly_missed.as_slice()), (1, "b", &[1][..]));
    assert_eq!(removed(&old, &copy), Totals::default());
}

#[test]
fn what_a_change_removes_comes_off_the_base() {
    let base = report([("a.rs", "1 2~ 3!"), ("b.rs", "1"), ("gone.rs", "1!"), ("other.rs", "1! 2")]);
    let gone = Totals {
        files: 2,
        lines: 2,
        hits: 0,
        partials: 1,
        misses: 1,
        branches: 2,
        branches_hit: 1,
        ..Totals::default()
    };
    assert_eq!(removed(&base, &diff(CHANGE)), gone);
    let left = Totals {
        files: 4,
        lines: 5,
        hits: 3,
        partials: 0,
        misses: 2,
        branches: 0,
        branches_hit: 0,
        ..Totals::default()
    };
    assert_eq!(adjusted_base(&base, &diff(CHANGE)), left);
}

#[test]
fn the_file_table_has_what_changed_and_nothing_else() {
    let base = report([
        ("a.rs", "1 2 3"),
        ("b.rs", "1 2"),
        ("gone.rs", "1"),
        ("same.rs", "1 2!"),
        ("comments.rs", "1 2"),
        ("unmeasured.rs", "4"),
    ]);
    let head = report([("a.rs", "1 2! 4 10!"), ("renamed.rs", "1 2! 3"), ("same.rs", "1 2!"), ("fresh.rs", "1!")]);
    let emptied = "--- a/comments.rs\n+++ b/comments.rs\n@@ -1,2 +1,2 @@\n-a\n-b\n+#\n+#\n";
    let shown: String = files(&base, &head, &diff(&format!("{CHANGE}{emptied}")))
        .iter()
        .map(|file| {
            let side = |totals: Option<Totals>| totals.map_or("-".to_owned(), |it| format!("{}/{}", it.hits, it.lines));
            let from = file.renamed_from.as_ref().map_or(String::new(), |from| format!(" (was {from})"));
            let (patch, removed) = (side(Some(file.patch)), side(Some(file.removed)));
            let indirect =
                file.indirect.as_ref().map_or(String::new(), |it| format!(" {:?} {:?}", it.presence, it.newly_missed));
            format!(
                "{}{from}: {} to {}, added {patch}, removed {removed}{indirect}\n",
                file.path,
                side(file.base),
                side(file.head)
            )
        })
        .collect();
    insta::assert_snapshot!(shown, @"
    a.rs: 3/3 to 2/4, added 1/2, removed 1/1 Both [10]
    comments.rs: 2/2 to -, added 0/0, removed 2/2
    fresh.rs: - to 0/1, added 0/0, removed 0/0 OnlyHead [1]
    gone.rs: 1/1 to -, added 0/0, removed 1/1
    renamed.rs (was b.rs): 2/2 to 2/3, added 0/1, removed 0/0
    unmeasured.rs: 1/1 to -, added 0/0, removed 0/0 OnlyBase []
    ");
}

#[test]
fn a_file_that_left_the_report_with_lines_left_is_missed_whether_or_not_it_was_touched() {
    let base = report([("a.rs", "1 2"), ("b.rs", "1"), ("gone.rs", "1")]);
    let found = indirect(&base, &Report::default(), &diff(CHANGE));
    let shown: Vec<_> = found.iter().map(|file| (file.path.as_str(), file.presence)).collect();
    assert_eq!(shown, [("a.rs", Presence::OnlyBase), ("b.rs", Presence::OnlyBase)]);
}

proptest! {
    #[test]
    fn carrying_forward_changes_nothing_but_the_places(base in any_report(), change in change()) {
        // A line that is moved beyond the last possible number is gone without being removed.
        let possible = |file: &FileReport| file.lines().all(|line| line.number < u32::MAX - 1_000);
        prop_assume!(base.files().iter().all(possible));
        let head = shift(&base, &change);
        prop_assert_eq!(indirect(&base, &head, &change), []);
        prop_assert_eq!(patch(&head, &change).totals, Totals::default(), "added lines have no coverage");
        let (left, adjusted) = (head.totals(), adjusted_base(&base, &change));
        // Arms on lines that are not executable are moved, but a removed range only counts executable lines' arms.
        prop_assert_eq!((left.lines, left.hits, left.partials, left.misses),
            (adjusted.lines, adjusted.hits, adjusted.partials, adjusted.misses));
    }

    #[test]
    fn the_file_table_adds_up(base in any_report(), head in any_report(), change in change()) {
        let rows = files(&base, &head, &change);
        let mut gained = Totals::default();
        rows.iter().for_each(|row| gained += row.patch);
        prop_assert_eq!(gained, patch(&head, &change).totals);
        let listed: Vec<_> = rows.iter().filter_map(|row| row.indirect.clone()).collect();
        prop_assert_eq!(listed, indirect(&base, &head, &change));
        let side = |pick: fn(&super::FileChange) -> Option<Totals>| {
            rows.iter().filter_map(pick).fold((0, 0), |(hits, lines), it| (hits + it.hits, lines + it.lines))
        };
        let (before, after) = (side(|row| row.base), side(|row| row.head));
        let (all_before, all_after) = (base.totals(), head.totals());
        // Files that are not listed are the same on both sides.
        prop_assert_eq!(all_before.lines - before.1, all_after.lines - after.1);
        prop_assert_eq!(all_before.hits - before.0, all_after.hits - after.0);
    }
}
