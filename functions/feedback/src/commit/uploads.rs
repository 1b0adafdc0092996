//! What the uploads' rows say to people: how many, what could not be read, what was left out, what is still to come.

use std::time::Duration;

use covermark_state::rows::upload::{OpenedBy, Upload, UploadState};
use covermark_types::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::judge::{DroppedPath, UnreadableFile, Uploads};

/// How long an announced upload is waited for. The client PUTs right after it has announced; what takes longer never
/// comes, mostly.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Why an upload does not count.
const FROM_A_FORK: &str =
    "left out, since it is from a fork and the repository itself uploaded reports for this commit";

/// What became of them, for the verdicts. `set_aside` are those of forks that do not count.
pub(crate) fn summary(uploads: &[Upload], set_aside: &[Upload]) -> Uploads {
    let mut summary = Uploads::default();
    for upload in uploads.iter().filter(|upload| is_here(upload)) {
        summary.here += 1;
        summary.unreadable += usize::from(upload.state == UploadState::Unreadable);
        let name = called(upload);
        summary.files.extend(upload.notes.unreadable.iter().map(|file| UnreadableFile {
            upload: name.clone(),
            file: file.file.clone(),
            why: file.reason.clone(),
        }));
        summary.left_out += usize::try_from(upload.notes.dropped_total).unwrap_or(usize::MAX);
        summary.dropped.extend(upload.notes.dropped.iter().map(|dropped| DroppedPath {
            path: dropped.path.clone(),
            why: advice(&dropped.reason).to_owned(),
            code: dropped.reason.clone(),
        }));
        for told in &upload.notes.warnings {
            // Jobs of a matrix say the same of the same report.
            if !summary.passed_over.contains(told) {
                summary.passed_over.push(told.clone());
            }
        }
    }
    for upload in set_aside.iter().filter(|upload| is_here(upload)) {
        let left = format!("`{}`: {FROM_A_FORK}", called(upload).replace('`', "'"));
        if !summary.passed_over.contains(&left) {
            summary.passed_over.push(left);
        }
    }
    summary.dropped.sort_by(|a, b| (&a.why, &a.path).cmp(&(&b.why, &b.path)));
    summary
}

/// What a posting speaks of: the uploads that are here, how they were read, and whether others are waited for.
pub(crate) fn evidence(uploads: &[Upload], now: Timestamp) -> String {
    let mut hash = Sha256::new();
    for upload in uploads.iter().filter(|upload| is_here(upload)) {
        hash.update(upload.key.upload.as_str());
        hash.update(upload.shard.as_deref().unwrap_or("-"));
        hash.update("\n");
    }
    for upload in pending(uploads, now) {
        hash.update("waiting ");
        hash.update(upload.key.upload.as_str());
    }
    hex::encode(hash.finalize())
}

pub(crate) fn is_here(upload: &Upload) -> bool {
    matches!(upload.state, UploadState::Processed | UploadState::Unreadable)
}

fn pending(uploads: &[Upload], now: Timestamp) -> impl Iterator<Item = &Upload> {
    uploads.iter().filter(move |upload| is_announced(upload, now))
}

/// Whether an upload was announced a moment ago and is not here yet. A direct invocation announces nothing: it is at work
/// when its row appears, and looks at the commit itself when it is done.
pub(crate) fn is_announced(upload: &Upload, now: Timestamp) -> bool {
    !is_here(upload)
        && upload.opened_by != OpenedBy::Invocation
        && now.duration_since(upload.opened_at).unsigned_abs() < PATIENCE
}

/// How people know an upload: the name that CI gave it, else its flags, else the job, else that it has none.
fn called(upload: &Upload) -> String {
    let given =
        |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    given(&upload.name)
        .or_else(|| (!upload.flags.is_empty()).then(|| upload.flags.join(", ")))
        .or_else(|| given(&upload.job_code))
        .unwrap_or_else(|| "an upload without a name".to_owned())
}

/// What to do about a path that was left out, by its reason's code.
fn advice(code: &str) -> &'static str {
    match code {
        "unknown-path" => {
            "No file of the repository has or ends in these paths. Generated and installed code is best left out by the \
             coverage tool itself; for the rest, let it write paths from the repository's root."
        }
        "ambiguous-path" => {
            "Several files of the repository end in these paths. Let the coverage tool write them from the repository's \
             root."
        }
        "absolute-path" => {
            "These paths are of the build machine, and no list of the repository's files came with the upload. Upload from \
             inside the checkout, or let the coverage tool write relative paths."
        }
        _ => "These are no paths of files in a repository.",
    }
}
