//! The short ways through records of the usual form say what the long ways say. A blank in front of a record or inside
//! of a tag, which means nothing, is what sends it the long way.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Format, parse_as};

/// Numbers of all lengths, and what tools write in their place.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[0-9]{1,4}",
        2 => "[0-9]{5,11}",
        1 => Just("0".to_owned()),
        1 => Just("-".to_owned()),
        1 => "-?[0-9]{0,3}[.e]?[0-9]{0,2}x?",
        1 => Just(String::new()),
    ]
}

fn lcov_record() -> impl Strategy<Value = String> {
    let end = prop_oneof![8 => Just("\n"), 1 => Just("\r\n"), 1 => Just(" \n"), 1 => Just(",abc\n"), 1 => Just(",\n")];
    let count = (field(), field(), end.clone()).prop_map(|(line, hits, end)| format!("DA:{line},{hits}{end}"));
    let arm = (1..40_u32, field(), field(), field(), end)
        .prop_map(|(line, block, arm, taken, end)| format!("BRDA:{line},{block},{arm},{taken}{end}"));
    let other = prop_oneof![Just("LF:1\n".to_owned()), Just("FN:3,f\n".to_owned()), Just("DA:\n".to_owned())];
    prop_oneof![5 => count, 5 => arm, 1 => other]
}

/// What was read, and how often each kind of trouble was met.
fn said(format: Format, text: &str) -> String {
    let parsed = parse_as(format, text.as_bytes()).unwrap();
    let warnings: Vec<_> = parsed.warnings.iter().map(|warning| (warning.code, warning.count)).collect();
    format!("{:?} {warnings:?}", parsed.files)
}

fn cobertura_line() -> impl Strategy<Value = String> {
    let rest = prop_oneof![
        3 => Just(String::new()),
        2 => Just(" branch=\"false\"".to_owned()),
        3 => (field(), field(), field()).prop_map(|(percent, taken, total)| {
            format!(" branch=\"true\" condition-coverage=\"{percent}% ({taken}/{total})\"")
        }),
        1 => Just(" branch=\"true\" condition-coverage=\"50% (1/2)\" missing-branches=\"7\"".to_owned()),
    ];
    (field(), field(), rest).prop_map(|(line, hits, rest)| format!("<line number=\"{line}\" hits=\"{hits}\"{rest}/>"))
}

fn clover_line() -> impl Strategy<Value = String> {
    (field(), field(), field(), field(), 0..4).prop_map(|(line, hits, yes, no, form)| match form {
        0 => format!("<line num=\"{line}\" count=\"{hits}\" type=\"stmt\"/>"),
        1 => format!("<line num=\"{line}\" type=\"stmt\" count=\"{hits}\"/>"),
        2 => format!("<line num=\"{line}\" count=\"{hits}\" type=\"cond\" truecount=\"{yes}\" falsecount=\"{no}\"/>"),
        _ => format!("<line num=\"{line}\" type=\"method\" name=\"m\" count=\"{hits}\"/>"),
    })
}

fn jacoco_line() -> impl Strategy<Value = String> {
    (field(), field(), field(), field(), field()).prop_map(|(line, mi, ci, mb, cb)| {
        format!("<line nr=\"{line}\" mi=\"{mi}\" ci=\"{ci}\" mb=\"{mb}\" cb=\"{cb}\"/>")
    })
}

/// The lines inside of their file, with so many blanks behind each tag's name.
fn document(format: Format, lines: &[String], blanks: &str) -> String {
    let lines: String = lines.iter().map(|line| line.replacen(' ', blanks, 1)).collect();
    match format {
        Format::Cobertura => format!("<coverage><packages><class filename=\"a\">{lines}</class></packages></coverage>"),
        Format::Clover => {
            format!("<coverage clover=\"1\"><project><file path=\"a\">{lines}</file></project></coverage>")
        }
        _ => format!("<report><package name=\"p\"><sourcefile name=\"a\">{lines}</sourcefile></package></report>"),
    }
}

proptest! {
    #[test]
    fn of_a_tracefile(records in vec(lcov_record(), 0..20)) {
        let short = format!("SF:a\n{}end_of_record\n{}", records.concat(), "x".repeat(64));
        let long: String = records.iter().map(|record| format!(" {record}")).collect();
        let long = format!("SF:a\n{long}end_of_record\n{}", "x".repeat(64));
        prop_assert_eq!(said(Format::Lcov, &short), said(Format::Lcov, &long));
    }

    #[test]
    fn of_xml(
        cobertura in vec(cobertura_line(), 0..12), clover in vec(clover_line(), 0..12), jacoco in vec(jacoco_line(), 0..12),
    ) {
        for (format, lines) in [(Format::Cobertura, cobertura), (Format::Clover, clover), (Format::Jacoco, jacoco)] {
            let (short, long) = (document(format, &lines, " "), document(format, &lines, "  "));
            prop_assert_eq!(said(format, &short), said(format, &long), "{}", short);
        }
    }
}
