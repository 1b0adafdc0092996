//! Mistakes beyond the usual ones: bounds, bombs, and keys in wrong places.

use crate::{Code, Kind, read};

fn problems(yaml: &str) -> String {
    read(yaml).1.iter().map(|problem| format!("{problem}\n")).collect()
}

#[test]
fn a_key_in_the_wrong_place_is_led_to_the_right_one() {
    let yaml = "threshold: 1%
layout: diff
require_ci_to_pass: yes
carryforwrad: true
notify: {after_n_builds: 2}
status: {project: off}
coverage:
  target: 80%
  comment: off
  staus: {patch: off}
comment:
  precision: 1
  after_n_build: 3
covermark:
  expected_upload: 3
";
    insta::assert_snapshot!(problems(yaml));
    let suggestions: Vec<Option<String>> = read(yaml).1.into_iter().map(|problem| problem.suggestion).collect();
    assert_eq!(suggestions[0].as_deref(), Some("coverage.status.project.default.threshold"));
    assert_eq!(suggestions[9].as_deref(), Some("coverage.precision"));
}

#[test]
fn settings_beside_the_rules_count_for_the_default_rule_unless_it_says_otherwise() {
    let yaml = "coverage: {status: {project: {target: 80%, threshold: 1%, default: {target: 70%}}, patch: {informational: true}}}";
    let (policy, problems) = read(yaml);
    let project = policy.project().expect("on");
    assert_eq!(
        (project.target, project.threshold.to_string()),
        (crate::Target::Percent(crate::Percent::whole(70)), "1".into())
    );
    assert!(policy.patch().expect("on").informational);
    assert_eq!(problems.len(), 3);
    assert!(problems.iter().all(|problem| problem.code == Code::MisplacedKey && problem.is_mistake()));
    let (policy, _) = read("coverage: {status: {project: {target: 80%, default: off}}}");
    assert!(policy.project().is_none(), "off is off");
}

#[test]
fn three_kinds_are_told_apart() {
    let (_, problems) = read(
        "codecov: {url: x, bot: me}\nslack_app: off\nprofiling: {any: thing}\ncomment: {behavior: spammy, layout: 'reach, sunburst, fils, diff'}\nparsers: {gcov: {branch_detection: {lop: yes}}}",
    );
    let told: String =
        problems.iter().map(|problem| format!("{:?} {}: {problem}\n", problem.kind, problem.code.as_str())).collect();
    insta::assert_snapshot!(told);
    assert!(problems.iter().any(|problem| problem.kind == Kind::NoEffect));
}

#[test]
fn secrets_are_not_repeated() {
    let told = problems("codecov: {token: [s3cret]}\ncoverage: {notify: {slack: {default: {url: 's3cret'}}}}");
    assert!(!told.contains("s3cret"), "{told}");
}

#[test]
fn bombs_are_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..9 {
        let one = format!("*a{}", level - 1);
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", [one.as_str(); 10].join(", ")));
    }
    let deep = format!("a: {}{}", "[".repeat(5000), "]".repeat(5000));
    let wide = format!("ignore: [{}]", "a,".repeat(30_000));
    for yaml in [bomb, deep, wide] {
        let (policy, problems) = read(&yaml);
        assert_eq!((policy, problems.len()), (crate::Policy::default(), 1));
        assert_eq!(problems[0].code, Code::Unreadable, "{}", problems[0]);
    }
}

#[test]
fn long_lists_are_cut_and_many_problems_are_counted() {
    let list: String = (0..1500).map(|number| format!("- p{number}\n")).collect();
    let (policy, problems) = read(&format!("ignore:\n{list}"));
    assert_eq!(policy.ignore.texts().count(), 1000);
    insta::assert_snapshot!(problems[0], @"`ignore` has 1500 entries; the first 1000 are read.");
    let keys: String = (0..500).map(|number| format!("x{number}: 1\n")).collect();
    let (_, problems) = read(&keys);
    assert_eq!(problems.len(), 201);
    insta::assert_snapshot!(problems[200], @"There are 300 more problems in the file.");
}

#[test]
fn odd_names_are_only_names() {
    let yaml = "flags:\n  'a`b | c\u{202e}': {paths: [x], pats: [y]}\n  ? [1, 2]\n  : {carryforward: yes}\nx: 1\n";
    insta::assert_snapshot!(problems(yaml));
    let long = format!("flags: {{'{}': {{}}}}\nignore: ['{}']\n", "f".repeat(500), "p".repeat(5000));
    insta::assert_snapshot!("long_names", problems(&long));
    let told = problems(&format!("'{}`\\n': 1\n", "k".repeat(5000)));
    assert!(told.len() < 200, "{told}");
}

#[test]
fn words_and_numbers_stay_as_they_are_written() {
    let (policy, problems) = read(
        "ignore: [on, 1.10, 0x1F, 007, y, 1e3, 'a', ~x, !!str 5]\nflags:\n  3.10: {carryforward: On}\n  off: {}\ncodecov: {branch: 2.0}\n",
    );
    assert_eq!(problems, []);
    assert_eq!(policy.ignore.texts().collect::<Vec<_>>(), ["on", "1.10", "0x1F", "007", "y", "1e3", "a", "~x", "5"]);
    assert_eq!(policy.flags.names().collect::<Vec<_>>(), ["3.10", "off"]);
    assert!(policy.flags.rule("3.10").carryforward);
    assert_eq!(policy.default_branch.as_deref(), Some("2.0"));
    let (policy, _) = read("é: &n 1.10\ncodecov: {branch: *n}\nignore: [*n]");
    assert_eq!(policy.default_branch.as_deref(), Some("1.10"), "an alias stands for what was written");
}
