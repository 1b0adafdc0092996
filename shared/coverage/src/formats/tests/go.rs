//! Go's traps.

use super::super::Format;
use super::{read, shown};

/// What `go test -covermode=count -coverprofile` writes for
///
/// ```text
///  3 func sign(x int) string {
///  4     if x > 0 {
///  5         return "plus"
///  6     } else if x < 0 {
///  7         return "minus"
///  8     }
///  9     return "zero"
/// 10 }
/// 11
/// 12 func (T) Marker() {}
/// ```
///
/// tested with two positive numbers and zero.
const SIGN: &str = include_str!("samples/go.out");

#[test]
fn blocks_become_lines_with_an_arm_for_each_block_where_several_meet() {
    let parsed = read(SIGN);
    assert_eq!(parsed.format, Format::Go);
    insta::assert_snapshot!(shown(&parsed), @"
    example.com/m/sign.go
      3: 3
      4: 3 2/2
      5: 2
      6: 2 2/3
      7: 0
      8: 0
      9: 1
      12: 0
    ");
}

#[test]
fn the_closing_brace_of_a_function_is_no_line_and_deeper_ones_are() {
    insta::assert_snapshot!(shown(&read("mode: set\na.go:1.10,3.2 1 1\na.go:5.10,7.3 1 1\na.go:9.1,9.2 1 1\na.go:11.5,12.0 1 0\n")), @"
    a.go
      1: 1
      2: 1
      5: 1
      6: 1
      7: 1
      9: 1
      11: 0
    ");
}

#[test]
fn blocks_that_come_again_add_up_or_are_set() {
    let runs = "b.go:2.1,2.9 1 4\na.go:1.1,1.9 1 1\na.go:1.1,1.9 1 0\na.go:1.1,1.9 1 2\n";
    for (mode, a) in [("count", 3), ("atomic", 3), ("set", 2)] {
        let parsed = read(&format!("mode: {mode}\n{runs}mode: {mode}\nb.go:3.1,3.9 1 1\n"));
        let hits = |file: usize, line| parsed.files[file].line(line).unwrap().hits;
        assert_eq!((hits(0, 2), hits(0, 3), hits(1, 1)), (4, 1, a), "{mode}");
        assert!(parsed.warnings.is_empty());
    }
}

#[test]
fn two_uploads_that_ran_different_blocks_of_a_line_make_it_a_hit() {
    let report = |first, second| {
        let text = format!("mode: set\na.go:1.1,1.9 1 {first}\na.go:1.9,1.20 1 {second}\n");
        crate::Report::from_files(read(&text).files)
    };
    let totals = crate::merge([&report(1, 0), &report(0, 1)]).totals();
    assert_eq!((report(1, 0).totals().partials, totals.hits, totals.partials), (1, 1, 0));
}

#[test]
fn paths_are_everything_before_the_last_colon() {
    let parsed = read("mode: set\r\nC:\\m\\a b.go:1.1,1.9 1 1\r\n./x y:z.go:1.1,1.9 1 1\r\n\r\n");
    let paths: Vec<_> = parsed.files.iter().map(crate::FileReport::path).collect();
    assert_eq!(paths, ["C:\\m\\a b.go", "./x y:z.go"]);
}

#[test]
fn numbers_come_in_every_shape() {
    let parsed = read(
        "mode: count\na.go:1.1,1.9 1 -3\na.go:2.1,2.9 1 99999999999999999999999\na.go:3.1,3.9 1 1e3\na.go:0.0,0.0 1 1\n\
         a.go:5.9,4.1 1 1\na.go:4294967295.1,4294967295.9 1 1\na.go:4294967296.1,4294967296.9 1 1\na.go:6.1,4294967295.1 1 1\n\
         :7.1,7.2 1 1\na.go:7.1,7.2 1 many\nsome words\na.go:8.1,8.9 1",
    );
    insta::assert_snapshot!(shown(&parsed), @"
    a.go
      1: 0
      2: 4294967295
      3: 1000
      5: 1
      6: 1
      4294967295: 1
    ! negative-count: 1 negative count was read as 0, on line 2: `a.go:1.1,1.9 1 -3`
    ! bad-line-number: 2 line numbers could not be used, first on line 5: `a.go:0.0,0.0 1 1`
    ! bad-path: 1 file has no usable name, on line 10
    ! unknown-record: 3 unknown records were skipped, first on line 11: `a.go:7.1,7.2 1 many`
    ! long-block: 1 block is too long; its first line was used, on line 2: `a.go`
    ");
}
