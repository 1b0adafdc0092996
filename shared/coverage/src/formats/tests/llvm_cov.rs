//! llvm-cov's traps.

use super::super::Format;
use super::{read, shown};

/// What clang makes of
///
/// ```text
///  1 int sign(int x) {
///  2   if (x > 0)
///  3     return 1;
///  4
///  5   return MAX(x, -1);
///  6 }
///  7 #if 0
///  8 int never;
///  9 #endif
/// ```
///
/// run with 2, 3 and -5.
const REPORT: &str = include_str!("samples/llvm_cov.json");

#[test]
fn lines_follow_llvms_rule_and_macros_are_arms_of_the_line_that_uses_them() {
    let parsed = read(REPORT);
    assert_eq!(parsed.format, Format::LlvmCov);
    insta::assert_snapshot!(shown(&parsed), @"
    /work/sign.c
      1: 3
      2: 3 2/2
      3: 2
      4: 1
      5: 1 1/2
      6: 1
      fn sign on 1: 3
    /work/max.h
      fn _Z3maxIiET_S0_S0_ on 4: 7
    ");
}

fn segments(segments: &str) -> String {
    format!(
        r#"{{"data":[{{"files":[{{"filename":"a.c","segments":[{segments}]}}]}}],"type":"llvm.coverage.json.export"}}"#
    )
}

#[test]
fn segments_come_in_every_shape() {
    for (text, lines) in [
        // Five fields, numbers for truths, out of order.
        ("[3,2,0,0,0],[1,5,4,1,1]", "1: 4|2: 4|3: 4"),
        // A gap alone reaches on, and does not raise a line's count.
        ("[1,1,1,true,true,false],[2,1,9,true,true,true],[3,1,0,false,false,false]", "1: 1|2: 1|3: 9"),
        // Skipped code is no line, even where a count reaches into it.
        (
            "[1,1,1,true,true,false],[2,1,0,false,true,false],[4,1,1,true,false,false],[5,1,0,false,false,false]",
            "1: 1|5: 1",
        ),
        // The largest of what starts on a line; counts of every size.
        (
            "[1,1,18446744073709551615,true,true,false],[1,9,3,true,true,false],[2,1,0,false,false,false]",
            "1: 4294967295|2: 3",
        ),
    ] {
        let parsed = read(&segments(text));
        let shown: Vec<_> = parsed.files[0].lines().map(|line| format!("{}: {}", line.number, line.hits)).collect();
        assert_eq!(shown.join("|"), lines, "{text}");
        assert!(parsed.warnings.is_empty());
    }
}

#[test]
fn what_is_no_segment_and_no_branch_is_counted() {
    let parsed = read(
        r#"{"data":[{"files":[{"filename":"a.c","segments":[[1,1,-5,true,true,false],[2],7,[3,1,null,true,true,false],[4,1,0,false,false],
        [5,1,1,true,true,false],[4294967295,1,0,false,false,false]],"branches":[[1,1],[1,2,1,3,1e3,-1],[0,1,1,1,1,1]],"expansions":[5,{"branches":[]}]},
        {"segments":[]},3],"functions":[{"name":"f"},{"count":1,"filenames":[],"regions":[]},8]}],"type":"llvm.coverage.json.export"}"#,
    );
    insta::assert_snapshot!(shown(&parsed), @"
    a.c
      1: 0 1/2
      2: 0
      3: 0
      4: 0
      5: 1
      6: 1
      4294967295: 1
    ! negative-count: 2 negative counts were read as 0, first at byte 49: `-5`
    ! unknown-record: 3 unknown records were skipped, first at byte 74: `[2]`
    ! bad-count: 4 counts are not numbers, first at byte 80
    ! bad-branch: 1 branch could not be read, at byte 231: `[0,1,1,1,1,1]`
    ! long-block: 1 block is too long; its first line was used, at byte 19: `a.c`
    ! bad-path: 2 files have no usable name, first at byte 289
    ");
}
