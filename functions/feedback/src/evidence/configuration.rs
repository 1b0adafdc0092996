//! The repository's own rules, read at a commit, over the instance's and the owner's defaults.
//!
//! One listing of the root tells which file may be there, so that a repository without one costs one call (two with a
//! `.github` folder) and not one for each place. The defaults are blobs of ours: [`INSTANCE`] and [`of_owner`].

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock, Mutex, PoisonError},
};

use covermark_github::{Error, resources::contents::LISTED};
use covermark_policy::{Code, Kind, Layer, Layers, MAX_BYTES, Policy, Problem, choose};
use covermark_types::{CommitSha, Provider, RepositoryId};

use super::Site;
use crate::{Feedback, FeedbackError, judge::FileProblem};

/// The blob with the rules that hold for every repository, unless its owner or itself says otherwise.
pub(crate) const INSTANCE: &str = "defaults/instance.yml";
/// Commits whose rules are kept in memory. A file at a commit never changes, so they do not grow old.
const KEPT: usize = 256;

/// The blob with the rules that hold for an owner's repositories.
pub(crate) fn of_owner(provider: &Provider, owner: &str) -> String {
    format!("defaults/{provider}/{}.yml", owner.to_ascii_lowercase())
}

/// The rules and what is wrong with their files.
#[derive(Clone, Debug)]
pub(crate) struct Configuration {
    pub(crate) policy: Arc<Policy>,
    pub(crate) problems: Vec<FileProblem>,
}

/// A repository's file at a commit.
#[derive(Clone, Debug, PartialEq, Eq)]
enum File {
    /// There is none, or we may not read it.
    Nothing,
    TooLarge(&'static str),
    Text(&'static str, Arc<str>),
}

/// GitHub's address, repository, commit.
type Key = (String, RepositoryId, CommitSha);
static CACHE: LazyLock<Mutex<HashMap<Key, File>>> = LazyLock::new(Mutex::default);

/// The rules at `at`: the defaults when there is no file, or when we may not read it.
pub(crate) async fn read(app: &Feedback, site: &Site, at: &CommitSha) -> Result<Configuration, FeedbackError> {
    let owner = of_owner(&site.place.provider, site.place.name.owner());
    let (file, instance, owner) = futures::join!(file(site, at), default(app, INSTANCE), default(app, &owner));
    Ok(layered(&file?, instance?.as_deref(), owner?.as_deref(), site.place.name.owner()))
}

async fn file(site: &Site, at: &CommitSha) -> Result<File, FeedbackError> {
    if !site.rights.contents {
        return Ok(File::Nothing);
    }
    let key = (site.place.web.to_string(), site.place.repository, at.clone());
    if let Some(kept) = cache().get(&key) {
        return Ok(kept.clone());
    }
    let file = match fetch(site, at).await {
        Ok(file) => file,
        // Not kept: the right may come back.
        Err(Error::Forbidden(_)) => return Ok(File::Nothing),
        Err(error) => return Err(error.into()),
    };
    let mut cache = cache();
    if cache.len() >= KEPT {
        // All at once: they are cheap to read again, and an order of use would have to be kept for nothing.
        cache.clear();
    }
    cache.insert(key, file.clone());
    Ok(file)
}

async fn fetch(site: &Site, at: &CommitSha) -> Result<File, Error> {
    let at = at.as_str();
    let root = site.client.root_files(at).await?;
    // A listing that is full proves nothing.
    let listed = (root.len() < LISTED).then_some(root.as_slice());
    let mut candidates = choose(listed, Some(&[]), Some(&[]));
    if candidates.is_empty() {
        let folder = async |name: &str| {
            if root.iter().any(|entry| entry == name) {
                site.client.folder_files(name, at).await
            } else {
                Ok(Vec::new())
            }
        };
        let (github, dev) = futures::join!(folder(".github"), folder("dev"));
        candidates = choose(Some(&root), Some(&github?), Some(&dev?));
    }
    for path in candidates {
        match site.client.file(path, at).await {
            Ok(None) => {}
            Ok(Some(bytes)) => return Ok(File::Text(path, String::from_utf8_lossy(&bytes).into())),
            Err(Error::TooLarge { .. }) => return Ok(File::TooLarge(path)),
            Err(error) => return Err(error),
        }
    }
    Ok(File::Nothing)
}

async fn default(app: &Feedback, key: &str) -> Result<Option<String>, FeedbackError> {
    let bytes = app.blobs.get(key, MAX_BYTES as u64).await?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
}

fn layered(file: &File, instance: Option<&str>, owner: Option<&str>, login: &str) -> Configuration {
    let (path, text) = match file {
        File::Nothing => ("", None),
        File::TooLarge(path) => (*path, None),
        File::Text(path, text) => (*path, Some(&**text)),
    };
    let (policy, problems) = Policy::layered(&Layers { instance, owner, repository: text });
    let named = |problem: Problem| {
        let file = match problem.layer {
            Layer::Repository => path.to_owned(),
            Layer::Owner => format!("the defaults of {login}"),
            Layer::Instance => "the defaults of this Covermark".to_owned(),
        };
        FileProblem { file, problem }
    };
    let mut problems: Vec<_> = problems.into_iter().filter(Problem::is_mistake).map(named).collect();
    if let File::TooLarge(path) = file {
        problems.push(FileProblem { file: (*path).to_owned(), problem: too_large() });
    }
    Configuration { policy: Arc::new(policy), problems }
}

fn too_large() -> Problem {
    Problem {
        kind: Kind::Mistake,
        code: Code::TooLarge,
        layer: Layer::Repository,
        line: None,
        key: String::new(),
        reason: "is too large to be read, so the defaults hold.".to_owned(),
        suggestion: None,
    }
}

/// Our own rules.
pub(crate) fn defaults() -> Configuration {
    Configuration { policy: Arc::new(Policy::default()), problems: Vec::new() }
}

fn cache() -> std::sync::MutexGuard<'static, HashMap<Key, File>> {
    CACHE.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::{File, layered};

    #[test]
    fn the_repositorys_file_overrules_the_owners_and_that_the_instances() {
        let file = File::Text("codecov.yml", "coverage: {precision: 3}\n".into());
        let instance = Some("coverage: {precision: 1, round: up}\ncovermark: {context_prefix: codecov}\n");
        let owner = Some("coverage: {round: nearest, roundd: 1}\n");
        let configuration = layered(&file, instance, owner, "acme");
        let policy = &configuration.policy;
        assert_eq!((policy.precision, policy.rounding), (3, covermark_coverage::Rounding::Nearest));
        assert_eq!(policy.context_prefix, "codecov");
        let files: Vec<_> = configuration.problems.iter().map(|problem| &*problem.file).collect();
        assert_eq!(files, ["the defaults of acme"]);
    }

    #[test]
    fn a_file_that_is_too_large_is_named_and_the_defaults_hold() {
        let configuration =
            layered(&File::TooLarge(".github/codecov.yml"), Some("coverage: {precision: 1}"), None, "a");
        assert_eq!(configuration.policy.precision, 1);
        assert!(configuration.problems[0].to_string().starts_with("`.github/codecov.yml`: is too large"));
    }
}
