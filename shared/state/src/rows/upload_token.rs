//! Upload tokens: one for each repository, known by its SHA-256 only.
//!
//! Two rows: under the hash, so that an upload finds its repository in one read; under the repository, so that rotating
//! knows what to remove. They change together or not at all.

use covermark_types::{Provider, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use super::repository::partition;
use crate::{
    Error, Hashed, Table,
    table::{Condition, Key, item, text},
};

/// How often a rotation is tried when others rotate the same token at the same time.
const TRIES: u32 = 5;

/// A repository's upload token, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadToken {
    /// Which GitHub.
    pub provider: Provider,
    /// The repository that it uploads for.
    pub repository: RepositoryId,
    /// The token's hash.
    pub hash: Hashed,
    /// When it was made.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
}

fn by_hash(hash: &Hashed) -> Key {
    Key::new(format!("UPLOADTOKEN#{}", hash.as_str()), "UPLOADTOKEN")
}

fn by_repository(provider: &Provider, repository: RepositoryId) -> Key {
    Key::new(partition(provider, repository), "UPLOADTOKEN")
}

impl Table {
    /// Makes `hash` the repository's one token; the former one is void from then on.
    ///
    /// # Errors
    /// When the table cannot be written, or others rotate the same token all the time.
    pub async fn rotate_upload_token(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        hash: &Hashed,
        now: Timestamp,
    ) -> Result<(), Error> {
        let token = UploadToken { provider: provider.clone(), repository, hash: hash.clone(), created_at: now };
        for _ in 0..TRIES {
            let pointer = by_repository(provider, repository);
            let former: Option<UploadToken> = self.get(&pointer).await?;
            if former.as_ref().is_some_and(|former| former.hash == *hash) {
                return Ok(());
            }
            let mut writes = vec![
                self.putting(item(&by_hash(hash), &token)?, Some(Condition::absent()))?,
                self.putting(item(&pointer, &token)?, Some(unchanged(former.as_ref())))?,
            ];
            if let Some(former) = &former {
                writes.push(self.deleting(&by_hash(&former.hash), None)?);
            }
            if self.transact(writes).await?.applied() {
                return Ok(());
            }
        }
        Err(Error::Contended { what: "the upload token" })
    }

    /// Whose token this is; `None` when it was never given out or was rotated away.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn repository_of_upload_token(&self, hash: &Hashed) -> Result<Option<UploadToken>, Error> {
        self.get(&by_hash(hash)).await
    }
}

/// Nobody has rotated since `former` was read.
fn unchanged(former: Option<&UploadToken>) -> Condition {
    match former {
        None => Condition::absent(),
        Some(former) => Condition::new("#hash = :former").value(":former", text(former.hash.as_str())),
    }
}
