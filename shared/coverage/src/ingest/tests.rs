//! Whole uploads.

use super::{Ingested, ingest as ingest_with};
use crate::paths::NoRules;
use crate::payload::{FileFixes, Payload, PayloadFile};

fn ingest(payload: &Payload) -> Ingested {
    ingest_with(payload, &NoRules)
}

fn upload(network: &[&str], files: &[(&str, &str)]) -> Payload {
    Payload {
        files: files
            .iter()
            .map(|(name, text)| PayloadFile { filename: (*name).to_owned(), bytes: text.as_bytes().to_vec() })
            .collect(),
        network: network.iter().map(|path| (*path).to_owned()).collect(),
        ..Payload::default()
    }
}

fn shown(ingested: &Ingested) -> String {
    let mut out = String::new();
    for file in ingested.report.files() {
        let lines: Vec<_> = file.lines().map(|line| format!("{}:{}", line.number, line.hits)).collect();
        out.push_str(&format!("{} {}\n", file.path(), lines.join(" ")));
    }
    ingested.formats.iter().for_each(|(name, format)| out.push_str(&format!("read {name} as {format}\n")));
    ingested.unreadable.iter().for_each(|(name, what)| out.push_str(&format!("not read {name}: {what}\n")));
    ingested.dropped.iter().for_each(|dropped| out.push_str(&format!("left out {dropped}\n")));
    ingested.warnings.iter().for_each(|(name, warning)| out.push_str(&format!("in {name}: {warning}\n")));
    out
}

#[test]
fn everything_that_can_be_used_is_used_and_everything_else_is_named() {
    let mut payload = upload(
        &["src/a.c", "src/b.c", "main.c", "lib/x.c", "test/x.c"],
        &[
            (
                "unit.info",
                "SF:/home/runner/work/w/w/src/a.c\nDA:1,1\nDA:2,0\nDA:9,1\nend_of_record\nSF:/usr/include/stdio.h\nDA:1,1\nend_of_record\nSF:x.c\nDA:1,1\nend_of_record\nSF:/usr/include/stdio.h\nDA:2,1\nend_of_record\nSF:/nowhere/empty.c\nend_of_record\n",
            ),
            (
                "coverage.xml",
                "<coverage><sources><source>/home/runner/work/w/w/src</source></sources><packages><class filename='a.c'><lines><line number='2' hits='4'/><line number='x' hits='4'/></lines></class></packages></coverage>",
            ),
            ("junit.xml", "<testsuites/>"),
        ],
    );
    payload.ignored_lines.insert("src/a.c".to_owned(), FileFixes { eof: Some(8), lines: vec![1] });
    insta::assert_snapshot!(shown(&ingest(&payload)), @"
    src/a.c 2:4
    read unit.info as LCOV
    read coverage.xml as Cobertura
    not read junit.xml: This is a list of test results, not of coverage. It is not among the formats that are read (LCOV, Cobertura, JaCoCo, Clover, Go, Istanbul and more). Upload the coverage report of the same run; results of tests are not used.
    left out `/usr/include/stdio.h`: the file belongs to the system, a toolchain or an installed package
    left out `x.c`: several files of the repository end in this path
    in coverage.xml: 1 line number could not be used, at byte 137: `number='x' hits='4'`
    ");
}

#[test]
fn a_root_that_most_files_have_is_tried_for_the_rest() {
    let lcov =
        |paths: &[&str]| paths.iter().map(|path| format!("SF:{path}\nDA:1,1\nend_of_record\n")).collect::<String>();
    let network = ["src/a.go", "src/b.go", "main.go", "setup.py"];
    let with = lcov(&["/strange/build/src/a.go", "/strange/build/main.go", "/usr/lib/python/pkg/setup.py"]);
    insta::assert_snapshot!(shown(&ingest(&upload(&network, &[("r", &with)]))), @"
    main.go 1:1
    src/a.go 1:1
    read r as LCOV
    left out `/usr/lib/python/pkg/setup.py`: the file belongs to the system, a toolchain or an installed package
    ");
    let windows = lcov(&["E:\\strange\\src\\a.go", "E:\\strange\\main.go"]);
    assert_eq!(ingest(&upload(&network, &[("r", &windows)])).report.files().len(), 2);
    let files =
        |network: &[&str], paths: &[&str]| ingest(&upload(network, &[("r", &lcov(paths))])).report.files().len();
    let ours = ["main.go", "deep.go", "go.mod"];
    assert_eq!(files(&ours, &["example.com/tool/main.go"]), 1);
    assert_eq!(files(&ours[..2], &["example.com/tool/main.go"]), 0, "no module: the name alone says nothing");
    assert_eq!(files(&["main.c", "util.c"], &["/strange/main.c", "/strange/util.c", "/usr/include/stdio.h"]), 2);
    assert_eq!(files(&["main.c"], &["/strange/main.c", "/strange/util.c"]), 0, "one of them is not there");
    let two = lcov(&["example.com/tool/main.go", "example.org/other/deep.go"]);
    assert_eq!(ingest(&upload(&ours, &[("r", &two)])).report.files().len(), 0);
    let disputed = lcov(&["/one/src/a.go", "/two/src/b.go", "/one/main.go"]);
    assert_eq!(ingest(&upload(&network, &[("r", &disputed)])).report.files().len(), 2);
}

#[test]
fn the_same_run_in_two_formats_is_one_coverage() {
    let payload = upload(
        &["a.py"],
        &[
            ("lcov.info", "SF:a.py\nDA:1,1\nDA:2,0\nBRDA:1,0,0,1\nBRDA:1,0,1,0\nend_of_record\n"),
            (
                "coverage.xml",
                "<coverage><class filename='a.py'><lines><line number='1' hits='1' branch='true' condition-coverage='50% (1/2)'/><line number='2' hits='0'/></lines></class></coverage>",
            ),
        ],
    );
    let totals = ingest(&payload).report.totals();
    assert_eq!((totals.lines, totals.partials, totals.misses, totals.branches, totals.branches_hit), (2, 1, 1, 2, 1));
}

#[test]
fn an_upload_with_nothing_in_it_is_an_empty_report() {
    let ingested = ingest(&Payload::default());
    assert!(ingested.report.is_empty() && ingested.dropped.is_empty() && ingested.unreadable.is_empty());
}
