//! What is written is what is read, and nothing else is read.

use proptest::collection::vec;
use proptest::prelude::*;

use super::index::{Batch, Entry};
use super::{Contents, MAX_RAW, ShardError, decode, encode};
use crate::model::{Fact, FileBuilder, Repeat, Row};
use crate::testing::report;
use crate::{Branches, FileReport, Line, Report, merge};

/// 600,000 lines with the irregularity of real code.
fn large() -> Report {
    let mut state = 1_u64;
    let mut random = move |below: u32| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        ((state >> 33) as u32) % below
    };
    let files = (0..300_u32).map(|file| {
        let mut number = 0;
        let lines: Vec<Line> = (0..2000)
            .map(|_| {
                number += 1 + random(3).pow(2) / 2;
                let branches = Branches { taken: random(3), total: 2, approximate: false };
                Line { number, hits: random(3) * random(40), branches: (random(8) == 0).then_some(branches) }
            })
            .collect();
        FileReport::from_lines(&format!("src/module_{file:03}/file.rs"), lines)
    });
    Report::from_files(files.collect())
}

proptest! {
    #[test]
    fn a_report_reads_back_equal(report in report()) {
        let bytes = encode(&report);
        prop_assert_eq!(&decode(&bytes).unwrap(), &report);
        prop_assert_eq!(encode(&decode(&bytes).unwrap()), bytes);
    }

    #[test]
    fn a_merged_report_keeps_its_parts(a in report(), b in report()) {
        let merged = merge([&a, &b]);
        let read = decode(&encode(&merged)).unwrap();
        prop_assert_eq!(read.parts(), merged.parts());
        prop_assert_eq!(merge([&read, &a]), read);
    }

    #[test]
    fn any_bytes_are_refused(bytes in vec(any::<u8>(), 0..200)) {
        prop_assert!(decode(&bytes).is_err());
        let mut headed = b"CMSH\x01\0\0\0".to_vec();
        headed.extend(bytes);
        prop_assert!(decode(&headed).is_err());
    }

    #[test]
    fn a_damaged_shard_is_refused_or_reads_as_it_was(report in report(), place in any::<prop::sample::Index>(), byte: u8) {
        let mut bytes = encode(&report);
        let at = place.index(bytes.len());
        bytes[at] = byte;
        if let Ok(read) = decode(&bytes) {
            prop_assert_eq!(read.files(), report.files());
        }
        bytes.truncate(at);
        prop_assert!(decode(&bytes).is_err());
    }

    #[test]
    fn a_damaged_column_is_refused_and_never_panics(
        columns in vec(vec(prop_oneof![0..4_u8, any::<u8>()], 0..9), 13),
        lines in 0..9_usize, span in 0..30_usize, rows in 0..4_usize, facts in 0..5_usize, functions in 0..3_usize,
    ) {
        let raw_length = columns.iter().map(Vec::len).sum();
        let mut frame = Vec::new();
        for column in columns {
            frame.extend([column.len() as u8, 0]);
            frame.extend(column);
        }
        let entry = Entry { path: "a".to_owned(), digest: 0, span, lines, rows, facts, functions };
        let batch = Batch { files: vec![entry], length: frame.len(), raw_length };
        prop_assert!(super::decode::read_frame(&batch, &frame).is_err());
    }

    #[test]
    fn some_files_are_read_without_the_others(report in report(), path in 0..5_usize) {
        let bytes = encode(&report);
        let length = Contents::length(&bytes[..24]).unwrap();
        let contents = Contents::open(&bytes[..length]).unwrap();
        let digests: Vec<_> = report.files().iter().map(|file| (file.path(), file.digest())).collect();
        prop_assert_eq!(contents.files().collect::<Vec<_>>(), digests);
        let path = report.files().get(path).map_or("nowhere", FileReport::path);
        let file = contents.frame_of(path).map(|frame| {
            let files = contents.read(&frame, &bytes[frame.range.start as usize..frame.range.end as usize]).unwrap();
            files.into_iter().find(|file| file.path() == path).unwrap()
        });
        prop_assert_eq!(file.as_ref(), report.file(path));
    }
}

#[test]
fn a_few_files_of_a_large_shard_cost_their_frames() {
    let report = large();
    let bytes = encode(&report);
    let contents = Contents::open(&bytes).unwrap();
    let frames: Vec<_> = contents.frames().collect();
    assert!(frames.len() > 4, "{} frames", frames.len());
    for file in report.files() {
        let frame = contents.frame_of(file.path()).unwrap();
        assert!(frames.contains(&frame));
        assert!(frame.range.end - frame.range.start < bytes.len() as u64 / 4);
    }
    assert_eq!(contents.frame_of("src"), None);
    assert_eq!(contents.frame_of("zzz"), None);
    let last = frames.last().unwrap();
    let other = &bytes[frames[0].range.start as usize..frames[0].range.end as usize];
    assert!(contents.read(last, other).is_err());
}

#[test]
fn lines_far_apart_and_arms_from_nowhere_read_back_equal() {
    let mut builder = FileBuilder::default();
    for line in [1, 2, 3, u32::MAX] {
        builder.line(line, line);
    }
    for line in [2, 7, u32::MAX - 1, u32::MAX] {
        let mut facts =
            vec![Fact::missing_total(3), Fact::missing(b"1"), Fact::missing(b"4294967295"), Fact::missing(b"exit")];
        Row::normalise(&mut facts);
        builder.row(line, &facts);
        builder.arm(line, Fact::arm(b"1099511627775", b"65535", true));
        builder.arm(line, Fact::arm(b"e0", b"jump to line 3", false));
    }
    let report = Report::from_files(vec![builder.finish("a", Repeat::Add)]);
    assert_eq!(decode(&encode(&report)).unwrap(), report);
}

#[test]
fn large_reports_are_split_into_frames_and_are_small() {
    let report = large();
    let bytes = encode(&report);
    assert!(bytes.len() < 900_000, "{} bytes for {} lines", bytes.len(), report.totals().lines);
    assert_eq!(decode(&bytes).unwrap(), report);
}

#[test]
fn the_empty_report_has_a_shard() {
    assert_eq!(decode(&encode(&Report::default())).unwrap(), Report::default());
}

#[test]
fn refusals_say_what_is_wrong() {
    let mut newer = encode(&Report::default());
    newer[4] = 9;
    let mut huge = encode(&Report::default());
    huge[12..16].copy_from_slice(&u32::MAX.to_le_bytes());
    let cut = &encode(&large())[..5000];
    let errors =
        [decode(b"").unwrap_err(), decode(&newer).unwrap_err(), decode(&huge).unwrap_err(), decode(cut).unwrap_err()];
    let expected = ShardError::TooLarge { claimed: u32::MAX as usize, limit: MAX_RAW };
    assert_eq!(errors[2], expected);
    let told: String = errors.iter().map(|error| format!("{error}\n")).collect();
    insta::assert_snapshot!(told, @"
    these bytes are not a coverage shard
    the shard has version 9, this program reads up to version 1; deploy the version that wrote it
    the shard claims 4294967295 bytes, the limit is 268435456
    the shard is damaged: a frame is cut off
    ");
}

/// Shards of version 1 are read forever: these bytes were written when it was introduced.
#[test]
fn the_first_version_stays_readable() {
    let report = Report::from_files(vec![FileReport::from_lines(
        "a.rs",
        [Line { number: 3, hits: 2, branches: Some(Branches { taken: 1, total: 2, approximate: false }) }],
    )]);
    let kept = "434d5348010000002000000017000000b57b4a5b155de95c28b52ffd2017b90000000101210704612e7273278f78c1416c0e\
                ae0103010100010004010002010000010001010002000000000200010200000000000000000000";
    let bytes: Vec<u8> =
        (0..kept.len()).step_by(2).map(|at| u8::from_str_radix(&kept[at..at + 2], 16).unwrap()).collect();
    let now: String = encode(&report).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(decode(&bytes).as_ref(), Ok(&report), "today it is written as {now}");
}
