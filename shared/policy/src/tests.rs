//! What people write in these files, and what they are told.

mod explained;
mod gallery;
mod laws;
mod layered;
mod mistakes;
mod patterns;
mod rules;
mod validated;

use covermark_coverage::{Metric, Ratio, Rounding};

use crate::{Percent, StatusRule, Target, read};

/// The problems of a file, one a line, as a person reads them.
fn problems(yaml: &str) -> String {
    read(yaml).1.iter().map(|problem| format!("{problem}\n")).collect()
}

fn percent(text: &str) -> Percent {
    Percent::parse(text).unwrap()
}

#[test]
fn an_empty_file_is_the_default_and_no_problem() {
    for yaml in ["", "\n", "# nothing yet\n", "---\n", "coverage:\n", "comment:\nignore:\n", "{}"] {
        let (policy, problems) = read(yaml);
        assert!(problems.is_empty(), "{yaml:?}: {problems:?}");
        assert!(policy.comment.is_some() && policy.ignore.is_empty());
        assert_eq!(
            (policy.project().cloned(), policy.patch().cloned()),
            (Some(StatusRule::default()), Some(StatusRule::default()))
        );
        assert_eq!((policy.precision, policy.rounding, policy.metric), (2, Rounding::Down, Metric::Codecov));
        assert_eq!(policy.context_prefix, "covermark");
    }
}

#[test]
fn a_usual_file_is_read_in_full() {
    let (policy, problems) = read(
        "coverage:
  precision: 1
  round: nearest
  status:
    project:
      default:
        target: 80%
        threshold: 0.25%
    patch:
      default:
        target: 90.5
        informational: true
ignore:
  - '**/generated/**'
  - tests
covermark:
  metric: line+branch
  context_prefix: codecov
comment: false
",
    );
    assert_eq!(problems, []);
    assert_eq!((policy.precision, policy.rounding, policy.metric), (1, Rounding::Nearest, Metric::LineAndBranch));
    let project = StatusRule {
        target: Target::Percent(percent("80")),
        threshold: percent("0.25"),
        informational: false,
        ..StatusRule::default()
    };
    let patch = StatusRule {
        target: Target::Percent(percent("90.5")),
        threshold: Percent::ZERO,
        informational: true,
        ..StatusRule::default()
    };
    assert_eq!((policy.project().cloned(), policy.patch().cloned()), (Some(project), Some(patch)));
    assert_eq!(policy.context_prefix, "codecov");
    assert!(policy.comment.is_none());
    assert!(policy.ignores("tests/a.py") && policy.ignores("src/generated/b.rs") && !policy.ignores("src/b.rs"));
}

#[test]
fn yaml_switches_mean_on_and_off() {
    for (word, on) in [("off", false), ("no", false), ("false", false), ("Off", false), ("on", true), ("yes", true)] {
        let yaml =
            format!("comment: {word}\ncoverage:\n  status:\n    project: {word}\n    patch:\n      default: {word}\n");
        let (policy, problems) = read(&yaml);
        assert_eq!(problems, [], "{word}");
        assert_eq!(
            (policy.comment.is_some(), policy.project().is_some(), policy.patch().is_some()),
            (on, on, on),
            "{word}"
        );
    }
    let (policy, problems) = read("coverage: {status: off}");
    assert_eq!((policy.project(), policy.patch(), problems), (None, None, Vec::new()));
    let (policy, _) = read("coverage: {status: {patch: {default: {enabled: no}}}}");
    assert_eq!((policy.project().cloned(), policy.patch().cloned()), (Some(StatusRule::default()), None));
}

#[test]
fn only_named_rules_mean_no_unnamed_status() {
    let (policy, problems) = read("coverage:\n  status:\n    project:\n      frontend:\n        target: 80%\n");
    assert_eq!((policy.project(), problems), (None, Vec::new()));
    assert_eq!(policy.statuses.project[0].title, "frontend");
    assert!(policy.patch().is_some());
}

#[test]
fn every_kind_of_mistake_is_explained_and_the_good_part_holds() {
    let yaml = "coverage:
  precsion: 1
  round: sideways
  precision: 99
  status:
    project:
      target: 80%
      threshold: 1%
    patch:
      default:
        target: 120%
        threshold: 2%
        flags: [unit]
        informtional: yes
    changes: yes
codecov:
  token: 1234
  notify:
    after_n_builds: 3
  require_ci_to_pass: no
comment:
  layout: 'diff, files'
  after_builds: 2
flags:
  unit:
    paths: [src/]
colour: red
treshold: 5%
precision: 2
ignore:
  - src/gen
  - '[a-'
  - {a: b}
covermark:
  metric: lines
  context_prefix: 'my checks'
";
    insta::assert_snapshot!(problems(yaml));
    let (policy, _) = read(yaml);
    assert_eq!((policy.precision, policy.rounding), (2, Rounding::Down));
    let target = Target::Percent(percent("80"));
    let project = StatusRule { target, threshold: percent("1"), ..StatusRule::default() };
    assert_eq!(policy.project(), Some(&project));
    let patch = StatusRule {
        target: Target::Auto,
        threshold: percent("2"),
        flags: vec!["unit".to_owned()],
        ..StatusRule::default()
    };
    assert_eq!(policy.patch().cloned(), Some(patch));
    assert!(policy.comment.is_some() && policy.ignores("src/gen/a.rs"));
}

#[test]
fn files_that_are_no_policy_are_named() {
    let files = [
        "- a\n- b\n",
        "just text",
        "coverage: [unclosed\nignore: x",
        "a: 1\n b: 2\n",
        "a: *unknown\n",
        "\tcoverage: 1\n",
        "a: 1\n---\nb: 2\n",
        "coverage: {precision: 1}\ncoverage: {precision: 0}\n",
        "ignore: src\ncomment: [1]\n",
        "coverage: 5\n",
    ];
    let told: String = files.iter().map(|yaml| format!("{yaml:?}\n{}", problems(yaml))).collect();
    insta::assert_snapshot!(told);
    assert_eq!(read("coverage: {precision: 1}\ncoverage: {precision: 0}\n").0.precision, 0);
    assert!(problems(&"a".repeat(300_000)).contains("300000 bytes"));
}

#[test]
fn percentages_are_exact() {
    for (text, millionths) in [
        ("80", 80_000_000),
        ("80%", 80_000_000),
        ("5 %", 5_000_000),
        ("80.5", 80_500_000),
        ("0.000001", 1),
        ("100.000", 100_000_000),
        (".5", 500_000),
        ("+1%", 1_000_000),
    ] {
        assert_eq!(Percent::parse(text).map(|percent| percent.millionths()), Some(millionths), "{text}");
    }
    for text in ["", "%", "1e", "-1", "101", "100.000001", "1.2.3", "0.0000001", "99999999999999999999", "١"] {
        assert_eq!(Percent::parse(text), None, "{text}");
    }
    assert_eq!(percent("80.50").to_string(), "80.5");
    assert_eq!(percent("7").to_string(), "7");
}

#[test]
fn a_target_is_judged_on_the_exact_value() {
    let third = Ratio { covered: 1, total: 3 };
    assert_eq!(percent("33.333333").reached_by(third, Percent::ZERO), Some(true));
    assert_eq!(percent("33.333334").reached_by(third, Percent::ZERO), Some(false));
    assert_eq!(percent("33.34").reached_by(third, percent("0.01")), Some(true));
    assert_eq!(percent("1").reached_by(Ratio { covered: 0, total: 0 }, Percent::ZERO), None);
    assert_eq!(percent("100").reached_by(Ratio { covered: u64::MAX, total: u64::MAX }, Percent::ZERO), Some(true));
}

#[test]
fn a_drop_is_judged_on_the_exact_value() {
    let (base, head) = (Ratio { covered: 2, total: 3 }, Ratio { covered: 1, total: 2 });
    assert_eq!(percent("16.666667").allows_drop(head, base), Some(true));
    assert_eq!(percent("16.666666").allows_drop(head, base), Some(false));
    assert_eq!(Percent::ZERO.allows_drop(base, head), Some(true));
    assert_eq!(Percent::ZERO.allows_drop(base, base), Some(true));
    let huge = |covered| Ratio { covered, total: u64::MAX };
    assert_eq!(
        percent("1").allows_drop(huge(u64::MAX - 1), huge(u64::MAX)),
        Some(false),
        "a drop, since the sum overflows"
    );
}

proptest::proptest! {
    #[test]
    fn no_file_makes_it_panic(yaml in "\\PC{0,200}") {
        let _ = read(&yaml);
    }

    #[test]
    fn no_damaged_policy_makes_it_panic(cut in 0_usize..400, letter in "[ \\n\\t:\\-\\[\\]{}*&!%'\"a0]") {
        let mut yaml = "coverage:\n  precision: 1\n  status:\n    project:\n      default:\n        target: 80%\n    patch: off\nignore:\n  - 'a/**'\n  - \"b\"\ncomment: {layout: x}\nflags: &f {a: {paths: [x]}}\nflag_management: *f\n".to_owned();
        let at = cut.min(yaml.len());
        yaml.insert_str(at, &letter);
        let _ = read(&yaml);
    }

    #[test]
    fn a_percentage_reads_back_as_written(millionths in 0_u64..=100_000_000) {
        let text = format!("{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
        let percent = Percent::parse(&text).unwrap();
        proptest::prop_assert_eq!(percent.millionths(), millionths);
        proptest::prop_assert_eq!(Percent::parse(&percent.to_string()), Some(percent));
    }
}
