//! Telling formats apart by their content. The file's name is asked only about what is binary.
//!
//! Only the head and the tail of a file are looked at, so a wrong guess about a large file costs nothing.

use memchr::memmem;

use super::unreadable as kinds;
use super::{Format, Unreadable, json, xml};

/// How much of a file's start is looked at.
const HEAD: usize = 64 * 1024;
/// And of its end: llvm-cov names itself there.
const TAIL: usize = 1024;

/// Names what is not text. `bytes` are the file's, before any repair.
pub(super) fn binary(filename: &str, bytes: &[u8]) -> Option<Unreadable> {
    const UTF16: [&[u8]; 2] = [b"\xFF\xFE", b"\xFE\xFF"];
    let signature = match bytes {
        [b'S', b'Q', b'L', b'i', b't', b'e', b' ', b'f', b'o', b'r', b'm', b'a', b't', ..] => kinds::COVERAGE_PY_DATA,
        // Raw profiles are written in the machine's byte order, indexed ones in little-endian order.
        [0x81, b'r', b'f', b'o', b'r', b'p', b'l', 0xFF, ..] | [0xFF, b'l', b'p', b'r', b'o', b'f', ..] => {
            kinds::LLVM_PROFILE
        }
        [0x01, 0xC0, 0xC0, ..] => kinds::JACOCO_EXEC,
        [b'a', b'd', b'c', b'g', ..] | [b'o', b'n', b'c', b'g', ..] => kinds::GCOV_DATA,
        [b'P', b'K', 3, 4, ..] | [0x1F, 0x8B, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..] | [b'B', b'Z', b'h', ..] => {
            kinds::ARCHIVE
        }
        _ if UTF16.iter().any(|mark| bytes.starts_with(mark)) => return None,
        _ if !head(bytes).contains(&0) => return None,
        _ if filename.to_ascii_lowercase().ends_with(".coverage") => kinds::VISUAL_STUDIO_DATA,
        _ => kinds::BINARY,
    };
    Some(signature)
}

/// Whether the text is one JSON value, whose end may tell what its start does not.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_ascii_start().starts_with(['{', '['])
}

/// The format of a text, or what it is instead.
///
/// `text` is the first block of it; all of it when it is JSON or small.
pub(super) fn detect(text: &str) -> Result<Format, Unreadable> {
    let text = text.trim_ascii_start();
    match text.as_bytes().first() {
        None => Err(kinds::EMPTY),
        Some(b'<') => detect_xml(text),
        Some(b'{' | b'[') => detect_json(text.as_bytes()),
        Some(_) => detect_text(text.as_bytes()),
    }
}

fn detect_xml(text: &str) -> Result<Format, Unreadable> {
    let Some(opening) = xml::opening(text) else { return Err(kinds::UNKNOWN_XML) };
    let has = |wanted: &str| xml::attributes(&opening.attributes).any(|(name, _)| name == wanted);
    Err(match opening.root.as_str() {
        "coverage" if has("generated") || has("clover") || opening.child == "project" => kinds::CLOVER,
        "coverage" if opening.child == "file" => kinds::SONAR,
        "coverage" if opening.child == "assembly" => kinds::MONO,
        "coverage" => return Ok(Format::Cobertura),
        "scoverage" | "statements" => kinds::SCOVERAGE,
        "report" => kinds::JACOCO,
        "CoverageSession" => kinds::OPEN_COVER,
        "Root" => kinds::DOT_COVER,
        "results" | "CoverageDSPriv" => kinds::VISUAL_STUDIO,
        "phpunit" => kinds::PHPUNIT_XML,
        "plist" => kinds::XCCOV,
        "testsuites" | "testsuite" | "test-run" | "TestRun" | "assemblies" => kinds::TEST_RESULTS,
        root if root.contains("BullseyeCoverage") => kinds::BULLSEYE,
        root if root.eq_ignore_ascii_case("html") => kinds::HTML,
        _ => kinds::UNKNOWN_XML,
    })
}

/// By keys that only one tool writes, most telling first.
fn detect_json(text: &[u8]) -> Result<Format, Unreadable> {
    let signs: &[(&[u8], Result<Format, Unreadable>)] = &[
        (b"\"test_results_files\"", Err(kinds::TEST_RESULTS)),
        (b"llvm.coverage.json.export", Ok(Format::LlvmCov)),
        (b"\"statementMap\"", Ok(Format::Istanbul)),
        (b"\"branchMap\"", Ok(Format::Istanbul)),
        (b"\"executed_lines\"", Ok(Format::CoveragePy)),
        (b"\"show_contexts\"", Ok(Format::CoveragePy)),
        (b"\"simplecov_version\"", Ok(Format::SimpleCov)),
        (b"\"isExecutable\"", Err(kinds::XCCOV)),
        (b"\"coveredLines\"", Err(kinds::XCCOV)),
        (b"\"gcc_version\"", Err(kinds::GCOV_JSON)),
        (b"\"unexecuted_block\"", Err(kinds::GCOV_JSON)),
        (b"\"source_files\"", Err(kinds::COVERALLS)),
        (b"\"coverageData\"", Err(kinds::ELM)),
        (b"\"flowStatus\"", Err(kinds::FLOW)),
        (b"\"segments\"", Ok(Format::LlvmCov)),
        (b"\"skipped\"", Err(kinds::ISTANBUL_SUMMARY)),
        (b"\"lines\"", Ok(Format::SimpleCov)),
        (b"\"coverage\"", Err(kinds::CODECOV_JSON)),
    ];
    let (head, tail) = (head(text), &text[text.len().saturating_sub(TAIL)..]);
    if is_resultset(head).unwrap_or(false) {
        return Ok(Format::SimpleCov);
    }
    let found = |sign: &[u8]| memmem::find(head, sign).is_some() || memmem::find(tail, sign).is_some();
    signs.iter().find(|(sign, _)| found(sign)).map_or(Err(kinds::UNKNOWN_JSON), |(_, kind)| *kind)
}

/// SimpleCov's `{"RSpec": {"coverage": …` has no key of its own, but a shape.
fn is_resultset(head: &[u8]) -> Result<bool, json::Broken> {
    let mut json = json::Json::new(head);
    let command = if json.object()? { json.raw_key()? } else { None };
    let nested = command.is_some_and(|command| command != b"coverage") && json.object()?;
    Ok(nested && json.raw_key()? == Some(b"coverage"))
}

fn detect_text(text: &[u8]) -> Result<Format, Unreadable> {
    let head = head(text);
    let first_line = &head[..memchr::memchr(b'\n', head).unwrap_or(head.len())];
    let starts = |prefix: &[u8]| first_line.starts_with(prefix);
    if starts(b"TN:") || starts(b"SF:") || starts(b"VER:") || memmem::find(head, b"\nSF:").is_some() {
        return Ok(Format::Lcov);
    }
    if starts(b"mode: ") || memmem::find(first_line, b".go:").is_some() {
        return Ok(Format::Go);
    }
    Err(if memmem::find(first_line, b":Source:").is_some() {
        kinds::GCOV
    } else if starts(b"=====") {
        kinds::LUA_COV
    } else if text.trim_ascii_end().ends_with(b"% covered") {
        kinds::D_LISTING
    } else {
        kinds::UNKNOWN
    })
}

fn head(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(HEAD)]
}
