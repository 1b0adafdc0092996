//! The commit's check runs: one for each name, made once, changed in place.
//!
//! What was made is noted on the commit's row, and that making has begun is noted before: a process that ends in between
//! leaves runs that the next one looks for by their external id instead of making them twice. GitHub adds annotations and
//! never takes one away, and a run that was concluded stays so; where either would be wrong, a new run of the same name
//! takes the old one's place.

use std::collections::{BTreeMap, HashMap};

use covermark_github::{
    CheckOutput, CheckRun, CheckRunId, CheckState, Conclusion, Error, NewCheckRun,
    resources::check_runs::MOST_ANNOTATIONS,
};
use covermark_state::rows::commit::{Posted as Remembered, PostedCheck};
use covermark_types::AppId;
use futures::{StreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{Outcome, ShownVerdict};
use crate::{
    Feedback, FeedbackError, Skip,
    app::CommitKey,
    commit,
    evidence::Site,
    render::{VerdictState, WantedVerdict},
};

/// Runs that are written at once: GitHub asks not to be written to by many at the same time.
const AT_ONCE: usize = 4;
/// Pages of 100 runs of ours that are searched after a crash.
const PAGES: u32 = 10;

/// What came of the check runs.
pub(super) enum Came {
    /// They are there, or were refused for a reason.
    Done(Outcome),
    /// The App may not make them after all.
    NotAllowed,
}

/// Makes the commit's check runs say `wanted`.
pub(super) async fn post(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    wanted: &[WantedVerdict],
    details: Option<&Url>,
) -> Result<Came, FeedbackError> {
    let before = super::remembered(app, key).await?;
    let missing = wanted.iter().any(|verdict| !before.checks.contains_key(&verdict.context));
    let mut lost = HashMap::new();
    if missing && before.checks_begun {
        lost = look_for(app, site, key, &before).await?;
    } else if missing {
        commit::note(app, key, |posted| posted.checks_begun = true).await?;
    }
    let plans = wanted.iter().map(|verdict| {
        let known = before.checks.get(&verdict.context).or_else(|| lost.get(&verdict.context));
        (verdict, plan(verdict, known))
    });
    let calls: Vec<_> = plans
        .map(|(verdict, plan)| async move { (verdict, carry_out(site, key, verdict, plan, details).await) })
        .collect();
    let answers: Vec<_> = stream::iter(calls).buffered(AT_ONCE).collect().await;
    settle(app, key, answers).await
}

/// What came of one run: what is there now, nothing when nothing was to be done, or why not.
type Answer = Result<Option<PostedCheck>, Error>;

/// Notes what was done, and tells the refusals that will stay from those that may pass.
async fn settle(
    app: &Feedback,
    key: &CommitKey,
    answers: Vec<(&WantedVerdict, Answer)>,
) -> Result<Came, FeedbackError> {
    let mut outcome = Outcome::default();
    let mut now = BTreeMap::new();
    let (mut error, mut not_allowed) = (None, false);
    for (verdict, answer) in answers {
        match answer {
            Ok(changed) => {
                outcome.shown.push(ShownVerdict::of(verdict));
                match changed {
                    Some(check) => drop(now.insert(verdict.context.clone(), check)),
                    None => outcome.skipped.push(Skip::CheckUnchanged),
                }
            }
            Err(refused) => match reason(&refused) {
                Some(skip) => {
                    tracing::warn!(cause = %refused, reason = skip.code(), "GitHub refused a check run");
                    not_allowed |= skip == Skip::CheckForbidden;
                    outcome.skipped.push(skip);
                }
                None => error = Some(refused),
            },
        }
    }
    if !now.is_empty() {
        commit::note(app, key, move |posted| posted.checks.extend(now.clone())).await?;
    }
    match error {
        Some(error) => Err(error.into()),
        None if not_allowed => Ok(Came::NotAllowed),
        None => Ok(Came::Done(outcome)),
    }
}

/// What is to be done about one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Plan {
    /// It says so already.
    Nothing,
    /// There is none, or none that can be changed into this.
    Make,
    /// Change this one; with its annotations, or without those that are there already.
    Change { id: u64, annotate: bool },
}

fn plan(verdict: &WantedVerdict, known: Option<&PostedCheck>) -> Plan {
    let Some(known) = known else { return Plan::Make };
    let annotations = annotations_digest(verdict);
    if known.digest == digest(verdict) && known.annotations == annotations {
        return Plan::Nothing;
    }
    let reopened = known.concluded && verdict.state == VerdictState::Pending;
    let same = known.annotations == annotations;
    if reopened || !(same || known.annotations.is_empty()) {
        return Plan::Make;
    }
    Plan::Change { id: known.id, annotate: !same }
}

/// Runs of ours that the row does not know, by name.
async fn look_for(
    app: &Feedback,
    site: &Site,
    key: &CommitKey,
    before: &Remembered,
) -> Result<HashMap<String, PostedCheck>, FeedbackError> {
    let ours: AppId = app.apps.credentials(&key.provider).await?.app_id;
    let mut found = HashMap::new();
    let mut next = Some(1);
    while let Some(page) = next.filter(|page| *page <= PAGES) {
        let part = match site.client.check_runs_page(&key.sha, ours, page).await {
            Ok(part) => part,
            // Whoever may not look will be told the same when making them.
            Err(Error::Forbidden(_)) => return Ok(found),
            Err(error) if super::is_commit_unknown(&error) => return Ok(found),
            Err(error) => return Err(error.into()),
        };
        let by_us = |run: &CheckRun| run.app().is_none_or(|app| app == ours);
        for run in part.items.into_iter().filter(by_us) {
            if run.external_id == external_id(&run.name) && !before.checks.contains_key(&run.name) {
                found.insert(run.name.clone(), as_found(&run));
            }
        }
        next = part.next;
    }
    Ok(found)
}

/// What a found run says is not known, only whether it can be changed.
fn as_found(run: &CheckRun) -> PostedCheck {
    let annotations = if run.annotations() > 0 { "unknown".to_owned() } else { String::new() };
    PostedCheck { id: run.id.0, digest: String::new(), annotations, concluded: run.conclusion.is_some() }
}

/// Does it; `None` when there was nothing to do.
async fn carry_out(
    site: &Site,
    key: &CommitKey,
    verdict: &WantedVerdict,
    plan: Plan,
    details: Option<&Url>,
) -> Result<Option<PostedCheck>, Error> {
    let (mut id, annotate) = match plan {
        Plan::Nothing => return Ok(None),
        Plan::Make => (None, true),
        Plan::Change { id, annotate } => (Some(CheckRunId(id)), annotate),
    };
    let annotations = if annotate { &*verdict.annotations } else { &[] };
    // A run without annotations is sent once as well.
    let pages: Vec<_> =
        if annotations.is_empty() { vec![annotations] } else { annotations.chunks(MOST_ANNOTATIONS).collect() };
    for (index, page) in pages.iter().enumerate() {
        let last = index + 1 == pages.len();
        // The conclusion comes with the last page: what waits for it must not see half of them.
        let state = if last { state(verdict.state) } else { CheckState::InProgress };
        let run = NewCheckRun {
            name: verdict.context.clone(),
            external_id: external_id(&verdict.context),
            details_url: details.cloned(),
            state,
            output: CheckOutput {
                title: verdict.description.clone(),
                summary: summary(verdict),
                annotations: page.to_vec(),
            },
        };
        let made = match id {
            None => site.client.create_check_run(&key.sha, &run).await?,
            Some(known) => match site.client.update_check_run(known, &run).await {
                Err(error) if error.is_not_found() && index == 0 => {
                    site.client.create_check_run(&key.sha, &run).await?
                }
                answer => answer?,
            },
        };
        id = Some(made.id);
    }
    Ok(id.map(|id| PostedCheck {
        id: id.0,
        digest: digest(verdict),
        annotations: annotations_digest(verdict),
        concluded: verdict.state != VerdictState::Pending,
    }))
}

fn summary(verdict: &WantedVerdict) -> String {
    if verdict.summary.is_empty() { verdict.description.clone() } else { verdict.summary.clone() }
}

fn state(state: VerdictState) -> CheckState {
    match state {
        VerdictState::Pending => CheckState::InProgress,
        VerdictState::Success => CheckState::Completed(Conclusion::Success),
        VerdictState::Neutral => CheckState::Completed(Conclusion::Neutral),
        // GitHub has no `error` here; what could not be judged must not pass either.
        VerdictState::Failure | VerdictState::Error => CheckState::Completed(Conclusion::Failure),
    }
}

/// The same for every run of a name at a commit.
fn external_id(context: &str) -> String {
    format!("covermark:{context}")
}

fn digest(verdict: &WantedVerdict) -> String {
    let text = format!("{:?}\n{}\n{}", verdict.state, verdict.description, verdict.summary);
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn annotations_digest(verdict: &WantedVerdict) -> String {
    if verdict.annotations.is_empty() {
        return String::new();
    }
    hex::encode(Sha256::digest(serde_json::to_vec(&verdict.annotations).unwrap_or_default()))
}

fn reason(error: &Error) -> Option<Skip> {
    match error {
        Error::Forbidden(_) => Some(Skip::CheckForbidden),
        error if super::is_commit_unknown(error) => Some(Skip::CommitUnknown),
        Error::Rejected(_) => Some(Skip::CheckRejected),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use covermark_github::{Annotation, AnnotationLevel};
    use covermark_state::rows::commit::PostedCheck;

    use super::{Plan, annotations_digest, digest, plan};
    use crate::render::{VerdictState, WantedVerdict};

    fn verdict(state: VerdictState, lines: &[u32]) -> WantedVerdict {
        let annotation = |line: &u32| Annotation {
            path: "src/lib.rs".to_owned(),
            start_line: *line,
            end_line: *line,
            annotation_level: AnnotationLevel::Warning,
            message: "Not covered".to_owned(),
        };
        WantedVerdict {
            context: "covermark/patch".to_owned(),
            state,
            description: "50 % of changed lines covered".to_owned(),
            summary: String::new(),
            annotations: lines.iter().map(annotation).collect(),
        }
    }

    fn posted(verdict: &WantedVerdict) -> PostedCheck {
        PostedCheck {
            id: 7,
            digest: digest(verdict),
            annotations: annotations_digest(verdict),
            concluded: verdict.state != VerdictState::Pending,
        }
    }

    #[test]
    fn a_run_is_changed_where_github_can_and_made_anew_where_it_cannot() {
        let pending = verdict(VerdictState::Pending, &[]);
        let failed = verdict(VerdictState::Failure, &[3]);
        let passed = verdict(VerdictState::Success, &[3]);
        let clean = verdict(VerdictState::Success, &[]);
        assert_eq!(plan(&failed, None), Plan::Make);
        assert_eq!(plan(&failed, Some(&posted(&failed))), Plan::Nothing);
        assert_eq!(plan(&failed, Some(&posted(&pending))), Plan::Change { id: 7, annotate: true });
        assert_eq!(plan(&passed, Some(&posted(&failed))), Plan::Change { id: 7, annotate: false });
        assert_eq!(plan(&clean, Some(&posted(&failed))), Plan::Make, "an annotation cannot be taken away");
        assert_eq!(plan(&pending, Some(&posted(&clean))), Plan::Make, "a concluded run stays concluded");
    }
}
