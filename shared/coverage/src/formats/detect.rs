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
        // Either byte order.
        [b'a', b'd', b'c', b'g', ..] | [b'o', b'n', b'c', b'g', ..] => kinds::GCOV_DATA,
        [b'g', b'c', b'd', b'a', ..] | [b'g', b'c', b'n', b'o', ..] => kinds::GCOV_DATA,
        [0, b'c', b'v' | b'w', b'm', ..] => kinds::GO_DATA,
        [b'b', b'p', b'l', b'i', b's', b't', ..] => kinds::XCODE_DATA,
        [b'%', b'P', b'D', b'F', b'-', ..] => kinds::PDF,
        [b'P', b'K', 3, 4, ..] | [0x1F, 0x8B, ..] | [0x28, 0xB5, 0x2F, 0xFD, ..] | [b'B', b'Z', b'h', ..] => {
            kinds::ARCHIVE
        }
        _ if UTF16.iter().any(|mark| bytes.starts_with(mark)) => return None,
        _ if !head(bytes).contains(&0) => return None,
        _ => by_name(&filename.to_ascii_lowercase()),
    };
    Some(signature)
}

/// Whether the text is one JSON value, whose end may tell what its start does not.
pub(super) fn is_json(text: &str) -> bool {
    text.trim_ascii_start().starts_with(['{', '['])
}

/// Binary files whose first bytes say nothing.
fn by_name(filename: &str) -> Unreadable {
    let extension = filename.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "coverage" => kinds::VISUAL_STUDIO_DATA,
        "dcvr" | "dcov" => kinds::DOT_COVER_DATA,
        "exec" | "ec" => kinds::JACOCO_EXEC,
        "tar" => kinds::ARCHIVE,
        _ if filename.contains(".xcresult/") => kinds::XCODE_DATA,
        _ => kinds::BINARY,
    }
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
    let within = |sign: &str| memmem::find(text.as_bytes(), sign.as_bytes()).is_some();
    let child = opening.child.as_str();
    Err(match opening.root.as_str() {
        "coverage" if has("generated") || has("clover") || child == "project" => return Ok(Format::Clover),
        "coverage" if child == "file" => return Ok(Format::SonarQube),
        "coverage" if child.is_empty() && is_generic(&opening.attributes) => return Ok(Format::SonarQube),
        "coverage" if child == "assembly" => return Ok(Format::Mono),
        "coverage" => return Ok(Format::Cobertura),
        // scoverage's Cobertura writer once used its own root.
        "scoverage" if !within("<statement") && within("<line") => return Ok(Format::Cobertura),
        "scoverage" | "statements" => return Ok(Format::Scoverage),
        "report" if child == "stats" => kinds::EMMA,
        "report" => return Ok(Format::Jacoco),
        "CoverageSession" => return Ok(Format::OpenCover),
        "Root" if within("<Statement") || opening.attributes.contains("Detailed") => return Ok(Format::DotCover),
        "Root" if has("DotCoverVersion") || has("CoveredStatements") => kinds::DOT_COVER,
        "results" if ["", "modules", "module", "skipped_modules"].contains(&child) => return Ok(Format::VisualStudio),
        "CoverageDSPriv" => return Ok(Format::VisualStudio),
        "phpunit" => kinds::PHPUNIT_XML,
        "plist" => kinds::XCODE_PLIST,
        "testsuites" | "testsuite" | "test-run" | "test-results" | "TestRun" | "assemblies" | "testExecutions"
        | "unitTest" => kinds::TEST_RESULTS,
        root if root.contains("BullseyeCoverage") => return Ok(Format::Bullseye),
        root if root.eq_ignore_ascii_case("html") => kinds::HTML,
        _ => kinds::UNKNOWN_XML,
    })
}

/// `version="1"` and nothing else: an empty report in SonarQube's generic form.
fn is_generic(attributes: &str) -> bool {
    xml::attributes(attributes).eq([("version", "1")])
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
        (b"\"isExecutable\"", Ok(Format::Xccov)),
        (b"\"coveredLines\"", Err(kinds::XCCOV)),
        (b"\"gcc_version\"", Ok(Format::GcovJson)),
        (b"\"unexecuted_block\"", Ok(Format::GcovJson)),
        (b"\"source_files\"", Ok(Format::Coveralls)),
        (b"\"coverageData\"", Ok(Format::Elm)),
        (b"\"flowStatus\"", Ok(Format::Flow)),
        (b"\"uploader\"", Ok(Format::Covr)),
        (b"\"numTotalTests\"", Err(kinds::TEST_RESULTS)),
        (b"\"Action\"", Err(kinds::TEST_RESULTS)),
        (b"\"segments\"", Ok(Format::LlvmCov)),
        (b"\"skipped\"", Err(kinds::ISTANBUL_SUMMARY)),
        (b"\"lines\"", Ok(Format::SimpleCov)),
    ];
    let (head, tail) = (head(text), &text[text.len().saturating_sub(TAIL)..]);
    if is_resultset(head).unwrap_or(false) {
        return Ok(Format::SimpleCov);
    }
    let found = |sign: &[u8]| memmem::find(head, sign).is_some() || memmem::find(tail, sign).is_some();
    match signs.iter().find(|(sign, _)| found(sign)) {
        Some((_, kind)) => *kind,
        None if has_coverage_object(head) => Ok(Format::CodecovJson),
        None => Err(kinds::UNKNOWN_JSON),
    }
}

/// `"coverage": {`; as a text or a number the word stands in many files.
fn has_coverage_object(head: &[u8]) -> bool {
    let key = b"\"coverage\"";
    memmem::find_iter(head, key).any(|at| {
        let value = head[at + key.len()..].trim_ascii_start().strip_prefix(b":");
        value.is_some_and(|value| value.trim_ascii_start().starts_with(b"{"))
    })
}

/// SimpleCov's `{"RSpec": {"coverage": …` has no key of its own, but a shape.
fn is_resultset(head: &[u8]) -> Result<bool, json::Broken> {
    let mut json = json::Json::new(head);
    let command = if json.object()? { json.raw_key()? } else { None };
    let nested = command.is_some_and(|command| command != b"coverage") && json.object()?;
    // A `package.json` has scripts, and one of them may be called so.
    Ok(nested && json.raw_key()? == Some(b"coverage") && json.kind()? == json::Kind::Object)
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
    if memmem::find(first_line, b":Source:").is_some() {
        return Ok(Format::Gcov);
    }
    if starts(b"=====") {
        return Ok(Format::LuaCov);
    }
    let end = text.trim_ascii_end();
    if end.ends_with(b"% covered") || end.ends_with(b" has no code") || is_d_listing(head) {
        return Ok(Format::DListing);
    }
    Err(if is_lua_stats(head) {
        kinds::LUA_COV_STATS
    } else if is_julia(head) {
        kinds::JULIA
    } else if starts(b"TAP version") {
        kinds::TEST_RESULTS
    } else {
        kinds::UNKNOWN
    })
}

/// A bar behind a column of counts in the lines below the first, which has lost its spaces. A long listing's end, which
/// says what it is, is not looked at.
fn is_d_listing(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n').skip(1).take(4);
    lines.next().is_some_and(is_d_line) && lines.all(is_d_line)
}

fn is_d_line(line: &[u8]) -> bool {
    let bar = memchr::memchr(b'|', line).filter(|bar| *bar >= 7);
    bar.is_some_and(|bar| line[..bar].iter().all(|byte| byte.is_ascii_digit() || *byte == b' '))
}

/// `3:src/a.lua`, and below it nothing but counts.
fn is_lua_stats(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n');
    let (first, second) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let digits = first.iter().take_while(|byte| byte.is_ascii_digit()).count();
    digits > 0
        && first.get(digits) == Some(&b':')
        && !second.is_empty()
        && second.trim_ascii_end().iter().all(|byte| byte.is_ascii_digit() || *byte == b' ')
}

/// Each line behind a count or a dash that is right-aligned in nine columns. The first one has lost its spaces.
fn is_julia(head: &[u8]) -> bool {
    let lines: Vec<&[u8]> = head.split(|byte| *byte == b'\n').skip(1).take(8).filter(|line| !line.is_empty()).collect();
    let counted = |line: &&[u8]| {
        let column = line.get(..9).unwrap_or_default().trim_ascii_start();
        matches!(column, [b'-'] | [b'0'..=b'9', ..])
            && column.iter().all(|byte| byte.is_ascii_digit() || *byte == b'-')
            && line.get(9).is_none_or(|byte| *byte == b' ')
    };
    lines.len() > 1 && lines.iter().all(counted)
}

fn head(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(HEAD)]
}
