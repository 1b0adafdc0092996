//! Events about branches and tags: pushed, made, deleted.
//!
//! `push` names a reference in full (`refs/heads/main`), `create` and `delete` by its bare name and a kind. Both read as
//! the same [`Reference`], so that nobody cuts eleven characters off a name that has no prefix.

use covermark_types::{InstallationId, RepositoryId, RepositoryName};
use serde::Deserialize;

use super::{actions::Sender, event::Identified};
use crate::{lenient, resources::repositories::RepositoryReference};

/// A branch or a tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// A branch, by its bare name: `feature/x`.
    Branch(String),
    /// A tag, by its bare name.
    Tag(String),
    /// Something newer than this list.
    Other(String),
}

impl Reference {
    /// From a full name, as in `push`.
    #[must_use]
    pub fn full(name: &str) -> Self {
        match (name.strip_prefix("refs/heads/"), name.strip_prefix("refs/tags/")) {
            (Some(branch), _) => Self::Branch(branch.to_owned()),
            (None, Some(tag)) => Self::Tag(tag.to_owned()),
            (None, None) => Self::Other(name.to_owned()),
        }
    }

    fn bare(kind: &str, name: String) -> Self {
        match kind {
            "branch" => Self::Branch(name),
            "tag" => Self::Tag(name),
            _ => Self::Other(name),
        }
    }

    /// The bare name, if it is a branch.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        match self {
            Self::Branch(name) => Some(name),
            Self::Tag(_) | Self::Other(_) => None,
        }
    }
}

/// A branch or tag came or went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferenceEvent {
    /// Which.
    pub reference: Reference,
    /// Whether it is there now.
    pub created: bool,
    /// Where.
    pub repository: RepositoryReference,
    /// The repository's default branch, as far as the event says.
    pub default_branch: Option<String>,
    /// The installation that covers the repository.
    pub installation: Option<InstallationId>,
    /// By whom.
    pub sender: Option<Sender>,
}

impl ReferenceEvent {
    /// Whether it is the default branch that came or went.
    #[must_use]
    pub fn is_default_branch(&self) -> bool {
        self.reference.branch().is_some_and(|branch| self.default_branch.as_deref() == Some(branch))
    }
}

/// A repository with its default branch, as events about branches have it.
#[derive(Deserialize)]
pub(super) struct Branched {
    id: RepositoryId,
    full_name: RepositoryName,
    #[serde(default)]
    pub(super) default_branch: Option<String>,
}

impl Branched {
    pub(super) fn reference(&self) -> RepositoryReference {
        RepositoryReference { id: self.id, name: self.full_name.clone() }
    }
}

#[derive(Deserialize)]
struct Wire {
    #[serde(rename = "ref")]
    reference: String,
    #[serde(default, deserialize_with = "lenient::nullable")]
    ref_type: String,
    repository: Branched,
    #[serde(default)]
    installation: Option<Identified>,
    #[serde(default)]
    sender: Option<Sender>,
}

impl ReferenceEvent {
    /// Reads `create` or `delete`; the error is the JSON path of what is missing.
    pub(super) fn of(event: &str, body: &[u8]) -> Result<Self, String> {
        let wire: Wire = lenient::read(body).map_err(|place| place.0)?;
        Ok(Self {
            reference: Reference::bare(&wire.ref_type, wire.reference),
            created: event == "create",
            repository: wire.repository.reference(),
            default_branch: wire.repository.default_branch,
            installation: wire.installation.map(|it| it.id),
            sender: wire.sender,
        })
    }
}
