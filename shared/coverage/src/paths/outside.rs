//! Paths that belong to the machine: system headers, toolchains, installed packages.
//!
//! Compilers and test runners report on what they inline or load, so nearly every C++ report names `/usr/include`. No
//! file of a repository is meant by such a path, however alike its ending looks.

/// The beginnings of absolute paths, without the first slash and without a drive.
const SYSTEM: &[&str] = &[
    "usr/include",
    "usr/lib",
    "usr/lib64",
    "usr/libexec",
    "usr/share",
    "usr/local/include",
    "usr/local/lib",
    "usr/local/go",
    "usr/local/rustup",
    "usr/local/cargo",
    "opt/hostedtoolcache",
    "opt/homebrew",
    "nix/store",
    "Applications/Xcode.app",
    "Library/Developer",
    "Library/Frameworks",
    "System/Library",
    "rustc",
    "Program Files",
    "Program Files (x86)",
    "hostedtoolcache",
    "msys64",
];

/// Folders that hold what somebody else wrote, anywhere in a path: two components are one after the other.
const PACKAGES: &[&str] = &[
    "site-packages",
    "dist-packages",
    "node_modules",
    ".cargo/registry",
    ".rustup/toolchains",
    "pkg/mod",
    ".m2/repository",
    ".gradle/caches",
    ".nuget/packages",
    ".pub-cache",
    "vendor/bundle",
    "vcpkg/installed",
    ".conan/data",
    ".conan2/p",
    "deps/hex",
];

/// Where a path belongs that is not in the repository as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outside<'p> {
    /// To the system; nothing in the repository is meant.
    System,
    /// To a folder of installed packages, with what follows it. The project itself may be installed there: tox runs the
    /// tests against `site-packages/widgets/a.py`.
    Package(&'p str),
}

/// Whether a cleaned path is one of the machine's.
pub(super) fn outside(path: &str, absolute: bool) -> Option<Outside<'_>> {
    // The packages first: `/usr/lib/python3/dist-packages/widgets/a.py` may be the project's.
    for folder in PACKAGES {
        if let Some(rest) = path.match_indices(folder).filter_map(|(at, _)| behind(path, at, folder.len())).last() {
            return Some(Outside::Package(rest));
        }
    }
    let system =
        absolute && SYSTEM.iter().any(|start| path.starts_with(start) && behind(path, 0, start.len()).is_some());
    system.then_some(Outside::System)
}

/// What follows the folder at `at`, if whole components stand there.
fn behind(path: &str, at: usize, length: usize) -> Option<&str> {
    let begins = at == 0 || path.as_bytes()[at - 1] == b'/';
    path[at + length..].strip_prefix('/').filter(|_| begins)
}
