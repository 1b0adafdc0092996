//! Files over each other.

use crate::{Layers, Policy, Target};

fn layered(instance: &str, owner: &str, repository: &str) -> (Policy, String) {
    let layers = Layers { instance: Some(instance), owner: Some(owner), repository: Some(repository) };
    let (policy, problems) = Policy::layered(&layers);
    (policy, problems.iter().map(|problem| format!("{problem}\n")).collect())
}

#[test]
fn groups_are_merged_and_single_values_and_lists_replace() {
    let (policy, told) = layered(
        "coverage: {precision: 1, round: up, status: {project: {default: {target: 50%, threshold: 1%}}}}\nignore: [a, b]",
        "coverage: {precision: 3}\ncomment: {behavior: once, after_n_builds: 2}",
        "coverage: {status: {project: {default: {target: 80%}}}}\nignore: [c]\ncomment: {after_n_builds: 5}",
    );
    assert_eq!(told, "");
    assert_eq!((policy.precision, policy.rounding), (3, covermark_coverage::Rounding::Up));
    let project = policy.project().expect("on");
    assert_eq!(
        (project.target, project.threshold.to_string()),
        (Target::Percent(crate::Percent::whole(80)), "1".into())
    );
    assert!(policy.ignores("c") && !policy.ignores("a"));
    let comment = policy.comment.expect("on");
    assert_eq!((comment.behavior, comment.after_n_builds), (crate::Behavior::Once, 5));
}

#[test]
fn off_replaces_a_group_and_on_keeps_it() {
    let lower = "comment: {behavior: once}\ncoverage: {status: {patch: {default: {target: 10%}}}}";
    let (policy, _) = layered("", lower, "comment: false\ncoverage: {status: {project: off}}");
    assert!(policy.comment.is_none() && policy.project().is_none());
    assert_eq!(policy.patch().expect("on").target, Target::Percent(crate::Percent::whole(10)));
    let (policy, _) = layered("", lower, "comment: true");
    assert_eq!(policy.comment.expect("on").behavior, crate::Behavior::Once);
    let (policy, _) = layered("", "comment: false", "comment: {behavior: new}");
    assert_eq!(policy.comment.expect("on again").behavior, crate::Behavior::New);
    let (policy, _) = layered("", lower, "comment:\ncoverage:\n");
    assert_eq!(policy.comment.expect("on").behavior, crate::Behavior::Once, "nothing says nothing");
}

#[test]
fn a_mistake_leaves_the_value_below_it_and_a_broken_file_all_of_it() {
    let (policy, told) = layered("coverage: {precision: x}", "coverage: {precision: 3}", "coverage: {precision: 99}");
    assert_eq!(policy.precision, 3);
    insta::assert_snapshot!(told, @r"
    in the instance's defaults, line 1: `coverage.precision` is `x`, but has to be a whole number from 0 to 15. It has no effect.
    line 1: `coverage.precision` is `99`, but has to be a whole number from 0 to 15. It has no effect.
    ");
    let (policy, told) = layered("", "coverage: {precision: 3}", "coverage: [");
    assert_eq!((policy.precision, told.lines().count()), (3, 1));
    assert_eq!(Policy::layered(&Layers::default()), (Policy::default(), Vec::new()));
}

#[test]
fn the_file_is_looked_for_in_every_place() {
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect::<Vec<String>>();
    let root = names(&["README.md", "codecov.yaml", ".codecov.yml", ".github", "covermark.yml"]);
    let github = names(&["codecov.yml", "workflows"]);
    let found = crate::choose(Some(&root), Some(&github), None);
    assert_eq!(found, ["covermark.yml", ".codecov.yml", "codecov.yaml", ".github/codecov.yml"]);
    assert_eq!(crate::choose(Some(&names(&["dev"])), None, None).len(), 8, "a folder that was not listed may hold any");
    assert_eq!(crate::choose(Some(&[]), None, None), [""; 0]);
    assert_eq!(crate::choose(None, None, None), crate::PLACES);
}
