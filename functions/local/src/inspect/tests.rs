//! What `covermark inspect` prints, word for word. Its clock takes half a second for everything.

use std::{cell::Cell, fs, io::Write as _, path::Path, process::ExitCode, time::Duration};

use base64::Engine as _;
use clap::Parser;
use flate2::write::{GzEncoder, ZlibEncoder};
use tempfile::TempDir;

use super::{Options, Outside, run};

const LCOV: &str = "TN:\nSF:src/a.c\nDA:1,3\nDA:2,0\nDA:3,1\nBRDA:3,0,0,1\nBRDA:3,0,1,-\nend_of_record\n\
    SF:/usr/include/stdio.h\nDA:9,1\nend_of_record\nSF:/elsewhere/b.c\nDA:x,1\nDA:7,\u{1b}[1m\nDA:8,1\nend_of_record\n";

const COBERTURA: &str = "<coverage><packages><package><classes><class filename='src/a.c'><lines>\
    <line number='2' hits='1'/></lines></class></classes></package></packages></coverage>";

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    options: Options,
}

/// Files in a folder of their own; what is printed names them without it.
struct Place(TempDir);

impl Place {
    fn with<const N: usize>(files: [(&str, &[u8]); N]) -> Place {
        let place = Place(tempfile::tempdir().expect("a folder"));
        for (name, content) in files {
            fs::write(place.0.path().join(name), content).expect("written");
        }
        place
    }

    fn inspect(&self, arguments: &str, input: &[u8]) -> String {
        let words = arguments.split_whitespace().map(|word| match word.strip_prefix('@') {
            Some(file) => self.0.path().join(file).display().to_string(),
            None => word.to_owned(),
        });
        let line = Line::try_parse_from(std::iter::once("inspect".to_owned()).chain(words)).expect("arguments");
        let (mut out, mut err, ticks) = (Vec::new(), Vec::new(), Cell::new(0));
        let now = || {
            ticks.set(ticks.get() + 1);
            Duration::from_millis(ticks.get() * 500)
        };
        let outside = Outside { out: &mut out, err: &mut err, input: &mut &*input, now: &now };
        let code = run(&line.options, outside);
        let code = if code == ExitCode::SUCCESS {
            0
        } else if code == ExitCode::from(2) {
            2
        } else {
            1
        };
        let text = format!("{}{}exit {code}", String::from_utf8_lossy(&out), String::from_utf8_lossy(&err));
        text.replace(&format!("{}/", self.0.path().display()), "")
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("packed");
    encoder.finish().expect("packed")
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 3).expect("packed")
}

/// What codecov-cli sends.
fn upload(reports: &[(&str, &str)]) -> Vec<u8> {
    let data = |text: &str| base64::engine::general_purpose::STANDARD.encode(zlib(text.as_bytes()));
    let files: Vec<_> = reports
        .iter()
        .map(|(name, text)| serde_json::json!({"filename": name, "format": "base64+compressed", "data": data(text)}))
        .collect();
    serde_json::json!({"report_fixes": {"format": "legacy", "value": {}}, "network_files": ["src/a.c", "lib/b.c"],
        "coverage_files": files, "metadata": {}})
    .to_string()
    .into_bytes()
}

#[test]
fn a_report_is_told_in_words() {
    let place = Place::with([("lcov.info", LCOV.as_bytes())]);
    insta::assert_snapshot!(place.inspect("@lcov.info", b""));
}

#[test]
fn the_repositorys_files_show_where_each_path_leads() {
    let place = Place::with([("lcov.info", LCOV.as_bytes()), ("list", b"src/a.c\r\nlib/c.c\r\n")]);
    insta::assert_snapshot!(place.inspect("--metric line @lcov.info --network @list", b""));
    let told = place.inspect("@lcov.info --network -", b"src/a.c\0elsewhere/b.c\0");
    assert!(told.contains("\n  lines                 4   2 hit, 1 partial, 1 missed\n"), "{told}");
}

#[test]
fn scripts_get_one_object_a_line() {
    let place =
        Place::with([("lcov.info", LCOV.as_bytes()), ("list", b"src/a.c\n"), ("empty.info", b"TN:\nend_of_record\n")]);
    insta::assert_snapshot!(place.inspect("--json @lcov.info --network @list", b""));
    let told = place.inspect("--json --metric line+branch @empty.info", b"");
    assert!(told.contains(r#""metric":"line+branch","coverage":null"#), "{told}");
}

#[test]
fn several_reports_are_also_told_together() {
    let place = Place::with([("lcov.info", LCOV.as_bytes()), ("coverage.xml", COBERTURA.as_bytes())]);
    insta::assert_snapshot!(place.inspect("@lcov.info @coverage.xml", b""));
    let told = place.inspect("--json @lcov.info @coverage.xml", b"");
    let last: serde_json::Value = serde_json::from_str(told.lines().nth(2).expect("a third line")).expect("JSON");
    assert_eq!(
        (&last["format"], &last["file"], &last["hits"]),
        (&"merged".into(), &serde_json::Value::Null, &4.into())
    );
}

#[test]
fn packed_reports_and_standard_input_are_read_alike() {
    let place = Place::with([
        ("a.gz", &gzip(LCOV.as_bytes())),
        ("a.zz", &zlib(LCOV.as_bytes())),
        ("a.zst", &zstd(LCOV.as_bytes())),
        ("lcov.info", LCOV.as_bytes()),
    ]);
    let plain = place.inspect("@lcov.info", b"").replace("lcov.info", "FILE");
    for name in ["a.gz", "a.zz", "a.zst"] {
        assert_eq!(place.inspect(&format!("@{name}"), b"").replace(name, "FILE"), plain);
    }
    assert_eq!(place.inspect("-", &gzip(LCOV.as_bytes())).replace("standard input", "FILE"), plain);
}

#[test]
fn the_body_of_an_upload_is_read_with_its_own_list_of_files() {
    let body = upload(&[("/ws/lcov.info", LCOV), ("/ws/coverage.xml", COBERTURA), ("/ws/x.json", "")]);
    let place = Place::with([("body.json", &body)]);
    insta::assert_snapshot!(place.inspect("@body.json", b""));
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_shown() {
    let place = Place::with([
        ("lcov.info", LCOV.as_bytes()),
        (".coverage", b"SQLite format 3\0more"),
        ("cut.gz", &gzip(LCOV.as_bytes())[..40]),
        ("none", b""),
    ]);
    insta::assert_snapshot!(place.inspect("@cut.gz @none @absent @/ - -", b""));
    insta::assert_snapshot!(place.inspect("--json @absent", b""));
    let told = place.inspect("@.coverage", b"");
    assert!(told.starts_with("covermark: .coverage: This is a SQLite database") && told.ends_with("exit 2"), "{told}");
    assert!(place.inspect("@.coverage @lcov.info", b"").starts_with("lcov.info: "));
    insta::assert_snapshot!(place.inspect("@lcov.info --network @none", b""));
}

#[test]
fn the_program_takes_these_options() {
    assert!(Line::try_parse_from(["inspect"]).is_err(), "a file must be named");
    assert!(Line::try_parse_from(["inspect", "--metric", "lines", "a"]).is_err());
    let line = Line::try_parse_from(["inspect", "--metric", "line+branch", "a", "b"]).expect("fine");
    assert_eq!(line.options.files, [Path::new("a"), Path::new("b")]);
}
