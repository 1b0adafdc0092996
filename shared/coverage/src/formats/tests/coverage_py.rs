//! coverage.py's JSON.

use super::super::Format;
use super::{read, shown};

/// As coverage.py 7.6 and later write it.
const REPORT: &str = include_str!("samples/coverage_py.json");

#[test]
fn lines_and_arcs_are_read_and_regions_are_not_counted_again() {
    let parsed = read(REPORT);
    assert_eq!(parsed.format, Format::CoveragePy);
    insta::assert_snapshot!(shown(&parsed), @r"
    pkg\a.py
      1: 1
      2: 1 1/2
      3: 0
      5: 1 1/2
      7: 0
      fn f.<locals>.never on 0: 0
      fn f on 2: 1
    empty.py
    ");
}

#[test]
fn arcs_of_two_uploads_become_one_set_of_arms() {
    let report = |taken: &str, missed: &str| {
        let text = format!(
            r#"{{"files":{{"a.py":{{"executed_lines":[1],"missing_lines":[],"executed_branches":[{taken}],"missing_branches":[{missed}]}}}}}}"#
        );
        crate::Report::from_files(read(&text).files)
    };
    let merged = crate::merge([&report("[1,2]", "[1,-5]"), &report("[1,-5]", "[1,2]")]);
    let branches = merged.file("a.py").unwrap().line(1).unwrap().branches.unwrap();
    assert_eq!((branches.taken, branches.total, branches.approximate), (2, 2, false));
}

#[test]
fn what_is_no_line_and_no_arc_is_counted() {
    let parsed = read(
        r#"{"files":{"a.py":{"executed_lines":[1,null,0,-4,4294967295,4294967296,"7"],"missing_lines":{"x":[9]},
            "missing_branches":[[1],[null,3],5,[7,70000,8],[7,-1]]},"b.py":null,"":{"executed_lines":[1]}}}"#,
    );
    insta::assert_snapshot!(shown(&parsed), @r#"
    a.py
      1: 1
      7: 1 0/2
      4294967295: 1
    b.py
    ! bad-line-number: 4 line numbers could not be used, first at byte 38: `null`
    ! bad-branch: 3 branches could not be read, first at byte 134: `[1]`
    ! bad-path: 1 file has no usable name, at byte 185
    "#);
}

#[test]
fn a_file_that_breaks_off_is_left_out_and_those_before_it_are_kept() {
    let end = REPORT.find("\"empty.py\"").unwrap();
    let parsed = read(&REPORT[..end + 40]);
    assert_eq!(parsed.files.len(), 1);
    insta::assert_snapshot!(parsed.warnings[0], @"1 place where the JSON breaks off, at byte 856: `empty.py`");
}
