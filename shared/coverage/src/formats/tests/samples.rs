//! One hand-written report for each format but LCOV and Cobertura, with the format's traps in it, and the laws that hold for
//! all of them. The same files are the first seeds of the fuzz targets.

use super::super::{Format, parse};
use super::shown;

/// Its name, what it is, its content.
pub(super) const SAMPLES: [(&str, Format, &[u8]); 26] = [
    ("jacoco.xml", Format::Jacoco, include_bytes!("samples/jacoco.xml")),
    ("clover.xml", Format::Clover, include_bytes!("samples/clover.xml")),
    ("go.out", Format::Go, include_bytes!("samples/go.out")),
    ("istanbul.json", Format::Istanbul, include_bytes!("samples/istanbul.json")),
    ("coverage_py.json", Format::CoveragePy, include_bytes!("samples/coverage_py.json")),
    ("simplecov.json", Format::SimpleCov, include_bytes!("samples/simplecov.json")),
    ("llvm_cov.json", Format::LlvmCov, include_bytes!("samples/llvm_cov.json")),
    ("open_cover.xml", Format::OpenCover, include_bytes!("samples/open_cover.xml")),
    ("sonarqube.xml", Format::SonarQube, include_bytes!("samples/sonarqube.xml")),
    ("gcov.gcov", Format::Gcov, include_bytes!("samples/gcov.gcov")),
    ("gcov.json", Format::GcovJson, include_bytes!("samples/gcov.json")),
    ("codecov.json", Format::CodecovJson, include_bytes!("samples/codecov.json")),
    ("coveralls.json", Format::Coveralls, include_bytes!("samples/coveralls.json")),
    ("xccov.json", Format::Xccov, include_bytes!("samples/xccov.json")),
    ("visual_studio.xml", Format::VisualStudio, include_bytes!("samples/visual_studio.xml")),
    ("visual_studio_old.xml", Format::VisualStudio, include_bytes!("samples/visual_studio_old.xml")),
    ("dot_cover.xml", Format::DotCover, include_bytes!("samples/dot_cover.xml")),
    ("lua_cov.out", Format::LuaCov, include_bytes!("samples/lua_cov.out")),
    ("elm.json", Format::Elm, include_bytes!("samples/elm.json")),
    ("d_listing.lst", Format::DListing, include_bytes!("samples/d_listing.lst")),
    ("scoverage.xml", Format::Scoverage, include_bytes!("samples/scoverage.xml")),
    ("scoverage_data.xml", Format::Scoverage, include_bytes!("samples/scoverage_data.xml")),
    ("mono.xml", Format::Mono, include_bytes!("samples/mono.xml")),
    ("bullseye.xml", Format::Bullseye, include_bytes!("samples/bullseye.xml")),
    ("covr.json", Format::Covr, include_bytes!("samples/covr.json")),
    ("flow.json", Format::Flow, include_bytes!("samples/flow.json")),
];

/// What is read of a sample, functions too.
pub(super) fn shown_sample(name: &str) -> String {
    let (_, format, bytes) = SAMPLES.iter().find(|(known, ..)| *known == name).unwrap();
    // The content decides, so the name must not matter.
    let parsed = parse("report", bytes).unwrap();
    assert_eq!(parsed.format, *format);
    shown(&parsed)
}

#[test]
fn a_report_cut_at_any_byte_gives_no_line_that_the_whole_does_not_have() {
    for (name, _, bytes) in SAMPLES {
        let whole = parse("report", bytes).unwrap();
        for end in 0..bytes.len() {
            let Ok(cut) = parse("report", &bytes[..end]) else { continue };
            // The last number may be cut in two, and a list cut short may lose its file's name.
            let lines: usize = cut.files.iter().map(|file| file.lines().count()).sum();
            let all: usize = whole.files.iter().map(|file| file.lines().count()).sum();
            assert!(lines <= all + 1, "{name} cut at {end}: {lines} lines of {all}");
        }
    }
}

#[test]
fn a_report_cut_in_the_middle_says_so_and_keeps_what_came_before() {
    for (name, format, bytes) in SAMPLES {
        let Ok(cut) = parse("report", &bytes[..bytes.len() * 2 / 3]) else { continue };
        if cut.format == format && !["lua_cov.out", "gcov.gcov"].contains(&name) {
            assert!(!cut.warnings.is_empty(), "{name}");
        }
    }
}

/// The value of the first such attribute.
fn attribute(report: &str, name: &str) -> u64 {
    let start = report.find(&format!(" {name}=\"")).unwrap() + name.len() + 3;
    report[start..].split('"').next().unwrap().parse().unwrap()
}

#[test]
fn totals_are_those_that_the_reports_themselves_state() {
    for (name, _, bytes) in SAMPLES {
        let text = String::from_utf8_lossy(bytes);
        let mut totals = crate::Totals::default();
        parse("report", bytes).unwrap().files.iter().for_each(|file| totals += file.totals());
        match name {
            "open_cover.xml" => {
                assert_eq!(totals.branches, attribute(&text, "numBranchPoints"));
                assert_eq!(totals.branches_hit, attribute(&text, "visitedBranchPoints"));
            }
            "visual_studio.xml" => {
                // The second module, of one covered line, states nothing.
                assert_eq!(totals.hits, attribute(&text, "lines_covered") + 1);
                assert_eq!(totals.partials, attribute(&text, "lines_partially_covered"));
                assert_eq!(totals.misses, attribute(&text, "lines_not_covered"));
            }
            "scoverage.xml" => assert_eq!((totals.branches_hit, totals.branches), (1, 2), "branch-rate 50.00"),
            "bullseye.xml" => {
                assert_eq!(totals.branches_hit, attribute(&text, "cd_cov"));
                assert_eq!(totals.branches, attribute(&text, "cd_total") - 1, "a label has one way");
            }
            "lua_cov.out" => assert!(text.contains(&format!("src/a.lua {}    {}  ", totals.hits, totals.misses))),
            "d_listing.lst" => assert!(text.contains(&format!("{}% covered", totals.hits * 100 / totals.lines))),
            _ => {}
        }
    }
}

#[test]
fn ranges_of_four_thousand_million_lines_cost_nothing() {
    let last = u32::MAX;
    let many = |one: &str| one.repeat(500);
    let point = format!("<SequencePoint vc='1' sl='1' el='{last}' fileid='1'/>");
    let statement = format!("<Statement FileIndex='1' Line='2' EndLine='{last}' Covered='True'/>");
    let range = format!("<range source_id='0' start_line='3' end_line='{last}' covered='no'/>");
    let reports = [
        format!(
            "<CoverageSession><Files><File uid='1' fullPath='a'/></Files><Method>{}</Method></CoverageSession>",
            many(&point)
        ),
        format!("<Root><File Index='1' Name='a'/>{}</Root>", many(&statement)),
        format!("<results><module>{}<source_file id='0' path='a'/></module></results>", many(&range)),
        format!(
            "{{\"coverageData\":{{\"M\":[{{\"from\":{{\"line\":1}},\"to\":{{\"line\":{last}}}}}]}},\"moduleMap\":{{\"M\":\"a\"}}}}"
        ),
        format!(
            "<coverage version='1'><file path='a'><lineToCover lineNumber='{last}' covered='true'/></file></coverage>"
        ),
        format!("mode: set\n{}", many(&format!("a.go:1.1,{last}.9 1 1\n"))),
        format!("        -:    0:Source:a\n        1:{last}:x\n"),
        format!("{{\"coverage\":{{\"a\":{{\"{last}\":1}}}}}}"),
    ];
    for report in reports {
        let parsed = parse("report", report.as_bytes()).unwrap();
        assert_eq!(parsed.files[0].lines().count(), 1, "{}", &report[..40]);
    }
}
