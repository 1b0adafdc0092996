//! Deliveries that failed, and what was given up.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use covermark_standin::{Fault, GitHubStandIn, Options};
use covermark_state::{
    Error,
    jobs::{FeedbackJob, Job as _, SyncJob, SyncMessage},
    queue::{Buried, Graves},
    rows::{
        dead_letter::{LetterId, QueueName, What},
        delivery::DeliveryOutcome,
        pull::PullState,
    },
};
use covermark_testing::StoppedClock;
use covermark_types::{Clock as _, PullNumber};
use tokio::sync::Mutex;

use super::{World, connect, gh, installation_job, unconnected, world_at_rest};
use crate::{Replays, Tended, handle, level, redelivery::MOST_ASKED, tend};

const HOUR: Duration = Duration::from_secs(3600);

impl World {
    async fn look(&self) {
        level(&self.app, &SyncJob::Redeliver { provider: gh() }).await.expect("looked through");
    }

    /// What is in the queue, done.
    async fn work_off(&self) {
        for body in self.queue.take() {
            handle(&self.app, SyncMessage::from_body(&body).expect("a job")).await.expect("done");
        }
    }

    /// Deliveries that were asked for again, so far.
    fn asked(&self) -> usize {
        self.github.calls("POST /app/hook/deliveries/{delivery_id}/attempts")
    }
}

/// An organisation with a pull request, the App on it, and a webhook's address that nobody answers.
async fn with_a_pull_request() -> (World, Arc<StoppedClock>, covermark_standin::PullRequest) {
    let (world, clock) = world_at_rest().await;
    let acme = world.github.org("acme");
    let widgets = acme.repository("widgets");
    widgets.push("main", &[("a.py", "1\n")]);
    widgets.push("topic", &[("a.py", "2\n")]);
    let id = world.github.install_app(&acme).id;
    level(&world.app, &installation_job(id)).await.expect("level");
    world.github.set_hook_url("http://127.0.0.1:9/webhooks/gh");
    let pull = widgets.open_pull_request("Two", "topic", "main");
    (world, clock, pull)
}

#[tokio::test]
async fn a_delivery_that_failed_is_asked_for_again_with_growing_waits_until_it_is_given_up() {
    let (world, clock, _) = with_a_pull_request().await;
    world.github.lose_webhooks();
    let mut asked = Vec::new();
    // Half a day of looks, one every ten minutes; nothing ever comes through.
    for look in 0..72 {
        world.look().await;
        world.github.lose_webhooks();
        if world.asked() > asked.len() {
            asked.push(look);
        }
        clock.advance(Duration::from_secs(600));
    }
    assert_eq!(asked, [0, 1, 3, 7, 15, 31]);
    assert_eq!(asked.len() as u32, MOST_ASKED);
    let letters = world.app.table.dead_letters(clock.now()).await.expect("read");
    let [letter] = &letters[..] else { panic!("one letter: {letters:?}") };
    assert!(matches!(&letter.what, What::Delivery { event, .. } if event == "pull_request"));
    insta::assert_snapshot!(letter.why, @"GitHub did not reach us (failed to connect to host), 7 times");
    assert_eq!(letter.attempts, 7);
}

#[tokio::test]
async fn a_letter_of_a_delivery_is_replayed_from_githubs_log() {
    let (world, clock, pull) = with_a_pull_request().await;
    world.github.lose_webhooks();
    for _ in 0..72 {
        world.look().await;
        world.github.lose_webhooks();
        clock.advance(Duration::from_secs(600));
    }
    let letter = world.app.table.dead_letters(clock.now()).await.expect("read").remove(0);
    level(&world.app, &SyncJob::Replay { letter: letter.id.clone() }).await.expect("replayed");
    world.work_off().await;
    let row = world.app.table.pull(&gh(), pull.repository(), PullNumber(pull.number.0)).await.expect("read");
    assert_eq!(row.map(|row| row.state), Some(PullState::Open));
    assert!(world.app.table.dead_letters(clock.now()).await.expect("read").is_empty());
}

#[tokio::test]
async fn what_was_done_meanwhile_is_asked_for_no_more_and_a_quiet_log_costs_one_call() {
    let (world, clock, _) = with_a_pull_request().await;
    let waiting = world.github.pending_webhooks();
    world.github.lose_webhooks();
    for lost in &waiting {
        let now = clock.now();
        world.app.table.receive_delivery(&gh(), &lost.guid, &lost.event, now).await.expect("written");
        world.app.table.finish_delivery(&gh(), &lost.guid, DeliveryOutcome::Done, now).await.expect("written");
    }
    world.look().await;
    assert_eq!(world.asked(), 0);
    assert!(world.app.table.open_deliveries(&gh()).await.expect("read").is_empty());
    let before = world.github.call_count();
    clock.advance(Duration::from_secs(600));
    world.look().await;
    assert_eq!(world.github.call_count() - before, 1);
}

#[tokio::test]
async fn the_look_stops_where_the_last_one_began() {
    let (world, clock, _) = with_a_pull_request().await;
    for _ in 0..450 {
        world.github.ping();
    }
    world.github.lose_webhooks();
    clock.advance(Duration::from_secs(600));
    world.look().await;
    assert_eq!(world.github.calls("GET /app/hook/deliveries"), 5, "451 deliveries, a hundred on a page");
    clock.advance(Duration::from_secs(3600));
    world.github.ping();
    world.github.lose_webhooks();
    let before = world.github.calls("GET /app/hook/deliveries");
    world.look().await;
    assert_eq!(
        world.github.calls("GET /app/hook/deliveries") - before,
        2,
        "a hundred of the redelivered, then old ones"
    );
}

#[tokio::test]
async fn what_is_too_large_for_the_door_is_read_from_githubs_log() {
    let (world, clock, pull) = with_a_pull_request().await;
    let door = too_large().await;
    world.github.set_hook_url(&door);
    let sent = world.github.deliver_all().await;
    assert_eq!(sent.last().and_then(|sent| sent.attempt.as_ref()).map(|attempt| attempt.status), Some(413));
    world.look().await;
    assert_eq!(world.asked(), 0);
    world.work_off().await;
    let row = world.app.table.pull(&gh(), pull.repository(), PullNumber(pull.number.0)).await.expect("read");
    assert_eq!(row.map(|row| row.state), Some(PullState::Open));
    clock.advance(Duration::from_secs(600));
    world.look().await;
    assert!(world.queue.take().is_empty(), "once");
}

/// A gateway that takes nothing.
async fn too_large() -> String {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        // Held open: a connection that ends may take its answer along.
        let mut open = Vec::new();
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut seen = Vec::new();
            let mut buffer = [0; 65_536];
            // The body is read to its end, so that the answer is not lost with a reset.
            while !ended(&seen) {
                match stream.read(&mut buffer).await {
                    Ok(0) | Err(_) => break,
                    Ok(read) => seen.extend_from_slice(&buffer[..read]),
                }
            }
            let _ = stream.write_all(b"HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\n\r\n").await;
            open.push(stream);
        }
    });
    format!("http://{address}/webhooks/gh")
}

fn ended(seen: &[u8]) -> bool {
    let text = String::from_utf8_lossy(seen).to_ascii_lowercase();
    let Some(head) = text.find("\r\n\r\n") else { return false };
    let length =
        text.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse::<usize>().ok());
    seen.len() >= head + 4 + length.unwrap_or(0)
}

#[tokio::test]
async fn a_limit_in_the_middle_of_a_look_loses_nothing() {
    let (world, clock, _) = with_a_pull_request().await;
    world.github.ping();
    world.github.lose_webhooks();
    world.github.inject(
        Fault::on("POST /app/hook/deliveries/{delivery_id}/attempts").after(1).secondary_rate_limited(Some(60)),
    );
    let job = SyncJob::Redeliver { provider: gh() };
    level(&world.app, &job).await.expect_err("limited");
    clock.advance(Duration::from_secs(61));
    world.look().await;
    let mut open = world.app.table.open_deliveries(&gh()).await.expect("read");
    open.retain(|open| open.asked == 0);
    assert!(open.is_empty(), "{open:?}");
}

#[tokio::test]
async fn without_an_app_nothing_is_asked_and_nothing_given_up_and_with_one_all_is_looked_after() {
    let clock = Arc::new(StoppedClock::default());
    let options = Options { clock: clock.clone(), ..Options::default() };
    let github = GitHubStandIn::start_with(options).await.expect("a free port");
    let world = unconnected(github, clock.clone()).await;
    for _ in 0..2 {
        assert_eq!(tend(&world.app, Replays::AtOnce).await.expect("nothing to do"), Tended::default());
    }
    assert_eq!(world.github.call_count(), 0);
    assert!(world.queue.take().is_empty());
    assert!(world.app.table.dead_letters(clock.now()).await.expect("read").is_empty());
    connect(&world).await;
    // That there was none is remembered for seconds.
    clock.advance(Duration::from_secs(6));
    tend(&world.app, Replays::WhenDue).await.expect("tended");
    assert_eq!(world.github.calls("GET /app/hook/deliveries"), 1);
}

#[derive(Default)]
struct Heap(Mutex<Vec<Buried>>);

#[async_trait]
impl Graves for Heap {
    async fn exhume(&self) -> Result<Vec<Buried>, Error> {
        Ok(self.0.lock().await.clone())
    }

    async fn forget(&self, handle: &str) -> Result<(), Error> {
        self.0.lock().await.retain(|buried| buried.handle != handle);
        Ok(())
    }
}

#[tokio::test]
async fn what_a_queue_gave_up_is_listed_and_tried_again_by_itself_an_hour_later_and_then_less_often() {
    let (mut world, clock) = world_at_rest().await;
    let job = FeedbackJob::Commit {
        provider: gh(),
        repository: covermark_types::RepositoryId(42),
        commit: "a".repeat(40).parse().expect("a SHA"),
    };
    let body = job.to_body().expect("a body");
    let heap = Arc::new(Heap(Mutex::new(vec![Buried { handle: "h".to_owned(), body: body.clone() }])));
    world.app.graves = vec![(QueueName::Feedback, heap.clone())];
    assert_eq!(tend(&world.app, Replays::WhenDue).await.expect("tended").found, 1);
    assert!(heap.0.lock().await.is_empty());
    let listed = world.app.table.dead_letters(clock.now()).await.expect("read");
    assert_eq!(listed[0].id, LetterId::of_job(QueueName::Feedback, &body));
    insta::assert_snapshot!(listed[0].why, @"the function ended before the job did, each time it was tried (out of time or of memory)");
    let mut replayed = Vec::new();
    for hour in 1..=70 {
        clock.advance(HOUR);
        tend(&world.app, Replays::WhenDue).await.expect("tended");
        if world.feedback.take() == [body.clone()] {
            replayed.push(hour);
            // It fails again, at once.
            let now = clock.now();
            assert!(
                covermark_service::dead_letters::bury(&world.app.table, QueueName::Feedback, &body, "still", 5, now)
                    .await
            );
        }
        clock.advance(Duration::from_secs(1));
    }
    assert_eq!(replayed, [1, 3, 7, 15, 31], "after one hour, two, four, eight and sixteen");
    let lying = world.app.table.dead_letters(clock.now()).await.expect("read");
    assert_eq!((lying.len(), lying[0].replays), (1, 5), "then it lies there until somebody looks at it");
    level(&world.app, &SyncJob::Replay { letter: lying[0].id.clone() }).await.expect("replayed");
    assert_eq!(world.feedback.take(), [body]);
}
