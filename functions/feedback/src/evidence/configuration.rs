//! The repository's own rules, read at a commit, over the instance's and the owner's defaults.
//!
//! One listing of the root tells which file may be there, so that a repository without one costs one call (two with a
//! `.github` folder) and not one for each place. The defaults are blobs of ours: [`INSTANCE`] and [`of_owner`].

use std::sync::Arc;

use covermark_coverage::diff::Diff;
use covermark_github::{Error, resources::contents::LISTED};
use covermark_policy::{Code, Kind, Layer, Layers, MAX_BYTES, PLACES, Policy, Problem, choose};
use covermark_state::rows::upload::{OpenedBy, Upload, UploadKey};
use covermark_types::{CommitSha, Fault as _, FaultClass, Provider};

use super::{
    Site,
    kept_rules::{self, File},
    pull::Ends,
};
use crate::{Feedback, FeedbackError, judge::FileProblem};

/// The blob with the rules that hold for every repository, unless its owner or itself says otherwise.
pub(crate) const INSTANCE: &str = "defaults/instance.yml";

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

/// The rules of a pull request, as far as they can be had before its diff and its merge base are there.
#[derive(Debug)]
pub(crate) enum RulesAt {
    /// They are these.
    Known(Configuration),
    /// Those of the merge base, should the pull request not change them: [`as_at_merge_base`].
    MergeBase,
}

/// The rules at `at`: the defaults when there is no file, or when we may not read it.
pub(crate) async fn read(app: &Feedback, site: &Site, at: &CommitSha) -> Result<Configuration, FeedbackError> {
    with_defaults(app, site, file(app, site, at).await?).await
}

/// The rules by which an upload's paths are read. Where GitHub lets nobody look they are the defaults; when it does not
/// answer, the upload waits.
pub(crate) async fn of_upload(app: &Feedback, upload: &Upload) -> Result<Arc<Policy>, FeedbackError> {
    let UploadKey { provider, repository, commit, .. } = &upload.key;
    let Some(site) = Site::remembered(app, provider, *repository).await? else { return Ok(defaults().policy) };
    let pull = match upload.pull {
        Some(number) => app.table.pull(provider, *repository, number).await?,
        None => None,
    };
    let ends = pull.filter(|pull| pull.head_sha == *commit).map(|pull| Ends::of_row(&pull));
    let rules = match (&ends, upload.opened_by) {
        (Some(ends), _) => read(app, &site, ends.rules_at()).await,
        // Nobody knows yet where the fork came from, and its own file must not count.
        (None, OpenedBy::Fork) => with_defaults(app, &site, File::Nothing).await,
        (None, _) => read(app, &site, commit).await,
    };
    match rules {
        Ok(rules) => Ok(rules.policy),
        Err(FeedbackError::GitHub(error)) if !matches!(error.class(), FaultClass::Retry(_)) => {
            tracing::warn!(cause = %error, "an upload's paths are read by the defaults: the rules cannot be had");
            Ok(with_defaults(app, &site, File::Nothing).await?.policy)
        }
        Err(error) => Err(error),
    }
}

/// The rules of a pull request with these ends, unless they follow from what is asked at the same time.
pub(super) async fn early(app: &Feedback, site: &Site, ends: &Ends) -> Result<RulesAt, FeedbackError> {
    let at = ends.rules_at();
    if site.rights.contents && kept_rules::find(app, site, at).await.is_none() {
        let of_base = if ends.fork { None } else { kept_rules::find(app, site, &ends.base).await };
        if of_base.is_some() {
            return Ok(RulesAt::MergeBase);
        }
    }
    Ok(RulesAt::Known(read(app, site, at).await?))
}

/// The rules at the head, which are those of the merge base when the whole diff is known and leaves their places alone.
pub(super) async fn as_at_merge_base(
    app: &Feedback,
    site: &Site,
    ends: &Ends,
    merge_base: Option<&CommitSha>,
    diff: Option<&Diff>,
) -> Result<Configuration, FeedbackError> {
    let (Some(merge_base), Some(diff)) = (merge_base, diff) else { return read(app, site, &ends.head).await };
    let is_place = |path: &Option<String>| path.as_ref().is_some_and(|path| PLACES.contains(&&**path));
    let changed = diff.files.iter().any(|file| is_place(&file.old) || is_place(&file.new));
    match kept_rules::find(app, site, merge_base).await.filter(|_| !changed) {
        Some(file) => {
            kept_rules::keep(app, site, &ends.head, &file).await;
            with_defaults(app, site, file).await
        }
        None => read(app, site, &ends.head).await,
    }
}

async fn with_defaults(app: &Feedback, site: &Site, file: File) -> Result<Configuration, FeedbackError> {
    let owner = of_owner(&site.place.provider, site.place.name.owner());
    let (instance, owner) = futures::join!(default(app, INSTANCE), default(app, &owner));
    Ok(layered(&file, instance?.as_deref(), owner?.as_deref(), site.place.name.owner()))
}

async fn file(app: &Feedback, site: &Site, at: &CommitSha) -> Result<File, FeedbackError> {
    if !site.rights.contents {
        return Ok(File::Nothing);
    }
    if let Some(kept) = kept_rules::find(app, site, at).await {
        return Ok(kept);
    }
    match fetch(site, at).await {
        Ok((file, true)) => {
            kept_rules::keep(app, site, at, &file).await;
            Ok(file)
        }
        Ok((file, false)) => Ok(file),
        // Not kept: the right may come back.
        Err(Error::Forbidden(_)) => Ok(File::Nothing),
        Err(error) => Err(error.into()),
    }
}

/// The file, and whether that is the last word: a commit without any file is one that GitHub does not know yet.
async fn fetch(site: &Site, at: &CommitSha) -> Result<(File, bool), Error> {
    let at = at.as_str();
    let root = site.client.root_files(at).await?;
    if root.is_empty() {
        return Ok((File::Nothing, false));
    }
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
            Ok(Some(bytes)) => return Ok((File::Text(path, String::from_utf8_lossy(&bytes).into()), true)),
            Err(Error::TooLarge { .. }) => return Ok((File::TooLarge(path), true)),
            Err(error) => return Err(error),
        }
    }
    Ok((File::Nothing, true))
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
