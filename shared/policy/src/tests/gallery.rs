//! Whole files, as the documented recipes and people's repositories have them: what they ask for, and what their
//! authors are told.

use crate::{Policy, read};

const RECIPES: [(&str, &str); 10] = [
    ("threshold", include_str!("recipes/threshold.yml")),
    ("monorepo_flags", include_str!("recipes/monorepo_flags.yml")),
    ("flag_management", include_str!("recipes/flag_management.yml")),
    ("components", include_str!("recipes/components.yml")),
    ("quiet", include_str!("recipes/quiet.yml")),
    ("old_style", include_str!("recipes/old_style.yml")),
    ("most_common_mistakes", include_str!("recipes/most_common_mistakes.yml")),
    ("tabs_and_templates", include_str!("recipes/tabs_and_templates.yml")),
    ("ours", include_str!("recipes/ours.yml")),
    ("anchors", include_str!("recipes/anchors.yml")),
];

#[test]
fn every_recipe_is_read_and_its_author_told_what_does_not_work() {
    for (name, yaml) in RECIPES {
        let (policy, problems) = read(yaml);
        let told: String = problems.iter().map(|problem| format!("{problem}\n")).collect();
        let told = if told.is_empty() { "nothing\n".to_owned() } else { told };
        let statuses: String = policy
            .statuses_for(&["unit", "legacy", "nightly"])
            .iter()
            .map(|(kind, rule)| {
                format!("{} {:?} -{}\n", rule.context(&policy.context_prefix, *kind), rule.target, rule.threshold)
            })
            .collect();
        insta::assert_snapshot!(
            name,
            format!("told:\n{told}\nstatuses:\n{statuses}\ndiffers from the defaults in:\n{}", differing(&policy))
        );
    }
}

/// The lines of the explained policy that are not those of the defaults.
fn differing(policy: &Policy) -> String {
    let defaults = Policy::default().explain();
    let defaults: Vec<&str> = defaults.lines().collect();
    let text = policy.explain();
    text.lines().filter(|line| !defaults.contains(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_readme_names_every_key() {
    let readme = include_str!("../../README.md");
    let mut missing = Vec::new();
    crate::read::schema::each(&mut |path, _| {
        let parts: Vec<&str> = path.split('.').filter(|part| !matches!(*part, "NAME" | "default")).collect();
        let last = parts.last().copied().unwrap_or_default().trim_end_matches("[]");
        let is_named =
            readme.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').any(|word| word == last);
        if !is_named {
            missing.push(path.to_owned());
        }
    });
    assert_eq!(missing, Vec::<String>::new());
}
