//! What came of the last runs of `feedback`, those that failed among them: every reason for which something was not posted
//! reaches this page by its code.

use covermark_state::{
    Error,
    rows::{outcome::Outcome, repository::Repository},
};
use covermark_types::{CommitSha, PullNumber, Timestamp};

use super::{Doctor, advice, finding::Check, reports::count, when::ago};
use crate::words;

const TITLE: &str = "Run";
/// Runs that are shown.
const SHOWN: usize = 5;
/// Runs of the repository among which those of one pull request are looked for.
const READ: u8 = 100;

/// What the runs shown must be about.
pub(super) enum About<'a> {
    /// Anything in the repository.
    Repository,
    /// A pull request, and the commit that it is at.
    Pull(PullNumber, &'a CommitSha),
}

impl About<'_> {
    fn covers(&self, outcome: &Outcome) -> bool {
        match self {
            Self::Repository => true,
            Self::Pull(number, head) => outcome.pull == Some(*number) || outcome.commit == **head,
        }
    }
}

/// The last runs, newest first.
pub(super) async fn last(doctor: &Doctor, repository: &Repository, about: About<'_>) -> Result<Vec<Check>, Error> {
    let now = doctor.clock.now();
    let kept = doctor.table.outcomes_of(&repository.provider, repository.id, READ).await?;
    let shown = kept.iter().filter(|outcome| about.covers(outcome)).take(SHOWN);
    let checks = shown.enumerate().map(|(place, outcome)| {
        let then = match place {
            _ if is_made_up_for(outcome, &kept) => Then::MadeUpFor,
            0 => Then::Newest,
            _ => Then::Past,
        };
        of(outcome, then, now)
    });
    Ok(checks.collect())
}

/// What came after a run.
#[derive(Clone, Copy)]
enum Then {
    /// Nothing.
    Newest,
    /// Runs for other commits: what failed may have been given up since, or not matter any more.
    Past,
    /// A run for the same commit that did not fail.
    MadeUpFor,
}

/// Whether a run that failed keeps nothing away any more: a later one for its commit did not fail.
fn is_made_up_for(failed: &Outcome, kept: &[Outcome]) -> bool {
    kept.iter().any(|other| other.commit == failed.commit && other.at > failed.at && other.error.is_none())
}

fn of(outcome: &Outcome, then: Then, now: Timestamp) -> Check {
    if outcome.error.is_some() {
        return failed(outcome, then, now);
    }
    // That nothing had to be written again keeps nothing away.
    let reasons: Vec<&str> =
        outcome.reasons.iter().map(String::as_str).filter(|code| !code.ends_with(".unchanged")).collect();
    let mut seen = format!("For {}, {}: {}.", outcome.commit.short(), ago(outcome.at, now), posted(outcome));
    for code in &reasons {
        seen = format!("{seen} {} (`{code}`)", words::not_posted(code));
    }
    // The weightiest reason is the one to do something about.
    let weight = |code: &&&str| advice::NO_COMMENT.iter().position(|known| *known == **code).unwrap_or(usize::MAX);
    let Some(first) = reasons.iter().min_by_key(weight) else { return Check::good("run", TITLE, seen) };
    let check = Check::note(first, TITLE, seen);
    match advice::next_step(first) {
        Some(next) => check.next(next),
        None => check,
    }
}

fn failed(outcome: &Outcome, then: Then, now: Timestamp) -> Check {
    let code = outcome.reasons.first().map_or("run.failed", String::as_str);
    let said = if code == "run.failed" { "" } else { words::not_posted(code) };
    let seen = format!("The run for {} failed {}. {said}", outcome.commit.short(), ago(outcome.at, now));
    let (seen, why) = (seen.trim_end(), outcome.error.as_deref());
    let next = advice::next_step(code).unwrap_or("It is tried again by itself. If it stays, look at /doctor.");
    match then {
        Then::Newest => Check::bad(code, TITLE, seen, next),
        Then::Past => Check::note(code, TITLE, seen).next(next),
        Then::MadeUpFor => Check::note(code, TITLE, seen).next("Nothing: a later run for this commit did not fail."),
    }
    .why(why)
}

/// What stands on GitHub after a run.
fn posted(outcome: &Outcome) -> String {
    let verdicts = match outcome.verdicts {
        0 => None,
        some => Some(count(usize::try_from(some).unwrap_or(usize::MAX), "verdict")),
    };
    match (&outcome.comment, verdicts) {
        (Some(_), Some(verdicts)) => format!("the comment and {verdicts}"),
        (Some(_), None) => "the comment alone".to_owned(),
        (None, Some(verdicts)) => format!("{verdicts}, no comment"),
        (None, None) => "nothing was posted".to_owned(),
    }
}
