//! Patterns, against the incumbent's own results.

use crate::read;
use crate::{BranchPatterns, Fixes, Patterns, Policy};

fn patterns(list: &[&str]) -> Patterns {
    let mut patterns = Patterns::default();
    list.iter().for_each(|pattern| assert_eq!(patterns.add(pattern), Ok(()), "{pattern}"));
    patterns
}

#[test]
fn path_patterns_mean_what_they_mean_to_the_incumbent() {
    let cases: [(&str, &[&str], &[&str]); 8] = [
        ("src", &["src/a.rs", "src2/a.rs", "src"], &["lib/src/a.rs"]),
        ("./src/", &["src/a.rs"], &["src2/a.rs"]),
        ("**/*.py", &["a/b.py", "a/b/c.py"], &["b.py", "a/b.pyc"]),
        ("src/*", &["src/a.rs"], &["src/a/b.rs", "lib/src/a.rs"]),
        ("*_test.go", &["a_test.go"], &["pkg/a_test.go"]),
        (".*_test.go", &["a_test.go", "pkg/a_test.go", "pkg/a_test.go2"], &["a_best.go"]),
        ("src/**/*.{js,ts}", &["src/a/b.{js,ts}"], &["src/a/b.js"]),
        ("(src|lib)/gen", &["src/gen/a", "lib/gen"], &["src/a"]),
    ];
    for (pattern, yes, no) in cases {
        let pattern_set = patterns(&[pattern]);
        yes.iter().for_each(|path| assert!(pattern_set.matches(path), "{pattern} should match {path}"));
        no.iter().for_each(|path| assert!(!pattern_set.matches(path), "{pattern} should not match {path}"));
    }
    let some = patterns(&["src", "!src/keep"]);
    assert!(some.matches("src/a.rs") && !some.matches("src/keep/a.rs"));
    assert!(!patterns(&["!src/keep"]).matches("src/keep/a.rs"));
    let mut broken = Patterns::default();
    for pattern in ["(", "[a-", "", "!", "a{1000000}{1000000}$"] {
        assert!(broken.add(pattern).is_err(), "{pattern}");
    }
    assert!(!Policy::default().ignores("anything"));
}

#[test]
fn path_patterns_become_the_incumbents_expressions() {
    for (pattern, expression) in [
        ("src", "^src.*"),
        ("./src/", "^src/.*"),
        ("**/*.py", r"(?s:.*/[^\/]*\.py)\Z"),
        ("src/*", r"(?s:src/[^\/]*)\Z"),
        ("*_test.go", r"(?s:[^\/]*_test\.go)\Z"),
        (".*_test.go", ".*_test.go"),
        ("!src/gen", "!^src/gen.*"),
        ("src/**/*.{js,ts}", r"(?s:src/.*/[^\/]*\.\{js,ts\})\Z"),
    ] {
        assert_eq!(crate::pattern::normalised(pattern), expression, "{pattern}");
    }
}

#[test]
fn a_list_that_narrows_lets_everything_through_until_it_says_something() {
    assert!(patterns(&[]).selects("a") && patterns(&["!src/gen"]).selects("src/a"));
    assert!(!patterns(&["!src/gen"]).selects("src/gen/a") && !patterns(&["src"]).selects("lib/a"));
    let mut both = patterns(&["src"]);
    both.extend(&patterns(&["!src/gen"]));
    assert!(both.selects("src/a") && !both.selects("src/gen/a"));
}

#[test]
fn a_long_or_greedy_pattern_is_refused_and_a_hostile_one_is_quick() {
    let mut all = Patterns::default();
    assert!(all.add(&format!("[a]{}", "b".repeat(4000))).is_err());
    assert!(all.add("(a{1000}){1000}[b]").is_err());
    insta::assert_snapshot!(all.add("src/(?!gen)[a-z]").unwrap_err(), @"a pattern without look-around (`(?!…)`), which is not supported; use a second pattern with `!`,");
    assert_eq!(all.add("(a|a)*[b]"), Ok(()));
    assert!(!all.matches(&"a".repeat(10_000)));
}

#[test]
fn fixes_become_the_incumbents_expressions() {
    for (fix, expression) in [
        ("before/::after/", "^before/::after/"),
        ("*/foo/::bar/", r"[^\/]*/foo/::bar/"),
        ("/app/::", "/app/::"),
        ("::src/", "::src/"),
    ] {
        assert_eq!(crate::fixes::normalised(fix), expression, "{fix}");
    }
}

#[test]
fn fixes_move_paths() {
    let mut fixes = Fixes::default();
    for fix in ["before/::after/", "/app/::", "*/foo/::bar/", "build[0-9]+/::", "::src/"] {
        assert_eq!(fixes.add(fix), Ok(()), "{fix}");
    }
    for (path, replaced) in [
        ("before/a.py", "after/a.py"),
        ("/before/a.py", "after/a.py"),
        ("x/before/a.py", "x/before/a.py"),
        ("/app/a.py", "a.py"),
        ("app/a.py", "a.py"),
        ("x/foo/a.py", "bar/a.py"),
        ("x/y/foo/a.py", "x/y/foo/a.py"),
        ("build42/a.py", "a.py"),
        ("other.py", "other.py"),
    ] {
        assert_eq!(fixes.replaced(path), replaced, "{path}");
    }
    assert_eq!((fixes.prefixed("a.py"), fixes.prefixed("src/a.py")), ("src/a.py".into(), "src/a.py".into()));
    assert!(fixes.add("nothing").is_err() && fixes.add("::").is_err() && fixes.add("[a-::b").is_err());
    let (policy, _) = read("fixes: ['/app/::']\nignore: [gen]\ncodecov: {disable_default_path_fixes: yes}");
    let rules: &dyn covermark_coverage::paths::Rules = &policy;
    assert_eq!(rules.replaced("/app/gen/a.py"), "gen/a.py");
    assert!(rules.ignored("gen/a.py") && rules.exact_only());
}

#[test]
fn branches_become_the_incumbents_expressions() {
    for (branch, expression) in
        [("main", "^main$"), ("release/*", "^release/.*"), ("!dev", "^!dev$"), ("*", ".*"), ("", ".*"), ("a*", "^a.*")]
    {
        assert_eq!(crate::names::normalised_branch(branch), expression, "{branch}");
    }
}

#[test]
fn branches_are_matched_from_end_to_end() {
    let of = |list: &[&str]| {
        let mut branches = BranchPatterns::default();
        list.iter().for_each(|branch| assert_eq!(branches.add(branch), Ok(()), "{branch}"));
        branches
    };
    assert!(of(&[]).matches("anything"));
    assert!(of(&["main"]).matches("main") && !of(&["main"]).matches("maintenance"));
    assert!(of(&["release/*"]).matches("release/1.2") && !of(&["release/*"]).matches("x/release/1"));
    assert!(of(&["*", "!dev"]).matches("main") && !of(&["*", "!dev"]).matches("dev"));
    assert!(of(&["!dev"]).matches("main") && !of(&["!dev"]).matches("dev"));
    assert!(of(&["v[0-9]*"]).matches("v12") && of(&["^main$"]).matches("main"));
    assert!(BranchPatterns::default().add("(").is_err());
}

#[test]
fn a_range_is_low_to_high() {
    let range = |yaml: &str| {
        let (policy, problems) = read(&format!("coverage: {{range: {yaml}}}"));
        (policy.range.0.to_string(), policy.range.1.to_string(), problems.len())
    };
    let of = |low: &str, high: &str, problems| (low.to_owned(), high.to_owned(), problems);
    assert_eq!(range("70..100"), of("70", "100", 0));
    assert_eq!(range("'70...90'"), of("70", "90", 0));
    assert_eq!(range("[80, 60]"), of("60", "80", 0), "a list is sorted");
    for wrong in ["'90..70'", "70", "[1]", "'a..b'", "'70..101'", "[1, 2, 3]", "{a: b}"] {
        assert_eq!(range(wrong), of("60", "80", 1), "{wrong}");
    }
}
