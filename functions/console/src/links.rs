//! Addresses on GitHub, made from ids and names of ours: nothing that an uploader wrote becomes one, but for the CI run's
//! page, which must be a web address.

use covermark_types::{CommitSha, PullNumber, RepositoryName};
use url::Url;

/// Where a repository is on GitHub.
pub(crate) struct Links {
    web: Option<Url>,
    name: RepositoryName,
}

impl Links {
    /// `web` is GitHub's own address; without one there are no links.
    pub(crate) fn new(web: Option<Url>, name: RepositoryName) -> Self {
        Self { web, name }
    }

    /// The pull request.
    pub(crate) fn pull(&self, number: PullNumber) -> Option<String> {
        self.page(&["pull", &number.to_string()], None)
    }

    /// The commit.
    pub(crate) fn commit(&self, sha: &CommitSha) -> Option<String> {
        self.page(&["commit", sha.as_str()], None)
    }

    /// Lines of a file at a commit.
    pub(crate) fn lines(&self, sha: &CommitSha, path: &str, first: u32, last: u32) -> Option<String> {
        let mut segments = vec!["blob", sha.as_str()];
        segments.extend(path.split('/'));
        let lines = if first == last { format!("L{first}") } else { format!("L{first}-L{last}") };
        self.page(&segments, Some(&lines))
    }

    fn page(&self, segments: &[&str], fragment: Option<&str>) -> Option<String> {
        let mut url = self.web.clone()?;
        url.path_segments_mut().ok()?.pop_if_empty().extend([self.name.owner(), self.name.name()]).extend(segments);
        url.set_fragment(fragment);
        Some(url.into())
    }
}

/// An address that an uploader named, if a browser may be sent there.
pub(crate) fn web_address(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    (matches!(url.scheme(), "https" | "http") && url.host().is_some()).then(|| url.into())
}
