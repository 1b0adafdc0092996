//! Commit statuses.

use covermark_types::CommitSha;

use crate::{
    effects::Effect,
    server::{Answer, Call, Outcome, paginate},
    state::CommitStatus,
    wire,
};

/// GitHub's bound on a description, in characters.
const LONGEST_DESCRIPTION: usize = 140;
/// GitHub's bound on statuses of one context at one commit.
const MOST: usize = 1_000;

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let sha = exact_commit(call)?;
    let fields = call.fields()?;
    let state = fields.choice("Status", "state", &["error", "failure", "pending", "success"])?;
    let state = state.ok_or_else(|| Answer::malformed("\"state\" wasn't supplied."))?;
    let description = fields.text("description")?;
    if description.as_ref().is_some_and(|text| text.chars().count() > LONGEST_DESCRIPTION) {
        let text = "description is too long (maximum is 140 characters)";
        return Err(Answer::invalid("Status", "description", "custom", Some(text)));
    }
    let target_url = fields.text("target_url")?;
    if target_url.as_ref().is_some_and(|url| !url.starts_with("http://") && !url.starts_with("https://")) {
        let text = "target_url must use http(s) scheme";
        return Err(Answer::invalid("Status", "target_url", "custom", Some(text)));
    }
    let context = fields.text("context")?.unwrap_or_else(|| "default".to_owned());
    let same = |status: &&CommitStatus| status.sha == sha && status.context == context;
    if call.repository().statuses.iter().filter(same).count() >= MOST {
        let text = "This SHA and context has reached the maximum number of statuses.";
        return Err(Answer::invalid("Status", "base", "custom", Some(text)));
    }
    let (id, created_at, creator) = (call.world.next_id(), call.world.now(), call.actor());
    let status = CommitStatus { id, sha, state, context, description, target_url, creator, created_at };
    call.repository_mut().statuses.push(status.clone());
    let repository = call.repository_id();
    call.world.effects.record(Effect::StatusCreated(repository, status.clone()));
    Ok(Answer::json(201, wire::status(call.world, call.repository(), &status)))
}

/// Statuses are set at a whole SHA only.
fn exact_commit(call: &Call<'_>) -> Result<CommitSha, Answer> {
    let known = |sha: &CommitSha| call.repository().commits.contains_key(sha);
    let sha = call.text("sha").parse().ok().filter(known);
    sha.ok_or_else(|| Answer::refusal(422, &format!("No commit found for SHA: {}", call.text("sha"))))
}

pub(super) fn combined(call: &mut Call<'_>) -> Outcome {
    let commit = call.commit("ref").map_err(|_| Answer::not_found())?;
    Ok(Answer::ok(wire::combined(call.world, call.repository(), &commit.sha)))
}

/// All statuses of the commit, hidden ones included, newest first.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let repository = call.repository();
    let sha = &call.commit("ref").map_err(|_| Answer::not_found())?.sha;
    let found = repository.statuses.iter().rev().filter(|status| status.sha == *sha);
    let items = found.map(|status| wire::status(call.world, repository, status)).collect();
    paginate(call, items)
}
