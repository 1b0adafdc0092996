//! A CI job's upload, request for request as codecov-cli 11.3.1 makes it in a GitHub Actions job: `upload-coverage`, then
//! the PUT of the report to the address it was given. The real program does the same in `tests/run`; a newcomer's
//! machine has none.

use std::io::Write as _;

use anyhow::{Context as _, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_types::{CommitSha, PullNumber, Secret};
use flate2::{Compression, write::ZlibEncoder};
use reqwest::header::{ACCEPT, AUTHORIZATION, USER_AGENT};
use serde_json::{Value, json};

use super::files::{File, ReportFile};

const CLIENT: &str = "codecov-cli/11.3.1";
const WORKSPACE: &str = "/home/runner/work/widgets/widgets";

/// A job that uploads.
pub(super) struct Job<'a> {
    pub(super) commit: &'a CommitSha,
    pub(super) branch: &'a str,
    pub(super) pull: Option<PullNumber>,
    pub(super) name: &'a str,
    pub(super) flag: &'a str,
    pub(super) checkout: &'a [File],
    pub(super) report: &'a ReportFile,
}

/// Where to upload, and as whom.
pub(super) struct Uploader {
    pub(super) http: reqwest::Client,
    pub(super) url: String,
    pub(super) token: Secret,
}

impl Uploader {
    /// Uploads one report; answers the upload's id.
    pub(super) async fn upload(&self, job: &Job<'_>) -> anyhow::Result<String> {
        let payload = payload(job)?;
        let opened = self.open(job, payload.len()).await?;
        let slot = opened["raw_upload_location"].as_str().context("the answer names no place to put the report")?;
        let stored = self
            .http
            .put(slot)
            .header(USER_AGENT, CLIENT)
            .header(ACCEPT, "*/*")
            .body(payload)
            .send()
            .await
            .context("the report could not be put")?;
        ensure!(stored.status().is_success(), "putting the report was answered with {}", stored.status());
        Ok(opened["external_id"].as_str().unwrap_or_default().to_owned())
    }

    async fn open(&self, job: &Job<'_>, bytes: usize) -> anyhow::Result<Value> {
        let body = json!({
            "ci_service": "github-actions",
            "ci_url": "https://github.com/acme/widgets/actions/runs/1234",
            "cli_args": { "command": "upload-coverage", "version": "cli-11.3.1", "git_service": "github" },
            "env": {},
            "flags": [job.flag],
            "job_code": "CI",
            "name": job.name,
            "version": "11.3.1",
            "file_not_found": false,
            "branch": job.branch,
            "code": "default",
            "commitid": job.commit,
            "parent_commit_id": null,
            "pullid": job.pull.map(|number| number.to_string()),
            "report_payload_bytes": bytes,
        });
        let answer = self
            .http
            .post(format!("{}/upload/github/acme::::widgets/upload-coverage", self.url))
            .header(USER_AGENT, CLIENT)
            .header(ACCEPT, "*/*")
            .header(AUTHORIZATION, format!("token {}", self.token.expose()))
            .json(&body)
            .send()
            .await
            .context("the upload could not be opened")?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.as_u16() == 201, "opening the upload was answered with {status}: {text}");
        Ok(serde_json::from_str(&text)?)
    }
}

/// The body of the PUT: the report, deflated, and the list of the files in the checkout.
fn payload(job: &Job<'_>) -> anyhow::Result<Vec<u8>> {
    let mut deflated = ZlibEncoder::new(Vec::new(), Compression::default());
    deflated.write_all(job.report.bytes)?;
    // The client splits `git ls-files -z` at every NUL, so that its list ends with an empty name.
    let network: Vec<&str> = job.checkout.iter().map(|(path, _)| *path).chain([""]).collect();
    Ok(serde_json::to_vec(&json!({
        "report_fixes": { "format": "legacy", "value": {} },
        "network_files": network,
        "coverage_files": [{
            "filename": format!("{WORKSPACE}/{}", job.report.name),
            "format": "base64+compressed",
            "data": STANDARD.encode(deflated.finish()?),
            "labels": "",
        }],
        "metadata": {},
    }))?)
}
