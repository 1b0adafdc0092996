//! Every sentence with which an upload is refused for who sends it: what was shown, what it lacks, what to do.

use covermark_github::{
    RunId,
    oidc::{Claims, OidcError},
};
use covermark_service::problem::Problem;
use covermark_types::{CommitSha, Provider, PullNumber, RepositoryName};
use http::StatusCode;

use super::fork::AFTER_END_MINUTES;

/// Why a request without a token does not count as a fork's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    NotInstalled,
    NoSuchRun(RunId),
    Event(RunId),
    ForkGone(RunId),
    NoFork(RunId),
    Unapproved(RunId),
    Cancelled(RunId),
    Ended {
        run: RunId,
        minutes: i64,
    },
    OtherCommit {
        run: RunId,
        is_for: CommitSha,
        commit: CommitSha,
    },
    OtherPull {
        run: RunId,
        pull: PullNumber,
    },
    NoSuchPull(PullNumber),
    NoPull(CommitSha),
    PullsForkGone(PullNumber),
    PullIsOwn(PullNumber),
    Closed(PullNumber),
    NotItsHead {
        pull: PullNumber,
        commit: CommitSha,
    },
    /// No run was named, and GitHub's own for the commit do not do.
    Unnamed(Box<Doubt>),
    /// The same, and the run could not be looked at.
    Unread(Box<Doubt>),
}

impl Doubt {
    fn reason(&self) -> String {
        match self {
            Self::NotInstalled => "the GitHub App is not installed on it, so nobody can look".to_owned(),
            Self::NoSuchRun(run) => format!("it has no workflow run {run}"),
            Self::Event(run) => format!("workflow run {run} was not started by a pull request"),
            Self::ForkGone(run) => format!("the fork that workflow run {run} was for is gone"),
            Self::NoFork(run) => {
                format!("workflow run {run} is of the repository's own branch, whose jobs get the token")
            }
            Self::Unapproved(run) => {
                format!("workflow run {run} has not begun: it waits for the approval of somebody of the repository")
            }
            Self::Cancelled(run) => format!("workflow run {run} was cancelled"),
            Self::Ended { run, minutes } if *minutes > 60 * 24 * 365 => format!("workflow run {run} ended long ago"),
            Self::Ended { run, minutes } => {
                format!("workflow run {run} ended {minutes} minutes ago, and uploads are taken for {AFTER_END_MINUTES}")
            }
            Self::OtherCommit { run, is_for, commit } => {
                format!("workflow run {run} is for commit {}, and the upload for {}", is_for.short(), commit.short())
            }
            Self::OtherPull { run, pull } => format!("workflow run {run} is not of pull request {pull}"),
            Self::NoSuchPull(pull) => format!("it has no pull request {pull}"),
            Self::NoPull(commit) => format!("no pull request has commit {}", commit.short()),
            Self::PullsForkGone(pull) => format!("the fork of pull request {pull} is gone"),
            Self::PullIsOwn(pull) => {
                format!("pull request {pull} is from a branch of its own, whose jobs get the token")
            }
            Self::Closed(pull) => format!("pull request {pull} is closed"),
            Self::NotItsHead { pull, commit } => {
                format!("commit {} is not the head of pull request {pull}", commit.short())
            }
            Self::Unnamed(doubt) => {
                format!("{} (the upload names no run; pass `--build-url` with the address of its own)", doubt.reason())
            }
            Self::Unread(doubt) => format!(
                "{} (its workflow run could not be looked at: the App lacks the permission `Actions: read-only`)",
                doubt.reason()
            ),
        }
    }
}

pub(super) fn doubt(repository: &RepositoryName, doubt: &Doubt) -> Problem {
    Problem::unauthorized(format!(
        "Token required: no upload token was sent, and this is not the upload of a fork's pull request to {repository} \
         that GitHub knows of: {}. Pull requests from forks upload without a token while their workflow runs; everything \
         else needs the CI secret CODECOV_TOKEN (`covermark upload-token {repository}` prints one) or `use_oidc: true`.",
        doubt.reason()
    ))
}

pub(super) fn too_many_looks(repository: &RepositoryName) -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        format!(
            "Too many uploads without a token came for {repository} within a minute, so this one could not be verified. \
             Run the job again in a minute, or upload with a token."
        ),
    )
}

pub(super) fn no_token(repository: &RepositoryName) -> Problem {
    Problem::unauthorized(format!(
        "Token required: no upload token was sent, and uploads for {repository} need one. `covermark upload-token \
         {repository}` prints a new one: keep it as the CI secret CODECOV_TOKEN, or let the workflow ask for an OIDC token \
         (`use_oidc: true`, with `permissions: id-token: write`). Only a pull request from a fork of a public repository \
         needs none, when the upload names its commit and its pull request or workflow run."
    ))
}

pub(super) fn not_for_forks(repository: &RepositoryName) -> Problem {
    Problem::unauthorized(format!(
        "Token required: this call decides what is posted on {repository}, so a fork without a token may not make it. \
         `covermark upload-token {repository}` prints a token; upload a report instead, and none is needed."
    ))
}

pub(super) fn unreadable_token() -> Problem {
    Problem::unauthorized(
        "The upload token cannot be read: the header must be `Authorization: token VALUE`, the value in one word as \
         `covermark upload-token OWNER/REPO` printed it.",
    )
}

pub(super) fn unknown_token(repository: &RepositoryName) -> Problem {
    Problem::unauthorized(format!(
        "The upload token is not valid for {repository}: it is mistyped, was revoked, or was replaced by a newer one. \
         `covermark upload-token {repository}` prints a new one: keep it as the CI secret CODECOV_TOKEN."
    ))
}

pub(super) fn another_repository(repository: &RepositoryName) -> Problem {
    Problem::unauthorized(format!(
        "The upload token is not valid for {repository}: it belongs to another repository. Look whether `--slug` names \
         the repository that you mean; `covermark upload-token {repository}` prints a new token for this one."
    ))
}

pub(super) fn another_organization(repository: &RepositoryName) -> Problem {
    Problem::unauthorized(format!(
        "The upload token is not valid for {repository}: it is an organisation's token, and the repository is not one of \
         that organisation's that Covermark knows. Look whether `--slug` names the repository that you mean; `covermark \
         upload-token {repository}` prints a token for this one."
    ))
}

pub(super) fn unknown_repository(repository: &RepositoryName) -> Problem {
    Problem::not_found(format!(
        "Covermark does not know {repository}. Install the GitHub App on it, or look whether `--slug` and \
         `--git-service` are right; if it was installed a moment ago, try again in a minute."
    ))
}

pub(super) fn left(repository: &RepositoryName) -> Problem {
    Problem::not_found(format!(
        "The GitHub App is no longer installed on {repository}, so nothing could be said on its pull requests. Add \
         {repository} to the App's installation on GitHub again, then repeat the upload."
    ))
}

pub(super) fn no_app(provider: &Provider) -> Problem {
    Problem::unauthorized(format!(
        "The OIDC token cannot be verified: no GitHub App is connected for provider `{provider}`, so it is not known who \
         issues tokens there. `covermark credentials import --provider {provider} FILE` connects one."
    ))
}

pub(super) fn oidc(repository: &RepositoryName, error: &OidcError) -> Problem {
    let advice = match error {
        OidcError::Audience { .. } => "Give codecov-action our address as `url`: it asks for a token for that address.",
        OidcError::Issuer { .. } => "Look whether `--git-service` and the address are those of this GitHub.",
        _ => "Run the job again; if it stays, upload with a token.",
    };
    Problem::unauthorized(format!("The OIDC token is not accepted for {repository}: {error}. {advice}"))
}

pub(super) fn oidc_of_another(repository: &RepositoryName, claims: &Claims) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        format!(
            "The OIDC token is of a workflow of {} (repository {}), and the upload is for {repository}. A workflow uploads \
             for its own repository, where the GitHub App must be installed; look whether `--slug` is right, or use an \
             organisation's token.",
            claims.repository, claims.repository_id
        ),
    )
}

pub(super) fn oidc_of_another_pull(named: PullNumber, pull: PullNumber) -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        format!(
            "The OIDC token is of a run for pull request {pull}, and the upload names pull request {named}. Leave `--pr` \
             away: it is known from the token."
        ),
    )
}

pub(super) fn oidc_of_another_commit(commit: &CommitSha, claims: &Claims) -> Problem {
    let (what, advice) = match claims.pull() {
        Some(pull) => {
            (format!("for pull request {pull}"), "Pass `--sha` with the pull request's head, or leave it away.")
        }
        None => (
            format!("at commit {}", claims.sha.short()),
            "Pass no other `--sha`, or upload with a token, which may name any commit.",
        ),
    };
    Problem::new(
        StatusCode::FORBIDDEN,
        format!("The OIDC token is of a run {what}, and the upload is for commit {}. {advice}", commit.short()),
    )
}
