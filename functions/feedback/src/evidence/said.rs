//! What GitHub said of a pull request's two ends, kept as a blob while its verdict is waited for: the run that gives the
//! verdict then asks only what may have changed since. That is the pull request itself, and how far CI is.
//!
//! Histories and comparisons of commits never change. The diff does when the base branch takes up some of the pull
//! request's commits, and the search for our comment is void when somebody made one; both hold for [`FRESH`], and whoever
//! makes a comment notes it on the pull request's row before.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use covermark_github::{Error, RepositoryClient};
use covermark_types::{CommitSha, PullNumber, Timestamp};
use serde::{Deserialize, Serialize};

use super::pull::Ends;
use crate::{Feedback, app::CommitKey};

/// For how long a diff is believed, and that a comment is not there.
const FRESH: Duration = Duration::from_secs(15 * 60);
/// The largest diff that is kept, and the largest blob that is read, in bytes.
const MAX_DIFF: usize = 4 * 1024 * 1024;
const MAX_KEPT: u64 = 8 * 1024 * 1024;
/// How far back is looked: one page of GitHub's, one batch of the table's.
const ANCESTORS: u8 = 100;
/// Raised when the blob changes its form.
const VERSION: u32 = 1;

/// Where two commits part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Parted {
    /// Their best common ancestor.
    pub(super) merge_base: CommitSha,
    /// Commits of the head that the base lacks.
    pub(super) ahead: u64,
}

/// What is kept.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    version: u32,
    /// When the first of it was asked, in epoch milliseconds.
    at: i64,
    ends: Option<Ends>,
    parted: Option<Parted>,
    /// The commits before this one, itself first.
    ancestors: Option<(CommitSha, Vec<CommitSha>)>,
    /// The diff's text, in Base64: it need not be UTF-8.
    diff: Option<String>,
    /// Whether our comment was looked for in vain.
    no_comment: bool,
}

/// The answers that are at hand, and those that are asked for on the way.
#[derive(Debug, Default)]
pub(crate) struct Said(Mutex<Inside>);

#[derive(Debug, Default)]
struct Inside {
    kept: Kept,
    /// Whether there is something that the blob does not have.
    new: bool,
}

impl Said {
    /// What is known of these ends; nothing when nothing was kept, or when it is of others.
    pub(crate) async fn recall(app: &Feedback, key: &CommitKey, ends: &Ends) -> Self {
        let bytes = match app.blobs.get(&blob(key), MAX_KEPT).await {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::warn!(cause = %error, "what GitHub said before cannot be read; it is asked again");
                None
            }
        };
        let now = app.clock.now();
        let kept = bytes.and_then(|bytes| serde_json::from_slice::<Kept>(&bytes).ok());
        let Some(mut kept) = kept.filter(|kept| kept.version == VERSION && kept.ends.as_ref() == Some(ends)) else {
            return Self::of(ends, now);
        };
        let age = now.as_millisecond().saturating_sub(kept.at).unsigned_abs();
        if u128::from(age) > FRESH.as_millis() {
            kept = Kept { at: now.as_millisecond(), diff: None, no_comment: false, ..kept };
        }
        Self(Mutex::new(Inside { kept, new: false }))
    }

    /// Nothing is known yet of these ends.
    pub(crate) fn of(ends: &Ends, now: Timestamp) -> Self {
        let kept = Kept { version: VERSION, at: now.as_millisecond(), ends: Some(ends.clone()), ..Kept::default() };
        Self(Mutex::new(Inside { kept, new: false }))
    }

    /// Keeps it for the runs to come. Without it they ask again, so a failure is no more than that.
    pub(crate) async fn keep(&self, app: &Feedback, key: &CommitKey) {
        let kept = {
            let mut inside = self.inside();
            if !std::mem::take(&mut inside.new) || inside.kept.ends.is_none() {
                return;
            }
            serde_json::to_vec(&inside.kept)
        };
        let Ok(kept) = kept else { return };
        if let Err(error) = app.blobs.put(&blob(key), kept.into()).await {
            tracing::warn!(cause = %error, "what GitHub said cannot be kept; it will be asked again");
        }
    }

    /// Where the two commits part.
    pub(super) async fn parted(&self, client: &RepositoryClient, ends: &Ends) -> Result<Parted, Error> {
        if let Some(parted) = self.inside().kept.parted.clone() {
            return Ok(parted);
        }
        let comparison = client.compare(&ends.base, &ends.head).await?;
        let parted = Parted { merge_base: comparison.merge_base, ahead: comparison.ahead_by };
        self.learn(|kept| kept.parted = Some(parted.clone()));
        Ok(parted)
    }

    /// The commit and those before it.
    pub(super) async fn ancestors(&self, client: &RepositoryClient, sha: &CommitSha) -> Result<Vec<CommitSha>, Error> {
        if let Some((_, ancestors)) = self.inside().kept.ancestors.clone().filter(|(of, _)| of == sha) {
            return Ok(ancestors);
        }
        let ancestors = client.commits(sha, ANCESTORS).await?;
        self.learn(|kept| kept.ancestors = Some((sha.clone(), ancestors.clone())));
        Ok(ancestors)
    }

    /// The pull request's diff.
    pub(super) async fn diff(&self, client: &RepositoryClient, number: PullNumber) -> Result<Vec<u8>, Error> {
        let kept = self.inside().kept.diff.as_ref().and_then(|text| STANDARD.decode(text).ok());
        if let Some(diff) = kept {
            return Ok(diff);
        }
        let diff = client.pull_diff(number).await?;
        if diff.len() <= MAX_DIFF {
            self.learn(|kept| kept.diff = Some(STANDARD.encode(&diff)));
        }
        Ok(diff)
    }

    /// Whether our comment was looked for in vain, a moment ago.
    pub(super) fn has_no_comment(&self) -> bool {
        self.inside().kept.no_comment
    }

    /// Our comment was looked for in vain.
    pub(super) fn found_no_comment(&self) {
        self.learn(|kept| kept.no_comment = true);
    }

    fn learn(&self, change: impl FnOnce(&mut Kept)) {
        let mut inside = self.inside();
        change(&mut inside.kept);
        inside.new = true;
    }

    fn inside(&self) -> MutexGuard<'_, Inside> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn blob(key: &CommitKey) -> String {
    format!("said/{}/{}/{}.json", key.provider, key.repository, key.sha)
}
