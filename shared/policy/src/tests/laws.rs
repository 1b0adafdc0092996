//! What holds for every file.

use proptest::prelude::*;

use crate::{Policy, read, validate};

/// A file in which every line can be followed by a stranger.
const GOOD: &str = "coverage:
  precision: 1
  status:
    project:
      default:
        target: 80%
    patch: off
ignore:
  - a/**
comment:
  layout: diff
flags:
  unit:
    paths:
      - x
covermark:
  metric: line
";

proptest! {
    // A case reads, explains and reads again: fewer of them say as much, and the suite stays quick.
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let text = String::from_utf8_lossy(&bytes);
        let _ = read(&text);
        let _ = validate(&text);
    }

    #[test]
    fn an_unknown_key_anywhere_changes_nothing_else(line in 0_usize..17, name in "zz[a-z]{3,8}", value in "[a-z0-9]{1,5}|\\[a, b\\]|\\{c: d\\}") {
        let lines: Vec<&str> = GOOD.lines().collect();
        let indent = lines[line].len() - lines[line].trim_start().len();
        // A list's items and a flag's name are no place for a key of a group.
        prop_assume!(!lines[line].trim_start().starts_with('-') && lines[line].trim() != "unit:");
        // Beside the statuses' rules and beside flags any name is a rule or a flag.
        prop_assume!(lines[line].trim() != "default:");
        let mut with: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
        with.insert(line, format!("{}{name}: {value}", " ".repeat(indent)));
        let (policy, problems) = read(&with.join("\n"));
        prop_assert_eq!(&policy, &read(GOOD).0);
        prop_assert_eq!(problems.len(), 1);
        prop_assert_eq!(problems[0].line, Some(line + 1));
    }

    #[test]
    fn a_damaged_file_is_read_checked_and_explained(cut in 0_usize..200, letter in "[ \\n\\t:\\-\\[\\]{}*&!%'\"a0]{1,3}") {
        let mut yaml = GOOD.to_owned();
        yaml.insert_str(cut.min(yaml.len()), &letter);
        let (policy, _) = read(&yaml);
        let (again, problems) = read(&policy.explain());
        prop_assert!(problems.iter().all(|problem| !problem.is_mistake()), "{problems:?}");
        prop_assert_eq!(again, policy);
        let _ = validate(&yaml);
    }

    #[test]
    fn what_is_read_twice_is_the_same(precision in 0_u8..30, words in proptest::collection::vec("[a-z*./!\\[\\]$^()|+?{}: -]{1,12}", 0..6)) {
        let list: String = words.iter().map(|word| format!("  - {}\n", serde_json::Value::from(word.as_str()))).collect();
        let yaml = format!("coverage:\n  precision: {precision}\nignore:\n{list}fixes:\n{list}component_management:\n  default_rules:\n    paths:\n{}", list.replace("  -", "      -"));
        let (policy, _) = read(&yaml);
        prop_assert_eq!(&read(&policy.explain()).0, &policy);
    }
}

#[test]
fn the_good_file_is_good() {
    let (policy, problems) = read(GOOD);
    assert_eq!(problems, []);
    assert_ne!(policy, Policy::default());
}
