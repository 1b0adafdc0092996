//! Where a browser may be sent after signing in: to a page of ours and nowhere else.

use std::fmt;

use url::Url;

use super::Site;

/// Longest target that is remembered, in bytes.
const LONGEST: usize = 1024;

/// A path on our own host, in the form that a browser reads in one way only.
///
/// The rules: one leading `/`, not followed by another (a browser takes `//host` for another host); no `\` (it takes
/// that for `/`, and readers of addresses differ about where); no control characters (it strips tabs and line ends
/// before reading); at most 1,024 bytes. They hold for what was given and for what is left when dot segments are
/// resolved, since `/.//host` becomes `//host` by that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPath(String);

impl LocalPath {
    /// Reads a target that came from outside; `None` for one that might lead elsewhere, or back into signing in, which
    /// would never end.
    #[must_use]
    pub fn parse(text: &str, site: &Site) -> Option<Self> {
        if text.len() > LONGEST || !is_local(text) || text.chars().any(|c| c.is_control() || c == '\\') {
            return None;
        }
        let resolved = site.public_url().join(text).ok()?;
        if resolved.origin() != site.public_url().origin() {
            return None;
        }
        let path = local_part(&resolved);
        let returns = ["login", "logout"].iter().any(|door| is_at_or_below(resolved.path(), &site.link(door)));
        (is_local(&path) && path.len() <= 3 * LONGEST && !returns).then_some(Self(path))
    }

    /// A page of ours, `path` without a leading slash.
    #[must_use]
    pub fn of(site: &Site, path: &str) -> Self {
        Self(site.link(path))
    }

    /// The path with its query, for a `Location` header: ASCII.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LocalPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn is_local(path: &str) -> bool {
    let mut bytes = path.bytes();
    bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'))
}

fn is_at_or_below(path: &str, door: &str) -> bool {
    path.strip_prefix(door).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn local_part(url: &Url) -> String {
    let mut path = url.path().to_owned();
    for (sign, part) in [('?', url.query()), ('#', url.fragment())] {
        if let Some(part) = part {
            path.push(sign);
            path.push_str(part);
        }
    }
    path
}
