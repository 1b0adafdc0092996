//! Webhooks of repositories' own: they end where the App's webhook reaches us.

use covermark_service::repository_hooks::{EVENTS, Pressed};
use covermark_standin::{AppInstallation, Fault, Repo, state::Level};
use covermark_state::rows::repository_hook::RepositoryHook;

use super::{World, gh, installation_job, world};
use crate::level;

const CONFIG: &str = "GET /app/hook/config";
const DELETION: &str = "DELETE /repos/{owner}/{repo}/hooks/{hook_id}";

impl World {
    async fn hook(&self, repository: &Repo) -> RepositoryHook {
        self.app.table.repository_hook(&gh(), repository.id).await.expect("read").expect("a row")
    }

    /// Presses Create Web Hook.
    async fn press(&self, repository: &Repo) {
        let row = self.app.table.repository(&gh(), repository.id).await.expect("read").expect("known");
        self.hooks.create(&row).await.expect("made");
        assert_eq!(repository.state().hooks.len(), 1);
    }
}

/// The App on two repositories that each have a webhook of their own, since the App's is switched off.
async fn with_two_hooks() -> (World, AppInstallation, Repo, Repo) {
    let world = world().await;
    let acme = world.github.org("acme");
    let (widgets, gadgets) = (acme.repository("widgets"), acme.repository("gadgets"));
    let installation = world.github.install_app(&acme);
    installation.grant("repository_hooks", Level::Write);
    world.github.switch_webhook_off();
    level(&world.app, &installation_job(installation.id)).await.expect("level");
    for repository in [&widgets, &gadgets] {
        world.press(repository).await;
    }
    (world, installation, widgets, gadgets)
}

#[tokio::test]
async fn a_repositorys_own_webhook_ends_with_the_reconciliation_that_finds_the_apps_webhook_reaching_us() {
    let (world, _, widgets, gadgets) = with_two_hooks().await;
    world.reconcile().await;
    assert_eq!(widgets.state().hooks.len(), 1, "the App's webhook is switched off: it is needed");
    assert!(world.hook(&widgets).await.retired_at.is_none());
    world.github.set_hook_url("https://somebody.example/webhooks/gh");
    world.reconcile().await;
    assert_eq!(widgets.state().hooks.len(), 1, "the App's webhook sends to somebody else");

    world.github.set_hook_url("https://covermark.example/webhooks/gh");
    world.reconcile().await;
    for repository in [&widgets, &gadgets] {
        assert!(repository.state().hooks.is_empty(), "at GitHub");
        let row = world.hook(repository).await;
        assert!(row.retired_at.is_some() && row.generations().is_empty(), "and its secret is void: {row:?}");
    }
    // Without a hook the question where the App's webhook sends to is not asked.
    let asked = world.github.calls(CONFIG);
    world.reconcile().await;
    assert_eq!(world.github.calls(CONFIG), asked);
}

#[tokio::test]
async fn a_webhook_that_cannot_be_taken_away_fails_nothing_keeps_no_other_and_is_tried_again() {
    let (world, _, widgets, gadgets) = with_two_hooks().await;
    world.github.set_hook_url("https://covermark.example/webhooks/gh");
    world.github.inject(Fault::on(DELETION).answers(502).times(3));
    world.reconcile().await;
    let left = [widgets.state().hooks.len(), gadgets.state().hooks.len()];
    assert_eq!(left.iter().sum::<usize>(), 1, "GitHub failed for the first of them: {left:?}");
    world.github.inject(Fault::on(CONFIG).answers(502).times(3));
    world.reconcile().await;
    world.reconcile().await;
    for repository in [&widgets, &gadgets] {
        assert!(repository.state().hooks.is_empty());
        assert!(world.hook(repository).await.retired_at.is_some());
    }
}

#[tokio::test]
async fn a_webhook_that_was_deleted_at_github_is_made_anew_when_the_button_is_pressed() {
    let (world, _, widgets, _) = with_two_hooks().await;
    let before = world.hook(&widgets).await;
    widgets.delete_hooks();
    world.press(&widgets).await;
    let (hook, row) = (widgets.state().hooks.remove(0), world.hook(&widgets).await);
    assert_ne!(row.hook, before.hook);
    assert_eq!((row.hook, hook.url.as_str()), (Some(hook.id), "https://covermark.example/webhooks/gh"));
}

#[tokio::test]
async fn a_webhook_that_somebody_made_between_our_look_and_our_making_is_taken_over() {
    let (world, _, widgets, _) = with_two_hooks().await;
    widgets.delete_hooks();
    let row = world.app.table.repository(&gh(), widgets.id).await.expect("read").expect("known");
    // As if it had been made by somebody else: GitHub says that there is one, and there is.
    world.github.inject(Fault::on("POST /repos/{owner}/{repo}/hooks").after_the_effect().answers(422));
    assert_eq!(world.hooks.create(&row).await.expect("no error"), Pressed::Adopted);
    let hooks = widgets.state().hooks;
    assert_eq!(hooks.len(), 1);
    assert_eq!(hooks[0].events, EVENTS);
}

#[tokio::test]
async fn a_webhook_that_was_deleted_at_github_is_retired_and_one_whose_app_is_suspended_waits() {
    let (world, installation, widgets, gadgets) = with_two_hooks().await;
    world.github.set_hook_url("https://covermark.example/webhooks/gh");
    widgets.delete_hooks();
    installation.suspend();
    world.reconcile().await;
    assert!(world.hook(&widgets).await.retired_at.is_none(), "nothing can be asked in a suspended installation's name");
    installation.unsuspend();
    world.reconcile().await;
    assert!(world.hook(&widgets).await.retired_at.is_some(), "that there was nothing to delete is fine");
    assert!(gadgets.state().hooks.is_empty());
}
