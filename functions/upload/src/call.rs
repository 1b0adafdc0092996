//! Which call a request is: its method and path, as today's upload clients write them, become a [`Call`] or a sentence.
//!
//! The client glues its paths to whatever address it was given, so a path may start with the public address's own path
//! and hold doubled slashes. Both are served as they come: a redirect would turn the client's POST into a GET.

use axum::http::{Method, StatusCode};
use covermark_service::problem::Problem;
use covermark_types::{CommitSha, Provider, RepositoryName};

use crate::slug;

/// Services that upload clients know and that no GitHub is.
const FOREIGN: [&str; 5] = ["gitlab", "gitlab_enterprise", "bitbucket", "bitbucket_server", "github-actions"];
/// The one report of a commit that the incumbent's API has.
const REPORT_CODE: &str = "default";

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
    /// No more uploads will come.
    Complete(CommitSha),
}

/// Reads a request's method and path. `prefix` is the public address's own path.
pub(crate) fn read(method: &Method, path: &str, prefix: &str) -> Result<Call, Problem> {
    let all: Vec<&str> = segments(path).collect();
    let prefix: Vec<&str> = segments(prefix).collect();
    // The prefix goes first, so that a public address that itself ends in `/upload` is read rightly.
    let below = [all.strip_prefix(prefix.as_slice()), Some(all.as_slice())];
    let Some(rest) = below.into_iter().flatten().find_map(|path| path.strip_prefix(&["upload"])) else {
        return Err(no_such_call());
    };
    let (provider, repository, rest) = match rest {
        ["v2" | "v4", ..] => return Err(not_yet("The uploader's legacy protocol is", "without `--legacy`")),
        ["test_results", ..] => return Err(not_yet("Test results are", "with `--report-type coverage`")),
        ["bundle_analysis", ..] => return Err(not_yet("Bundle sizes are", "coverage reports only")),
        [service, slug, rest @ ..] if !rest.is_empty() => (provider(service)?, repository(slug)?, rest),
        _ => return Err(no_such_call()),
    };
    let action = action(rest)?;
    let allowed = *method == Method::POST || (*method == Method::GET && matches!(action, Action::Results(_)));
    if !allowed {
        return Err(Problem::new(
            StatusCode::METHOD_NOT_ALLOWED,
            format!("{method} is not answered at this address. Upload clients send POST here."),
        ));
    }
    Ok(Call { provider, repository, action })
}

fn action(rest: &[&str]) -> Result<Action, Problem> {
    Ok(match rest {
        ["upload-coverage"] => Action::UploadCoverage,
        ["commits"] => Action::CreateCommit,
        ["commits", sha, "reports"] => Action::CreateReport(commit(sha)?),
        ["commits", sha, "reports", code, "uploads"] => Action::OpenUpload(commit_of_report(sha, code)?),
        ["commits", sha, "reports", code, "results"] => Action::Results(commit_of_report(sha, code)?),
        ["commits", sha, "upload-complete"] => Action::Complete(commit(sha)?),
        ["commits", _, "empty-upload"] => {
            return Err(not_yet(
                "Empty uploads (commits that need no coverage) are",
                "a report, or nothing for such a commit",
            ));
        }
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

fn not_yet(what: &str, instead: &str) -> Problem {
    Problem::bad_request(format!("{what} not accepted by this version of Covermark. Upload {instead}."))
}

fn no_such_call() -> Problem {
    Problem::not_found(
        "There is no such call in the upload API. The uploader's `--url` must be Covermark's own address, with nothing \
         after it.",
    )
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use proptest::prelude::*;

    use super::{Action, read};

    const SHA: &str = "ABCDEF0123456789abcdef0123456789abcdef01";

    fn action(method: Method, path: &str, prefix: &str) -> Result<Action, u16> {
        read(&method, path, prefix).map(|call| call.action).map_err(|problem| problem.status().as_u16())
    }

    #[test]
    fn the_clients_paths_are_read_with_prefixes_and_doubled_slashes() {
        for path in [
            "/upload/github/acme::::widgets/upload-coverage",
            "//upload/github/acme::::widgets/upload-coverage",
            "/base/upload/gh/acme::::widgets/upload-coverage",
            "/base//upload/gh//acme::::widgets/upload-coverage/",
        ] {
            let call = read(&Method::POST, path, "/base").expect(path);
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
        ] {
            assert_eq!(action(Method::POST, &format!("{base}{tail}"), "/"), Ok(expected));
        }
        assert_eq!(action(Method::GET, &format!("{base}/reports/default/results"), "/"), Ok(Action::Results(commit())));
        assert_eq!(action(Method::GET, &format!("{base}/reports"), "/"), Err(405));
        assert_eq!(action(Method::POST, &format!("{base}/reports/nightly/uploads"), "/"), Err(400));
        assert_eq!(action(Method::POST, &format!("{base}/nonsense"), "/"), Err(404));
    }

    proptest! {
        #[test]
        fn no_path_makes_it_panic(path in "[/a-z0-9:._-]{0,120}", prefix in "[/a-z]{0,10}") {
            let _ = read(&Method::POST, &path, &prefix);
            let _ = read(&Method::POST, &format!("/upload/{path}"), &prefix);
        }
    }
}
