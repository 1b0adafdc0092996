//! Reports written from a model read back as the same model.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Format, Parsed, parse};
use crate::{Branches, FileReport, Line};

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let branches = prop_oneof![
        2 => Just(None),
        1 => (0..4_u32, 1..4_u32).prop_map(|(taken, total)| {
            Some(Branches { taken: taken.min(total), total, approximate: false })
        }),
    ];
    proptest::collection::btree_map(1..=u32::MAX, (any::<u32>(), branches), 0..20)
        .prop_map(|lines| lines.into_iter().map(|(number, (hits, branches))| Line { number, hits, branches }).collect())
}

fn files() -> impl Strategy<Value = Vec<(String, Vec<Line>)>> {
    proptest::collection::btree_map("[a-z/ &<ü.]{0,12}[a-z]", lines(), 0..5)
        .prop_map(|files| files.into_iter().collect())
}

fn lcov(files: &[(String, Vec<Line>)]) -> String {
    let mut out = String::from("TN:\n");
    for (path, lines) in files {
        out.push_str(&format!("SF:{path}\n"));
        for line in lines {
            out.push_str(&format!("DA:{},{}\n", line.number, line.hits));
            let Some(branches) = line.branches else { continue };
            for arm in 0..branches.total {
                out.push_str(&format!("BRDA:{},0,{arm},{}\n", line.number, u32::from(arm < branches.taken)));
            }
        }
        out.push_str("end_of_record\n");
    }
    out
}

fn cobertura(files: &[(String, Vec<Line>)]) -> String {
    let mut out = String::from("<coverage><packages>");
    for (path, lines) in files {
        let path = quick_xml::escape::escape(path.as_str());
        out.push_str(&format!("<class filename=\"{path}\"><lines>"));
        for line in lines {
            let branches = line.branches.map(|b| {
                format!(
                    " branch=\"true\" condition-coverage=\"{}% ({}/{})\"",
                    b.taken * 100 / b.total,
                    b.taken,
                    b.total
                )
            });
            let branches = branches.unwrap_or_default();
            out.push_str(&format!("<line number=\"{}\" hits=\"{}\"{branches}/>", line.number, line.hits));
        }
        out.push_str("</lines></class>");
    }
    out + "</packages></coverage>"
}

fn contents(parsed: &Parsed) -> Vec<(String, Vec<Line>)> {
    parsed.files.iter().map(|file| (file.path().to_owned(), file.lines().collect())).collect()
}

/// Spaces around a path are not part of it.
fn trimmed(files: &[(String, Vec<Line>)]) -> bool {
    files.iter().all(|(path, _)| path.trim() == path)
}

proptest! {
    #[test]
    fn lcov_reads_back_equal(files in files()) {
        prop_assume!(trimmed(&files));
        let parsed = parse("l", lcov(&files).as_bytes()).unwrap();
        prop_assert_eq!(parsed.format, Format::Lcov);
        prop_assert_eq!(contents(&parsed), files);
        prop_assert!(parsed.warnings.is_empty());
    }

    #[test]
    fn cobertura_reads_back_equal(files in files()) {
        prop_assume!(trimmed(&files));
        let parsed = parse("c", cobertura(&files).as_bytes()).unwrap();
        prop_assert_eq!(contents(&parsed), files);
        prop_assert!(parsed.warnings.is_empty());
    }

    #[test]
    fn both_formats_give_the_same_totals(lines in vec(lines(), 1..3)) {
        let files: Vec<_> = lines.into_iter().enumerate().map(|(n, lines)| (format!("f{n}"), lines)).collect();
        let one = parse("l", lcov(&files).as_bytes()).unwrap();
        let other = parse("c", cobertura(&files).as_bytes()).unwrap();
        let totals = |parsed: &Parsed| parsed.files.iter().map(FileReport::totals).collect::<Vec<_>>();
        prop_assert_eq!(totals(&one), totals(&other));
    }
}
