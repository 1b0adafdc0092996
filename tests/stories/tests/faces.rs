//! What people see of a pull request: the comment and the checks as they stand on GitHub, by day, by night and on a
//! telephone. The pictures are `tests/out/face-*.png`; what is wrong with them for somebody who cannot see them, axe-core
//! says; the Markdown is kept word for word.

#[path = "faces/street.rs"]
mod street;

use crate::street::{Case, MAIN, PARSER, Street, lcov, source};

/// The change that most of them make: five lines more.
fn longer() -> String {
    source(10, "old") + &source(5, "new")
}

/// Both jobs upload.
async fn both(street: &Street, branch: &str, files: &[(&str, &str)], unit: &str) -> Case {
    let case = street.pull(branch, files).await;
    street.upload(&case, "unit", unit).await;
    street.upload(&case, "e2e", &lcov(MAIN, 4, &[], &[])).await;
    case
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comment_and_the_checks_are_read_in_their_usual_cases() {
    let street = Street::new().await;
    let longer = longer();
    let changed: &[(&str, &str)] = &[(PARSER, &longer)];

    let first = street.pull("first", changed).await;
    street.upload(&first, "unit", &lcov(PARSER, 15, &[3, 12], &[])).await;
    street.look(&first, "first-report").await;

    street.report_on_main().await;
    let waiting = street.pull("waiting", changed).await;
    street.upload(&waiting, "unit", &lcov(PARSER, 15, &[3], &[])).await;
    street.look(&waiting, "waiting").await;

    let passing = both(&street, "passing", changed, &lcov(PARSER, 15, &[3], &[])).await;
    street.look(&passing, "passing").await;

    let lacking = both(&street, "lacking", changed, &lcov(PARSER, 15, &[3, 11, 13, 14], &[15])).await;
    street.look(&lacking, "lacking").await;

    let falling = both(&street, "falling", changed, &lcov(PARSER, 15, &[1, 2, 3, 4, 5], &[])).await;
    street.look(&falling, "project-falls").await;

    let text = both(&street, "text", &[("README.md", "Faster.\n")], &lcov(PARSER, 10, &[3], &[])).await;
    street.look(&text, "nothing-to-test").await;

    let newcomer = both(&street, "newcomer", changed, &lcov(PARSER, 15, &[3], &[])).await;
    street.upload(&newcomer, "fuzz", &lcov(PARSER, 15, &[3, 4, 5, 6, 7], &[])).await;
    street.look(&newcomer, "flag-new-here").await;
    street.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_comment_and_the_checks_are_read_when_something_is_wrong_or_odd() {
    let street = Street::new().await;
    street.report_on_main().await;
    let longer = longer();
    let changed: &[(&str, &str)] = &[(PARSER, &longer)];
    let unit = lcov(PARSER, 15, &[3], &[]);

    let broken = street.pull("broken", changed).await;
    street.upload(&broken, "unit", &(lcov("lib/unknown.py", 9, &[], &[]) + &unit)).await;
    street.upload(&broken, "e2e", "<testsuites/>").await;
    street.look(&broken, "unreadable-upload").await;

    let nothing = street.pull("nothing", changed).await;
    street.upload(&nothing, "unit", "no report").await;
    street.upload(&nothing, "e2e", "<testsuites/>").await;
    street.look(&nothing, "nothing-readable").await;

    let told = "codecov:\n  notify:\n    notify_error: true\n";
    let told = street.pull("told", &[(PARSER, &longer), ("codecov.yml", told)]).await;
    street.upload(&told, "unit", &unit).await;
    street.upload(&told, "e2e", "<testsuites/>").await;
    street.look(&told, "errors-instead").await;

    let text = street.pull("text", &[("README.md", "Faster.\n")]).await;
    street.upload_nothing(&text).await;
    street.look(&text, "empty-passes").await;

    let empty = street.pull("empty", changed).await;
    street.upload_nothing(&empty).await;
    street.look(&empty, "empty-fails").await;

    let rules = "comment: {layout: \"reach,diff,flags,tree,components\", hide_comment_details: false}\ncomponent_management:\n  individual_components:\n    - {component_id: parser, name: Parser, paths: [src/parser.py]}\n";
    let own =
        both(&street, "own", &[(PARSER, &longer), ("codecov.yml", rules)], &lcov(PARSER, 15, &[3, 12], &[])).await;
    street.look(&own, "layout-of-its-own").await;

    let odd = "src/a`b|<b>__c__.py";
    let rules = "coverage: {precison: 1}\nflag_managment: {}\n";
    let hostile = street.pull("hostile", &[(odd, &source(3, "odd")), ("codecov.yml", rules)]).await;
    street.curl(&hostile, "unit", &(lcov(PARSER, 10, &[3, 4], &[]) + &lcov(odd, 3, &[2], &[]))).await;
    street.upload(&hostile, "e2e", &lcov(MAIN, 4, &[], &[])).await;
    street.look(&hostile, "odd-names-and-mistakes").await;
    street.end().await;
}
