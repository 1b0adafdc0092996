//! Where the file may be.

/// Every place, the first one that is there counts: the root before `.github` before `dev`, and in each of them ours
/// before the incumbent's.
pub const PLACES: [&str; 24] = [
    "covermark.yml",
    ".covermark.yml",
    "covermark.yaml",
    ".covermark.yaml",
    "codecov.yml",
    ".codecov.yml",
    "codecov.yaml",
    ".codecov.yaml",
    ".github/covermark.yml",
    ".github/.covermark.yml",
    ".github/covermark.yaml",
    ".github/.covermark.yaml",
    ".github/codecov.yml",
    ".github/.codecov.yml",
    ".github/codecov.yaml",
    ".github/.codecov.yaml",
    "dev/covermark.yml",
    "dev/.covermark.yml",
    "dev/covermark.yaml",
    "dev/.covermark.yaml",
    "dev/codecov.yml",
    "dev/.codecov.yml",
    "dev/codecov.yaml",
    "dev/.codecov.yaml",
];

/// The files that may be it, the likeliest first, out of the names in the root, in `.github` and in `dev`. A listing
/// that is not known (`None`) rules nothing out. Without a folder in the root's listing, give `Some(&[])` for it.
#[must_use]
pub fn choose(root: Option<&[String]>, github: Option<&[String]>, dev: Option<&[String]>) -> Vec<&'static str> {
    let there = |listing: Option<&[String]>, name: &str| listing.is_none_or(|names| names.iter().any(|n| n == name));
    let is_candidate = |place: &&str| match place.split_once('/') {
        None => there(root, place),
        Some((folder, name)) => there(root, folder) && there(if folder == "dev" { dev } else { github }, name),
    };
    PLACES.into_iter().filter(is_candidate).collect()
}
