//! The comments of the house's page, each as it will stand on GitHub.

use covermark_coverage::compare::{IndirectFile, Presence, Uncovered};
use insta::assert_snapshot;

use super::{comes_to, judge, judged, lacking, lines, passing, percent, place, problem, uploads, with_patch};
use crate::{
    judge::{
        Base, DiffUnknown, DroppedPath, Judged, Kind, NoBase, Outcome, PatchCoverage, Remark, UnreadableFile, Verdicts,
        Waiting, Wanted, Why,
    },
    render::render,
};

fn comment(verdicts: &Verdicts) -> String {
    render(verdicts, &place()).comment.expect("a comment").text
}

#[test]
fn everything_that_changed_is_covered() {
    assert_snapshot!(comment(&passing()));
}

#[test]
fn the_change_lacks_coverage() {
    let mut verdicts = lacking();
    verdicts.indirect = vec![
        indirect("src/io.rs", Presence::Both, 3, 0),
        indirect("src/net/mod.rs", Presence::OnlyBase, 0, 0),
        indirect("src/new.rs", Presence::OnlyHead, 2, 9),
    ];
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn uploads_are_still_to_come() {
    let mut verdicts = with_patch(passing(), lines(37, 41), None);
    verdicts.uploads = uploads(4);
    verdicts.waiting =
        Some(Waiting { here: 4, expected: 6, missing: vec!["integration (linux)".to_owned(), "e2e".to_owned()] });
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn the_first_report_of_a_repository_has_numbers_and_nothing_to_compare_with() {
    let mut verdicts = with_patch(passing(), lines(37, 41), Some(judged(Outcome::NotJudged(Why::NoBase), None)));
    verdicts.base = Base::Missing { branch: Some("main".to_owned()), why: NoBase::NoReport };
    judge(&mut verdicts, Kind::Project, Some(judged(Outcome::NotJudged(Why::NoBase), None)));
    verdicts.uploads = uploads(1);
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn an_upload_could_not_be_read() {
    let mut verdicts =
        with_patch(passing(), lines(37, 41), Some(judged(Outcome::Met, Some(Wanted::Percent(percent("80"))))));
    verdicts.uploads.unreadable = 1;
    verdicts.uploads.files = vec![unreadable("unit (windows)", "coverage.xml")];
    verdicts.uploads.left_out = 12;
    verdicts.uploads.dropped = (0..12).map(|n| dropped(&format!("/opt/python/lib/gen{n:02}.py"))).collect();
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn what_was_passed_over_inside_the_reports_is_told_below() {
    let mut verdicts = passing();
    verdicts.uploads.passed_over = vec![
        "`lcov.info`: 3 line numbers could not be used, first on line 17: `DA:0,1`".to_owned(),
        "`coverage.xml`: 1 place where the XML breaks off, at byte 4096".to_owned(),
    ];
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn several_uploads_could_not_be_read_and_the_change_lacks_coverage_too() {
    let mut verdicts = lacking();
    verdicts.uploads.unreadable = 5;
    verdicts.uploads.files = (1..=5).map(|n| unreadable(&format!("shard {n}"), "cover.out")).collect();
    verdicts.uploads.left_out = 1;
    verdicts.uploads.dropped = vec![dropped("/usr/include/c++/12/vector")];
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn nothing_could_be_read_at_all() {
    let mut verdicts = passing();
    verdicts.uploads = uploads(1);
    verdicts.uploads.unreadable = 1;
    verdicts.uploads.files = vec![unreadable("unit", "coverage.out")];
    verdicts.patch = Some(PatchCoverage::NothingMeasured);
    judge(&mut verdicts, Kind::Patch, None);
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn nothing_that_changed_can_be_tested() {
    let mut verdicts = passing();
    verdicts.patch = Some(PatchCoverage::NothingMeasured);
    judge(&mut verdicts, Kind::Patch, Some(judged(Outcome::NotJudged(Why::NothingChanged), None)));
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn the_diff_is_too_large_so_the_patch_is_not_known() {
    let mut verdicts = passing();
    verdicts.patch = Some(PatchCoverage::Unknown(DiffUnknown::TooLarge));
    let unknown = Outcome::NotJudged(Why::DiffUnknown(DiffUnknown::TooLarge));
    judge(&mut verdicts, Kind::Patch, Some(judged(unknown, None)));
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn the_project_falls_although_the_change_is_covered() {
    let mut verdicts = passing();
    super::head(&mut verdicts, lines(8_440, 10_000));
    comes_to(&mut verdicts, Kind::Project, Outcome::Missed);
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn only_covered_code_was_removed() {
    let mut verdicts = passing();
    super::head(&mut verdicts, lines(8_000, 9_541));
    verdicts.patch = Some(PatchCoverage::NothingMeasured);
    judge(&mut verdicts, Kind::Patch, Some(judged(Outcome::NotJudged(Why::NothingChanged), None)));
    comes_to(&mut verdicts, Kind::Project, Outcome::OnlyRemoved);
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn the_configuration_has_mistakes_and_the_history_may_not_be_read() {
    let mut verdicts = passing();
    verdicts.configuration = vec![problem(3, "coverage.precison", "is not a key; `precision` is.")];
    verdicts.remarks = vec![Remark::NoHistory, Remark::BaseReportGone];
    assert_snapshot!(comment(&verdicts));
}

#[test]
fn an_informational_rule_tells_and_does_not_fail() {
    let rule = Judged { informational: true, ..judged(Outcome::Missed, Some(Wanted::Percent(percent("80")))) };
    assert_snapshot!(comment(&with_patch(passing(), lines(25, 35), Some(rule))));
}

#[test]
fn a_hundred_files_are_cut_to_what_people_read() {
    let mut verdicts = lacking();
    let files =
        (0..120).map(|n| super::file(&format!("src/m{n:03}.rs"), 0, 2, &[Uncovered::Lines { start: 1, end: 2 }]));
    if let Some(PatchCoverage::Lines { files: all, .. }) = &mut verdicts.patch {
        *all = files.collect();
    }
    let text = comment(&verdicts);
    assert!(text.contains("| *and 70 more files* | | |\n\nProject "), "{text}");
}

fn indirect(path: &str, presence: Presence, missed: u32, covered: u32) -> IndirectFile {
    IndirectFile {
        path: path.to_owned(),
        presence,
        newly_missed: (1..=missed).collect(),
        newly_covered: (101..101 + covered).collect(),
    }
}

fn unreadable(upload: &str, file: &str) -> UnreadableFile {
    UnreadableFile {
        upload: upload.to_owned(),
        file: file.to_owned(),
        why: "This is a binary `.coverage` file of Visual Studio or .NET, which is not read. Convert it with \
              `dotnet-coverage merge -f cobertura -o coverage.xml FILE`."
            .to_owned(),
    }
}

fn dropped(path: &str) -> DroppedPath {
    DroppedPath {
        path: path.to_owned(),
        code: "unknown-path".to_owned(),
        why: "No file of the repository has or ends in these paths.".to_owned(),
    }
}
