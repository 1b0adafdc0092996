//! SimpleCov's traps.

use super::super::Format;
use super::{read, shown};

const RESULTSET: &str = include_str!("samples/simplecov.json");

#[test]
fn commands_add_up_and_branches_are_one_by_their_numbers() {
    let parsed = read(RESULTSET);
    assert_eq!(parsed.format, Format::SimpleCov);
    insta::assert_snapshot!(shown(&parsed), @"
    /work/lib/a.rb
      2: 2
      3: 4 2/2
      4: 2
      6: 1 0/1
      fn Widget, Ltd#sign on 2: 3
      fn #<Class:Widget>#new on 6: 1
    /work/lib/old.rb
      1: 1
      2: 0
    ");
}

#[test]
fn the_json_formatters_report_is_read_too() {
    let parsed = read(
        r#"{"meta":{"simplecov_version":"0.22.0"},"coverage":{"/work/lib/a.rb":{"lines":[null,1,3,"ignored",null,1],
        "branches":[{"type":"then","start_line":4,"end_line":4,"coverage":3,"inline":false,"report_line":3},
        {"type":"else","start_line":3,"end_line":5,"coverage":0,"inline":false,"report_line":3},
        {"type":"else","start_line":6,"end_line":6,"coverage":"ignored","inline":false,"report_line":6},
        {"type":"else","coverage":1}],
        "methods":[{"name":"x"}]}},"groups":{"lib":{"lines":{"covered_percent":1}}}}"#,
    );
    insta::assert_snapshot!(shown(&parsed), @"
    /work/lib/a.rb
      2: 1
      3: 3 1/2
      6: 1
    ! bad-branch: 1 branch could not be read, at byte 425
    ");
}

#[test]
fn counts_and_keys_come_in_every_shape() {
    let parsed = read(
        r#"{"x":{"coverage":{"a.rb":{"lines":[-1,1e3,1.0,99999999999,true,"7",{}],
        "branches":{"[:if, 0, 1, 4, 5, 7]":{"[:then, 99999, 1, 1, 1, 1]":1,"else":-1,"[:else]":null},"if":{"x":1},"[:if, 0, 0, 1, 1, 1]":5},
        "methods":{"foo":1,"[nil, :a, 5, 1, 6, 1]":2}},"b.rb":7,"":[1]}},"y":null}"#,
    );
    insta::assert_snapshot!(shown(&parsed), @"
    a.rb
      1: 0 1/2
      2: 1000
      3: 1
      4: 4294967295
      fn nil#a on 5: 2
    b.rb
    ! negative-count: 2 negative counts were read as 0, first at byte 35: `-1`
    ! bad-count: 1 count is not a number, at byte 115
    ! bad-branch: 2 branches could not be read, first at byte 178: `if`
    ! unknown-record: 1 unknown record was skipped, at byte 238: `foo`
    ! bad-path: 1 file has no usable name, at byte 280
    ");
}
