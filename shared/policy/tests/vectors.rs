//! The incumbent's test vectors, one by one. Each case is named by what goes in, as the vector writes it; one table of
//! merges holds those that come out differently here on purpose, with what comes out there. The README says why.

use covermark_coverage::{Branches, LineState, Ratio, Report, Rounding, delta, formats::parse, merge, paths::Network};
use covermark_policy::{Percent, Policy, read};

/// Runs every case before it fails, so that one mistake does not hide another.
fn all<'a>(cases: impl IntoIterator<Item = (String, String, &'a str)>) {
    let wrong = cases.into_iter().filter(|(_, got, wanted)| got != wanted);
    let wrong: Vec<_> = wrong.map(|(name, got, wanted)| format!("{name}: {got}, not {wanted}")).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn report(filename: &str, text: &str) -> Report {
    let parsed = parse(filename, text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
    Report::from_files(parsed.files)
}

/// The custom JSON, which says of a line what the vectors say.
fn json(value: &str) -> Report {
    report("coverage.json", &format!(r#"{{"coverage": {{"a.go": {{"7": {value}}}}}}}"#))
}

/// Cobertura, which names the branches that were not taken.
fn cobertura(fraction: &str, missing: &str) -> Report {
    let branches = match fraction {
        "" => String::new(),
        _ => format!(r#"branch="true" condition-coverage="50% ({fraction})" missing-branches="{missing}""#),
    };
    let lines = format!(r#"<lines><line number="7" hits="1" {branches}/></lines>"#);
    let class = format!(r#"<class name="a" filename="a.go">{lines}</class>"#);
    report(
        "coverage.xml",
        &format!("<coverage><packages><package><classes>{class}</classes></package></packages></coverage>"),
    )
}

fn line(report: &Report) -> String {
    let Some(line) = report.files().first().and_then(|file| file.line(7)) else { return "none".to_owned() };
    let state = match line.state() {
        LineState::Hit => "hit",
        LineState::Partial => "partial",
        LineState::Miss => "miss",
    };
    match line.branches {
        Some(Branches { taken, total, .. }) => format!("{taken}/{total} {state}"),
        None => state.to_owned(),
    }
}

#[test]
fn two_values_of_one_line_merge_as_the_vectors_say() {
    let cases = [
        ("0", "5", "hit"),
        ("null", "0", "miss"),
        ("0", r#""1/2""#, "1/2 partial"),
        (r#""1/2""#, r#""2/2""#, "2/2 hit"),
        (r#""1/2""#, r#""0/2""#, "1/2 partial"),
        (r#""1/3""#, r#""2/4""#, "2/4 partial"),
        ("true", "0", "1/2 partial"),
        ("true", "1", "1/2 partial"),
    ];
    all(cases.map(|(a, b, wanted)| (format!("{a} with {b}"), line(&merge([&json(a), &json(b)])), wanted)));
}

#[test]
fn missing_branches_of_two_uploads_merge_as_the_vectors_say() {
    let cases = [
        (("1/2", "0"), ("1/2", "1"), "2/2 hit"),
        (("1/2", "0"), ("1/2", "0"), "1/2 partial"),
        (("1/3", "a,b"), ("2/3", "b"), "2/3 partial"),
    ];
    all(cases.map(|(a, b, wanted)| {
        let merged = merge([&cobertura(a.0, a.1), &cobertura(b.0, b.1)]);
        (format!("{} missing {{{}}} with {} missing {{{}}}", a.0, a.1, b.0, b.1), line(&merged), wanted)
    }));
    let missed = line(&merge([&cobertura("1/2", "0"), &json("0")]));
    all([("1/2 missing {0} with a plain miss".to_owned(), missed, "1/2 partial")]);
}

#[test]
fn values_that_merge_differently_here_on_purpose() {
    // In brackets what the incumbent makes of them.
    let cases = [("2", r#""1/2""#, "1/2 partial", "2/2 hit"), ("-1", "4", "hit", "-1 skipped")];
    all(cases
        .map(|(a, b, ours, theirs)| (format!("{a} with {b} ({theirs})"), line(&merge([&json(a), &json(b)])), ours)));
    let plain = line(&merge([&cobertura("1/2", "0"), &cobertura("", "")]));
    all([("1/2 missing {0} with a plain hit (2/2 hit)".to_owned(), plain, "1/2 partial")]);
}

#[test]
fn ratios_are_written_as_the_vectors_say() {
    // All and nothing are `100` and `0` there; the texts for people write them so here, whatever the precision.
    let cases = [
        ((2, 3), "66.66667"),
        ((1, 1), "100.00000"),
        ((0, 9), "0.00000"),
        ((1, 3), "33.33333"),
        ((199_999, 200_000), "99.99950"),
    ];
    all(cases.map(|((covered, total), wanted)| {
        let got = Ratio { covered, total }.percent(5, Rounding::Nearest).unwrap_or_default();
        (format!("{covered}/{total}"), got, wanted)
    }));
}

#[test]
fn numbers_are_rounded_as_the_vectors_say_but_with_a_real_minus() {
    let of = |covered, total| Ratio { covered, total };
    let cases = [
        ("0", of(0, 1), of(0, 1), ["+0.00", "+0.00", "+0.00"]),
        ("-0.004", of(99_996, 100_000), of(1, 1), ["−0.01", "−0.00", "−0.00"]),
        ("0.005", of(5, 100_000), of(0, 1), ["+0.00", "+0.01", "+0.00"]),
        ("0.015", of(15, 100_000), of(0, 1), ["+0.01", "+0.02", "+0.02"]),
        ("99.996", of(99_996, 100_000), of(0, 1), ["+99.99", "+100.00", "+100.00"]),
    ];
    let modes = [("down", Rounding::Down), ("up", Rounding::Up), ("nearest", Rounding::Nearest)];
    all(cases.iter().flat_map(|(value, head, base, wanted)| {
        modes.iter().zip(wanted).map(move |((name, rounding), wanted)| {
            (format!("{value} {name}"), delta(*head, *base, 2, *rounding).unwrap_or_default(), *wanted)
        })
    }));
}

#[test]
fn paths_are_looked_up_as_the_vectors_say() {
    let files = ["src/a.go", "src/sub/a.go", "lib/a.go", "README.md", "Src/Case.TS", "pkg/x/__init__.py"];
    let network = Network::new(files);
    let cases = [
        ("/home/runner/work/w/w/src/a.go", "src/a.go"),
        ("github.com/acme/widgets/src/a.go", "src/a.go"),
        ("sub/a.go", "src/sub/a.go"),
        ("a.go", "dropped"),
        ("foo/a.go", "dropped"),
        ("src/case.ts", "Src/Case.TS"),
        ("case.ts", "Src/Case.TS"),
        ("__init__.py", "pkg/x/__init__.py"),
        ("x/__init__.py", "pkg/x/__init__.py"),
        ("y/__init__.py", "dropped"),
    ];
    all(cases.map(|(path, wanted)| {
        (path.to_owned(), network.resolve(path, &[]).unwrap_or_else(|_| "dropped".to_owned()), wanted)
    }));
}

fn policy(yaml: &str) -> Policy {
    let (policy, problems) = read(yaml);
    assert!(problems.is_empty(), "{yaml}: {problems:?}");
    policy
}

#[test]
fn path_patterns_match_as_the_vectors_say() {
    let cases = [
        ("src", "src/a.go", "true"),
        ("src", "src2/a.go", "true"),
        ("src", "lib/src/a.go", "false"),
        ("./src/", "src/a.go", "true"),
        ("./src/", "src2/a.go", "false"),
        ("**/*.py", "a/b.py", "true"),
        ("**/*.py", "b.py", "false"),
        ("src/*", "src/a.go", "true"),
        ("src/*", "src/b/a.go", "false"),
        ("*_test.go", "a_test.go", "true"),
        ("*_test.go", "pkg/a_test.go", "false"),
        (".*_test.go", "pkg/a_test.go", "true"),
        ("src/**/*.{js,ts}", "src/a/b.js", "false"),
        ("src/**/*.{js,ts}", "src/a/b.{js,ts}", "true"),
    ];
    all(cases.map(|(pattern, path, wanted)| {
        let ignores = policy(&format!("ignore: ['{pattern}']")).ignores(path);
        (format!("{pattern} on {path}"), ignores.to_string(), wanted)
    }));
    let but = policy("ignore: [src, '!src/gen']");
    assert!(but.ignores("src/a.go") && !but.ignores("src/gen/a.go"), "!src/gen");
}

#[test]
fn fixes_and_branches_match_as_the_vectors_say() {
    let cases = [
        ("before/::after/", "before/a.go", "after/a.go"),
        ("before/::after/", "x/before/a.go", "x/before/a.go"),
        ("*/foo/::bar/", "x/foo/a.go", "bar/a.go"),
        ("*/foo/::bar/", "x/y/foo/a.go", "x/y/foo/a.go"),
        ("/app/::", "/app/a.go", "a.go"),
    ];
    all(cases.map(|(fix, path, wanted)| {
        (format!("{fix} on {path}"), policy(&format!("fixes: ['{fix}']")).fixes.replaced(path).into_owned(), wanted)
    }));
    assert_eq!(policy("fixes: ['::src/']").fixes.prefixed("a.go"), "src/a.go", "::src/");
    let cases = [
        ("main", "main", "true"),
        ("main", "maintenance", "false"),
        ("release/*", "release/1/2", "true"),
        ("release/*", "my-release/1", "false"),
        ("!dev", "dev", "false"),
        ("!dev", "main", "true"),
        ("*", "anything", "true"),
    ];
    all(cases.map(|(pattern, branch, wanted)| {
        let rules = policy(&format!("coverage: {{status: {{project: {{default: {{branches: ['{pattern}']}}}}}}}}"));
        let matches = rules.project().is_some_and(|rule| rule.branches.matches(branch));
        (format!("{pattern} on {branch}"), matches.to_string(), wanted)
    }));
}

#[test]
fn percentages_and_ranges_are_read_as_the_vectors_say() {
    let cases = [("80", "80"), ("80%", "80"), ("5 %", "5"), ("1e", "invalid")];
    all(cases.map(|(text, wanted)| {
        (text.to_owned(), Percent::parse(text).map_or_else(|| "invalid".to_owned(), |read| read.to_string()), wanted)
    }));
    let (low, high) = policy("coverage: {range: [80, 60]}").range;
    assert_eq!((low.to_string(), high.to_string()), ("60".to_owned(), "80".to_owned()), "[80,60]");
}
