//! Tokens of GitHub Actions. The token proves which repository's workflow asks; what the workflow may say is bound to
//! what its run is for.
//!
//! - Any run uploads for its own repository only, found by id.
//! - A run of a pull request uploads for that pull request, for its head or for GitHub's trial merge. It runs code that
//!   nobody has reviewed yet, so it must not be able to rewrite what others are measured against.
//! - A run of a push or of a merge queue uploads for its own commit.
//! - Other runs (schedules, `workflow_run`, dispatches…) run what is on a branch already and may name any commit.

use covermark_github::oidc::{Claims, Issuer, OidcError};
use covermark_service::{credentials::CredentialsError, problem::Problem};
use covermark_state::rows::{repository::Repository, upload::OpenedBy};
use covermark_types::{CommitSha, PullNumber, Secret};

use super::{Access, Ask, Bound, covered, github, refusals};
use crate::Upload;

/// What workflows ask for that were written for the incumbent.
const CODECOV: &str = "https://codecov.io";

pub(super) async fn admit(app: &Upload, ask: &Ask, token: &Secret) -> Result<Access, Problem> {
    let credentials = match app.apps.credentials(&ask.provider).await {
        // Anything else may be over in a moment, and a refusal would end the job.
        Err(CredentialsError::NotConfigured(_)) => return Err(refusals::no_app(&ask.provider)),
        credentials => credentials?,
    };
    // An Enterprise Server may have a certificate authority of its own.
    let http = app.apps.http_of(&ask.provider).await?;
    let enterprise = app.settings.oidc_enterprise.as_deref();
    let issuer = Issuer::of(&credentials.endpoints, enterprise);
    let claims = match app.proofs.verifier.verify(http, &issuer, &audiences(app), token).await {
        Ok(claims) => claims,
        Err(OidcError::Keys(error)) => return Err(github::problem(&error)),
        Err(error) => return Err(refusals::oidc(&ask.repository, &error)),
    };
    let named = app.table.repository_by_name(&ask.provider, &ask.repository).await?;
    let Some(named) = named.filter(|named| named.id == claims.repository_id) else {
        return Err(refusals::oidc_of_another(&ask.repository, &claims));
    };
    let bound = bind(app, ask, &named, &claims).await?;
    covered(named, OpenedBy::Oidc, bound)
}

/// Our public address as people write it, and the incumbent's if the instance says so.
fn audiences(app: &Upload) -> Vec<String> {
    let whole = app.public_url.as_str().trim_end_matches('/');
    let mut origin = app.public_url.clone();
    origin.set_path("");
    let origin = origin.as_str().trim_end_matches('/');
    let mut audiences = vec![whole.to_owned(), format!("{whole}/"), origin.to_owned(), format!("{origin}/")];
    if app.settings.codecov_audience {
        audiences.push(CODECOV.to_owned());
    }
    audiences
}

async fn bind(app: &Upload, ask: &Ask, repository: &Repository, claims: &Claims) -> Result<Bound, Problem> {
    match (claims.event_name.as_str(), claims.pull()) {
        ("pull_request", Some(pull)) => of_pull(app, ask, repository, claims, pull).await,
        ("push" | "merge_group", _) => {
            if let Some(commit) = ask.commit.as_ref().filter(|commit| **commit != claims.sha) {
                return Err(refusals::oidc_of_another_commit(commit, claims));
            }
            let branch = claims.branch().filter(|_| ask.branch.is_none()).map(str::to_owned);
            Ok(Bound { branch, ..Bound::default() })
        }
        _ => Ok(Bound::default()),
    }
}

async fn of_pull(
    app: &Upload,
    ask: &Ask,
    repository: &Repository,
    claims: &Claims,
    pull: PullNumber,
) -> Result<Bound, Problem> {
    if let Some(other) = ask.pull.filter(|named| *named != pull) {
        return Err(refusals::oidc_of_another_pull(other, pull));
    }
    if let Some(commit) = &ask.commit
        && !is_of_pull(app, repository, claims, pull, commit).await?
    {
        return Err(refusals::oidc_of_another_commit(commit, claims));
    }
    let branch = Some(claims.head_ref.clone()).filter(|branch| !branch.is_empty());
    Ok(Bound { pull: Some(pull), branch, ..Bound::default() })
}

/// The trial merge is in the token, the head mostly in our table; the run itself knows a head that was pushed over
/// since. GitHub is asked last.
async fn is_of_pull(
    app: &Upload,
    repository: &Repository,
    claims: &Claims,
    pull: PullNumber,
    commit: &CommitSha,
) -> Result<bool, Problem> {
    if *commit == claims.sha {
        return Ok(true);
    }
    let known = app.table.pull(&repository.provider, repository.id, pull).await?;
    if known.is_some_and(|known| known.head_sha == *commit) {
        return Ok(true);
    }
    let Some(look) = github::Look::at(app, repository).await? else { return Ok(false) };
    if let Some(run) = claims.run_id
        && let Some(found) = look.run(run).await?
    {
        return Ok(found.is_some_and(|found| found.head_sha == *commit));
    }
    Ok(look.pull(pull).await?.is_some_and(|found| found.head.sha == *commit))
}
