//! Webhooks that belong to a repository: where the App's own webhook does not reach us, a repository can have one that
//! does. Here they are found, made, mended and taken away again.
//!
//! The App's webhook cannot be used where it is switched off or sends to somebody else (an App that several services
//! share). Where the App is not installed at all there is nothing to make: without it nobody could answer on a pull
//! request either.

mod secrets;

use std::{sync::Arc, time::Duration};

use covermark_github::{
    Error as GitHubError, GitHub, HookId, Permission, RepositoryClient, RepositoryWebhook, Resource, WantedWebhook,
};
use covermark_state::{
    Table,
    rows::{repository::Repository, repository_hook::RepositoryHook},
};
use covermark_types::{Clock, InstallationId, Provider, Random, RepositoryId, Secret, random_hex};
use url::Url;

pub use self::secrets::{HookSecrets, KEY_DOCUMENT, KeyError};
use crate::{
    config::below,
    credentials::{Apps, CredentialsError},
    problem::Chain,
};

/// The events that a repository's webhook is for.
pub const EVENTS: [&str; 7] = ["pull_request", "push", "delete", "repository", "public", "status", "check_suite"];
/// The permission that making one needs.
pub const PERMISSION: &str = "repository_hooks";
/// How many hooks are taken away in one pass: GitHub is asked twice for each.
const RETIRED_AT_ONCE: usize = 25;
/// How long one making keeps a second one out. GitHub is asked four times at most, ten seconds each.
const UNDER_WAY: Duration = Duration::from_secs(60);

/// How GitHub's events about a repository reach us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// By the App's own webhook.
    App,
    /// Not at all: the App is not installed on it.
    NotInstalled,
    /// Not at all for now: the installation is suspended.
    Suspended,
    /// Not by the App's webhook, which is switched off or sends elsewhere.
    HookElsewhere {
        /// Scheme and host that it sends to; `None` when it is switched off.
        to: Option<String>,
    },
}

/// What pressing the button came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pressed {
    /// The hook is there, and GitHub was asked for a ping.
    Made,
    /// One that had our address was taken over and set right, and GitHub was asked for a ping.
    Adopted,
    /// Somebody else is at it at this moment.
    UnderWay,
}

/// Why no hook was made.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// None is needed, or none would help.
    #[error("no webhook of the repository's own is made")]
    NotNeeded(Coverage),
    /// The installation does not grant [`PERMISSION`].
    #[error("the installation does not grant `{PERMISSION}: write`")]
    NotGranted,
    /// GitHub refused or failed.
    #[error(transparent)]
    GitHub(#[from] GitHubError),
    /// There are no credentials.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// There is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Storage failed.
    #[error(transparent)]
    State(#[from] covermark_state::Error),
}

/// The webhooks of repositories.
pub struct RepositoryHooks {
    /// Where the rows are.
    pub table: Table,
    /// The connected Apps.
    pub apps: Arc<Apps>,
    /// What hooks are signed with.
    pub secrets: HookSecrets,
    /// Where GitHub reaches us.
    pub public_url: Url,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where names of leases come from.
    pub random: Arc<dyn Random>,
}

impl RepositoryHooks {
    /// Where a provider's webhooks come to.
    #[must_use]
    pub fn address(&self, provider: &Provider) -> String {
        below(&self.public_url, &format!("webhooks/{provider}"))
    }

    /// How events about `repository` reach us: asks GitHub where the App's webhook sends to.
    ///
    /// # Errors
    /// When GitHub or the table cannot be asked.
    pub async fn coverage(&self, repository: &Repository) -> Result<Coverage, HookError> {
        let provider = &repository.provider;
        let Some(id) = repository.installation else { return Ok(Coverage::NotInstalled) };
        match self.table.installation(provider, id).await? {
            None => return Ok(Coverage::NotInstalled),
            Some(installation) if installation.suspended_at.is_some() => return Ok(Coverage::Suspended),
            Some(_) => {}
        }
        let sends_to = self.app_sends_to(provider).await?;
        Ok(match sends_to {
            Some(address) if is_ours(&address, provider, &self.public_url) => Coverage::App,
            other => Coverage::HookElsewhere { to: other.as_deref().map(origin) },
        })
    }

    /// Where the App's webhook sends to; `None` when it is switched off.
    async fn app_sends_to(&self, provider: &Provider) -> Result<Option<String>, HookError> {
        let answer = self.apps.github_for(provider, None).await?.hook_address().await;
        self.apps.keep_budgets(provider).await;
        Ok(answer?)
    }

    /// Makes sure that the repository has a webhook of its own that sends to us: one that is there with our address is
    /// taken over and set right, otherwise one is made. Pressed twice at once it does it once.
    ///
    /// # Errors
    /// Why there is none. What was begun can be begun again.
    pub async fn create(&self, repository: &Repository) -> Result<Pressed, HookError> {
        self.press(repository, false).await
    }

    /// The same with a new secret. The one before is good until GitHub's ping with the new one comes.
    ///
    /// # Errors
    /// As [`RepositoryHooks::create`].
    pub async fn renew(&self, repository: &Repository) -> Result<Pressed, HookError> {
        self.press(repository, true).await
    }

    async fn press(&self, repository: &Repository, new_secret: bool) -> Result<Pressed, HookError> {
        let coverage = self.coverage(repository).await?;
        let (Coverage::HookElsewhere { .. }, Some(installation)) = (&coverage, repository.installation) else {
            return Err(HookError::NotNeeded(coverage));
        };
        let github = self.apps.github_for(&repository.provider, Some(installation)).await?;
        // Asked of GitHub and not of our row: who has just granted it comes here at once.
        let granted = github.installation(installation).await?.permissions;
        if granted.get(PERMISSION).map(String::as_str) != Some("write") {
            return Err(HookError::NotGranted);
        }
        let (lease, holder) = (lease(repository), random_hex::<16>(&*self.random));
        let now = self.clock.now();
        let until = now.saturating_add(UNDER_WAY).unwrap_or(now);
        if !self.table.acquire_lease(&lease, &holder, until, now).await? {
            return Ok(Pressed::UnderWay);
        }
        let done = self.make(repository, &client(&github, repository, installation), new_secret).await;
        self.table.release_lease(&lease, &holder).await?;
        self.apps.keep_budgets(&repository.provider).await;
        done
    }

    async fn make(
        &self,
        repository: &Repository,
        client: &RepositoryClient,
        new_secret: bool,
    ) -> Result<Pressed, HookError> {
        let (provider, id) = (&repository.provider, repository.id);
        let (generation, former) = next(self.table.repository_hook(provider, id).await?.as_ref(), new_secret);
        let secret = self.secrets.of(provider, id, generation).await?;
        // First our note: GitHub pings a new hook before it answers us.
        self.table.begin_repository_hook(provider, id, generation, former, self.clock.now()).await?;
        let address = self.address(provider);
        let wanted = WantedWebhook { url: &address, secret: &secret, events: &EVENTS };
        let (hook, pressed) = self.adopt_or_create(provider, client, &wanted).await?;
        self.table.made_repository_hook(provider, id, hook.0).await?;
        client.ping_webhook(hook).await?;
        Ok(pressed)
    }

    async fn adopt_or_create(
        &self,
        provider: &Provider,
        client: &RepositoryClient,
        wanted: &WantedWebhook<'_>,
    ) -> Result<(HookId, Pressed), HookError> {
        if let Some(found) = self.find(provider, client).await? {
            return Ok((client.update_webhook(found.id, wanted).await?.id, Pressed::Adopted));
        }
        match client.create_webhook(wanted).await {
            Ok(made) => Ok((made.id, Pressed::Made)),
            // "Hook already exists on this repository": somebody was quicker than our list.
            Err(error @ GitHubError::Rejected(_)) => match self.find(provider, client).await? {
                Some(found) => Ok((client.update_webhook(found.id, wanted).await?.id, Pressed::Adopted)),
                None => Err(error.into()),
            },
            Err(error) => Err(error.into()),
        }
    }

    /// The repository's hook that sends to us, under any of our names for the provider.
    async fn find(
        &self,
        provider: &Provider,
        client: &RepositoryClient,
    ) -> Result<Option<RepositoryWebhook>, HookError> {
        let mut page = Some(1);
        while let Some(number) = page {
            let hooks = client.webhooks_page(number).await?;
            let ours = hooks.items.into_iter().find(|hook| is_ours(hook.url(), provider, &self.public_url));
            if ours.is_some() {
                return Ok(ours);
            }
            page = hooks.next;
        }
        Ok(None)
    }

    /// Takes the repository's webhook away: at GitHub, where one that is gone is fine, and here. Without an installation
    /// or without the permission GitHub cannot be asked; then it is void here, and what it sends is refused.
    ///
    /// # Errors
    /// When GitHub cannot be reached; nothing was changed then.
    pub async fn retire(&self, repository: &Repository, hook: &RepositoryHook) -> Result<(), HookError> {
        if let (Some(id), Some(installation)) = (hook.hook, repository.installation) {
            let github = self.apps.github_for(&repository.provider, Some(installation)).await?;
            let deleted = client(&github, repository, installation).delete_webhook(HookId(id)).await;
            self.apps.keep_budgets(&repository.provider).await;
            match deleted {
                Ok(())
                | Err(
                    GitHubError::Rejected(_)
                    | GitHubError::Forbidden(_)
                    | GitHubError::Suspended { .. }
                    | GitHubError::InstallationGone { .. },
                ) => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.table.retire_repository_hook(&repository.provider, repository.id, self.clock.now()).await?;
        Ok(())
    }

    /// Takes away the hooks of a provider whose repositories the App's webhook reaches us for, so that nothing is told
    /// twice, at most 25 of them; answers how many. GitHub is not asked when there is none. A hook that cannot be
    /// taken away is left to the next time and does not keep the others.
    ///
    /// # Errors
    /// When the table or the App's webhook cannot be read.
    pub async fn retire_covered(&self, provider: &Provider) -> Result<usize, HookError> {
        let hooks = self.table.repository_hooks(provider).await?;
        if hooks.is_empty() {
            return Ok(0);
        }
        // One question for all of them: the App has one webhook.
        let sends_to = self.app_sends_to(provider).await?;
        if !sends_to.is_some_and(|address| is_ours(&address, provider, &self.public_url)) {
            return Ok(0);
        }
        let (mut tried, mut retired) = (0, 0);
        for hook in hooks {
            let Some(repository) = self.served(provider, hook.repository).await? else { continue };
            if tried == RETIRED_AT_ONCE {
                break;
            }
            tried += 1;
            match self.retire(&repository, &hook).await {
                Ok(()) => retired += 1,
                Err(error) => {
                    tracing::warn!(github_repository_id = %hook.repository, cause = %Chain(&error),
                        "a repository's own webhook could not be taken away");
                }
            }
        }
        Ok(retired)
    }

    /// The repository, if an installation that is not suspended covers it.
    async fn served(&self, provider: &Provider, id: RepositoryId) -> Result<Option<Repository>, HookError> {
        let Some(repository) = self.table.repository(provider, id).await? else { return Ok(None) };
        let Some(installation) = repository.installation else { return Ok(None) };
        let installation = self.table.installation(provider, installation).await?;
        Ok(installation.filter(|one| one.suspended_at.is_none()).map(|_| repository))
    }

    /// The secret that GitHub signs with now, for who asked to see it.
    ///
    /// # Errors
    /// When the key cannot be read.
    pub async fn secret(&self, hook: &RepositoryHook) -> Result<Secret, KeyError> {
        self.secrets.of(&hook.provider, hook.repository, hook.generation).await
    }
}

/// Which secret a hook gets, and which former one stays good for a while. A hook that was retired begins anew: whoever
/// knew its secret knows nothing of the next one.
fn next(known: Option<&RepositoryHook>, new_secret: bool) -> (u32, Option<u32>) {
    match known {
        None => (1, None),
        Some(hook) if hook.retired_at.is_some() => (hook.generation.saturating_add(1), None),
        Some(hook) if new_secret => (hook.generation.saturating_add(1), Some(hook.generation)),
        Some(hook) => (hook.generation, hook.former),
    }
}

fn client(github: &GitHub, repository: &Repository, installation: InstallationId) -> RepositoryClient {
    let rights = [Permission::write(Resource::RepositoryHooks)];
    github.repository_client(installation, repository.id, &repository.name, &rights)
}

fn lease(repository: &Repository) -> String {
    format!("repository-hook {}/{}", repository.provider, repository.id)
}

/// Whether an address is that of our webhooks for `provider`, under any name that we take for it.
#[must_use]
pub fn is_ours(address: &str, provider: &Provider, public_url: &Url) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let root = public_url.path().trim_end_matches('/');
    let named = url.path().strip_prefix(root).and_then(|path| path.strip_prefix("/webhooks/"));
    let named = named.and_then(|name| name.trim_end_matches('/').parse::<Provider>().ok());
    url.origin() == public_url.origin() && named.as_ref() == Some(provider)
}

/// Scheme and host of an address, which may hold secrets behind them.
fn origin(address: &str) -> String {
    Url::parse(address)
        .map_or_else(|_| "an address that cannot be read".to_owned(), |url| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::is_ours;

    #[test]
    fn an_address_is_ours_by_host_path_and_any_name_of_the_provider() {
        let public = Url::parse("https://cov.example/covermark/").expect("an address");
        let gh = "gh".parse().expect("a provider");
        for address in [
            "https://cov.example/covermark/webhooks/gh",
            "https://cov.example/covermark/webhooks/github",
            "https://COV.example:443/covermark/webhooks/gh/",
            "https://cov.example/covermark/webhooks/gh?x=1",
        ] {
            assert!(is_ours(address, &gh, &public), "{address}");
        }
        for address in [
            "http://cov.example/covermark/webhooks/gh",
            "https://cov.example/webhooks/gh",
            "https://cov.example/covermark/webhooks/ghe",
            "https://cov.example.evil.test/covermark/webhooks/gh",
            "https://cov.example/covermark/webhooks",
            "nonsense",
            "",
        ] {
            assert!(!is_ours(address, &gh, &public), "{address}");
        }
    }
}
