//! Bodies as the real client sends them, and as it does not.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{Body, FileFixes, Limits, Payload, PayloadError, ProblemReason, read};
use crate::ingest::{ingest, ingest_packed};
use crate::paths::NoRules;

const LCOV: &[u8] = b"TN:\nSF:src/a.go\nDA:4,1\nend_of_record\n";

/// The body of a run of codecov-cli 11.3.1, as captured, with the workspace's path replaced.
const CAPTURED: &str = r#"{"report_fixes": {"format": "legacy", "value": {"src/a.go": {"eof": null, "lines": [2, 3, 6]}}}, "network_files": ["junit.xml", "lcov.info", "src/a.go", "src/b.py", ""], "coverage_files": [{"filename": "/ws/lcov.info", "format": "base64+compressed", "data": "eJwL8bPiCnazKi5K1k/US8/ncnG0MtExBFGmOgZcqXkp8flp8UWpyflFKVwADlkMpw==", "labels": ""}], "metadata": {}}"#;

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn body(files: &[(&str, &str, String)]) -> Vec<u8> {
    let files: Vec<String> = files
        .iter()
        .map(|(name, format, data)| format!(r#"{{"filename":"{name}","format":"{format}","data":"{data}"}}"#))
        .collect();
    format!(r#"{{"coverage_files":[{}]}}"#, files.join(",")).into_bytes()
}

fn packed(bytes: &[u8]) -> String {
    STANDARD.encode(zlib(bytes))
}

fn open(bytes: &[u8]) -> Payload {
    read(bytes, &Limits::default()).unwrap()
}

#[test]
fn the_clients_own_body_is_read_in_full() {
    let payload = open(CAPTURED.as_bytes());
    assert_eq!(payload.files.len(), 1);
    assert_eq!(payload.files[0].filename, "/ws/lcov.info");
    assert_eq!(payload.files[0].bytes, b"TN:\nSF:src/a.go\nDA:4,1\nDA:5,0\nend_of_record\n");
    assert_eq!(payload.network, ["junit.xml", "lcov.info", "src/a.go", "src/b.py"]);
    assert_eq!(payload.ignored_lines["src/a.go"], FileFixes { eof: None, lines: vec![2, 3, 6] });
    assert!(payload.problems.is_empty());
}

#[test]
fn a_body_that_is_no_json_of_the_client_is_one_report() {
    let zstd = zstd::bulk::compress(LCOV, 3).unwrap();
    for bytes in [LCOV.to_vec(), gzip(LCOV), zlib(LCOV), zstd] {
        let payload = open(&bytes);
        assert_eq!((payload.files.len(), payload.files[0].filename.as_str()), (1, "report"));
        assert_eq!(payload.files[0].bytes, LCOV);
    }
    for text in ["", "{}", "{\"a.js\": {\"statementMap\": {}}}", "x^ not zlib", "<coverage/>"] {
        assert_eq!(open(text.as_bytes()).files[0].bytes, text.as_bytes());
    }
}

#[test]
fn the_clients_body_may_be_compressed_as_a_whole() {
    assert_eq!(open(&gzip(CAPTURED.as_bytes())), open(CAPTURED.as_bytes()));
}

#[test]
fn nulls_unknown_keys_and_old_names_do_no_harm() {
    let text = r#"{"future": [1, {"a": null}], "network_files": null, "metadata": null,
        "path_fixes": {"format": "legacy", "value": {"a.kt": {"eof": 9, "lines": [3, -1, 1.5, "7", null, 99999999999, true], "x": 1}, "b.kt": {}}},
        "coverage_files": [{"filename": null, "format": "plain", "data": "SF:a\nend_of_record\n", "labels": ["x"]}, {"format": "base64+compressed"}]}"#;
    let payload = open(text.as_bytes());
    assert_eq!(payload.ignored_lines["a.kt"], FileFixes { eof: Some(9), lines: vec![3, 7] });
    assert!(
        payload.ignored_lines["a.kt"].drops(10)
            && payload.ignored_lines["a.kt"].drops(3)
            && !payload.ignored_lines["a.kt"].drops(4)
    );
    assert_eq!(payload.files[0].bytes, b"SF:a\nend_of_record\n");
    assert_eq!(payload.problems[0].reason, ProblemReason::Compression);
    for fixes in ["null", "{}", "{\"value\": null}", "{\"format\": \"x\", \"value\": {}}"] {
        let text = format!(r#"{{"report_fixes": {fixes}, "coverage_files": []}}"#);
        assert!(open(text.as_bytes()).ignored_lines.is_empty());
    }
}

#[test]
fn a_file_that_was_compressed_on_disk_is_unpacked_twice() {
    let payload = open(&body(&[("lcov.info.gz", "base64+compressed", packed(&gzip(LCOV)))]));
    assert_eq!(payload.files[0].bytes, LCOV);
}

#[test]
fn one_damaged_file_does_not_cost_the_others() {
    let whole = packed(LCOV);
    let payload = open(&body(&[
        ("a", "base64+compressed", "!!!".to_owned()),
        ("b", "base64+compressed", STANDARD.encode(b"not zlib")),
        ("c", "base64+compressed", STANDARD.encode(&zlib(LCOV)[..20])),
        ("d", "base64+compressed", whole.trim_end_matches('=').to_owned()),
    ]));
    assert_eq!(payload.files.iter().map(|file| file.filename.as_str()).collect::<Vec<_>>(), ["d"]);
    let reasons: Vec<_> =
        payload.problems.iter().map(|problem| (problem.filename.as_str(), problem.reason.code())).collect();
    assert_eq!(reasons, [("a", "bad-base64"), ("b", "bad-compression"), ("c", "bad-compression")]);
}

#[test]
fn unpacking_stops_at_its_limits() {
    let limits = Limits { total_bytes: 100_000, ratio: 5, files: 2, paths: 3 };
    let zeros = packed(&vec![0; 100_001]);
    let half = packed(&vec![0; 60_000]);
    let reasons = |files: &[(&str, &str, String)]| {
        read(&body(files), &limits).unwrap().problems.into_iter().map(|problem| problem.reason).collect::<Vec<_>>()
    };
    let too_large = ProblemReason::TooLarge { limit: 100_000 };
    assert_eq!(reasons(&[("a", "base64+compressed", zeros)]), [too_large]);
    assert_eq!(reasons(&[("a", "base64+compressed", half.clone()), ("b", "base64+compressed", half)]), [too_large]);
    assert_eq!(read(&vec![b'x'; 100_001], &limits), Err(PayloadError::Body(too_large)));
    let roomy = Limits { total_bytes: 1 << 30, ratio: 5, ..limits };
    let bomb = body(&[("a", "base64+compressed", packed(&vec![0; 9 << 20]))]);
    assert_eq!(read(&bomb, &roomy).unwrap().problems[0].reason, ProblemReason::Ratio { limit: 5 });
    assert_eq!(read(&gzip(&vec![0; 9 << 20]), &roomy), Err(PayloadError::Body(ProblemReason::Ratio { limit: 5 })));
}

#[test]
fn lists_have_limits() {
    let limits = Limits { files: 2, paths: 3, ..Limits::default() };
    let file = || ("a", "plain", "x".to_owned());
    assert!(read(&body(&[file(), file()]), &limits).is_ok());
    let too_many = |what, limit| Err(PayloadError::TooMany { what, limit });
    assert_eq!(read(&body(&[file(), file(), file()]), &limits), too_many("too many files", 2));
    let paths = br#"{"network_files": ["a","b","c","d"], "coverage_files": []}"#;
    assert_eq!(read(paths, &limits), too_many("too many paths", 3));
    let hints = br#"{"report_fixes": {"value": {"a":{},"b":{},"c":{},"d":{}}}, "coverage_files": []}"#;
    assert_eq!(read(hints, &limits), too_many("too many paths", 3));
}

#[test]
fn a_body_that_breaks_off_says_where() {
    let error = read(&CAPTURED.as_bytes()[..CAPTURED.len() - 40], &Limits::default()).unwrap_err();
    insta::assert_snapshot!(error, @"The upload's JSON breaks off or is damaged at line 1, column 321; upload it again.");
    let other = [
        PayloadError::TooMany { what: "too many files", limit: 10 }.to_string(),
        PayloadError::Body(ProblemReason::Ratio { limit: 400 }).to_string(),
        ProblemReason::TooLarge { limit: 10 }.to_string(),
    ];
    insta::assert_snapshot!(other.join("\n"), @"
    The upload has too many files: more than 10 are not read.
    The upload as a whole cannot be unpacked. It unpacks to more than 400 times its size, which no real report does.
    It is larger than an upload may be (10 bytes unpacked, all files together).
    ");
}

proptest! {
    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..200)) {
        let _ = read(&bytes, &Limits::default());
    }

    #[test]
    fn damaged_bodies(edits in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = CAPTURED.as_bytes().to_vec();
        for (place, byte) in edits {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        let _ = read(&bytes, &Limits::default());
    }
}

#[test]
fn what_is_read_as_a_stream_is_what_is_unpacked_at_once() {
    // Pieces of base64 that end in every place, with padding and without.
    let section = |n: usize| format!("SF:src/f{n}.c\nDA:{n},{n}\nend_of_record\n");
    let long: String = (1..9_000).map(section).collect();
    for cut in 0..4 {
        let text = &long.as_bytes()[cut * 40..];
        let random: Vec<u8> = (0..200_001 + cut as u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let bytes = body(&[
            ("a", "base64+compressed", packed(text)),
            ("b", "base64+compressed", packed(&random)),
            ("c", "base64+compressed", packed(&gzip(text))),
            ("d", "base64+compressed", packed(&zstd::bulk::compress(text, 3).unwrap())),
            ("e", "base64+compressed", packed(text)[..40_000].to_owned()),
        ]);
        let payload = open(&bytes);
        assert!(payload.files[0].bytes == text && payload.files[1].bytes == random && payload.files[2].bytes == text);
        assert!(payload.files[3].bytes == text && payload.problems.len() == 1);
        let outer = gzip(&bytes);
        let unpacked = Body::new(&outer, &Limits::default()).unwrap();
        let upload = unpacked.open().unwrap();
        let streamed = ingest_packed(&upload, &NoRules);
        let whole = ingest(&payload, &NoRules);
        assert!(streamed.report == whole.report && streamed.formats == whole.formats);
        assert_eq!((streamed.problems, streamed.unreadable), (whole.problems, whole.unreadable));
    }
}
