//! Test results: taken and kept, not shown yet. They lie under a prefix of their own, of which no event tells `feedback`,
//! so that nothing takes them for coverage.

use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use covermark_service::{config::UPLOAD_SLOT_LIFETIME, problem::Problem};
use covermark_state::rows::repository::Repository;
use covermark_types::{CommitSha, Provider, UploadId};
use serde_json::json;

use crate::{
    TEST_RESULTS, Upload, access,
    fields::Fields,
    opening,
    quota::{self, What},
    reply, serve, slug,
};

pub(crate) async fn open(app: &Upload, headers: &HeaderMap, body: &Bytes) -> Result<Response, Problem> {
    let fields = Fields::read(body)?;
    let (provider, repository) = named(&fields)?;
    let access = access::admit(app, &serve::about(headers, &provider, &repository, &fields, None, true)).await?;
    if fields.is_without_files() {
        // The client looks at nothing but the status here.
        return Ok(StatusCode::CREATED.into_response());
    }
    let (sha, upload) = (fields.sha()?, fields.upload()?);
    quota::take(app, &access, &sha, What::TestResults, &upload).await?;
    let key = key(&access.repository, &sha, &opening::new_id(app));
    let location = app.blobs.upload_slot(&key, UPLOAD_SLOT_LIFETIME, app.clock.now()).await?;
    Ok(reply::created(json!({
        "raw_upload_location": location.as_str(),
        "message": "Test results are kept for 30 days. This version of Covermark does not show them yet: it shows \
                    coverage, uploaded with `--report-type coverage`.",
    })))
}

fn key(repository: &Repository, sha: &CommitSha, id: &UploadId) -> String {
    format!("{TEST_RESULTS}{}/{}/{sha}/{id}", repository.provider, repository.id)
}

fn named(fields: &Fields) -> Result<(Provider, covermark_types::RepositoryName), Problem> {
    let repository = fields.0.slug.as_str().and_then(|slug| slug::decode(slug).ok().or_else(|| slug.parse().ok()));
    let repository = repository.ok_or_else(|| {
        Problem::bad_request(
            "`slug` names no repository: OWNER/NAME is expected, sent as OWNER::::NAME. Pass `--slug OWNER/NAME`.",
        )
    })?;
    let provider = fields.0.service.as_str().unwrap_or("github").parse::<Provider>().ok();
    let provider = provider.ok_or_else(|| {
        Problem::bad_request(
            "`service` is not a GitHub. Pass `--git-service github` or `--git-service github_enterprise`.",
        )
    })?;
    Ok((provider, repository))
}
