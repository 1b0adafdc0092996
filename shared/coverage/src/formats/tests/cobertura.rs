//! Cobertura's traps.

use super::super::Format;
use super::{read, shown};

/// As Istanbul, gcovr and coverage.py write it, in one.
const MIXED: &str = r#"<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<!-- Generated -->
<coverage version="7.17" timestamp="1700000000" lines-valid="6" lines-covered="3" line-rate="0.5" branches-valid="4">
  <sources><source>/home/runner/work/widgets/widgets</source><source> </source><source>src &amp; <![CDATA[<more>]]></source></sources>
  <packages><package name="p"><classes>
    <class name="twice" filename="lib/a.js">
      <methods>
        <method name="f"><lines><line number="1" hits="9"/><line number="2" hits="3"/></lines></method>
      </methods>
      <lines>
        <line number="2" hits="3" branch="true" condition-coverage="50% (1/2)"/>
        <line number="3" hits="0" branch="false"/>
      </lines>
    </class>
    <class name="methods only" filename="lib/b.js">
      <methods>
        <method name="f"><lines><line number="1" hits="1"/></lines></method>
        <method name="g"><lines><line number="5" hits="0"/></lines></method>
      </methods>
      <lines/>
    </class>
    <class name="Outer" filename="src/O.java"><lines><line number="1" hits="1"/><line number="2" hits="5"/></lines></class>
    <class name="Outer$Inner" filename="src/O.java"><lines><line number="2" hits="2"/><line number="3" hits="0"/></lines></class>
    <class name="py" filename="a&amp;b.py"><lines>
      <line number="4" hits="1" branch="true" condition-coverage="50% (1/2)" missing-branches="7"/>
      <line number="6" hits="1" branch="True" condition-coverage="0% (0/2)" missing-branches="7, exit"/>
      <line number="8" hits="1" branch="true" condition-coverage="100% (2/2)"/>
    </lines></class>
  </classes></package></packages>
</coverage>
"#;

#[test]
fn class_lines_count_and_methods_only_where_a_class_has_none() {
    let parsed = read(MIXED);
    assert_eq!(parsed.format, Format::Cobertura);
    assert_eq!(parsed.sources, ["/home/runner/work/widgets/widgets", "src & <more>"]);
    insta::assert_snapshot!(shown(&parsed), @"
    lib/a.js
      2: 3 1/2
      3: 0
      fn f on 1: 9
    lib/b.js
      1: 1
      5: 0
      fn f on 1: 1
      fn g on 5: 0
    src/O.java
      1: 1
      2: 5
      3: 0
    a&b.py
      4: 1 1/2
      6: 1 0/2
      8: 1 2/2
    ");
}

fn with_lines(lines: &str) -> String {
    format!("<coverage><packages><class filename='a'><lines>{lines}</lines></class></packages></coverage>")
}

#[test]
fn numbers_come_in_every_shape() {
    let parsed = read(&with_lines(
        "<line number='1' hits='1.0'/><line number='2' hits='99999999999999999999'/><line number='undefined' hits='1'/>\
         <line number='3' hits='undefined'/><line number='4' hits='-1'/><line number='5'/><line hits='1'/>\
         <line number='0' hits='1'/><line number='4294967295' hits='1'/><line number='4294967296' hits='1'/>\
         <line number=\"6\" hits=\"1\"></line><line\n  number = '7'\thits='2'\n/>",
    ));
    insta::assert_snapshot!(shown(&parsed), @"
    a
      1: 1
      2: 4294967295
      4: 0
      6: 1
      7: 2
      4294967295: 1
    ! bad-line-number: 4 line numbers could not be used, first at byte 122: `number='undefined' hits='1'`
    ! bad-count: 2 counts are not numbers, first at byte 157: `number='3' hits='undefined'`
    ! negative-count: 1 negative count was read as 0, at byte 192: `number='4' hits='-1'`
    ");
}

#[test]
fn branches_come_in_every_shape() {
    let line = |number: u32, conditions: &str| {
        format!("<line number='{number}' hits='1' branch='true' condition-coverage='{conditions}'/>")
    };
    let lines = [
        line(1, "50% (1/2)"),
        line(2, "(1/2)"),
        line(3, "50%"),
        line(4, "150% (3/2)"),
        line(5, "0% (0/0)"),
        line(6, ""),
        line(7, "x (a/b)"),
        line(8, "50% (5000000000/9000000000)"),
        line(9, "50% ( 1 / 2 )' missing-branches='7,8,9"),
        "<line number='10' hits='1' branch='true'/>".to_owned(),
        "<line number='11' hits='1' branch='false' condition-coverage='50% (1/2)'/>".to_owned(),
    ];
    insta::assert_snapshot!(shown(&read(&with_lines(&lines.concat()))), @"
    a
      1: 1 1/2
      2: 1 1/2
      3: 1
      4: 1 2/2
      5: 1
      6: 1
      7: 1
      8: 1 1073741823/1073741823
      9: 1 1/2
      10: 1
      11: 1
    ! bad-branch: 3 branches could not be read, first at byte 187: `number='3' hits='1' branch='true' condition-coverage='50%'`
    ");
}

#[test]
fn a_broken_document_gives_what_came_before() {
    let whole = with_lines("<line number='1' hits='1'/><line number='2' hits='1'/>");
    for (cut, lines) in
        [(whole.len() - 12, 2), (whole.find("number='2'").unwrap(), 1), (whole.find("</lines>").unwrap() + 3, 2)]
    {
        let parsed = read(&whole[..cut]);
        assert_eq!(parsed.files[0].lines().count(), lines);
        assert_eq!(parsed.warnings.len(), 1);
    }
    insta::assert_snapshot!(shown(&read(&whole[..whole.len() - 12])), @"
    a
      1: 1
      2: 1
    ! broken-xml: 1 place where the XML breaks off, at byte 117
    ");
}

#[test]
fn no_entity_and_no_dtd_is_resolved() {
    let text = r#"<?xml version="1.0"?>
<!DOCTYPE coverage [ <!ENTITY secret SYSTEM "file:///etc/passwd"> <!ENTITY a "aaaa"> <!ENTITY b "&a;&a;&a;"> ]>
<coverage><sources><source>/x/&secret;/y</source></sources><packages>
<class filename="&b;.c"><lines><line number="&a;" hits="1"/><line number="2" hits="1"/></lines></class>
<class filename="&#x61;.c"><lines><line number="1" hits="1"/></lines></class></packages></coverage>"#;
    let parsed = read(text);
    assert_eq!(parsed.sources, ["/x/&secret;/y"]);
    insta::assert_snapshot!(shown(&parsed), @"
    &b;.c
      2: 1
    a.c
      1: 1
    ! entity: 2 entities were left unresolved, first at byte 153: `/x/&secret;/y`
    ! bad-line-number: 1 line number could not be used, at byte 235: `number=\"&a;\" hits=\"1\"`
    ");
}

#[test]
fn classes_without_a_file_name_and_lines_without_a_class_are_counted() {
    let parsed = read(
        "<coverage><line number='1' hits='1'/><class><lines><line number='1' hits='1'/></lines></class>\
         <class filename=''><lines/></class></coverage>",
    );
    insta::assert_snapshot!(shown(&parsed), @"
    ! outside-file: 1 record belongs to no file, at byte 10: `number='1' hits='1'`
    ! bad-path: 2 files have no usable name, first at byte 37
    ");
}

#[test]
fn utf_16_is_read() {
    let text = with_lines("<line number='1' hits='1'/>");
    let mut bytes = vec![0xFF, 0xFE];
    bytes.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let parsed = super::parse("coverage.xml", &bytes).unwrap();
    assert_eq!((parsed.files[0].lines().count(), parsed.warnings.len()), (1, 0));
}

#[test]
fn an_empty_report_is_a_report() {
    for text in ["<coverage/>", "<coverage line-rate='1'></coverage>", "<coverage><sources/><packages/></coverage>"] {
        assert!(read(text).files.is_empty());
    }
}
