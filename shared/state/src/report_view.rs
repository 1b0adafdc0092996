//! What the report page shows of a judged commit: a document beside the report, written by `feedback` before it posts and
//! read by `console`.
//!
//! All of it is plain text as people read it, escaped by nobody yet: the page does that. What the table or the report
//! itself knows (uploads, files) is not repeated here. Unknown fields of later versions are passed over; a document of a
//! version that is not known is no document.

use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId};
use serde::{Deserialize, Serialize};

use crate::{Error, blobs::Blobs};

/// The version that is written.
const VERSION: u32 = 1;
/// The largest document that is read, in bytes.
const MAX: u64 = 8 * 1024 * 1024;

/// What was judged of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ReportView {
    /// The pull request that it was judged for.
    pub pull: Option<PullNumber>,
    /// The verdict in one line.
    pub heading: String,
    /// Whether uploads were still to come.
    pub waiting: bool,
    /// Each status or check.
    pub verdicts: Vec<VerdictView>,
    /// Coverage of the project, with its difference to the base: `84.71 % (+0.12)`.
    pub project: String,
    /// What it is compared with and why, in sentences.
    pub base: Vec<String>,
    /// The commit that it is compared with.
    pub base_commit: Option<CommitSha>,
    /// Flags: name, coverage, difference, coverage of the change, remark.
    pub flags: Vec<PartView>,
    /// Components, likewise.
    pub components: Vec<PartView>,
    /// Files of the change with what is not covered in them.
    pub patch: Vec<PatchFileView>,
    /// Files that changed without being touched: path, and what happened.
    pub indirect: Vec<(String, String)>,
    /// What else the reader must know, in sentences.
    pub remarks: Vec<String>,
    /// What is wrong in the configuration, in sentences.
    pub configuration: Vec<String>,
}

/// A status or check.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct VerdictView {
    /// Its name.
    pub context: String,
    /// `success`, `failure`, `pending` or `error`.
    pub state: String,
    /// Its sentence.
    pub sentence: String,
}

/// A flag or component.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PartView {
    /// Its name.
    pub name: String,
    /// Coverage.
    pub coverage: String,
    /// Difference to the base.
    pub difference: String,
    /// Coverage of the change.
    pub patch: String,
    /// Where a carried report comes from; empty otherwise.
    pub remark: String,
}

/// A file of the change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PatchFileView {
    /// Its path.
    pub path: String,
    /// Coverage of its changed lines.
    pub coverage: String,
    /// What is not covered: text, first line, last line.
    pub uncovered: Vec<(String, u32, u32)>,
}

/// The document as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept<V> {
    version: u32,
    #[serde(flatten)]
    view: V,
}

impl ReportView {
    /// Where it is kept.
    fn key(provider: &Provider, repository: RepositoryId, sha: &CommitSha) -> String {
        format!("views/{provider}/{repository}/{sha}.json")
    }
}

impl Blobs {
    /// Keeps what was judged of a commit, in place of what was judged before.
    ///
    /// # Errors
    /// When it cannot be stored.
    pub async fn put_report_view(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        sha: &CommitSha,
        view: &ReportView,
    ) -> Result<(), Error> {
        let key = ReportView::key(provider, repository, sha);
        let json = serde_json::to_vec(&Kept { version: VERSION, view })
            .map_err(|error| Error::Malformed { key: key.clone(), reason: error.to_string() })?;
        self.put(&key, json.into()).await
    }

    /// What was judged of a commit; `None` when nothing was, or not in a version that is known here.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn report_view(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        sha: &CommitSha,
    ) -> Result<Option<ReportView>, Error> {
        let Some(json) = self.get(&ReportView::key(provider, repository, sha), MAX).await? else { return Ok(None) };
        let kept: Option<Kept<ReportView>> = serde_json::from_slice(&json).ok();
        Ok(kept.filter(|kept| kept.version == VERSION).map(|kept| kept.view))
    }
}
