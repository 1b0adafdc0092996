//! What is written is what is read, and nothing else is read.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{MAX_RAW, ShardError, decode, encode};
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
    fn a_damaged_column_is_refused_and_never_panics(raw in vec(any::<u8>(), 0..60), lines in 0..9_usize, rows in 0..5_usize, facts in 0..6_usize, functions in 0..3_usize) {
        use super::index::{Entry, Frame, Index};
        let pack = |raw: &[u8]| zstd::bulk::compress(raw, 1).unwrap();
        let packed = pack(&raw);
        let entry = Entry { path: "a".to_owned(), digest: 0, lines, rows, facts, functions };
        let frame = Frame { files: vec![entry], length: packed.len(), raw_length: raw.len() };
        let index = Index { parts: vec![1], frames: vec![frame] }.write();
        let packed_index = pack(&index);
        let mut bytes = b"CMSH\x01\0\0\0".to_vec();
        bytes.extend((packed_index.len() as u32).to_le_bytes());
        bytes.extend((index.len() as u32).to_le_bytes());
        bytes.extend(twox_hash::XxHash3_64::oneshot(&index).to_le_bytes());
        bytes.extend(packed_index);
        bytes.extend(packed);
        prop_assert!(decode(&bytes).is_err());
    }
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
    let kept = "434d5348010000001f00000016000000a51dcd3ece16433328b52ffd2016b10000000110070104612e7273e99081b22f40963c\
                0101010028b52ffd200739000002020201020102";
    let bytes: Vec<u8> =
        (0..kept.len()).step_by(2).map(|at| u8::from_str_radix(&kept[at..at + 2], 16).unwrap()).collect();
    let now: String = encode(&report).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(decode(&bytes).as_ref(), Ok(&report), "today it is written as {now}");
}
