//! Verdicts to what people read: the comment's text and the statuses, as values.
//!
//! Pure: no clock, no GitHub, the same verdicts give the same text to the last byte, which is what lets `post` skip
//! writing. The order of things is that of the house's page on what people read.

mod checks;
mod comment;
mod details;
mod escape;
mod heading;
mod numbers;
mod project;
mod sections;
mod status;
mod view;

use covermark_policy::{Behavior, Change, CommentRule, VerdictKind};
use covermark_state::report_view::ReportView;
use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId, RepositoryName};
use sha2::{Digest as _, Sha256};
use url::Url;

pub(crate) use self::status::{VerdictState, WantedVerdict};
use crate::judge::{PatchCoverage, Verdicts, Why};

/// Where the text will stand, for its links and its marker.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Which GitHub.
    pub provider: Provider,
    /// GitHub's web address.
    pub web: Url,
    /// Our own pages' address.
    pub pages: Url,
    /// The repository.
    pub repository: RepositoryId,
    /// Its name now.
    pub name: RepositoryName,
}

/// What should be seen on GitHub.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WantedFeedback {
    /// The comment's whole text; `None` where there is no pull request or the repository wants none.
    pub comment: Option<WantedComment>,
    /// The verdicts on the commit.
    pub verdicts: Vec<WantedVerdict>,
    /// What they should be.
    pub channel: Channel,
    /// The same for the report page.
    pub view: ReportView,
}

/// The comment as it should stand on the pull request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct WantedComment {
    /// The whole text, marker included.
    pub text: String,
    /// What becomes of an earlier one.
    pub behavior: Behavior,
    /// Whether to make one where there is none (`require_changes`); one that is there is kept up to date in any case.
    pub first: bool,
}

/// What a verdict is posted as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Channel {
    /// Check runs where the App may make them, else commit statuses.
    #[default]
    Best,
    /// Commit statuses, by the repository's choice.
    Statuses,
}

/// What the verdicts look like at `place`.
#[must_use]
pub(crate) fn render(verdicts: &Verdicts, place: &Place) -> WantedFeedback {
    let rule = verdicts.comment.as_ref();
    let comment = verdicts.pull.zip(rule).map(|(pull, rule)| WantedComment {
        text: comment::text(verdicts, place, pull),
        behavior: rule.behavior,
        first: wanted_at_all(verdicts, rule),
    });
    let channel = match verdicts.checks.kind {
        VerdictKind::Statuses => Channel::Statuses,
        VerdictKind::Auto | VerdictKind::Checks => Channel::Best,
    };
    let posted = status::verdicts(verdicts, place);
    let view = view::view(verdicts, &posted);
    WantedFeedback { comment, verdicts: posted, channel, view }
}

/// Whether enough has changed for a first comment (`require_changes`, `after_n_builds`). What is not known counts as
/// changed: silence would say that nothing did.
fn wanted_at_all(verdicts: &Verdicts, rule: &CommentRule) -> bool {
    let metric = verdicts.style.metric;
    let enough = verdicts.uploads.here >= usize::try_from(rule.after_n_builds).unwrap_or(usize::MAX);
    let happened = |change: Change| match (change, &verdicts.patch, &verdicts.project.compared) {
        (Change::Any, Some(PatchCoverage::NothingMeasured), _) => !verdicts.indirect.is_empty(),
        (Change::CoverageDrop, _, Some(compared)) => {
            let (head, base) = (compared.head.ratio(metric), compared.base.ratio(metric));
            head.compare(&base) == Some(std::cmp::Ordering::Less)
        }
        (Change::UncoveredPatch, Some(PatchCoverage::NothingMeasured), _) => false,
        (Change::UncoveredPatch, Some(PatchCoverage::Lines { totals, .. }), _) => !totals.ratio(metric).is_full(),
        _ => true,
    };
    // The incumbent says nothing at all when CI failed; what was said before is kept up to date.
    let failed = verdicts.judgements.iter().any(|one| one.judged.stopped() == Some(Why::CiFailed));
    enough && !failed && rule.require_changes.met(happened)
}

/// The first line of our comment, which nobody sees, by which it is found again.
#[must_use]
pub(crate) fn marker(place: &Place, pull: PullNumber) -> String {
    format!("<!-- covermark:comment:{}:{}:{pull} -->", place.provider, place.repository)
}

impl Place {
    /// The pull request's page.
    #[must_use]
    pub(crate) fn pull(&self, pull: PullNumber) -> String {
        self.page(&["pull", &pull.to_string()])
    }

    /// The commit's page.
    pub(crate) fn commit(&self, sha: &CommitSha) -> String {
        self.page(&["commit", sha.as_str()])
    }

    /// Our page about what was judged.
    pub(crate) fn report(&self, verdicts: &Verdicts) -> String {
        match verdicts.pull {
            Some(pull) => self.report_page(&["pull", &pull.to_string()]).into(),
            None => self.report_page(&["commit", verdicts.head.as_str()]).into(),
        }
    }

    /// A page of ours about the repository.
    pub(crate) fn report_page(&self, segments: &[&str]) -> Url {
        let mut url = self.pages.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty();
            path.extend([self.provider.as_str(), self.name.owner(), self.name.name()]).extend(segments);
        }
        url
    }

    /// The file in the pull request's diff. GitHub names the place by the hash of the path as it is in the repository.
    pub(crate) fn file(&self, pull: PullNumber, path: &str) -> String {
        format!("{}/files#diff-{}", self.pull(pull), hex::encode(Sha256::digest(path.as_bytes())))
    }

    fn page(&self, segments: &[&str]) -> String {
        let mut url = self.web.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend([self.name.owner(), self.name.name()]).extend(segments);
        }
        url.into()
    }
}

#[cfg(test)]
mod tests;
