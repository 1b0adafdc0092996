//! How far the commit's CI is, as GitHub tells it: check suites (each run of a workflow is one), and the statuses of CI that
//! has no checks.
//!
//! What never ends must not be waited for: suites that GitHub makes for every App whether it runs anything or not, Apps
//! that wait for a person or for us, statuses that are no CI.

use covermark_github::{CheckSuite, Error, Status, StatusState};
use covermark_policy::CiFilter;
use covermark_types::{AppId, CommitSha};

use crate::{FeedbackError, evidence::Site};

/// How far CI is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ci {
    /// Something runs: what, as people know it.
    Running(Vec<String>),
    /// Everything ended.
    Ended {
        /// Whether all of it ended well.
        well: bool,
    },
    /// GitHub knows of none.
    Nothing,
    /// The App may not look.
    Unreadable,
}

/// Apps that wait for people, or for other checks, ours among them.
const NO_CI: [&str; 10] = [
    "mergify",
    "kodiakhq",
    "bulldozer",
    "aviator-app",
    "graphite-app",
    "trunk-io",
    "policy-bot",
    "codecov",
    "dependabot",
    "renovate",
];
/// The App whose suites are runs of workflows: they count from the moment on when they are queued.
const ACTIONS: &str = "github-actions";
/// Parts of the contexts by which CI without checks is known.
const CI_NAMES: [&str; 14] = [
    "ci",
    "continuous-integration",
    "build",
    "jenkins",
    "buildkite",
    "circleci",
    "codefresh",
    "semaphore",
    "taskcluster",
    "teamcity",
    "travis",
    "wercker",
    "drone",
    "bitrise",
];

/// Asks GitHub, both questions at once.
pub(super) async fn look(
    site: &Site,
    sha: &CommitSha,
    us: AppId,
    prefix: &str,
    filter: &CiFilter,
) -> Result<Ci, FeedbackError> {
    if !site.rights.checks_read {
        return Ok(Ci::Unreadable);
    }
    let statuses = async { if site.rights.statuses { site.client.statuses(sha).await } else { Ok(Vec::new()) } };
    let (suites, statuses) = futures::join!(site.client.check_suites(sha), statuses);
    let suites = match suites {
        Ok(suites) => suites,
        Err(Error::Forbidden(_)) => return Ok(Ci::Unreadable),
        // A commit that GitHub does not know (yet).
        Err(error) if error.is_not_found() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let statuses = match statuses {
        Ok(statuses) => statuses,
        Err(Error::Forbidden(_)) => Vec::new(),
        Err(error) if error.is_not_found() => Vec::new(),
        Err(error) => return Err(error.into()),
    };
    let statuses: Vec<_> = statuses.into_iter().filter(|status| is_ci(&status.context, prefix, filter)).collect();
    Ok(of(&suites, &statuses, us))
}

/// What they come to.
fn of(suites: &[CheckSuite], statuses: &[Status], us: AppId) -> Ci {
    let suites: Vec<_> = suites.iter().filter(|suite| counts(suite, us)).collect();
    if suites.is_empty() && statuses.is_empty() {
        return Ci::Nothing;
    }
    let mut running: Vec<String> = suites.iter().filter(|suite| suite.status != "completed").map(|s| name(s)).collect();
    running.extend(
        statuses.iter().filter(|status| status.state == StatusState::Pending).map(|status| status.context.clone()),
    );
    running.sort_unstable();
    running.dedup();
    if !running.is_empty() {
        return Ci::Running(running.into_iter().map(|name| format!("the end of {name}")).collect());
    }
    let good = |suite: &&CheckSuite| matches!(suite.conclusion.as_deref(), Some("success" | "neutral" | "skipped"));
    let well = suites.iter().all(good) && statuses.iter().all(|status| status.state == StatusState::Success);
    Ci::Ended { well }
}

fn counts(suite: &CheckSuite, us: AppId) -> bool {
    let Some(app) = &suite.app else { return false };
    let runs = app.slug == ACTIONS || suite.latest_check_runs_count > 0;
    // One that waits for a person's approval ends when that person likes.
    app.id != us && runs && suite.status != "waiting" && !NO_CI.contains(&app.slug.as_str())
}

fn name(suite: &CheckSuite) -> String {
    let app = suite.app.as_ref();
    app.map(|app| if app.name.is_empty() { &app.slug } else { &app.name }).cloned().unwrap_or_default()
}

fn is_ci(context: &str, prefix: &str, filter: &CiFilter) -> bool {
    let ours = context.strip_prefix(prefix).is_some_and(|rest| rest.starts_with('/'));
    if ours || context.starts_with("codecov/") {
        return false;
    }
    filter.says(context).unwrap_or_else(|| {
        let context = context.to_ascii_lowercase();
        let mut words = context.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
        words.any(|word| CI_NAMES.iter().any(|name| word == *name || (name.len() > 2 && word.contains(name))))
    })
}

#[cfg(test)]
mod tests {
    use covermark_github::SuiteApp;

    use super::{CheckSuite, Ci, CiFilter, Status, StatusState, is_ci, of};
    use covermark_types::AppId;

    fn suite(slug: &str, status: &str, conclusion: Option<&str>, runs: u64) -> CheckSuite {
        let app = SuiteApp { id: AppId(slug.len() as u64), slug: slug.to_owned(), name: String::new() };
        let conclusion = conclusion.map(str::to_owned);
        CheckSuite { id: 1, status: status.to_owned(), conclusion, app: Some(app), latest_check_runs_count: runs }
    }

    fn status(context: &str, state: StatusState) -> Status {
        Status { context: context.to_owned(), state, description: None, target_url: None }
    }

    const US: AppId = AppId(9);

    #[test]
    fn what_never_ends_is_not_waited_for() {
        let idle = [
            suite("some-linter-app", "queued", None, 0),
            suite("mergify", "in_progress", None, 1),
            suite("covermark", "in_progress", None, 2),
            suite("github-actions", "waiting", None, 1),
        ];
        assert_eq!(of(&idle, &[], US), Ci::Nothing);
    }

    #[test]
    fn a_workflow_counts_from_when_it_is_queued() {
        let queued =
            [suite("github-actions", "queued", None, 0), suite("circleci-checks", "completed", Some("success"), 3)];
        assert_eq!(of(&queued, &[], US), Ci::Running(vec!["the end of github-actions".to_owned()]));
    }

    #[test]
    fn ci_ended_well_only_when_all_of_it_did() {
        let good =
            [suite("github-actions", "completed", Some("success"), 1), suite("lint", "completed", Some("skipped"), 1)];
        assert_eq!(of(&good, &[status("ci/jenkins", StatusState::Success)], US), Ci::Ended { well: true });
        assert_eq!(of(&good, &[status("ci/jenkins", StatusState::Failure)], US), Ci::Ended { well: false });
        let bad = [suite("github-actions", "completed", Some("cancelled"), 1)];
        assert_eq!(of(&bad, &[], US), Ci::Ended { well: false });
        let pending = [status("ci/jenkins", StatusState::Pending)];
        assert_eq!(of(&good, &pending, US), Ci::Running(vec!["the end of ci/jenkins".to_owned()]));
    }

    #[test]
    fn ci_is_known_by_its_name_or_by_the_rules() {
        let filter = CiFilter { include: vec!["nightly".to_owned()], exclude: vec!["docs".to_owned()] };
        for (context, wanted) in [
            ("ci/circleci: test", true),
            ("continuous-integration/jenkins/pr-head", true),
            ("buildkite/widgets", true),
            ("nightly", true),
            ("ci/docs", false),
            ("license/cla", false),
            ("covermark/project", false),
            ("codecov/patch", false),
            ("social review", false),
        ] {
            assert_eq!(is_ci(context, "covermark", &filter), wanted, "{context}");
        }
    }
}
