//! Whose turn it is: of all jobs for a commit one works, and takes the others' reports along.
//!
//! A job first notes that it was there, then asks for the commit's lease. If it does not get it, it may go: whoever has the
//! lease looks at the note after giving it back. So two hundred uploads at once cost two hundred short jobs and a few runs.
//!
//! Whoever has the lease may die with it, and its message need not come again. So who goes sees to it that somebody comes
//! back when the lease is over, and what was asked stays owed until a run has ended that knew of it.

use covermark_types::{Fault as _, FaultClass};

use super::{Done, Lease, Trigger, lease, run, timer};
use crate::{Feedback, FeedbackError, Skip, app::CommitKey, outcome};

/// How often a commit is asked for in vain before it is given up: some hours of tries, or a crowd of uploads and an hour.
const MOST_OWED: u64 = 1_000;

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
    let mut trigger = trigger;
    if let Trigger::Timer(at) = trigger {
        let timing = app.table.timing(provider, *repository, sha).await?.unwrap_or_default();
        let owed = timing.is_owed();
        if !owed && (timing.concluded || timer::is_stale(&timing, at, app.clock.now())) {
            return Ok(Turn::Done(Box::new(Done::skipped(Skip::NotWaitedFor))));
        }
        if owed {
            trigger = Trigger::Owed;
        }
    }
    app.table.ask_for_verdict(provider, *repository, sha, app.clock.now()).await?;
    let Some(lease) = Lease::of_commit(app, key).await? else {
        if trigger.is_forced() {
            return Err(FeedbackError::Busy);
        }
        timer::arm(app, key, app.clock.now() + lease::LASTS + timer::MARGIN).await?;
        return Ok(Turn::TakenAlong);
    };
    let done = Box::pin(under_lease(app, key, trigger)).await;
    lease.give_back(app).await;
    let (done, asked) = match done {
        Ok(done) => done,
        Err(error) => {
            outcome::of_failure(app, key, &error).await;
            look_after(app, key, &error).await?;
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

/// Sees to it that a run that failed is made up for. Its message comes again a few times; this one comes when it does not.
async fn look_after(app: &Feedback, key: &CommitKey, error: &FeedbackError) -> Result<(), FeedbackError> {
    let timing = app.table.timing(&key.provider, key.repository, &key.sha).await?.unwrap_or_default();
    let tried = timing.asked.saturating_sub(timing.answered);
    // What never succeeds would otherwise be tried every few minutes for ever.
    if error.class() == FaultClass::Permanent || tried > MOST_OWED {
        tracing::error!(cause = %error, commit = %key.sha, tried, "a commit is given up; its report is kept");
        return Ok(());
    }
    timer::arm(app, key, app.clock.now() + timer::NET).await
}

/// The run, and what had been asked before it read anything.
async fn under_lease(app: &Feedback, key: &CommitKey, trigger: Trigger) -> Result<(Done, u64), FeedbackError> {
    let timing = app.table.timing(&key.provider, key.repository, &key.sha).await?.unwrap_or_default();
    let asked = timing.asked;
    let done = Box::pin(run::run(app, key, trigger, timing)).await?;
    app.table.answer_verdict(&key.provider, key.repository, &key.sha, asked).await?;
    Ok((done, asked))
}
