//! Tokens that we gave out: of a repository, of the account that owns it, of the instance.

use covermark_service::problem::Problem;
use covermark_state::{Hashed, rows::repository::Repository, rows::upload::OpenedBy, rows::upload_token::TokenScope};
use covermark_types::Secret;

use super::{Access, Ask, Bound, covered, refusals};
use crate::Upload;

pub(super) async fn admit(app: &Upload, ask: &Ask, token: &Secret) -> Result<Access, Problem> {
    let hash = Hashed::of(token);
    let (known, named) =
        tokio::join!(app.table.upload_token(&hash), app.table.repository_by_name(&ask.provider, &ask.repository));
    let Some(known) = known? else { return Err(refusals::unknown_token(&ask.repository)) };
    let (scope, named) = (known.scope(), named?);
    let admitted = match (named, by(&scope)) {
        (Some(named), by) if reaches(&scope, &named) => covered(named, by, Bound::default()),
        // The instance's tokens are for everything, so that there is nothing to keep from their holder.
        (None, OpenedBy::InstanceToken) => Err(refusals::unknown_repository(&ask.repository)),
        (_, OpenedBy::OrganizationToken) => Err(refusals::another_organization(&ask.repository)),
        _ => Err(refusals::another_repository(&ask.repository)),
    }?;
    if let Err(error) = app.table.note_token_use(&known, app.clock.now()).await {
        // Only a date in a list: no upload is refused for it.
        tracing::warn!(%error, "the use of an upload token is not noted");
    }
    Ok(admitted)
}

fn by(scope: &TokenScope) -> OpenedBy {
    match scope {
        TokenScope::Repository { .. } => OpenedBy::RepositoryToken,
        TokenScope::Organization { .. } => OpenedBy::OrganizationToken,
        TokenScope::Instance => OpenedBy::InstanceToken,
    }
}

/// By ids and not by names: a token outlives renames, and never follows a former name elsewhere.
fn reaches(scope: &TokenScope, named: &Repository) -> bool {
    match scope {
        TokenScope::Repository { provider, repository } => *provider == named.provider && *repository == named.id,
        TokenScope::Organization { provider, owner } => *provider == named.provider && *owner == named.owner_id,
        TokenScope::Instance => true,
    }
}
