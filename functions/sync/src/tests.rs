mod healing;
mod hooks;
mod letters;
mod lists;

use std::{sync::Arc, time::Duration};

use covermark_github::CredentialsDocument;
use covermark_service::{
    credentials::{self, Apps},
    repository_hooks::{HookSecrets, RepositoryHooks},
};
use covermark_standin::{Fault, GitHubStandIn, Options};
use covermark_state::{
    jobs::{FeedbackJob, Hint, Job as _, SyncJob, SyncMessage},
    rows::{
        budget::Whose,
        commit::CommitRow,
        last_delivery::{Concerned, Fate},
        pull::PullState,
        repository::Repository,
    },
};
use covermark_testing::{MemoryVault, RecordingQueue, StoppedClock, http, table};
use covermark_types::{
    Clock, Fault as _, FaultClass, InstallationId, Provider, PullNumber, RepositoryId, RepositoryName, SystemClock,
    SystemRandom,
};

use crate::{Sync, handle, level};

struct World {
    github: GitHubStandIn,
    app: Sync,
    queue: Arc<RecordingQueue>,
    feedback: Arc<RecordingQueue>,
    hooks: Arc<RepositoryHooks>,
    vault: Arc<MemoryVault>,
}

async fn world_with(github: GitHubStandIn) -> World {
    world_on(github, Arc::new(SystemClock)).await
}

async fn world_on(github: GitHubStandIn, clock: Arc<dyn Clock>) -> World {
    let world = unconnected(github, clock).await;
    connect(&world).await;
    world
}

/// A world in which nobody has handed the App's credentials over.
async fn unconnected(github: GitHubStandIn, clock: Arc<dyn Clock>) -> World {
    let vault = Arc::new(MemoryVault::default());
    let random = Arc::new(SystemRandom);
    HookSecrets::ensure_key(vault.as_ref(), random.as_ref()).await.expect("a key");
    let (queue, feedback) = (Arc::new(RecordingQueue::default()), Arc::new(RecordingQueue::default()));
    let table = table().await;
    let apps = Arc::new(Apps::new(vault.clone(), table.clone(), clock.clone(), http()));
    let hooks = Arc::new(RepositoryHooks {
        table: table.clone(),
        apps: apps.clone(),
        secrets: HookSecrets::new(vault.clone()),
        public_url: "https://covermark.example/".parse().expect("an address"),
        clock: clock.clone(),
        random,
    });
    // However busy the machine is: what happens when the time ends has tests of its own.
    let (graves, patience) = (Vec::new(), Duration::from_secs(3600));
    let (sync, to_feedback, with_hooks) = (queue.clone(), feedback.clone(), Some(hooks.clone()));
    let app = Sync { table, apps, sync, feedback: to_feedback, graves, hooks: with_hooks, patience, clock };
    World { github, app, queue, feedback, hooks, vault }
}

async fn connect(world: &World) {
    let vault = &world.vault;
    let github = &world.github;
    let Ok(document) = CredentialsDocument::parse(github.credentials_document().as_bytes()) else {
        panic!("the stand-in's document is refused");
    };
    credentials::store(vault.as_ref(), &gh(), &document, world.app.clock.now()).await.expect("stored");
}

/// A world whose time stands still, GitHub's with it.
async fn world_at_rest() -> (World, Arc<StoppedClock>) {
    let clock = Arc::new(StoppedClock::default());
    let options = Options { clock: clock.clone(), ..Options::default() };
    let github = GitHubStandIn::start_with(options).await.expect("a free port");
    (world_on(github, clock.clone()).await, clock)
}

async fn world() -> World {
    world_with(GitHubStandIn::start().await).await
}

fn gh() -> Provider {
    Provider::github()
}

impl World {
    /// One reconciliation with all the jobs that it hands on.
    async fn reconcile(&self) {
        level(&self.app, &SyncJob::Reconcile { provider: gh() }).await.expect("reconciled");
        for body in self.queue.take() {
            handle(&self.app, SyncMessage::from_body(&body).expect("a job")).await.expect("done");
        }
    }

    async fn names(&self, installation: InstallationId) -> Vec<String> {
        let rows = self.app.table.repositories_of(&gh(), installation).await.expect("read");
        let mut names: Vec<String> = rows.iter().map(|row| row.name.to_string()).collect();
        names.sort();
        names
    }

    async fn named(&self, name: &str) -> Option<Repository> {
        let name: RepositoryName = name.parse().expect("a name");
        self.app.table.repository_by_name(&gh(), &name).await.expect("read")
    }
}

fn installation_job(id: InstallationId) -> SyncJob {
    SyncJob::Installation { provider: gh(), installation: id }
}

#[tokio::test]
async fn an_app_that_was_installed_before_its_credentials_came_just_works() {
    for github in [GitHubStandIn::start().await, GitHubStandIn::start_enterprise().await] {
        let world = world_with(github).await;
        let acme = world.github.org("acme");
        acme.repository("widgets");
        acme.repository("gadgets");
        let id = world.github.install_app(&acme).state().id;
        world.github.lose_webhooks();
        world.reconcile().await;
        assert_eq!(world.names(id).await, ["acme/gadgets", "acme/widgets"]);
        let row = world.app.table.installation(&gh(), id).await.expect("read").expect("there");
        assert_eq!((row.account.as_str(), row.suspended_at), ("acme", None));
        assert_eq!(row.permissions.get("statuses").map(String::as_str), Some("write"));
    }
}

#[tokio::test]
async fn a_list_of_many_pages_is_read_to_its_end() {
    let world = world().await;
    let acme = world.github.org("acme");
    for number in 0..230 {
        acme.repository(&format!("service-{number:03}"));
    }
    let id = world.github.install_app(&acme).state().id;
    level(&world.app, &installation_job(id)).await.expect("level");
    assert_eq!(world.names(id).await.len(), 230);
    assert_eq!(world.github.calls("GET /installation/repositories"), 3);
}

#[tokio::test]
async fn what_is_no_longer_on_the_list_is_let_go_but_a_list_that_fails_half_way_takes_nothing_away() {
    let world = world().await;
    let acme = world.github.org("acme");
    let kept: Vec<_> = (0..120).map(|number| acme.repository(&format!("kept-{number:03}"))).collect();
    let gone = acme.repository("gone");
    let mut chosen: Vec<_> = kept.iter().collect();
    chosen.push(&gone);
    let installation = world.github.install_app_on(&acme, &chosen);
    let id = installation.state().id;
    level(&world.app, &installation_job(id)).await.expect("level");
    assert_eq!(world.names(id).await.len(), 121);

    installation.remove_repository(&gone);
    // The first page comes, the second does not, however often it is asked for.
    world.github.inject(Fault::on("GET /installation/repositories").after(1).answers(502).times(3));
    let error = level(&world.app, &installation_job(id)).await.expect_err("half a list");
    assert!(matches!(error.class(), FaultClass::Retry(_)));
    assert_eq!(world.names(id).await.len(), 121);
}

#[tokio::test]
async fn a_removed_installation_becomes_a_tombstone_and_stays_one() {
    let world = world().await;
    let acme = world.github.org("acme");
    acme.repository("widgets");
    let installation = world.github.install_app(&acme);
    let id = installation.state().id;
    level(&world.app, &installation_job(id)).await.expect("level");
    installation.delete();
    level(&world.app, &installation_job(id)).await.expect("level");
    assert!(world.app.table.installation(&gh(), id).await.expect("read").is_none());
    assert!(world.names(id).await.is_empty());
    // A late event of its former life.
    level(&world.app, &installation_job(id)).await.expect("level");
    world.reconcile().await;
    assert!(world.app.table.installation(&gh(), id).await.expect("read").is_none());
}

#[tokio::test]
async fn a_suspended_installation_is_known_as_such_and_keeps_its_list() {
    let world = world().await;
    let acme = world.github.org("acme");
    acme.repository("widgets");
    let installation = world.github.install_app(&acme);
    let id = installation.state().id;
    level(&world.app, &installation_job(id)).await.expect("level");
    installation.suspend();
    level(&world.app, &installation_job(id)).await.expect("level");
    let row = world.app.table.installation(&gh(), id).await.expect("read").expect("there");
    assert!(row.suspended_at.is_some());
    assert_eq!(world.names(id).await, ["acme/widgets"]);
}

#[tokio::test]
async fn a_renamed_repository_keeps_its_history_and_is_found_under_both_names() {
    let world = world().await;
    let acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    let id = world.github.install_app(&acme).state().id;
    level(&world.app, &installation_job(id)).await.expect("level");
    let before = world.named("acme/widgets").await.expect("known");
    widgets.rename("gizmos");
    let job = SyncJob::Repository { provider: gh(), repository: before.id, installation: Some(id) };
    level(&world.app, &job).await.expect("level");
    for name in ["acme/gizmos", "acme/widgets"] {
        assert_eq!(
            world.named(name).await.map(|row| (row.id, row.name.to_string())),
            Some((before.id, "acme/gizmos".to_owned())),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_pull_request_that_overtakes_its_installation_is_read_all_the_same() {
    let world = world().await;
    let acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("a.py", "1\n")]);
    let head = widgets.push("topic", &[("a.py", "2\n")]);
    let pull = widgets.open_pull_request("Two", "topic", "main");
    let installation = world.github.install_app(&acme).state().id;
    let (repository, number) = (RepositoryId(widgets.state().id.0), PullNumber(pull.state().number.0));
    let job = SyncJob::Pull { provider: gh(), repository, pull: number, installation: Some(installation) };
    level(&world.app, &job).await.expect("level");
    let row = world.app.table.pull(&gh(), repository, number).await.expect("read").expect("there");
    assert_eq!((row.head_sha, row.base_ref.as_str(), row.state), (head.clone(), "main", PullState::Open));
    assert!(world.feedback.sent().is_empty(), "nothing was uploaded yet");
}

#[tokio::test]
async fn a_report_that_came_before_its_pull_request_is_answered_once_when_that_is_opened() {
    let world = world().await;
    let acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("a.py", "1\n")]);
    let head = widgets.push("topic", &[("a.py", "2\n")]);
    let installation = world.github.install_app(&acme).state().id;
    let repository = RepositoryId(widgets.state().id.0);
    let commit = CommitRow::new(gh(), repository, head.clone(), SystemClock.now());
    world.app.table.put_commit(&commit).await.expect("written");
    let pull = widgets.open_pull_request("Two", "topic", "main");
    let number = PullNumber(pull.state().number.0);
    let job = SyncJob::Pull { provider: gh(), repository, pull: number, installation: Some(installation) };
    level(&world.app, &job).await.expect("level");
    // An event that changes nothing of what was judged.
    level(&world.app, &job).await.expect("level");
    let sent = world.feedback.sent();
    assert_eq!(
        sent.iter().map(|body| FeedbackJob::from_body(body).expect("a job")).collect::<Vec<_>>(),
        [FeedbackJob::Commit { provider: gh(), repository, commit: head }]
    );
}

#[tokio::test]
async fn a_report_that_came_early_is_answered_when_the_queue_was_down_at_first() {
    let (world, clock) = world_at_rest().await;
    let acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("a.py", "1\n")]);
    let head = widgets.push("topic", &[("a.py", "2\n")]);
    let installation = world.github.install_app(&acme).state().id;
    let repository = RepositoryId(widgets.state().id.0);
    let commit = CommitRow::new(gh(), repository, head, clock.now());
    world.app.table.put_commit(&commit).await.expect("written");
    let number = PullNumber(widgets.open_pull_request("Two", "topic", "main").state().number.0);
    let job = SyncJob::Pull { provider: gh(), repository, pull: number, installation: Some(installation) };
    let message = SyncMessage::new(job).asked(clock.now());
    clock.advance(Duration::from_secs(1));
    world.feedback.set_down(true);
    handle(&world.app, message.clone()).await.expect_err("the queue is down");
    world.feedback.set_down(false);
    clock.advance(Duration::from_secs(1));
    handle(&world.app, message).await.expect("done");
    assert_eq!(world.feedback.sent().len(), 1);
}

#[tokio::test]
async fn a_rate_limit_is_obeyed_without_sleeping_and_without_losing_the_delivery() {
    let (world, clock) = world_at_rest().await;
    let acme = world.github.org("acme");
    let id = world.github.install_app(&acme).state().id;
    let delivery = "72d3162e-cc78-11e3-81ab-4c9367dc0958".parse().expect("a GUID");
    let now = clock.now();
    world.app.table.receive_delivery(&gh(), &delivery, "installation", now).await.expect("written");
    world.github.inject(Fault::on("GET /app/installations/{installation_id}").secondary_rate_limited(Some(90)));
    let message = SyncMessage::new(installation_job(id)).of(delivery.clone());
    let error = handle(&world.app, message.clone()).await.expect_err("limited");
    assert!(matches!(error.class(), FaultClass::Retry(Some(wait)) if wait.as_secs() >= 80), "{:?}", error.class());
    let row = world.app.table.delivery(&gh(), &delivery, now).await.expect("read").expect("there");
    assert_eq!(format!("{:?}", row.state), "Received");
    // Whoever comes too early is told so without a request, and so is every other function: it is in the table.
    let calls = world.github.call_count();
    let early = handle(&world.app, message.clone()).await.expect_err("too early");
    assert!(matches!(early.class(), FaultClass::Retry(Some(_))));
    assert_eq!(world.github.call_count(), calls);
    let budget = world.app.table.budget(&gh(), Whose::App).await.expect("read").expect("known");
    assert!(budget.wait(clock.now()).is_some_and(|wait| wait.as_secs() >= 80));
    let shown = world.app.table.last_delivery(&gh(), Concerned::Installation(id)).await.expect("read").expect("shown");
    assert_eq!((shown.fate, shown.event.as_str()), (Fate::Waiting, "installation"));
    assert!(shown.why.is_some_and(|why| why.contains("rate limit")));
    clock.advance(Duration::from_secs(91));
    handle(&world.app, message).await.expect("done");
    let row = world.app.table.delivery(&gh(), &delivery, now).await.expect("read").expect("there");
    assert_eq!(format!("{:?}", row.state), "Done");
}

#[tokio::test]
async fn a_repository_that_no_installation_covers_is_left_alone() {
    let world = world().await;
    let stranger = RepositoryId(999_999);
    for job in [
        SyncJob::Repository { provider: gh(), repository: stranger, installation: None },
        SyncJob::Pull { provider: gh(), repository: stranger, pull: PullNumber(1), installation: None },
    ] {
        level(&world.app, &job).await.expect("nothing to do");
    }
    assert_eq!(world.github.call_count(), 0);
}

#[tokio::test]
async fn what_is_heard_of_a_commit_is_handed_on_and_a_queue_is_remembered() {
    let world = world().await;
    let acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    let commit = widgets.push("main", &[("a.py", "1\n")]);
    let id = world.github.install_app(&acme).state().id;
    level(&world.app, &installation_job(id)).await.expect("level");
    let (provider, repository) = (gh(), RepositoryId(widgets.state().id.0));
    for hint in [Hint::CiEnded, Hint::Again] {
        let job = SyncJob::Commit { provider: gh(), repository, commit: commit.clone(), hint };
        level(&world.app, &job).await.expect("level");
    }
    let queued = |branch: &str| {
        let branch = branch.to_owned();
        SyncJob::Queued { provider: gh(), repository, commit: commit.clone(), branch, base: None }
    };
    level(&world.app, &queued("gh-readonly-queue/main/pr-7-0123456789")).await.expect("level");
    level(&world.app, &queued("gh-readonly-queue/main/nothing")).await.expect("nothing to do");
    let sent: Vec<_> = world.feedback.sent().iter().map(|body| FeedbackJob::from_body(body).expect("a job")).collect();
    let wake = FeedbackJob::Wake { provider: gh(), repository, commit: commit.clone(), at: None };
    let again = FeedbackJob::Again { provider: gh(), repository, commit: commit.clone() };
    assert_eq!(sent, [wake.clone(), again, wake]);
    let timing = world.app.table.timing(&provider, repository, &commit).await.expect("read").expect("a row");
    assert_eq!(timing.queued.map(|queued| queued.pull), Some(PullNumber(7)));
}
