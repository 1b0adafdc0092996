//! Whether a job brings anything new, before GitHub is asked anything.

use std::time::Duration;

use covermark_state::rows::timing::Timing;

use super::{
    Trigger, timer,
    uploads::{evidence, is_here},
};
use crate::{Feedback, FeedbackError, Skip, app::CommitKey, assemble::Assembled};

/// While uploads are waited for, what is shown changes no more often than this: GitHub lets an App write 80 times a minute.
const QUIET: Duration = Duration::from_secs(5);

/// What a run finds before it asks GitHub.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// There is something to judge.
    Yes,
    /// Only if CI ended meanwhile.
    IfCiEnded,
    /// Nothing to do, for a reason.
    No(Skip),
}

/// Whether what was posted speaks of these uploads already, or will soon.
pub(super) async fn news(
    app: &Feedback,
    key: &CommitKey,
    assembled: &Assembled,
    timing: &Timing,
    trigger: Trigger,
) -> Result<News, FeedbackError> {
    let now = app.clock.now();
    let Some(posted) = assembled.row.posted.as_ref().filter(|posted| !posted.evidence.is_empty()) else {
        return Ok(News::Yes);
    };
    if trigger.is_forced() || trigger == Trigger::Owed {
        return Ok(News::Yes);
    }
    if posted.evidence == evidence(&assembled.uploads, now) {
        let in_time = timing.until.is_none_or(|until| now < until);
        return Ok(match trigger {
            _ if timing.concluded => News::No(Skip::AlreadyPosted),
            _ if !in_time => News::Yes,
            Trigger::Upload => News::No(Skip::AlreadyPosted),
            _ => News::IfCiEnded,
        });
    }
    let here = assembled.uploads.iter().filter(|upload| is_here(upload)).count();
    let came = u32::try_from(here).unwrap_or(u32::MAX).saturating_sub(timing.here);
    let more_to_come = !timing.concluded && came < timing.missing;
    if more_to_come && now.duration_since(posted.at).unsigned_abs() < QUIET {
        timer::arm(app, key, posted.at + QUIET).await?;
        return Ok(News::No(Skip::MoreToCome));
    }
    Ok(News::Yes)
}
