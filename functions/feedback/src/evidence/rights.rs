//! What the installation lets us do. A token is asked for no more than that: GitHub refuses to make one with more.

use std::collections::BTreeMap;

use covermark_github::{Permission, Resource};

/// What was granted of what we use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rights {
    pub(crate) contents: bool,
    pub(crate) pull_requests_read: bool,
    pub(crate) pull_requests_write: bool,
    pub(crate) statuses: bool,
    /// To see how far CI is.
    pub(crate) checks_read: bool,
    pub(crate) checks: bool,
}

impl Rights {
    /// From the permissions that GitHub lists for an installation.
    pub(crate) fn of(granted: &BTreeMap<String, String>) -> Self {
        let level = |resource: Resource| granted.get(resource.name()).map_or("", String::as_str);
        let reads = |resource| matches!(level(resource), "read" | "write" | "admin");
        let writes = |resource| matches!(level(resource), "write" | "admin");
        Self {
            contents: reads(Resource::Contents),
            pull_requests_read: reads(Resource::PullRequests),
            pull_requests_write: writes(Resource::PullRequests),
            statuses: writes(Resource::Statuses),
            checks_read: reads(Resource::Checks),
            checks: writes(Resource::Checks),
        }
    }

    /// What the token is asked for.
    pub(crate) fn permissions(self) -> Vec<Permission> {
        let mut wanted = Vec::with_capacity(4);
        if self.contents {
            wanted.push(Permission::read(Resource::Contents));
        }
        if self.pull_requests_write {
            wanted.push(Permission::write(Resource::PullRequests));
        } else if self.pull_requests_read {
            wanted.push(Permission::read(Resource::PullRequests));
        }
        if self.statuses {
            wanted.push(Permission::write(Resource::Statuses));
        }
        if self.checks {
            wanted.push(Permission::write(Resource::Checks));
        } else if self.checks_read {
            wanted.push(Permission::read(Resource::Checks));
        }
        wanted
    }
}
