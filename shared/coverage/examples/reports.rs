//! For `tests/bench/coverage`: writes large reports and uploads, reads them as a stream, and measures single steps.
//!
//! ```text
//! reports write FORMAT MEGABYTES FILE    a report
//! reports pack REPORT FILE               the body in which codecov-cli uploads it
//! reports read FILE                      what is in it
//! reports upload FILE                    what is in a body, unpacked while it is read, and the size of its shard
//! reports best RUNS FILE                 the best speed of reading it from memory
//! reports merge RUNS                     the best time of merging 10 uploads of 3.75 million lines
//! ```

#[path = "../benches/data/mod.rs"]
mod data;

use std::fs::{self, File};
use std::hint::black_box;
use std::io::{Error, Write as _};
use std::time::{Duration, Instant};

use base64::Engine as _;
use covermark_coverage::payload::{Body, Limits};
use covermark_coverage::{FileReport, Line, Report, Totals, formats, ingest, merge, paths, shard};

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let told = match arguments.as_slice() {
        ["write", format, megabytes, file] => write(format, number(megabytes)?, file)?,
        ["pack", report, file] => pack(report, file)?,
        ["read", file] => read(file)?,
        ["upload", file] => upload(file)?,
        ["best", runs, file] => best(number(runs)?, file)?,
        ["merge", runs] => merging(number(runs)?),
        _ => return Err(Error::other("reports write|pack|read|upload|best|merge …, see its source")),
    };
    writeln!(std::io::stdout(), "{told}")
}

fn number(text: &str) -> Result<usize, Error> {
    text.parse().map_err(Error::other)
}

fn write(format: &str, megabytes: usize, file: &str) -> Result<String, Error> {
    let (_, writer) =
        data::WRITERS.into_iter().find(|(name, _)| *name == format).ok_or_else(|| Error::other("no such format"))?;
    let per_file = writer(&data::sources(100)).len() / 100;
    fs::write(file, writer(&data::sources(megabytes * 1_000_000 / per_file)))?;
    Ok(format!("wrote {file}"))
}

fn pack(report: &str, file: &str) -> Result<String, Error> {
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&fs::read(report)?)?;
    let data = base64::engine::general_purpose::STANDARD.encode(packed.finish()?);
    let mut out = File::create(file)?;
    write!(out, r#"{{"report_fixes":{{}},"network_files":[],"coverage_files":[{{"filename":"report","#)?;
    write!(out, r#""format":"base64+compressed","data":"{data}","labels":""}}],"metadata":{{}}}}"#)?;
    Ok(format!("{} bytes of base64", data.len()))
}

fn read(file: &str) -> Result<String, Error> {
    let parsed = formats::read(file, &mut File::open(file)?).map_err(Error::other)?;
    let mut totals = Totals::default();
    parsed.files.iter().for_each(|file| totals += file.totals());
    Ok(described(&totals))
}

fn upload(file: &str) -> Result<String, Error> {
    let bytes = fs::read(file)?;
    let body = Body::new(&bytes, &Limits::default()).map_err(Error::other)?;
    let opened = body.open().map_err(Error::other)?;
    let read = ingest::ingest_packed(&opened, &paths::NoRules);
    let shard = shard::encode(&read.report);
    Ok(format!(
        "{}, {} bytes of shard, {} problems",
        described(&read.report.totals()),
        shard.len(),
        read.problems.len()
    ))
}

fn described(totals: &Totals) -> String {
    // What the model takes: two words for a line, two for a row of branches, two for an arm.
    let model = 8 * totals.lines + 8 * totals.branches / 2 + 8 * totals.branches;
    let Totals { files, lines, branches, functions, .. } = totals;
    format!(
        "{files} files, {lines} lines, {branches} branches, {functions} functions; model about {} MB",
        model / 1_000_000
    )
}

fn best(runs: usize, file: &str) -> Result<String, Error> {
    let bytes = fs::read(file)?;
    let time = fastest(runs, || drop(black_box(formats::parse(file, black_box(&bytes)))));
    Ok(format!("{:.0} MB/s", bytes.len() as f64 / 1e6 / time.as_secs_f64()))
}

/// As the uploads come out of their shards.
fn merging(runs: usize) -> String {
    let sources = data::sources(7_500);
    let upload = |run: u32| {
        let line = |line: &Line| Line { hits: line.hits.wrapping_mul(1 + run), branches: None, ..*line };
        let files = sources.iter().map(|source| FileReport::from_lines(&source.path, source.lines.iter().map(line)));
        shard::decode(&shard::encode(&Report::from_files(files.collect()))).unwrap_or_default()
    };
    let uploads: Vec<Report> = (0..10).map(upload).collect();
    let time = fastest(runs, || drop(black_box(merge(black_box(&uploads)))));
    format!("{:.1} ms for 10 uploads of {} lines", time.as_secs_f64() * 1e3, uploads[0].totals().lines)
}

fn fastest(runs: usize, mut run: impl FnMut()) -> Duration {
    let once = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..runs).map(once).min().unwrap_or_default()
}
