//! What a person sees at GitHub as lists: the App's installations, and the repositories of one.
//!
//! A list is read to its end, then kept for minutes. While GitHub does not answer the last good one is shown for up to an
//! hour, with its time: it holds nothing that the person could not see then.

use std::time::Duration;

use covermark_github::{self as github, AccountKind, Error as GitHubError, Selection, oauth::OAuthError};
use covermark_state::{
    Error as StateError,
    rows::{
        seen::{Seen, SeenInstallation, SeenRepository},
        session::Session,
    },
};
use covermark_types::{AccountId, InstallationId, Timestamp};

use super::{Access, age, rights::right};
use crate::{pages::ErrorPage, problem::Chain, session::Current, user_tokens::TokenError};

/// How long a list is shown without asking again.
const LISTED_FOR: Duration = Duration::from_secs(5 * 60);
/// How old a list may be that is shown because GitHub does not answer.
const LISTED_AT_MOST: Duration = Duration::from_secs(60 * 60);

impl Access {
    /// The App's installations that the person sees, by account, and as of when.
    ///
    /// # Errors
    /// A page, when GitHub cannot be asked and no list is young enough.
    pub async fn installations(&self, current: &Current) -> Result<Seen<SeenInstallation>, ErrorPage> {
        let session = &current.session;
        let (provider, user, now) = (&session.provider, session.user, self.0.clock.now());
        let before = readable(self.0.table.seen_installations(provider, user, now).await)?;
        let accounts: Vec<_> =
            before.iter().flat_map(|before| &before.items).filter_map(|one| one.account_id).collect();
        if let Some(before) = self.fresh(session, &accounts, before.as_ref(), now).await? {
            return Ok(before);
        }
        let asked = self.0.tokens.ask(session, |client| async move { client.installations().await }).await;
        let found = match self.or_before(current, asked, before, now).await? {
            Ok(found) => found,
            Err(before) => return Ok(before),
        };
        // GitHub lists only this App's; should it ever list more, another App's ids are not taken for ours.
        let app = self.0.tokens.apps.credentials(provider).await.map(|credentials| credentials.app_id)?;
        let mut items: Vec<_> =
            found.into_iter().filter(|one| one.app_id.is_none_or(|of| of == app)).map(installation).collect();
        items.sort_by_key(|one| (one.account.to_lowercase(), one.id));
        let seen = Seen { items, at: now };
        noted(self.0.table.put_seen_installations(provider, user, &seen).await);
        Ok(seen)
    }

    /// The repositories of an installation that the person sees, by name, and as of when; `None` when the installation is
    /// not in their own list, whatever an address says.
    ///
    /// # Errors
    /// As [`Access::installations`].
    pub async fn repositories(
        &self,
        current: &Current,
        installation: InstallationId,
    ) -> Result<Option<Seen<SeenRepository>>, ErrorPage> {
        let installations = self.installations(current).await?.items;
        let Some(of) = installations.iter().find(|one| one.id == installation) else { return Ok(None) };
        let account: Vec<_> = of.account_id.into_iter().collect();
        let session = &current.session;
        let (provider, user, now) = (&session.provider, session.user, self.0.clock.now());
        let before = readable(self.0.table.seen_repositories(provider, user, installation, now).await)?;
        if let Some(before) = self.fresh(session, &account, before.as_ref(), now).await? {
            return Ok(Some(before));
        }
        let asked = self.0.tokens.ask(session, |client| async move { client.repositories(installation).await }).await;
        let gone = matches!(
            &asked,
            Err(TokenError::GitHub(OAuthError::GitHub(GitHubError::NotFound(_) | GitHubError::Forbidden(_))))
        );
        if gone {
            return Ok(None);
        }
        let found = match self.or_before(current, asked, before, now).await? {
            Ok(found) => found,
            Err(before) => return Ok(Some(before)),
        };
        let mut items: Vec<_> = found.into_iter().map(repository).collect();
        items.sort_by_key(|one| one.name.to_lowercase());
        let seen = Seen { items, at: now };
        noted(self.0.table.put_seen_repositories(provider, user, installation, &seen).await);
        Ok(Some(seen))
    }

    /// Has GitHub asked again for everything that the person sees: they have just changed it there.
    ///
    /// # Errors
    /// When the table cannot be used.
    pub async fn ask_anew(&self, current: &Current) -> Result<(), ErrorPage> {
        let session = &current.session;
        self.0.answers.forget(&session.provider, session.user);
        Ok(self.0.table.forget_seen(&session.provider, session.user).await?)
    }

    /// The list before, if GitHub need not be asked: it is young, and nothing was heard since of the person or the accounts.
    async fn fresh<T: Clone>(
        &self,
        session: &Session,
        accounts: &[AccountId],
        before: Option<&Seen<T>>,
        now: Timestamp,
    ) -> Result<Option<Seen<T>>, ErrorPage> {
        let Some(before) = before.filter(|before| age(before.at, now) < LISTED_FOR) else { return Ok(None) };
        Ok((!self.changed_since(session, accounts, before.at).await?).then(|| before.clone()))
    }

    /// A new list, or else the one before it if that may still be shown.
    async fn or_before<T, L>(
        &self,
        current: &Current,
        asked: Result<L, TokenError>,
        before: Option<Seen<T>>,
        now: Timestamp,
    ) -> Result<Result<L, Seen<T>>, ErrorPage> {
        let error = match asked {
            Ok(found) => return Ok(Ok(found)),
            Err(error) => error,
        };
        match before {
            Some(before) if error.passes() && age(before.at, now) < LISTED_AT_MOST => {
                tracing::warn!(cause = %Chain(&error), "GitHub gave no list; the last one is shown");
                Ok(Err(before))
            }
            _ => Err(self.unasked(&current.session, error).await),
        }
    }
}

/// A kept list that cannot be read is none.
fn readable<T>(kept: Result<Option<Seen<T>>, StateError>) -> Result<Option<Seen<T>>, StateError> {
    match kept {
        Err(error @ StateError::Malformed { .. }) => {
            tracing::warn!(cause = %Chain(&error), "a kept list cannot be read and is asked for anew");
            Ok(None)
        }
        kept => kept,
    }
}

/// A list that is not kept was read all the same.
fn noted<T>(written: Result<T, StateError>) {
    if let Err(error) = written {
        tracing::warn!(cause = %Chain(&error), "a list of what a person sees was not kept");
    }
}

fn installation(found: github::Installation) -> SeenInstallation {
    let account_id = found.account.as_ref().map(|account| account.id);
    let (account, account_type) = match found.account {
        Some(account) => (account.login, kind(account.kind).to_owned()),
        None => (String::new(), kind(AccountKind::Other).to_owned()),
    };
    SeenInstallation {
        id: found.id,
        account_id,
        account,
        account_type,
        all_repositories: found.selection == Selection::All,
        suspended: found.suspended_at.is_some(),
    }
}

/// GitHub's word for what is neither a person nor an organisation is `Enterprise`, as far as Apps are installed on it.
fn kind(kind: AccountKind) -> &'static str {
    match kind {
        AccountKind::Organization => "Organization",
        AccountKind::User => "User",
        AccountKind::Bot => "Bot",
        AccountKind::Other => "Enterprise",
    }
}

fn repository(found: github::user::UserRepository) -> SeenRepository {
    SeenRepository {
        id: found.repository.id,
        name: found.repository.name.to_string(),
        private: found.repository.private,
        right: right(found.permissions),
    }
}
