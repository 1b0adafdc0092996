//! Formats of services and of scripting and functional languages. The reports are in `samples/`.

use super::samples::shown_sample;

#[test]
fn sonarqubes_generic_lines_have_branches_without_names() {
    insta::assert_snapshot!(shown_sample("sonarqube.xml"), @r#"
    src/a.cc
      1: 1
      2: 0
      3: 1 7/8
      4: 1
    src/b & c.cc
      7: 1
    ! bad-branch: 1 branch could not be read, at byte 240: `lineNumber="4" covered="true" branchesToCover="2" coveredBranches="3"`
    ! bad-line-number: 1 line number could not be used, at byte 329: `lineNumber="0" covered="true"`
    ! bad-count: 1 count is not a number, at byte 378: `lineNumber="5" covered="maybe"`
    ! outside-file: 1 record belongs to no file, at byte 520: `lineNumber="9" covered="true"`
    "#);
}

#[test]
fn codecovs_own_json_starts_lists_with_line_0_and_writes_branches_as_fractions() {
    insta::assert_snapshot!(shown_sample("codecov.json"), @"
    src/a.py
      1: 3
      2: 1 1/2
      4: 1 1/2
      5: 0
      6: 7
      8: 2 2/2
      9: 0 0/2
      11: 0
    src/b.rb
      1: 1
      2: 0
      4: 1 1/4
    src/c.rb
    ! bad-line-number: 1 line number could not be used, at byte 176: `x`
    ! bad-branch: 1 branch could not be read, at byte 185: `3/2`
    ! negative-count: 1 negative count was read as 0, at byte 198: `-5`
    ! bad-count: 2 counts are not numbers, first at byte 208
    ");
}

#[test]
fn coveralls_lists_start_with_line_1_and_may_be_text() {
    insta::assert_snapshot!(shown_sample("coveralls.json"), @"
    lib/a.rb
      2: 1 1/2
      3: 0
      5: 2
    lib/b.rb
      1: 1
      3: 0
    ! bad-branch: 1 branch could not be read, at byte 209
    ! bad-path: 1 file has no usable name, at byte 295
    ");
}

#[test]
fn covrs_lists_start_with_line_0() {
    insta::assert_snapshot!(shown_sample("covr.json"), @"
    R/a.R
      1: 4
      3: 0
    R/b.R
      1: 1
    ");
}

#[test]
fn luacovs_column_of_counts_is_told_from_numbers_in_the_source() {
    insta::assert_snapshot!(shown_sample("lua_cov.out"), @"
    src/a.lua
      1: 1
      3: 0
      7: 12
      8: 0
    ");
}

#[test]
fn elms_ranges_nest_and_what_never_ran_has_no_count() {
    insta::assert_snapshot!(shown_sample("elm.json"), @"
    src/Main.elm
      10: 3
      11: 3
      12: 3
      13: 3
      14: 3
      15: 0
      16: 3
      fn update on 10: 3
    ! outside-file: 1 record belongs to no file, at byte 381: `Lost`
    ");
}

#[test]
fn scoverages_branch_statements_are_arms_and_ignored_ones_do_not_count() {
    insta::assert_snapshot!(shown_sample("scoverage.xml"), @"
    a/A.scala
      6: 0
    /ws/src/main/scala/a/A.scala
      5: 2 1/2
    ");
}

#[test]
fn scoverages_data_says_the_same_in_elements() {
    insta::assert_snapshot!(shown_sample("scoverage_data.xml"), @"
    src/A.scala
      3: 4
      4: 0 0/1
    ! outside-file: 1 record belongs to no file, at byte 374: `4`
    ");
}

#[test]
fn flows_lines_with_typed_and_untyped_expressions_are_partial() {
    insta::assert_snapshot!(shown_sample("flow.json"), @"
    src/a.js
      1: 1
      2: 1 1/2
      3: 0
    ");
}
