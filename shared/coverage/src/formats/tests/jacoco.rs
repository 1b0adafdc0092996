//! JaCoCo's traps.

use super::super::Format;
use super::{read, shown};

/// As JaCoCo writes it for one module: all on one line.
const ONE: &str = include_str!("samples/jacoco.xml");

#[test]
fn lines_branches_and_methods_are_those_of_the_reports_own_counters() {
    let parsed = read(ONE);
    assert_eq!(parsed.format, Format::Jacoco);
    insta::assert_snapshot!(shown(&parsed), @"
    com/acme/Sign.java
      3: 1
      5: 1 1/2
      6: 1
      8: 0
      9: 1
      12: 0 0/4
      fn Sign.<init>()V on 3: 1
      fn Sign.of(I)Ljava/lang/String; on 5: 1
      fn Sign$Inner.never()V on 12: 0
    ");
    let totals = parsed.files[0].totals();
    assert_eq!((totals.lines, totals.hits + totals.partials, totals.branches, totals.branches_hit), (6, 4, 6, 1));
    assert_eq!(parsed.sources[0], "core/src/main/java");
}

#[test]
fn groups_keep_modules_with_the_same_packages_apart() {
    let file = |covered: u32| {
        format!("<sourcefile name='A.kt'><line nr='1' mi='0' ci='{covered}'/></sourcefile></package></group>")
    };
    let parsed = read(&format!(
        "<report name='all'><group name='libs'><group name='core'><package name='com/acme'>{}<group name='web'><package name='com/acme'>{}\
         </group><group name='app'><package name=''>{}</report>",
        file(0),
        file(1),
        file(2)
    ));
    let paths: Vec<_> = parsed.files.iter().map(crate::FileReport::path).collect();
    assert_eq!(paths, ["libs/core/com/acme/A.kt", "libs/web/com/acme/A.kt", "app/A.kt"]);
    assert!(parsed.sources.is_empty() && parsed.warnings.is_empty(), "{:?}", parsed.warnings);
}

/// By the report's name, when several modules have a file of this name.
#[test]
fn the_file_of_a_module_is_found_in_the_repository() {
    let files = |paths: &[&str]| {
        let payload = crate::payload::Payload {
            files: vec![crate::payload::PayloadFile { filename: "r".to_owned(), bytes: ONE.as_bytes().to_vec() }],
            network: paths.iter().map(|path| (*path).to_owned()).collect(),
            ..crate::payload::Payload::default()
        };
        let report = crate::ingest::ingest(&payload, &crate::paths::NoRules).report;
        report.files().iter().map(|file| file.path().to_owned()).collect::<Vec<_>>()
    };
    let (core, web) = ("core/src/main/java/com/acme/Sign.java", "web/src/main/java/com/acme/Sign.java");
    assert_eq!(files(&[core]), [core]);
    assert_eq!(files(&[core, web]), [core]);
    assert_eq!(files(&["src/main/java/com/acme/Sign.java"]), ["src/main/java/com/acme/Sign.java"]);
    assert_eq!(files(&[]), ["com/acme/Sign.java"]);
}

#[test]
fn numbers_come_in_every_shape() {
    let lines = "<line nr='0' ci='1'/><line nr='x' ci='1'/><line ci='1'/><line nr='1' ci='-1' mi='2'/><line nr='2' ci='many' mi='1'/>\
                 <line nr='3' ci='99999999999' cb='5000000000' mb='5000000000'/><line nr='4294967295' mi='1e3'/><line nr='4' ci='1' mb='x' cb='1'/>";
    let parsed = read(&format!(
        "<report name='r'><line nr='1'/><package name='p'><sourcefile name='A.java'>{lines}</sourcefile><sourcefile/></package></report>"
    ));
    insta::assert_snapshot!(shown(&parsed), @"
    p/A.java
      1: 0
      2: 0
      3: 1 1073741823/1073741823
      4: 1 1/1
      4294967295: 0
    ! outside-file: 1 record belongs to no file, at byte 17: `nr='1'`
    ! bad-line-number: 3 line numbers could not be used, first at byte 75: `nr='0' ci='1'`
    ! negative-count: 1 negative count was read as 0, at byte 131: `nr='1' ci='-1' mi='2'`
    ! bad-count: 2 counts are not numbers, first at byte 160: `nr='2' ci='many' mi='1'`
    ! bad-path: 1 file has no usable name, at byte 334
    ");
}

#[test]
fn a_report_that_breaks_off_gives_what_came_before() {
    let cut = ONE.find("<line nr=\"9\"").unwrap() + 5;
    insta::assert_snapshot!(shown(&read(&ONE[..cut])), @"
    com/acme/Sign.java
      3: 1
      5: 1 1/2
      6: 1
      8: 0
      fn Sign.<init>()V on 3: 1
      fn Sign.of(I)Ljava/lang/String; on 5: 1
      fn Sign$Inner.never()V on 12: 0
    ! broken-xml: 1 place where the XML breaks off, at byte 1296
    ");
}

#[test]
fn classes_without_debug_information_are_named() {
    let parsed = read(
        "<report name='r'><package name='p'><class name='p/A'><counter type='CLASS' missed='1' covered='0'/></class></package></report>",
    );
    insta::assert_snapshot!(shown(&parsed), @"
    ! no-debug-info: 1 report names classes but no files and lines: the code was compiled without debug information, at byte 35: `A`
    ");
}
