//! What a person may do in one repository.

use covermark_github::{Error as GitHubError, oauth::OAuthError, user::Rights};
use covermark_state::rows::{access::AccessOf, repository::Repository, seen::Right, session::Session};
use covermark_types::{AccountId, Timestamp};

use super::Access;
use crate::{pages::ErrorPage, session::Current, user_tokens::TokenError};

/// Accounts whose changes are looked up at once: with the person one batch.
const ACCOUNTS: usize = 99;

impl Access {
    /// What the person may do in a repository, by their own token; [`Right::None`] when they may not know of it. Holds for
    /// five minutes.
    ///
    /// # Errors
    /// A page, when GitHub cannot be asked: nobody is let in for that.
    pub async fn right(&self, current: &Current, repository: &Repository) -> Result<Right, ErrorPage> {
        let session = &current.session;
        if session.provider != repository.provider || repository.removed_at.is_some() {
            return Ok(Right::None);
        }
        let question = (repository.provider.clone(), session.user, repository.id);
        let now = self.0.clock.now();
        if let Some((right, at)) = self.0.answers.recall(&question, now)
            && !self.changed_since(session, &[repository.owner_id], at).await?
        {
            return Ok(right);
        }
        let name = repository.name.clone();
        let asked = self.0.tokens.ask(session, |client| {
            let name = name.clone();
            async move { client.repository(&name).await }
        });
        let right = match asked.await {
            // Another repository may have the name by now.
            Ok(found) if found.repository.id != repository.id => Right::None,
            Ok(found) => right(found.permissions),
            Err(TokenError::GitHub(OAuthError::GitHub(
                GitHubError::NotFound(_) | GitHubError::Forbidden(_) | GitHubError::Suspended { .. },
            ))) => Right::None,
            Err(TokenError::GitHub(OAuthError::GitHub(GitHubError::Rejected(answer)))) if answer.status == 451 => {
                Right::None
            }
            Err(error) => return Err(self.unasked(session, error).await),
        };
        self.0.answers.keep(question, right, now);
        Ok(right)
    }

    /// Whether the person's access, or anybody's to what these accounts own, was heard to have changed since GitHub was asked.
    /// Of a person's many accounts the first [`ACCOUNTS`] are looked at; what is kept ends by itself within minutes.
    pub(super) async fn changed_since(
        &self,
        session: &Session,
        accounts: &[AccountId],
        at: Timestamp,
    ) -> Result<bool, ErrorPage> {
        let mut of = vec![AccessOf::User(session.user)];
        of.extend(accounts.iter().take(ACCOUNTS).copied().map(AccessOf::Account));
        let changed = self.0.table.access_changed_at(&session.provider, &of).await?;
        Ok(changed.is_some_and(|changed| changed >= at))
    }

    /// Whether somebody may see a repository: everybody a public one, and a private one whom GitHub lets read it. Who
    /// may not is answered as if there were none.
    ///
    /// # Errors
    /// As [`Access::right`].
    pub async fn may_see(&self, current: Option<&Current>, repository: &Repository) -> Result<bool, ErrorPage> {
        match current {
            _ if !repository.private => Ok(true),
            Some(current) => Ok(self.right(current, repository).await? >= Right::Read),
            None => Ok(false),
        }
    }

    /// Whether the person may change a repository's settings: who may push to it, or administers it.
    ///
    /// # Errors
    /// As [`Access::right`].
    pub async fn may_administer(&self, current: &Current, repository: &Repository) -> Result<bool, ErrorPage> {
        Ok(self.right(current, repository).await? >= Right::Write)
    }
}

/// The highest of what GitHub lists.
pub(super) fn right(rights: Rights) -> Right {
    match rights {
        Rights { admin: true, .. } => Right::Admin,
        Rights { push: true, .. } | Rights { maintain: true, .. } => Right::Write,
        Rights { pull: true, .. } => Right::Read,
        _ => Right::None,
    }
}
