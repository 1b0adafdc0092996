//! Istanbul's traps.

use super::super::Format;
use super::{parse, read, shown};

/// As nyc writes it for
///
/// ```text
/// 1 function f(x) { return x ? 1 : 2; }
/// 2 if (f(1)) { f(1); }
/// 3 const g = (a = 5) => a; g(1); // a second statement
/// ```
const REPORT: &str = include_str!("samples/istanbul.json");

#[test]
fn lines_are_those_that_statements_start_on_and_arms_those_of_lcov() {
    let parsed = read(REPORT);
    assert_eq!(parsed.format, Format::Istanbul);
    insta::assert_snapshot!(shown(&parsed), @"
    /work/a.js
      1: 2 1/2
      2: 1 1/2
      3: 7 0/1
      fn f on 1: 2
      fn (anonymous_1) on 3: 1
    ");
    let lcov = "SF:/work/a.js\nFN:1,f\nFN:3,(anonymous_1)\nFNDA:2,f\nFNDA:1,(anonymous_1)\nDA:1,2\nDA:2,1\nDA:3,7\n\
                BRDA:1,0,0,2\nBRDA:1,0,1,0\nBRDA:2,1,0,1\nBRDA:2,1,1,0\nBRDA:3,2,0,0\nend_of_record\n";
    assert_eq!(parsed.files[0].columns().branches, read(lcov).files[0].columns().branches);
}

/// Keys as `jq -S` sorts them: the counts come first, and "10" before "2".
#[test]
fn the_order_of_keys_does_not_matter() {
    let sorted: serde_json::Value = serde_json::from_str(REPORT).unwrap();
    let parsed = read(&sorted.to_string());
    assert_eq!(shown(&parsed), shown(&read(REPORT)));
    let pretty = serde_json::to_string_pretty(&sorted).unwrap().replace('\n', "\r\n");
    let with_mark = ["\u{feff}", &pretty].concat();
    assert_eq!(shown(&parse("x", with_mark.as_bytes()).unwrap()), shown(&parsed));
}

#[test]
fn a_wrapped_file_is_the_same_file() {
    let wrapped = REPORT.replacen("{\"path\"", "{\"data\":{\"path\"", 1) + "}";
    assert_eq!(shown(&read(&wrapped)), shown(&read(REPORT)));
}

#[test]
fn what_comments_skip_is_neither_line_nor_arm() {
    let parsed = read(
        r#"{"a.js":{"path":"","statementMap":{"0":{"start":{"line":1},"end":{},"skip":true},"1":{"start":{"line":2}}},
        "branchMap":{"1":{"line":2,"type":"if","skip":true,"locations":[{"start":{"line":2}},{}]},
          "2":{"line":2,"locations":[{"start":{"line":9}},{"start":{"line":9},"skip":true}]},"x":{"locations":[{"start":{"line":3}}]}},
        "fnMap":{"0":{"name":"old","line":4,"skip":true},"1":{"name":"\u00fc","line":5}},
        "s":{"0":1,"1":1},"b":{"1":[1,0],"2":[1,0],"x":[0,1]},"f":{"0":0,"1":1}}}"#,
    );
    insta::assert_snapshot!(shown(&parsed), @"
    a.js
      2: 1 1/1
      fn ü on 5: 1
    ");
    assert_eq!(parsed.files[0].totals().branches, 3);
}

#[test]
fn counts_and_lines_come_in_every_shape() {
    let parsed = read(
        r#"{"a.js":{"statementMap":{"0":{"start":{"line":null}},"1":{"start":{"line":0}},"2":{"start":{"line":1}},"3":{"start":{"line":4294967295}},
        "4":{"start":{"line":4294967296}},"5":{"start":{"line":5}},"6":{"start":{"line":6}},"7":7,"8":{"start":{"line":8}},"9":{"start":{"line":9}}},
        "branchMap":{"0":{"loc":{"start":{"line":null}}},"1":{"loc":{"start":{"line":1}}}},"fnMap":null,
        "s":{"0":1,"1":1,"2":-3,"3":1e99,"4":1,"5":1.0,"6":null,"7":1,"8":"12"},"f":[],"b":{"0":[0,1],"1":[-1,1e3,{}],"7":[1]}},
        "b.js":null,"c.js":{"lines":5},"":{"statementMap":{}}}"#,
    );
    insta::assert_snapshot!(shown(&parsed), @r#"
    a.js
      1: 0 1/2
      5: 1
      8: 12
      4294967295: 4294967295
    ! bad-line-number: 4 line numbers could not be used, first at byte 29: `{"start":{"line":null}}`
    ! negative-count: 2 negative counts were read as 0, first at byte 8: `-3`
    ! bad-count: 2 counts are not numbers, first at byte 8
    ! bad-branch: 2 branches could not be read, first at byte 8: `0`
    ! unknown-record: 2 unknown records were skipped, first at byte 537: `b.js`
    ! bad-path: 1 file has no usable name, at byte 564
    "#);
}

#[test]
fn files_before_a_break_are_kept_and_half_a_file_is_not() {
    let two = REPORT.trim_end_matches('}').to_owned()
        + "},\"b.js\":{\"statementMap\":{\"0\":{\"start\":{\"line\":1}}},\"s\":{\"0\":1";
    let parsed = read(&two);
    assert_eq!(parsed.files.len(), 1);
    assert!(parsed.warnings[0].to_string().contains("where the JSON breaks off"), "{}", parsed.warnings[0]);
    assert_eq!(parsed.warnings[0].example, "b.js");
}

/// Several blocks of input, with characters of several bytes where they meet.
#[test]
fn a_large_report_is_held_whole() {
    let one = REPORT.trim_start_matches("{\"/work/a.js\": ").trim_end_matches('}').to_owned() + "}";
    let one = one.replace("/work/a.js", "");
    let files: Vec<_> = (0..700).map(|n| format!("\"{}{n}.js\":{one}", "ü".repeat(n % 9))).collect();
    let text = format!("{{{}}}", files.join(","));
    assert!(text.len() > 1_000_000);
    let parsed = read(&text);
    assert_eq!((parsed.files.len(), parsed.warnings.len()), (700, 0));
    assert!(parsed.files.iter().all(|file| file.lines().count() == 3));
}
