//! The dead letters: replayed when somebody asks for it, and jobs by themselves after an hour, two hours, four…: most are
//! given up because GitHub was out of order for longer than a message is tried.

use std::time::Duration;

use covermark_service::{dead_letters, problem::Chain};
use covermark_state::rows::{
    dead_letter::{DeadLetter, LetterId, QueueName, What},
    redelivery::OpenDelivery,
};
use covermark_types::Provider;

use crate::{Replays, Sync, SyncError, redelivery};

/// How often a job is tried again by itself.
const REPLAYS: u32 = 5;
/// How long after it was given up for the first time; it doubles.
const FIRST_REPLAY: Duration = Duration::from_secs(60 * 60);
/// Letters that are replayed in one go; the rest has its turn ten minutes later.
const AT_ONCE: usize = 100;
/// What a queue gives up by itself has no reason; this is what it means.
const KILLED: &str = "the function ended before the job did, each time it was tried (out of time or of memory)";

/// Does again what somebody wants done again. A letter that is not there any more was dismissed.
pub(crate) async fn replay(app: &Sync, id: &LetterId) -> Result<(), SyncError> {
    let now = app.clock.now();
    let Some(letter) = app.table.dead_letter(id, now).await? else { return Ok(()) };
    send(app, &letter).await
}

async fn send(app: &Sync, letter: &DeadLetter) -> Result<(), SyncError> {
    // Noted first: when it fails at once it is given up later than this, and lies there again.
    app.table.note_replay(&letter.id, app.clock.now()).await?;
    match &letter.what {
        What::Job { queue, body } => {
            let queue = match queue {
                QueueName::Sync => &app.sync,
                QueueName::Feedback => &app.feedback,
            };
            queue.send(body, Duration::ZERO).await?;
        }
        What::Delivery { provider, github_id, .. } => {
            let again = redelivery::from_log(app, provider, *github_id).await;
            if let Err(error) = &again {
                let (why, since) = (Chain(error).to_string(), app.clock.now());
                app.table.bury(&DeadLetter { why, since, ..letter.clone() }).await?;
            }
            again?;
        }
    }
    tracing::info!(letter = %letter.id, replays = letter.replays + 1, "a dead letter is replayed");
    Ok(())
}

/// Brings what the queues gave up by themselves into the list; answers how many those were.
pub(crate) async fn exhume(app: &Sync) -> Result<usize, SyncError> {
    let mut found = 0;
    for (queue, graves) in &app.graves {
        for _ in 0..AT_ONCE {
            let buried = graves.exhume().await?;
            if buried.is_empty() {
                break;
            }
            for one in buried {
                let attempts = covermark_state::queue::MAX_RECEIVES;
                if dead_letters::bury(&app.table, *queue, &one.body, KILLED, attempts, app.clock.now()).await {
                    graves.forget(&one.handle).await?;
                    found += 1;
                }
            }
        }
    }
    Ok(found)
}

/// Replays the jobs whose time has come, or all that may be; answers how many.
pub(crate) async fn replay_due(app: &Sync, replays: Replays) -> Result<usize, SyncError> {
    let now = app.clock.now();
    let letters = app.table.dead_letters(now).await?;
    let due = letters.iter().rev().filter(|letter| {
        let wait = FIRST_REPLAY * 2_u32.saturating_pow(letter.replays);
        let waited = replays == Replays::AtOnce || now.duration_since(letter.since).unsigned_abs() >= wait;
        matches!(letter.what, What::Job { .. }) && letter.replays < REPLAYS && waited
    });
    let mut replayed = 0;
    for letter in due.take(AT_ONCE) {
        send(app, letter).await?;
        replayed += 1;
    }
    Ok(replayed)
}

/// A delivery that GitHub cannot hand over.
pub(crate) async fn bury_delivery(
    app: &Sync,
    provider: &Provider,
    open: &OpenDelivery,
    why: String,
) -> Result<(), SyncError> {
    let letter = DeadLetter {
        id: LetterId::of_delivery(provider, &open.delivery),
        what: What::Delivery {
            provider: provider.clone(),
            delivery: open.delivery.clone(),
            github_id: open.github_id,
            event: open.event.clone(),
            action: open.action.clone(),
            installation: open.installation,
            repository: open.repository,
        },
        why,
        since: app.clock.now(),
        attempts: open.asked + 1,
        replays: 0,
        replayed_at: None,
    };
    tracing::error!(metric = "dead_letter", letter = %letter.id, why = letter.why, "a delivery was given up");
    Ok(app.table.bury(&letter).await?)
}
