//! What a signed-in user sees of themselves and of the App's installations.

use covermark_types::{AccountId, InstallationId, RepositoryId};
use serde_json::{Value, json};

use crate::{
    server::{Answer, Call, Caller, Outcome, paginate_wrapped},
    state::{Installation, Repository, World},
    wire,
};

fn user(call: &Call<'_>) -> Result<AccountId, Answer> {
    match call.caller {
        Caller::User(id) => Ok(id),
        _ => Err(Answer::bad_credentials()),
    }
}

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    Ok(Answer::ok(wire::user(call.world, user(call)?)))
}

/// The repositories of an installation that the user has access to of their own.
fn accessible(call: &Call<'_>, user: AccountId, installation: &Installation) -> Vec<RepositoryId> {
    let covered = call.world.covered_by(installation).into_iter();
    covered.filter(|id| call.world.belongs(user, call.world.repository(*id))).collect()
}

fn visible(call: &Call<'_>, user: AccountId, installation: &Installation) -> bool {
    let account = call.world.account(installation.account);
    account.id == user || account.members.contains(&user) || !accessible(call, user, installation).is_empty()
}

pub(super) fn installations(call: &mut Call<'_>) -> Outcome {
    let user = user(call)?;
    let found = call.world.installations.values().filter(|found| visible(call, user, found));
    let items: Vec<Value> = found.map(|found| wire::installation(call.world, found)).collect();
    paginate_wrapped(call, "installations", items, json!({}))
}

pub(super) fn repositories(call: &mut Call<'_>) -> Outcome {
    let (user, id) = (user(call)?, InstallationId(call.number("installation_id")?));
    let found = call.world.installations.get(&id).filter(|found| visible(call, user, found));
    let found = found.ok_or_else(Answer::not_found)?;
    let item = |id: RepositoryId| {
        let repository = call.world.repository(id);
        let mut value = wire::repository(call.world, repository);
        value["permissions"] = rights(call.world, user, repository);
        value
    };
    let items = accessible(call, user, found).into_iter().map(item).collect();
    paginate_wrapped(call, "repositories", items, json!({}))
}

/// What a person may do in a repository that they can read.
pub(super) fn rights(world: &World, user: AccountId, repository: &Repository) -> Value {
    let (admin, push) = (repository.owner == user, world.belongs(user, repository));
    json!({"admin": admin, "maintain": admin, "push": push, "triage": push, "pull": true})
}
