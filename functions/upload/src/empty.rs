//! "This commit needs no coverage" (`codecov-cli empty-upload`): believed when CI insists, or when its pull request
//! changes nothing that can be tested. The decision is kept on the commit, and `feedback` posts verdicts of it.

use axum::{
    Json,
    response::{IntoResponse as _, Response},
};
use covermark_github::{Error, Permission, RepositoryClient, Resource};
use covermark_policy::Policy;
use covermark_service::problem::Problem;
use covermark_state::rows::commit::EmptyUpload;
use covermark_types::{CommitSha, PullNumber};
use serde_json::json;

use crate::{
    Upload,
    access::{Access, Look, problem},
    commit, complete,
    fields::{CommitFields, Fields},
};

/// Endings of files that no coverage tool measures: the incumbent's list, so that who comes from there gets the same
/// answers.
const UNTESTABLE: [&str; 28] = [
    "cfg",
    "conf",
    "css",
    "csv",
    "db",
    "doc",
    "egg",
    "env",
    "git",
    "html",
    "htmlypertext",
    "ini",
    "jpeg",
    "jpg",
    "jsonipt",
    "md",
    "pdf",
    "png",
    "ppt",
    "svg",
    "tar.tz",
    "template",
    "txt",
    "whl",
    "xls",
    "xml",
    "yaml",
    "yml",
];
/// Beginnings of endings, as in `jar2`.
const UNTESTABLE_BEGINNINGS: [&str; 2] = ["jar", "mak"];
/// Places of a configuration file that are tried; a repository has one or two.
const TRIES: usize = 10;
/// Files that the answer names.
const NAMED: usize = 100;

pub(crate) async fn empty(
    app: &Upload,
    access: &Access,
    sha: &CommitSha,
    fields: &Fields,
) -> Result<Response, Problem> {
    let repository = &access.repository;
    let said = access.bound.amend(CommitFields::default(), access.by);
    let row = commit::remember(app, access, sha, &said).await?;
    let (decision, left) = if fields.is_forced() {
        (EmptyUpload::Forced, Vec::new())
    } else {
        let left = testable(app, access, sha, row.pull).await?;
        (if left.is_empty() { EmptyUpload::Passed } else { EmptyUpload::Failed }, left)
    };
    let now = app.clock.now();
    commit::amend(app, repository, sha, |row| {
        row.empty_upload = Some(decision);
        row.complete_at = row.complete_at.or(Some(now));
    })
    .await?;
    complete::tell(app, repository, sha).await?;
    let result = match decision {
        EmptyUpload::Forced => "The commit passes without coverage, as you insist (`--force`).".to_owned(),
        EmptyUpload::Passed => "The commit passes without coverage: no file that it changes can be tested.".to_owned(),
        EmptyUpload::Failed => format!(
            "The commit fails without coverage: {} that it changes can be tested. Upload a report, add the files to \
             `ignore` in codecov.yml, or pass `--force`.",
            if left.len() == 1 { "1 file".to_owned() } else { format!("{} files", left.len()) }
        ),
    };
    let named: Vec<_> = left.iter().take(NAMED).collect();
    Ok(Json(json!({ "result": result, "non_ignored_files": named })).into_response())
}

/// The files of the commit's pull request that can be tested.
async fn testable(
    app: &Upload,
    access: &Access,
    sha: &CommitSha,
    pull: Option<PullNumber>,
) -> Result<Vec<String>, Problem> {
    let Some(look) = Look::at(app, &access.repository).await? else { return Err(no_pull(sha)) };
    let pull = match pull {
        Some(pull) => Some(pull),
        None => look.pulls_of(sha).await?.into_iter().find(|pull| pull.head.sha == *sha).map(|pull| pull.number),
    };
    let pull = pull.ok_or_else(|| no_pull(sha))?;
    // Two tokens, because there is none for both where Contents, which is optional, was not granted.
    let pulls = look.client(&[Permission::read(Resource::PullRequests)]);
    let contents = look.client(&[Permission::read(Resource::Contents)]);
    let (files, policy) = tokio::join!(pulls.pull_files(pull), policy(&contents, sha));
    look.keep_budgets().await;
    let files = files.map_err(|error| if error.is_not_found() { no_pull(sha) } else { problem(&error) })?;
    let policy = policy.map_err(|error| problem(&error))?;
    Ok(files.into_iter().filter(|file| !is_untestable(file) && !policy.ignores(file)).collect())
}

/// The repository's rules at the commit; ours where there are none, or where they may not be read.
async fn policy(client: &RepositoryClient, sha: &CommitSha) -> Result<Policy, Error> {
    let root = match client.root_files(sha.as_str()).await {
        Ok(root) => root,
        Err(error) if error.is_not_granted() => return Ok(Policy::default()),
        Err(error) => return Err(error),
    };
    let places = covermark_policy::choose(Some(root.as_slice()), None, None);
    for place in places.into_iter().take(TRIES) {
        match client.file(place, sha.as_str()).await {
            Ok(Some(bytes)) => return Ok(covermark_policy::read(&String::from_utf8_lossy(&bytes)).0),
            Ok(None) => {}
            Err(Error::TooLarge { .. }) => return Ok(Policy::default()),
            Err(error) if error.is_not_granted() => return Ok(Policy::default()),
            Err(error) => return Err(error),
        }
    }
    Ok(Policy::default())
}

fn is_untestable(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let ends = |ending: &&str| name.strip_suffix(*ending).is_some_and(|rest| rest.ends_with('.'));
    let last = name.rsplit_once('.').map(|(_, last)| last);
    UNTESTABLE.iter().any(ends)
        || last.is_some_and(|last| UNTESTABLE_BEGINNINGS.iter().any(|beginning| last.starts_with(beginning)))
}

fn no_pull(sha: &CommitSha) -> Problem {
    Problem::not_found(format!(
        "No pull request has commit {} as its head, so it is not known which files changed. Pass `--pr` to `create-commit` \
         before, or `--force` if the commit needs no coverage.",
        sha.short()
    ))
}

#[cfg(test)]
mod tests {
    use super::is_untestable;

    #[test]
    fn files_that_no_tool_measures_are_known_by_their_endings() {
        for path in ["README.md", "docs/a.b.HTML", "x.yml", ".env", "lib/x.jar", "lib/x.jar2", "x.tar.tz", "a/.git"] {
            assert!(is_untestable(path), "{path}");
        }
        for path in ["src/md", "src/lib.rs", "yml", "a.yml/main.py", "conf.d/x.c", "", "x."] {
            assert!(!is_untestable(path), "{path}");
        }
    }
}
