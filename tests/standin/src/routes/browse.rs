//! The pages for people: who reads here has no account and sees everything, private repositories included.

use covermark_types::PullNumber;

use super::commits::changed_in;
use crate::{
    pages,
    server::{Answer, Call, Outcome},
    state::Repository,
};

fn found<'a>(call: &'a Call<'_>) -> Result<&'a Repository, Answer> {
    call.world.repository_by_name(call.text("owner"), call.text("repo")).ok_or_else(pages::not_found)
}

pub(super) fn home(call: &mut Call<'_>) -> Outcome {
    Ok(pages::home(call.world))
}

pub(super) fn repository(call: &mut Call<'_>) -> Outcome {
    Ok(pages::repository(call.world, found(call)?))
}

pub(super) fn pull(call: &mut Call<'_>) -> Outcome {
    let repository = found(call)?;
    let text = call.text("pull_number");
    if let Some(number) = text.strip_suffix(".diff") {
        let pull = number.parse().ok().and_then(|number| repository.pulls.get(&PullNumber(number)));
        let pull = pull.ok_or_else(pages::not_found)?;
        return Ok(pages::diff_text(&crate::story::pull_changes(repository, pull)));
    }
    let pull = text.parse().ok().and_then(|number| repository.pulls.get(&PullNumber(number)));
    Ok(pages::pull(call.world, repository, pull.ok_or_else(pages::not_found)?))
}

pub(super) fn files(call: &mut Call<'_>) -> Outcome {
    let repository = found(call)?;
    let pull = call.text("pull_number").parse().ok().and_then(|number| repository.pulls.get(&PullNumber(number)));
    Ok(pages::files(call.world, repository, pull.ok_or_else(pages::not_found)?))
}

pub(super) fn commit(call: &mut Call<'_>) -> Outcome {
    let repository = found(call)?;
    let commit = repository.resolve(call.text("sha")).ok_or_else(pages::not_found)?;
    Ok(pages::commit(call.world, repository, commit, &changed_in(repository, commit)))
}

pub(super) fn blob(call: &mut Call<'_>) -> Outcome {
    let repository = found(call)?;
    let commit = repository.resolve(call.text("sha")).ok_or_else(pages::not_found)?;
    let path = call.text("path");
    let blob = commit.tree.get(path).ok_or_else(pages::not_found)?;
    Ok(pages::blob(call.world, repository, commit, path, blob))
}
