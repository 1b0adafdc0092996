//! What GitHub Actions does with a pull request or a push: runs, and the tokens that runs can ask for.

use covermark_types::{CommitSha, RepositoryId};
use serde_json::{Value, json};

use super::{GitHubStandIn, PullRequest, Repo};
use crate::{oidc, state::WorkflowRun};

impl PullRequest {
    /// Starts a run of a workflow for its head, as the event `pull_request` does; returns the run's number.
    pub fn start_run(&self) -> u64 {
        let head = self.state().head;
        self.repo.start_run("pull_request", &head.sha, &head.branch, head.repository)
    }
}

impl Repo {
    /// Starts a run of a workflow for a branch's tip, as the event `push` does; returns the run's number.
    ///
    /// # Panics
    /// When nobody pushed to the branch.
    pub fn start_run_of_push(&self, branch: &str) -> u64 {
        let tip = self.state().branches.get(branch).cloned().expect("somebody pushed to the branch");
        self.start_run("push", &tip, branch, self.id)
    }

    fn start_run(&self, event: &str, sha: &CommitSha, branch: &str, head: RepositoryId) -> u64 {
        let mut world = self.github.shared.lock();
        let (id, now) = (world.next_id(), world.now());
        let run = WorkflowRun {
            id,
            event: event.to_owned(),
            status: "in_progress".to_owned(),
            conclusion: None,
            head_sha: sha.clone(),
            head_branch: branch.to_owned(),
            head_repository: head,
            created_at: now,
            updated_at: now,
        };
        world.repository_mut(self.id).workflow_runs.push(run);
        id
    }

    /// Ends a run now: `success`, `failure`, `cancelled`, …
    ///
    /// # Panics
    /// When there is no such run.
    pub fn end_run(&self, run: u64, conclusion: &str) {
        let mut world = self.github.shared.lock();
        let now = world.now();
        let runs = &mut world.repository_mut(self.id).workflow_runs;
        let run = runs.iter_mut().find(|known| known.id == run).expect("the run was started");
        (run.status, run.conclusion, run.updated_at) = ("completed".to_owned(), Some(conclusion.to_owned()), now);
    }
}

impl GitHubStandIn {
    /// The token that GitHub Actions would give to a run: `claims` over those of a push to `repository`'s default branch.
    /// Without `aud` it is for `https://github.com/OWNER`, as when a workflow asks for nothing else.
    ///
    /// # Panics
    /// When the repository is empty.
    #[must_use]
    pub fn oidc_token(&self, repository: &Repo, claims: &Value) -> String {
        let name = repository.name();
        let state = repository.state();
        let tip = state.branches.get(&state.default_branch).expect("the repository has a commit");
        let world = self.shared.lock();
        let now = world.clock.now().as_second();
        let mut said = json!({
            "iss": oidc::issuer(&world),
            "aud": format!("{}/{}", world.origin.web, name.owner()),
            "iat": now, "nbf": now - 300, "exp": now + 300,
            "sub": format!("repo:{name}:ref:refs/heads/{}", state.default_branch),
            "repository": name, "repository_id": repository.id.to_string(),
            "repository_owner": name.owner(), "repository_owner_id": state.owner.to_string(),
            "repository_visibility": if state.private { "private" } else { "public" },
            "event_name": "push", "ref": format!("refs/heads/{}", state.default_branch), "ref_type": "branch",
            "sha": tip, "head_ref": "", "base_ref": "", "run_id": "1", "run_number": "1", "run_attempt": "1",
            "runner_environment": "github-hosted",
        });
        for (name, value) in claims.as_object().into_iter().flatten() {
            said[name] = value.clone();
        }
        oidc::sign(&world, &said)
    }
}
