//! LCOV's traps.

use super::super::Format;
use super::{read, shown};

/// As lcov 2.x writes it for C: versions, function lists, exception branches, checksums, two test names.
const LCOV_2: &str = "TN:first
SF:/home/runner/work/widgets/widgets/src/parse.c
VER:3fd2
FNL:0,3,9
FNA:0,7,parse
FN:3,9,parse,with,commas
FNDA:7,parse,with,commas
FNF:1
FNH:1
BRDA:4,0,0,7
BRDA:4,0,1,-
BRDA:5,e0,0,0
BRDA:5,e0,1,2
BRF:4
BRH:2
MCDC:4,2,t,1,0,a && b
MCF:2
MCH:1
DA:3,7,abcdef
DA:4,7
DA:5,2
DA:6,0
LF:4
LH:3
end_of_record
TN:second
SF:/home/runner/work/widgets/widgets/src/parse.c
DA:4,1
DA:6,5
BRDA:4,0,0,0
BRDA:4,0,1,1
end_of_record
";

#[test]
fn both_versions_of_records_are_read_and_sections_of_one_file_add_up() {
    let parsed = read(LCOV_2);
    assert_eq!(parsed.format, Format::Lcov);
    insta::assert_snapshot!(shown(&parsed), @"
    /home/runner/work/widgets/widgets/src/parse.c
      3: 7
      4: 8 2/2
      5: 2 1/2
      6: 5
      fn parse on 3: 7
      fn parse,with,commas on 3: 7
    ");
}

#[test]
fn coverage_pys_text_branches_keep_their_names_with_commas_in_them() {
    let parsed = read(
        "SF:a.py\nDA:3,1,xyz\nDA:5,1\nBRDA:3,0,jump to line 6,1\nBRDA:3,0,jump to line 4,0\nBRDA:5,0,return from function 'f(a, b)',0\nBRDA:5,0,to line 0, or so,1\nBRDA:0,0,jump to line 0,0\nend_of_record\n",
    );
    insta::assert_snapshot!(shown(&parsed), @"
    a.py
      3: 1 1/2
      5: 1 1/2
    ! bad-line-number: 1 line number could not be used, on line 8: `BRDA:0,0,jump to line 0,0`
    ");
}

#[test]
fn counts_come_in_every_shape() {
    let parsed = read(
        "SF:a\nDA:1,-3\nDA:2,1e+06\nDA:3,18446744073709551616\nDA:4,undefined\nDA:5,=====\nDA:6,2.5\nDA:7,\nDA:8\nDA:9,nan\nDA:10,-\nDA:11, 4\nDA:0,1\nDA:4294967295,1\nDA:4294967296,1\nDA:x,1\nDA:-1,1\nDA:12,1e99\nend_of_record\n",
    );
    insta::assert_snapshot!(shown(&parsed), @"
    a
      1: 0
      2: 1000000
      3: 4294967295
      6: 2
      11: 4
      12: 4294967295
      4294967295: 1
    ! negative-count: 1 negative count was read as 0, on line 2: `DA:1,-3`
    ! bad-count: 6 counts are not numbers, first on line 5: `DA:4,undefined`
    ! bad-line-number: 4 line numbers could not be used, first on line 13: `DA:0,1`
    ");
}

#[test]
fn branches_come_in_every_shape() {
    let parsed = read(
        "SF:a\nDA:1,1\nDA:2,1\nDA:3,1\nBRDA:1,None,0,1\nBRDA:1,None,1,0\nBRDA:2,0,0,-4\nBRDA:2,0,1,3\nBRDA:3,0,1\nBRDA:3\nBRDA:3,0,1,maybe\nBRDA:3,4294967295,0,1\nBRDA:3,18446744073709551616,0,0\nBRDA:3,0,00,0\nBRDA:3,0,0,1\nBRDA:3,0,0,0\nend_of_record\n",
    );
    insta::assert_snapshot!(shown(&parsed), @"
    a
      1: 1 1/2
      2: 1 1/2
      3: 1 2/4
    ! negative-count: 1 negative count was read as 0, on line 7: `BRDA:2,0,0,-4`
    ! bad-branch: 3 branches could not be read, first on line 9: `BRDA:3,0,1`
    ");
}

#[test]
fn what_can_be_read_of_a_truncated_or_mixed_up_file_is_read() {
    let parsed = read(
        "\u{feff}TN:\r\nDA:9,9\r\nSF:C:\\repo\\a.c\r\nDA:1,1\r\nSF:b.c\r\nDA:2,2\r\nWHAT:is this\r\nend_of_record\r\nend_of_record\r\nSF:\r\nDA:5,1\r\nend_of_record\r\n# a comment\r\n\r\nSF:c.c\r\nDA:3,3",
    );
    insta::assert_snapshot!(shown(&parsed), @r"
    C:\repo\a.c
      1: 1
    b.c
      2: 2
    c.c
      3: 3
    ! outside-file: 2 records belong to no file, first on line 2: `DA:9,9`
    ! unfinished-file: 2 files have no end mark, first on line 5: `b.c`
    ! unknown-record: 1 unknown record was skipped, on line 7: `WHAT:is this`
    ! bad-path: 1 file has no usable name, on line 12
    ");
}

#[test]
fn lines_in_any_order_are_sorted() {
    let parsed = read("SF:a\nDA:9,1\nDA:2,1\nBRDA:9,0,1,1\nBRDA:2,0,0,1\nBRDA:9,0,0,0\nDA:9,1\nend_of_record\n");
    insta::assert_snapshot!(shown(&parsed), @"
    a
      2: 1 1/1
      9: 2 1/2
    ");
}

#[test]
fn a_tracefile_without_files_is_a_report_without_files() {
    for text in ["TN:\n", "TN:\nend_of_record\n", "\n\nTN:\n\n", "SF:a\nend_of_record\n"] {
        let parsed = read(text);
        assert!(parsed.files.iter().all(|file| file.lines().next().is_none()), "{text:?}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_replaced_and_said_so() {
    let parsed = super::parse("x", b"SF:caf\xE9.c\nDA:1,1\nend_of_record\n").unwrap();
    insta::assert_snapshot!(shown(&parsed), @"
    caf�.c
      1: 1
    ! not-utf8: 1 run of bytes is not UTF-8, at byte 0
    ");
}
