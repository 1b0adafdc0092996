//! A CI job that uploads a report as codecov-cli does.

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_types::CommitSha;
use flate2::{Compression, write::ZlibEncoder};
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::Town;

/// What a job uploads.
pub struct CiJob<'a> {
    /// The commit that was measured.
    pub commit: &'a CommitSha,
    /// The pull request, if the job knows it.
    pub pull: Option<u64>,
    /// Its flag, which is its name too.
    pub flag: &'a str,
    /// The report's file name.
    pub file: &'a str,
    /// The report.
    pub report: &'a [u8],
}

impl CiJob<'_> {
    /// Opens the upload with `token` and answers what was answered.
    pub async fn open(&self, town: &Town, token: &str) -> Response {
        let body = json!({
            "ci_service": "github-actions", "ci_url": null, "cli_args": {}, "env": {}, "flags": [self.flag],
            "job_code": "CI", "name": self.flag, "version": "11.3.1", "file_not_found": false, "branch": if self.pull.is_some() { "topic" } else { "main" },
            "code": "default", "commitid": self.commit, "parent_commit_id": null,
            "pullid": self.pull.map(|number| number.to_string()), "report_payload_bytes": self.report.len(),
        });
        let service = if town.provider.as_str() == "gh" { "github" } else { "github_enterprise" };
        town.http()
            .post(format!("{}/upload/{service}/acme::::widgets/upload-coverage", town.url()))
            .header("authorization", format!("token {token}"))
            .json(&body)
            .send()
            .await
            .expect("an answer")
    }

    /// The body of the PUT.
    #[must_use]
    pub fn payload(&self) -> Vec<u8> {
        let mut deflated = ZlibEncoder::new(Vec::new(), Compression::default());
        deflated.write_all(self.report).expect("memory");
        let data = STANDARD.encode(deflated.finish().expect("memory"));
        json!({
            "report_fixes": { "format": "legacy", "value": {} },
            "network_files": ["src/parser.py", "src/main.py", ""],
            "coverage_files": [{ "filename": format!("/home/runner/work/widgets/widgets/{}", self.file),
                "format": "base64+compressed", "data": data, "labels": "" }],
            "metadata": {},
        })
        .to_string()
        .into_bytes()
    }
}

/// Uploads: both calls must succeed, whatever GitHub's state.
pub async fn uploaded(town: &Town, job: &CiJob<'_>) {
    let opened = job.open(town, town.token.expose()).await;
    assert_eq!(opened.status(), StatusCode::CREATED);
    let opened: Value = opened.json().await.expect("JSON");
    let slot = opened["raw_upload_location"].as_str().expect("an address");
    let stored = town.http().put(slot).body(job.payload()).send().await.expect("an answer");
    assert_eq!(stored.status(), StatusCode::OK);
}
