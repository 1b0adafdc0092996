//! Formats of .NET: OpenCover, Visual Studio, dotCover, Mono. The reports are in `samples/`.

use super::samples::shown_sample;

#[test]
fn open_cover_keeps_a_lambda_missed_inside_a_statement_that_ran_and_drops_hidden_points() {
    insta::assert_snapshot!(shown_sample("open_cover.xml"), @r#"
    C:\skipped.cs
    C:\src\A&B.cs
      10: 3
      11: 3 1/2
      12: 0
      13: 0
      14: 3
      fn System.Int32 Widgets.A::Run(System.Int32) on 10: 3
      fn System.Int32 Widgets.A/<>c::<Run>b__0(System.Int32) on 12: 0
    C:\src\Other.cs
      5: 1 1/2
      6: 0
      7: 0
      fn Old on 5: 1
    C:\src\Third.cs
      1: 2
      fn T on 1: 2
    ! negative-count: 1 negative count was read as 0, at byte 1812: `vc="-1" offset="9" sl="7"`
    ! outside-file: 1 record belongs to no file, at byte 2278: `vc="1" offset="1" sl="2" el="2" fileid="99"`
    "#);
}

#[test]
fn visual_studio_ids_begin_again_in_each_module_and_a_line_with_a_missed_range_is_partial() {
    insta::assert_snapshot!(shown_sample("visual_studio.xml"), @r"
    C:\src\A.cs
      5: 1
      6: 1 1/2
      7: 1 1/2
      8: 1 1/2
      10: 0
      11: 0
      12: 0
      fn Run(int) on 5: 1
      fn Lost() on 10: 0
    C:\src\B.cs
      3: 1
      fn B() on 3: 1
    ! outside-file: 1 record belongs to no file, at byte 0: `9`
    ");
}

#[test]
fn visual_studios_old_tables_say_0_for_hit_and_name_their_files_last() {
    insta::assert_snapshot!(shown_sample("visual_studio_old.xml"), @r"
    c:\src\a & b.cs
      10: 1
      11: 0
      12: 0
    c:\src\c.cs
      13: 1 1/2
    ! bad-count: 1 count is not a number, at byte 714: `7`
    ");
}

#[test]
fn dot_cover_gives_each_line_to_its_innermost_statement() {
    insta::assert_snapshot!(shown_sample("dot_cover.xml"), @r"
    C:\src\A.cs
      5: 1
      6: 1
      7: 0
      8: 0
      9: 1
    C:\src\<gen>.cs
      1: 1
    ! outside-file: 1 record belongs to no file, at byte 0: `7`
    ");
}

#[test]
fn mono_takes_the_largest_count_of_a_line_and_leaves_out_generated_code() {
    insta::assert_snapshot!(shown_sample("mono.xml"), @"
    /ws/A.cs
      5: 1
      6: 0
      fn Main (string[]) on 5: 1
    ");
}
