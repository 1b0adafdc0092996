//! Where CI systems check repositories out, so that a path can be made relative without knowing the files.

/// One component each; `*` is any one component. Where one begins another, the longer one stands first.
const ROOTS: &[&[&str]] = &[
    // GitHub Actions: Linux, macOS, containers, self-hosted, Windows with its drive off. Azure Pipelines look alike.
    &["home", "runner", "work", "*", "*"],
    &["Users", "runner", "work", "*", "*"],
    &["runner", "_work", "*", "*"],
    &["actions-runner", "_work", "*", "*"],
    &["opt", "actions-runner", "_work", "*", "*"],
    &["home", "runner", "actions-runner", "_work", "*", "*"],
    &["home", "runner", "_work", "*", "*"],
    &["github", "workspace"],
    &["__w", "*", "*"],
    &["home", "vsts", "work", "*", "*"],
    &["a", "*", "*"],
    // GitLab, CircleCI, Travis, AppVeyor.
    &["builds", "*", "*"],
    &["home", "circleci", "*"],
    &["root", "project"],
    &["home", "travis", "build", "*", "*"],
    &["Users", "travis", "build", "*", "*"],
    &["projects", "*"],
    // Jenkins.
    &["var", "lib", "jenkins", "workspace", "*"],
    &["var", "jenkins_home", "workspace", "*"],
    &["home", "jenkins", "agent", "workspace", "*"],
    &["home", "jenkins", "workspace", "*"],
    &["jenkins", "workspace", "*"],
    // Bitbucket, Buildkite, Drone, Semaphore, Cirrus, TeamCity, CodeBuild, Cloud Build.
    &["opt", "atlassian", "pipelines", "agent", "build"],
    &["var", "lib", "buildkite-agent", "builds", "*", "*", "*"],
    &["drone", "src"],
    &["home", "semaphore", "*"],
    &["tmp", "cirrus-ci-build"],
    &["opt", "buildagent", "work", "*"],
    &["codebuild", "output", "*", "src", "*", "*", "*"],
    &["workspace"],
    // Containers by convention.
    &["usr", "src", "app"],
    &["app"],
];

/// Hosts whose Go import paths begin with owner and repository.
const HOSTS: &[&str] = &["github.com", "gitlab.com", "bitbucket.org", "codeberg.org"];

/// What is left of a path below a CI root; `None` when it is below none. A relative path can only have a Go import
/// path in front.
pub(super) fn strip(path: &str, absolute: bool) -> Option<&str> {
    if !absolute {
        let (host, rest) = path.split_once('/')?;
        return HOSTS.contains(&host).then(|| skip(rest, 2)).flatten();
    }
    ROOTS.iter().find_map(|root| below(path, root))
}

/// Without the major version that a Go import path has behind its repository: `v2/pkg/x.go` is `pkg/x.go`, unless the
/// folder is there.
pub(super) fn unversioned(inside: &str) -> Option<&str> {
    let (version, rest) = inside.split_once('/')?;
    let digits = version.strip_prefix('v')?;
    (!digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(rest)
}

/// Folders between a JVM module and its packages.
const SOURCE_ROOTS: &[&str] = &["java", "kotlin", "scala", "groovy"];

/// Whether `file`, which ends in `ending`, lies below the folder `module`: JaCoCo names files by module, package and
/// name (`core/com/acme/A.java`), and leaves out the source root between the first two.
pub(super) fn in_module(file: &str, ending: &str, module: &str) -> bool {
    let Some(folders) = file.len().checked_sub(ending.len()).map(|length| &file[..length]) else { return false };
    !module.is_empty() && format!("/{folders}").contains(&format!("/{module}/"))
}

/// Whether a file is Kotlin's below a source root: by Kotlin's own advice the folders of the packages that all files
/// share are left out, so that `com/acme/A.kt` is `src/main/kotlin/A.kt`.
pub(super) fn kotlin(file: &str) -> bool {
    file.ends_with(".kt") && file.split('/').any(|part| SOURCE_ROOTS.contains(&part))
}

fn below<'p>(path: &'p str, root: &[&str]) -> Option<&'p str> {
    let mut parts = path.split('/');
    let matches = root.iter().all(|wanted| parts.next().is_some_and(|part| *wanted == "*" || part == *wanted));
    matches.then(|| skip(path, root.len())).flatten()
}

/// Without the first `count` components; `None` when nothing would be left.
fn skip(path: &str, count: usize) -> Option<&str> {
    (0..count).try_fold(path, |path, _| path.split_once('/').map(|(_, rest)| rest))
}
