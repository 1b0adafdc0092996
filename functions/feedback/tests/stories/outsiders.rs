//! A stranger makes a commit of the repository the head of a pull request of theirs, and uploads for it.

use covermark_standin::PullRequest;
use covermark_state::rows::{
    commit::CommitRow,
    upload::{OpenedBy, UploadKey},
};
use covermark_types::Provider;
use insta::assert_snapshot;

use crate::house::{House, PATH, lcov};

/// The stranger's pull request, whose head is that of the repository's own.
fn theirs(house: &House) -> PullRequest {
    let fork = house.widgets.fork(&house.github.user("mona"));
    fork.branch("mine", &house.head);
    house.widgets.open_pull_request_from(&fork, "Mine", "mine", "main")
}

/// All of it is covered, says the stranger.
async fn lie(house: &House, pull: &PullRequest) -> UploadKey {
    let mut upload = house.upload(&house.head, "unit", Some(pull.number));
    upload.opened_by = OpenedBy::Fork;
    upload.branch = Some("mona:mine".to_owned());
    assert!(house.feedback.table.open_upload(&upload).await.expect("a row").applied());
    house.store(&upload.key, lcov(PATH, 14, |_| true)).await;
    house.handle(&upload.key).await.expect("feedback");
    upload.key
}

async fn row(house: &House) -> CommitRow {
    let row = house.feedback.table.commit(&Provider::github(), house.widgets.state().id, &house.head).await;
    row.expect("the table").expect("a row")
}

#[tokio::test]
async fn what_a_stranger_uploaded_for_a_commit_makes_way_for_what_the_repository_uploads() {
    let house = House::new().await;
    house.report_on_main(2).await;
    let theirs = theirs(&house);
    lie(&house, &theirs).await;
    let before = row(&house).await;
    assert_eq!((before.pull, before.from_forks), (Some(theirs.number), 1), "nobody else has said anything yet");
    assert!(before.by_fork);

    house.report("unit", lcov(PATH, 14, |line| line < 11)).await;
    assert_snapshot!(house.comment());
    assert_eq!(house.status(&house.head, "covermark/patch").expect("a status").0, "failure");
    let after = row(&house).await;
    assert_eq!((after.pull, after.branch.as_deref()), (Some(house.pull.number), Some("faster")));
    assert_eq!((after.uploads, after.from_forks, after.by_fork), (1, 0, false));
    let (provider, heads) = (Provider::github(), [house.head.clone()]);
    let bases = house.feedback.table.reports_of(&provider, house.widgets.state().id, &heads).await;
    assert_eq!(bases.expect("the table").len(), 1, "it can be a base");
}

#[tokio::test]
async fn what_a_stranger_uploads_later_changes_nothing() {
    let house = House::new().await;
    house.report_on_main(2).await;
    house.report("unit", lcov(PATH, 14, |line| line < 11)).await;
    let (said, before) = (house.comment(), row(&house).await);
    house.github.disregard_effects();
    let key = lie(&house, &theirs(&house)).await;
    assert_eq!((house.comment(), row(&house).await), (said, before));
    let kept = house.feedback.table.upload(&key, house.feedback.clock.now()).await.expect("the table");
    assert!(kept.expect("a row").shard.is_some(), "it is kept");
}

#[tokio::test]
async fn without_a_pull_request_in_the_upload_the_repositorys_own_is_judged() {
    let house = House::new().await;
    house.report_on_main(2).await;
    let theirs = theirs(&house);
    house.pull.close();
    let again = house.widgets.open_pull_request("Faster again", "faster", "main");
    let key = house.open(&house.head, "unit", false).await;
    house.store(&key, lcov(PATH, 14, |_| true)).await;
    house.handle(&key).await.expect("feedback");
    assert!(theirs.comments().is_empty(), "theirs is older and from a fork");
    assert_eq!(again.comments().len(), 1);
}
