//! For a key that nobody knows: the one that was most likely meant.

use super::dotted;
use super::schema::{self, Key, Used};
use crate::problem::nearest;

/// What was most likely meant.
pub(super) enum Meant {
    /// A key of this name in the same place.
    Sibling(&'static str),
    /// A key of this name in another place, spelt exactly so or nearly.
    Elsewhere { parent: String, key: String, exact: bool },
}

impl Meant {
    /// The whole key, with dots; `path` is that of the group that the unknown key stands in.
    pub(super) fn whole(&self, path: &[String]) -> String {
        let (parent, key) = match self {
            Meant::Sibling(key) => (dotted(path), (*key).to_owned()),
            Meant::Elsewhere { parent, key, .. } => (parent.clone(), key.clone()),
        };
        if parent.is_empty() { key } else { format!("{parent}.{key}") }
    }
}

/// "under `coverage.status`", or where there is nothing above.
pub(super) fn under(parent: &str) -> String {
    if parent.is_empty() { "at the top of the file".to_owned() } else { format!("under `{parent}`") }
}

/// The key that was meant. `path` ends with the unknown key itself.
pub(super) fn meant(path: &[String], name: &str, siblings: &'static [Key]) -> Option<Meant> {
    if let Some(meant) = nearest(name, siblings.iter().map(|key| key.name)) {
        return Some(Meant::Sibling(meant));
    }
    let mut places: Vec<String> = Vec::new();
    schema::each(&mut |path, key| {
        if matches!(key.used, Used::Here) {
            places.push(path.to_owned());
        }
    });
    let path = dotted(path);
    let mut best: Option<(usize, usize, String, bool)> = None;
    for place in places {
        let last = place.rsplit('.').next().unwrap_or(&place);
        let exact = last == name;
        // Only whole words are looked for from afar: short ones are near to too many.
        if !exact && (name.len() < 6 || nearest(name, [last]).is_none()) {
            continue;
        }
        let rank = (usize::from(!exact), usize::MAX - shared(&place, &path));
        if best.as_ref().is_none_or(|(inexact, far, ..)| rank < (*inexact, *far)) {
            best = Some((rank.0, rank.1, place, exact));
        }
    }
    best.map(|(_, _, place, exact)| {
        let (parent, key) = place.rsplit_once('.').unwrap_or(("", &place));
        Meant::Elsewhere { parent: parent.to_owned(), key: key.to_owned(), exact }
    })
}

/// How many first parts two paths have in common.
fn shared(a: &str, b: &str) -> usize {
    a.split('.').zip(b.split('.')).take_while(|(a, b)| a == b).count()
}
