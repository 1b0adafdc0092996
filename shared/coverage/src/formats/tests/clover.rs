//! Clover's traps, by writer.

use super::super::Format;
use super::{read, shown};

fn file(attributes: &str, inside: &str) -> String {
    format!("<coverage generated='1'><project timestamp='1'><file {attributes}>{inside}</file></project></coverage>")
}

#[test]
fn conditions_of_openclover_have_two_sides() {
    let parsed = read(include_str!("samples/clover.xml"));
    assert_eq!(parsed.format, Format::Clover);
    insta::assert_snapshot!(shown(&parsed), @"
    /work/src/com/acme/Sign.java
      4: 7 1/2
      5: 7
      6: 7 2/2
      7: 0 0/2
      fn of(int) : String on 3: 7
    ");
}

#[test]
fn conditions_of_istanbul_are_arms_taken_and_not() {
    let inside = "<metrics statements='3' coveredstatements='3' conditionals='9' coveredconditionals='6' methods='1' coveredmethods='1'/>\
        <line num='1' count='5' type='cond' truecount='2' falsecount='0'/><line num='2' count='5' type='cond' truecount='3' falsecount='1'/><line num='3' count='1' type='stmt'/>";
    let parsed = read(&file("name='a.js' path='/work/a.js'", inside));
    insta::assert_snapshot!(shown(&parsed), @"
    /work/a.js
      1: 5 2/2
      2: 5 3/4
      3: 1
    ");
}

/// One taken twice and one never are two of four sides either way; only Istanbul's have a count besides.
#[test]
fn metrics_that_fit_both_readings_leave_it_to_the_count() {
    for (count, branches) in [("count='1'", "2/2 0/2"), ("", "1/2 1/2")] {
        let inside = format!(
            "<metrics conditionals='4' coveredconditionals='2'/><line num='1' {count} type='cond' truecount='2' falsecount='0'/>\
             <line num='2' {count} type='cond' truecount='0' falsecount='2'/>"
        );
        let parsed = read(&file("path='a.js'", &inside));
        let shown: Vec<_> = parsed.files[0]
            .lines()
            .filter_map(|line| line.branches)
            .map(|b| format!("{}/{}", b.taken, b.total))
            .collect();
        assert_eq!(shown.join(" "), branches);
    }
}

#[test]
fn methods_of_phpunit_are_functions_and_lines_only_in_place_of_a_statement() {
    let lines = "<line num='3' type='method' name='sign' visibility='public' complexity='2' crap='2' count='2'/><line num='5' type='stmt' count='2'/>\
        <line num='8' type='method' name='one' count='1'/><line num='12' type='method' name='abstracted' count='0'/>";
    for (statements, expected) in
        [(1, vec![5]), (2, vec![5, 8]), (3, vec![5, 8, 12]), (9, vec![3, 5, 8, 12]), (0, vec![5])]
    {
        let parsed =
            read(&file("name='/work/A.php'", &format!("{lines}<metrics loc='20' statements='{statements}'/>")));
        let numbers: Vec<_> = parsed.files[0].lines().map(|line| line.number).collect();
        assert_eq!(numbers, expected, "{statements}");
        assert_eq!(parsed.files[0].functions().count(), 3);
    }
}

#[test]
fn lines_past_the_end_of_a_php_file_count_when_its_metrics_count_them() {
    let lines = "<line num='5' type='stmt' count='2'/><line num='40' type='stmt' count='1'/><line num='41' type='stmt' count='0'/>";
    for (name, metrics, expected) in [
        ("A.php", "<metrics loc='20' statements='1'/>", vec![5]),
        ("A.php", "<metrics loc='20' statements='3'/>", vec![5, 40, 41]),
        ("A.PHP", "<metrics loc='20' statements='0'/>", vec![5]),
        ("A.php", "<metrics statements='1'/>", vec![5, 40, 41]),
        ("a.c", "<metrics loc='20' statements='0'/>", vec![5, 40, 41]),
    ] {
        let parsed = read(&file(&format!("name='{name}'"), &format!("{lines}{metrics}")));
        let numbers: Vec<_> = parsed.files[0].lines().map(|line| line.number).collect();
        assert_eq!(numbers, expected, "{name} {metrics}");
    }
}

#[test]
fn numbers_and_names_come_in_every_shape() {
    let lines = "<line num='0' type='stmt' count='1'/><line num='x' type='stmt' count='1'/><line num='1' type='stmt'/><line num='2' type='stmt' count='-1'/>\
        <line num='3' type='stmt' count='1e3'/><line num='4294967295' type='stmt' count='99999999999'/><line num='5' type='cond' count='1'/>\
        <line num='6' type='cond' truecount='1'/><line num='7' count='1'/><line num='3' type='cond' truecount='1' falsecount='0'/>";
    let two = format!(
        "{}<file path='' name='b&amp;c.php'/><file/></project></coverage>",
        file("path='a.c' name='x'", lines).trim_end_matches("</project></coverage>")
    );
    insta::assert_snapshot!(shown(&read(&two)), @"
    a.c
      2: 0
      3: 1000 1/2
      5: 1
      7: 1
      4294967295: 4294967295
    b&c.php
    ! bad-line-number: 2 line numbers could not be used, first at byte 73: `num='0' type='stmt' count='1'`
    ! bad-count: 2 counts are not numbers, first at byte 147: `num='1' type='stmt'`
    ! negative-count: 1 negative count was read as 0, at byte 174: `num='2' type='stmt' count='-1'`
    ! bad-branch: 1 branch could not be read, at byte 307: `num='5' type='cond' count='1'`
    ! bad-path: 1 file has no usable name, at byte 507
    ");
}

#[test]
fn a_report_that_breaks_off_gives_what_came_before() {
    let text = file("path='a.c'", "<line num='1' type='stmt' count='1'/><line num='2' type='stmt' count='1'/>");
    insta::assert_snapshot!(shown(&read(&text[..text.find("num='2'").unwrap()])), @"
    a.c
      1: 1
    ! broken-xml: 1 place where the XML breaks off, at byte 101
    ");
}
