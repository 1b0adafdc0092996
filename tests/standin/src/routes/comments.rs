//! Comments on pull requests.

use crate::{
    effects::Effect,
    server::{Answer, Call, Caller, Outcome, paginate},
    state::Comment,
    wire,
};

/// GitHub's bound on a comment, in characters.
const LONGEST: usize = 65_536;

pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let number = call.pull("issue_number")?.number;
    let repository = call.repository();
    let items =
        repository.comments_of(number).into_iter().map(|found| wire::comment(call.world, repository, found)).collect();
    paginate(call, items)
}

pub(super) fn create(call: &mut Call<'_>) -> Outcome {
    let number = call.pull("issue_number")?.number;
    let body = body(call)?;
    let (id, actor) = (call.repository_id(), call.actor());
    let by_app = matches!(call.caller, Caller::Installation { .. });
    let comment = call.world.make_comment(id, number, actor, by_app, &body);
    let now = call.world.now();
    if let Some(pull) = call.repository_mut().pulls.get_mut(&number) {
        pull.updated_at = now;
    }
    call.world.effects.record(Effect::CommentCreated(id, comment.clone()));
    let value = wire::comment(call.world, call.repository(), &comment);
    let location = value["url"].as_str().unwrap_or_default().to_owned();
    Ok(Answer::json(201, value).with("location", location))
}

fn body(call: &Call<'_>) -> Result<String, Answer> {
    let body = call.fields()?.required("body")?;
    if body.trim().is_empty() {
        return Err(Answer::invalid("IssueComment", "body", "custom", Some("Body cannot be blank")));
    }
    if body.chars().count() > LONGEST {
        let text = "Body is too long (maximum is 65536 characters)";
        return Err(Answer::invalid("IssueComment", "body", "unprocessable", Some(text)));
    }
    Ok(body)
}

fn find<'a>(call: &'a Call<'_>) -> Result<&'a Comment, Answer> {
    let id = call.number("comment_id")?;
    call.repository().comments.iter().find(|comment| comment.id == id).ok_or_else(Answer::not_found)
}

pub(super) fn show(call: &mut Call<'_>) -> Outcome {
    Ok(Answer::ok(wire::comment(call.world, call.repository(), find(call)?)))
}

pub(super) fn update(call: &mut Call<'_>) -> Outcome {
    let found = find(call)?;
    let (comment, mine) = (found.id, found.author == call.actor());
    // An App may only edit what it wrote itself, whatever its permissions.
    if !mine && matches!(call.caller, Caller::Installation { .. }) {
        return Err(Answer::not_accessible("issues=write; pull_requests=write"));
    }
    let (body, now, id) = (body(call)?, call.world.now(), call.repository_id());
    let found = call.repository_mut().comments.iter_mut().find(|found| found.id == comment);
    let found = found.ok_or_else(Answer::not_found)?;
    found.body = body;
    found.updated_at = now;
    let comment = found.clone();
    call.world.effects.record(Effect::CommentEdited(id, comment.clone()));
    Ok(Answer::ok(wire::comment(call.world, call.repository(), &comment)))
}

pub(super) fn remove(call: &mut Call<'_>) -> Outcome {
    let found = find(call)?.clone();
    // As for edits: what an App did not write, it may not take away.
    if found.author != call.actor() && matches!(call.caller, Caller::Installation { .. }) {
        return Err(Answer::not_accessible("issues=write; pull_requests=write"));
    }
    call.repository_mut().comments.retain(|comment| comment.id != found.id);
    let repository = call.repository_id();
    call.world.effects.record(Effect::CommentDeleted(repository, found));
    Ok(Answer::no_content())
}
