//! The defects of the field's incumbent as tests: what was renamed, moved, made anew, selected otherwise.

use covermark_standin::Fault;
use covermark_state::{
    jobs::{SyncJob, SyncMessage},
    rows::pull::PullState,
};
use covermark_types::{Clock as _, Fault as _, FaultClass, InstallationId, PullNumber, RepositoryId};

use super::{World, gh, installation_job, world, world_at_rest};
use crate::{handle, level};

fn repository_job(repository: RepositoryId, installation: InstallationId) -> SyncJob {
    SyncJob::Repository { provider: gh(), repository, installation: Some(installation) }
}

async fn installation_of(world: &World, name: &str) -> Option<InstallationId> {
    world.named(name).await.and_then(|row| row.installation)
}

#[tokio::test]
async fn a_repository_that_left_the_selection_is_covered_no_more() {
    let world = world().await;
    let acme = world.github.org("acme");
    let (widgets, gadgets) = (acme.repository("widgets"), acme.repository("gadgets"));
    let installation = world.github.install_app_on(&acme, &[&widgets, &gadgets]);
    level(&world.app, &installation_job(installation.id)).await.expect("level");
    installation.remove_repository(&gadgets);
    let job = SyncJob::InstallationRepositories { provider: gh(), installation: installation.id };
    level(&world.app, &job).await.expect("level");
    assert_eq!(world.names(installation.id).await, ["acme/widgets"]);
    assert_eq!(installation_of(&world, "acme/gadgets").await, None);
}

#[tokio::test]
async fn from_all_to_selected_leaves_githubs_list_and_never_none_by_accident() {
    let world = world().await;
    let acme = world.github.org("acme");
    let names = ["a", "b", "c"].map(|name| acme.repository(name));
    let installation = world.github.install_app(&acme);
    level(&world.app, &installation_job(installation.id)).await.expect("level");
    // GitHub says so as a removal from a list that was never kept.
    installation.remove_repository(&names[1]);
    let job = SyncJob::InstallationRepositories { provider: gh(), installation: installation.id };
    level(&world.app, &job).await.expect("level");
    assert_eq!(world.names(installation.id).await, ["acme/a", "acme/c"]);
    let row = world.app.table.installation(&gh(), installation.id).await.expect("read").expect("there");
    assert_eq!(format!("{:?}", row.selection), "Selected");
}

#[tokio::test]
async fn a_transfer_keeps_one_row_whether_the_new_owner_has_the_app_or_not() {
    let world = world().await;
    let (acme, globex, plain) = (world.github.org("acme"), world.github.org("globex"), world.github.org("plain"));
    let widgets = acme.repository("widgets");
    let (from, to) = (world.github.install_app(&acme).id, world.github.install_app(&globex).id);
    for id in [from, to] {
        level(&world.app, &installation_job(id)).await.expect("level");
    }
    widgets.transfer(&globex);
    level(&world.app, &repository_job(widgets.id, to)).await.expect("level");
    for name in ["globex/widgets", "acme/widgets"] {
        let found = world.named(name).await.expect("found");
        assert_eq!((found.id, found.installation), (widgets.id, Some(to)), "{name}");
    }
    assert!(world.names(from).await.is_empty());
    widgets.transfer(&plain);
    level(&world.app, &repository_job(widgets.id, to)).await.expect("level");
    let kept = world.app.table.repository(&gh(), widgets.id).await.expect("read").expect("its history stays");
    assert_eq!((kept.installation, kept.removed_at.is_some()), (None, true));
}

#[tokio::test]
async fn a_transfer_that_waits_while_the_old_owners_list_is_read_is_not_taken_for_read() {
    let (world, clock) = world_at_rest().await;
    let (acme, globex) = (world.github.org("acme"), world.github.org("globex"));
    let widgets = acme.repository("widgets");
    let (from, to) = (world.github.install_app(&acme).id, world.github.install_app(&globex).id);
    for id in [from, to] {
        level(&world.app, &installation_job(id)).await.expect("level");
    }
    clock.advance(std::time::Duration::from_secs(1));
    widgets.transfer(&globex);
    let transferred = SyncMessage::new(repository_job(widgets.id, to)).asked(clock.now());
    clock.advance(std::time::Duration::from_secs(1));
    // The list of the one that it left: it is gone from there, and nobody has looked at the other one yet.
    level(&world.app, &installation_job(from)).await.expect("level");
    handle(&world.app, transferred.clone()).await.expect("done");
    let row = world.named("globex/widgets").await.expect("found");
    assert_eq!((row.id, row.installation), (widgets.id, Some(to)));
    let calls = world.github.call_count();
    handle(&world.app, transferred).await.expect("done");
    assert_eq!(world.github.call_count(), calls, "now it was read");
}

#[tokio::test]
async fn a_name_that_was_deleted_made_again_and_deleted_again_leads_to_the_one_that_is_there() {
    let world = world().await;
    let acme = world.github.org("acme");
    let id = world.github.install_app(&acme).id;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let widgets = acme.repository("widgets");
        level(&world.app, &repository_job(widgets.id, id)).await.expect("level");
        assert_eq!(world.named("acme/widgets").await.map(|row| row.id), Some(widgets.id));
        seen.push(widgets.id);
        widgets.delete();
        level(&world.app, &repository_job(widgets.id, id)).await.expect("level");
        assert!(world.names(id).await.is_empty());
    }
    seen.dedup();
    assert_eq!(seen.len(), 3, "three repositories of one name");
}

#[tokio::test]
async fn names_may_hold_every_character_that_github_allows() {
    let world = world().await;
    let owners = [world.github.org("a-b-0"), world.github.user("mona_acme")];
    let longest = "x".repeat(100);
    for owner in &owners {
        let id = world.github.install_app(owner).id;
        for name in [".github", "-", "_", "a.b_c-D--9", "0", "x..y", "pull", &longest] {
            let made = owner.repository(name);
            level(&world.app, &repository_job(made.id, id)).await.expect("level");
            let full = made.name().to_string();
            for spelling in [full.clone(), full.to_ascii_uppercase()] {
                assert_eq!(world.named(&spelling).await.map(|row| row.id), Some(made.id), "{spelling}");
            }
        }
        assert_eq!(world.names(id).await.len(), 8);
    }
}

#[tokio::test]
async fn a_repository_with_a_hundred_thousand_branches_costs_no_more_than_any_other() {
    let world = world().await;
    let acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("a.py", "1\n")]);
    widgets.add_branches(100_000);
    assert_eq!(widgets.state().branches.len(), 100_001);
    let id = world.github.install_app(&acme).id;
    level(&world.app, &installation_job(id)).await.expect("level");
    let before = world.github.call_count();
    level(&world.app, &repository_job(widgets.id, id)).await.expect("level");
    assert_eq!(world.github.call_count() - before, 2, "the repository, and its token");
    // What is told of a branch that is not the default one costs nothing at all: `webhook` has its tests.
    widgets.set_default_branch("branch-099999");
    level(&world.app, &repository_job(widgets.id, id)).await.expect("level");
    assert_eq!(world.named("acme/widgets").await.expect("there").default_branch, "branch-099999");
}

#[tokio::test]
async fn what_becomes_public_stays_active_and_a_new_default_branch_is_known() {
    let world = world().await;
    let acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    let id = world.github.install_app(&acme).id;
    level(&world.app, &installation_job(id)).await.expect("level");
    widgets.publish();
    widgets.set_default_branch("trunk");
    level(&world.app, &repository_job(widgets.id, id)).await.expect("level");
    let row = world.named("acme/widgets").await.expect("there");
    assert_eq!((row.private, row.installation, row.default_branch.as_str()), (false, Some(id), "trunk"));
    widgets.make_private();
    level(&world.app, &repository_job(widgets.id, id)).await.expect("level");
    assert!(world.named("acme/widgets").await.expect("there").private);
}

#[tokio::test]
async fn an_account_that_was_renamed_takes_all_its_repositories_along() {
    let world = world().await;
    let mut acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    let id = world.github.install_app(&acme).id;
    level(&world.app, &installation_job(id)).await.expect("level");
    acme.rename("ajax");
    level(&world.app, &installation_job(id)).await.expect("level");
    for name in ["ajax/widgets", "acme/widgets"] {
        assert_eq!(world.named(name).await.map(|row| row.id), Some(widgets.id), "{name}");
    }
    let row = world.app.table.installation(&gh(), id).await.expect("read").expect("there");
    assert_eq!(row.account, "ajax");
}

#[tokio::test]
async fn a_404_on_a_token_means_look_again_and_deletes_nothing_that_is_there() {
    let world = world().await;
    let acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("a.py", "1\n")]);
    widgets.push("topic", &[("a.py", "2\n")]);
    let pull = widgets.open_pull_request("Two", "topic", "main");
    let id = world.github.install_app(&acme).id;
    let job = SyncJob::Pull {
        provider: gh(),
        repository: widgets.id,
        pull: PullNumber(pull.number.0),
        installation: Some(id),
    };
    // No token for anything, as with another App's key.
    world.github.inject(Fault::on("POST /app/installations/{installation_id}/access_tokens").answers(404));
    let error = level(&world.app, &installation_job(id)).await.expect_err("no token");
    assert!(matches!(error.class(), FaultClass::Retry(_)), "{error}");
    level(&world.app, &installation_job(id)).await.expect("level");
    world.github.inject(Fault::on("POST /app/installations/{installation_id}/access_tokens").answers(404));
    let error = level(&world.app, &job).await.expect_err("no token");
    assert!(matches!(error.class(), FaultClass::Retry(_)), "{error}");
    level(&world.app, &job).await.expect("level");
    assert!(world.app.table.installation(&gh(), id).await.expect("read").is_some());
    assert_eq!(world.names(id).await, ["acme/widgets"]);
    let row = world.app.table.pull(&gh(), widgets.id, PullNumber(pull.number.0)).await.expect("read").expect("there");
    assert_eq!(row.state, PullState::Open);
}

#[tokio::test]
async fn who_may_see_what_is_asked_again_after_githubs_word_and_a_list_that_failed_stays() {
    let world = world().await;
    let user = covermark_types::UserId(9);
    let of = [covermark_state::rows::access::AccessOf::User(user)];
    assert_eq!(world.app.table.access_changed_at(&gh(), &of).await.expect("read"), None);
    for job in [
        SyncJob::Access { provider: gh(), user: Some(user), organization: None, installation: None },
        SyncJob::Revoked { provider: gh(), user },
    ] {
        let before = world.app.clock.now();
        level(&world.app, &job).await.expect("level");
        let at = world.app.table.access_changed_at(&gh(), &of).await.expect("read").expect("noted");
        assert!(at.as_millisecond() >= before.as_millisecond());
    }
    assert_eq!(world.github.call_count(), 0);
}
