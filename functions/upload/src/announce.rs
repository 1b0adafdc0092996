//! The first upload of a commit is heard of when it is opened: its verdicts appear as pending at once.

use std::time::Duration;

use covermark_state::{
    Error,
    jobs::{FeedbackJob, Job as _},
    rows::upload::UploadKey,
};

use crate::Upload;

/// Tells `feedback`, if it is the first. A failure is no reason to refuse a report: its arrival is told as well.
pub(crate) async fn announce(app: &Upload, key: &UploadKey) {
    if let Err(error) = tell(app, key).await {
        tracing::warn!(cause = %error, upload_id = %key.upload, "nobody was told that an upload is about to come");
    }
}

async fn tell(app: &Upload, key: &UploadKey) -> Result<(), Error> {
    let UploadKey { provider, repository, commit, .. } = key.clone();
    if !app.table.announce_commit(&provider, repository, &commit, app.clock.now()).await?.applied() {
        return Ok(());
    }
    let job = FeedbackJob::Opened { provider, repository, commit };
    app.feedback.send(&job.to_body()?, Duration::ZERO).await
}
