//! Pull requests from forks. Their workflows get no secret and no OIDC token, so GitHub is asked instead: is there such a
//! run or such a pull request, of a fork, for this very commit, and now?
//!
//! With a workflow run: the run is of this repository, was started by a pull request, is for the commit, comes from
//! another repository, and is under way or ended within the hour. An upload that names none is held against the runs that
//! GitHub has for the commit: saying less must not be worth more. Where there are none, since CI is another, or where the
//! App may not read runs: the pull request is open, from a fork, and its head is the commit. All of that is public, so anybody who watches may upload
//! for such a commit too; therefore a fork's upload speaks for its own pull request and for nothing else.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use covermark_github::{PullRequest, PullState, RunId, WorkflowRun};
use covermark_service::problem::Problem;
use covermark_state::rows::repository::Repository;
use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId, Timestamp};
use jiff::SignedDuration;

use super::{Ask, Bound, github::Look, refusals, refusals::Doubt};
use crate::Upload;

/// How long after its end a run may upload: its last step may be a slow one, on a slow line.
pub(crate) const AFTER_END_MINUTES: i64 = 60;
/// How long what GitHub said is believed. The uploads of a matrix come within minutes, mostly.
const BELIEVED: SignedDuration = SignedDuration::from_secs(120);
/// How long a refusal is: a run that is not there yet may be a moment later.
const DOUBTED: SignedDuration = SignedDuration::from_secs(20);
/// Looks at one repository within one minute: strangers must not spend the installation's rate limit.
const LOOKS_A_MINUTE: u32 = 60;
/// Answers that are kept.
const KEPT: usize = 2_000;

/// What an answer was about.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    provider: Provider,
    repository: RepositoryId,
    commit: CommitSha,
    pull: Option<PullNumber>,
    run: Option<RunId>,
}

/// What GitHub said lately, and how often it was asked.
#[derive(Default)]
pub(super) struct Memory(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    answers: HashMap<Key, (Timestamp, Result<Bound, Doubt>)>,
    looks: HashMap<(Provider, RepositoryId), (i64, u32)>,
}

impl Memory {
    fn recall(&self, key: &Key, now: Timestamp) -> Option<Result<Bound, Doubt>> {
        let memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, answer) = memory.answers.get(key)?;
        let lifetime = if answer.is_ok() { BELIEVED } else { DOUBTED };
        (now.duration_since(*at).abs() < lifetime).then(|| answer.clone())
    }

    fn keep(&self, key: Key, now: Timestamp, answer: Result<Bound, Doubt>) {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.answers.len() >= KEPT {
            memory.answers.clear();
        }
        memory.answers.insert(key, (now, answer));
    }

    /// Whether another look is within the minute's budget.
    fn may_look(&self, repository: &Repository, now: Timestamp) -> bool {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if memory.looks.len() >= KEPT {
            memory.looks.clear();
        }
        let minute = now.as_second().div_euclid(60);
        let looks = memory.looks.entry((repository.provider.clone(), repository.id)).or_insert((minute, 0));
        if looks.0 != minute {
            *looks = (minute, 0);
        }
        looks.1 += 1;
        looks.1 <= LOOKS_A_MINUTE
    }
}

pub(super) async fn admit(app: &Upload, ask: &Ask, repository: &Repository) -> Result<Bound, Problem> {
    let Some(commit) = ask.commit.clone() else { return Err(refusals::no_token(&ask.repository)) };
    let pull = match ask.pull {
        Some(pull) => Some(pull),
        // Of several calls only the first one names the pull request.
        None => app.table.commit(&repository.provider, repository.id, &commit).await?.and_then(|row| row.pull),
    };
    if pull.is_none() && ask.run.is_none() && !names_a_fork(ask) {
        return Err(refusals::no_token(&ask.repository));
    }
    if !ask.forks {
        return Err(refusals::not_for_forks(&ask.repository));
    }
    let Repository { provider, id, .. } = repository;
    let key = Key { provider: provider.clone(), repository: *id, commit, pull, run: ask.run };
    let now = app.clock.now();
    let answer = match app.proofs.forks.recall(&key, now) {
        Some(answer) => answer,
        None => {
            if !app.proofs.forks.may_look(repository, now) {
                return Err(refusals::too_many_looks(&repository.name));
            }
            let answer = look(app, repository, &key, now).await?;
            app.proofs.forks.keep(key, now, answer.clone());
            answer
        }
    };
    answer.map_err(|doubt| refusals::doubt(&repository.name, &doubt))
}

/// Uploaders write a fork's branch as `owner:branch`.
fn names_a_fork(ask: &Ask) -> bool {
    ask.branch.as_deref().is_some_and(|branch| branch.contains(':'))
}

async fn look(
    app: &Upload,
    repository: &Repository,
    key: &Key,
    now: Timestamp,
) -> Result<Result<Bound, Doubt>, Problem> {
    let Some(look) = Look::at(app, repository).await? else { return Ok(Err(Doubt::NotInstalled)) };
    let runs = match runs_of(&look, repository, key, now).await? {
        Ok(runs) => runs,
        Err(doubt) => return Ok(Err(doubt)),
    };
    let found = match key.pull {
        Some(number) => look.pull(number).await?.into_iter().collect(),
        None => look.pulls_of(&key.commit).await?,
    };
    let unread = key.run.filter(|_| runs.is_empty());
    let runs = if runs.is_empty() { vec![None] } else { runs.iter().map(Some).collect() };
    let mut doubt = key.pull.map_or_else(|| Doubt::NoPull(key.commit.clone()), Doubt::NoSuchPull);
    for (pull, run) in found.iter().flat_map(|pull| runs.iter().map(move |run| (pull, *run))) {
        match check_pull(pull, run, repository.id, &key.commit) {
            Ok(bound) => return Ok(Ok(bound)),
            Err(reason) => doubt = reason,
        }
    }
    Ok(Err(match unread {
        Some(_) => Doubt::Unread(Box::new(doubt)),
        None => doubt,
    }))
}

/// The runs that the upload may be from; empty where there are none to be seen.
async fn runs_of(
    look: &Look<'_>,
    repository: &Repository,
    key: &Key,
    now: Timestamp,
) -> Result<Result<Vec<WorkflowRun>, Doubt>, Problem> {
    if let Some(number) = key.run {
        return Ok(match look.run(number).await? {
            Some(None) => Err(Doubt::NoSuchRun(number)),
            Some(Some(run)) => check_run(&run, repository.id, now).map(|()| vec![run]),
            None => Ok(Vec::new()),
        });
    }
    let runs = look.runs_of(&key.commit).await?.unwrap_or_default();
    let (mut good, mut doubt) = (Vec::new(), None);
    // Runs of pushes and schedules tell nothing of a fork.
    for run in runs.into_iter().filter(is_of_pull) {
        match check_run(&run, repository.id, now) {
            Ok(()) => good.push(run),
            Err(reason) => doubt = doubt.or(Some(reason)),
        }
    }
    Ok(match doubt {
        Some(doubt) if good.is_empty() => Err(Doubt::Unnamed(Box::new(doubt))),
        _ => Ok(good),
    })
}

fn is_of_pull(run: &WorkflowRun) -> bool {
    matches!(run.event.as_str(), "pull_request" | "pull_request_target")
}

/// Whether it is the run of a fork's pull request, and not long over.
fn check_run(run: &WorkflowRun, repository: RepositoryId, now: Timestamp) -> Result<(), Doubt> {
    if run.repository.id != repository {
        return Err(Doubt::NoSuchRun(run.id));
    }
    if !is_of_pull(run) {
        return Err(Doubt::Event(run.id));
    }
    match &run.head_repository {
        None => return Err(Doubt::ForkGone(run.id)),
        Some(head) if head.id == repository => return Err(Doubt::NoFork(run.id)),
        Some(_) => {}
    }
    // It has not begun: a stranger's first run waits for somebody of the repository.
    if run.conclusion.as_deref() == Some("action_required") {
        return Err(Doubt::Unapproved(run.id));
    }
    if run.conclusion.as_deref() == Some("cancelled") {
        return Err(Doubt::Cancelled(run.id));
    }
    if run.status == "completed" {
        // A run that does not say when it ended has ended too long ago.
        let minutes = run.updated_at.map_or(i64::MAX, |ended| now.duration_since(ended).as_secs() / 60);
        if minutes >= AFTER_END_MINUTES {
            return Err(Doubt::Ended { run: run.id, minutes });
        }
    }
    Ok(())
}

/// Whether the pull request is that of the run, or without a run, an open one of a fork that is at the commit.
fn check_pull(
    pull: &PullRequest,
    run: Option<&WorkflowRun>,
    repository: RepositoryId,
    commit: &CommitSha,
) -> Result<Bound, Doubt> {
    let number = pull.number;
    let Some(fork) = &pull.head.repository else { return Err(Doubt::PullsForkGone(number)) };
    if fork.id == repository {
        return Err(Doubt::PullIsOwn(number));
    }
    let at_head = pull.head.sha == *commit;
    match run {
        Some(run) => {
            let is_trial = pull.merge_commit_sha.as_ref() == Some(commit) && run.head_sha == pull.head.sha;
            if run.head_sha != *commit && !is_trial && !(run.event == "pull_request_target" && at_head) {
                return Err(Doubt::OtherCommit { run: run.id, is_for: run.head_sha.clone(), commit: commit.clone() });
            }
            let same = run.head_repository.as_ref().is_some_and(|head| head.id == fork.id);
            if !same || pull.head.branch != run.head_branch {
                return Err(Doubt::OtherPull { run: run.id, pull: number });
            }
        }
        None if pull.state != PullState::Open => return Err(Doubt::Closed(number)),
        None if !at_head => return Err(Doubt::NotItsHead { pull: number, commit: commit.clone() }),
        None => {}
    }
    let branch = format!("{}:{}", fork.name.owner(), pull.head.branch);
    let head = (pull.merge_commit_sha.as_ref() == Some(commit) && !at_head).then(|| pull.head.sha.clone());
    Ok(Bound { pull: Some(number), branch: Some(branch), head })
}
