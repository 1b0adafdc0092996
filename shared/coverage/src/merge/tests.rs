//! The laws that let uploads arrive in any order, twice, and in any grouping.

use proptest::prelude::*;

use crate::formats::parse;
use crate::testing::report;
use crate::{Branches, FileReport, Line, LineState, Report, merge};

fn lcov(records: &str) -> Report {
    let text = format!("SF:a.c\n{records}\nend_of_record\n");
    Report::from_files(parse("lcov.info", text.as_bytes()).unwrap().files)
}

fn cobertura(line: &str) -> Report {
    let text = format!("<coverage><packages><class filename='a.c'><lines>{line}</lines></class></packages></coverage>");
    Report::from_files(parse("c.xml", text.as_bytes()).unwrap().files)
}

fn line(report: &Report, number: u32) -> Line {
    report.file("a.c").and_then(|file| file.line(number)).unwrap()
}

fn branches(taken: u32, total: u32, approximate: bool) -> Option<Branches> {
    Some(Branches { taken, total, approximate })
}

proptest! {
    #[test]
    fn the_order_of_uploads_does_not_matter(a in report(), b in report(), c in report()) {
        let expected = merge([&a, &b, &c]);
        prop_assert_eq!(&merge([&c, &a, &b]), &expected);
        prop_assert_eq!(&merge([&b, &c, &a]), &expected);
        prop_assert_eq!(&merge([&c, &b, &a]), &expected);
    }

    #[test]
    fn the_grouping_of_distinct_uploads_does_not_matter(a in report(), b in report(), c in report()) {
        prop_assume!(a != b && b != c && a != c);
        let expected = merge([&a, &b, &c]);
        prop_assert_eq!(&merge([&merge([&a, &b]), &c]), &expected);
        prop_assert_eq!(&merge([&a, &merge([&b, &c])]), &expected);
    }

    #[test]
    fn an_upload_counts_once_however_often_it_comes(a in report(), b in report()) {
        prop_assert_eq!(&merge([&a, &a]), &a);
        let both = merge([&a, &b]);
        prop_assert_eq!(&merge([&a, &b, &a, &b]), &both);
        prop_assert_eq!(&merge([&both, &a]), &both);
        prop_assert_eq!(&merge([&b, &both]), &both);
    }

    #[test]
    fn merging_never_uncovers_a_line(a in report(), b in report()) {
        let both = merge([&a, &b]);
        for file in a.files() {
            let merged = both.file(file.path()).unwrap();
            for before in file.lines() {
                let after = merged.line(before.number).unwrap();
                prop_assert!(after.hits >= before.hits);
                prop_assert!(after.state() != LineState::Miss || before.state() == LineState::Miss);
            }
        }
    }
}

#[test]
fn nothing_merges_to_nothing() {
    assert_eq!(merge([]), Report::default());
    assert_eq!(merge([&Report::default(), &Report::default()]), Report::default());
}

#[test]
fn hits_add_up_and_stop_at_the_top() {
    let merged = merge([&lcov("DA:1,3\nDA:2,0\nDA:4,4294967295"), &lcov("DA:1,2\nDA:3,1\nDA:4,7")]);
    let hits: Vec<_> = merged.files()[0].lines().map(|line| (line.number, line.hits)).collect();
    assert_eq!(hits, [(1, 5), (2, 0), (3, 1), (4, u32::MAX)]);
}

#[test]
fn named_arms_of_two_shards_add_up() {
    let left = lcov("DA:1,1\nBRDA:1,0,0,1\nBRDA:1,0,1,0");
    let right = lcov("DA:1,1\nBRDA:1,0,0,0\nBRDA:1,0,1,4");
    assert_eq!(line(&left, 1).state(), LineState::Partial);
    assert_eq!(line(&merge([&left, &right]), 1).branches, branches(2, 2, false));
}

#[test]
fn missing_arms_are_those_that_both_shards_miss() {
    let shard = |missing: &str, taken: u32, total: u32| {
        cobertura(&format!(
            "<line number='1' hits='1' branch='true' condition-coverage='x ({taken}/{total})' missing-branches='{missing}'/>"
        ))
    };
    assert_eq!(line(&merge([&shard("7", 1, 2), &shard("exit", 1, 2)]), 1).branches, branches(2, 2, false));
    assert_eq!(line(&merge([&shard("7", 1, 2), &shard("7", 1, 2)]), 1).branches, branches(1, 2, false));
    assert_eq!(line(&merge([&shard("7,9", 1, 3), &shard("9", 2, 3)]), 1).branches, branches(2, 3, false));
    assert_eq!(line(&merge([&shard("7", 1, 2), &shard("", 2, 2)]), 1).branches, branches(2, 2, false));
    assert_eq!(line(&merge([&shard("7", 1, 2), &shard("7,8", 1, 3)]), 1).branches, branches(2, 3, true));
}

#[test]
fn unnamed_arms_give_the_better_of_the_two_and_say_so() {
    // The hits differ, or the two would be the same upload.
    let shard = |hits: u32, taken: u32, total: u32| {
        cobertura(&format!("<line number='1' hits='{hits}' branch='true' condition-coverage='x ({taken}/{total})'/>"))
    };
    assert_eq!(line(&merge([&shard(1, 1, 2), &shard(2, 1, 2)]), 1).branches, branches(1, 2, true));
    assert_eq!(line(&merge([&shard(1, 0, 2), &shard(2, 1, 2)]), 1).branches, branches(1, 2, false));
    assert_eq!(line(&merge([&shard(1, 1, 2), &shard(2, 2, 2)]), 1).branches, branches(2, 2, false));
    assert_eq!(line(&merge([&shard(1, 1, 3), &shard(2, 2, 4)]), 1).branches, branches(2, 4, true));
}

#[test]
fn formats_that_name_arms_and_formats_that_count_them_stand_side_by_side() {
    let named = lcov("DA:1,1\nBRDA:1,0,0,1\nBRDA:1,0,1,0");
    let counted = |taken: u32| {
        cobertura(&format!("<line number='1' hits='1' branch='true' condition-coverage='x ({taken}/2)'/>"))
    };
    assert_eq!(line(&merge([&named, &counted(1)]), 1).branches, branches(1, 2, true));
    assert_eq!(line(&merge([&named, &counted(2)]), 1).branches, branches(2, 2, false));
    assert_eq!(line(&merge([&named, &counted(0)]), 1).branches, branches(1, 2, false));
}

#[test]
fn a_report_without_branches_says_nothing_about_them() {
    let merged = merge([&lcov("DA:1,1\nBRDA:1,0,0,1\nBRDA:1,0,1,0"), &lcov("DA:1,9")]);
    assert_eq!(line(&merged, 1), Line { number: 1, hits: 10, branches: branches(1, 2, false) });
}

#[test]
fn large_merges_remember_their_parts() {
    let uploads: Vec<Report> = (0..20)
        .map(|n| {
            Report::from_files(vec![FileReport::from_lines("a.c", [Line { number: n + 1, hits: n, branches: None }])])
        })
        .collect();
    let merged = merge(&uploads);
    assert_eq!(merged.parts().len(), 20);
    assert_eq!(merge([&merged, &uploads[7]]), merged);
    assert_eq!(merged.totals().lines, 20);
}
