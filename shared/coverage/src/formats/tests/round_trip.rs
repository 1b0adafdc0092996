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

/// One block for each line; the arms of a line are blocks of their own.
fn go(files: &[(String, Vec<Line>)]) -> String {
    let mut out = String::from("mode: count\n");
    for (path, lines) in files {
        for Line { number, hits, .. } in lines {
            out.push_str(&format!("{path}.go:{number}.1,{number}.9 1 {hits}\n"));
        }
    }
    out
}

fn clover(files: &[(String, Vec<Line>)]) -> String {
    let mut out = String::from("<coverage generated='1'><project>");
    for (path, lines) in files {
        let path = quick_xml::escape::escape(path.as_str());
        let arms: u64 = lines.iter().filter_map(|line| line.branches).map(|b| u64::from(b.total)).sum();
        let taken: u64 = lines.iter().filter_map(|line| line.branches).map(|b| u64::from(b.taken)).sum();
        out.push_str(&format!(
            "<file name='x' path=\"{path}\"><metrics conditionals='{arms}' coveredconditionals='{taken}'/>"
        ));
        for Line { number, hits, branches } in lines {
            out.push_str(&format!("<line num='{number}' count='{hits}' "));
            out.push_str(&match branches {
                None => "type='stmt'/>".to_owned(),
                Some(b) => format!("type='cond' truecount='{}' falsecount='{}'/>", b.taken, b.total - b.taken),
            });
        }
        out.push_str("</file>");
    }
    out + "</project></coverage>"
}

/// Instructions are no counts: a line that ran has 1.
fn jacoco(files: &[(String, Vec<Line>)]) -> String {
    let mut out = String::from("<report name='r'>");
    for (path, lines) in files {
        let path = quick_xml::escape::escape(path.as_str());
        out.push_str(&format!("<package name=''><sourcefile name=\"{path}\">"));
        for Line { number, hits, branches } in lines {
            let arms = branches.map(|b| format!("mb='{}' cb='{}'", b.total - b.taken, b.taken)).unwrap_or_default();
            out.push_str(&format!("<line nr='{number}' mi='1' ci='{}' {arms}/>", u32::from(*hits > 0)));
        }
        out.push_str("</sourcefile></package>");
    }
    out + "</report>"
}

fn istanbul(files: &[(String, Vec<Line>)]) -> String {
    let files = files.iter().map(|(path, lines)| {
        let (mut file, arms) =
            (serde_json::Map::new(), lines.iter().filter_map(|line| Some((line.number, line.branches?))));
        let start = |line: u32| serde_json::json!({ "start": { "line": line, "column": 0 } });
        let keyed = |values: Vec<serde_json::Value>| {
            values
                .into_iter()
                .enumerate()
                .map(|(key, value)| (key.to_string(), value))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        let hits = |b: crate::Branches| (0..b.total).map(|arm| u32::from(arm < b.taken)).collect::<Vec<_>>();
        file.insert("statementMap".to_owned(), keyed(lines.iter().map(|line| start(line.number)).collect()));
        file.insert("s".to_owned(), keyed(lines.iter().map(|line| line.hits.into()).collect()));
        file.insert(
            "branchMap".to_owned(),
            keyed(arms.clone().map(|(line, _)| serde_json::json!({ "loc": start(line) })).collect()),
        );
        file.insert("b".to_owned(), keyed(arms.map(|(_, b)| hits(b).into()).collect()));
        (path.clone(), serde_json::Value::from(file))
    });
    serde_json::Value::from(files.collect::<serde_json::Map<_, _>>()).to_string()
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
    fn istanbul_and_clover_read_back_equal(files in files()) {
        prop_assume!(trimmed(&files));
        for text in [istanbul(&files), clover(&files)] {
            // Without a file there is nothing to know Istanbul by.
            if let Ok(parsed) = parse("x", text.as_bytes()) {
                prop_assert_eq!(contents(&parsed), files.clone());
                prop_assert!(parsed.warnings.is_empty());
            }
        }
    }

    #[test]
    fn jacoco_reads_back_but_for_the_counts(files in files()) {
        prop_assume!(trimmed(&files));
        let parsed = parse("j", jacoco(&files).as_bytes()).unwrap();
        let mut ran = files;
        ran.iter_mut().flat_map(|(_, lines)| lines).for_each(|line| {
            // An arm that was taken ran, whatever the instructions say.
            line.hits = u32::from(line.hits > 0 || line.branches.is_some_and(|b| b.taken > 0));
        });
        prop_assert_eq!(contents(&parsed), ran);
    }

    #[test]
    fn go_reads_back_but_for_the_branches(files in files()) {
        prop_assume!(trimmed(&files));
        let parsed = parse("g", go(&files).as_bytes()).unwrap();
        let mut plain: Vec<_> = files.into_iter().filter(|(_, lines)| !lines.is_empty()).collect();
        for (path, lines) in &mut plain {
            path.push_str(".go");
            lines.iter_mut().for_each(|line| line.branches = None);
        }
        prop_assert_eq!(contents(&parsed), plain);
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
