//! Events about what runs on a commit: check runs, check suites, workflow runs, statuses, merge groups.
//!
//! They differ in shape and come to the same few facts: which commit, whose run, did it end, does somebody want it again.

use covermark_types::{AppId, CommitSha, InstallationId, PullNumber};
use serde::Deserialize;

use super::{
    actions::{CheckRunAction, CiAction, Sender},
    event::Identified,
};
use crate::{StatusState, lenient, resources::repositories::RepositoryReference};

/// What the branches of merge queues begin with.
pub const QUEUE_PREFIX: &str = "gh-readonly-queue/";

/// The pull request that a merge queue's branch was made for: `gh-readonly-queue/{base}/pr-{number}-{sha}`. The base may
/// have slashes of its own.
#[must_use]
pub fn queued_pull(branch: &str) -> Option<PullNumber> {
    let (_, last) = branch.strip_prefix(QUEUE_PREFIX)?.rsplit_once('/')?;
    let (number, sha) = last.strip_prefix("pr-")?.split_once('-')?;
    let number = number.parse().ok().filter(|number| *number > 0)?;
    (sha.len() >= 7 && sha.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(PullNumber(number))
}

/// What was heard of a commit's CI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CiEvent {
    /// What it means.
    pub news: CiNews,
    /// The commit.
    pub commit: CommitSha,
    /// The App whose run or suite it is, where the event says so.
    pub app: Option<AppId>,
    /// Where.
    pub repository: RepositoryReference,
    /// The installation that covers the repository.
    pub installation: Option<InstallationId>,
    /// By whom.
    pub sender: Option<Sender>,
}

/// What an event about CI means.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CiNews {
    /// Something ended: a suite, a workflow run, or what a status stands for (then with its context).
    Ended {
        /// The status's context; `None` for suites and runs.
        context: Option<String>,
    },
    /// A person wants what our App shows to be done again.
    Again,
    /// A merge queue wants its commit to be checked.
    Queued {
        /// The queue's branch, bare.
        branch: String,
        /// The commit that the queue put it on.
        base: Option<CommitSha>,
    },
    /// It began, goes on, or was taken back: nothing to do.
    Nothing,
}

#[derive(Deserialize)]
struct Whose {
    #[serde(default)]
    app: Option<Numbered>,
    head_sha: CommitSha,
}

#[derive(Deserialize)]
struct Numbered {
    id: AppId,
}

#[derive(Deserialize)]
struct Group {
    head_sha: CommitSha,
    head_ref: String,
    #[serde(default, deserialize_with = "lenient::commit")]
    base_sha: Option<CommitSha>,
}

#[derive(Deserialize)]
struct Wire<Action: Default> {
    #[serde(default)]
    action: Action,
    #[serde(default)]
    check_run: Option<Whose>,
    #[serde(default)]
    check_suite: Option<Whose>,
    #[serde(default)]
    workflow_run: Option<Whose>,
    #[serde(default)]
    merge_group: Option<Group>,
    #[serde(default)]
    sha: Option<CommitSha>,
    #[serde(default)]
    state: Option<StatusState>,
    #[serde(default)]
    context: Option<String>,
    repository: RepositoryReference,
    #[serde(default)]
    installation: Option<Identified>,
    #[serde(default)]
    sender: Option<Sender>,
}

/// What is the same in all of them.
struct Common {
    repository: RepositoryReference,
    installation: Option<InstallationId>,
    sender: Option<Sender>,
}

impl CiEvent {
    /// Reads one of the five events; the error is the JSON path of what is missing.
    pub(super) fn of(event: &str, body: &[u8]) -> Result<Self, String> {
        let missing = || event.to_owned();
        if event == "check_run" {
            let wire: Wire<CheckRunAction> = lenient::read(body).map_err(|place| place.0)?;
            let news = match wire.action {
                CheckRunAction::Rerequested | CheckRunAction::RequestedAction => CiNews::Again,
                CheckRunAction::Other => CiNews::Nothing,
            };
            let common = Common::of(wire.repository, wire.installation, wire.sender);
            return Ok(common.with(wire.check_run.ok_or_else(missing)?, news));
        }
        let wire: Wire<CiAction> = lenient::read(body).map_err(|place| place.0)?;
        let common = Common::of(wire.repository, wire.installation, wire.sender);
        let news = match wire.action {
            CiAction::Completed => CiNews::Ended { context: None },
            CiAction::Rerequested => CiNews::Again,
            _ => CiNews::Nothing,
        };
        match event {
            "check_suite" => Ok(common.with(wire.check_suite.ok_or_else(missing)?, news)),
            "workflow_run" => {
                // Rerun by a person: it will run again, and end again.
                let news = if news == CiNews::Again { CiNews::Nothing } else { news };
                Ok(common.with(wire.workflow_run.ok_or_else(missing)?, news))
            }
            "status" => {
                let news = match wire.state {
                    Some(StatusState::Pending) | None => CiNews::Nothing,
                    Some(_) => CiNews::Ended { context: wire.context },
                };
                let sha = wire.sha.ok_or_else(|| "sha".to_owned())?;
                Ok(common.with(Whose { app: None, head_sha: sha }, news))
            }
            _ => {
                let group = wire.merge_group.ok_or_else(missing)?;
                let branch = group.head_ref.strip_prefix("refs/heads/").unwrap_or(&group.head_ref).to_owned();
                let news = match wire.action {
                    CiAction::ChecksRequested => CiNews::Queued { branch, base: group.base_sha },
                    _ => CiNews::Nothing,
                };
                Ok(common.with(Whose { app: None, head_sha: group.head_sha }, news))
            }
        }
    }
}

impl Common {
    fn of(repository: RepositoryReference, installation: Option<Identified>, sender: Option<Sender>) -> Self {
        Self { repository, installation: installation.map(|installation| installation.id), sender }
    }

    fn with(self, whose: Whose, news: CiNews) -> CiEvent {
        let Self { repository, installation, sender } = self;
        CiEvent { news, commit: whose.head_sha, app: whose.app.map(|app| app.id), repository, installation, sender }
    }
}
