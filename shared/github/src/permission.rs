//! What a token may do: one repository or all of an installation, and no more permissions than the work needs.
//!
//! A leaked token of this kind can, for an hour, comment on one repository; it cannot read another one's code.

use std::collections::BTreeMap;

use covermark_types::{InstallationId, RepositoryId};
use serde_json::{Value, json};

/// A group of GitHub's endpoints that is granted as one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Resource {
    /// Workflows and their runs.
    Actions,
    /// Check runs and suites.
    Checks,
    /// Files, commits, branches, comparisons.
    Contents,
    /// What every installation may read: the repository itself.
    Metadata,
    /// Pull requests and the comments on them.
    PullRequests,
    /// Webhooks of the repository itself.
    RepositoryHooks,
    /// Commit statuses.
    Statuses,
}

impl Resource {
    /// GitHub's name of it, as in an App's manifest and in `x-accepted-github-permissions`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Actions => "actions",
            Self::Checks => "checks",
            Self::Contents => "contents",
            Self::Metadata => "metadata",
            Self::PullRequests => "pull_requests",
            Self::RepositoryHooks => "repository_hooks",
            Self::Statuses => "statuses",
        }
    }
}

/// How far a permission goes. Write includes read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Access {
    /// Looking.
    Read,
    /// Changing.
    Write,
}

/// One permission of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    /// What it is for.
    pub resource: Resource,
    /// How far it goes.
    pub access: Access,
}

impl Permission {
    /// Permission to read.
    #[must_use]
    pub const fn read(resource: Resource) -> Self {
        Self { resource, access: Access::Read }
    }

    /// Permission to read and write.
    #[must_use]
    pub const fn write(resource: Resource) -> Self {
        Self { resource, access: Access::Write }
    }
}

/// What a token is for; the key of the token cache, so equal sets in any order are equal scopes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Scope {
    pub(crate) installation: InstallationId,
    repositories: Vec<RepositoryId>,
    permissions: BTreeMap<Resource, Access>,
}

impl Scope {
    /// A token for `repositories` (none: all of the installation's) with `permissions`. No permission at all means
    /// reading metadata: to GitHub an empty list would mean everything that the App was granted.
    pub(crate) fn new(installation: InstallationId, repositories: &[RepositoryId], permissions: &[Permission]) -> Self {
        let mut repositories = repositories.to_vec();
        repositories.sort_unstable();
        repositories.dedup();
        let mut granted = BTreeMap::new();
        for permission in permissions {
            let access = granted.entry(permission.resource).or_insert(permission.access);
            *access = permission.access.max(*access);
        }
        if granted.is_empty() {
            granted.insert(Resource::Metadata, Access::Read);
        }
        Self { installation, repositories, permissions: granted }
    }

    /// Body of `POST /app/installations/{id}/access_tokens`.
    pub(crate) fn body(&self) -> Value {
        let permissions: BTreeMap<_, _> = self
            .permissions
            .iter()
            .map(|(resource, access)| (resource.name(), if *access == Access::Read { "read" } else { "write" }))
            .collect();
        if self.repositories.is_empty() {
            json!({ "permissions": permissions })
        } else {
            json!({ "repository_ids": self.repositories, "permissions": permissions })
        }
    }
}
