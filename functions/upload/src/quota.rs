//! What one commit and one repository may use. A refusal is a 429, which the client prints and does not repeat: a retry
//! within seconds would not help.

use covermark_service::problem::Problem;
use covermark_state::rows::repository::Repository;
use covermark_types::CommitSha;
use http::StatusCode;

use crate::Upload;

/// Counts one upload of `bytes`, or says why there is no room for it.
pub(crate) async fn take(
    app: &Upload,
    repository: &Repository,
    commit: &CommitSha,
    bytes: Option<u64>,
) -> Result<(), Problem> {
    let Repository { provider, id, name, .. } = repository;
    let (now, settings) = (app.clock.now(), &app.settings);
    let (uploads, bytes) = tokio::join!(
        app.table.count_upload(provider, *id, commit, settings.uploads_per_commit, now),
        app.table.count_bytes(provider, *id, bytes.unwrap_or(0), settings.bytes_per_day, now),
    );
    if !uploads?.applied() {
        return Err(too_many(format!(
            "Commit {} of {name} has {} uploads already, and no more are taken; repeated jobs count each time. Merge the \
             reports of several jobs before the upload, or let the operator raise COVERMARK_UPLOADS_PER_COMMIT.",
            commit.short(),
            settings.uploads_per_commit
        )));
    }
    if !bytes?.applied() {
        return Err(too_many(format!(
            "{name} has uploaded all that it may in one day ({} MiB); it may again from 00:00 UTC. Upload smaller reports, \
             or let the operator raise COVERMARK_UPLOAD_BYTES_PER_DAY.",
            settings.bytes_per_day / 1024 / 1024
        )));
    }
    Ok(())
}

fn too_many(sentence: String) -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, sentence)
}
