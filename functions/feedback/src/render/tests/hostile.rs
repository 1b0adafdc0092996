//! Names that strangers choose: nothing of them becomes Markdown, HTML, a mention or another line.

use covermark_coverage::compare::{IndirectFile, Presence, Uncovered};
use insta::assert_snapshot;
use proptest::prelude::{ProptestConfig, any, proptest};

use super::{file, lacking, lines, place};
use crate::{
    judge::{
        Base, ComponentLine, DroppedPath, FlagLine, LeftOut, NotCarried, PatchCoverage, Side, UnreadableFile, Verdicts,
        Waiting,
    },
    render::{
        comment::LONGEST,
        escape::{NAME, PATH, code, plain, sentence},
        render,
    },
};

const NASTY: &str =
    "a`b|c<img src=x onerror=alert(1)>\n# h\r\n@acme/admins #1 [x](http://evil) \u{202E}txt.exe \\| __init__";

fn everywhere(name: &str) -> Verdicts {
    let mut verdicts = lacking();
    if let Some(PatchCoverage::Lines { files, .. }) = &mut verdicts.patch {
        *files = vec![file(name, 0, 1, &[Uncovered::Lines { start: 1, end: 1 }])];
    }
    if let Base::Found(base) = &mut verdicts.base {
        base.branch = Some(name.to_owned());
    }
    verdicts.indirect = vec![IndirectFile {
        path: name.to_owned(),
        presence: Presence::Both,
        newly_missed: vec![1],
        newly_covered: Vec::new(),
    }];
    verdicts.uploads.unreadable = 1;
    verdicts.uploads.files =
        vec![UnreadableFile { upload: name.to_owned(), file: name.to_owned(), why: format!("It says {name}.") }];
    verdicts.uploads.left_out = 1;
    verdicts.uploads.dropped =
        vec![DroppedPath { path: name.to_owned(), code: "unknown-path".to_owned(), why: "Not there.".to_owned() }];
    verdicts.uploads.passed_over = vec![format!("`{name}`: 1 unknown record was skipped, on line 2: `{name}`")];
    verdicts.configuration = vec![super::problem(1, name, "is not a key")];
    let sums = Some(lines(1, 2));
    verdicts.flags = vec![FlagLine { name: name.to_owned(), head: sums, base: sums, patch: sums, carried: None }];
    verdicts.components = vec![ComponentLine {
        id: name.to_owned(),
        name: name.to_owned(),
        head: lines(1, 2),
        base: sums,
        patch: sums,
        carried: None,
    }];
    verdicts.left_out = vec![LeftOut {
        flag: Some(name.to_owned()),
        lacking: Side::Head,
        not_carried: Some(NotCarried::Renamed { to: name.to_owned() }),
    }];
    verdicts
}

fn comment(verdicts: &Verdicts) -> String {
    render(verdicts, &place()).comment.expect("a comment").text
}

#[test]
fn a_nasty_name_is_shown_and_does_nothing() {
    assert_snapshot!(comment(&everywhere(NASTY)));
}

#[test]
fn a_name_of_four_kilobytes_is_cut_and_keeps_its_end() {
    let long = format!("{}/the_end.rs", "very/".repeat(800));
    let text = comment(&everywhere(&long));
    assert!(text.len() < 8_000, "{} bytes", text.len());
    assert!(text.contains("the\\_end.rs"));
    // The link leads to the file all the same: it is made from the whole name.
    assert!(text.contains(&place().file(covermark_types::PullNumber(7), &long)));
}

#[test]
fn code_spans_cannot_be_left() {
    assert_eq!(code("a.rs", PATH), "`a.rs`");
    assert_eq!(code("a`b``c", PATH), "```a`b``c```");
    assert_eq!(code("`a", PATH), "`` `a ``");
    assert_eq!(code("a|b", PATH), "`a\\|b`");
    assert_eq!(code(" \n", NAME), "`  � `");
    assert_eq!(code("", NAME), "*(no name)*");
}

#[test]
fn plain_text_mentions_and_links_nobody() {
    assert_eq!(plain("@acme", NAME), "@\u{2060}acme");
    assert_eq!(plain("fixes #12", NAME), "fixes \\#\u{2060}12");
    assert_eq!(plain("http://evil", NAME), "http:\u{2060}//evil");
    assert_eq!(plain("www.evil.com", NAME), "www.\u{2060}evil.com");
    assert_eq!(plain("<b>&amp;", NAME), "&lt;b&gt;&amp;amp;");
    assert_eq!(plain("__init__.py", NAME), "\\_\\_init\\_\\_.py");
}

#[test]
fn a_sentence_keeps_its_code_and_nothing_else() {
    assert_eq!(sentence("Run `a|b` now."), "Run `a|b` now.");
    assert_eq!(sentence("Half ` a span <i>"), "Half \\` a span &lt;i&gt;");
}

#[test]
fn the_largest_comment_fits_into_what_github_takes() {
    let long = "ä|`<".repeat(1_000);
    let mut verdicts = everywhere(&long);
    let files = (0..5_000).map(|n| {
        let lines: Vec<_> = (0..500).map(|line| Uncovered::Partial { line: line * 2, taken: 1, total: 2 }).collect();
        file(&format!("{long}{n}"), 0, 500, &lines)
    });
    if let Some(PatchCoverage::Lines { files: all, .. }) = &mut verdicts.patch {
        *all = files.collect();
    }
    verdicts.indirect = vec![verdicts.indirect[0].clone(); 1_000];
    verdicts.uploads.files = vec![verdicts.uploads.files[0].clone(); 1_000];
    verdicts.uploads.dropped = vec![verdicts.uploads.dropped[0].clone(); 1_000];
    verdicts.configuration = vec![verdicts.configuration[0].clone(); 1_000];
    verdicts.waiting = Some(Waiting { here: 1, expected: 901, missing: vec![long; 900] });
    let text = comment(&verdicts);
    assert!(text.len() <= LONGEST, "{} bytes", text.len());
    assert!(text.contains("more files* | | |"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_name_changes_the_shape_of_the_comment(name in any::<String>()) {
        let shape = |text: &str| {
            let rows = text.lines().filter(|line| line.starts_with('|')).count();
            (text.lines().count(), rows, text.matches("<details>").count(), text.matches("<!--").count())
        };
        let name = format!("x{name}x");
        let expected = shape(&comment(&everywhere("src/x.rs")));
        let actual = comment(&everywhere(&name));
        assert_eq!(shape(&actual), expected, "{actual}");
    }
}
