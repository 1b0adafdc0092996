//! The repository's files, and finding the one a report means.
//!
//! The paths are sorted by their components from the last to the first, so that all files that end alike stand
//! together: every question is a binary search, however many files are called `index.ts`. Letters are compared
//! without case (Windows and macOS), an exact match wins.

use std::cmp::Ordering;
use std::ops::Range;

use super::normal::{self, Normal};
use super::outside::{Outside, outside};
use super::{DropReason, Dropped, Sources, Tries, roots};

/// The files of a commit. An empty one means that nobody listed them.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// Sorted by [`backwards`].
    paths: Vec<Box<str>>,
}

impl Network {
    /// From repository paths in any order. Unusable names are passed over.
    #[must_use]
    pub fn new(paths: impl IntoIterator<Item = impl AsRef<str>>) -> Network {
        let mut paths: Vec<Box<str>> = paths
            .into_iter()
            .filter_map(|path| normal::normalise(path.as_ref()))
            .map(|path| path.path.into_boxed_str())
            .collect();
        paths.sort_unstable_by(|a, b| backwards(a, b).then_with(|| a.cmp(b)));
        paths.dedup();
        Network { paths }
    }

    /// Whether there is no file list to look paths up in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The files, in no order that means anything.
    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.paths.iter().map(AsRef::as_ref)
    }

    /// Whether exactly this path is a file, letters and all.
    pub(crate) fn contains(&self, path: &str) -> bool {
        self.exact(path) == Some(path)
    }

    /// The file of this path and nothing cleverer.
    pub(crate) fn as_it_stands(&self, raw: &str) -> Result<String, Dropped> {
        let path = normal::normalise(raw).filter(|path| !path.escapes);
        let dropped = |reason| Dropped { path: raw.to_owned(), reason };
        let path = path.ok_or_else(|| dropped(DropReason::Invalid))?;
        self.exact(&path.path).map(str::to_owned).ok_or_else(|| dropped(DropReason::Unknown))
    }

    /// The repository's path for a report's path. `sources` are the folders that the report says its paths may be
    /// relative to. In this order: below a source folder, as it stands, below a known CI root, and by the longest
    /// ending that only one file of the repository has (at least the name and one folder, or all of the path). Of a
    /// path that belongs to the machine, only what is below a package folder is looked up, as a whole.
    ///
    /// # Errors
    /// When there is no such file, or no telling which.
    pub fn resolve(&self, raw: &str, sources: &[String]) -> Result<String, Dropped> {
        self.resolve_below(raw, &Sources::new(sources), &Tries::default())
    }

    /// [`Network::resolve`] for many paths of one report.
    pub(crate) fn resolve_below(&self, raw: &str, sources: &Sources, tries: &Tries) -> Result<String, Dropped> {
        let dropped = |reason| Dropped { path: raw.to_owned(), reason };
        let path = normal::normalise(raw).ok_or_else(|| dropped(DropReason::Invalid))?;
        if self.is_empty() { believe(&path, &sources.named) } else { self.look_up(&path, sources, tries) }
            .map_err(dropped)
    }

    fn look_up(&self, path: &Normal, sources: &Sources, tries: &Tries) -> Result<String, DropReason> {
        if !path.absolute
            && let Some(found) = self.below_sources(path, &sources.named, tries)
        {
            return found;
        }
        let stripped = roots::strip(&path.path, path.absolute);
        let candidates =
            [(!path.escapes).then_some(path.path.as_str()), stripped, stripped.and_then(roots::unversioned)];
        if let Some(found) = candidates.into_iter().flatten().find_map(|candidate| self.exact(candidate)) {
            return Ok(found.to_owned());
        }
        // An installed package's folder inside the checkout (.tox, node_modules) is as foreign as one outside.
        match outside(&path.path, path.absolute) {
            Some(Outside::System) => return Err(DropReason::Outside),
            Some(Outside::Package(inside)) => return self.whole_ending(inside).ok_or(DropReason::Outside),
            None => {}
        }
        if !path.absolute
            && let Some(found) = sources.own.as_ref().and_then(|own| self.beside(own, path, tries))
        {
            return Ok(found.to_owned());
        }
        // Of an absolute path, a name alone says nothing: its folder is known and is another one.
        self.by_ending(stripped.unwrap_or(&path.path), !path.absolute && stripped.is_none())
    }

    /// The file of a relative path that begins in the report's folder, or in one of those above it.
    fn beside(&self, own: &Normal, path: &Normal, tries: &Tries) -> Option<&str> {
        let mut folder = roots::strip(&own.path, own.absolute).unwrap_or(&own.path);
        loop {
            if !tries.take() {
                return None;
            }
            if let Some(found) = self.exact(&format!("{folder}/{}", path.path)) {
                return Some(found);
            }
            folder = &folder[..folder.rfind('/')?];
        }
    }

    /// The one file that ends in all of `path`, which has a folder at least.
    fn whole_ending(&self, path: &str) -> Option<String> {
        let files = || self.paths[self.ending(path)].iter().map(AsRef::<str>::as_ref);
        only(files()).filter(|_| path.contains('/')).map(str::to_owned)
    }

    /// A relative path together with its folders: first where the checkout's root is known, then by the longest
    /// ending of folder and path that is a file. `None` when no folder adds anything, or none leads to a file.
    fn below_sources(&self, path: &Normal, sources: &[Normal], tries: &Tries) -> Option<Result<String, DropReason>> {
        let mut found: Option<&str> = None;
        for source in sources {
            let joined = normal::join(source, &path.path);
            let known = roots::strip(&joined, source.absolute).and_then(|inside| self.exact(inside));
            let Some(file) = known.or_else(|| self.contained(&joined, path.path.len(), tries)) else { continue };
            if found.is_some_and(|other| other != file) {
                return Some(Err(DropReason::Ambiguous));
            }
            found = Some(file);
        }
        found.map(|file| Ok(file.to_owned()))
    }

    /// The longest ending of `path`, at least `least` bytes of it, that is a file of the repository.
    fn contained(&self, path: &str, least: usize, tries: &Tries) -> Option<&str> {
        let mut rest = path;
        while rest.len() >= least && tries.take() {
            if let Some(found) = self.exact(rest) {
                return Some(found);
            }
            rest = rest.split_once('/')?.1;
        }
        None
    }

    /// The file of this path; of another case when there is only one such.
    fn exact(&self, path: &str) -> Option<&str> {
        let start = self.paths.partition_point(|known| backwards(known, path) == Ordering::Less);
        let rest = &self.paths[start..];
        let same = &rest[..rest.iter().take_while(|known| known.eq_ignore_ascii_case(path)).count()];
        match same {
            [only] => Some(only),
            several => several.iter().find(|known| ***known == *path).map(|known| &**known),
        }
    }

    /// The one file that shares the longest ending with `path`: the name and a folder at least, or just the name when
    /// that is all there is and `name_is_enough`.
    fn by_ending(&self, path: &str, name_is_enough: bool) -> Result<String, DropReason> {
        let starts: Vec<usize> =
            std::iter::once(0).chain(memchr::memchr_iter(b'/', path.as_bytes()).map(|at| at + 1)).collect();
        // Endings grow from the name alone; the files that share them only get fewer, so search for the last shared.
        let shared = starts.partition_point(|start| self.ending(&path[*start..]).is_empty());
        let Some(start) = starts.get(shared) else { return Err(DropReason::Unknown) };
        let ending = &path[*start..];
        let files = || self.paths[self.ending(ending)].iter().map(AsRef::<str>::as_ref);
        let is_enough = ending.contains('/') || (name_is_enough && *start == 0);
        if !is_enough {
            return only(files()).filter(|file| roots::kotlin(file)).map(str::to_owned).ok_or(DropReason::Unknown);
        }
        let module = &path[..start.saturating_sub(1)];
        only(files())
            .or_else(|| only(files().filter(|file| roots::in_module(file, ending, module))))
            .or_else(|| only(files().filter(|file| file.len() == ending.len())))
            .or_else(|| only(files().filter(|file| file.ends_with(ending))))
            .map(str::to_owned)
            .ok_or(DropReason::Ambiguous)
    }

    /// The files that end in all components of `ending`.
    fn ending(&self, ending: &str) -> Range<usize> {
        let order = |known: &str| {
            if ends_in(known, ending) { Ordering::Equal } else { backwards(known, ending) }
        };
        let start = self.paths.partition_point(|known| order(known) == Ordering::Less);
        let length = self.paths[start..].partition_point(|known| order(known) == Ordering::Equal);
        start..start + length
    }
}

fn only<T>(mut items: impl Iterator<Item = T>) -> Option<T> {
    let first = items.next()?;
    items.next().is_none().then_some(first)
}

/// Without a file list: what is below a known root or a relative source folder, and relative paths as they stand.
fn believe(path: &Normal, sources: &[Normal]) -> Result<String, DropReason> {
    if outside(&path.path, path.absolute).is_some() {
        return Err(DropReason::Outside);
    }
    if let Some(inside) = roots::strip(&path.path, path.absolute) {
        return Ok(inside.to_owned());
    }
    if path.absolute {
        return Err(DropReason::Absolute);
    }
    if path.escapes {
        return Err(DropReason::Invalid);
    }
    // One folder can be trusted; of several, only the file list could tell which.
    let [source] = sources else { return Ok(path.path.clone()) };
    let joined = normal::join(source, &path.path);
    match roots::strip(&joined, source.absolute) {
        Some(inside) if source.absolute => Ok(inside.to_owned()),
        _ if source.absolute || source.escapes => Ok(path.path.clone()),
        _ => Ok(joined),
    }
}

/// Whether all components of `ending` end `path`, letters without case.
fn ends_in(path: &str, ending: &str) -> bool {
    let (path, ending) = (path.as_bytes(), ending.as_bytes());
    path.len() >= ending.len()
        && path[path.len() - ending.len()..].eq_ignore_ascii_case(ending)
        && (path.len() == ending.len() || path[path.len() - ending.len() - 1] == b'/')
}

/// Compares from the last component to the first, so that a shorter path stands before those that continue it. A slash
/// sorts below every other byte, which keeps all paths with one ending together.
fn backwards(a: &str, b: &str) -> Ordering {
    let key = |byte: &u8| if *byte == b'/' { 0 } else { byte.to_ascii_lowercase() };
    a.as_bytes().iter().rev().map(key).cmp(b.as_bytes().iter().rev().map(key))
}
