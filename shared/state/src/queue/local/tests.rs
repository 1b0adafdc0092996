use std::{
    fs,
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use covermark_types::{Clock, Timestamp};
use tokio::time::{Instant, advance, timeout};

use super::{LocalQueue, MAX_RECEIVES, Queue as _};

const VISIBLE: Duration = Duration::from_secs(30);

/// A clock that stands until it is moved.
#[derive(Clone)]
struct Hands(Arc<Mutex<Timestamp>>);

impl Hands {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(Timestamp::from_second(1_790_000_000).expect("a time"))))
    }

    fn move_by(&self, seconds: i64) {
        let mut now = self.0.lock().expect("the time");
        *now += jiff::SignedDuration::from_secs(seconds);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        *self.0.lock().expect("the time")
    }
}

fn open(folder: &Path, clock: &Hands) -> LocalQueue {
    LocalQueue::open(folder, Arc::new(clock.clone()), VISIBLE).expect("a queue")
}

async fn now(queue: &LocalQueue, body: &str) {
    queue.send(body, Duration::ZERO).await.expect("a message sent");
}

fn bodies(queue: &LocalQueue) -> Vec<String> {
    queue.receive(100).expect("messages").into_iter().map(|message| message.body).collect()
}

#[tokio::test(start_paused = true)]
async fn messages_come_in_the_order_they_were_sent_and_are_gone_once_deleted() {
    let home = tempfile::tempdir().expect("a folder");
    let queue = open(home.path(), &Hands::new());
    for body in ["one", "two", "three"] {
        now(&queue, body).await;
    }
    let messages = queue.receive(2).expect("messages");
    assert_eq!(
        messages.iter().map(|message| (&*message.body, message.received)).collect::<Vec<_>>(),
        [("one", 1), ("two", 1)]
    );
    for message in messages {
        queue.delete(message.id).expect("a deletion");
        queue.delete(message.id).expect("twice is fine");
    }
    assert_eq!((bodies(&queue), queue.depth()), (vec!["three".to_owned()], 1));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_is_not_deleted_in_time_comes_again() {
    let home = tempfile::tempdir().expect("a folder");
    let queue = open(home.path(), &Hands::new());
    now(&queue, "one").await;
    assert_eq!(bodies(&queue), ["one"]);
    advance(VISIBLE - Duration::from_secs(1)).await;
    assert!(bodies(&queue).is_empty());
    advance(Duration::from_secs(1)).await;
    let again = queue.receive(1).expect("messages").pop().expect("a message");
    assert_eq!((again.body.as_str(), again.received), ("one", 2));
    queue.retry_after(again.id, Duration::from_secs(300));
    advance(Duration::from_secs(299)).await;
    assert!(bodies(&queue).is_empty(), "not before");
    advance(Duration::from_secs(1)).await;
    assert_eq!(bodies(&queue), ["one"]);
}

#[tokio::test(start_paused = true)]
async fn a_waiting_consumer_is_woken_by_a_message_and_by_the_end_of_a_delay() {
    let home = tempfile::tempdir().expect("a folder");
    let queue = open(home.path(), &Hands::new());
    let waiting = tokio::spawn({
        let queue = queue.clone();
        async move { queue.next().await.expect("a message").body }
    });
    tokio::task::yield_now().await;
    now(&queue, "one").await;
    assert_eq!(waiting.await.expect("a task"), "one");
    let start = Instant::now();
    queue.send("late", Duration::from_secs(60)).await.expect("a message sent");
    queue.send("later", Duration::from_secs(5000)).await.expect("a message sent");
    let message = queue.next().await.expect("a message");
    assert_eq!((message.body.as_str(), message.received, start.elapsed().as_secs()), ("one", 2, 30));
    queue.delete(message.id).expect("a deletion");
    assert_eq!(queue.next().await.expect("a message").body, "late");
    assert_eq!(start.elapsed().as_secs(), 60);
    advance(Duration::from_secs(839)).await;
    assert_eq!(bodies(&queue), ["late"], "which nobody has deleted");
    advance(Duration::from_secs(1)).await;
    assert_eq!(bodies(&queue), ["later"], "the longest delay is fifteen minutes");
}

#[tokio::test]
async fn each_message_goes_to_one_of_many_consumers() {
    let home = tempfile::tempdir().expect("a folder");
    let queue = open(home.path(), &Hands::new());
    let consumers: Vec<_> = (0..4)
        .map(|_| {
            let queue = queue.clone();
            tokio::spawn(async move {
                let mut taken = Vec::new();
                while let Ok(message) = timeout(Duration::from_millis(500), queue.next()).await {
                    let message = message.expect("a message");
                    queue.delete(message.id).expect("a deletion");
                    taken.push(message.body);
                }
                taken
            })
        })
        .collect();
    let sends = (0..100).map(|n| {
        let queue = queue.clone();
        tokio::spawn(async move { now(&queue, &n.to_string()).await })
    });
    for send in sends.collect::<Vec<_>>() {
        send.await.expect("a task");
    }
    let mut taken = Vec::new();
    for consumer in consumers {
        taken.extend(consumer.await.expect("a task"));
    }
    taken.sort_by_key(|body| body.parse::<u32>().expect("a number"));
    assert_eq!(taken, (0..100).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(queue.depth(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_was_in_work_when_the_process_died_is_visible_again_after_the_restart() {
    let home = tempfile::tempdir().expect("a folder");
    let clock = Hands::new();
    let queue = open(home.path(), &clock);
    for body in ["done", "in work", "waiting"] {
        now(&queue, body).await;
    }
    queue.send("delayed", Duration::from_secs(60)).await.expect("a message sent");
    let taken = queue.receive(2).expect("messages");
    queue.delete(taken[0].id).expect("a deletion");
    drop(queue);
    // A sender that died halfway was never told that its message is safe.
    fs::write(home.path().join("draft/00000000000000000009.json"), "{\"v\":1,\"bo").expect("a file");
    clock.move_by(20);
    let queue = open(home.path(), &clock);
    let back = queue.receive(9).expect("messages");
    assert_eq!(
        back.iter().map(|message| (&*message.body, message.received)).collect::<Vec<_>>(),
        [("in work", 2), ("waiting", 1)]
    );
    advance(Duration::from_secs(39)).await;
    assert!(!bodies(&queue).contains(&"delayed".to_owned()));
    advance(Duration::from_secs(1)).await;
    assert!(bodies(&queue).contains(&"delayed".to_owned()), "what is left of the delay is kept");
    now(&queue, "new").await;
    assert_eq!(bodies(&queue), ["new"], "and new ids are new");
}

#[tokio::test(start_paused = true)]
async fn after_five_receives_a_message_is_dead_until_it_is_replayed_also_over_restarts() {
    let home = tempfile::tempdir().expect("a folder");
    let clock = Hands::new();
    let mut queue = open(home.path(), &clock);
    now(&queue, "deadly").await;
    for received in 1..=MAX_RECEIVES {
        let message = queue.next().await.expect("a message");
        assert_eq!(message.received, received);
        // The process dies each time.
        drop(queue);
        queue = open(home.path(), &clock);
    }
    assert!(bodies(&queue).is_empty());
    let dead = queue.list_dead(10).expect("dead letters");
    assert_eq!(dead.iter().map(|letter| &*letter.body).collect::<Vec<_>>(), ["deadly"]);
    assert_eq!(queue.depth(), 0);
    drop(queue);
    queue = open(home.path(), &clock);
    now(&queue, "healthy").await;
    assert_eq!(bodies(&queue), ["healthy"], "under an id that no dead letter has");
    assert!(queue.replay(dead[0].id).expect("a replay"));
    assert!(!queue.replay(dead[0].id).expect("a replay"), "once");
    let message = queue.next().await.expect("a message");
    assert_eq!((message.body.as_str(), message.received), ("deadly", 1));
    assert!(queue.list_dead(10).expect("dead letters").is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_file_that_is_no_message_goes_to_the_dead_letters_and_stops_nothing() {
    let home = tempfile::tempdir().expect("a folder");
    let clock = Hands::new();
    drop(open(home.path(), &clock));
    fs::write(home.path().join("messages/00000000000000000007.0.json"), "{").expect("a file");
    fs::write(home.path().join("messages/README"), "not ours").expect("a file");
    let queue = open(home.path(), &clock);
    now(&queue, "one").await;
    assert_eq!(bodies(&queue), ["one"]);
    let dead = queue.list_dead(10).expect("dead letters");
    assert_eq!((dead.len(), dead[0].body.as_str(), dead[0].id.to_string().as_str()), (1, "(unreadable)", "7"));
}

#[tokio::test]
async fn a_second_process_is_kept_out_of_the_folder() {
    let home = tempfile::tempdir().expect("a folder");
    let queue = open(home.path(), &Hands::new());
    let error = LocalQueue::open(home.path(), Arc::new(Hands::new()), VISIBLE).err().expect("a refusal");
    let told = error.to_string().replace(&home.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(told, @"FOLDER is in use by another running Covermark");
    drop(queue);
    open(home.path(), &Hands::new());
}

#[tokio::test]
async fn a_message_beyond_the_limit_is_refused() {
    let home = tempfile::tempdir().expect("a folder");
    let queue = open(home.path(), &Hands::new());
    let error = queue.send(&"x".repeat(256 * 1024 + 1), Duration::ZERO).await.expect_err("a refusal");
    insta::assert_snapshot!(error, @"the queue message has 262145 bytes; at most 262144 are allowed");
    assert_eq!(queue.depth(), 0);
}
