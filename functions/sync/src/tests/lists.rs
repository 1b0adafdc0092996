//! Long lists, and jobs about one thing that wait at once.

use std::time::Duration;

use covermark_state::{
    jobs::{Job as _, SyncJob, SyncMessage},
    rows::{
        delivery::{DeliveryOutcome, DeliveryState},
        last_delivery::{Concerned, Fate},
        reconcile::{Outcome, Reconciled},
    },
};
use covermark_types::{Clock as _, DeliveryId, Fault as _, FaultClass, InstallationId, PullNumber};

use super::{gh, installation_job, world, world_at_rest};
use crate::{handle, level};

fn guid(number: u64) -> DeliveryId {
    format!("72d3162e-cc78-11e3-81ab-{number:012}").parse().expect("a GUID")
}

#[tokio::test]
async fn of_many_messages_about_one_thing_that_wait_at_once_one_asks_github() {
    let (world, clock) = world_at_rest().await;
    let acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("a.py", "1\n")]);
    widgets.push("topic", &[("a.py", "2\n")]);
    let pull = widgets.open_pull_request("Two", "topic", "main");
    let id = world.github.install_app(&acme).state().id;
    level(&world.app, &installation_job(id)).await.expect("level");
    let repository = widgets.state().id;
    for job in [
        SyncJob::Pull { provider: gh(), repository, pull: PullNumber(pull.number.0), installation: Some(id) },
        SyncJob::Repository { provider: gh(), repository, installation: Some(id) },
        installation_job(id),
    ] {
        let mut waiting = Vec::new();
        for number in 0..20 {
            let now = clock.now();
            world.app.table.receive_delivery(&gh(), &guid(number), "push", now).await.expect("written");
            waiting.push(SyncMessage::new(job.clone()).of(guid(number)).asked(now));
            clock.advance(Duration::from_millis(5));
        }
        let mut calls = Vec::new();
        for message in waiting {
            let before = world.github.call_count();
            handle(&world.app, message).await.expect("done");
            calls.push(world.github.call_count() - before);
        }
        assert!(calls[0] > 0 && calls[1..].iter().all(|count| *count == 0), "{job:?}: {calls:?}");
        // Each delivery is done all the same: GitHub need not send it again.
        for number in 0..20 {
            let row = world.app.table.delivery(&gh(), &guid(number), clock.now()).await.expect("read").expect("there");
            assert_eq!(row.state, DeliveryState::Done);
            world
                .app
                .table
                .finish_delivery(&gh(), &guid(number), DeliveryOutcome::Failed, clock.now())
                .await
                .expect("written");
        }
        // What is asked for after that is asked of GitHub again.
        clock.advance(Duration::from_millis(5));
        let before = world.github.call_count();
        handle(&world.app, SyncMessage::new(job.clone()).asked(clock.now())).await.expect("done");
        assert!(world.github.call_count() > before, "{job:?}");
        clock.advance(Duration::from_secs(9 * 24 * 3600));
    }
}

#[tokio::test]
async fn a_list_that_is_too_long_for_one_job_is_gone_on_with_by_the_next() {
    let mut world = world().await;
    // Every page is one too many.
    world.app.patience = Duration::ZERO;
    let acme = world.github.org("acme");
    for number in 0..230 {
        acme.repository(&format!("service-{number:03}"));
    }
    let id = world.github.install_app(&acme).state().id;
    let delivery = guid(1);
    let now = world.app.clock.now();
    world.app.table.receive_delivery(&gh(), &delivery, "installation", now).await.expect("written");
    handle(&world.app, SyncMessage::new(installation_job(id)).of(delivery.clone())).await.expect("handed on");
    assert_eq!(world.names(id).await.len(), 0);
    let state = async || world.app.table.delivery(&gh(), &delivery, now).await.expect("read").expect("there").state;
    assert_eq!(state().await, DeliveryState::Received, "the delivery ends with the list");
    // From now on a job has time for a page before it looks at the clock again.
    world.app.patience = Duration::from_secs(3600);
    let mut jobs = 0;
    while let Some(body) = world.queue.take().pop() {
        handle(&world.app, SyncMessage::from_body(&body).expect("a job")).await.expect("done");
        jobs += 1;
    }
    assert_eq!((jobs, world.names(id).await.len()), (1, 230));
    assert_eq!(state().await, DeliveryState::Done);
    let last = world.app.table.last_delivery(&gh(), Concerned::Installation(id)).await.expect("read").expect("shown");
    assert_eq!(last.fate, Fate::Done);
    let run = last_run(&world.app, id).await;
    assert_eq!((run.outcome, run.counts.repositories, run.counts.changed), (Outcome::Complete, 230, 230));
}

#[tokio::test]
async fn a_pull_request_of_a_long_list_waits_for_the_part_that_its_repository_is_on() {
    let mut world = world().await;
    let acme = world.github.org("acme");
    for number in 0..120 {
        acme.repository(&format!("service-{number:03}"));
    }
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("a.py", "1\n")]);
    widgets.push("topic", &[("a.py", "2\n")]);
    let pull = widgets.open_pull_request("Two", "topic", "main");
    let id = world.github.install_app(&acme).state().id;
    let job = SyncJob::Pull { provider: gh(), repository: widgets.id, pull: pull.number, installation: Some(id) };
    let (delivery, now) = (guid(2), world.app.clock.now());
    world.app.table.receive_delivery(&gh(), &delivery, "pull_request", now).await.expect("written");
    let message = SyncMessage::new(job).of(delivery.clone());
    let state = async || world.app.table.delivery(&gh(), &delivery, now).await.expect("read").expect("there").state;

    world.app.patience = Duration::ZERO;
    let error = handle(&world.app, message.clone()).await.expect_err("its repository is not read yet");
    assert_eq!(state().await, DeliveryState::Received);
    assert!(matches!(error.class(), FaultClass::Retry(Some(wait)) if wait >= Duration::from_secs(60)), "{error}");
    world.app.patience = Duration::from_secs(3600);
    for body in world.queue.take() {
        handle(&world.app, SyncMessage::from_body(&body).expect("a job")).await.expect("the rest of the list");
    }
    handle(&world.app, message).await.expect("read");
    let row = world.app.table.pull(&gh(), widgets.id, pull.number).await.expect("read");
    assert!(row.is_some());
    assert_eq!(state().await, DeliveryState::Done);
}

async fn last_run(app: &crate::Sync, id: InstallationId) -> covermark_state::rows::reconcile::Reconcile {
    app.table.last_reconcile(&gh(), Reconciled::Installation(id)).await.expect("read").expect("a row")
}

#[tokio::test]
async fn what_was_listed_by_several_jobs_is_let_go_only_when_none_of_them_saw_it() {
    let world = world().await;
    let acme = world.github.org("acme");
    let kept: Vec<_> = (0..210).map(|number| acme.repository(&format!("kept-{number:03}"))).collect();
    let gone = acme.repository("gone");
    let mut chosen: Vec<_> = kept.iter().collect();
    chosen.push(&gone);
    let installation = world.github.install_app_on(&acme, &chosen);
    let id = installation.id;
    level(&world.app, &installation_job(id)).await.expect("level");
    installation.remove_repository(&gone);
    let started_at = world.app.clock.now();
    // As a job left it whose time ended after the first page.
    let first =
        world.app.apps.github(&gh()).await.expect("a client").installation_client(id).repositories_page(1).await;
    let ids = first.expect("a page").items.iter().map(|found| found.id).collect();
    let slice = covermark_state::rows::listing::Listing {
        started_at,
        next: 2,
        total: Some(210),
        counts: Default::default(),
        ids,
    };
    world.app.table.put_listing(&gh(), id, &slice, started_at).await.expect("written");
    level(&world.app, &SyncJob::Listing { provider: gh(), installation: id, started_at }).await.expect("level");
    let names = world.names(id).await;
    assert_eq!((names.len(), names.contains(&"acme/gone".to_owned())), (210, false));
    assert_eq!(last_run(&world.app, id).await.counts.removed, 1);
    assert_eq!(
        world.app.table.listing(&gh(), id, started_at).await.expect("read"),
        None,
        "the slices end with the list"
    );
}

#[tokio::test]
async fn a_list_costs_a_call_for_each_hundred_and_nothing_when_nothing_changed() {
    let world = world().await;
    let acme = world.github.org("acme");
    for number in 0..2_000 {
        acme.repository(&format!("service-{number:05}"));
    }
    let id = world.github.install_app(&acme).state().id;
    world.reconcile().await;
    // The installations, this one, its token, its list; ten thousand would be a hundred and three.
    assert_eq!(world.github.call_count(), 3 + 20);
    assert_eq!(world.names(id).await.len(), 2_000);
    let run = last_run(&world.app, id).await;
    assert_eq!((run.outcome, run.counts.repositories, run.counts.changed), (Outcome::Complete, 2_000, 2_000));
    // The next one asks with the tags of what it has: none of it counts against the budget.
    let left =
        || world.github.journal().last().and_then(|last| last.answer_headers.get("x-ratelimit-remaining").cloned());
    let before = left();
    level(&world.app, &installation_job(id)).await.expect("level");
    assert_eq!(left(), before);
    assert_eq!(last_run(&world.app, id).await.counts.changed, 0);
}
