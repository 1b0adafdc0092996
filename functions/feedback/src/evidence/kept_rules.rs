//! The repository's own file at a commit, which never changes: kept in memory, and as a blob for other processes and for
//! the pull requests that branch off there.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};

use covermark_policy::PLACES;
use covermark_types::{CommitSha, RepositoryId};
use serde::{Deserialize, Serialize};

use super::Site;
use crate::Feedback;

/// Commits whose file is kept in memory.
const KEPT: usize = 256;
/// The largest blob that is read: a file of GitHub's limit with every character escaped.
const MAX_BLOB: u64 = 8 * 1024 * 1024;

/// A repository's file at a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum File {
    /// There is none, or we may not read it.
    Nothing,
    TooLarge(&'static str),
    Text(&'static str, Arc<str>),
}

/// The same as a blob.
#[derive(Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
enum Kept {
    Nothing,
    TooLarge { path: String },
    Text { path: String, text: String },
}

/// GitHub's address, repository, commit.
type Key = (String, RepositoryId, CommitSha);
static CACHE: LazyLock<Mutex<HashMap<Key, File>>> = LazyLock::new(Mutex::default);

/// The file at `at`, when it was read before.
pub(super) async fn find(app: &Feedback, site: &Site, at: &CommitSha) -> Option<File> {
    if let Some(file) = cache().get(&key(site, at)) {
        return Some(file.clone());
    }
    // What cannot be had here is asked of GitHub.
    let bytes = app.blobs.get(&blob(site, at), MAX_BLOB).await.ok()??;
    let place = |path: String| PLACES.into_iter().find(|place| *place == path);
    let file = match serde_json::from_slice(&bytes).ok()? {
        Kept::Nothing => File::Nothing,
        Kept::TooLarge { path } => File::TooLarge(place(path)?),
        Kept::Text { path, text } => File::Text(place(path)?, text.into()),
    };
    remember(site, at, &file);
    Some(file)
}

/// Keeps it.
pub(super) async fn keep(app: &Feedback, site: &Site, at: &CommitSha, file: &File) {
    remember(site, at, file);
    let kept = match file {
        File::Nothing => Kept::Nothing,
        File::TooLarge(path) => Kept::TooLarge { path: (*path).to_owned() },
        File::Text(path, text) => Kept::Text { path: (*path).to_owned(), text: text.to_string() },
    };
    let Ok(bytes) = serde_json::to_vec(&kept) else { return };
    if let Err(error) = app.blobs.put(&blob(site, at), bytes.into()).await {
        tracing::warn!(cause = %error, "a repository's rules cannot be kept; they will be read again");
    }
}

fn remember(site: &Site, at: &CommitSha, file: &File) {
    let mut cache = cache();
    if cache.len() >= KEPT {
        // All at once: they are cheap to read again, and an order of use would have to be kept for nothing.
        cache.clear();
    }
    cache.insert(key(site, at), file.clone());
}

fn key(site: &Site, at: &CommitSha) -> Key {
    (site.place.web.to_string(), site.place.repository, at.clone())
}

fn blob(site: &Site, at: &CommitSha) -> String {
    format!("rules/{}/{}/{at}.json", site.place.provider, site.place.repository)
}

fn cache() -> MutexGuard<'static, HashMap<Key, File>> {
    CACHE.lock().unwrap_or_else(PoisonError::into_inner)
}
