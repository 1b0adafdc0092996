//! Verdicts to what people read: the comment's text and the statuses, as values.
//!
//! Pure: no clock, no GitHub, the same verdicts give the same text to the last byte, which is what lets `post` skip
//! writing. The order of things is that of the house's page on what people read.

mod comment;
mod details;
mod escape;
mod heading;
mod numbers;
mod status;

use covermark_policy::Behavior;
use covermark_types::{CommitSha, Provider, PullNumber, RepositoryId, RepositoryName};
use sha2::{Digest as _, Sha256};
use url::Url;

pub(crate) use self::status::{VerdictState, WantedVerdict};
use crate::judge::Verdicts;

/// Where the text will stand, for its links and its marker.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Which GitHub.
    pub provider: Provider,
    /// GitHub's web address.
    pub web: Url,
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
    let comment = verdicts.pull.filter(|_| verdicts.comment).map(|pull| WantedComment {
        text: comment::text(verdicts, place, pull),
        behavior: Behavior::Default,
        first: true,
    });
    WantedFeedback { comment, verdicts: status::statuses(verdicts), channel: Channel::Best }
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
