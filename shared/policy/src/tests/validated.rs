//! What `POST /validate` answers.

use crate::validate;

#[test]
fn a_sound_file_is_shown_as_it_was_read() {
    let validation = validate(
        "coverage:
  precision: 2
  range: '70...100'
  status: {project: {default: {target: 80%, threshold: 1}}, patch: off}
ignore: ['tests', '**/*.py', '!tests/keep']
fixes: ['before/::after/']
flags: {unit: {paths: ['src/'], carryforward: yes}}
comment: {layout: 'reach, diff', branches: [main]}
coverage.notify: null
",
    );
    assert!(!validation.valid, "the last key is unknown");
    let validation = validate(
        "coverage:
  precision: 2
  range: '70...100'
  status: {project: {default: {target: 80%, threshold: 1, branches: [main]}}, patch: off}
ignore: ['tests', '**/*.py', '!tests/keep']
fixes: ['before/::after/']
flags: {unit: {paths: ['src/'], carryforward: yes}}
comment: {layout: 'reach, diff', branches: [main]}
",
    );
    assert!(validation.valid);
    insta::assert_snapshot!(validation.message);
}

#[test]
fn a_mistake_is_located_as_the_incumbent_does_and_explained() {
    let validation = validate(
        "coverage:\n  status:\n    project:\n      threshold: 1%\n  round: dwon\nflags: {v1.2: {path: [a]}}\n",
    );
    assert!(!validation.valid);
    insta::assert_snapshot!(validation.message);
    insta::assert_snapshot!(
        validate("component_management: {individual_components: [{name: a}, {paths: [b]}]}").message
    );
    insta::assert_snapshot!(validate("- a\n").message);
}

#[test]
fn nothing_is_valid() {
    let validation = validate("");
    assert!(validation.valid && validation.problems.is_empty());
    assert_eq!(validation.message, "Valid!\n\n{}\n");
}
