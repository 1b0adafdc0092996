//! The repository's history of what was posted and what was not, and why: kept for people who ask why nothing is to be
//! seen ([`covermark_state::Table::outcomes_of`]). It is no part of the work: where it cannot be kept, a log line says so.

use covermark_github::Error as GitHubError;
use covermark_service::credentials::CredentialsError;
use covermark_state::rows::outcome::Outcome;
use covermark_types::{Fault as _, FaultClass};

use crate::{Feedback, FeedbackError, Skip, app::CommitKey, commit::Done};

/// Keeps what came of a run; nothing of one that found nothing to do.
pub(crate) async fn of_run(app: &Feedback, key: &CommitKey, done: &Done) {
    let idle =
        |skip: &Skip| matches!(skip, Skip::AlreadyPosted | Skip::StillWaiting | Skip::NotWaitedFor | Skip::MoreToCome);
    if done.comment.is_none() && done.verdicts.is_empty() && done.skipped.iter().all(idle) {
        return;
    }
    let reasons = done.skipped.iter().map(|skip| skip.code().to_owned()).collect();
    let outcome = Outcome {
        pull: done.pull,
        comment: done.comment.clone(),
        verdicts: u32::try_from(done.verdicts.len()).unwrap_or(u32::MAX),
        github_calls: done.github_calls,
        ..blank(app, key, reasons)
    };
    keep(app, &outcome).await;
}

/// Keeps why a run failed. It comes again by itself.
pub(crate) async fn of_failure(app: &Feedback, key: &CommitKey, error: &FeedbackError) {
    if !matches!(error, FeedbackError::Busy | FeedbackError::Contended) {
        let reasons = vec![code(error).to_owned()];
        keep(app, &Outcome { error: Some(error.to_string()), ..blank(app, key, reasons) }).await;
    }
}

/// The code of a failure, as a direct invocation's answer has it.
fn code(error: &FeedbackError) -> &'static str {
    match error {
        FeedbackError::GitHub(GitHubError::RateLimited { .. }) => "github.limited",
        FeedbackError::GitHub(error) if matches!(error.class(), FaultClass::Retry(_)) => "github.unavailable",
        FeedbackError::GitHub(_) => "github.refused",
        FeedbackError::Credentials(CredentialsError::NotConfigured(_)) => "app.not_connected",
        FeedbackError::State(_) | FeedbackError::Credentials(_) => "storage.unavailable",
        FeedbackError::Busy | FeedbackError::Contended => "feedback.later",
        FeedbackError::CutOff(_) => "internal",
    }
}

/// Keeps why an upload could not even be read.
pub(crate) async fn of_upload(app: &Feedback, key: &CommitKey, skip: Skip) {
    keep(app, &blank(app, key, vec![skip.code().to_owned()])).await;
}

fn blank(app: &Feedback, key: &CommitKey, reasons: Vec<String>) -> Outcome {
    let CommitKey { provider, repository, sha } = key.clone();
    Outcome {
        provider,
        repository,
        commit: sha,
        pull: None,
        at: app.clock.now(),
        comment: None,
        verdicts: 0,
        reasons,
        error: None,
        github_calls: 0,
    }
}

async fn keep(app: &Feedback, outcome: &Outcome) {
    if let Err(error) = app.table.put_outcome(outcome).await {
        tracing::warn!(cause = %error, commit = %outcome.commit, "what came of a run could not be kept");
    }
}
