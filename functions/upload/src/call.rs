//! Which call a request is: its method and path, as today's upload clients write them, become a [`Target`] or a sentence.
//!
//! The client glues its paths to whatever address it was given, so a path may start with the public address's own path,
//! or any other that a proxy left there, and hold doubled slashes. All are served as they come: a redirect would turn the
//! client's POST into a GET.

use axum::http::{Method, StatusCode};
use covermark_service::problem::Problem;
use covermark_types::{CommitSha, Provider, PullNumber, RepositoryName};

use crate::slug;

/// Services that upload clients know and that no GitHub is.
const FOREIGN: [&str; 5] = ["gitlab", "gitlab_enterprise", "bitbucket", "bitbucket_server", "github-actions"];
/// What may follow `upload` when it does not stand where it should: a repository's page may have that word in it.
const AFTER_UPLOAD: [&str; 8] =
    ["github", "gh", "github_enterprise", "github-enterprise", "ghe", "v2", "v4", "test_results"];
/// The one report of a commit that the incumbent's API has.
const REPORT_CODE: &str = "default";

/// What a request is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A call that names its repository in the path.
    Call(Call),
    /// `test_results/v1`, which names it in the body.
    TestResults,
    /// The uploader's protocol before there were commits and reports, which names it in the query.
    Legacy(Legacy),
    /// CI says what a pull request is to be compared with.
    ChooseBase {
        /// Which GitHub, when the path says so; the client names its CI service there.
        provider: Option<Provider>,
        /// The repository.
        repository: RepositoryName,
        /// The pull request.
        pull: PullNumber,
    },
    /// Is this configuration file right?
    Validate,
}

/// The versions of the old protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Legacy {
    /// `v4`: asks where to PUT the report.
    Slot,
    /// `v2`: the body is the report.
    Direct,
}

/// One call of the upload API.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// Which GitHub the repository is on.
    pub(crate) provider: Provider,
    /// The repository, as the client names it.
    pub(crate) repository: RepositoryName,
    /// What is asked for.
    pub(crate) action: Action,
}

/// What a call asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Commit, report and upload in one: what `codecov-action` does by default.
    UploadCoverage,
    /// Make the commit known.
    CreateCommit,
    /// Make the commit's report known.
    CreateReport(CommitSha),
    /// Open an upload of the commit.
    OpenUpload(CommitSha),
    /// Ask for the commit's result: deprecated by the client's makers, still asked.
    Results(CommitSha),
    /// The commit needs no coverage.
    EmptyUpload(CommitSha),
    /// No more uploads will come.
    Complete(CommitSha),
    /// Ours, for people with curl: a PUT of one report, or a POST that asks where to PUT it.
    Report,
}

impl Action {
    /// The commit, if the path names it.
    pub(crate) fn commit(&self) -> Option<&CommitSha> {
        match self {
            Self::CreateReport(sha)
            | Self::OpenUpload(sha)
            | Self::Results(sha)
            | Self::EmptyUpload(sha)
            | Self::Complete(sha) => Some(sha),
            Self::UploadCoverage | Self::CreateCommit | Self::Report => None,
        }
    }
}

/// Whether a path is one of ours, below `prefix` or any other.
pub(crate) fn is_ours(path: &str, prefix: &str) -> bool {
    let all: Vec<&str> = segments(path).collect();
    begin(&all, prefix).is_some()
}

/// Reads a request's method and path. `prefix` is the public address's own path.
pub(crate) fn read(method: &Method, path: &str, prefix: &str) -> Result<Target, Problem> {
    let all: Vec<&str> = segments(path).collect();
    let Some(path) = begin(&all, prefix) else { return Err(nothing_here()) };
    let (target, methods): (Target, &[Method]) = match path {
        ["upload", "v4"] => (Target::Legacy(Legacy::Slot), &[Method::POST]),
        ["upload", "v2"] => (Target::Legacy(Legacy::Direct), &[Method::POST]),
        ["upload", "test_results", "v1"] => (Target::TestResults, &[Method::POST]),
        ["upload", "bundle_analysis", ..] => return Err(no_bundles()),
        ["upload", service, slug, rest @ ..] if !rest.is_empty() => {
            let (provider, repository) = (provider(service)?, repository(slug)?);
            let action = action(rest)?;
            let methods: &[Method] = match action {
                Action::Results(_) => &[Method::POST, Method::GET],
                Action::Report => &[Method::PUT, Method::POST],
                _ => &[Method::POST],
            };
            (Target::Call(Call { provider, repository, action }), methods)
        }
        ["validate", ..] => (Target::Validate, &[Method::POST]),
        ["api", "v1", service, owner, name, "pulls", pull] => (base_of(service, owner, name, pull)?, &[Method::PUT]),
        _ => return Err(no_such_call()),
    };
    if methods.contains(method) {
        return Ok(target);
    }
    let wanted: Vec<&str> = methods.iter().map(Method::as_str).collect();
    Err(Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        format!("{method} is not answered at this address. Upload clients send {} here.", wanted.join(" or ")),
    ))
}

/// The path from where it is ours. The prefix goes first, so that a public address that itself ends in `/upload` is read
/// rightly.
fn begin<'a>(all: &'a [&'a str], prefix: &str) -> Option<&'a [&'a str]> {
    let prefix: Vec<&str> = segments(prefix).collect();
    let below = if all.iter().zip(&prefix).filter(|(a, b)| a == b).count() == prefix.len() { prefix.len() } else { 0 };
    if let Some(path) = [&all[below..], all].into_iter().find(|path| is_beginning(path)) {
        return Some(path);
    }
    let mut elsewhere = (1..all.len()).map(|at| &all[at..]).filter(|path| is_beginning(path) && is_unmistakable(path));
    elsewhere.next()
}

fn is_beginning(path: &[&str]) -> bool {
    matches!(path, ["upload", _, ..] | ["validate"] | ["validate", "v1" | "v2"] | ["api", "v1", _, _, _, "pulls", _])
}

fn is_unmistakable(path: &[&str]) -> bool {
    !matches!(path, ["upload", next, ..] if !AFTER_UPLOAD.contains(next))
}

fn action(rest: &[&str]) -> Result<Action, Problem> {
    Ok(match rest {
        ["upload-coverage"] => Action::UploadCoverage,
        ["report"] => Action::Report,
        ["commits"] => Action::CreateCommit,
        ["commits", sha, "reports"] => Action::CreateReport(commit(sha)?),
        ["commits", sha, "reports", code, "uploads"] => Action::OpenUpload(commit_of_report(sha, code)?),
        ["commits", sha, "reports", code, "results"] => Action::Results(commit_of_report(sha, code)?),
        ["commits", sha, "upload-complete"] => Action::Complete(commit(sha)?),
        ["commits", sha, "empty-upload"] => Action::EmptyUpload(commit(sha)?),
        _ => return Err(no_such_call()),
    })
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

fn provider(service: &str) -> Result<Provider, Problem> {
    service.parse().ok().filter(|_| !FOREIGN.contains(&service)).ok_or_else(|| {
        Problem::bad_request(
            "The service in the address is not a GitHub. Covermark answers for `github` (or `gh`) and \
             `github_enterprise` (or `ghe`): pass `--git-service github`.",
        )
    })
}

fn repository(slug: &str) -> Result<RepositoryName, Problem> {
    slug::decode(slug).map_err(|error| Problem::bad_request(format!("{error} Pass `--slug OWNER/NAME`.")))
}

/// The client puts the CI service where the git service belongs, unless it is told.
fn base_of(service: &str, owner: &str, name: &str, pull: &str) -> Result<Target, Problem> {
    let provider = AFTER_UPLOAD.contains(&service).then(|| service.parse().ok()).flatten();
    let repository = RepositoryName::new(owner, name)
        .map_err(|_| Problem::bad_request("The repository in the address is not one. Pass `--slug OWNER/NAME`."))?;
    let pull = pull.parse().map_err(|_| {
        Problem::bad_request("The pull request in the address is not a number. Pass `--pr` with the number alone.")
    })?;
    Ok(Target::ChooseBase { provider, repository, pull })
}

/// Reads a commit's SHA from a path.
fn commit(sha: &str) -> Result<CommitSha, Problem> {
    sha.parse().map_err(|_| {
        Problem::bad_request(
            "The commit in the address is not a full SHA: 40 hexadecimal digits are expected, as `git rev-parse HEAD` \
             prints them. Pass `--sha`.",
        )
    })
}

fn commit_of_report(sha: &str, code: &str) -> Result<CommitSha, Problem> {
    check_report_code(code)?;
    commit(sha)
}

/// Refuses report codes other than the one there is.
pub(crate) fn check_report_code(code: &str) -> Result<(), Problem> {
    if code == REPORT_CODE {
        return Ok(());
    }
    Err(Problem::bad_request(
        "A commit has one report, and its code is `default`. Leave `--report-code` away; tell uploads apart by `--flag` \
         or `--name`.",
    ))
}

fn no_bundles() -> Problem {
    Problem::bad_request("Bundle sizes are not accepted by this version of Covermark. Upload coverage reports only.")
}

fn no_such_call() -> Problem {
    Problem::not_found(
        "There is no such call in the upload API. The uploader's `--url` must be Covermark's own address, with nothing \
         after it.",
    )
}

fn nothing_here() -> Problem {
    Problem::not_found(
        "There is nothing at this address. Uploads go to PUBLIC_URL/upload/…; pages begin at PUBLIC_URL/.",
    )
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use proptest::prelude::*;

    use super::{Action, Call, Legacy, Target, is_ours, read};

    const SHA: &str = "ABCDEF0123456789abcdef0123456789abcdef01";

    fn action(method: Method, path: &str, prefix: &str) -> Result<Action, u16> {
        match read(&method, path, prefix) {
            Ok(Target::Call(call)) => Ok(call.action),
            Ok(other) => panic!("{path} is {other:?}"),
            Err(problem) => Err(problem.status().as_u16()),
        }
    }

    #[test]
    fn the_clients_paths_are_read_with_prefixes_and_doubled_slashes() {
        for path in [
            "/upload/github/acme::::widgets/upload-coverage",
            "//upload/github/acme::::widgets/upload-coverage",
            "/base/upload/gh/acme::::widgets/upload-coverage",
            "/base//upload/gh//acme::::widgets/upload-coverage/",
        ] {
            let Ok(Target::Call(call)) = read(&Method::POST, path, "/base") else { panic!("{path}") };
            assert_eq!(call.action, Action::UploadCoverage, "{path}");
            assert_eq!((call.provider.as_str(), call.repository.to_string().as_str()), ("gh", "acme/widgets"));
        }
        assert_eq!(
            action(Method::POST, "/upload/upload/gh/acme::::widgets/commits", "/upload"),
            Ok(Action::CreateCommit),
            "a public address may itself end in /upload"
        );
    }

    #[test]
    fn every_call_of_a_commit_is_known() {
        let commit = || SHA.parse().expect("a SHA");
        let base = format!("/upload/github_enterprise/acme::::widgets/commits/{SHA}");
        for (tail, expected) in [
            ("/reports", Action::CreateReport(commit())),
            ("/reports/default/uploads", Action::OpenUpload(commit())),
            ("/reports/default/results", Action::Results(commit())),
            ("/upload-complete", Action::Complete(commit())),
            ("/empty-upload", Action::EmptyUpload(commit())),
        ] {
            assert_eq!(action(Method::POST, &format!("{base}{tail}"), "/"), Ok(expected));
        }
        assert_eq!(action(Method::GET, &format!("{base}/reports/default/results"), "/"), Ok(Action::Results(commit())));
        assert_eq!(action(Method::GET, &format!("{base}/reports"), "/"), Err(405));
        assert_eq!(action(Method::POST, &format!("{base}/reports/nightly/uploads"), "/"), Err(400));
        assert_eq!(action(Method::POST, &format!("{base}/nonsense"), "/"), Err(404));
    }

    #[test]
    fn calls_are_known_below_any_prefix_and_pages_are_not_taken_for_them() {
        for path in ["/proxy/covermark//upload/gh/acme::::widgets/commits", "/a/b/upload/v4", "/x/validate/v2"] {
            assert!(is_ours(path, "/base"), "{path}");
        }
        for path in [
            "/gh/acme/upload/pull/7",
            "/gh/acme/validate/commit/1",
            "/gh/upload/widgets",
            "/login/gh",
            "/blobs/uploads/gh/1",
            "/",
        ] {
            assert!(!is_ours(path, "/base"), "{path}");
        }
        let base = read(&Method::PUT, "/base/api/v1/github-actions/acme/widgets/pulls/7", "/base").expect("a call");
        let Target::ChooseBase { provider: None, pull, .. } = base else { panic!("{base:?}") };
        assert_eq!(pull.0, 7);
        assert_eq!(read(&Method::POST, "//upload/v2", "").expect("a call"), Target::Legacy(Legacy::Direct));
        let Ok(Target::Call(Call { action, .. })) = read(&Method::PUT, "/upload/ghe/a::::b/report", "") else {
            panic!("a report")
        };
        assert_eq!(action, Action::Report);
    }

    proptest! {
        #[test]
        fn no_path_makes_it_panic(path in "[/a-z0-9:._-]{0,120}", prefix in "[/a-z]{0,10}") {
            let _ = read(&Method::POST, &path, &prefix);
            let _ = read(&Method::POST, &format!("/upload/{path}"), &prefix);
            let _ = read(&Method::PUT, &format!("/api/v1/{path}"), &prefix);
        }
    }
}
