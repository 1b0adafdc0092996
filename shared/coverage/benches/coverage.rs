//! How fast reports are read, merged, stored and compared: `cargo bench -p covermark-coverage`.
//!
//! Beside each text format stand its floors: what it takes just to look at all bytes, lines or tags. The data is made
//! here (`data/`). On a shared machine look at the fastest sample, not at the mean.

mod data;

use std::hint::black_box;

use covermark_coverage::{FileReport, Line, Report, compare, diff, formats, merge, shard};
use criterion::{Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use memchr::memchr_iter;

/// Files of 500 lines: about 10 MB of LCOV, 20 MB of Cobertura.
const FILES: usize = 1_300;

/// The report that a parser should make of it, with the hits of another run.
fn report(sources: &[data::Source], run: u32) -> Report {
    let other = |line: &Line| Line { hits: line.hits.wrapping_mul(1 + run), ..*line };
    Report::from_files(
        sources.iter().map(|source| FileReport::from_lines(&source.path, source.lines.iter().map(other))).collect(),
    )
}

fn reading(criterion: &mut Criterion) {
    let sources = data::sources(FILES);
    let expected = report(&sources, 0).totals();
    for (name, write) in data::WRITERS {
        let text = write(&sources);
        let parsed = formats::parse(name, text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(parsed.format.code(), name);
        let lines: u64 = parsed.files.iter().map(|file| file.totals().lines).sum();
        assert_eq!(lines, expected.lines, "{name}");
        let mut group = criterion.benchmark_group(format!("read/{name}"));
        group.throughput(Throughput::BytesDecimal(text.len() as u64)).sampling_mode(SamplingMode::Flat);
        group.sample_size(10);
        group.bench_function("parse", |bench| bench.iter(|| formats::parse(name, black_box(text.as_bytes())).is_ok()));
        group.bench_function("floor: UTF-8", |bench| {
            bench.iter(|| std::str::from_utf8(black_box(text.as_bytes())).is_ok());
        });
        if text.starts_with('<') {
            group.bench_function("floor: find <", |bench| {
                bench.iter(|| memchr_iter(b'<', black_box(text.as_bytes())).count());
            });
            group.bench_function("floor: quick-xml events", |bench| bench.iter(|| events(black_box(&text))));
        } else if name == "lcov" || name == "go" {
            group.bench_function("floor: split lines", |bench| bench.iter(|| lines_ending_in_one(black_box(&text))));
        }
        group.finish();
    }
}

/// Touches both ends of each line, as any reader must.
fn lines_ending_in_one(text: &str) -> usize {
    let mut start = 0;
    let mut found = 0;
    for end in memchr_iter(b'\n', text.as_bytes()) {
        let line = &text.as_bytes()[start..end];
        found += usize::from(line.first() == Some(&b'D') && line.last() == Some(&b'1'));
        start = end + 1;
    }
    found
}

fn events(text: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut count = 0;
    while !matches!(reader.read_event(), Ok(quick_xml::events::Event::Eof) | Err(_)) {
        count += 1;
    }
    count
}

/// Ten uploads of one build, 3.75 million lines each.
fn merging(criterion: &mut Criterion) {
    for branches in [false, true] {
        let mut sources = data::sources(7_500);
        if !branches {
            sources.iter_mut().flat_map(|source| &mut source.lines).for_each(|line| line.branches = None);
        }
        // As they come out of their shards: with digests.
        let uploads: Vec<Report> =
            (0..10).map(|run| shard::decode(&shard::encode(&report(&sources, run))).unwrap_or_default()).collect();
        let mut group = criterion.benchmark_group("merge 10 uploads of 3.75 M lines");
        group.throughput(Throughput::Elements(10 * sources.len() as u64 * 500)).sample_size(10);
        let name = if branches { "with branches" } else { "lines" };
        group.bench_function(name, |bench| bench.iter(|| merge(black_box(&uploads))));
        group.finish();
    }
}

fn storing(criterion: &mut Criterion) {
    let report = report(&data::sources(FILES), 0);
    let bytes = shard::encode(&report);
    let mut group = criterion.benchmark_group("shard of 650 k lines");
    group.throughput(Throughput::Elements(report.totals().lines)).sample_size(10);
    group.bench_function("encode", |bench| bench.iter(|| shard::encode(black_box(&report))));
    group.bench_function("decode", |bench| bench.iter(|| shard::decode(black_box(&bytes))));
    group.finish();
}

fn comparing(criterion: &mut Criterion) {
    let sources = data::sources(FILES);
    let (base, mut changed) = (report(&sources, 0), data::sources(FILES));
    changed.iter_mut().step_by(100).flat_map(|source| &mut source.lines).for_each(|line| line.hits = 0);
    let head = report(&changed, 0);
    let text: String = sources
        .iter()
        .step_by(100)
        .map(|source| {
            let path = &source.path;
            format!("diff --git a/{path} b/{path}\n--- a/{path}\n+++ b/{path}\n@@ -10,0 +11,5 @@\n+a\n+b\n+c\n+d\n+e\n")
        })
        .collect();
    let diff = diff::Diff::parse(text.as_bytes()).unwrap_or_default();
    let mut group = criterion.benchmark_group("compare 650 k lines");
    group.sample_size(10);
    group.bench_function("patch", |bench| bench.iter(|| compare::patch(black_box(&head), &diff)));
    group.bench_function("indirect", |bench| bench.iter(|| compare::indirect(black_box(&base), &head, &diff)));
    group.finish();
}

criterion_group!(benches, reading, merging, storing, comparing);
criterion_main!(benches);
