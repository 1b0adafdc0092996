//! Who asks, and whether they may.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_types::{AccountId, InstallationId, RepositoryId};

use super::{Answer, Request, jwt};
use crate::state::{Level, World};

/// What a route asks of its caller.
pub(crate) enum Needs {
    /// Nothing.
    Anyone,
    /// The App's JSON Web Token.
    App,
    /// The App's JSON Web Token, for a repository by name.
    AppOnRepository,
    /// An installation token, any permission.
    Installation,
    /// A user's token.
    User,
    /// The OAuth client's id and secret.
    Client,
    /// An installation token that reaches the repository with one of these permissions, or a user with access.
    Repository(&'static [(&'static str, Level)]),
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    Nobody,
    App,
    /// `token` is the place in `World::tokens`.
    Installation {
        installation: InstallationId,
        token: usize,
    },
    User(AccountId),
    Client,
}

impl Caller {
    /// The name for journal and rate limit.
    pub(crate) fn name(&self, world: &World) -> String {
        match self {
            Self::Nobody => "nobody".to_owned(),
            Self::App => "app".to_owned(),
            Self::Installation { installation, .. } => format!("installation {installation}"),
            Self::User(id) => format!("user {}", world.account(*id).login),
            Self::Client => "client".to_owned(),
        }
    }
}

/// Reads the Authorization header; a credential that is wrong is refused even where none is needed.
pub(crate) fn authenticate(world: &mut World, request: &Request) -> Result<Caller, Answer> {
    let Some(header) = request.header("authorization") else { return Ok(Caller::Nobody) };
    let (scheme, credential) = header.split_once(' ').unwrap_or((header, ""));
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => client(world, credential),
        "bearer" | "token" if credential.starts_with("ghs_") => installation(world, credential),
        "bearer" | "token" if credential.starts_with("ghu_") => user(world, credential),
        "bearer" => jwt::verify(world, credential).map(|()| Caller::App),
        _ => Err(Answer::bad_credentials()),
    }
}

fn client(world: &World, credential: &str) -> Result<Caller, Answer> {
    let text = STANDARD.decode(credential).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let pair = text.as_deref().and_then(|text| text.split_once(':'));
    match pair {
        Some((id, secret)) if id == world.app.client_id && world.app.client_secret.matches(secret) => {
            Ok(Caller::Client)
        }
        _ => Err(Answer::bad_credentials()),
    }
}

fn installation(world: &mut World, credential: &str) -> Result<Caller, Answer> {
    let now = world.clock.now();
    let found = world.tokens.iter_mut().enumerate().find(|(_, token)| token.text == credential);
    let Some((at, token)) = found.filter(|(_, token)| token.expires_at > now) else {
        return Err(Answer::bad_credentials());
    };
    if token.lag > 0 {
        token.lag -= 1;
        return Err(Answer::bad_credentials());
    }
    let id = token.installation;
    match world.installations.get(&id) {
        None => Err(Answer::bad_credentials()),
        Some(found) if found.suspended.is_some() => Err(suspended()),
        Some(_) => Ok(Caller::Installation { installation: id, token: at }),
    }
}

fn user(world: &World, credential: &str) -> Result<Caller, Answer> {
    let now = world.clock.now();
    let found = world.oauth.tokens.iter().find(|token| token.access == credential && token.expires_at > now);
    found.map(|token| Caller::User(token.user)).ok_or_else(Answer::bad_credentials)
}

pub(crate) fn suspended() -> Answer {
    Answer::refusal(403, "This installation has been suspended")
}

/// Whether the caller may use the route at all; for repository routes also which repository it is.
pub(crate) fn authorize(
    world: &World,
    needs: &Needs,
    caller: &Caller,
    repository: Option<(&str, &str)>,
) -> Result<Option<RepositoryId>, Answer> {
    let found = repository.and_then(|(owner, name)| world.repository_by_name(owner, name)).map(|found| found.id);
    match (needs, caller) {
        (Needs::Anyone, _)
        | (Needs::App, Caller::App)
        | (Needs::Installation, Caller::Installation { .. })
        | (Needs::User, Caller::User(_))
        | (Needs::Client, Caller::Client) => Ok(None),
        (Needs::AppOnRepository, Caller::App) => found.map(Some).ok_or_else(Answer::not_found),
        (Needs::Repository(grants), Caller::Installation { token, .. }) => {
            let id = found.filter(|id| reaches(world, *token, *id)).ok_or_else(Answer::not_found)?;
            permitted(world, *token, grants).map(|()| Some(id))
        }
        (Needs::Repository(grants), Caller::User(user)) => {
            let id = found.filter(|id| world.can_read(*user, world.repository(*id))).ok_or_else(Answer::not_found)?;
            let reads = grants.iter().all(|(_, level)| *level == Level::Read);
            if reads || world.belongs(*user, world.repository(id)) {
                Ok(Some(id))
            } else {
                Err(Answer::not_accessible(&accepted(grants)))
            }
        }
        (_, Caller::Nobody) => Err(Answer::refusal(401, "Requires authentication")),
        (Needs::App | Needs::AppOnRepository, _) => Err(Answer::refusal(401, "A JSON web token could not be decoded")),
        (Needs::Client, _) => Err(Answer::bad_credentials()),
        _ => Err(Answer::refusal(403, "Resource not accessible by integration")),
    }
}

fn reaches(world: &World, token: usize, repository: RepositoryId) -> bool {
    let token = &world.tokens[token];
    let covered =
        world.installations.get(&token.installation).is_some_and(|found| found.covers(world.repository(repository)));
    covered && token.repositories.as_ref().is_none_or(|ids| ids.contains(&repository))
}

fn permitted(world: &World, token: usize, grants: &[(&str, Level)]) -> Result<(), Answer> {
    let held = &world.tokens[token].permissions;
    let fits = |(name, level): &(&str, Level)| held.get(*name).is_some_and(|has| has >= level);
    if grants.iter().any(fits) { Ok(()) } else { Err(Answer::not_accessible(&accepted(grants))) }
}

/// `issues=write; pull_requests=write`, alternatives apart by semicolons, as in GitHub's header.
fn accepted(grants: &[(&str, Level)]) -> String {
    let parts: Vec<String> = grants.iter().map(|(name, level)| format!("{name}={}", level.as_str())).collect();
    parts.join("; ")
}
