//! Upload tokens, known by their SHA-256 only: of a repository, of an organisation (for every repository of that owner),
//! or of the whole instance. Each has a name, unique where it belongs, by which people tell it apart and revoke it.
//!
//! Two rows: under the hash, so that an upload finds what it may do in one read; under the scope and the name, so that
//! rotating and revoking know what to remove. They change together or not at all.

use covermark_types::{AccountId, Provider, RepositoryId, Timestamp};
use jiff::{SignedDuration, fmt::serde::timestamp::millisecond};
use serde::{Deserialize, Serialize};

use super::repository::partition;
use crate::{
    Error, Hashed, Table, Write,
    table::{Condition, Key, Query, Update, item, number, row, text, without_nulls},
};

/// The name of the token that a repository has from the beginning.
pub const DEFAULT_TOKEN: &str = "default";
/// How often a rotation is tried when others rotate the same token at the same time.
const TRIES: u32 = 5;
/// How old the noted use of a token may be before it is noted again: one write an hour, not one an upload.
const USE_NOTED_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// What the sort keys of pointers begin with.
const POINTER: &str = "UPLOADTOKEN";

/// What a token may upload for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenScope {
    /// One repository, through all its renames.
    Repository {
        /// Which GitHub.
        provider: Provider,
        /// Which repository.
        repository: RepositoryId,
    },
    /// Every repository that belongs to an account, also those of the future.
    Organization {
        /// Which GitHub.
        provider: Provider,
        /// The account, which keeps its id when it is renamed.
        owner: AccountId,
    },
    /// Every repository of the instance, on every GitHub.
    Instance,
}

/// An upload token, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UploadToken {
    /// Which GitHub; `None` for the instance's tokens.
    provider: Option<Provider>,
    /// The repository of a repository's token.
    repository: Option<RepositoryId>,
    /// The account of an organisation's token.
    #[serde(default)]
    owner: Option<AccountId>,
    /// How people call it.
    #[serde(default = "unnamed")]
    pub name: String,
    /// The token's hash.
    pub hash: Hashed,
    /// When it was made.
    #[serde(with = "millisecond::required")]
    pub created_at: Timestamp,
    /// When an upload was last let in with it, to the hour.
    #[serde(default, with = "millisecond::optional")]
    pub last_used_at: Option<Timestamp>,
}

/// Tokens that were made before there were names.
fn unnamed() -> String {
    DEFAULT_TOKEN.to_owned()
}

impl UploadToken {
    fn new(scope: &TokenScope, name: &str, hash: &Hashed, now: Timestamp) -> Self {
        let (provider, repository, owner) = match scope {
            TokenScope::Repository { provider, repository } => (Some(provider.clone()), Some(*repository), None),
            TokenScope::Organization { provider, owner } => (Some(provider.clone()), None, Some(*owner)),
            TokenScope::Instance => (None, None, None),
        };
        let (name, hash) = (name.to_owned(), hash.clone());
        Self { provider, repository, owner, name, hash, created_at: now, last_used_at: None }
    }

    /// What it may upload for. A row that names two things is believed in the narrower one.
    #[must_use]
    pub fn scope(&self) -> TokenScope {
        match (&self.provider, self.repository, self.owner) {
            (Some(provider), Some(repository), _) => TokenScope::Repository { provider: provider.clone(), repository },
            (Some(provider), None, Some(owner)) => TokenScope::Organization { provider: provider.clone(), owner },
            _ => TokenScope::Instance,
        }
    }

    /// The first eight digits of the hash: enough to tell tokens apart in a list, nothing to upload with.
    #[must_use]
    pub fn fingerprint(&self) -> &str {
        self.hash.as_str().get(..8).unwrap_or_default()
    }
}

fn by_hash(hash: &Hashed) -> Key {
    Key::new(format!("UPLOADTOKEN#{}", hash.as_str()), POINTER)
}

fn home(scope: &TokenScope) -> String {
    match scope {
        TokenScope::Repository { provider, repository } => partition(provider, *repository),
        TokenScope::Organization { provider, owner } => format!("OWNER#{provider}#{owner}"),
        TokenScope::Instance => "INSTANCE".to_owned(),
    }
}

fn pointer(scope: &TokenScope, name: &str) -> Key {
    let sk = if name == DEFAULT_TOKEN { POINTER.to_owned() } else { format!("{POINTER}#{name}") };
    Key::new(home(scope), sk)
}

impl Table {
    /// Makes `hash` the repository's default token; the former one is void from then on.
    ///
    /// # Errors
    /// As [`Table::replace_upload_token`].
    pub async fn rotate_upload_token(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        hash: &Hashed,
        now: Timestamp,
    ) -> Result<(), Error> {
        let scope = TokenScope::Repository { provider: provider.clone(), repository };
        self.replace_upload_token(&scope, DEFAULT_TOKEN, hash, now).await
    }

    /// Makes `hash` the token of that name; a former one of the name is void from then on.
    ///
    /// # Errors
    /// When the table cannot be written, or others rotate the same token all the time.
    pub async fn replace_upload_token(
        &self,
        scope: &TokenScope,
        name: &str,
        hash: &Hashed,
        now: Timestamp,
    ) -> Result<(), Error> {
        let token = UploadToken::new(scope, name, hash, now);
        for _ in 0..TRIES {
            let former: Option<UploadToken> = self.get(&pointer(scope, name)).await?;
            if former.as_ref().is_some_and(|former| former.hash == *hash) {
                return Ok(());
            }
            if self.put_token(&token, scope, former.as_ref()).await?.applied() {
                return Ok(());
            }
        }
        Err(Error::Contended { what: "the upload token" })
    }

    /// Makes a token of a name that is free. Refused when it is not.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn create_upload_token(
        &self,
        scope: &TokenScope,
        name: &str,
        hash: &Hashed,
        now: Timestamp,
    ) -> Result<Write, Error> {
        self.put_token(&UploadToken::new(scope, name, hash, now), scope, None).await
    }

    async fn put_token(
        &self,
        token: &UploadToken,
        scope: &TokenScope,
        former: Option<&UploadToken>,
    ) -> Result<Write, Error> {
        let (key, pointer) = (by_hash(&token.hash), pointer(scope, &token.name));
        let mut writes = vec![
            self.putting(without_nulls(item(&key, token)?), Some(Condition::absent()))?,
            self.putting(without_nulls(item(&pointer, token)?), Some(unchanged(former)))?,
        ];
        if let Some(former) = former {
            writes.push(self.deleting(&by_hash(&former.hash), None)?);
        }
        self.transact(writes).await
    }

    /// Makes the token of that name void. Refused when there is none.
    ///
    /// # Errors
    /// When the table cannot be written, or others rotate the same token all the time.
    pub async fn revoke_upload_token(&self, scope: &TokenScope, name: &str) -> Result<Write, Error> {
        let key = pointer(scope, name);
        for _ in 0..TRIES {
            let Some(token) = self.get::<UploadToken>(&key).await? else { return Ok(Write::Refused) };
            let writes =
                vec![self.deleting(&by_hash(&token.hash), None)?, self.deleting(&key, Some(unchanged(Some(&token))))?];
            if self.transact(writes).await?.applied() {
                return Ok(Write::Applied);
            }
        }
        Err(Error::Contended { what: "the upload token" })
    }

    /// All tokens of a scope, by name, with their last use.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn upload_tokens_of(&self, scope: &TokenScope) -> Result<Vec<UploadToken>, Error> {
        let pointers: Vec<UploadToken> = self.query(Query::table(home(scope)).starting(POINTER)).await?;
        let keys: Vec<_> = pointers.iter().map(|token| by_hash(&token.hash)).collect();
        let items = self.batch_get(&keys).await?;
        let mut tokens: Vec<UploadToken> = items.iter().map(row).collect::<Result<_, _>>()?;
        tokens.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(tokens)
    }

    /// The token of this hash; `None` when it was never given out, was rotated away or revoked.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn upload_token(&self, hash: &Hashed) -> Result<Option<UploadToken>, Error> {
        self.get(&by_hash(hash)).await
    }

    /// Notes that an upload was let in with `token`, at most once an hour.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn note_token_use(&self, token: &UploadToken, now: Timestamp) -> Result<(), Error> {
        if token.last_used_at.is_some_and(|used| now.duration_since(used) < USE_NOTED_EVERY) {
            return Ok(());
        }
        // Present: a token that was revoked a moment ago must not come back as half a row.
        let update = Update::default().set("last_used_at", number(now.as_millisecond())).when(Condition::present());
        self.update(&by_hash(&token.hash), update).await?;
        Ok(())
    }
}

/// Nobody has rotated since `former` was read.
fn unchanged(former: Option<&UploadToken>) -> Condition {
    match former {
        None => Condition::absent(),
        Some(former) => Condition::new("#hash = :former").value(":former", text(former.hash.as_str())),
    }
}
