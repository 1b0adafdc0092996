//! The model's own promises: order, uniqueness, states, size.

use super::{FileBuilder, Repeat, join};
use crate::formats::parse;
use crate::{Branches, FileReport, Line, LineState, Metric, Ratio, Report, Totals};

fn line(number: u32, hits: u32, branches: Option<(u32, u32)>) -> Line {
    Line { number, hits, branches: branches.map(|(taken, total)| Branches { taken, total, approximate: false }) }
}

#[test]
fn a_line_is_a_hit_a_partial_or_a_miss() {
    use LineState::{Hit, Miss, Partial};
    for (hits, branches, state) in [
        (0, None, Miss),
        (1, None, Hit),
        (1, Some((2, 2)), Hit),
        (1, Some((1, 2)), Partial),
        (1, Some((0, 2)), Partial),
        (0, Some((0, 2)), Miss),
        (0, Some((1, 2)), Miss),
        (1, Some((0, 0)), Hit),
    ] {
        assert_eq!(line(1, hits, branches).state(), state, "{hits} {branches:?}");
    }
    assert!(Miss < Partial && Partial < Hit);
}

#[test]
fn files_are_sorted_and_merged_whatever_order_they_come_in() {
    let report = Report::from_files(vec![
        FileReport::from_lines("b", [line(9, 1, None), line(2, 0, None), line(9, 2, None), line(0, 5, None)]),
        FileReport::from_lines("a", [line(1, 1, None)]),
        FileReport::from_lines("b", [line(2, 4, None)]),
        FileReport::from_lines("empty", []),
    ]);
    let paths: Vec<_> = report.files().iter().map(FileReport::path).collect();
    assert_eq!(paths, ["a", "b"]);
    let lines: Vec<_> = report.file("b").unwrap().lines().collect();
    assert_eq!(lines, [line(2, 4, None), line(9, 3, None)]);
    assert_eq!(report.file("empty"), None);
}

#[test]
fn totals_count_every_line_once_and_give_three_percentages() {
    let report = Report::from_files(vec![FileReport::from_lines(
        "a.py",
        [line(1, 1, None), line(2, 3, Some((1, 2))), line(3, 1, Some((2, 2))), line(4, 0, Some((0, 2)))],
    )]);
    let totals = report.totals();
    let expected = Totals {
        files: 1,
        lines: 4,
        hits: 2,
        partials: 1,
        misses: 1,
        branches: 6,
        branches_hit: 3,
        ..Totals::default()
    };
    assert_eq!(totals, expected);
    assert_eq!(totals.ratio(Metric::Codecov), Ratio { covered: 2, total: 4 });
    assert_eq!(totals.ratio(Metric::Line), Ratio { covered: 3, total: 4 });
    assert_eq!(totals.ratio(Metric::LineAndBranch), Ratio { covered: 6, total: 10 });
}

#[test]
fn arms_on_a_line_that_is_not_executable_count_as_branches_only() {
    let parsed = parse("l", b"SF:a\nDA:1,1\nBRDA:5,0,0,1\nBRDA:5,0,1,0\nend_of_record\n").unwrap();
    let totals = parsed.files[0].totals();
    assert_eq!((totals.lines, totals.hits, totals.branches, totals.branches_hit), (1, 1, 2, 1));
    assert_eq!(parsed.files[0].line(5), None);
}

#[test]
fn lines_are_found_by_number_and_by_range() {
    let file = FileReport::from_lines("a", [line(2, 1, None), line(5, 1, Some((1, 2))), line(u32::MAX, 0, None)]);
    let numbers = |from, to| file.lines_between(from, to).map(|line| line.number).collect::<Vec<_>>();
    assert_eq!(numbers(1, 4), [2]);
    assert_eq!(numbers(2, 5), [2, 5]);
    assert_eq!(numbers(6, u32::MAX), [u32::MAX]);
    assert_eq!(numbers(9, 3), [0; 0]);
    assert_eq!(file.line(5).unwrap().branches.unwrap().taken, 1);
    assert_eq!(file.line(3), None);
}

#[test]
fn equal_coverage_has_equal_digests_whatever_the_path() {
    let a = FileReport::from_lines("a", [line(1, 1, Some((1, 2)))]);
    assert_eq!(a.digest(), FileReport::from_lines("b", [line(1, 1, Some((1, 2)))]).digest());
    for other in
        [[line(1, 2, Some((1, 2)))], [line(2, 1, Some((1, 2)))], [line(1, 1, Some((2, 2)))], [line(1, 1, None)]]
    {
        assert_ne!(a.digest(), FileReport::from_lines("a", other).digest());
    }
    // Stored in shards: a change of the hash would make every file look damaged.
    assert_eq!(FileReport::from_lines("a", [line(1, 1, None)]).digest(), 0x7333_4C07_18B3_4D57);
}

#[test]
fn the_builder_sorts_out_repeats_as_it_is_told() {
    for (repeat, hits) in [(Repeat::Add, 5), (Repeat::Largest, 3)] {
        let mut builder = FileBuilder::default();
        builder.line(7, 2);
        builder.line(1, 1);
        builder.line(7, 3);
        let file = builder.finish("a", repeat);
        assert_eq!(file.line(7).unwrap().hits, hits);
        assert!(builder.finish("b", repeat).lines().next().is_none(), "the builder is empty again");
    }
}

/// The size that the model was chosen for: sympy's report has 376 k lines and 94 k arms on half as many lines.
#[test]
fn a_large_python_report_takes_less_than_five_megabytes() {
    let mut bytes = 0;
    for file in 0..1_600 {
        let mut text = String::from("SF:f\n");
        for line in 1..=235_u32 {
            text.push_str(&format!("DA:{},{}\n", line * 2, line % 7));
            if line % 8 == 0 {
                text.push_str(&format!(
                    "BRDA:{0},0,jump to line {1},1\nBRDA:{0},0,jump to line {2},0\n",
                    line * 2,
                    line * 2 + 1,
                    line * 2 + 3
                ));
            }
        }
        text.push_str("end_of_record\n");
        let parsed = parse("l", text.as_bytes()).unwrap();
        let file = parsed.files[0].clone().with_path(&format!("some/package/of/the/project/module_{file}.py"));
        let columns = file.columns();
        let words = columns.numbers.len() + columns.hits.capacity();
        let rows = columns.branches.lines.capacity() + columns.branches.starts.capacity();
        bytes +=
            size_of::<FileReport>() + file.path().len() + 4 * (words + rows) + 8 * columns.branches.facts.capacity();
    }
    assert!(bytes < 5_000_000, "{bytes}");
}

#[test]
fn functions_are_known_by_their_name_and_line() {
    let mut builder = FileBuilder::default();
    for (line, name, hits) in [(9, "g", 0), (3, "f", 2), (3, "e", 0), (9, "g", 4), (0, "somewhere", 1)] {
        builder.function(line, name, hits);
    }
    let file = builder.finish("a", Repeat::Largest);
    let named = |file: &FileReport| file.functions().map(|f| (f.line, f.name.to_owned(), f.hits)).collect::<Vec<_>>();
    let of = |line, name: &str, hits| (line, name.to_owned(), hits);
    assert_eq!(named(&file), [of(0, "somewhere", 1), of(3, "e", 0), of(3, "f", 2), of(9, "g", 4)]);
    builder.function(3, "f", 1);
    builder.function(4, "f", 0);
    let both = join(&[&file, &builder.finish("a", Repeat::Add)], Repeat::Add).unwrap();
    assert_eq!(named(&both)[1..4], [of(3, "e", 0), of(3, "f", 3), of(4, "f", 0)]);
    assert_eq!((both.totals().functions, both.totals().functions_hit), (5, 3));
    assert_ne!(both.digest(), file.digest());
}

#[test]
fn a_functions_name_of_a_megabyte_is_cut_and_stays_apart_from_its_like() {
    let long = "ü".repeat(1 << 20);
    let mut builder = FileBuilder::default();
    builder.function(1, &format!("{long}a"), 1);
    builder.function(1, &format!("{long}b"), 1);
    let file = builder.finish("a", Repeat::Add);
    assert_eq!(file.functions().count(), 2);
    assert!(file.functions().all(|function| function.name.len() <= 1024));
}
