//! Installations and their tokens.

use std::collections::BTreeSet;

use covermark_types::{InstallationId, RepositoryId};
use serde_json::{Value, json};

use crate::{
    server::{Answer, Call, Caller, Fields, Outcome, paginate, paginate_shown, suspended},
    state::{Installation, InstallationToken, Level, Permissions, token_text},
    wire,
};

/// GitHub's bound on repositories named for one token.
const MOST_REPOSITORIES: usize = 500;

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let found = call.world.installations.values().map(|found| wire::installation(call.world, found)).collect();
    paginate(call, found)
}

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    let found = find(call)?;
    Ok(Answer::ok(wire::installation(call.world, found)))
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a Installation, Answer> {
    let id = InstallationId(call.number("installation_id")?);
    call.world.installations.get(&id).ok_or_else(Answer::not_found)
}

pub(super) fn of_repository(call: &mut Call<'_>) -> Outcome {
    let found = call.world.installation_of(call.repository_id()).ok_or_else(Answer::not_found)?;
    Ok(Answer::ok(wire::installation(call.world, found)))
}

pub(super) fn create_token(call: &mut Call<'_>) -> Outcome {
    let installation = find(call)?.clone();
    if installation.suspended.is_some() {
        return Err(suspended());
    }
    let fields = call.fields()?;
    let permissions = narrowed_permissions(&fields, &installation)?;
    let repositories = narrowed_repositories(call, &fields, &installation)?;
    let now = call.world.now();
    let long = !call.world.origin.enterprise && call.request.header("x-github-stateless-s2s-token") != Some("disabled");
    let token = InstallationToken {
        text: token_text(call.world.app.id, long),
        installation: installation.id,
        permissions,
        repositories,
        expires_at: now + jiff::SignedDuration::from_hours(1),
        lag: call.world.faults.token_lag,
    };
    let mut answer = json!({
        "token": token.text,
        "expires_at": token.expires_at.to_string(),
        "permissions": wire::permissions(&token.permissions),
        "repository_selection": if token.repositories.is_some() { "selected" } else { "all" },
    });
    if let Some(ids) = &token.repositories {
        let found = ids.iter().map(|id| wire::repository(call.world, call.world.repository(*id)));
        answer["repositories"] = found.collect();
    } else if installation.selection != crate::state::Selection::All {
        answer["repository_selection"] = Value::from("selected");
    }
    call.world.tokens.push(token);
    Ok(Answer::json(201, answer))
}

fn narrowed_permissions(fields: &Fields, installation: &Installation) -> Result<Permissions, Answer> {
    let Some(asked) = fields.get("permissions") else { return Ok(installation.permissions.clone()) };
    let asked =
        asked.as_object().ok_or_else(|| Answer::malformed("For 'properties/permissions', an object is expected."))?;
    let mut granted = Permissions::new();
    for (name, level) in asked {
        let level = level.as_str().and_then(Level::parse);
        let level = level
            .ok_or_else(|| Answer::malformed(&format!("For 'properties/permissions/{name}', a level is expected.")))?;
        if installation.permissions.get(name).is_none_or(|has| *has < level) {
            return Err(Answer::refusal(422, "The permissions requested are not granted to this installation."));
        }
        granted.insert(name.clone(), level);
    }
    // Metadata cannot be left out: GitHub adds it to every token.
    granted.entry("metadata".to_owned()).or_insert(Level::Read);
    Ok(granted)
}

fn narrowed_repositories(
    call: &Call<'_>,
    fields: &Fields,
    installation: &Installation,
) -> Result<Option<BTreeSet<RepositoryId>>, Answer> {
    let covered: Vec<RepositoryId> = call.world.covered_by(installation);
    let (ids, names) = (fields.list("repository_ids")?, fields.list("repositories")?);
    let asked: Vec<Option<RepositoryId>> = match (ids, names) {
        (None, None) => return Ok(None),
        (Some(ids), _) => ids.iter().map(|id| id.as_u64().map(RepositoryId)).collect(),
        (None, Some(names)) => {
            let named = |name: &Value| {
                let name = name.as_str()?;
                covered.iter().copied().find(|id| call.world.repository(*id).name.eq_ignore_ascii_case(name))
            };
            names.iter().map(named).collect()
        }
    };
    let fits = |id: &Option<RepositoryId>| id.is_some_and(|id| covered.contains(&id));
    if asked.len() > MOST_REPOSITORIES || !asked.iter().all(fits) {
        let text =
            "There is at least one repository that does not exist or is not accessible to the parent installation.";
        return Err(Answer::refusal(422, text));
    }
    Ok(Some(asked.into_iter().flatten().collect()))
}

pub(super) fn repositories(call: &mut Call<'_>) -> Outcome {
    let Caller::Installation { installation, token } = call.caller else { return Err(Answer::not_found()) };
    let found = call.world.installations.get(&installation).ok_or_else(Answer::bad_credentials)?;
    let narrowed = call.world.tokens[token].repositories.as_ref();
    let covered = call.world.covered_by(found).into_iter().filter(|id| narrowed.is_none_or(|ids| ids.contains(id)));
    let all = narrowed.is_none() && found.selection == crate::state::Selection::All;
    let covered = covered.collect();
    let show = |id| wire::repository(call.world, call.world.repository(id));
    let selection = if all { "all" } else { "selected" };
    paginate_shown(call, "repositories", covered, show, json!({"repository_selection": selection}))
}

pub(super) fn revoke_token(call: &mut Call<'_>) -> Outcome {
    if let Caller::Installation { token, .. } = call.caller {
        call.world.tokens[token].expires_at = call.world.clock.now();
    }
    Ok(Answer::no_content())
}
