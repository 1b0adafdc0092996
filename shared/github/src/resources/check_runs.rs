//! Check runs (<https://docs.github.com/rest/checks/runs>).
//!
//! GitHub keeps what a run was told: each update adds its annotations to those that are there, and nothing takes one
//! away. Whoever wants other annotations makes another run of the same name; the newest one is shown.

use std::fmt;

use covermark_types::{AppId, CommitSha};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use url::Url;

use crate::{
    client::RepositoryClient,
    error::Error,
    lenient,
    page::{PER_PAGE, Page},
};

/// The most annotations of one request.
pub const MOST_ANNOTATIONS: usize = 50;

/// The longest summary and the longest text, in characters.
pub const LONGEST_TEXT: usize = 65_535;

/// GitHub's id of a check run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CheckRunId(pub u64);

impl fmt::Display for CheckRunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Good.
    Success,
    /// Not good: a required check holds the pull request up.
    Failure,
    /// Said, and not judged: a required check lets the pull request pass.
    Neutral,
    /// Any other of GitHub's, or one that it will have.
    #[serde(other)]
    Other,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckState {
    /// Not known yet.
    InProgress,
    /// It ended so.
    Completed(Conclusion),
}

/// How much an annotation matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationLevel {
    /// Grey.
    Notice,
    /// Yellow.
    Warning,
}

/// A remark at some lines of a file, shown in the pull request's diff.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Annotation {
    /// The file, as it is in the repository.
    pub path: String,
    /// Its first line, from 1.
    pub start_line: u32,
    /// Its last line.
    pub end_line: u32,
    /// How much it matters.
    pub annotation_level: AnnotationLevel,
    /// What to say there, as plain text.
    pub message: String,
}

/// What a run says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CheckOutput {
    /// One line.
    pub title: String,
    /// Markdown, at most [`LONGEST_TEXT`].
    pub summary: String,
    /// Added to those that are there; at most [`MOST_ANNOTATIONS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub annotations: Vec<Annotation>,
}

/// A run to make, or what to make of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCheckRun {
    /// Its name: `covermark/patch`.
    pub name: String,
    /// Our own name of it, by which it is found again.
    pub external_id: String,
    /// Where its "View more details" link leads.
    pub details_url: Option<Url>,
    /// How far it is.
    pub state: CheckState,
    /// What it says.
    pub output: CheckOutput,
}

impl NewCheckRun {
    fn body(&self, head: Option<&CommitSha>) -> Value {
        let mut body = Map::new();
        body.insert("name".to_owned(), json!(self.name));
        body.insert("external_id".to_owned(), json!(self.external_id));
        body.insert("output".to_owned(), serde_json::to_value(&self.output).unwrap_or_default());
        if let Some(head) = head {
            body.insert("head_sha".to_owned(), json!(head));
        }
        if let Some(url) = &self.details_url {
            body.insert("details_url".to_owned(), json!(url));
        }
        match self.state {
            CheckState::InProgress => body.insert("status".to_owned(), json!("in_progress")),
            CheckState::Completed(conclusion) => {
                body.insert("status".to_owned(), json!("completed"));
                body.insert("conclusion".to_owned(), json!(conclusion))
            }
        };
        Value::Object(body)
    }
}

/// A run that is there.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct CheckRun {
    /// Its id.
    pub id: CheckRunId,
    /// Its name.
    pub name: String,
    /// The maker's own name of it.
    #[serde(default, deserialize_with = "lenient::nullable")]
    pub external_id: String,
    /// How it ended; `None` as long as it has not.
    #[serde(default)]
    pub conclusion: Option<Conclusion>,
    #[serde(default)]
    output: Option<ShownOutput>,
    #[serde(default)]
    app: Option<Maker>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct ShownOutput {
    #[serde(default, deserialize_with = "lenient::nullable")]
    annotations_count: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Maker {
    id: AppId,
}

#[derive(Deserialize)]
struct Listed {
    #[serde(default)]
    check_runs: Vec<CheckRun>,
}

impl CheckRun {
    /// How many annotations it has.
    #[must_use]
    pub fn annotations(&self) -> u64 {
        self.output.as_ref().map_or(0, |output| output.annotations_count)
    }

    /// The App that made it.
    #[must_use]
    pub fn app(&self) -> Option<AppId> {
        self.app.as_ref().map(|maker| maker.id)
    }
}

impl RepositoryClient {
    /// Makes a run: `POST /repos/{owner}/{repo}/check-runs`. Sent once: after an error it may be there nevertheless, so
    /// look for its external id first.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without `checks: write`; [`Error::Rejected`] (422) when the commit is unknown.
    pub async fn create_check_run(&self, head: &CommitSha, run: &NewCheckRun) -> Result<CheckRun, Error> {
        let request = self.request(Method::POST, &["check-runs"]).json(&run.body(Some(head)));
        self.send(&request).await?.json()
    }

    /// Changes a run of ours: `PATCH /repos/{owner}/{repo}/check-runs/{id}`. The annotations are added, so it is sent
    /// once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such run; [`Error::Forbidden`] when another App made it.
    pub async fn update_check_run(&self, id: CheckRunId, run: &NewCheckRun) -> Result<CheckRun, Error> {
        let request = self.request(Method::PATCH, &["check-runs", &id.to_string()]).json(&run.body(None));
        self.send(&request).await?.json()
    }

    /// A page (from 1) of the commit's runs that `app` made, 100 at a time, the newest of each name:
    /// `GET /repos/{owner}/{repo}/commits/{sha}/check-runs`.
    ///
    /// # Errors
    /// As every call to GitHub.
    pub async fn check_runs_page(&self, head: &CommitSha, app: AppId, page: u32) -> Result<Page<CheckRun>, Error> {
        let request = self
            .request(Method::GET, &["commits", head.as_str(), "check-runs"])
            .query("app_id", &app.to_string())
            .query("per_page", PER_PAGE)
            .query("page", &page.to_string());
        let reply = self.send(&request).await?;
        let Listed { check_runs } = reply.json()?;
        Page::of(check_runs, page, &reply)
    }
}
