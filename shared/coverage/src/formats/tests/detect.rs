//! Naming what is not read.

use super::super::{Format, parse};

#[test]
fn every_known_kind_is_named_with_a_way_out() {
    let samples: &[(&str, &[u8])] = &[
        ("empty", b" \n\t"),
        (".coverage", b"SQLite format 3\0...."),
        ("run.coverage", b"\x01\x02\x00\x04binary"),
        ("default.profraw", b"\x81rforpl\xff...."),
        ("default.profdata", b"\xfflprofi\x81"),
        ("jacoco.exec", b"\x01\xc0\xc0\x10\x07"),
        ("a.gcda", b"adcgB23A"),
        ("a.zip", b"PK\x03\x04...."),
        ("lcov.info.gz", b"\x1f\x8b\x08\x00"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0"),
        ("index.xml", b"<phpunit xmlns='x'><build/></phpunit>"),
        ("junit.xml", b"<testsuites><testsuite name='x'/></testsuites>"),
        ("index.html", b"<!DOCTYPE html><html><head></head></html>"),
        ("pom.xml", b"<project><modelVersion>4</modelVersion></project>"),
        ("coverage-summary.json", b"{\"total\":{\"lines\":{\"total\":1,\"covered\":1,\"skipped\":0,\"pct\":100}}}"),
        ("package.json", b"{\"name\":\"x\"}"),
        ("a.gcno", b"oncgB23*"),
        ("covmeta.1234", b"\0cvm\x01\0"),
        ("Info.plist", b"bplist00\xd1"),
        ("run.dcvr", b"\x02\x03\0\0"),
        ("App.xcresult/Data/data.0", b"\x02\x03\0\0"),
        ("coverage.ec", b"\x02\x03\0\0"),
        ("report.pdf", b"%PDF-1.7\n"),
        ("dotcover.xml", b"<Root CoveredStatements='1' DotCoverVersion='2023'><Assembly/></Root>"),
        ("emma.xml", b"<report><stats/><data/></report>"),
        ("xccoverage.plist", b"<?xml version='1.0'?><plist version='1.0'><dict/></plist>"),
        ("xccov.json", b"{\"coveredLines\":1,\"targets\":[]}"),
        ("package.json", b"{\"scripts\":{\"coverage\":\"jest\"}}"),
        ("gotest.json", b"{\"Time\":\"x\",\"Action\":\"run\",\"Package\":\"a\"}"),
        ("luacov.stats.out", b"3:src/a.lua\n0 1 0 \n"),
        ("a.jl.123.cov", b"        - function f(x)\n        3     x\n        - end\n"),
        ("notes.txt", b"hello\n"),
        ("results.json", b"{\"test_results_files\":[]}"),
    ];
    let told: String = samples
        .iter()
        .map(|(name, bytes)| {
            let unreadable = parse(name, bytes).unwrap_err();
            format!("{name} [{}] {unreadable}\n", unreadable.code)
        })
        .collect();
    insta::assert_snapshot!(told);
}

#[test]
fn content_decides_and_not_the_name() {
    let lcov = b"TN:\nSF:a\nDA:1,1\nend_of_record\n";
    assert_eq!(parse("coverage.xml", lcov).unwrap().format, Format::Lcov);
    assert_eq!(parse("x", b"some banner\nSF:a\nDA:1,1\nend_of_record\n").unwrap().format, Format::Lcov);
    let cobertura = b"\n\n<?xml version='1.0'?><!-- c --><coverage line-rate='1'><packages/></coverage>";
    assert_eq!(parse("lcov.info", cobertura).unwrap().format, Format::Cobertura);
}

#[test]
fn every_format_that_is_read_is_known_by_its_content() {
    let samples: &[(Format, &[&str])] = &[
        (
            Format::Jacoco,
            &[
                "<?xml version='1.0'?><!DOCTYPE report PUBLIC '-//JACOCO//DTD' 'report.dtd'><report name='x'><sessioninfo/></report>",
            ],
        ),
        (
            Format::Clover,
            &[
                "<coverage generated='1700000000'><project timestamp='1'/></coverage>",
                "<coverage clover='3.2.0'/>",
                "<coverage><project/></coverage>",
            ],
        ),
        (
            Format::CoveragePy,
            &[
                r#"{"meta":{"version":"7","show_contexts":false},"files":{}}"#,
                r#"{"files":{"a.py":{"executed_lines":[1]}}}"#,
            ],
        ),
        (Format::Go, &["mode: set\na/b.go:1.2,3.4 1 1\n", "mode: atomic\r\n", "a/b.go:1.2,3.4 1 1\n"]),
    ];
    for (format, texts) in samples {
        for text in *texts {
            assert_eq!(parse("report", text.as_bytes()).map(|parsed| parsed.format), Ok(*format), "{text}");
        }
    }
}
