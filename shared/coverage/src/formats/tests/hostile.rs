//! Any bytes at all: no panic, and no more files, lines or arms than the bytes could name.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::parse;

const LCOV: &str = "TN:t\nSF:src/a.c\nVER:1\nFN:1,3,f\nFNDA:2,f\nBRDA:2,0,0,1\nBRDA:2,e0,jump to line 6,-\nDA:1,1\nDA:2,1e3,ab\nLF:2\nend_of_record\nSF:b.c\nDA:9,0\nend_of_record\n";
const COBERTURA: &str = "<?xml version='1.0'?><!DOCTYPE coverage SYSTEM 'http://x/y.dtd'><coverage line-rate='1'><sources><source>/a</source></sources><packages><package><classes><class filename='a.py'><methods><method><lines><line number='1' hits='1'/></lines></method></methods><lines><line number='2' hits='1' branch='true' condition-coverage='50% (1/2)' missing-branches='3'/></lines></class></classes></package></packages></coverage>";

fn is_bounded(bytes: &[u8]) {
    if let Ok(parsed) = parse("report", bytes) {
        let size: usize = parsed.files.iter().map(|file| 1 + file.lines().count()).sum();
        assert!(size <= bytes.len());
        let branches: u64 = parsed.files.iter().map(|file| file.columns().branches.facts.len() as u64).sum();
        assert!(branches <= bytes.len() as u64);
    }
}

proptest! {
    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..300)) {
        is_bounded(&bytes);
    }

    #[test]
    fn anything_behind_a_start_that_looks_right(start in 0..2_usize, rest in "[ -~\\n]{0,200}") {
        is_bounded(format!("{}{rest}", ["SF:a\n", "<coverage><packages><class filename='a'>"][start]).as_bytes());
    }

    #[test]
    fn damaged_reports(lcov in any::<bool>(), edits in vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..12)) {
        let mut bytes = if lcov { LCOV } else { COBERTURA }.as_bytes().to_vec();
        for (place, byte, kind) in edits {
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => { bytes.remove(at); }
            }
        }
        is_bounded(&bytes);
    }

    #[test]
    fn cut_reports(lcov in any::<bool>(), place in any::<prop::sample::Index>()) {
        let text = if lcov { LCOV } else { COBERTURA };
        is_bounded(&text.as_bytes()[..place.index(text.len())]);
    }
}

#[test]
fn the_largest_line_number_costs_what_the_smallest_costs() {
    let mut text = String::from("SF:a\n");
    for line in (0..1000_u32).rev() {
        text.push_str(&format!("DA:{},1\nBRDA:{},4294967295,65535,1\n", u32::MAX - line, u32::MAX - line));
    }
    let parsed = parse("l", text.as_bytes()).unwrap();
    assert_eq!(parsed.files[0].lines().count(), 1000);
}
