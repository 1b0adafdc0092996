//! What a token says about the run that it was given to. Only what is used; GitHub's tokens say more.

use covermark_types::{AccountId, CommitSha, PullNumber, RepositoryId, RepositoryName};
use serde::{Deserialize, Deserializer, de};

use crate::resources::workflow_runs::RunId;

/// The part that is compared before the signature is checked.
#[derive(Deserialize)]
pub(super) struct Said {
    #[serde(default)]
    pub(super) iss: String,
}

/// A verified token's claims.
#[derive(Clone, Debug, Deserialize)]
pub struct Claims {
    /// The audiences.
    #[serde(default, deserialize_with = "one_or_many")]
    pub(super) aud: Vec<String>,
    /// Ends, in seconds since 1970.
    pub(super) exp: i64,
    /// Issued.
    pub(super) iat: i64,
    /// Not good before.
    #[serde(default)]
    pub(super) nbf: Option<i64>,
    /// The repository whose workflow runs: its id, which stays through renames.
    #[serde(deserialize_with = "number")]
    pub repository_id: RepositoryId,
    /// The same by name, for people.
    pub repository: RepositoryName,
    /// Whose it is.
    #[serde(deserialize_with = "number")]
    pub repository_owner_id: AccountId,
    /// The commit that the run is for: of a pull request GitHub's trial merge, not the head.
    pub sha: CommitSha,
    /// The git reference that the run is for: `refs/heads/main`, `refs/pull/7/merge`.
    #[serde(rename = "ref", default)]
    pub reference: String,
    /// What started the run: `push`, `pull_request`, …
    #[serde(default)]
    pub event_name: String,
    /// The pull request's branch, when it is a run of one.
    #[serde(default)]
    pub head_ref: String,
    /// The branch that the pull request is to be merged into.
    #[serde(default)]
    pub base_ref: String,
    /// The run.
    #[serde(default, deserialize_with = "maybe_number")]
    pub run_id: Option<RunId>,
}

impl Claims {
    /// The pull request that the run is for, as its reference says.
    #[must_use]
    pub fn pull(&self) -> Option<PullNumber> {
        self.reference.strip_prefix("refs/pull/")?.split('/').next()?.parse().ok()
    }

    /// The branch that the run is for, as its reference says.
    #[must_use]
    pub fn branch(&self) -> Option<&str> {
        self.reference.strip_prefix("refs/heads/").filter(|branch| !branch.is_empty())
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

fn one_or_many<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    Ok(match OneOrMany::deserialize(from)? {
        OneOrMany::One(one) => vec![one],
        OneOrMany::Many(many) => many,
    })
}

/// GitHub writes its numbers as texts here.
#[derive(Deserialize)]
#[serde(untagged)]
enum TextOrNumber {
    Text(String),
    Number(u64),
}

fn number<'de, T: std::str::FromStr, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    maybe_number(from)?.ok_or_else(|| de::Error::custom("a positive whole number is expected"))
}

fn maybe_number<'de, T: std::str::FromStr, D: Deserializer<'de>>(from: D) -> Result<Option<T>, D::Error> {
    let text = match TextOrNumber::deserialize(from)? {
        TextOrNumber::Text(text) => text,
        TextOrNumber::Number(number) => number.to_string(),
    };
    Ok(text.parse().ok())
}
