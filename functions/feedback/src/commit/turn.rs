//! Whose turn it is: of all jobs for a commit one works, and takes the others' reports along.
//!
//! A job first notes that it was there, then asks for the commit's lease. If it does not get it, it may go: whoever has the
//! lease looks at the note after giving it back. So two hundred uploads at once cost two hundred short jobs and a few runs.

use super::{Done, Lease, Trigger, run, timer};
use crate::{Feedback, FeedbackError, Skip, app::CommitKey, outcome};

/// What became of a job.
#[derive(Debug)]
pub(crate) enum Turn {
    /// It was done, or there was nothing to do.
    Done(Box<Done>),
    /// Somebody else is at it and will see what this one was about.
    TakenAlong,
}

/// Does what is to be done for a commit, unless somebody else is at it.
///
/// # Errors
/// [`FeedbackError::Busy`] for a trigger that nobody else takes along: it must come again.
pub(crate) async fn turn(app: &Feedback, key: &CommitKey, trigger: Trigger) -> Result<Turn, FeedbackError> {
    let CommitKey { provider, repository, sha } = key;
    if let Trigger::Timer(at) = trigger {
        let timing = app.table.timing(provider, *repository, sha).await?.unwrap_or_default();
        if timing.concluded || timer::is_stale(&timing, at, app.clock.now()) {
            return Ok(Turn::Done(Box::new(Done::skipped(Skip::NotWaitedFor))));
        }
    } else {
        app.table.ask_for_verdict(provider, *repository, sha, app.clock.now()).await?;
    }
    let Some(lease) = Lease::of_commit(app, key).await? else {
        return if trigger.is_forced() { Err(FeedbackError::Busy) } else { Ok(Turn::TakenAlong) };
    };
    let done = Box::pin(under_lease(app, key, trigger)).await;
    lease.give_back(app).await;
    let (done, asked) = match done {
        Ok(done) => done,
        Err(error) => {
            outcome::of_failure(app, key, &error).await;
            // The others went because of us. Our message comes again a few times; this one comes when it does not.
            timer::arm(app, key, app.clock.now() + timer::NET).await?;
            return Err(error);
        }
    };
    outcome::of_run(app, key, &done).await;
    let timing = app.table.timing(provider, *repository, sha).await?.unwrap_or_default();
    if timing.asked > asked {
        timer::look_again(app, key).await?;
    }
    Ok(Turn::Done(Box::new(done)))
}

/// The run, and what had been asked before it read anything.
async fn under_lease(app: &Feedback, key: &CommitKey, trigger: Trigger) -> Result<(Done, u64), FeedbackError> {
    let timing = app.table.timing(&key.provider, key.repository, &key.sha).await?.unwrap_or_default();
    let asked = timing.asked;
    Ok((Box::pin(run::run(app, key, trigger, timing)).await?, asked))
}
