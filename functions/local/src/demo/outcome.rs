//! What came of the story, read back from GitHub: the proof is there, not in our own memory.

use covermark_standin::GitHubStandIn;
use serde_json::{Value, json};

use super::story::Told;

/// What is on the pull request.
pub(super) struct Outcome {
    pub(super) repository: String,
    pub(super) pull: u64,
    pub(super) pull_url: String,
    pub(super) comment: String,
    /// State or conclusion, name, sentence: of the check runs and of the statuses.
    pub(super) verdicts: Vec<(String, String, String)>,
    pub(super) json: Value,
}

/// Reads the pull request as it is on the stand-in.
pub(super) fn read_back(github: &GitHubStandIn, told: &Told) -> Outcome {
    let head = told.pull.head_sha();
    let number = told.pull.state().number.0;
    let comments = told.pull.comments();
    let ours = comments.iter().find(|comment| comment.by_app);
    let comment_url = ours.map(|comment| format!("{}#issuecomment-{}", told.pull.url(), comment.id));
    let body = ours.map(|comment| comment.body.clone()).unwrap_or_default();
    let mut latest = Vec::new();
    for status in told.repository.statuses(&head).into_iter().rev() {
        // The newest of a context is the one that shows.
        if !latest.iter().any(|(_, context, _)| *context == status.context) {
            latest.push((status.state, status.context, status.description.unwrap_or_default()));
        }
    }
    latest.sort_by(|a, b| a.1.cmp(&b.1));
    let statuses: Vec<Value> = latest
        .iter()
        .map(|(state, context, description)| json!({ "context": context, "state": state, "description": description }))
        .collect();
    let mut runs = told.repository.check_runs(&head);
    // The newest of a name is the one that shows.
    runs.sort_by(|a, b| a.name.cmp(&b.name).then(b.id.cmp(&a.id)));
    runs.dedup_by(|older, newer| older.name == newer.name);
    let check_runs: Vec<Value> = runs
        .iter()
        .map(|run| json!({ "name": run.name, "status": run.status, "conclusion": run.conclusion, "title": run.title }))
        .collect();
    latest.extend(runs.into_iter().map(|run| {
        let state = run.conclusion.unwrap_or(run.status);
        (state, run.name, run.title.unwrap_or_default())
    }));
    let json = json!({
        "comment": { "url": comment_url, "body": body },
        "comments": comments.len(),
        "statuses": statuses,
        "check_runs": check_runs,
        "uploads": told.uploads,
        "github_calls": told.calls,
        "elapsed_ms": told.elapsed,
        "pull_request": told.pull.url(),
        "github": github.web_url(),
    });
    Outcome {
        repository: told.repository.name().to_string(),
        pull: number,
        pull_url: told.pull.url(),
        comment: body,
        verdicts: latest,
        json,
    }
}
