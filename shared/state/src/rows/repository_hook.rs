//! Webhooks that belong to a repository and not to the App: made by the Create Web Hook button where the App's own
//! webhook does not reach us. The row says which secret GitHub signs with, and whether GitHub was ever heard through it.
//!
//! A partition of its own, because the webhook function reads these rows and writes the ping into them, and may touch
//! no other. The secret is not here: it follows from a key in the vault, the repository and the generation.

use covermark_types::{Provider, RepositoryId, Timestamp};
use jiff::fmt::serde::timestamp::millisecond;
use serde::{Deserialize, Serialize};

use crate::{
    Error, Table, Write,
    table::{Condition, Key, Query, Update, number, text},
};

/// The hook of one repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepositoryHook {
    /// Which GitHub.
    pub provider: Provider,
    /// Which repository.
    pub repository: RepositoryId,
    /// Counts the secrets that there were, from 1.
    pub generation: u32,
    /// The generation before, while GitHub may still sign with it: until the ping of the present one comes.
    #[serde(default)]
    pub former: Option<u32>,
    /// GitHub's id of the hook; `None` until GitHub has made it.
    #[serde(default)]
    pub hook: Option<u64>,
    /// When somebody last asked for it to be made or mended.
    #[serde(with = "millisecond::required")]
    pub asked_at: Timestamp,
    /// When GitHub's ping last came through it.
    #[serde(default, with = "millisecond::optional")]
    pub pinged_at: Option<Timestamp>,
    /// When it was taken away, because the App's webhook reaches us or somebody asked for it.
    #[serde(default, with = "millisecond::optional")]
    pub retired_at: Option<Timestamp>,
}

impl RepositoryHook {
    /// Whether GitHub was heard through it since somebody last asked for it.
    #[must_use]
    pub fn heard(&self) -> bool {
        self.retired_at.is_none() && self.pinged_at.is_some_and(|at| at >= self.asked_at)
    }

    /// The generations that deliveries may be signed with, the present one first; none when it is retired.
    #[must_use]
    pub fn generations(&self) -> Vec<u32> {
        if self.retired_at.is_some() {
            return Vec::new();
        }
        std::iter::once(self.generation).chain(self.former).collect()
    }
}

fn key(provider: &Provider, repository: RepositoryId) -> Key {
    Key::new(format!("HOOK#{provider}#{repository}"), "HOOK")
}

fn list(provider: &Provider) -> String {
    format!("HOOKS#{provider}")
}

impl Table {
    /// The repository's hook, also a retired one.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn repository_hook(
        &self,
        provider: &Provider,
        repository: RepositoryId,
    ) -> Result<Option<RepositoryHook>, Error> {
        self.get(&key(provider, repository)).await
    }

    /// Every hook of a provider that is not retired. From an index: as of a moment ago.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn repository_hooks(&self, provider: &Provider) -> Result<Vec<RepositoryHook>, Error> {
        self.query(Query::index("gsi1", list(provider))).await
    }

    /// Notes that the hook is to be made or mended, with this generation of its secret. GitHub's ping may come before
    /// GitHub's answer, so this is written before GitHub is asked. Refused when somebody began a newer generation.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn begin_repository_hook(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        generation: u32,
        former: Option<u32>,
        now: Timestamp,
    ) -> Result<Write, Error> {
        let newest = Condition::new("attribute_not_exists(#pk) OR #generation <= :generation")
            .value(":generation", number(generation));
        let update = Update::default()
            .set("provider", text(provider.as_str()))
            .set("repository", number(repository))
            .set("generation", number(generation))
            .set("asked_at", number(now.as_millisecond()))
            .set("gsi1pk", text(list(provider)))
            .set("gsi1sk", text(format!("{:020}", repository.0)))
            .remove("retired_at")
            .when(newest);
        let update = match former {
            Some(former) => update.set("former", number(former)),
            None => update.remove("former"),
        };
        Ok(self.update(&key(provider, repository), update).await?.write)
    }

    /// Notes GitHub's id of the hook. Refused when it was retired meanwhile.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn made_repository_hook(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        hook: u64,
    ) -> Result<Write, Error> {
        let wanted = Condition::new("attribute_exists(#pk) AND attribute_not_exists(#retired_at)");
        let update = Update::default().set("hook", number(hook)).when(wanted);
        Ok(self.update(&key(provider, repository), update).await?.write)
    }

    /// Notes GitHub's ping, signed with `generation`; the generation before it is void from then on. Refused when the
    /// hook is not ours any more.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn pinged_repository_hook(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        generation: u32,
        now: Timestamp,
    ) -> Result<Write, Error> {
        let ours = Condition::new("attribute_not_exists(#retired_at) AND #generation = :generation")
            .value(":generation", number(generation));
        let update = Update::default().set("pinged_at", number(now.as_millisecond())).remove("former").when(ours);
        Ok(self.update(&key(provider, repository), update).await?.write)
    }

    /// Notes that the hook is gone. What is still signed with its secret is refused from then on.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn retire_repository_hook(
        &self,
        provider: &Provider,
        repository: RepositoryId,
        now: Timestamp,
    ) -> Result<Write, Error> {
        let update = Update::default()
            .set("retired_at", number(now.as_millisecond()))
            .remove("hook")
            .remove("former")
            .remove("pinged_at")
            .remove("gsi1pk")
            .remove("gsi1sk")
            .when(Condition::present());
        Ok(self.update(&key(provider, repository), update).await?.write)
    }
}
