//! Who may see and do what: GitHub's word about the person, asked with their own token.

use covermark_service::{pages::ErrorPage, session::Current};
use covermark_state::rows::{access::AccessOf, seen::Right};
use covermark_types::{AccountId, Clock as _, InstallationId};

use crate::{
    browser::Browser,
    house::{House, row},
    sign_in::sign_in,
};

async fn signed_in(house: &House) -> Current {
    let mut browser = Browser::new(&house.router);
    sign_in(house, &mut browser, "/login/gh").await;
    house.access.current(&browser.headers()).await.ok().flatten().expect("a session")
}

fn status(page: Result<impl Sized, ErrorPage>) -> u16 {
    page.err().map_or(200, |page| page.status().as_u16())
}

#[tokio::test]
async fn a_persons_right_is_the_highest_that_github_lists() {
    let house = House::standard().await;
    house.install(7, "acme", "Organization");
    let rows = [
        (house.repository(7, 1, "acme/admin", &["admin", "push", "pull"]), Right::Admin, true),
        (house.repository(7, 2, "acme/push", &["push", "pull"]), Right::Write, true),
        (house.repository(7, 3, "acme/pull", &["pull"]), Right::Read, false),
        (house.repository(7, 4, "acme/nothing", &[]), Right::None, false),
        (row(7, 5, "acme/unseen", house.clock.now()), Right::None, false),
    ];
    let current = signed_in(&house).await;
    for (row, right, administers) in &rows {
        let name = row.name.to_string();
        assert_eq!(house.access.right(&current, row).await.ok(), Some(*right), "{name}");
        assert_eq!(house.access.may_see(Some(&current), row).await.ok(), Some(*right >= Right::Read), "{name}");
        assert_eq!(house.access.may_administer(&current, row).await.ok(), Some(*administers), "{name}");
        assert_eq!(house.access.may_see(None, row).await.ok(), Some(false), "{name}");
    }
    assert_eq!(house.github.count("repository"), 5, "each is asked for once");
}

#[tokio::test]
async fn a_public_repository_is_seen_by_all_and_administered_by_few() {
    let house = House::standard().await;
    let mut public = house.repository(7, 1, "acme/public", &["pull"]);
    public.private = false;
    let current = signed_in(&house).await;
    assert_eq!(house.access.may_see(None, &public).await.ok(), Some(true));
    assert_eq!(house.access.may_see(Some(&current), &public).await.ok(), Some(true));
    assert_eq!(house.access.may_administer(&current, &public).await.ok(), Some(false));
}

#[tokio::test]
async fn a_right_that_was_taken_away_is_gone_within_minutes() {
    let house = House::standard().await;
    let widgets = house.repository(7, 1, "acme/widgets", &["push", "pull"]);
    let current = signed_in(&house).await;
    let may = async || house.access.may_administer(&current, &widgets).await.ok();
    assert_eq!(may().await, Some(true));
    house.github.set(|github| github.repositories.clear());
    assert_eq!(may().await, Some(true));
    house.clock.advance(5 * 60);
    assert_eq!(may().await, Some(false));
    assert_eq!(house.another_function().may_see(Some(&current), &widgets).await.ok(), Some(false));
}

#[tokio::test]
async fn what_is_heard_of_a_persons_or_a_teams_access_makes_what_was_kept_void_at_once() {
    let house = House::standard().await;
    house.install(7, "acme", "Organization");
    let widgets = house.repository(7, 1, "acme/widgets", &["push", "pull"]);
    let current = signed_in(&house).await;
    let look = async || {
        assert_eq!(house.access.may_administer(&current, &widgets).await.ok(), Some(true));
        let seen = house.access.repositories(&current, InstallationId(7)).await.ok().flatten().expect("a list");
        assert_eq!(seen.items.len(), 1);
        ["repository", "installations", "repositories"].map(|question| house.github.count(question))
    };
    let mut asked = look().await;
    for of in [AccessOf::User(current.session.user), AccessOf::Account(widgets.owner_id)] {
        assert_eq!(look().await, asked, "kept");
        house.clock.advance(1);
        house.table.note_access_change(&widgets.provider, of, house.clock.now()).await.expect("written");
        house.clock.advance(1);
        let again = look().await;
        assert!(again.iter().zip(&asked).all(|(again, before)| again > before), "{of:?}: {again:?} after {asked:?}");
        asked = again;
    }
    house.clock.advance(1);
    let stranger = AccessOf::Account(AccountId(1));
    house.table.note_access_change(&widgets.provider, stranger, house.clock.now()).await.expect("written");
    assert_eq!(look().await, asked, "another account's changes are none of this one's");
}

#[tokio::test]
async fn another_repository_under_the_same_name_is_another_repository() {
    let house = House::standard().await;
    house.repository(7, 99, "acme/widgets", &["admin"]);
    let current = signed_in(&house).await;
    let ours = row(7, 1, "acme/widgets", house.clock.now());
    assert_eq!(house.access.right(&current, &ours).await.ok(), Some(Right::None));
    let mut elsewhere = row(7, 99, "acme/widgets", house.clock.now());
    elsewhere.provider = "ghe".parse().expect("a provider");
    assert_eq!(house.access.right(&current, &elsewhere).await.ok(), Some(Right::None), "ids count for one GitHub");
}

#[tokio::test]
async fn while_github_does_not_answer_nobody_is_let_in_for_that() {
    let house = House::standard().await;
    let widgets = house.repository(7, 1, "acme/widgets", &["admin"]);
    let current = signed_in(&house).await;
    house.github.set(|github| github.list_status = Some(500));
    assert_eq!(status(house.access.may_see(Some(&current), &widgets).await), 503);
    house.github.set(|github| github.list_status = None);
    assert_eq!(house.access.may_see(Some(&current), &widgets).await.ok(), Some(true), "and nothing wrong was kept");
}

#[tokio::test]
async fn an_installation_is_opened_only_from_the_persons_own_list() {
    let house = House::standard().await;
    house.install(7, "acme", "Organization");
    house.repository(7, 1, "acme/widgets", &["push", "pull"]);
    // GitHub would answer for it, but does not list it to the person.
    house.repository(8, 2, "evil/secret", &["admin"]);
    let current = signed_in(&house).await;
    let open = async |id| house.access.repositories(&current, InstallationId(id)).await.expect("an answer");
    let seen = open(7).await.expect("theirs");
    assert_eq!(
        seen.items.iter().map(|one| (one.name.as_str(), one.right)).collect::<Vec<_>>(),
        [("acme/widgets", Right::Write)]
    );
    assert!(open(8).await.is_none());
    assert!(open(9).await.is_none());
}

#[tokio::test]
async fn lists_are_read_to_their_last_page_and_kept_for_all_functions() {
    let house = House::standard().await;
    house.install(7, "acme", "Organization");
    for id in 1..=250 {
        house.repository(7, id, &format!("acme/r{id:03}"), &["pull"]);
    }
    let current = signed_in(&house).await;
    let seen = house.access.repositories(&current, InstallationId(7)).await.ok().flatten().expect("a list");
    assert_eq!(seen.items.len(), 250);
    assert_eq!(house.github.count("repositories"), 3);
    let other = house.another_function();
    let again = other.repositories(&current, InstallationId(7)).await.ok().flatten().expect("a list");
    assert_eq!((again, house.github.count("repositories")), (seen, 3), "the other function asked nobody");
}

#[tokio::test]
async fn a_list_that_failed_half_way_never_replaces_a_good_one() {
    let house = House::standard().await;
    house.install(7, "acme", "Organization");
    for id in 1..=150 {
        house.repository(7, id, &format!("acme/r{id:03}"), &["pull"]);
    }
    let current = signed_in(&house).await;
    let list = async || house.access.repositories(&current, InstallationId(7)).await;
    let good = list().await.ok().flatten().expect("a list");
    house.github.set(|github| github.broken_page = Some(2));
    house.clock.advance(6 * 60);
    let shown = list().await.ok().flatten().expect("a list");
    assert_eq!(shown, good, "whole, and with the time it is of");
    house.clock.advance(54 * 60);
    assert_eq!(status(list().await), 503, "after an hour it is too old to be shown");
    house.github.set(|github| github.broken_page = None);
    assert_eq!(list().await.ok().flatten().expect("a list").items.len(), 150);
}

#[tokio::test]
async fn a_first_list_that_failed_half_way_is_no_list() {
    let house = House::standard().await;
    for id in 1..=150 {
        house.install(id, &format!("org{id}"), "Organization");
    }
    house.github.set(|github| github.broken_page = Some(2));
    let current = signed_in(&house).await;
    assert_eq!(status(house.access.installations(&current).await), 503);
    house.github.set(|github| github.broken_page = None);
    assert_eq!(house.access.installations(&current).await.expect("a list").items.len(), 150);
}
