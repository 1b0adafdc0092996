//! Formats of compiled languages: gcov, Bullseye, Xcode, D. The reports are in `samples/`.

use super::samples::shown_sample;

#[test]
fn gcov_counts_a_template_once_with_the_branches_of_all_its_instances() {
    insta::assert_snapshot!(shown_sample("gcov.gcov"), @r"
    src/pick.cpp
      2: 3
      3: 3 2/2
      5: 1 0/2
      6: 0
      7: 0
      8: 1500
      13: 0
      fn _Z4pickIiET_S0_S0_ on 2: 2
      fn double pick<double>(double, double) on 2: 1
      fn main on 5: 1
    C:\src\second.c
      1: 1
    ! negative-count: 1 negative count was read as 0, on line 40: `       -4:   13:  negative();`
    ! bad-count: 1 count is not a number, on line 41: `     what:   14:  odd();`
    ");
}

#[test]
fn gcov_json_adds_instances_up_and_keeps_the_arms_of_a_lambda_apart() {
    insta::assert_snapshot!(shown_sample("gcov.json"), @r#"
    src/pick.cpp
      3: 3 2/2
      8: 2 2/4
      9: 0
      10: 0
      fn _Z4pickIdET_S0_S0_ on 2: 1
      fn _Z4pickIiET_S0_S0_ on 2: 2
      fn main on 7: 1
      fn _ZZ4mainENKUliE_clEi on 8: 1
    ! negative-count: 1 negative count was read as 0, at byte 998: `{"branches": [], "count": -3`
    ! bad-line-number: 1 line number could not be used, at byte 1076: `{"branches": [], "count": 1, "line_number": 0}`
    "#);
}

#[test]
fn bullseye_paths_come_from_folders_and_each_probe_has_its_own_arms() {
    insta::assert_snapshot!(shown_sample("bullseye.xml"), @r#"
    lib/core/a.cpp
      3: 1
      4: 1 3/4
      6: 0 0/1
      7: 1
      10: 0
      fn run(int) on 3: 1
      fn lost on 10: 0
    lib/b.cpp
      1: 1
    ! bad-count: 1 count is not a number, at byte 698: `line="11" kind="try" event="odd"`
    "#);
}

#[test]
fn xccov_lines_are_partial_where_a_part_did_not_run() {
    insta::assert_snapshot!(shown_sample("xccov.json"), @r#"
    /Users/ci/App/A.swift
      2: 3 1/2
      3: 0
      4: 1
      5: 2 2/2
    /Users/ci/App/B.swift
      7: 4294967295
    ! bad-line-number: 1 line number could not be used, at byte 557: `{"line": 0, "isExecutable": true, "executionCount": 2}`
    "#);
}

#[test]
fn d_listings_name_their_file_at_the_end() {
    insta::assert_snapshot!(shown_sample("d_listing.lst"), @"
    source/widgets/a.d
      3: 1
      4: 0
      5: 4294967295
    ");
}
