//! What we remember of our own posting, on the commit's row.

use covermark_state::rows::commit::{CommitRow, CommitWrite, Posted};

use crate::{Feedback, FeedbackError, Skip, app::CommitKey, assemble::Assembled};

/// How often the row is read again because somebody else wrote it.
const TRIES: usize = 12;

/// Changes the commit's row. It is written by version, so nobody's change is lost.
pub(crate) async fn amend(
    app: &Feedback,
    key: &CommitKey,
    change: impl Fn(&mut CommitRow),
) -> Result<(), FeedbackError> {
    for _ in 0..TRIES {
        let Some(before) = app.table.commit(&key.provider, key.repository, &key.sha).await? else { return Ok(()) };
        let mut row = before.clone();
        change(&mut row);
        if row == before {
            return Ok(());
        }
        row.updated_at = app.clock.now();
        if matches!(app.table.put_commit(&row).await?, CommitWrite::Written(_)) {
            return Ok(());
        }
    }
    Err(FeedbackError::Contended)
}

/// Changes what is remembered of the commit's postings.
pub(crate) async fn note(app: &Feedback, key: &CommitKey, change: impl Fn(&mut Posted)) -> Result<(), FeedbackError> {
    let now = app.clock.now();
    amend(app, key, |row| {
        let before = row.posted.clone();
        let posted = row.posted.get_or_insert_with(|| Posted { at: now, ..Posted::default() });
        change(posted);
        if Some(&*posted) != before.as_ref() {
            posted.at = now;
        }
    })
    .await
}

/// Notes what was posted, and why the rest was not.
pub(crate) async fn finished(
    app: &Feedback,
    key: &CommitKey,
    evidence: &str,
    skipped: &[Skip],
) -> Result<(), FeedbackError> {
    let codes: Vec<_> = skipped.iter().map(|skip| skip.code().to_owned()).collect();
    note(app, key, |posted| {
        evidence.clone_into(&mut posted.evidence);
        posted.skipped.clone_from(&codes);
    })
    .await
}

/// Makes the commit's row where there is none yet: what is posted has to be remembered somewhere.
pub(crate) async fn begin(app: &Feedback, assembled: &Assembled) -> Result<(), FeedbackError> {
    if assembled.row.version == 0 {
        // When somebody else was faster, that is as good.
        app.table.put_commit(&assembled.row).await?;
    }
    Ok(())
}

/// Forgets what was posted, so that all of it is posted again.
pub(crate) async fn forget(app: &Feedback, key: &CommitKey) -> Result<(), FeedbackError> {
    note(app, key, |posted| *posted = Posted { at: posted.at, ..Posted::default() }).await
}
