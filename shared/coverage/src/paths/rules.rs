//! The repository's own rules for paths, and the whole way of one path through them and the file list.

use std::borrow::Cow;

use super::{DropReason, Dropped, Network, Sources, Tries, normal};

/// What a repository says of its paths (codecov.yml's `fixes`, `ignore`, `disable_default_path_fixes`); every part may
/// be left as it is. Whoever reads the configuration implements this.
pub trait Rules {
    /// The path by the rules that replace its beginning (`before::after`, `before::`), to be looked up then. It comes
    /// with forward slashes, without `.` and `..`, and with its first slash when it is absolute.
    fn replaced<'p>(&self, path: &'p str) -> Cow<'p, str> {
        path.into()
    }

    /// The path by the rule that puts a folder in front (`::src/`); one that has it keeps it.
    fn prefixed<'p>(&self, path: &'p str) -> Cow<'p, str> {
        path.into()
    }

    /// Whether a repository path is left out of every report.
    fn ignored(&self, _path: &str) -> bool {
        false
    }

    /// Whether a path must be in the file list as it is, after `replaced`: no endings, no roots.
    fn exact_only(&self) -> bool {
        false
    }
}

/// No rules.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoRules;

impl Rules for NoRules {}

/// What became of a path that was not dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Resolved {
    /// The repository's path.
    Found(String),
    /// The repository wants it left out.
    Ignored,
}

/// The file list and the rules together.
pub(crate) struct Resolver<'a> {
    pub(crate) network: &'a Network,
    rules: &'a dyn Rules,
    /// The file list has files below the prefix: it is the whole repository's, and not that of the folder alone.
    prefix_is_listed: bool,
    tries: Tries,
}

impl<'a> Resolver<'a> {
    pub(crate) fn new(network: &'a Network, rules: &'a dyn Rules) -> Resolver<'a> {
        // Without a prefix rule the first file says so: nothing is searched.
        let prefix_is_listed = network.files().any(|file| rules.prefixed(file) == file);
        Resolver { network, rules, prefix_is_listed, tries: Tries::default() }
    }

    /// The repository's path for a report's path.
    pub(crate) fn resolve(&self, raw: &str, sources: &Sources) -> Result<Resolved, Dropped> {
        let dropped = |reason| Dropped { path: raw.to_owned(), reason };
        let spelled = normal::normalise(raw).ok_or_else(|| dropped(DropReason::Invalid))?.spelled();
        let replaced = self.rules.replaced(&spelled);
        // As it was written, it still tells that it led out of its folder (`../a.c`), which the clean one does not.
        let path = if replaced == spelled { raw } else { &replaced };
        let found = self.placed(path, &replaced, sources).map_err(|Dropped { reason, .. }| dropped(reason))?;
        Ok(if self.rules.ignored(&found) { Resolved::Ignored } else { Resolved::Found(found) })
    }

    fn placed(&self, path: &str, clean: &str, sources: &Sources) -> Result<String, Dropped> {
        if self.network.is_empty() {
            let found = self.network.resolve_below(path, sources, &self.tries)?;
            return Ok(self.rules.prefixed(&found).into_owned());
        }
        let prefixed = self.rules.prefixed(clean);
        if prefixed != clean && self.network.contains(&prefixed) {
            return Ok(prefixed.into_owned());
        }
        let found = if self.rules.exact_only() {
            self.network.as_it_stands(path)?
        } else {
            self.network.resolve_below(path, sources, &self.tries)?
        };
        // A file of the repository stays where it is; a list of one folder's files needs the folder in front.
        if self.prefix_is_listed { Ok(found) } else { Ok(self.rules.prefixed(&found).into_owned()) }
    }
}
