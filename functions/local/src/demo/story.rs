//! The story: an App is installed, CI uploads for `main`, a pull request is opened, CI uploads twice for it, and one
//! comment is there, changed in place by the second upload.

use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use covermark_github::CredentialsDocument;
use covermark_service::{config::below, credentials};
use covermark_standin::{GitHubStandIn, PullRequest, Repo};
use covermark_types::{CommitSha, Provider, PullNumber};
use serde_json::{Value, json};

use super::{
    Teller,
    files::{FEATURE, FEATURE_REPORTS, MAIN, MAIN_REPORTS},
    uploader::{Job, Uploader},
};
use crate::{serve::Running, upload_token::new_upload_token};

/// The pull request's number, as in every example of ours.
const PULL: u64 = 7;
const BRANCH: &str = "rebates";
/// No step takes a second; one that takes this long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the story leaves to be looked at.
pub(super) struct Told {
    pub(super) repository: Repo,
    pub(super) pull: PullRequest,
    pub(super) uploads: Vec<Value>,
    pub(super) calls: u64,
    pub(super) elapsed: Value,
}

/// Plays it.
pub(super) async fn play(teller: &Teller, github: &GitHubStandIn, running: &Running) -> anyhow::Result<Told> {
    connect(teller, github, running).await?;
    let acme = github.org("acme");
    let octocat = github.user("octocat");
    acme.add_member(&octocat);
    let widgets = acme.repository("widgets");
    let base = widgets.push("main", MAIN);
    let head = widgets.push(BRANCH, FEATURE);
    github.install_app(&acme);
    deliver(teller, github, "installation", "the signed webhook of the installation on `acme` was delivered").await?;
    let uploader = uploader(teller, running, &widgets).await?;

    let mut uploads = Vec::new();
    let jobs = [
        (job(&base, "main", None, "test (python)", "python"), &MAIN_REPORTS.cobertura),
        (job(&base, "main", None, "test (web)", "web"), &MAIN_REPORTS.lcov),
    ];
    for (job, report) in jobs {
        uploads.push(upload(&uploader, &Job { report, checkout: MAIN, ..job }).await?);
    }
    settled(running, "the reports of `main`").await?;
    teller.tell(&format!("CI uploaded two reports for `main` at {}", base.short()));

    widgets.next_pull_number(PULL);
    let pull = widgets.open_pull_request("Rebates for many, and vouchers", BRANCH, "main");
    deliver(teller, github, "pull_request", "pull request #7 was opened; its webhook was delivered").await?;

    let first = job(&head, BRANCH, Some(PullNumber(PULL)), "test (web)", "web");
    let began = Instant::now();
    uploads.push(upload(&uploader, &Job { report: &FEATURE_REPORTS.lcov, checkout: FEATURE, ..first }).await?);
    teller.tell("CI uploaded an LCOV file, written by c8, for the pull request's head");
    let stored = Instant::now();
    patiently("the comment", pull.expect_comment()).await?;
    let (upload_to_comment, stored_to_comment) = (began.elapsed(), stored.elapsed());
    teller.tell("the comment appeared on the pull request");
    settled(running, "the first verdict").await?;

    let second = job(&head, BRANCH, Some(PullNumber(PULL)), "test (python)", "python");
    let began = Instant::now();
    uploads.push(upload(&uploader, &Job { report: &FEATURE_REPORTS.cobertura, checkout: FEATURE, ..second }).await?);
    teller.tell("CI uploaded a Cobertura file, written by coverage.py, for the same commit");
    patiently("the comment's edit", pull.expect_comment_edit()).await?;
    let upload_to_edit = began.elapsed();
    settled(running, "the second verdict").await?;
    teller.tell("the same comment was edited in place, and the check runs were set");
    let calls = github.call_count() as u64;
    let elapsed = json!({
        "upload_to_comment": milliseconds(upload_to_comment),
        "stored_to_comment": milliseconds(stored_to_comment),
        "second_upload_to_edit": milliseconds(upload_to_edit),
        "total": milliseconds(teller.began.elapsed()),
    });
    Ok(Told { repository: widgets, pull, uploads, calls, elapsed })
}

/// What the operator does: hand the App's credentials over, and point the App's webhook here.
async fn connect(teller: &Teller, github: &GitHubStandIn, running: &Running) -> anyhow::Result<()> {
    let document = match CredentialsDocument::parse(github.credentials_document().as_bytes()) {
        Ok(document) => document,
        Err(problems) => bail!("the stand-in's credentials document has {} wrong fields", problems.len()),
    };
    let rooms = &running.house.rooms;
    credentials::store(rooms.vault.as_ref(), &Provider::github(), &document, rooms.clock.now()).await?;
    // The server looked for Apps when it started, and remembers for seconds that there was none.
    rooms.apps.forget(&Provider::github()).await;
    github.set_hook_url(&below(&running.public_url, "webhooks/gh"));
    github.add_callback_url(&below(&running.public_url, "login/gh/callback"));
    teller.tell("the App's credentials were imported");
    Ok(())
}

/// Sends the webhooks that wait, and checks that ours were taken.
async fn deliver(teller: &Teller, github: &GitHubStandIn, event: &str, told: &str) -> anyhow::Result<()> {
    let delivered = github.deliver_all().await;
    let Some(ours) = delivered.iter().find(|delivery| delivery.event == event) else {
        bail!("the stand-in sent no `{event}` webhook");
    };
    let Some(attempt) = &ours.attempt else { bail!("the `{event}` webhook was not sent") };
    if !(200..300).contains(&attempt.status) {
        bail!("the `{event}` webhook was answered with {} {}", attempt.status, attempt.body);
    }
    teller.tell(told);
    Ok(())
}

/// The uploader of a CI job, with the repository's new token; the repository is known as soon as `sync` has read it.
async fn uploader(teller: &Teller, running: &Running, repository: &Repo) -> anyhow::Result<Uploader> {
    settled(running, "the installation").await?;
    let rooms = &running.house.rooms;
    let token = new_upload_token(rooms, &Provider::github(), &repository.name()).await?;
    teller.tell("the installation and its repository were read from GitHub; an upload token was made");
    let url = running.public_url.as_str().trim_end_matches('/').to_owned();
    Ok(Uploader { http: rooms.http.clone(), url, token })
}

fn job<'a>(commit: &'a CommitSha, branch: &'a str, pull: Option<PullNumber>, name: &'a str, flag: &'a str) -> Job<'a> {
    Job { commit, branch, pull, name, flag, checkout: MAIN, report: &MAIN_REPORTS.lcov }
}

async fn upload(uploader: &Uploader, job: &Job<'_>) -> anyhow::Result<Value> {
    let id = uploader.upload(job).await.with_context(|| format!("the upload of {}", job.report.name))?;
    Ok(json!({
        "id": id,
        "commit": job.commit,
        "name": job.name,
        "flags": [job.flag],
        "report": job.report.name,
        "bytes": job.report.bytes.len(),
    }))
}

/// Waits until what was asked for is done.
async fn settled(running: &Running, what: &str) -> anyhow::Result<()> {
    patiently(what, running.settled()).await
}

async fn patiently<T>(what: &str, happens: impl Future<Output = T>) -> anyhow::Result<T> {
    let waited = tokio::time::timeout(PATIENCE, happens).await;
    waited.with_context(|| format!("waited {} s for {what}; run with --log info to see why", PATIENCE.as_secs()))
}

fn milliseconds(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}
