//! The repository's own rules, read at a commit.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use covermark_github::{Error, resources::contents::LISTED};
use covermark_policy::{Code, Kind, Layer, Policy, Problem};
use covermark_types::{CommitSha, RepositoryId};

use super::Site;
use crate::{FeedbackError, judge::FileProblem};

/// Where the rules may be, the first one that is there counts.
const PLACES: [&str; 4] = ["covermark.yml", "codecov.yml", ".codecov.yml", ".github/codecov.yml"];
/// Commits whose rules are kept in memory. A file at a commit never changes, so they do not grow old.
const KEPT: usize = 256;

/// The rules and what is wrong with their file.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    pub(crate) policy: Arc<Policy>,
    pub(crate) problems: Vec<FileProblem>,
}

/// GitHub's address, repository, commit.
type Key = (String, RepositoryId, CommitSha);
static CACHE: LazyLock<Mutex<HashMap<Key, Configuration>>> = LazyLock::new(Mutex::default);

/// The rules at `at`: our defaults when there is no file, or when we may not read it.
pub(crate) async fn read(site: &Site, at: &CommitSha) -> Result<Configuration, FeedbackError> {
    if !site.rights.contents {
        return Ok(defaults());
    }
    let key = (site.place.web.to_string(), site.place.repository, at.clone());
    if let Some(kept) = cache().get(&key) {
        return Ok(kept.clone());
    }
    let Some(configuration) = fetch(site, at).await? else { return Ok(defaults()) };
    let mut cache = cache();
    if cache.len() >= KEPT {
        // All at once: they are cheap to read again, and an order of use would have to be kept for nothing.
        cache.clear();
    }
    cache.insert(key, configuration.clone());
    Ok(configuration)
}

/// `None` when we may not read files after all.
async fn fetch(site: &Site, at: &CommitSha) -> Result<Option<Configuration>, FeedbackError> {
    let root = match site.client.root_files(at.as_str()).await {
        Ok(root) => root,
        Err(Error::Forbidden(_)) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    for path in PLACES.into_iter().filter(|path| may_be_there(&root, path)) {
        match site.client.file(path, at.as_str()).await {
            Ok(None) => {}
            Ok(Some(bytes)) => return Ok(Some(parsed(path, &bytes))),
            Err(Error::Forbidden(_)) => return Ok(None),
            Err(Error::TooLarge { .. }) => {
                let problems = vec![whole(path, "is too large to be read, so the defaults hold.")];
                return Ok(Some(Configuration { problems, ..defaults() }));
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(Some(defaults()))
}

/// Whether the root's listing leaves room for `path`: it, or the folder that it is in, is listed. A listing that is full
/// proves nothing.
fn may_be_there(root: &[String], path: &str) -> bool {
    let first = path.split('/').next().unwrap_or(path);
    root.len() >= LISTED || root.iter().any(|name| name == first)
}

fn parsed(path: &str, bytes: &[u8]) -> Configuration {
    let (policy, problems) = covermark_policy::read(&String::from_utf8_lossy(bytes));
    let problems = problems
        .into_iter()
        .filter(Problem::is_mistake)
        .map(|problem| FileProblem { file: path.to_owned(), problem })
        .collect();
    Configuration { policy: Arc::new(policy), problems }
}

fn whole(path: &str, reason: &str) -> FileProblem {
    let problem = Problem {
        kind: Kind::Mistake,
        code: Code::TooLarge,
        layer: Layer::Repository,
        line: None,
        key: String::new(),
        reason: reason.to_owned(),
        suggestion: None,
    };
    FileProblem { file: path.to_owned(), problem }
}

/// Our own rules.
pub(crate) fn defaults() -> Configuration {
    Configuration { policy: Arc::new(Policy::default()), problems: Vec::new() }
}

fn cache() -> std::sync::MutexGuard<'static, HashMap<Key, Configuration>> {
    CACHE.lock().unwrap_or_else(PoisonError::into_inner)
}
