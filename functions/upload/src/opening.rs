//! Opens an upload: a row, and an address to PUT the report to.

use axum::response::Response;
use covermark_service::{config::UPLOAD_SLOT_LIFETIME, problem::Problem};
use covermark_state::{
    Write,
    rows::upload::{Upload as UploadRow, UploadKey},
};
use covermark_types::{CommitSha, UploadId};
use url::Url;

use crate::{
    Upload,
    access::{self, Access},
    announce::announce,
    commit,
    fields::{CommitFields, Fields, UploadFields},
    quota::{self, What},
    reply,
};

/// Commit, report and upload in one call.
pub(crate) async fn in_one_call(app: &Upload, access: &Access, fields: &Fields) -> Result<Response, Problem> {
    fields.check_code()?;
    let opened = with_commit(app, access, fields).await?;
    Ok(reply::created(reply::slot(app, &access.repository, &opened)))
}

/// Opens an upload and makes its commit known, from one set of fields.
pub(crate) async fn with_commit(app: &Upload, access: &Access, fields: &Fields) -> Result<Opened, Problem> {
    let (given, upload) = (fields.sha()?, fields.upload()?);
    let said = access.bound.amend(fields.commit()?, access.by);
    let head = match &access.bound.head {
        Some(head) => Some(head.clone()),
        // Strangers do not make us ask GitHub.
        None if access.by.is_stranger() => None,
        None => access::head_of(app, &access.repository, said.pull, &given).await?,
    };
    let (sha, trial) = head.map_or((given.clone(), None), |head| (head, Some(given.clone())));
    quota::take(app, access, &sha, What::Coverage, &upload).await?;
    let (known, opened) =
        tokio::join!(commit::remember(app, access, &sha, &said), open(app, access, &sha, said.clone(), upload),);
    known?;
    Ok(Opened { trial, ..opened? })
}

/// An upload that was opened, and where its report goes.
pub(crate) struct Opened {
    pub(crate) row: UploadRow,
    pub(crate) location: Url,
    /// The commit that the client named, when it is GitHub's trial merge of the one that the upload is filed under.
    pub(crate) trial: Option<CommitSha>,
}

/// An upload of a commit that an earlier call has described, or that none has: then its SHA must do.
pub(crate) async fn of_known_commit(
    app: &Upload,
    access: &Access,
    sha: &CommitSha,
    fields: &Fields,
) -> Result<Response, Problem> {
    let upload = fields.upload()?;
    quota::take(app, access, sha, What::Coverage, &upload).await?;
    let said = access.bound.amend(CommitFields::default(), access.by);
    let row = commit::remember(app, access, sha, &said).await?;
    // An earlier call has said it. What a fork's row says is what GitHub says, whoever was first.
    let said = access.bound.amend(CommitFields { branch: row.branch, pull: row.pull, parent: row.parent }, access.by);
    let opened = open(app, access, sha, said, upload).await?;
    Ok(reply::created(reply::slot_in_full(app, &access.repository, &opened)))
}

async fn open(
    app: &Upload,
    access: &Access,
    sha: &CommitSha,
    commit: CommitFields,
    fields: UploadFields,
) -> Result<Opened, Problem> {
    let key = UploadKey {
        provider: access.repository.provider.clone(),
        repository: access.repository.id,
        commit: sha.clone(),
        upload: new_id(app),
    };
    let now = app.clock.now();
    let CommitFields { branch, pull, parent } = commit;
    let UploadFields { flags, name, job_code, ci_service, build_url, bytes: announced_bytes } = fields;
    let mut row = UploadRow::new(key, access.by, now);
    row = UploadRow { flags, name, job_code, ci_service, build_url, branch, pull, parent, announced_bytes, ..row };
    let location = app.blobs.upload_slot(&row.key.blob_key(), UPLOAD_SLOT_LIFETIME, now).await?;
    if app.table.open_upload(&row).await? == Write::Refused {
        return Err(covermark_state::Error::Contended { what: "the upload's id" }.into());
    }
    announce(app, &row.key).await;
    tracing::info!(
        upload_id = %row.key.upload,
        github_repository_id = %row.key.repository,
        commit = %sha,
        "an upload was opened"
    );
    Ok(Opened { row, location, trial: None })
}

pub(crate) fn new_id(app: &Upload) -> UploadId {
    let mut bytes = [0_u8; 16];
    app.random.fill(&mut bytes);
    let id = uuid::Builder::from_random_bytes(bytes).into_uuid();
    id.to_string().parse().expect("a UUID is an upload id")
}
