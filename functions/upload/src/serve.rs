//! One request from its first byte to its answer: which call, whose, then the call's own file.

use axum::{
    Json,
    body::Body,
    extract::Request,
    http::{HeaderMap, Method, header, request::Parts},
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use covermark_service::problem::Problem;
use covermark_types::{Provider, RepositoryName};

use crate::{
    Upload,
    access::{self, Access, Ask},
    body,
    call::{self, Action, Call, Legacy, Target},
    choose_base, commit, complete, direct, empty,
    fields::{CommitFields, Fields},
    legacy, opening, query, reply, test_results, token, validate,
};

pub(crate) async fn serve(app: &Upload, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let target = call::read(&head.method, head.uri.path(), app.public_url.path());
    if let Ok(Target::Call(Call { provider, repository, action: Action::Report })) = &target {
        return Box::pin(direct::report(app, &head, body, provider, repository)).await;
    }
    // The body goes first: a server that answers and closes while a client still sends is a broken pipe to the client,
    // and it would print that instead of our sentence.
    let most = if matches!(target, Ok(Target::Legacy(Legacy::Direct))) { direct::MOST_BYTES } else { body::MOST_BYTES };
    let body = body::read(&head.headers, body, most).await?;
    match target? {
        Target::Call(call) => Box::pin(of_repository(app, &head, call, &body)).await,
        Target::TestResults => test_results::open(app, &head.headers, &body).await,
        Target::Legacy(version) => Box::pin(legacy::open(app, &head, version, body)).await,
        Target::ChooseBase { provider, repository, pull } => {
            choose_base::choose(app, &head.headers, provider, repository, pull, &body).await
        }
        Target::Validate => Ok(validate::answer(&body)),
    }
}

async fn of_repository(app: &Upload, head: &Parts, call: Call, body: &Bytes) -> Result<Response, Problem> {
    let read = read_fields(&head.headers, body);
    // Who it is goes before what is wrong with it: a stranger is told no more than that.
    let nothing = Fields::default();
    let ask = ask(&head.headers, &call, read.as_ref().unwrap_or(&nothing));
    let access = access::admit(app, &ask).await?;
    Box::pin(act(app, head, call, access, &read?)).await
}

/// JSON; or a form, as clients before version 0.1.12 sent it.
fn read_fields(headers: &HeaderMap, body: &Bytes) -> Result<Fields, Problem> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // curl calls everything a form unless it is told otherwise.
    if kind.starts_with("application/x-www-form-urlencoded") && !body.trim_ascii_start().starts_with(b"{") {
        return Ok(query::read(&String::from_utf8_lossy(body)));
    }
    Fields::read(body)
}

fn ask(headers: &HeaderMap, call: &Call, fields: &Fields) -> Ask {
    let forks = !matches!(call.action, Action::EmptyUpload(_));
    let commit = call.action.commit().cloned();
    about(headers, &call.provider, &call.repository, fields, commit, forks)
}

/// What is asked, with what `fields` say of it. Fields that cannot be read are refused later, by name.
pub(crate) fn about(
    headers: &HeaderMap,
    provider: &Provider,
    repository: &RepositoryName,
    fields: &Fields,
    commit: Option<covermark_types::CommitSha>,
    forks: bool,
) -> Ask {
    let said = fields.commit().unwrap_or_default();
    Ask {
        provider: provider.clone(),
        repository: repository.clone(),
        shown: token::shown(headers),
        commit: commit.or_else(|| fields.maybe_sha().ok().flatten()),
        pull: said.pull,
        branch: said.branch,
        run: fields.run(),
        forks,
    }
}

async fn act(app: &Upload, head: &Parts, call: Call, access: Access, fields: &Fields) -> Result<Response, Problem> {
    let repository = &access.repository;
    match call.action {
        Action::UploadCoverage => opening::in_one_call(app, &access, fields).await,
        Action::CreateCommit => {
            let said = access.bound.amend(fields.commit()?, access.by);
            let row = commit::remember(app, &access, &fields.sha()?, &said).await?;
            Ok(reply::created(reply::commit(&row, repository)))
        }
        Action::CreateReport(sha) => {
            fields.check_code()?;
            let said = access.bound.amend(CommitFields::default(), access.by);
            let row = commit::remember(app, &access, &sha, &said).await?;
            Ok(reply::created(reply::report(&row)))
        }
        Action::OpenUpload(sha) => opening::of_known_commit(app, &access, &sha, fields).await,
        Action::Results(sha) => {
            let page = reply::page(app, repository, &sha, None);
            Ok(if head.method == Method::POST {
                reply::created(reply::results(&page))
            } else {
                Json(reply::results(&page)).into_response()
            })
        }
        Action::EmptyUpload(sha) => empty::empty(app, &access, &sha, fields).await,
        Action::Complete(sha) => complete::complete(app, &access, &sha).await,
        Action::Report => Box::pin(direct::report(app, head, Body::empty(), &call.provider, &call.repository)).await,
    }
}

/// The query string of a request.
pub(crate) fn query_of(head: &Parts) -> Fields {
    query::read(head.uri.query().unwrap_or_default())
}
