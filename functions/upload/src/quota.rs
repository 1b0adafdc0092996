//! What one commit and one repository may use. A refusal is a 429, which the client prints and does not repeat: a retry
//! within seconds would not help.
//!
//! Who shows no secret has counters of their own, with less in them: a stranger who opens pull requests from a fork must not
//! be able to use up what the repository's own jobs need. Bytes count when they are announced; what comes unannounced, or
//! is more than was announced, counts when it is read.

use covermark_service::problem::Problem;
use covermark_state::rows::{quota::Purse, repository::Repository};
use covermark_types::CommitSha;
use http::StatusCode;

use crate::{Upload, access::Access, fields::UploadFields};

/// Of what the repository's own jobs may upload, strangers may half as many uploads of a commit,
const STRANGERS_UPLOADS: u64 = 2;
/// and a fifth of the bytes;
const STRANGERS_BYTES: u64 = 5;
/// and one pull request of a fork a fifth of that.
const PULLS_BYTES: u64 = 5;
/// How often a commit's jobs may be repeated once its counter is full: by then only uploads that it has already are taken.
const REPEATS: u64 = 4;

/// What is uploaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Coverage,
    TestResults,
}

/// Counts one upload, or says why there is no room for it.
pub(crate) async fn take(
    app: &Upload,
    access: &Access,
    commit: &CommitSha,
    what: What,
    upload: &UploadFields,
) -> Result<(), Problem> {
    let stranger = access.by.is_stranger();
    let uploads = match (what, stranger) {
        (What::Coverage, false) => Purse::Own,
        (What::TestResults, false) => Purse::OwnTests,
        (What::Coverage, true) => Purse::Strangers,
        (What::TestResults, true) => Purse::StrangersTests,
    };
    let most = app.settings.uploads_per_commit;
    let most = if stranger { (most / STRANGERS_UPLOADS).max(1) } else { most };
    let Repository { provider, id, name, .. } = &access.repository;
    let fits = app.table.count_upload(provider, *id, (uploads, commit), most, app.clock.now()).await?;
    if !fits.applied() && !repeats(app, access, commit, (uploads, most), upload).await? {
        return Err(too_many(format!(
            "Commit {} of {name} has {most} uploads{}. Merge the reports of several jobs before the upload, or let the \
             operator raise COVERMARK_UPLOADS_PER_COMMIT.",
            commit.short(),
            if stranger {
                " without a token already, and no more are taken"
            } else {
                " already, and no more are taken but repetitions of its jobs"
            },
        )));
    }
    take_bytes(app, access, upload.bytes.unwrap_or(0)).await
}

/// Whether a job that the commit has an upload of runs again. Counted too, with room for some repetitions of all.
async fn repeats(
    app: &Upload,
    access: &Access,
    commit: &CommitSha,
    (purse, most): (Purse, u64),
    upload: &UploadFields,
) -> Result<bool, Problem> {
    if purse != Purse::Own {
        return Ok(false);
    }
    let (provider, id, now) = (&access.repository.provider, access.repository.id, app.clock.now());
    let known = app.table.uploads_of(provider, id, commit, now).await?;
    let same = known
        .iter()
        .any(|known| (&known.name, &known.flags, &known.job_code) == (&upload.name, &upload.flags, &upload.job_code));
    let most = most.saturating_mul(REPEATS);
    Ok(same && app.table.count_upload(provider, id, (purse, commit), most, now).await?.applied())
}

async fn take_bytes(app: &Upload, access: &Access, bytes: u64) -> Result<(), Problem> {
    let Repository { provider, id, name, .. } = &access.repository;
    let (whole, now) = (app.settings.bytes_per_day, app.clock.now());
    let count = async |purse, most| app.table.count_bytes(provider, *id, (purse, bytes), most, now).await;
    if !access.by.is_stranger() {
        if count(Purse::Own, whole).await?.applied() {
            return Ok(());
        }
        return Err(too_many(format!(
            "{name} has uploaded all that it may in one day ({} MiB); it may again from 00:00 UTC. Upload smaller reports, \
             or let the operator raise COVERMARK_UPLOAD_BYTES_PER_DAY.",
            whole / 1024 / 1024
        )));
    }
    let all = whole / STRANGERS_BYTES;
    // The pull request's own first: one that has used up its share takes no more of the others'.
    let who = match access.bound.pull {
        Some(pull) if !count(Purse::Pull(pull), all / PULLS_BYTES).await?.applied() => {
            Some((format!("Pull request {pull} of {name}"), all / PULLS_BYTES))
        }
        _ if !count(Purse::Strangers, all).await?.applied() => Some((format!("Who shows no token for {name}"), all)),
        _ => None,
    };
    who.map_or(Ok(()), |(who, most)| {
        Err(too_many(format!(
            "{who} has uploaded all that it may in one day ({} MiB); it may again from 00:00 UTC. Upload smaller reports, \
             upload with a token, or let the operator raise COVERMARK_UPLOAD_BYTES_PER_DAY.",
            most / 1024 / 1024
        )))
    })
}

fn too_many(sentence: String) -> Problem {
    Problem::new(StatusCode::TOO_MANY_REQUESTS, sentence)
}
