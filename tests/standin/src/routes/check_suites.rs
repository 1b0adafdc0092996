//! Check suites.

use serde_json::json;

use crate::{
    server::{Call, Outcome, paginate_wrapped},
    state::CheckSuite,
    wire,
};

/// The suites of a commit. GitHub makes one for every App that may write checks, whether it runs anything or not: the App
/// under test has one from the beginning.
pub(super) fn list(call: &mut Call<'_>) -> Outcome {
    let repository = call.repository();
    let sha = call.commit("ref")?.sha.clone();
    let of_commit = |suite: &&CheckSuite| suite.head_sha == sha;
    let runs: Vec<_> = repository.check_runs.iter().filter(|run| run.head_sha == sha).collect();
    let done = !runs.is_empty() && runs.iter().all(|run| run.status == "completed");
    let ours = CheckSuite {
        id: 1,
        head_sha: sha.clone(),
        app: call.world.app.slug.clone(),
        status: if done { "completed" } else { "queued" }.to_owned(),
        conclusion: done.then(|| "success".to_owned()),
        runs: runs.len() as u64,
        created_at: repository.pushed_at,
    };
    let others = repository.check_suites.iter().filter(of_commit);
    let items = std::iter::once(&ours).chain(others);
    let items = items.map(|suite| wire::check_suite(call.world, repository, suite)).collect();
    paginate_wrapped(call, "check_suites", items, json!({}))
}
