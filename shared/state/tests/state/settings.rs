//! What people set for a repository, and the webhook of its own.

use covermark_state::{Write, rows::repository_settings::RepositorySettings};
use covermark_types::RepositoryId;

use crate::support::{at, gh, table};

const REPO: RepositoryId = RepositoryId(42);

#[tokio::test]
async fn a_repository_that_nobody_set_anything_for_has_everything_on() {
    let table = table().await;
    let settings = table.repository_settings(&gh(), REPO).await.expect("a read");
    assert!(settings.comment && settings.statuses && settings.checks && settings.badge_token.is_none());
}

#[tokio::test]
async fn of_two_people_who_change_the_settings_at_once_one_is_told() {
    let table = table().await;
    let read = table.repository_settings(&gh(), REPO).await.expect("a read");
    let off = RepositorySettings { comment: false, changed_by: Some("ada".to_owned()), ..read.clone() };
    assert_eq!(table.put_repository_settings(&gh(), REPO, &off).await.expect("a write"), Write::Applied);
    assert_eq!(table.put_repository_settings(&gh(), REPO, &read).await.expect("a write"), Write::Refused);
    let now = table.repository_settings(&gh(), REPO).await.expect("a read");
    assert_eq!((now.comment, now.changed_by.as_deref(), now.version), (false, Some("ada"), 1));
    let on = RepositorySettings { comment: true, ..now };
    assert_eq!(table.put_repository_settings(&gh(), REPO, &on).await.expect("a write"), Write::Applied);
}

#[tokio::test]
async fn a_hook_is_green_when_its_ping_came_after_it_was_asked_for() {
    let table = table().await;
    let hook = async || table.repository_hook(&gh(), REPO).await.expect("a read").expect("a hook");
    table.begin_repository_hook(&gh(), REPO, 1, None, at(1)).await.expect("a write");
    assert_eq!((hook().await.heard(), hook().await.generations()), (false, vec![1]));
    table.made_repository_hook(&gh(), REPO, 77).await.expect("a write");
    table.pinged_repository_hook(&gh(), REPO, 1, at(2)).await.expect("a write");
    assert_eq!((hook().await.heard(), hook().await.hook), (true, Some(77)));
    table.begin_repository_hook(&gh(), REPO, 1, None, at(3)).await.expect("asked again");
    assert!(!hook().await.heard(), "an old ping says nothing of what was asked for later");
}

#[tokio::test]
async fn a_new_secret_leaves_the_former_one_good_until_github_signs_with_the_new_one() {
    let table = table().await;
    let hook = async || table.repository_hook(&gh(), REPO).await.expect("a read").expect("a hook");
    table.begin_repository_hook(&gh(), REPO, 1, None, at(1)).await.expect("a write");
    table.begin_repository_hook(&gh(), REPO, 2, Some(1), at(2)).await.expect("a write");
    assert_eq!(hook().await.generations(), [2, 1]);
    let late = table.pinged_repository_hook(&gh(), REPO, 1, at(3)).await.expect("a write");
    assert_eq!((late, hook().await.heard()), (Write::Refused, false));
    table.pinged_repository_hook(&gh(), REPO, 2, at(4)).await.expect("a write");
    assert_eq!((hook().await.generations(), hook().await.heard()), (vec![2], true));
    let older = table.begin_repository_hook(&gh(), REPO, 1, None, at(5)).await.expect("a write");
    assert_eq!(older, Write::Refused, "nobody goes back to a former secret");
}

#[tokio::test]
async fn a_retired_hook_takes_nothing_any_more_and_is_on_no_list() {
    let table = table().await;
    for repository in [REPO, RepositoryId(43)] {
        table.begin_repository_hook(&gh(), repository, 1, None, at(1)).await.expect("a write");
        table.made_repository_hook(&gh(), repository, 77).await.expect("a write");
    }
    table.retire_repository_hook(&gh(), REPO, at(2)).await.expect("a write");
    let listed = table.repository_hooks(&gh()).await.expect("a read");
    assert_eq!(listed.iter().map(|hook| hook.repository).collect::<Vec<_>>(), [RepositoryId(43)]);
    let hook = table.repository_hook(&gh(), REPO).await.expect("a read").expect("a hook");
    assert_eq!((hook.generations(), hook.hook), (Vec::new(), None));
    let late = table.pinged_repository_hook(&gh(), REPO, 1, at(3)).await.expect("a write");
    assert_eq!(late, Write::Refused);
    table.begin_repository_hook(&gh(), REPO, 2, None, at(4)).await.expect("made anew");
    assert_eq!(table.repository_hooks(&gh()).await.expect("a read").len(), 2);
}
